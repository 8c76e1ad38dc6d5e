// The figures as CSV (RFC 4180, lines ended by LF): a row for each program and week, an empty field where a count is
// kept back. Every field is a number, a date or a name in lower case: nothing to quote.
import type { Statistics, StatisticsRow } from '../../schemas/statistics.js'

const counts = [
  'received',
  'answered',
  'within',
  'late',
  'overdue',
  'waiting',
  'ended',
  'breached',
] as const
const reasons = ['not_routed', 'not_claimed', 'claimed_not_answered'] as const
const hours = ['median_hours', 'p90_hours', 'worst_hours'] as const

export const csvHead = [
  'week',
  'program',
  ...counts,
  ...reasons.map(reason => `breached_${reason}`),
  ...hours,
]

function fieldsOf(row: StatisticsRow): readonly (string | number | null)[] {
  return [
    row.week.slice(0, 10),
    row.program,
    ...counts.map(name => row[name]),
    ...reasons.map(name => row.breach_reasons[name]),
    ...hours.map(name => row[name]),
  ]
}

export function printCsv({ rows }: Statistics): readonly string[] {
  return [csvHead.join(','), ...rows.map(row => fieldsOf(row).join(','))]
}
