// Liveness and readiness, without details for strangers.
import * as z from 'zod'

export const Health = z
  .strictObject({ status: z.enum(['ok', 'unavailable']) })
  .meta({ id: 'Health', description: 'Whether the service can take requests' })
export type Health = z.infer<typeof Health>
