// `khancap reply` (step 10): seals an answer to the applicant and its copy for the team, signs that the case was
// answered, and sends all three in one request; where the request came by mail, with a letter that leaves by mail. Until the server confirms, the request stays on disk as it was sealed.
import type { CaseId } from '../../schemas/encoding.js'
import type { ReplyDraft, ReplyMaking } from '../../schemas/settings.js'
import { decodeBase64url } from '../../src/core/encoding/base64url.js'
import { newClientId } from '../../src/core/encoding/case-id.js'
import { actOn, lastSeen, reportAct, sayUnread } from '../case/act.js'
import { findCase } from '../case/case-id.js'
import { dropDraft, findDraft, saveDraft } from '../case/draft.js'
import { mailIn } from '../case/case-mails.js'
import { expectAsMade, madeWords, makingOf, sealedMaking } from '../case/reply-making.js'
import { languageFor, sealRequest, upToDate, wordsOf } from '../case/reply-request.js'
import { fetchCase, type SealedCase } from '../case/sealed-case.js'
import { withWords } from '../case/words.js'
import { expectWorkable } from '../case/workable.js'
import { type Desk, openDesk } from '../client/desk.js'
import { asFailure, Failure, misused, refused } from '../failure.js'
import {
  letterJson,
  type LetterOptions,
  type LetterPlan,
  planLetter,
  writeLetter,
} from '../letter/letter.js'
import { sealedLetter } from '../letter/sealed-letter.js'
import type { Station, VerbOptions } from '../station/station.js'
import { findTemplate } from '../templates/find-template.js'
import { gapIn } from '../templates/template.js'
import { type Safe, safe } from '../terminal/safe.js'
import { shellWord } from '../terminal/shell-word.js'

export interface ReplyOptions extends VerbOptions, LetterOptions {
  readonly file?: string
  readonly language?: string
  readonly again?: true
  readonly discard?: true
  readonly template?: string
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
  const isByMail = mailIn(sealed.content) !== null
  expectLetterOptions(options, isByMail)
  const hasArrived = sealed.detail.replies.some(reply => reply.id === draft?.request.id)
  if (options.discard === true || options.again === true) {
    if (draft === null)
      throw refused(
        safe`no answer to case ${id} waits on this machine to be sent again`,
        safe`khancap reply ${id.slice(0, 8)} writes a new one; khancap open ${id.slice(0, 8)} shows what became of the last`,
      )
    if (hasArrived) return confirm(desk, options, sealed)
    if (options.again !== true) return discard(desk, options, sealed)
    return send(desk, options, sealed, await made(desk, options, draft))
  }
  expectWorkable(sealed.detail, desk.handler)
  await sayUnread(desk, sealed.detail)
  // Where an answer waits to be confirmed, that one is sent, or none.
  const isWaiting = draft !== null && !hasArrived
  const fromEditor = options.file === undefined && station.stdin.isTTY === true
  // Said before it is written, not after.
  if (isWaiting && fromEditor)
    throw earlierWaits(id, safe`another one begins when it is settled what becomes of that`)
  const plan = isByMail && !isWaiting ? await planLetter(desk, sealed, options) : null
  const writing = {
    about: 'reply',
    case: id,
    file: options.file,
    begin: await templateFor(station, options, sealed),
    instructions: [instructionsFor(sealed, isByMail)],
  } as const
  const written = await withWords(desk, writing, text =>
    draftOf(desk, options, sealed, draft, plan, text),
  )
  if (written === null) return confirm(desk, options, sealed)
  await send(desk, options, sealed, written)
}

function instructionsFor({ content, detail }: SealedCase, isByMail: boolean): string {
  const way = isByMail ? 'It leaves by mail.' : 'The applicant reads it with the receipt code.'
  return `Your answer to case ${detail.case.id}, in ${content.language}. ${way}`
}

function expectLetterOptions(options: ReplyOptions, isByMail: boolean): void {
  const { key, plain, to, yes } = options
  if (!isByMail && (key ?? plain ?? to ?? yes) !== undefined)
    throw misused(
      safe`--to, --key, --plain and --yes are for requests that came by mail`,
      safe`the applicant collects this answer with the receipt code; nothing of it is mailed`,
    )
  if (plain === true && key !== undefined)
    throw misused(safe`--plain seals to no key, and --key names one`, safe`leave one of them out`)
}

/** An answer that is kept, and what it was made of: null where that cannot be opened any more. */
interface Written {
  readonly draft: ReplyDraft
  readonly making: ReplyMaking | null
}

/** The answer that was made before. @throws Failure where another one is asked for */
async function made(desk: Desk, options: ReplyOptions, draft: ReplyDraft): Promise<Written> {
  const making = await makingOf(desk, draft)
  expectAsMade(draft.case, making, options, options.again === true)
  if (making !== null && making.letter !== null)
    desk.station.printer.say(
      safe`once more, the answer to ${making.letter.message.to}: ${madeWords(making.letter)}`,
    )
  return { draft, making }
}

