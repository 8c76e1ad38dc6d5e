// GET /v1/inboxes: whether the mailboxes from which requests are taken can be read. It names no address and no server.
import * as z from 'zod'

/** Why a mailbox is not read: the code of the last failure. */
export const InboxFault = z.enum([
  'mailbox_unavailable',
  'mailbox_refused',
  'mailbox_untrusted',
  'mailbox_stuck',
  'store_unavailable',
  'internal',
])
export type InboxFault = z.infer<typeof InboxFault>

export const Inboxes = z
  .strictObject({
    inboxes: z
      .array(
        z.strictObject({
          read_seconds_ago: z.int().min(0),
          fault: InboxFault.nullable().describe('null where the last look succeeded'),
          unacknowledged_seconds: z
            .int()
            .min(0)
            .optional()
            .describe('Age of the oldest mail whose sender is still to be told that it came'),
        }),
      )
      .max(100),
    letters: z.strictObject({
      waiting: z.int().min(0).describe('Answers by mail that no mail server has taken'),
      oldest_seconds: z.int().min(0),
    }),
  })
  .meta({ id: 'Inboxes', description: 'Mailboxes that are watched, the most forgotten first' })
export type Inboxes = z.infer<typeof Inboxes>
