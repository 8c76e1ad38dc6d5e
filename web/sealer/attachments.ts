// Attachments on the applicant's device: what can be taken out of a file, and sealing it part by part. The Worker reads the
// file itself; of a large one it never holds more than a few parts.
import { KhancapError } from '../../schemas/problem.js'
import { type Attachment, maxAttachmentBytes } from '../../schemas/sealed.js'
import type { ByteSource } from '../../src/core/attachment/byte-source.js'
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

/** All bytes, also where Blob has no arrayBuffer (before Chrome 76, Firefox 69). @throws FileUnreadable */
async function bytesOf(part: Blob): Promise<ArrayBuffer> {
  try {
    return await ('arrayBuffer' in part ? part : new Response(part)).arrayBuffer()
  } catch (cause) {
    // Browsers disagree about the name of it, and what has gone or has changed is never again what was chosen.
    throw new FileUnreadable('the file cannot be read', { cause })
  }
}

function sourceOfFile(file: Blob): ByteSource {
  return {
    bytes: file.size,
    read: async (from, to) => {
      const read = await bytesOf(file.slice(from, to))
      if (read.byteLength !== to - from) throw new FileUnreadable('the file has changed')
      return new Uint8Array(read)
    },
  }
}

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
      const whole = sourceOfFile(file)
      const found = await stripMetadata(whole)
      const isStripped = found.outcome === 'stripped'
      const source = isStripped ? found.source : whole
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

    async part({ id, from, to }: Asked<'attachPart'>): Promise<Given<'attachPart'>> {
      const { sealer } = current(id)
      return { sealed: await sealer.part(from, to) }
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
