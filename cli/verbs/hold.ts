// `khancap hold`: asks to hold a case's clock until an instant, or confirms what a colleague asked for. `khancap unhold`
// lets it run on. Nobody confirms what they have not been shown, or what nobody has signed.
import { type CaseDetail, type CaseSummary, HoldReason } from '../../schemas/case.js'
import { Timestamp } from '../../schemas/encoding.js'
import { formatTimestamp, parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { longestHoldMs, serviceLevelFor } from '../../src/core/sla/ladder.js'
import { actOn, actUnopened, reportAct } from '../case/act.js'
import { findCase } from '../case/case-id.js'
import { checkHistory } from '../case/history.js'
import { askedByAnother, askedByThemselves } from '../case/holds.js'
import { expectKnown } from '../case/known-case.js'
import { type Desk, openDesk } from '../client/desk.js'
import { holdReasons } from '../commands/choices.js'
import { Failure, misused, noHint, refused } from '../failure.js'
import type { Station, VerbOptions } from '../station/station.js'
import { command, safe } from '../terminal/safe.js'
import { spanWords, timeWords } from '../terminal/time-words.js'

export interface HoldOptions extends VerbOptions {
  readonly until?: string
  readonly reason?: HoldReason
  readonly confirm?: true
}

const hourMs = 3_600_000

export async function holdCase(
  station: Station,
  options: HoldOptions,
  given: string,
): Promise<void> {
  const isAsking = options.until !== undefined || options.reason !== undefined
  if (options.confirm === true ? isAsking : options.until === undefined)
    throw misused(
      safe`give --until and --reason to ask for a hold, or --confirm to confirm one`,
      safe`--until takes hours or days from now (12h, 2d) or an instant (2026-11-25T08:30Z)`,
    )
  const end = options.until === undefined ? null : readEnd(options.until, station.now())
  const desk = await openDesk(station, options)
  const id = await findCase(desk.cases, given)
  const detail = await desk.cases.detail(id)
  const before = detail.case
  await expectKnown(station.folder.path, id, detail.envelope_sha256)
  const body =
    end === null
      ? await askedFor(desk, detail)
      : { until: end, reason: options.reason ?? (await askReason(station)) }
  const after = await actOn(desk, detail, 'hold', body).catch(error => explain(desk, before, error))
  const until = timeWords(body.until)
  reportAct(
    station,
    options,
    (after.hold?.confirmed_by ?? null) === null
      ? safe`asked to hold case ${id} until ${until}: another handler must confirm it`
      : safe`case ${id} is held until ${until}; the applicant sees it`,
    after,
  )
}

export async function unholdCase(
  station: Station,
  options: VerbOptions,
  given: string,
): Promise<void> {
  const desk = await openDesk(station, options)
  const id = await findCase(desk.cases, given)
  const after = await actUnopened(desk, id, 'unhold', {})
  reportAct(station, options, safe`the clock of case ${id} runs`, after)
}

/** To the second, as it travels and is signed. */
function readEnd(text: string, now: number): Timestamp {
  const [, count, unit] = /^(\d{1,3})([hd])$/.exec(text) ?? []
  if (count !== undefined) {
    const ms = Number(count) * (unit === 'd' ? 24 : 1) * hourMs
    return formatTimestamp(Math.floor((now + ms) / 1000) * 1000)
  }
  const whole = text.replace(/^(\d{4}-\d\d-\d\dT\d\d:\d\d)Z$/, '$1:00Z')
  const parsed = Timestamp.safeParse(whole)
  try {
    if (parsed.success) return formatTimestamp(parseTimestamp(parsed.data))
  } catch {
    // Falls through: a day that is not in the calendar.
  }
  throw misused(
    safe`--until takes hours or days from now (12h, 2d) or an instant (2026-11-25T08:30Z)`,
    noHint,
  )
}

/** What a colleague has asked for with their signature, and the person here has read and agreed to. */
async function askedFor(
  desk: Desk,
  detail: CaseDetail,
): Promise<{ until: Timestamp; reason: HoldReason }> {
  const { asker } = desk.station
  const { hold, id } = detail.case
  if (hold === null)
    throw refused(
      safe`nobody has asked to hold case ${id}`,
      safe`ask for it yourself with --until and --reason; a colleague confirms it`,
    )
  const { reason, until } = hold
  const history = await checkHistory(desk, detail)
  const asked = askedByAnother(history, hold, desk.handler.id)
  if (asked === null && askedByThemselves(history, hold, desk.handler.id))
    throw refused(
      safe`you asked for it yourself; another handler confirms it`,
      safe`ask a colleague to type: khancap hold ${id.slice(0, 8)} --confirm`,
    )
  if (asked === null)
    throw refused(
      safe`no colleague has signed that case ${id} is held until ${timeWords(until)} (${reason.replaceAll('_', ' ')})`,
      safe`nothing was confirmed; khancap history ${id.slice(0, 8)} shows what was signed, and by whom`,
    )
  const again = safe`khancap hold ${id.slice(0, 8)} --until ${until} --reason ${reason}`
  if (!asker.available)
    throw misused(safe`a hold is confirmed at a terminal`, safe`or in the same words: ${again}`)
  const who = asked.event.handler ?? '-'
  const isAgreed = await asker.confirm(
    safe`${who} asks to hold case ${id} until ${timeWords(until)}: ${holdReasons[reason]}. Confirm it?`,
  )
  if (!isAgreed) throw refused(safe`the hold was not confirmed`, noHint)
  return { until, reason }
}

function askReason(station: Station): Promise<HoldReason> {
  if (!station.asker.available)
    throw misused(
      safe`why must the answer wait? give --reason`,
      safe`one of ${HoldReason.options.join(', ')}`,
    )
  return station.asker.choose(
    safe`Why must the answer wait? The applicant is told.`,
    HoldReason.options.map(value => ({ value, label: safe`${holdReasons[value]}` })),
  )
}

function explain(desk: Desk, before: CaseSummary, error: unknown): never {
  if (!(error instanceof Failure)) throw error
  const { directory } = desk.directory
  const received = parseTimestamp(before.received_at)
  const longest = longestHoldMs(serviceLevelFor(directory, before.program, received))
  if (error.code === 'request_invalid')
    throw refused(
      safe`the hold cannot end then`,
      safe`its end lies ahead, and all holds of one deadline last ${spanWords(longest)} together at most`,
    )
  if (error.code === 'case_state')
    throw refused(
      safe`the clock of case ${before.id} cannot be held now`,
      safe`nothing is owed, or it is late already, or it is held: khancap open shows which`,
      safe`${command`khancap unhold`} ends a hold before its time`,
    )
  throw error
}
