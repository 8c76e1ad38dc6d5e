// A note as a request: words for the team, sealed to those who can open the case.
import type { NoteRequest } from '../../schemas/case.js'
import type { ClientId } from '../../schemas/encoding.js'
import { decodeBase64url, encodeBase64url } from '../../src/core/encoding/base64url.js'
import { floorToHour, formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { inspectSealed } from '../../src/core/envelope/inspect.js'
import { openNote } from '../../src/core/envelope/open.js'
import { sealNote } from '../../src/core/envelope/seal.js'
import type { Desk } from '../client/desk.js'
import { contextOf, recipientsOf } from './readers.js'
import { expectedOf, type SealedCase } from './sealed-case.js'

/** @throws Failure, KhancapError */
export async function noteRequest(
  desk: Desk,
  sealed: SealedCase,
  text: string,
  id: ClientId,
): Promise<NoteRequest> {
  const p = await desk.station.primitives()
  const note = await sealNote(
    p,
    {
      id,
      about: 'note',
      case: sealed.detail.case.id,
      envelope: sealed.detail.envelope_sha256,
      by: desk.handler.id,
      text,
      hour: formatTimestamp(floorToHour(desk.station.now())),
    },
    desk.seed,
    contextOf(desk, 'note'),
    await recipientsOf(desk, sealed),
  )
  return { id, sealed: encodeBase64url(note.bytes) }
}

/** The same bytes, unless the organisation has published since: then the same words for those who read now. */
export async function upToDateNote(
  desk: Desk,
  sealed: SealedCase,
  request: NoteRequest,
): Promise<NoteRequest> {
  const bytes = decodeBase64url(request.sealed)
  if (inspectSealed(bytes).context.directory_sequence === desk.directory.directory.sequence)
    return request
  const p = await desk.station.primitives()
  const note = await openNote(p, desk.identity.opening, bytes, expectedOf(desk.directory, 'note'))
  return note === null ? request : noteRequest(desk, sealed, note.text, request.id)
}
