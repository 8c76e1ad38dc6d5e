// All questions with their answers, each with a way back to it.
import { labelAt } from '../../schemas/programs/catalogue.js'
import { button, h } from '../dom.js'
import type { Page } from '../page.js'
import { describeAnswer } from './describe.js'
import { fill } from '../texts/texts.js'
import { askedQuestions, type Interview } from './interview.js'

/** The label of a question. */
export function questionLabel(page: Page, program: string, key: string): string {
  return labelAt(page.catalogueOf(program), key)
}

export function answerList(
  page: Page,
  interview: Interview,
  change: (key: string) => void,
): HTMLElement {
  const { review, where } = page.words.texts
  const { program, answers } = interview
  const list = h('dl', { class: 'review' })
  for (const question of askedQuestions(interview)) {
    const label = questionLabel(page, program.id, question.key)
    const lines = describeAnswer(page, program.id, question, answers[question.key])
    const edit = button(review.change, () => change(question.key), 'quiet')
    edit.setAttribute('aria-label', fill(where.line, { name: review.change, status: label }))
    list.append(
      h(
        'div',
        { 'data-key': question.key },
        h('dt', {}, label),
        h(
          'dd',
          { class: lines.length === 0 ? 'none' : undefined },
          ...(lines.length === 0 ? [review.none] : lines).map(line => h('span', {}, line)),
        ),
        h('dd', { class: 'edit' }, edit),
      ),
    )
  }
  return list
}
