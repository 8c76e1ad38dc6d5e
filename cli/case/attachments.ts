// The attachments of a case: listed from manifests that the applicant has signed, fetched stretch by stretch, opened as a
// stream, and saved under names of ours once all of them has verified. Nothing here opens or runs what was saved.
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { CaseId } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import type { Attachment } from '../../schemas/sealed.js'
import { pieceDigest, sealedAttachmentBytes } from '../../src/core/attachment/sealed-attachment.js'
import { decodeBase64url } from '../../src/core/encoding/base64url.js'
import { equalBytes } from '../../src/core/encoding/bytes.js'
import { decodeIdentity } from '../../src/core/envelope/age-keys.js'
import type { Desk } from '../client/desk.js'
import { Failure } from '../failure.js'
import { openStream, type StreamSource } from '../station/opened-stream.js'
import type { Printer } from '../terminal/printer.js'
import { type Safe, safe } from '../terminal/safe.js'
import { extension } from './extension.js'
import { block } from './form-lines.js'
import type { OpenedParts } from './opened-parts.js'
import { isLeft, sayPart, saySaving } from './saving.js'

/** How often a stretch is asked for where the line breaks. */
const maxTries = 5
const firstPauseMs = 500

/** All attachments of a case, in the order in which they came. */
export function attachmentsOf({ additions }: OpenedParts): Attachment[] {
  return additions.flatMap(({ content }) =>
    typeof content === 'string' ? [] : content.attachments,
  )
}

/** What a person sees of attachments. Names and kinds are the applicant's: they stand apart from what is known. */
export function attachmentLines(printer: Printer, attachments: readonly Attachment[]): Safe[] {
  return attachments.flatMap(({ bytes, name, stripped, type }) => [
    safe`  attachment, ${name === '' ? 'no name, ' : ''}${type === '' ? 'kind unknown, ' : ''}${bytes} bytes${stripped ? ', hidden data was taken out' : ''}`,
    ...(name + type === '' ? [] : [block(printer, [name, type].filter(Boolean).join(', '))]),
  ])
}

export function attachmentJson({ bytes, id, name, stripped, type }: Attachment): object {
  return { id, name, type, bytes, stripped }
}

/** Sealed bytes from the server or a bundle, a stretch at a time. */
export function attachmentSource(
  desk: Desk,
  caseId: CaseId,
  { bytes, id }: Attachment,
): StreamSource {
  const all = sealedAttachmentBytes(bytes)
  let held: Uint8Array = new Uint8Array()
  let heldFrom = 0

  async function stretch(from: number): Promise<Uint8Array> {
    for (let tries = 1; ; tries++) {
      try {
        // One behind the other: each begins where the one before has ended.
        // oxlint-disable-next-line no-await-in-loop
        return await desk.cases.attachment(caseId, id, from)
      } catch (error) {
        if (!(error instanceof Failure) || error.exit !== 3 || tries === maxTries) throw error
        // oxlint-disable-next-line no-await-in-loop
        await pause(firstPauseMs * 2 ** tries)
      }
    }
  }

  return {
    bytes: all,
    async fill(at, buffer) {
      let filled = 0
      while (filled < buffer.length && at + filled < all) {
        const place = at + filled
        if (place < heldFrom || place >= heldFrom + held.length) {
          // oxlint-disable-next-line no-await-in-loop
          held = await stretch(place)
          heldFrom = place
          if (held.length === 0) break
        }
        const part = held.subarray(place - heldFrom).subarray(0, buffer.length - filled)
        buffer.set(part, filled)
        filled += part.length
      }
      return filled
    },
    close: () => Promise.resolve(),
  }
}

/**
 * Opens an attachment and compares its digest.
 * @param target a new file, or null to see only whether all of it opens
 * @throws Failure where it is not what the manifest says; nothing is left on the disk then
 */
export async function openAttachment(
  desk: Desk,
  attachment: Attachment,
  source: StreamSource,
  target: string | null,
): Promise<void> {
  const { printer } = desk.station
  const p = await desk.station.primitives()
  if (!isIdentity(attachment.identity)) {
    await source.close()
    throw new KhancapError('sealed_unreadable')
  }
  const digest = pieceDigest(p)
  const opened = await openStream(p, [attachment.identity], source, {
    target: target === null ? null : () => target,
    begun: part => sayPart(printer, part),
    keep: attachment.bytes,
    expect: () => undefined,
    chunk: text => digest.take(text),
    async end(bytes) {
      const isSame = equalBytes(await digest.end(), decodeBase64url(attachment.digest))
      if (bytes !== attachment.bytes || !isSame) throw new KhancapError('sealed_unreadable')
    },
    progress(done, all) {
      printer.progress(safe`attachment: ${Math.floor((100 * done) / all)} %`)
    },
  }).finally(() => printer.progress(null))
  if (opened === null) throw new KhancapError('sealed_unreadable')
}

/** What an applicant names as the key of an attachment may be none. */
function isIdentity(identity: string): boolean {
  try {
    decodeIdentity(identity)
    return true
  } catch {
    return false
  }
}

/** Whether it is the fault of this attachment alone: it is not there, or not as its manifest says. */
export function isItsOwn(error: unknown): boolean {
  return (
    (error instanceof KhancapError && error.code === 'sealed_unreadable') ||
    (error instanceof Failure && error.code === 'attachment_unknown')
  )
}

export interface SavedAttachments {
  /** How many had a file already, which was left as it is. */
  readonly left: number
  /** How many were missing or damaged. */
  readonly lost: number
}

/** Saves all, in order. One that is missing or damaged is named, and does not keep back the others. */
export async function saveAttachments(
  desk: Desk,
  caseId: CaseId,
  attachments: readonly Attachment[],
  folder: string,
): Promise<SavedAttachments> {
  const { printer } = desk.station
  let [left, lost] = [0, 0]
  for (const [index, attachment] of attachments.entries()) {
    const file = join(folder, `${caseId}-attachment-${index + 1}${extension(attachment)}`)
    // oxlint-disable-next-line no-await-in-loop
    if (await isLeft(printer, file)) {
      left += 1
      continue
    }
    saySaving(printer, file)
    try {
      // One after the other: a line carries them no faster together.
      // oxlint-disable-next-line no-await-in-loop
      await openAttachment(desk, attachment, attachmentSource(desk, caseId, attachment), file)
    } catch (error) {
      if (!isItsOwn(error)) throw error
      lost += 1
      printer.say(
        safe`warning: attachment ${index + 1} is not there as the applicant sealed it; it was not saved`,
      )
    }
  }
  return { left, lost }
}
