// The clock of a case: by when an answer is due, and the rungs on the way (reminder, escalation, breach). All of it
// is data of the signed directory; all instants are the database's (docs/protocol.md, step 8).
import type { CaseState } from '../../../schemas/case.js'
import type { Directory } from '../../../schemas/directory.js'
import type { Instant } from '../../../schemas/encoding.js'
import type { Program, Rung, ServiceLevel } from '../../../schemas/program.js'
import { isActive } from '../../../keys/keyring.js'
import { ceilToHour } from '../encoding/timestamp.js'

/** One running clock: it started with what the applicant sent, and ends when the answer is due. */
export interface Clock {
  readonly startedAt: Instant
  readonly dueAt: Instant
}

/** A rung as an instant of one case. */
export interface RungAt {
  readonly kind: Rung['kind']
  readonly to: Rung['to']
  readonly only: Rung['only']
  readonly at: Instant
}

/** What the sweep knows of a case whose next rung is due. */
export interface Climbing {
  readonly state: CaseState
  readonly receivedAt: Instant
  readonly dueAt: Instant
  /** Milliseconds by which holds have moved the running clock, `dueAt` included. */
  readonly heldMs: number
  /** When the hold of the running clock ends or ended; null where there was none. */
  readonly holdUntil: Instant | null
  /** Rungs at or before this instant were dealt with already; null where none was. */
  readonly climbedTo: Instant | null
  readonly now: Instant
}

export interface Climb {
  readonly firings: readonly Pick<RungAt, 'kind' | 'to' | 'at'>[]
  /** When to look again, or null where the ladder has ended. */
  readonly nextRungAt: Instant | null
}

/**
 * An applicant's own date shortens the clock to one of this many classes, and never below half of the first one,
 * counted from the moment of routing: whole hours where 48 are promised. So whoever reads deadlines learns no date
 * that an applicant named, and a date that has passed still leaves the ladder rungs to climb.
 */
const classes = 48

/** Alarms after the ladder come no more often than this part of the time since its last rung, and once a day at least. */
const thinning = 8
const dayMs = 86_400_000

/** Where a service level does not say it. A deadline that nobody meets is never quiet. */
const alarmsOtherwise = { every_seconds: 14_400, to: 'director' } as const
const longestHoldOtherwise = 259_200

/**
 * The program whose service level runs for a case of which nothing is known yet: the one that promises the
 * earliest answer, so that even a case that can never be routed alarms in time.
 */
export function tightestProgram(directory: Pick<Directory, 'programs'>, at: Instant): Program {
  const [first, ...rest] = programsAt(directory, at)
  if (first === undefined) throw new RangeError('a directory has at least one program')
  return rest.reduce(
    (tightest, program) =>
      program.service_level.first_response_seconds < tightest.service_level.first_response_seconds
        ? program
        : tightest,
    first,
  )
}

/** The programs that are valid at an instant; all of them where none is: what came is owed an answer all the same. */
function programsAt(directory: Pick<Directory, 'programs'>, at: Instant): readonly Program[] {
  const valid = directory.programs.filter(program => isActive(program, at))
  return valid.length > 0 ? valid : directory.programs
}

/**
 * What a receipt promises, for each program that a sealed request may be for: the full hour by which an answer is due
 * at the latest. No clock of such a case ends later, because the one before routing is the tightest of all and the one
 * afterwards ends with its program's time, or sooner; only a hold, which the applicant sees, moves it.
 */
export function promisesAt(
  directory: Directory,
  receivedAt: Instant,
): readonly { readonly program: string; readonly by: Instant }[] {
  return programsAt(directory, receivedAt).map(({ id, service_level }) => ({
    program: id,
    by: ceilToHour(receivedAt + service_level.first_response_seconds * 1000),
  }))
}

/** The service level of a case: its program's, or the tightest while (or because) the program is not known. */
export function serviceLevelFor(
  directory: Directory,
  program: string | null,
  at: Instant,
): ServiceLevel {
  const named = directory.programs.find(candidate => candidate.id === program)
  return (named ?? tightestProgram(directory, at)).service_level
}

