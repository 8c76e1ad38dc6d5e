// `khancap import`: sends what was done without network. Each act carries the id that it was made with, so that it arrives
// once however often it is sent; what was sent is remembered, so that an import can be taken up again.
import type { BundleAct, BundleMemory } from '../../schemas/bundle.js'
import type { CaseId, Sha256 } from '../../schemas/encoding.js'
import { beforeHistory } from '../../src/core/case/anchor.js'
import { type Bundle } from '../../src/core/bundle/statements.js'
import { decodeBase64url } from '../../src/core/encoding/base64url.js'
import { actOn } from '../case/act.js'
import { proveAnswer } from '../case/answer-proof.js'
import { upToDate } from '../case/reply-request.js'
import { fetchCase, type SealedCase } from '../case/sealed-case.js'
import { upToDateNote } from '../case/note-request.js'
import { untrusted } from '../client/case-desk.js'
import { type Desk, openDesk } from '../client/desk.js'
import { asFailure, type ExitCode, Failure, refused } from '../failure.js'
import type { Station, VerbOptions } from '../station/station.js'
import { readBundleFile } from '../stick/bundle-file.js'
import { expectOwn } from '../stick/bundle-desk.js'
import { expectNoLoss, recallBundle, remember } from '../stick/memory.js'
import { type Safe, safe } from '../terminal/safe.js'

interface Outcome {
  readonly number: number
  readonly case: CaseId
  readonly verb: BundleAct['act']['verb']
  readonly outcome: 'sent' | 'had_arrived' | 'failed' | 'left'
  readonly failure: Failure | null
}

export async function importBundle(
  given: Station,
  options: VerbOptions,
  file: string,
): Promise<void> {
  const desk = await openDesk(given, options)
  const { station } = desk
  const bundle = await readBundleFile(station, file, desk.identity)
  expectOwn(bundle, desk.settings)
  const known = await recallBundle(station, bundle)
  expectNoLoss(known, bundle)
  const due = bundle.acts.filter(({ number }) => !known.sent.includes(number))
  if (bundle.acts.length > 0 && due.length === 0)
    throw refused(
      safe`everything in ${file} was sent already; nothing was sent again`,
      safe`delete it from the stick`,
    )
  const done = await sendAll(desk, options, bundle, known, due)
  report(station, options, file, done)
}

async function sendAll(
  desk: Desk,
  options: VerbOptions,
  bundle: Bundle,
  known: BundleMemory,
  due: readonly BundleAct[],
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const stuck = new Set<CaseId>()
  let memory: BundleMemory = { ...known, acts: bundle.acts.length }
  for (const act of due) {
    const { case: id, number } = act
    const { verb } = act.act
    const note = (outcome: Outcome['outcome'], failure: Failure | null = null) => {
      outcomes.push({ number, case: id, verb, outcome, failure })
      if (options.json !== true) say(desk.station, outcomes.at(-1), due.length)
    }
    // What comes after an act that failed may rest on it.
    if (stuck.has(id)) {
      note('left')
      continue
    }
    try {
      // In the order in which it was done, and remembered before the next.
      // oxlint-disable-next-line no-await-in-loop
      note(await sendOne(desk, bundle, act))
      memory = { ...memory, sent: [...memory.sent, number] }
      // oxlint-disable-next-line no-await-in-loop
      await remember(desk.station, memory)
    } catch (error) {
      stuck.add(id)
      note('failed', asFailure(error))
    }
  }
  return outcomes
}

async function sendOne(
  desk: Desk,
  bundle: Bundle,
  { act, case: id, envelope }: BundleAct,
): Promise<'sent' | 'had_arrived'> {
  const sealed = await fetchCase(desk, id)
  const { detail } = sealed
  if (detail.envelope_sha256 !== envelope)
    throw untrusted(
      safe`the server serves another request under case ${id} than the one in the bundle`,
    )
  if (hasArrived(sealed, act, desk.handler.id)) return 'had_arrived'
  if (act.verb === 'close') expectUntouched(bundle, sealed, desk.handler.id)
  const { body, parts } = await bodyOf(desk, sealed, act)
  await actOn(desk, detail, act.verb, body, parts, seenIn(bundle, act, id))
  return 'sent'
}

/** What ends what is owed was decided on with the bundle in sight, and nothing that came later. */
function seenIn({ content }: Bundle, act: BundleAct['act'], id: CaseId): Sha256 | undefined {
  if (act.verb !== 'replies' && act.verb !== 'contacted' && act.verb !== 'close') return undefined
  const taken = content.cases.find(({ detail }) => detail.case.id === id)
  return taken?.detail.events.at(-1)?.hash ?? beforeHistory
}

