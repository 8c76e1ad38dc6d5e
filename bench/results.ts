// bench/results.json: what the last run measured, and on what.
import * as z from 'zod'

const Rounds = z.array(z.number()).min(1).max(100)

const Figure = z.strictObject({
  name: z.string().min(1).max(120),
  unit: z.string().max(20),
  rounds: Rounds,
})
export type Figure = z.infer<typeof Figure>

/** What a row hands over: a number that is none became null on its way and is refused. */
export const Measurement = z.object({
  figures: z.array(Figure),
  ratios: z.record(z.string(), Rounds),
  notes: z.array(z.string()).optional(),
})
export type Measurement = z.infer<typeof Measurement>

const Ratio = z.strictObject({
  name: z.string().min(1).max(160),
  rounds: Rounds,
  atLeast: z.number().optional(),
  atMost: z.number().optional(),
  /** Held against the worst round, not the median. */
  every: z.literal(true).optional(),
  met: z.boolean().nullable(),
})
export type Ratio = z.infer<typeof Ratio>

export const RowResult = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]{1,40}$/),
  title: z.string().max(200),
  about: z.string().max(4000),
  /** Lacks: the machine has not what it needs. Left out: somebody said so. Not run: the run ended before it. */
  outcome: z.enum(['measured', 'lacks', 'failed', 'left out', 'not run']),
  /** What is missing, or why it failed or did not run. */
  reason: z.string().max(1000).optional(),
  seconds: z.number(),
  /** Day on which it was measured again, apart from the other rows. */
  again: z.iso.date().optional(),
  figures: z.array(Figure).max(60),
  ratios: z.array(Ratio).max(20),
  notes: z.array(z.string().max(1000)).max(10),
})
export type RowResult = z.infer<typeof RowResult>

export const Results = z.strictObject({
  mode: z.enum(['quick', 'full']),
  /** Day of the run. */
  day: z.iso.date(),
  machine: z.record(z.string().max(40), z.string().max(200)),
  rows: z.array(RowResult).max(100),
  /** What a quick run has not. */
  onlyFull: z
    .array(z.strictObject({ name: z.string().max(40), title: z.string().max(200) }))
    .max(100)
    .default([]),
})
export type Results = z.infer<typeof Results>
