// How an act on a case ends: the case afterwards, in a sentence or as JSON.
import type { CaseSummary } from '../../schemas/case.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import type { Station, VerbOptions } from '../station/station.js'
import { type Safe, safe } from '../terminal/safe.js'
import { dueWords } from '../terminal/time-words.js'

export function reportAct(
  station: Station,
  options: VerbOptions,
  done: Safe,
  after: CaseSummary,
): void {
  const { printer } = station
  if (options.json === true) return printer.json({ case: after })
  printer.out(done)
  const due = after.due_at === null ? null : parseTimestamp(after.due_at)
  printer.say(
    due === null
      ? safe`nothing is owed to the applicant now`
      : safe`an answer is due: ${dueWords(due, station.now())}`,
  )
}
