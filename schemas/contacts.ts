// The private mail addresses of teams and handlers. The workers' own file: it never enters the directory, which is
// public, nor a log.
import * as z from 'zod'
import { Slug } from './encoding.js'

export const MailAddress = z.email().max(254)
export type MailAddress = z.infer<typeof MailAddress>

const addresses = z.array(MailAddress).max(50)

const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/)

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** When a team sleeps. What cannot wait is told all the same. */
export const QuietHours = z
  .strictObject({
    from: TimeOfDay,
    until: TimeOfDay,
    zone: z.string().max(60).refine(isZone, 'not a time zone of the IANA database'),
  })
  .refine(({ from, until }) => from !== until, 'quiet hours must end')
export type QuietHours = z.infer<typeof QuietHours>

export const Contacts = z
  .strictObject({
    teams: z.record(Slug, addresses).default({}),
    handlers: z.record(Slug, addresses).default({}),
    quiet: z.record(Slug, QuietHours).optional(),
  })
  .meta({ id: 'Contacts', description: 'Who is told where: kept by the workers, never published' })
export type Contacts = z.infer<typeof Contacts>