async function templateFor(
  station: Station,
  options: ReplyOptions,
  sealed: SealedCase,
): Promise<string> {
  if (options.template === undefined) return ''
  if (options.file !== undefined || station.stdin.isTTY !== true)
    throw misused(
      safe`a template is filled in in the editor, at a terminal`,
      safe`what prints it: khancap templates ${shellWord(options.template, 'NAME')}`,
    )
  const language = languageFor(sealed, options.language)
  return findTemplate(station, options.template, language, mailIn(sealed.content) !== null)
}

/** The answer with these words, kept on disk before it is sent; null where they have arrived already. */
async function draftOf(
  desk: Desk,
  options: ReplyOptions,
  sealed: SealedCase,
  draft: ReplyDraft | null,
  plan: LetterPlan | null,
  text: string,
): Promise<Written | null> {
  const { id } = sealed.detail.case
  const gap = gapIn(text)
  if (gap !== null)
    throw refused(
      safe`the answer still has a place to fill in: ${gap}; nothing was sent`,
      safe`fill it in, or delete it, where the answer was written`,
    )
  const hasArrived = sealed.detail.replies.some(reply => reply.id === draft?.request.id)
  // The same words again, after a lost connection, are the same request.
  const isRepeated = draft !== null && (await wordsOf(desk, draft.request)) === text
  if (isRepeated) return hasArrived ? null : made(desk, options, draft)
  if (draft !== null && !hasArrived) throw earlierWaits(id, safe`this is another one`)
  const language = languageFor(sealed, options.language)
  const replyId = newClientId(await desk.station.primitives())
  const letter =
    plan === null
      ? null
      : await writeLetter(desk, sealed, options, plan, { id: replyId, text, language })
  const carried = letter === null ? undefined : await sealedLetter(desk, letter.message)
  const request = await sealRequest(desk, sealed, text, language, replyId, carried)
  const making: ReplyMaking = { v: 1, kind: 'making', case: id, language, letter }
  const kept: ReplyDraft = {
    v: 1,
    origin: desk.directory.directory.origin,
    case: id,
    after: await lastSeen(desk, sealed.detail),
    request,
    making: await sealedMaking(desk, making),
  }
  await saveDraft(desk.station.folder.drafts, kept)
  return { draft: kept, making }
}

function earlierWaits(id: CaseId, why: Safe): Failure {
  return refused(
    safe`an earlier answer to case ${id} was sent, and the service did not confirm it; ${why}`,
    safe`khancap reply ${id.slice(0, 8)} --again sends the earlier one once more; the service takes it once, however often it is sent`,
    safe`khancap reply ${id.slice(0, 8)} --discard forgets it; the service may have it all the same`,
  )
}

async function send(
  desk: Desk,
  options: ReplyOptions,
  sealed: SealedCase,
  { draft: { after: seen, request }, making }: Written,
): Promise<void> {
  const { id } = sealed.detail.case
  const letter = making?.letter ?? null
  const current = await upToDate(desk, sealed, request, making)
  const copy = decodeBase64url(current.team_copy)
  const after = await actOn(desk, sealed.detail, 'replies', current, [copy], seen).catch(
    (error: unknown) => {
      throw keptWords(asFailure(error), id)
    },
  )
  await dropDraft(desk.station.folder.drafts, id)
  const done =
    request.letter === undefined
      ? safe`sealed${options.bundle === undefined ? ' and sent' : ''} the answer to case ${id}`
      : safe`the answer to case ${id} leaves by mail; if the mail server does not take it or a bounce comes back, the case says so and its clock runs again; nothing proves that the person has read it`
  reportAct(
    desk.station,
    options,
    done,
    after,
    letter === null ? {} : { letter: letterJson(letter) },
  )
}

/** What was written is not lost, whatever the server said. */
function keptWords(failure: Failure, id: string): Failure {
  return new Failure(
    failure.exit,
    failure.sentence,
    [
      ...failure.hints,
      safe`the answer is kept on this machine, sealed: khancap reply ${id.slice(0, 8)} --again sends it once more, and the service takes it once`,
    ],
    { cause: failure },
  )
}

/** An answer whose confirmation was lost, and which the server shows now. */
async function confirm(desk: Desk, options: ReplyOptions, { detail }: SealedCase): Promise<void> {
  const { station } = desk
  await dropDraft(station.folder.drafts, detail.case.id)
  const done = safe`the service had the answer to case ${detail.case.id} already; nothing was sent twice`
  reportAct(station, options, done, detail.case)
}

async function discard(
  { station }: Desk,
  options: ReplyOptions,
  { detail }: SealedCase,
): Promise<void> {
  const { id } = detail.case
  await dropDraft(station.folder.drafts, id)
  if (options.json === true) station.printer.json({ case: detail.case })
  station.printer.say(safe`forgot the answer to case ${id} that the service did not confirm`)
}
