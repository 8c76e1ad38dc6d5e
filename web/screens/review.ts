// A last look at all answers, before the receipt code.
import { checkAnswers } from '../../src/core/form/check.js'
import { keepShown } from '../../src/core/form/shown.js'
import { button, h } from '../dom.js'
import type { Page } from '../page.js'
import { answerList } from './answer-list.js'
import { coverageNotes } from './coverage.js'
import { ask, askedQuestions } from './interview.js'
import { promiseOf } from './program-words.js'
import { interviewOf, startRequest } from './request.js'
import { toChange } from './to-change.js'

export function showReview(page: Page, back: () => void): void {
  const { texts } = page.words
  const { program } = page.draft
  const again = () => showReview(page, back)
  if (program === null) {
    startRequest(page, back)
    return
  }
  const interview = interviewOf(page, program, back)
  const questions = askedQuestions(interview)
  const faults = checkAnswers(program.form, keepShown(program.form, interview.answers))
  const { change, list } = toChange(page, interview, faults)
  const notes = coverageNotes(page, interview, null)
  const last = questions[questions.length - 1]
  page.show(
    again,
    list,
    h('h1', { tabindex: -1 }, texts.review.heading),
    h('p', { class: 'lead' }, texts.review.lead),
    notes.length === 0
      ? null
      : h(
          'div',
          { class: 'notice' },
          ...notes.map(note => h('p', {}, note)),
          h('p', {}, texts.coverage.stillSend),
        ),
    answerList(page, interview, change),
    h(
      'section',
      {},
      h('h2', {}, texts.review.promise),
      h('p', {}, promiseOf(program, texts.language)),
    ),
    h(
      'div',
      { class: 'actions' },
      button(
        texts.review.next,
        () => {
          if (faults.length > 0) again()
          else page.withLater(later => later.showCode(page, again), again)
        },
        'main',
      ),
      button(texts.back, () => ask(page, interview, last?.key ?? '')),
    ),
  )
}
