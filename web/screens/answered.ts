// A question is answered: what is wrong with the answer, what the program does not cover, and the next one.
import { checkAnswers } from '../../src/core/form/check.js'
import type { Page } from '../page.js'
import { coverageNotes, showCoverage } from './coverage.js'
import { faultyOf, keyOf } from './faults.js'
import { ask, askedQuestions, type Interview } from './interview.js'

/** @param only back to the review afterwards */
export function answered(page: Page, interview: Interview, key: string, only: boolean): void {
  const wrong = checkAnswers(interview.form, interview.answers).filter(
    fault => keyOf(fault) === key && fault.code !== 'not_asked',
  )
  if (wrong.length > 0) ask(page, interview, key, only, faultyOf(page, interview, wrong))
  else if (only) interview.done()
  else goOn(page, interview, key)
}

/** The question after this one, or the end; on the way, what the program does not cover. */
function goOn(page: Page, interview: Interview, key: string): void {
  const questions = askedQuestions(interview)
  const following = questions[questions.findIndex(question => question.key === key) + 1]
  const proceed = () => {
    if (following === undefined) interview.done()
    else ask(page, interview, following.key)
  }
  const notes = interview.tellsCoverage ? coverageNotes(page, interview, key) : []
  if (notes.length === 0) proceed()
  else showCoverage(page, interview, key, notes, proceed)
}
