// Whether a handler can answer a case now, asked before they write: the server decides, but nobody shall write an answer
// that it is going to refuse.
import type { CaseDetail } from '../../schemas/case.js'
import type { DirectoryHandler } from '../../schemas/directory.js'
import { fromProblem, refused } from '../failure.js'
import { safe } from '../terminal/safe.js'

/** @throws Failure that says what to do first */
export function expectWorkable({ case: summary }: CaseDetail, handler: DirectoryHandler): void {
  const { claimed_by, id, state } = summary
  const short = id.slice(0, 8)
  if (state === 'purged') throw fromProblem('case_purged')
  if (state === 'closed')
    throw refused(safe`case ${id} is closed`, safe`khancap reopen ${short} takes it up again`)
  if (claimed_by === null && state !== 'answered')
    throw refused(safe`nobody has claimed case ${id}`, safe`khancap claim ${short} takes it on`)
  const mayTakeOver = handler.roles.includes('lead') || handler.roles.includes('director')
  if (claimed_by !== null && claimed_by !== handler.id && !mayTakeOver)
    throw refused(
      safe`${claimed_by} has claimed case ${id}`,
      safe`ask them to release it, or a lead of the team to step in`,
    )
}
