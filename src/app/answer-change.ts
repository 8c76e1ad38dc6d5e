// What an answer does to a case, sealed here or given elsewhere: nothing is owed any more, and the first proof stays.
// What the applicant added and its writer had not seen is not answered: it keeps its clock.
import type { CaseState } from '../../schemas/case.js'
import type { Directory } from '../../schemas/directory.js'
import { additionClock, serviceLevelFor } from '../core/sla/ladder.js'
import type { CaseChange, CaseRow, UnseenAdditions } from '../ports/case-store.js'

export function answerChange(
  directory: Directory,
  row: CaseRow,
  state: CaseState,
  answer: NonNullable<CaseRow['answer']>,
  { count, since }: UnseenAdditions,
): Omit<CaseChange, 'event'> {
  const { responseSeconds } = additionClock(serviceLevelFor(directory, row.program, row.receivedAt))
  return {
    state,
    dueAt: since === null ? null : since + responseSeconds * 1000,
    // The sweep looks at once and finds the rung by itself.
    nextRungAt: since === null ? null : row.now,
    answered: true,
    unreadAdditions: count,
    ...(row.answer === null ? { answer } : {}),
  }
}
