// All questions with their answers, each with a way back to it.
import { button, h } from '../dom.js'
import type { Page } from '../page.js'
import { describeAnswer } from './describe.js'
import { askedQuestions, type Interview, questionLabel } from './interview.js'

export function answerList(
  page: Page,
  interview: Interview,
  change: (key: string) => void,
): HTMLElement {
  const { review } = page.words.texts
  const { program, answers } = interview
  const list = h('dl', { class: 'review' })
  for (const question of askedQuestions(interview)) {
    const label = questionLabel(page, program.id, question.key)
    const lines = describeAnswer(page, program.id, question, answers[question.key])
    const edit = button(review.change, () => change(question.key), 'quiet')
    edit.setAttribute('aria-label', `${review.change}: ${label}`)
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
