// Small counts are people. What may be told of a row of figures: none of its counts from one to four, and nothing from which one
// could be computed. The rows of different weeks and programs are never summed up. It is about one look: what another one on
// another day adds is not kept back (SECURITY.md, "Limits, told plainly").
import {
  type BreachReason,
  type StatisticsRow,
  smallestCount,
} from '../../../schemas/statistics.js'

/** The counts of one program and week as they are. The parts of a whole: each request is in exactly one. */
export interface ExactRow {
  readonly within: number
  readonly late: number
  readonly overdue: number
  readonly waiting: number
  readonly ended: number
  /** late and overdue requests by what kept them from an answer. */
  readonly reasons: Readonly<Record<BreachReason, number>>
  /** Seconds from arrival to the answer; null where nothing was answered. */
  readonly medianSeconds: number | null
  readonly p90Seconds: number | null
  readonly worstSeconds: number | null
}

const isSmall = (count: number) => count > 0 && count < smallestCount

/**
 * Whether the parts of a whole may be told: all of them or none. None where one is small, because the others and the
 * whole would give it away. Which ones are kept back must not depend on how large they are: that alone can be enough to
 * compute them. Zeros are told: they speak of nobody.
 * @param whole what is told of the whole; null: nothing, so nothing of its parts
 */
export function mayTellParts(whole: number | null, parts: readonly number[]): boolean {
  return whole !== null && !parts.some(isSmall)
}

const begunHours = (seconds: number | null) => (seconds === null ? null : Math.ceil(seconds / 3600))
const nothing = { not_routed: null, not_claimed: null, claimed_not_answered: null }

/**
 * Pure: everything of a row that may be told. Requests are split as a tree (within, breached, neither; then these in
 * turn), each split told or not by its own parts alone.
 */
export function tellRow(exact: ExactRow): Omit<StatisticsRow, 'program' | 'week'> {
  const { within, late, overdue, waiting, ended, reasons } = exact
  const [breached, neither] = [late + overdue, waiting + ended]
  const whole = within + breached + neither
  const received = isSmall(whole) ? null : whole
  const isSplit = mayTellParts(received, [within, breached, neither])
  const whenNot = mayTellParts(isSplit ? breached : null, [late, overdue])
  const whereLeft = mayTellParts(isSplit ? neither : null, [waiting, ended])
  const why = mayTellParts(isSplit ? breached : null, Object.values(reasons))
  // Times are of all answers, and late ones show among them: they lie beyond the promise, which is public. With 9 to 17 in time,
  // a p90 in time and a worst beyond it mean one late answer, and the worst is that person's. So times are told where the
  // number of late answers is: five and more or none, as it is where nothing was breached.
  const times = whenNot && within >= smallestCount
  return {
    received,
    answered: whenNot ? within + late : null,
    within: isSplit ? within : null,
    late: whenNot ? late : null,
    overdue: whenNot ? overdue : null,
    waiting: whereLeft ? waiting : null,
    ended: whereLeft ? ended : null,
    breached: isSplit ? breached : null,
    breach_reasons: why ? { ...reasons } : nothing,
    median_hours: times ? begunHours(exact.medianSeconds) : null,
    p90_hours: times ? begunHours(exact.p90Seconds) : null,
    worst_hours: times ? begunHours(exact.worstSeconds) : null,
  }
}
