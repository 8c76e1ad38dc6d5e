// POST /v1/intakes: one sealed request, and the receipt that proves it was taken in.
import * as z from 'zod'
import { boundedBytes, ClientId, exactBytes } from './encoding.js'
import { maxSealedBytes, maxSlipBytes } from './sealed.js'

export const IntakeRequest = z
  .strictObject({
    id: ClientId.describe('Made by the client: the same id and bytes give the same receipt'),
    directory_version: z.int().min(1).max(1_000_000_000),
    slip: boundedBytes(maxSlipBytes).nullable().describe('null where the program has no slip'),
    envelope: boundedBytes(maxSealedBytes),
    mailbox: exactBytes(32).describe('SHA-256 of the mailbox token'),
  })
  .meta({ id: 'IntakeRequest', description: 'A sealed request for support' })
export type IntakeRequest = z.infer<typeof IntakeRequest>

export const IntakeReceipt = z
  .strictObject({
    id: ClientId,
    receipt: z.string().max(4096).describe('A signed note: docs/protocol.md, "Receipt"'),
  })
  .meta({ id: 'IntakeReceipt', description: 'The signed proof that the request was taken in' })
export type IntakeReceipt = z.infer<typeof IntakeReceipt>
