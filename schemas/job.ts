// Jobs of the queue: a name and ids, nothing else. Whoever reads the queue learns that something is to be done.
import * as z from 'zod'
import { CaseId } from './encoding.js'

export const OutboxId = z.uuid()

export const Job = z
  .discriminatedUnion('name', [
    z.strictObject({ name: z.literal('route-case'), id: OutboxId, subject: CaseId }),
    z.strictObject({ name: z.literal('send-notice'), id: OutboxId, subject: z.uuid() }),
    z.strictObject({ name: z.literal('send-alarm'), id: OutboxId, subject: z.uuid() }),
    z.strictObject({ name: z.literal('send-letter'), id: OutboxId, subject: z.uuid() }),
    z.strictObject({ name: z.literal('sweep'), id: z.string().max(60), subject: z.null() }),
  ])
  .meta({ id: 'Job', description: 'Something to do, by id' })
export type Job = z.infer<typeof Job>
export type JobName = Job['name']
