// What an answer was made of, kept beside the request until the server confirms it: so that the same letter is made anew for
// a new router, and nobody who says something else sends the old one. Sealed to who wrote it.
import { identityRecipient } from '../../keys/identity.js'
import { type ReplyDraft, ReplyMaking } from '../../schemas/draft.js'
import { decodeBase64url, encodeBase64url } from '../../src/core/encoding/base64url.js'
import { fromUtf8 } from '../../src/core/encoding/bytes.js'
import { openAgeFile } from '../../src/core/envelope/open.js'
import { sealToSelf } from '../../src/core/envelope/seal.js'
import type { Desk } from '../client/desk.js'
import { type Failure, refused } from '../failure.js'
import type { LetterOptions } from '../letter/letter.js'
import { isSame } from '../letter/mails.js'
import { isKey } from '../letter/key-choice.js'
import { type Safe, safe } from '../terminal/safe.js'

/** @returns base64url */
export async function sealedMaking(desk: Desk, making: ReplyMaking): Promise<string> {
  const p = await desk.station.primitives()
  const text = JSON.stringify(ReplyMaking.parse(making))
  return encodeBase64url(await sealToSelf(p, text, [identityRecipient(p, desk.identity)]))
}

/** null where this identity does not open it any more. */
export async function makingOf(desk: Desk, draft: ReplyDraft): Promise<ReplyMaking | null> {
  const { identity, station } = desk
  if (draft.making === null) return null
  try {
    const sealed = decodeBase64url(draft.making)
    const opened = await openAgeFile(await station.primitives(), identity.opening, sealed)
    if (opened === null) return null
    const making = ReplyMaking.parse(JSON.parse(fromUtf8(opened.plaintext)))
    const { letter } = making
    const isThis =
      making.case === draft.case &&
      (letter !== null) === (draft.request.letter !== undefined) &&
      (letter === null ||
        (letter.message.case === draft.case && letter.message.reply === draft.request.id))
    return isThis ? making : null
  } catch {
    return null
  }
}

interface Asked extends LetterOptions {
  readonly language?: string
}

/**
 * An answer that is sent once more is the one that was made: who asks for something else is told.
 * @param isAgain what is left unsaid is as it was
 * @throws Failure
 */
export function expectAsMade(
  id: string,
  making: ReplyMaking | null,
  asked: Asked,
  isAgain: boolean,
): void {
  const other = otherThan(making, asked, isAgain)
  if (other !== null) throw notAsMade(id, making, other)
}

function otherThan(making: ReplyMaking | null, asked: Asked, isAgain: boolean): Safe | null {
  const { key, language, plain, to } = asked
  if (making === null)
    return (key ?? language ?? plain ?? to) === undefined
      ? null
      : safe`how it was made cannot be read on this machine`
  if (language !== undefined && language !== making.language)
    return safe`it is in ${making.language}, and not in ${language}`
  const { letter } = making
  if (letter === null) return null
  const { message, said, sealed_with: sealedWith } = letter
  const isUnsaid = (name: 'to' | 'key' | 'plain') =>
    !isAgain && asked[name] === undefined && said.includes(name)
  if ((to !== undefined && !isSame(to, message.to)) || isUnsaid('to'))
    return safe`it goes to ${message.to}`
  if ((plain === true && sealedWith !== null) || (key !== undefined && !isKey(sealedWith, key)))
    return madeWords(letter)
  return isUnsaid('plain') || isUnsaid('key') ? madeWords(letter) : null
}

/** How a letter leaves, in words. */
export function madeWords({ sealed_with: sealedWith }: NonNullable<ReplyMaking['letter']>): Safe {
  return sealedWith === null
    ? safe`it leaves in the clear`
    : safe`it is sealed to the key ${sealedWith.fingerprint}`
}

function notAsMade(id: string, making: ReplyMaking | null, other: Safe): Failure {
  return refused(
    safe`an earlier answer to case ${id} is still kept, and differs from what you ask for now: ${other}; nothing was sent`,
    ...(making === null
      ? []
      : [safe`khancap reply ${id.slice(0, 8)} --again sends it once more, as it was made`]),
    safe`khancap reply ${id.slice(0, 8)} --discard forgets it, then write it anew; the service may have it all the same`,
  )
}
