// Sealing to an age key that somebody sent: classic (`age1…`) or hybrid (`age1pq1…`), for stock age to open. Only what leaves
// by mail is sealed so: nothing else goes to a key of a kind that a quantum computer could open.
import { armor, Encrypter } from 'age-encryption'

/**
 * @returns an armored age file
 * @throws an error where the recipient is none
 */
export async function sealToStranger(bytes: Uint8Array, recipient: string): Promise<string> {
  const encrypter = new Encrypter()
  encrypter.addRecipient(recipient)
  return armor.encode(await encrypter.encrypt(bytes))
}
