// The clock of a case: by when an answer is due, and the rungs on the way (reminder, escalation, breach). All of it
// is data of the signed directory; all instants are the database's (docs/protocol.md, step 8).
import type { CaseState } from '../../../schemas/case.js'
import type { Directory } from '../../../schemas/directory.js'
import type { Instant } from '../../../schemas/encoding.js'
import type { Program, Rung, ServiceLevel } from '../../../schemas/program.js'
import { isActive } from '../../../keys/keyring.js'

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
 * An applicant's own date shortens the clock, but never below this part of the service level, counted from the
 * moment of routing: one hour where 48 are promised. A date that has passed, or is minutes away, thus alarms
 * within the hour and still leaves the ladder rungs to climb.
 */
const shortestPart = 48

/**
 * The program whose service level runs for a case of which nothing is known yet: the one that promises the
 * earliest answer, so that even a case that can never be routed alarms in time.
 */
export function tightestProgram(directory: Directory, at: Instant): Program {
  const valid = directory.programs.filter(program => isActive(program, at))
  const [first, ...rest] = valid.length > 0 ? valid : directory.programs
  if (first === undefined) throw new RangeError('a directory has at least one program')
  return rest.reduce(
    (tightest, program) =>
      program.service_level.first_response_seconds < tightest.service_level.first_response_seconds
        ? program
        : tightest,
    first,
  )
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
 * When the first answer is due once the program is known (step 7): the program's service level from arrival, or the
 * applicant's own date where that is nearer.
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
  const promised = times.receivedAt + level.first_response_seconds * 1000
  if (times.deadline === null) return promised
  const soonest =
    Math.max(times.now, times.receivedAt) +
    Math.ceil((level.first_response_seconds * 1000) / shortestPart)
  return Math.min(promised, Math.max(times.deadline, soonest))
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

/** The first rung after an instant (null: the first of all), or null where the ladder has ended. */
export function nextRungAt(
  level: ServiceLevel,
  clock: Clock,
  after: Instant | null,
): Instant | null {
  const next = rungsOf(level, clock).find(rung => after === null || rung.at > after)
  return next?.at ?? null
}

/**
 * The clock that runs for a case: from its arrival until it was answered, after that from the oldest addition
 * that has no answer. A deadline beyond the first one is that of an addition, too: it put a case that was closed
 * without an answer back to work.
 */
export function clockOf(
  level: ServiceLevel,
  row: Pick<Climbing, 'state' | 'receivedAt' | 'dueAt'>,
): Clock {
  const { state, receivedAt, dueAt } = row
  const first = state !== 'answered' && dueAt <= receivedAt + level.first_response_seconds * 1000
  return {
    startedAt: first
      ? receivedAt
      : Math.max(receivedAt, dueAt - level.addition_response_seconds * 1000),
    dueAt,
  }
}

/**
 * Step 8. Every rung that has come due since the sweep last looked, and when to look again. A rung whose `only`
 * does not hold is passed by: it was its time, and there was nothing to say.
 *
 * Looking too early, twice, or much too late changes nothing: `climbedTo` and `now` alone decide, and both are
 * the database's.
 */
export function climb(level: ServiceLevel, row: Climbing): Climb {
  if (row.state === 'closed' || row.state === 'purged') return { firings: [], nextRungAt: null }
  const clock = clockOf(level, row)
  const due = rungsOf(level, clock).filter(
    rung => rung.at <= row.now && (row.climbedTo === null || rung.at > row.climbedTo),
  )
  return {
    firings: due
      .filter(rung => holds(rung.only, row.state))
      .map(({ kind, to, at }) => ({ kind, to, at })),
    nextRungAt: nextRungAt(level, clock, Math.max(row.now, row.climbedTo ?? row.now)),
  }
}

/** A claim silences what is for the unclaimed; nothing but an answer silences the rest. */
function holds(only: Rung['only'], state: CaseState): boolean {
  return only === 'unanswered' || state === 'received' || state === 'routed'
}
