// `khancap reply` (step 10): seals an answer to the applicant and its copy for the team, signs that the case was
// answered, and sends all three in one request. Until the server confirms, the request stays on disk as it was sealed.
import type { ReplyRequest } from '../../schemas/case.js'
import { type CaseId, type ClientId, Language } from '../../schemas/encoding.js'
import { decodeBase64url, encodeBase64url } from '../../src/core/encoding/base64url.js'
import { newClientId } from '../../src/core/encoding/case-id.js'
import { floorToHour, formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { inspectSealed } from '../../src/core/envelope/inspect.js'
import { openNote } from '../../src/core/envelope/open.js'
import { sealNote, sealReply } from '../../src/core/envelope/seal.js'
import { actOn, reportAct } from '../case/act.js'
import { proveAnswer } from '../case/answer-proof.js'
import { findCase } from '../case/case-id.js'
import { dropDraft, findDraft, saveDraft } from '../case/draft.js'
import { contextOf, recipientsOf } from '../case/readers.js'
import { expectedOf, fetchCase, type SealedCase } from '../case/sealed-case.js'
import { expectWorkable } from '../case/workable.js'
import { type Desk, openDesk } from '../client/desk.js'
import { asFailure, Failure, misused, refused } from '../failure.js'
import type { Station, VerbOptions } from '../station/station.js'
import { writtenText } from '../station/written-text.js'
import { safe } from '../terminal/safe.js'

export interface ReplyOptions extends VerbOptions {
  readonly file?: string
  readonly language?: string
  readonly again?: true
  readonly discard?: true
}

export async function replyToCase(
  station: Station,
  options: ReplyOptions,
  given: string,
): Promise<void> {
  const desk = await openDesk(station, options)
  const id = await findCase(desk.cases, given)
  const sealed = await fetchCase(desk, id)
  const draft = await findDraft(station.folder.drafts, id, desk.directory.directory.origin)
  const hasArrived = sealed.detail.replies.some(reply => reply.id === draft?.request.id)
  if (options.discard === true || options.again === true) {
    if (draft === null) throw refused(safe`every answer to case ${id} was confirmed`)
    if (hasArrived) return confirm(desk, options, sealed)
    if (options.again === true) return send(desk, options, sealed, draft.request)
    return discard(desk, id)
  }
  expectWorkable(sealed.detail, desk.handler)
  const text = await writtenText(station, options.file, [
    `Your answer to case ${id}, in ${sealed.content.language}. The applicant reads it with the receipt code.`,
  ])
  // The same words again, after a lost connection, are the same request.
  const isRepeated = draft !== null && (await wordsOf(desk, draft.request)) === text
  if (isRepeated && hasArrived) return confirm(desk, options, sealed)
  if (isRepeated) return send(desk, options, sealed, draft.request)
  if (draft !== null && !hasArrived)
    throw refused(
      safe`an earlier answer to case ${id} was sent but not confirmed, and this is another one`,
      safe`khancap reply ${id.slice(0, 8)} --again sends the earlier one once more; it arrives once, however often it is sent`,
      safe`khancap reply ${id.slice(0, 8)} --discard forgets it; it may have arrived all the same`,
    )
  const replyId = newClientId(await station.primitives())
  const request = await sealRequest(desk, sealed, text, languageOf(options, sealed), replyId)
  await saveDraft(station.folder.drafts, {
    v: 1,
    origin: desk.directory.directory.origin,
    case: id,
    request,
  })
  await send(desk, options, sealed, request)
}

async function sealRequest(
  desk: Desk,
  sealed: SealedCase,
  text: string,
  language: string,
  id: ClientId,
): Promise<ReplyRequest> {
  if (sealed.content.mail !== undefined)
    throw refused(
      safe`this request came by mail: its sender has no receipt code, and cannot open a reply here`,
      safe`answer from your mail program, with PGP where they gave a key, and without their words`,
      safe`khancap contacted ${sealed.detail.case.id.slice(0, 8)} --via mail records that, and stops the clock`,
    )
  const p = await desk.station.primitives()
  const hour = formatTimestamp(floorToHour(desk.station.now()))
  const reply = await sealReply(
    p,
    { text, language, hour },
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
  }
}

async function send(
  desk: Desk,
  options: ReplyOptions,
  sealed: SealedCase,
  request: ReplyRequest,
): Promise<void> {
  const { id } = sealed.detail.case
  const current = await upToDate(desk, options, sealed, request)
  const copy = decodeBase64url(current.team_copy)
  const after = await actOn(desk, sealed.detail, 'replies', current, copy).catch(
    (error: unknown) => {
      throw keptWords(asFailure(error), id)
    },
  )
  await dropDraft(desk.station.folder.drafts, id)
  reportAct(desk.station, options, safe`sealed and sent the answer to case ${id}`, after)
}

/**
 * What the server has not recorded carries the hour in which it is recorded. The sealed parts stay the same bytes, unless
 * the organisation has published since: then the same words are sealed to those who read now.
 */
async function upToDate(
  desk: Desk,
  options: ReplyOptions,
  sealed: SealedCase,
  request: ReplyRequest,
): Promise<ReplyRequest> {
  const copy = decodeBase64url(request.team_copy)
  const isCurrent =
    inspectSealed(copy).context.directory_sequence === desk.directory.directory.sequence
  const words = isCurrent ? null : await wordsOf(desk, request)
  return words === null
    ? { ...request, answer: await proveAnswer(desk, sealed) }
    : sealRequest(desk, sealed, words, languageOf(options, sealed), request.id)
}

/** What was written is not lost, whatever the server said. */
function keptWords(failure: Failure, id: string): Failure {
  return new Failure(
    failure.exit,
    failure.sentence,
    [
      ...failure.hints,
      safe`the answer is kept on this machine, sealed: khancap reply ${id.slice(0, 8)} --again sends it once more, and it arrives once`,
    ],
    { cause: failure },
  )
}

/** An answer whose confirmation was lost, and which the server shows now. */
async function confirm(desk: Desk, options: ReplyOptions, { detail }: SealedCase): Promise<void> {
  const { station } = desk
  await dropDraft(station.folder.drafts, detail.case.id)
  const done = safe`the answer to case ${detail.case.id} had arrived; nothing was sent twice`
  reportAct(station, options, done, detail.case)
}

async function discard({ station }: Desk, id: CaseId): Promise<void> {
  await dropDraft(station.folder.drafts, id)
  station.printer.say(safe`forgot the answer to case ${id} that was not confirmed`)
}

/** The words of a draft, from the team's copy; null where it cannot be opened any more. */
async function wordsOf(desk: Desk, request: ReplyRequest): Promise<string | null> {
  const note = await openNote(
    await desk.station.primitives(),
    desk.identity.opening,
    decodeBase64url(request.team_copy),
    expectedOf(desk.directory, 'note'),
  )
  return note?.text ?? null
}

/** The language that was asked for; where that is one of ours no more, the page's. */
function languageOf(options: ReplyOptions, { content }: SealedCase): string {
  const language =
    options.language ?? (content.language === 'other' ? content.page_language : content.language)
  if (!Language.safeParse(language).success)
    throw misused(safe`"${language}" is not a language tag such as vi, en or zh-Hans`)
  return language
}
