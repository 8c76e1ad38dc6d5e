// A reply as a request: the answer sealed to the applicant, its copy sealed to the team, the proof that the case was
// answered. What was sealed stays the same bytes as long as the organisation does not publish anew.
import type { ReplyRequest } from '../../schemas/case.js'
import { type ClientId, Language } from '../../schemas/encoding.js'
import { ReplyFacts } from '../../schemas/sealed.js'
import type { ReplyMaking } from '../../schemas/settings.js'
import { decodeBase64url, encodeBase64url } from '../../src/core/encoding/base64url.js'
import { floorToHour, formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { inspectSealed } from '../../src/core/envelope/inspect.js'
import { openNote } from '../../src/core/envelope/open.js'
import { sealNote, sealReply } from '../../src/core/envelope/seal.js'
import type { Desk } from '../client/desk.js'
import { misused, noHint, refused } from '../failure.js'
import { sealedLetter } from '../letter/sealed-letter.js'
import { safe } from '../terminal/safe.js'
import { proveAnswer } from './answer-proof.js'
import { contextOf, factsOf, recipientsOf } from './readers.js'
import { expectedOf, type SealedCase } from './sealed-case.js'

/**
 * Seals an answer and its copy.
 * @param letter as it leaves by mail, sealed to the router; none where the applicant has a page
 * @throws Failure, KhancapError
 */
export async function sealRequest(
  desk: Desk,
  sealed: SealedCase,
  text: string,
  language: string,
  id: ClientId,
  letter?: string,
): Promise<ReplyRequest> {
  const p = await desk.station.primitives()
  const hour = formatTimestamp(floorToHour(desk.station.now()))
  const reply = await sealReply(
    p,
    { text, language, hour, facts: factsFor(sealed) },
    sealed.content.reply,
    contextOf(desk, 'reply'),
  )
  const copy = await sealNote(
    p,
    {
      id,
      about: 'reply',
      case: sealed.detail.case.id,
      envelope: sealed.detail.envelope_sha256,
      by: desk.handler.id,
      text,
      hour,
    },
    desk.seed,
    contextOf(desk, 'note'),
    await recipientsOf(desk, sealed),
  )
  return {
    id,
    sealed: encodeBase64url(reply.bytes),
    team_copy: encodeBase64url(copy.bytes),
    answer: await proveAnswer(desk, sealed),
    ...(letter === undefined ? {} : { letter }),
  }
}

/** For who adds something later; nothing where the answers are none that routing knows. */
function factsFor(sealed: SealedCase): ReplyFacts | undefined {
  const { program, language, country, region } = factsOf(sealed)
  return ReplyFacts.safeParse({ program, language, country, region }).data
}

/**
 * What the server has not recorded carries the hour in which it is recorded. The sealed parts stay the same bytes, unless
 * the organisation has published since: then the same words are sealed to those who read now, and the same letter to the
 * router of now.
 * @param making null where it is not known, as of what was written without network: that never leaves by mail
 * @throws Failure where a letter cannot be made anew
 */
export async function upToDate(
  desk: Desk,
  sealed: SealedCase,
  request: ReplyRequest,
  making: ReplyMaking | null,
): Promise<ReplyRequest> {
  const copy = decodeBase64url(request.team_copy)
  const isCurrent =
    inspectSealed(copy).context.directory_sequence === desk.directory.directory.sequence
  const words = isCurrent ? null : await wordsOf(desk, request)
  const letter = making?.letter ?? null
  if (!isCurrent && request.letter !== undefined && (words === null || letter === null))
    throw refused(
      safe`the organisation has published a new directory, and this answer cannot be made anew for it: the key that it was kept with is not here any more; nothing was sent`,
      safe`khancap reply ${sealed.detail.case.id.slice(0, 8)} --discard forgets it, then write it anew; it may have arrived all the same`,
    )
  if (words === null) return { ...request, answer: await proveAnswer(desk, sealed) }
  const language = languageFor(sealed, making?.language)
  const resealed = letter === null ? undefined : await sealedLetter(desk, letter.message)
  return sealRequest(desk, sealed, words, language, request.id, resealed)
}

/** The words of a draft, from the team's copy; null where it cannot be opened any more. */
export async function wordsOf(desk: Desk, request: ReplyRequest): Promise<string | null> {
  const note = await openNote(
    await desk.station.primitives(),
    desk.identity.opening,
    decodeBase64url(request.team_copy),
    expectedOf(desk.directory, 'note'),
  )
  return note?.text ?? null
}

/** The language that was asked for; where that is one of ours no more, the page's. */
export function languageFor({ content }: SealedCase, asked?: string): string {
  const language =
    asked ?? (content.language === 'other' ? content.page_language : content.language)
  if (!Language.safeParse(language).success)
    throw misused(safe`"${language}" is not a language tag such as vi, en or zh-Hans`, noHint)
  return language
}
