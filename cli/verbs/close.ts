// `khancap close`: ends the work on a case, with its outcome on record.
import { type CaseSummary, Outcome } from '../../schemas/case.js'
import { actUnopened, reportAct } from '../case/act.js'
import { findCase } from '../case/case-id.js'
import { openDesk } from '../client/desk.js'
import { outcomes } from '../commands/choices.js'
import { Failure, misused } from '../failure.js'
import type { Station, VerbOptions } from '../station/station.js'
import { safe } from '../terminal/safe.js'

export interface CloseOptions extends VerbOptions {
  readonly outcome?: Outcome
}

export async function closeCase(
  station: Station,
  options: CloseOptions,
  given: string,
): Promise<void> {
  const desk = await openDesk(station, options)
  const id = await findCase(desk.cases, given)
  const outcome = options.outcome ?? (await askOutcome(station))
  const after = await actUnopened(desk, id, 'close', { outcome }).catch(explain)
  reportAct(station, options, safe`closed case ${id} (${outcome.replaceAll('_', ' ')})`, after)
}

function askOutcome(station: Station): Promise<Outcome> {
  if (!station.asker.available)
    throw misused(safe`how did it end? give --outcome`, safe`one of ${Outcome.options.join(', ')}`)
  return station.asker.choose(
    safe`How did it end?`,
    Outcome.options.map(value => ({ value, label: safe`${outcomes[value]}` })),
  )
}

/** Silence is never an outcome: the server closes an unanswered case only where nobody was there to be answered. */
function explain(error: unknown): CaseSummary {
  if (!(error instanceof Failure) || error.code !== 'case_state') throw error
  throw new Failure(
    1,
    safe`the case cannot be closed with this outcome now`,
    [
      safe`claim it first; and who is supported, referred or out of scope is told so first: khancap reply or khancap contacted`,
      safe`no_contact, duplicate and not_a_request need no answer`,
    ],
    { code: 'case_state', cause: error },
  )
}
