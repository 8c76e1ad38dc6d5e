// `khancap add-reader`: lets a colleague open a case, or all open cases of a handler or team when somebody leaves. The
// stored envelopes stay as they are; a signed grant is added to each.
import type { CaseSummary } from '../../schemas/case.js'
import type { CaseId } from '../../schemas/encoding.js'
import { activeHandlers, activeRecipient, handlerById } from '../../keys/keyring.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { reportAct } from '../case/act.js'
import { findCase } from '../case/case-id.js'
import { expectInForce, expectNoConflict, hasConflict, letIn, type Reader } from '../case/let-in.js'
import { expectNames } from '../case/known-names.js'
import { openCases } from '../case/open-cases.js'
import { fetchCase, NotSealedToYou, type SealedCase } from '../case/sealed-case.js'
import { type Desk, openDesk } from '../client/desk.js'
import { asFailure, misused, noHint, refused } from '../failure.js'
import type { Station, VerbOptions } from '../station/station.js'
import { type Safe, safe } from '../terminal/safe.js'

export interface AddReaderOptions extends VerbOptions {
  readonly to?: string
  readonly all?: true
  readonly from?: string
  readonly team?: string
  readonly dryRun?: true
}

export async function addReader(
  station: Station,
  options: AddReaderOptions,
  given?: string,
): Promise<void> {
  const isMany = options.all === true || options.from !== undefined || options.team !== undefined
  if (isMany === (given !== undefined))
    throw misused(
      safe`which cases? give the id of one, or --all, --from HANDLER or --team TEAM`,
      safe`khancap inbox lists the cases`,
    )
  const desk = await openDesk(station, options)
  expectInForce(desk)
  const id = given === undefined ? null : await findCase(desk.cases, given)
  const reader = readerIn(desk, options.to ?? (await askReader(desk)))
  if (id === null) return handOver(desk, options, reader)
  const sealed = await fetchCase(desk, id)
  expectNoConflict(desk, sealed, reader)
  if (options.dryRun === true) {
    if (options.json === true)
      station.printer.json({ reader: reader.id, cases: [{ case: id, outcome: 'would_be_let_in' }] })
    return station.printer.say(safe`${reader.id} would be let into case ${id}; nothing was done`)
  }
  reportAct(
    station,
    options,
    safe`${reader.id} can open case ${id} now`,
    await letIn(desk, sealed, reader),
  )
}

type Outcome =
  | 'let_in'
  | 'was_in'
  | 'would_be_let_in'
  | 'conflict_of_interest'
  | 'not_sealed_to_you'
  | 'failed'

const words: Readonly<Record<Outcome, Safe>> = {
  let_in: safe`let in`,
  was_in: safe`was in already`,
  would_be_let_in: safe`would be let in`,
  conflict_of_interest: safe`NOT let in: a conflict of interest keeps them from it`,
  not_sealed_to_you: safe`NOT let in: you cannot open it either; a colleague who can must do it`,
  failed: safe`NOT let in`,
}

/** One case after the other: what was done stays done, and the same line again does the rest. */
async function handOver(desk: Desk, options: AddReaderOptions, reader: Reader): Promise<void> {
  const { printer } = desk.station
  const { from, team } = options
  const open = await openCases(desk.cases)
  await expectNames(desk, { handler: from, team }, (kind, name) =>
    open.some(one => (kind === 'handler' ? one.claimed_by : one.team) === name),
  )
  const cases = open.filter(summary => isMeant(options, summary))
  const done: { case: CaseId; outcome: Outcome }[] = []
  for (const { id } of cases) {
    // oxlint-disable-next-line no-await-in-loop
    const { outcome, why } = await letInto(desk, options, reader, id)
    done.push({ case: id, outcome })
    if (options.json !== true)
      printer.sentence(
        why === null ? safe`${id}  ${words[outcome]}` : safe`${id}  ${words[outcome]}: ${why}`,
      )
  }
  if (options.json === true) printer.json({ reader: reader.id, cases: done })
  const kept = done.filter(({ outcome }) => outcome === 'conflict_of_interest')
  const left = done.filter(({ outcome }) => outcome === 'failed' || outcome === 'not_sealed_to_you')
  if (done.length === 0) printer.say(safe`there is no such open case`)
  if (kept.length > 0) printer.say(safe`for ${kept.length} of them somebody else must be found`)
  if (left.length > 0)
    throw refused(
      safe`${reader.id} was not let into ${left.length} of ${done.length} cases`,
      safe`the same line again goes on with the rest`,
    )
  if (options.dryRun === true) printer.say(safe`nothing was done`)
}

function isMeant({ from, team }: AddReaderOptions, summary: CaseSummary): boolean {
  return (
    (from === undefined || summary.claimed_by === from) &&
    (team === undefined || summary.team === team)
  )
}

async function letInto(
  desk: Desk,
  options: AddReaderOptions,
  reader: Reader,
  id: CaseId,
): Promise<{ outcome: Outcome; why: Safe | null }> {
  try {
    const sealed = await fetchCase(desk, id)
    if (hasConflict(desk, sealed, reader.id)) return { outcome: 'conflict_of_interest', why: null }
    if (isIn(desk, sealed, reader)) return { outcome: 'was_in', why: null }
    if (options.dryRun === true) return { outcome: 'would_be_let_in', why: null }
    await letIn(desk, sealed, reader)
    return { outcome: 'let_in', why: null }
  } catch (thrown) {
    if (thrown instanceof NotSealedToYou) return { outcome: 'not_sealed_to_you', why: null }
    const failure = asFailure(thrown)
    if (failure.exit === 3) throw thrown
    return { outcome: 'failed', why: failure.sentence }
  }
}

/** A grant that counts, made since the reader has the key that they have now. */
function isIn({ directory }: Desk, { grants }: SealedCase, reader: Reader): boolean {
  const current = handlerById(directory.directory, reader.id)?.recipients.find(
    ({ recipient }) => recipient === reader.recipient,
  )
  const since =
    current === undefined ? Number.POSITIVE_INFINITY : parseTimestamp(current.valid_from)
  return grants.some(grant => grant.reader === reader.id && parseTimestamp(grant.at) >= since)
}

function readerIn({ directory, station }: Desk, id: string): Reader {
  const handler = handlerById(directory.directory, id)
  const isThere = activeIds(directory.directory, station.now()).includes(id)
  const recipient = handler === null || !isThere ? null : activeRecipient(handler, station.now())
  if (recipient !== null) return { id, recipient }
  throw refused(
    safe`the directory has no active handler ${id}`,
    safe`it has ${activeIds(directory.directory, station.now()).join(', ')}`,
  )
}

function askReader({ directory, handler, station }: Desk): Promise<string> {
  if (!station.asker.available) throw misused(safe`who shall read it? give --to HANDLER`, noHint)
  return station.asker.choose(
    safe`Who shall be able to open it?`,
    activeIds(directory.directory, station.now())
      .filter(id => id !== handler.id)
      .map(value => ({ value, label: safe`${value}` })),
  )
}

function activeIds(directory: Desk['directory']['directory'], now: number): string[] {
  return activeHandlers(directory, now).map(({ id }) => id)
}