/**
 * The service level by which a case is first due. A receipt promises what the directory said that the request was sealed
 * with, and a page or an offline form may be older than the newest one: a longer time there changes no promise.
 * @param promised of the same program in the directory that it was sealed with; null where that is not known
 */
export function keepingPromise(level: ServiceLevel, promised: ServiceLevel | null): ServiceLevel {
  const seconds = Math.min(
    level.first_response_seconds,
    promised?.first_response_seconds ?? level.first_response_seconds,
  )
  return { ...level, first_response_seconds: seconds }
}

/** The clock that starts with an intake, before the program is known (step 5). Seconds from arrival. */
export function firstDeadline(
  directory: Directory,
  at: Instant,
): { readonly firstResponseSeconds: number; readonly firstRungSeconds: number } {
  const level = tightestProgram(directory, at).service_level
  return {
    firstResponseSeconds: level.first_response_seconds,
    firstRungSeconds: firstRungSeconds(level, level.first_response_seconds),
  }
}

/** The clock that starts with an addition. Seconds from its arrival; the ladder is drawn to its length. */
export function additionClock(level: ServiceLevel): {
  readonly responseSeconds: number
  readonly firstRungSeconds: number
} {
  return {
    responseSeconds: level.addition_response_seconds,
    firstRungSeconds: firstRungSeconds(level, level.addition_response_seconds),
  }
}

function firstRungSeconds(level: ServiceLevel, lengthSeconds: number): number {
  const [first] = rungsOf(level, { startedAt: 0, dueAt: lengthSeconds * 1000 })
  return Math.max(1, Math.floor((first?.at ?? lengthSeconds * 1000) / 1000))
}

/**
 * When the first answer is due once the program is known (step 7): the program's service level from arrival, or
 * where the applicant's own date is nearer the last of 48 equal parts of it that ends before that date.
 *
 * @param deadline the date on the slip, or null
 */
export function routedDueAt(
  level: ServiceLevel,
  times: {
    readonly receivedAt: Instant
    readonly now: Instant
    readonly deadline: Instant | null
  },
): Instant {
  const { receivedAt, now, deadline } = times
  const promisedMs = level.first_response_seconds * 1000
  const partMs = promisedMs / classes
  const after = (parts: number) => receivedAt + Math.floor((parts * promisedMs) / classes)
  if (deadline === null) return after(classes)
  const named = Math.floor((deadline - receivedAt) / partMs)
  const soonest = Math.round((Math.max(now, receivedAt) - receivedAt) / partMs) + 1
  return after(Math.min(classes, Math.max(named, soonest)))
}

/**
 * The rungs of one clock in ascending order. Where the clock is shorter or longer than the service level's first
 * response (an applicant's own date, an addition), the ladder is drawn to its length in proportion: the rung at
 * half the time stays at half the time, the breach stays at the deadline.
 */
export function rungsOf(level: ServiceLevel, clock: Clock): readonly RungAt[] {
  const scale = (clock.dueAt - clock.startedAt) / (level.first_response_seconds * 1000)
  return level.ladder
    .map(({ kind, to, only, after_seconds }) => ({
      kind,
      to,
      only,
      at: clock.startedAt + Math.round(after_seconds * 1000 * scale),
    }))
    .toSorted((one, other) => one.at - other.at)
}

/**
 * The alarms that follow the last rung while the person stays unanswered: each `every_seconds`, from a week's worth
 * of them on more seldom, down to one a day. They have no end, and stay below 500 in the first year.
 */
function* alarmsAfter(level: ServiceLevel, last: Instant): Generator<RungAt> {
  const { every_seconds, to } = level.after_ladder ?? alarmsOtherwise
  const everyMs = every_seconds * 1000
  for (let at = last; ; ) {
    const thinned = Math.min(dayMs, Math.floor((at - last) / thinning))
    at += Math.max(everyMs, thinned)
    yield { kind: 'escalation', to, only: 'unanswered', at }
  }
}

