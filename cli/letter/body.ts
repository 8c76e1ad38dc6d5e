// The body of a letter: sealed to a key that a mail brings, or in the clear.
import { hex, utf8 } from '../../src/core/encoding/bytes.js'
import { sealToStranger } from '../../src/core/crypto/stranger.js'
import { paddedFileBytes } from '../../src/core/envelope/padding.js'
import { attachedEntity, encryptedEntity, textEntity } from '../../src/core/mail/entity.js'
import type { Desk } from '../client/desk.js'
import { refused } from '../failure.js'
import { safe } from '../terminal/safe.js'
import { withKey } from './gpg.js'
import type { MailKey } from './key-choice.js'
import { letterWords } from './words.js'

/**
 * @param key null: in the clear
 * @returns a MIME entity
 * @throws Failure where gpg does not seal to it
 */
export async function bodyFor(
  desk: Desk,
  key: MailKey | null,
  { language, text }: { readonly text: string; readonly language: string },
): Promise<string> {
  if (key === null) return textEntity(text)
  const boundary = hex((await desk.station.primitives()).random(16))
  const { offered } = key
  if (offered.kind === 'age') {
    const armor = await sealToStranger(padded(text), offered.recipient)
    return attachedEntity(letterWords(language).sealed, armor, boundary)
  }
  return withKey(offered.bytes, async sent => {
    if (sent?.isUsable !== true || sent.fingerprint !== key.fingerprint)
      throw refused(
        safe`the key ${key.fingerprint} cannot be sealed to any more; nothing was sent`,
        safe`ask the sender for a new key; or answer another way; --plain leaves it readable to every mail server on its way`,
      )
    return encryptedEntity(await sent.seal(textEntity(text)), boundary)
  })
}

/** Spaces up to a bucket: they change nothing of what a person wrote, and say little of its length. */
function padded(text: string): Uint8Array {
  const bytes = utf8(text)
  const all = new Uint8Array(paddedFileBytes(bytes.length)).fill(0x20)
  all.set(bytes)
  return all
}
