// Uploads over tus 1.0 (https://tus.io/protocols/resumable-upload): what stands in headers, and in the query of a handler who
// fetches an attachment.
import * as z from 'zod'
import { CaseId, ClientId } from './encoding.js'

export const tusVersion = '1.0.0'
/** What a part travels as. */
export const partMediaType = 'application/offset+octet-stream'
/** Bytes of a part as it is kept, at most: this much of an upload is ever in memory. */
export const maxPartBytes = 262_144

/** Bytes of one answer to a handler who fetches an attachment: half a megabyte at Tor's slowest is within two minutes. */
export const maxStretchBytes = 524_288

const count = z
  .string()
  .regex(/^(0|[1-9]\d{0,11})$/)
  .transform(Number)

export const UploadParams = z.strictObject({ id: ClientId })

/** `id` alone: names and kinds of files are sealed, and never stand in a header. */
const metadata = z
  .string()
  .max(100)
  .regex(/^id [A-Za-z0-9+/]{30}==$/)
  .describe('`id ` and the base64 of the id that the client made: 128 random bits, base64url')

export const BeginUploadHeaders = z.object({
  'upload-length': count.describe('Bytes of the sealed file'),
  'upload-metadata': metadata,
})

export const UploadPartHeaders = z.object({
  'upload-offset': count.describe('Where the body begins'),
})

export const AttachmentParams = z.strictObject({ id: CaseId, attachment: ClientId })
export const AttachmentQuery = z.strictObject({
  from: count.default(0).describe('The first byte of the stretch'),
})
