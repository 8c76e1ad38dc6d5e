// `khancap inbox`: the cases of this handler's teams by due time, with the time left by the server's clock.
import type { CaseList } from '../../schemas/case.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { type InboxFilter, queryOf } from '../case/inbox-query.js'
import { dueOf, lettersNeeded, noteOn, pressed, pressureOn } from '../case/inbox-row.js'
import { openDesk } from '../client/desk.js'
import { misused } from '../failure.js'
import type { Station, VerbOptions } from '../station/station.js'
import type { Printer } from '../terminal/printer.js'
import { safe } from '../terminal/safe.js'
import { table } from '../terminal/table.js'
import { pressingWords } from '../terminal/time-words.js'

export interface InboxOptions extends VerbOptions, InboxFilter {
  readonly limit: string
  readonly after?: string
}

export async function showInbox(station: Station, options: InboxOptions): Promise<void> {
  const limit = Number(options.limit)
  if (!Number.isInteger(limit) || limit < 1 || limit > 200)
    throw misused(safe`--limit takes a number from 1 to 200`)
  const query = queryOf(options, limit)
  const { cases } = await openDesk(station, options)
  const list = await cases.list({
    ...query,
    ...(options.after === undefined ? {} : { after: options.after }),
  })
  if (options.json === true) station.printer.json(list)
  else print(station.printer, list)
}

function print(printer: Printer, list: CaseList): void {
  if (list.cases.length === 0) return printer.say(safe`no cases`)
  const now = parseTimestamp(list.now)
  const letters = lettersNeeded(list.cases)
  printer.out(
    table(
      ['CASE', 'TIME LEFT', 'STATE', 'PROGRAM', 'TEAM', 'BY', 'NOTE'].map(word =>
        printer.style.dim(safe`${word}`),
      ),
      list.cases.map(one => [
        safe`${one.id.slice(0, letters)}`,
        pressed(printer.style, pressureOn(one, now), safe`${pressingWords(dueOf(one), now)}`),
        safe`${one.state}`,
        safe`${one.program ?? '-'}`,
        safe`${one.team ?? '-'}`,
        safe`${one.claimed_by ?? '-'}`,
        noteOn(one),
      ]),
    ),
  )
  if (list.next !== null) printer.say(safe`there are more: khancap inbox --after ${list.next}`)
}
