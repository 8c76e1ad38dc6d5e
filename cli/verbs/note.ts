// `khancap note`: a note to the team, sealed to those who can open the case.
import { decodeBase64url } from '../../src/core/encoding/base64url.js'
import { newClientId } from '../../src/core/encoding/case-id.js'
import { actOn, reportAct } from '../case/act.js'
import { findCase } from '../case/case-id.js'
import { noteRequest } from '../case/note-request.js'
import { fetchCase } from '../case/sealed-case.js'
import { withWords } from '../case/words.js'
import { openDesk } from '../client/desk.js'
import type { Station, VerbOptions } from '../station/station.js'
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
  const writing = {
    about: 'note',
    case: id,
    file: options.file,
    begin: '',
    instructions: [`A note about case ${id}, for your team only; the applicant does not see it.`],
  } as const
  const after = await withWords(desk, writing, async text => {
    const noteId = newClientId(await station.primitives())
    const body = await noteRequest(desk, sealedCase, text, noteId)
    return actOn(desk, sealedCase.detail, 'notes', body, [decodeBase64url(body.sealed)])
  })
  reportAct(station, options, safe`noted on case ${id}`, after)
}
