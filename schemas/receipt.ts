// What a receipt says, once its signed note has been read (docs/protocol.md, "Receipt").
import * as z from 'zod'
import { ClientId, Origin, Sha256, Slug, Timestamp } from './encoding.js'

export const ReceiptContent = z
  .strictObject({
    origin: Origin,
    intake: ClientId,
    envelope: Sha256,
    slip: Sha256.nullable(),
    received: Timestamp.describe('The full hour of arrival'),
    due: z
      .array(
        z.strictObject({
          program: Slug,
          by: Timestamp.describe('The full hour by which an answer is due at the latest'),
        }),
      )
      .min(1)
      .max(20)
      .describe('For each program: the server cannot tell which one a sealed request is for'),
    directory: z.int().min(1).max(1_000_000_000),
  })
  .meta({ id: 'ReceiptContent', description: 'What the organisation promised, and when' })
export type ReceiptContent = z.infer<typeof ReceiptContent>
