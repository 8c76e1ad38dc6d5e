// The private mail addresses of teams and handlers. The workers' own file: it never enters the directory, which is
// public, nor a log.
import * as z from 'zod'
import { Slug } from './encoding.js'

export const MailAddress = z.email().max(254)
export type MailAddress = z.infer<typeof MailAddress>

const addresses = z.array(MailAddress).max(50)

export const Contacts = z
  .strictObject({
    teams: z.record(Slug, addresses).default({}),
    handlers: z.record(Slug, addresses).default({}),
  })
  .meta({ id: 'Contacts', description: 'Who is told where: kept by the workers, never published' })
export type Contacts = z.infer<typeof Contacts>
