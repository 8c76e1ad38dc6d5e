// Passphrase-protected texts: age files with one scrypt recipient, which stock age reads too.
import { Decrypter, Encrypter } from 'age-encryption'
import { KhancapError } from '../../../schemas/problem.js'
import { fromUtf8, utf8 } from '../encoding/bytes.js'

/** Files that are larger are not ours. */
const maxFileBytes = 1_048_576
const scryptHeader = utf8('age-encryption.org/v1\n-> scrypt ')

/**
 * Seals a text with a passphrase. The passphrase counts in NFC, so that it is the same on every keyboard.
 * @param workFactor base-2 logarithm of scrypt's N; 18 takes about a second
 */
export async function sealWithPassphrase(
  text: string,
  passphrase: string,
  workFactor = 18,
): Promise<Uint8Array> {
  const encrypter = new Encrypter()
  encrypter.setPassphrase(passphrase.normalize('NFC'))
  encrypter.setScryptWorkFactor(workFactor)
  return encrypter.encrypt(text)
}

/**
 * Opens a text that was sealed with a passphrase, by us or by `age -p`.
 * @throws KhancapError `identity_locked` (not this passphrase, or the file is damaged), `identity_malformed` (not
 *   such a file at all)
 */
export async function openWithPassphrase(file: Uint8Array, passphrase: string): Promise<string> {
  if (file.length > maxFileBytes || scryptHeader.some((byte, at) => file[at] !== byte))
    throw new KhancapError('identity_malformed')
  const decrypter = new Decrypter()
  for (const spelling of new Set([passphrase.normalize('NFC'), passphrase]))
    decrypter.addPassphrase(spelling)
  let bytes: Uint8Array
  try {
    bytes = await decrypter.decrypt(file)
  } catch (cause) {
    throw new KhancapError('identity_locked', { cause })
  }
  try {
    return fromUtf8(bytes)
  } catch (cause) {
    throw new KhancapError('identity_malformed', { cause })
  }
}
