// `khancap claim`: says who works on a case. The clock runs on until the applicant is answered.
import { actUnopened, reportAct } from '../case/act.js'
import { findCase } from '../case/case-id.js'
import { openDesk } from '../client/desk.js'
import type { Station, VerbOptions } from '../station/station.js'
import { safe } from '../terminal/safe.js'

export async function claimCase(
  station: Station,
  options: VerbOptions,
  given: string,
): Promise<void> {
  const desk = await openDesk(station, options)
  const id = await findCase(desk.cases, given)
  reportAct(station, options, safe`claimed case ${id}`, await actUnopened(desk, id, 'claim', {}))
}
