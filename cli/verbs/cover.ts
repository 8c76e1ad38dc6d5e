// `khancap cover`: a person decides whether a request is covered, over what its country and language said. The applicant
// sees the decision, the team the reason.
import { actOn, reportAct } from '../case/act.js'
import { findCase } from '../case/case-id.js'
import { type ReasonOptions, sealReason, withReason } from '../case/reason-note.js'
import { fetchCase } from '../case/sealed-case.js'
import { openDesk } from '../client/desk.js'
import type { Station, VerbOptions } from '../station/station.js'
import { safe } from '../terminal/safe.js'

export interface CoverOptions extends VerbOptions, ReasonOptions {
  readonly not?: true
}

export async function coverCase(
  station: Station,
  options: CoverOptions,
  given: string,
): Promise<void> {
  const desk = await openDesk(station, options)
  const id = await findCase(desk.cases, given)
  const sealed = await fetchCase(desk, id)
  const coverage = options.not === true ? 'not_covered' : 'eligible'
  const after = await withReason(desk, options, id, async text => {
    const note = await sealReason(desk, sealed, 'coverage', text)
    return actOn(desk, sealed.detail, 'coverage', { ...note.body, coverage }, [note.bytes])
  })
  const done =
    options.not === true
      ? safe`case ${id} counts as not covered; the applicant sees it`
      : safe`case ${id} counts as covered; the applicant sees it`
  reportAct(station, options, done, after)
}
