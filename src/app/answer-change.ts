// What an answer does to a case, sealed here or given elsewhere: nothing is owed any more, and the first proof stays.
import type { CaseState } from '../../schemas/case.js'
import type { CaseChange, CaseRow } from '../ports/case-store.js'

export function answerChange(
  row: CaseRow,
  state: CaseState,
  answer: NonNullable<CaseRow['answer']>,
): Omit<CaseChange, 'event'> {
  return {
    state,
    dueAt: null,
    nextRungAt: null,
    answered: true,
    additionsSeen: true,
    ...(row.answer === null ? { answer } : {}),
  }
}
