// `khancap release`: gives a claimed case back to its team.
import { actUnopened, reportAct } from '../case/act.js'
import { findCase } from '../case/case-id.js'
import { openDesk } from '../client/desk.js'
import type { Station, VerbOptions } from '../station/station.js'
import { safe } from '../terminal/safe.js'

export async function releaseCase(
  station: Station,
  options: VerbOptions,
  given: string,
): Promise<void> {
  const desk = await openDesk(station, options)
  const id = await findCase(desk.cases, given)
  reportAct(station, options, safe`released case ${id}`, await actUnopened(desk, id, 'release', {}))
}