/** The first rung after an instant (null: the first of all). There is always one: the ladder ends with the answer. */
export function nextRungAt(level: ServiceLevel, clock: Clock, after: Instant | null): Instant {
  const rungs = rungsOf(level, clock)
  const next = rungs.find(rung => after === null || rung.at > after)
  if (next !== undefined) return next.at
  for (const { at } of alarmsAfter(level, rungs.at(-1)?.at ?? clock.dueAt))
    if (after === null || at > after) return at
  throw new RangeError('alarms have no end')
}

/**
 * The clock that runs for a case: from its arrival until it was answered, after that from the oldest addition
 * that has no answer. A deadline beyond the first one is that of an addition, too: it put a case that was closed
 * without an answer back to work. What was held moves both ends.
 */
export function clockOf(
  level: ServiceLevel,
  row: Pick<Climbing, 'state' | 'receivedAt' | 'dueAt' | 'heldMs'>,
): Clock {
  const { state, receivedAt, dueAt, heldMs } = row
  const unheld = dueAt - heldMs
  const first = state !== 'answered' && unheld <= receivedAt + level.first_response_seconds * 1000
  const startedAt = first
    ? receivedAt
    : Math.max(receivedAt, unheld - level.addition_response_seconds * 1000)
  return { startedAt: startedAt + heldMs, dueAt }
}

/**
 * Step 8. Every rung that has come due since the sweep last looked, and when to look again. A rung whose `only`
 * does not hold is passed by: it was its time, and there was nothing to say. Of the alarms after the ladder only
 * the newest is told; the end of a hold reminds the team that the clock runs on.
 *
 * Looking too early, twice, or much too late changes nothing: `climbedTo` and `now` alone decide, and both are
 * the database's. Where that clock was set back, nothing fires until it has passed `climbedTo` again.
 */
export function climb(level: ServiceLevel, row: Climbing): Climb {
  if (row.state === 'closed' || row.state === 'purged') return { firings: [], nextRungAt: null }
  const clock = clockOf(level, row)
  const isDue = (at: Instant) => at <= row.now && (row.climbedTo === null || at > row.climbedTo)
  const rungs = rungsOf(level, clock)
  const due = [
    ...rungs.filter(rung => isDue(rung.at) && holds(rung.only, row.state)),
    ...newestAlarm(level, rungs.at(-1)?.at ?? clock.dueAt, row.now).filter(({ at }) => isDue(at)),
    ...endOfHold(row),
  ]
  const next = nextRungAt(level, clock, Math.max(row.now, row.climbedTo ?? row.now))
  return {
    firings: due
      .toSorted((one, other) => one.at - other.at)
      .map(({ kind, to, at }) => ({ kind, to, at })),
    nextRungAt:
      row.holdUntil !== null && row.holdUntil > row.now ? Math.min(next, row.holdUntil) : next,
  }
}

/** The last alarm at or before an instant, if there was one. */
function newestAlarm(level: ServiceLevel, last: Instant, now: Instant): RungAt[] {
  let newest: RungAt[] = []
  for (const alarm of alarmsAfter(level, last)) {
    if (alarm.at > now) break
    newest = [alarm]
  }
  return newest
}

/** The store drops it where it is on record: it needs no `climbedTo`, which a hold has moved. */
function endOfHold({ holdUntil, climbedTo, now }: Climbing): RungAt[] {
  return holdUntil === null || holdUntil > now || (climbedTo !== null && climbedTo > holdUntil)
    ? []
    : [{ kind: 'reminder', to: 'team', only: 'unanswered', at: holdUntil }]
}

/** How long all holds of one deadline may last together, in milliseconds. */
export function longestHoldMs(level: ServiceLevel): number {
  return (level.longest_hold_seconds ?? longestHoldOtherwise) * 1000
}

/** A claim silences what is for the unclaimed; nothing but an answer silences the rest. */
function holds(only: Rung['only'], state: CaseState): boolean {
  return only === 'unanswered' || state === 'received' || state === 'routed'
}
