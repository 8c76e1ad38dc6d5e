// The body of a letter: sealed to a key that the sender gave, or in the clear.
import { hex, utf8 } from '../../src/core/encoding/bytes.js'
import { sealToStranger } from '../../src/core/crypto/stranger.js'
import { paddedFileBytes } from '../../src/core/envelope/padding.js'
import { attachedEntity, encryptedEntity, textEntity } from '../../src/core/mail/entity.js'
import type { Desk } from '../client/desk.js'
import { safe } from '../terminal/safe.js'
import { withKey } from './gpg.js'
import type { AnswerableMails } from './mails.js'
import { type KeySource, type OfferedKey, offeredKeys } from './offered-keys.js'
import { letterWords } from './words.js'

/** The key that a letter is sealed to, and where it comes from. */
export interface SealedWith {
  readonly kind: 'openpgp' | 'age'
  /** Of an OpenPGP key; an age recipient is its own. */
  readonly fingerprint: string
  readonly source: KeySource
  readonly mail: 'first' | 'later'
}

export interface BodyPlan {
  readonly entity: string
  /** null: in the clear. */
  readonly sealedWith: SealedWith | null
  /** There was a key, and it is not used. */
  readonly isKeyLeft: boolean
}

/**
 * @param isPlain the handler wants no key to be used
 * @throws Failure where there is an OpenPGP key and no gpg
 */
export async function planBody(
  desk: Desk,
  mails: AnswerableMails,
  written: { readonly text: string; readonly language: string },
  isPlain: boolean,
): Promise<BodyPlan> {
  const offered = [
    ...offeredKeys(mails.first, mails.from).map(key => ({ key, mail: 'first' as const })),
    ...mails.later.flatMap(mail =>
      offeredKeys(mail, mails.from).map(key => ({ key, mail: 'later' as const })),
    ),
  ]
  const clear = {
    entity: textEntity(written.text),
    sealedWith: null,
    isKeyLeft: offered.length > 0,
  }
  if (isPlain) return clear
  const boundary = hex((await desk.station.primitives()).random(16))
  for (const { key, mail } of offered) {
    // The first that can be used.
    // oxlint-disable-next-line no-await-in-loop
    const sealed = await sealedTo(key, written, boundary)
    if (sealed !== null) {
      const { entity, fingerprint } = sealed
      const { kind, source } = key
      return { entity, sealedWith: { kind, fingerprint, source, mail }, isKeyLeft: false }
    }
  }
  if (offered.length > 0)
    desk.station.printer.say(
      safe`warning: the mail brings a key that cannot be used: it is damaged, has expired, or seals nothing`,
    )
  return clear
}

/** Spaces up to a bucket: they change nothing of what a person wrote, and say little of its length. */
function padded(text: string): Uint8Array {
  const bytes = utf8(text)
  const all = new Uint8Array(paddedFileBytes(bytes.length)).fill(0x20)
  all.set(bytes)
  return all
}

/** null where the key cannot be used. */
async function sealedTo(
  key: OfferedKey,
  { language, text }: { readonly text: string; readonly language: string },
  boundary: string,
): Promise<{ readonly entity: string; readonly fingerprint: string } | null> {
  if (key.kind === 'age') {
    const armor = await sealToStranger(padded(text), key.recipient)
    const entity = attachedEntity(letterWords(language).sealed, armor, boundary)
    return { entity, fingerprint: key.recipient }
  }
  return withKey(key.bytes, async usable => {
    if (usable === null) return null
    const armor = await usable.seal(textEntity(text))
    return { entity: encryptedEntity(armor, boundary), fingerprint: usable.fingerprint }
  })
}
