// What every question takes in place of an answer of its own.
import * as z from 'zod'

/** An answer that every question with it in `ways_out` takes instead of one of its own. */
export const WayOut = z.enum(['unknown', 'prefer_not', 'later'])
export type WayOut = z.infer<typeof WayOut>
