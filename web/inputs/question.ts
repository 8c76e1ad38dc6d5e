// A question as its page shows it: label as heading, why it is asked, and whether it may stay empty.
import { labelAt, optionAt } from '../../schemas/programs/catalogue.js'
import type { Form, Question } from '../../schemas/program.js'
import { fill } from '../texts/texts.js'
import type { Place, Setting } from './control.js'

/** The answers, to a question of another form, that bring this one. */
function foreignAnswers(form: Form, { shown_if }: Question): readonly string[] {
  const isHere = form.questions.some(one => one.key === shown_if?.key)
  return isHere ? [] : (shown_if?.any_of ?? [])
}

export function placeOfQuestion(setting: Setting, form: Form, question: Question): Place {
  const { texts, catalogue, shared } = setting
  const { key, required, shown_if } = question
  const why = catalogue.why[key]
  const options = foreignAnswers(form, question).map(code =>
    optionAt(catalogue, shared, shown_if?.key ?? '', code),
  )
  const notes = [
    ...(options.length > 0
      ? [fill(texts.question.onlyIf, { options: options.join(texts.between) })]
      : []),
    ...(why === undefined ? [] : [why]),
    ...(required ? [] : [texts.question.optional]),
  ]
  return { pointer: `/${key}`, path: key, label: labelAt(catalogue, key), heading: true, notes }
}
