// GET /v1/statistics: the organisation's figures, per program and week. No content, no language, no country; and none of
// a row's counts from one to four, neither told nor to be computed from the row. Two looks at a week on different days can
// give one away (SECURITY.md, "Limits, told plainly").
import * as z from 'zod'
import { Slug, Timestamp } from './encoding.js'

/** Counts below it, zero aside, are not told. */
export const smallestCount = 5
export const maxStatisticsWeeks = 104

const Count = z.int().min(0).nullable()
const Hours = z.int().min(0).nullable()

/** What kept a request from its answer, as it stood when the promised time ran out. */
export const BreachReason = z.enum(['not_routed', 'not_claimed', 'claimed_not_answered'])
export type BreachReason = z.infer<typeof BreachReason>

export const StatisticsRow = z
  .strictObject({
    program: Slug.nullable().describe('null: nobody could tell'),
    week: Timestamp.describe('The Monday on which the week of arrival began, UTC'),
    received: Count,
    answered: Count,
    within: Count.describe("Answered within the program's promise, counted from arrival"),
    late: Count.describe('Answered after it'),
    overdue: Count.describe('It ran out without an answer'),
    waiting: Count.describe('It still runs'),
    ended: Count.describe('Closed without an answer before it ran out'),
    breached: Count.describe('late and overdue'),
    breach_reasons: z.strictObject({
      not_routed: Count,
      not_claimed: Count,
      claimed_not_answered: Count,
    }),
    median_hours: Hours.describe('From arrival to the answer, in begun hours'),
    p90_hours: Hours,
    worst_hours: Hours,
  })
  .meta({
    id: 'StatisticsRow',
    description: 'One program in one week. null: a small count, or one that would tell a small one',
  })
export type StatisticsRow = z.infer<typeof StatisticsRow>

export const StatisticsQuery = z.strictObject({
  weeks: z.coerce.number().int().min(1).max(maxStatisticsWeeks).default(26),
})
export type StatisticsQuery = z.infer<typeof StatisticsQuery>

export const Statistics = z
  .strictObject({
    from: Timestamp.describe('The Monday with which the first week begins, UTC'),
    until: Timestamp.describe('The Monday with which the last week has ended, UTC'),
    smallest_count: z.literal(smallestCount),
    rows: z.array(StatisticsRow).max(maxStatisticsWeeks * 64),
  })
  .meta({ id: 'Statistics', description: 'Figures of weeks that have ended, oldest first' })
export type Statistics = z.infer<typeof Statistics>
