// Which questions of a form are shown, given the answers so far. What is hidden is not asked, not required and not
// sent.
import type { Field, Form, Question } from '../../../schemas/program.js'
import type { Answer, AnswerRow, Answers } from '../../../schemas/sealed.js'
import { codesOf, isMissing, type Row, rowOf, rowsOf } from './answer.js'

/**
 * Whether a question is shown beside its siblings. A condition on a question that is not among them is looked up in
 * `earlier`, the answers to an earlier form; where those are not known the question is shown, for the person to judge.
 */
export function isShown(
  question: Question | Field,
  siblings: readonly (Question | Field)[],
  answers: Readonly<Record<string, Answer | undefined>>,
  earlier?: Answers,
): boolean {
  const condition = question.shown_if
  if (condition === undefined) return true
  const asked = siblings.find(sibling => sibling.key === condition.key)
  if (asked === undefined && earlier === undefined) return true
  if (asked !== undefined && !isShown(asked, siblings, answers, earlier)) return false
  const codes = codesOf((asked === undefined ? earlier : answers)?.[condition.key])
  return condition.any_of.some(code => codes.includes(code))
}

/** The questions of a form that are asked now, in order. */
export function shownQuestions(form: Form, answers: Answers, earlier?: Answers): Question[] {
  return form.questions.filter(question => isShown(question, form.questions, answers, earlier))
}

function keepRow(fields: readonly Field[], row: Row): AnswerRow {
  const kept: AnswerRow = {}
  for (const field of fields) {
    const answer = row[field.key]
    if (answer !== undefined && !isMissing(answer) && isShown(field, fields, row))
      kept[field.key] = answer
  }
  return kept
}

function keepOne(question: Question, answer: Answer): Answer {
  if (question.type === 'group') return keepRow(question.fields, rowOf(answer) ?? {})
  if (question.type === 'list')
    return (rowsOf(answer) ?? [])
      .map(row => keepRow(question.fields, row))
      .filter(row => !isMissing(row))
  return answer
}

/** The answers without what is hidden, empty or unknown to the form: this is what is sealed. */
export function keepShown(form: Form, answers: Answers, earlier?: Answers): Answers {
  const kept: Answers = {}
  for (const question of shownQuestions(form, answers, earlier)) {
    const answer = answers[question.key]
    if (answer === undefined) continue
    const value = keepOne(question, answer)
    if (!isMissing(value)) kept[question.key] = value
  }
  return kept
}
