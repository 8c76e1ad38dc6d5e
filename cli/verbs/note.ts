// `khancap note`: a note to the team, sealed to those who can open the case.
import type { NoteRequest } from '../../schemas/case.js'
import { newClientId } from '../../src/core/encoding/case-id.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { floorToHour, formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { sealNote } from '../../src/core/envelope/seal.js'
import { actOn, reportAct } from '../case/act.js'
import { findCase } from '../case/case-id.js'
import { contextOf, recipientsOf } from '../case/readers.js'
import { fetchCase } from '../case/sealed-case.js'
import { openDesk } from '../client/desk.js'
import type { Station, VerbOptions } from '../station/station.js'
import { writtenText } from '../station/written-text.js'
import { safe } from '../terminal/safe.js'

export interface NoteOptions extends VerbOptions {
  readonly file?: string
}

export async function addNote(
  station: Station,
  options: NoteOptions,
  given: string,
): Promise<void> {
  const desk = await openDesk(station, options)
  const id = await findCase(desk.cases, given)
  const sealedCase = await fetchCase(desk, id)
  const text = await writtenText(station, options.file, [
    `A note about case ${id}, for your team only; the applicant does not see it.`,
  ])
  const p = await station.primitives()
  const noteId = newClientId(p)
  const sealed = await sealNote(
    p,
    {
      id: noteId,
      about: 'note',
      case: id,
      envelope: sealedCase.detail.envelope_sha256,
      by: desk.handler.id,
      text,
      hour: formatTimestamp(floorToHour(station.now())),
    },
    desk.seed,
    contextOf(desk, 'note'),
    await recipientsOf(desk, sealedCase),
  )
  const body: NoteRequest = { id: noteId, sealed: encodeBase64url(sealed.bytes) }
  const after = await actOn(desk, sealedCase.detail, 'notes', body, sealed.bytes)
  reportAct(station, options, safe`noted on case ${id}`, after)
}
