// `khancap add-reader`: lets one more colleague open a case. The stored envelope stays as it is; a signed grant is
// added to it.
import type { SealRequest } from '../../schemas/case.js'
import { activeHandlers, activeRecipient, handlerById } from '../../keys/keyring.js'
import { newClientId } from '../../src/core/encoding/case-id.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { makeGrant } from '../../src/core/envelope/open.js'
import { reportAct } from '../case/act.js'
import { findCase } from '../case/case-id.js'
import { fetchCase, headersFor } from '../case/sealed-case.js'
import { type Desk, openDesk } from '../client/desk.js'
import { misused, refused } from '../failure.js'
import type { Station, VerbOptions } from '../station/station.js'
import { safe } from '../terminal/safe.js'

export interface AddReaderOptions extends VerbOptions {
  readonly to?: string
}

export async function addReader(
  station: Station,
  options: AddReaderOptions,
  given: string,
): Promise<void> {
  const desk = await openDesk(station, options)
  const id = await findCase(desk.cases, given)
  const reader = options.to ?? (await askReader(desk))
  const recipient = recipientOfReader(desk, reader)
  const sealed = await fetchCase(desk, id)
  const p = await station.primitives()
  const grant = await makeGrant(
    p,
    desk.identity.opening,
    sealed.envelope,
    { caseId: id, reader, recipient, seed: desk.seed },
    headersFor(sealed.grants, desk.handler.id),
  )
  if (grant === null) throw refused(safe`case ${id} is not sealed to this identity`)
  const body: SealRequest = {
    id: newClientId(p),
    reader,
    header: encodeBase64url(grant.header),
    signature: encodeBase64url(grant.signature),
  }
  const after = await desk.cases.act(id, 'seals', body)
  reportAct(station, options, safe`${reader} can open case ${id} now`, after)
}

function recipientOfReader({ directory, station }: Desk, reader: string): string {
  const handler = handlerById(directory.directory, reader)
  const recipient = handler === null ? null : activeRecipient(handler, station.now())
  if (recipient !== null) return recipient
  throw refused(
    safe`the directory has no active handler ${reader}`,
    safe`it has ${activeIds(directory.directory, station.now()).join(', ')}`,
  )
}

function askReader({ directory, handler, station }: Desk): Promise<string> {
  if (!station.asker.available) throw misused(safe`who shall read it? give --to HANDLER`)
  return station.asker.choose(
    safe`Who shall be able to open it?`,
    activeIds(directory.directory, station.now())
      .filter(id => id !== handler.id)
      .map(value => ({ value, label: safe`${value}` })),
  )
}

function activeIds(directory: Desk['directory']['directory'], now: number): string[] {
  return activeHandlers(directory, now).map(({ id }) => id)
}
