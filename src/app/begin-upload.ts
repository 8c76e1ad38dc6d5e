// Makes room for an attachment. Who holds the token of a mailbox may upload to its case, and nobody else.
import type { ClientId } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import {
  isSealedAttachmentSize,
  sealedAttachmentBytes,
} from '../core/attachment/sealed-attachment.js'
import type { Primitives } from '../core/crypto/primitives.js'
import type { Upload, UploadRoom, UploadStore } from '../ports/upload-store.js'

/** What an operator gives to attachments. */
export interface UploadLimits extends UploadRoom {
  /** Bytes of one attachment before it is sealed. */
  readonly maxBytes: number
}

/** How long an upload waits for its next part, or for the addition that names it. */
export const uploadLifetimeSeconds = 24 * 3600

/**
 * Durable when it returns. Idempotent by id and size.
 * @param upload bytes: of the sealed file, which has the size of a bucket
 * @throws KhancapError `upload_malformed`, `request_too_large`, `mailbox_unknown`, `upload_conflict`, `uploads_full`,
 *   `uploads_paused`, `store_unavailable`
 */
export async function beginUpload(
  deps: {
    readonly store: Pick<UploadStore, 'beginUpload'>
    readonly primitives: Primitives
    readonly limits: UploadLimits
  },
  token: Uint8Array,
  upload: { readonly id: ClientId; readonly bytes: number },
): Promise<Upload> {
  const { limits, primitives, store } = deps
  if (!isSealedAttachmentSize(upload.bytes)) throw new KhancapError('upload_malformed')
  if (upload.bytes > sealedAttachmentBytes(limits.maxBytes))
    throw new KhancapError('request_too_large')
  return store.beginUpload(await primitives.sha256(token), {
    ...upload,
    room: limits,
    lifetimeSeconds: uploadLifetimeSeconds,
  })
}
