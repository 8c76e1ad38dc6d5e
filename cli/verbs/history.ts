// `khancap history`: what happened to a case, with the chain and each handler's signature checked. Opens nothing of the
// applicant's.
import { historyJson } from '../case/opened-case.js'
import { findCase } from '../case/case-id.js'
import { historyLines } from '../case/case-lines.js'
import { checkHistory } from '../case/history.js'
import { openDesk } from '../client/desk.js'
import { refused } from '../failure.js'
import type { Station, VerbOptions } from '../station/station.js'
import { safe } from '../terminal/safe.js'

export async function showHistory(
  station: Station,
  options: VerbOptions,
  given: string,
): Promise<void> {
  const desk = await openDesk(station, options)
  const id = await findCase(desk.cases, given)
  const history = await checkHistory(desk, await desk.cases.detail(id))
  const { printer } = station
  if (options.json === true) printer.json({ case: id, ...historyJson(history) })
  else for (const line of historyLines(printer, history)) printer.out(line)

  const unsigned = history.events.filter(({ signature }) => signature === 'false')
  if (history.brokenAt === null && unsigned.length === 0) {
    const unproven = history.events.filter(({ signature }) => signature === 'unproven').length
    if (options.json !== true)
      printer.say(
        unproven === 0
          ? safe`the chain is whole, and each act is signed`
          : safe`the chain is whole; ${unproven} entries are not proven: those lines say why`,
      )
    return
  }
  throw refused(
    history.brokenAt !== null
      ? safe`the history is broken at entry ${history.brokenAt}: it was changed after it was written`
      : unsigned.some(({ event }) => event.kind === 'deleted')
        ? safe`the case was deleted, and not by who has its receipt code`
        : safe`${unsigned.length} entries are not signed by the handler whom they name`,
    safe`tell the organisation; who can open the case sees its words all the same`,
  )
}
