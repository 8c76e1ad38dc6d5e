// Attachments on the applicant's device: what can be taken out of a file, and sealing it part by part. The Worker reads the
// file itself; of a large one it never holds more than a few parts.
import { KhancapError } from '../../schemas/problem.js'
import { type Attachment, maxAttachmentBytes } from '../../schemas/sealed.js'
import { FileUnreadable } from '../../src/core/attachment/file-unreadable.js'
import {
  type AttachmentSealer,
  attachmentSealer,
} from '../../src/core/attachment/sealed-attachment.js'
import { stripMetadata } from '../../src/core/attachment/strip.js'
import { maxAeadBytes, type Primitives } from '../../src/core/crypto/primitives.js'
import { selfTest } from '../../src/core/crypto/self-test.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { newClientId } from '../../src/core/encoding/case-id.js'
import type { Asked, Given } from './calls.js'
import { sourceOfFile, steadySourceOfFile } from './file-source.js'

export async function lookInto(file: File): Promise<Given<'look'>> {
  const found = await stripMetadata(sourceOfFile(file))
  const bytes = found.outcome === 'stripped' ? found.source.bytes : file.size
  return { outcome: bytes > maxAttachmentBytes ? 'too_large' : found.outcome }
}

interface Begun {
  readonly sealer: AttachmentSealer
  readonly attachment: Omit<Attachment, 'digest'>
}

/** One file at a time. */
export function attaching(primitives: () => Primitives) {
  let begun: Begun | null = null

  function current(id: string): Begun {
    if (begun === null || begun.attachment.id !== id) throw new KhancapError('internal')
    return begun
  }

  return {
    async begin({ file, bytes }: Asked<'attach'>): Promise<Given<'attach'>> {
      // Of a file that is gone, some browsers say that it is empty.
      if (file.size !== bytes) throw new FileUnreadable('the file has changed')
      const p = primitives()
      await selfTest(p, maxAeadBytes)
      const found = await stripMetadata(sourceOfFile(file))
      const isStripped = found.outcome === 'stripped'
      // What is left of a picture is read from several places at once.
      const source = isStripped ? found.source : steadySourceOfFile(file)
      const sealer = await attachmentSealer(p, source)
      const id = newClientId(p)
      begun = {
        sealer,
        attachment: {
          id,
          identity: sealer.identity,
          bytes: source.bytes,
          name: file.name.slice(0, 255),
          type: (isStripped ? found.kind : file.type).slice(0, 120),
          stripped: isStripped,
        },
      }
      return { id, bytes: sealer.bytes }
    },

    async part({ id, from, to, spare }: Asked<'attachPart'>): Promise<Given<'attachPart'>> {
      const { sealer } = current(id)
      return { sealed: await sealer.part(from, to, spare ?? undefined) }
    },

    /** Tested again: what a lying engine has sealed is never named. */
    async end({ id }: Asked<'attachEnd'>): Promise<Given<'attachEnd'>> {
      const { attachment, sealer } = current(id)
      await selfTest(primitives(), maxAeadBytes)
      begun = null
      return { attachment: { ...attachment, digest: encodeBase64url(await sealer.digest()) } }
    },
  }
}