/** Ids make replies and notes arrive once; other acts are done where the case already stands as they leave it. */
function hasArrived({ detail }: SealedCase, act: BundleAct['act'], handler: string): boolean {
  switch (act.verb) {
    case 'replies':
      return detail.replies.some(({ id }) => id === act.body.id)
    case 'notes':
      return detail.notes.some(({ id }) => id === act.body.id)
    case 'claim':
      return detail.case.claimed_by === handler
    case 'release':
      return detail.case.claimed_by === null
    case 'close':
      return detail.case.state === 'closed' && detail.outcome === act.body.outcome
    case 'reopen':
      return detail.case.state !== 'closed'
    case 'contacted':
      return false
    default:
      return false
  }
}

/** The server takes an answer for the hour in which it arrives, and seals for those who read now. */
async function bodyOf(
  desk: Desk,
  sealed: SealedCase,
  act: BundleAct['act'],
): Promise<{ readonly body: object; readonly parts: readonly Uint8Array[] }> {
  if (act.verb === 'replies') {
    const body = await upToDate(desk, sealed, act.body, null)
    return { body, parts: [decodeBase64url(body.team_copy)] }
  }
  if (act.verb === 'notes') {
    const body = await upToDateNote(desk, sealed, act.body)
    return { body, parts: [decodeBase64url(body.sealed)] }
  }
  if (act.verb === 'contacted')
    return { body: { ...act.body, answer: await proveAnswer(desk, sealed) }, parts: [] }
  return { body: act.body, parts: [] }
}

/** Nobody closes a case that a colleague or the applicant has taken up since it was taken along. */
function expectUntouched(bundle: Bundle, { detail }: SealedCase, handler: string): void {
  const before = bundle.content.cases.find(one => one.detail.case.id === detail.case.id)
  const last = before?.detail.events.at(-1)?.number ?? 0
  const since = detail.events.filter(
    event => event.number > last && event.handler !== handler && event.kind !== 'reminder',
  )
  const touched = since.filter(({ kind }) => !['escalation', 'breach'].includes(kind))
  if (touched.length > 0)
    throw refused(
      safe`case ${detail.case.id} was taken up by others since the bundle was made: it was not closed`,
      safe`look at it first: khancap open ${detail.case.id.slice(0, 8)}`,
    )
}

const verbWords: Readonly<Record<Outcome['verb'], string>> = {
  replies: 'reply',
  contacted: 'contacted',
  notes: 'note',
  close: 'close',
  claim: 'claim',
  release: 'release',
  reopen: 'reopen',
}

function say(station: Station, outcome: Outcome | undefined, all: number): void {
  if (outcome === undefined) return
  const { case: id, failure, number, verb } = outcome
  const words: Readonly<Record<Outcome['outcome'], Safe>> = {
    sent: safe`sent`,
    had_arrived: safe`had arrived already`,
    failed: safe`NOT SENT: ${failure?.sentence ?? safe``}`,
    left: safe`NOT SENT: what was done before it did not arrive`,
  }
  station.printer.sentence(
    safe`${number} of ${all}: ${verbWords[verb]} ${id.slice(0, 8)}: ${words[outcome.outcome]}`,
  )
}

function report(
  station: Station,
  options: VerbOptions,
  file: string,
  outcomes: readonly Outcome[],
): void {
  const { printer } = station
  const unsent = outcomes.filter(({ outcome }) => outcome === 'failed' || outcome === 'left')
  if (options.json === true)
    printer.json({
      file,
      acts: outcomes.map(({ failure, ...outcome }) => ({
        ...outcome,
        sentence: failure?.sentence.text ?? null,
      })),
      left: unsent.length,
    })
  else if (outcomes.length === 0) printer.say(safe`nothing was written into ${file}`)
  else if (unsent.length === 0) printer.say(safe`all of it was sent; delete ${file} from the stick`)
  if (unsent.length === 0) return
  const exits = unsent.flatMap(({ failure }) => (failure === null ? [] : [failure]))
  const exit: ExitCode = exits.every(failure => failure.exit === 3) ? 3 : 1
  throw new Failure(exit, safe`${unsent.length} of ${outcomes.length} acts were not sent`, [
    ...exits.flatMap(({ hints }) => hints).slice(0, 3),
    safe`they stay in ${file}: mend what is said above, and run khancap import again`,
  ])
}
