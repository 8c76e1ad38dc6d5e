// Takes in the bytes of an upload as they arrive, a part at a time: each is durable before the next is waited for, and what
// came before a line broke stays.
import type { ClientId } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import { maxPartBytes } from '../../schemas/upload.js'
import { isAttachmentHead } from '../core/attachment/sealed-attachment.js'
import { concatBytes } from '../core/encoding/bytes.js'
import type { Primitives } from '../core/crypto/primitives.js'
import type { UploadStore } from '../ports/upload-store.js'
import { type UploadLimits, uploadLifetimeSeconds } from './begin-upload.js'

/** Bytes of a part at least, unless it is the last: an upload is no more than some thousand rows. */
export const minPartBytes = 65_536

/**
 * @param from where the sender says that the bytes begin
 * @param body may end early or throw: what came until then is kept where it is enough for a part
 * @returns bytes that are there afterwards; perhaps a little less than what came
 * @throws KhancapError `upload_unknown`, `upload_offset`, `upload_malformed`, `request_too_large` (more than was announced),
 *   `uploads_paused`, `store_unavailable`; whatever the body throws
 */
export async function takeUpload(
  deps: {
    readonly store: Pick<UploadStore, 'findUpload' | 'appendUpload'>
    readonly primitives: Primitives
    readonly limits: Pick<UploadLimits, 'totalBytes'>
  },
  token: Uint8Array,
  { id, from }: { readonly id: ClientId; readonly from: number },
  body: AsyncIterable<Uint8Array>,
): Promise<number> {
  const tokenSha256 = await deps.primitives.sha256(token)
  const upload = await deps.store.findUpload(tokenSha256, id)
  if (upload === null) throw new KhancapError('upload_unknown')
  if (upload.stored !== from) throw new KhancapError('upload_offset')
  let stored = from
  let held: Uint8Array[] = []
  let heldBytes = 0

  async function keep(): Promise<void> {
    const sealed = concatBytes(...held)
    held = []
    heldBytes = 0
    // Nothing of another shape is ever kept: the whole header is in the first part.
    if (stored === 0 && !isAttachmentHead(sealed)) throw new KhancapError('upload_malformed')
    stored = await deps.store.appendUpload(tokenSha256, {
      id,
      from: stored,
      sealed,
      totalBytes: deps.limits.totalBytes,
      lifetimeSeconds: uploadLifetimeSeconds,
    })
  }
  const isEnough = () =>
    heldBytes >= minPartBytes || (heldBytes > 0 && stored + heldBytes === upload.bytes)

  try {
    for await (const bytes of body) {
      if (stored + heldBytes + bytes.length > upload.bytes)
        throw new KhancapError('request_too_large')
      for (let at = 0; at < bytes.length; ) {
        // A copy: what was read belongs to whoever reads on.
        const part = bytes.slice(at, at + maxPartBytes - heldBytes)
        held.push(part)
        heldBytes += part.length
        at += part.length
        if (heldBytes === maxPartBytes) await keep()
      }
    }
  } catch (error) {
    if (!(error instanceof KhancapError) && isEnough()) await keep()
    throw error
  }
  if (isEnough()) await keep()
  // A little behind whole parts is sent again with what follows it; a body that is no more than that gets nowhere.
  else if (heldBytes > 0 && stored === from) throw new KhancapError('upload_offset')
  return stored
}
