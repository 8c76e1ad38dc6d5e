// From "start" to the receipt code: which program, its questions, and a last look at the answers.
import type { Program } from '../../schemas/program.js'
import { checkAnswers } from '../../src/core/form/check.js'
import { keepShown } from '../../src/core/form/shown.js'
import { button, h } from '../dom.js'
import type { Page } from '../page.js'
import { programsOf, type Site } from '../site.js'
import { fill } from '../texts/texts.js'
import { answerList } from './answer-list.js'
import { showCode } from './code.js'
import {
  ask,
  askedQuestions,
  coverageNotes,
  faultList,
  type Interview,
  keyOf,
  languageList,
  questionLabel,
} from './interview.js'
import { nameOf, promiseOf } from './program-words.js'

export function startRequest(page: Page, back: () => void): void {
  page.attempt(
    page.words.texts.loading,
    () => page.site(),
    site => {
      showPrograms(page, site, back)
      page.verifyMeanwhile()
    },
    back,
  )
}

function showPrograms(page: Page, site: Site, back: () => void): void {
  const { texts } = page.words
  const { language } = texts
  const choices = programsOf(site).map(program => {
    const choose = () => {
      if (page.draft.program?.id !== program.id) page.draft.answers = {}
      page.draft.program = program
      const interview = interviewOf(page, program, back)
      ask(page, interview, askedQuestions(interview)[0]?.key ?? '')
    }
    const choice = button('', choose, 'program')
    choice.append(
      h('strong', {}, nameOf(program, language)),
      h('span', {}, promiseOf(program, language)),
      h('span', {}, fill(texts.programs.answersIn, { languages: languageList(page, program) })),
      ...(program.languages.includes(language) ? [] : [h('span', {}, texts.programs.notInYours)]),
    )
    choice.dataset['program'] = program.id
    return h('li', {}, choice)
  })
  page.show(
    () => showPrograms(page, site, back),
    h('h1', { tabindex: -1 }, texts.programs.heading),
    h('p', {}, texts.programs.lead),
    h('ul', { class: 'choices' }, ...choices),
    h('div', { class: 'actions' }, button(texts.back, back)),
  )
}

function interviewOf(page: Page, program: Program, back: () => void): Interview {
  return {
    program,
    form: program.form,
    answers: page.draft.answers,
    tellsCoverage: true,
    early: null,
    back: () => startRequest(page, back),
    done: () => showReview(page, back),
  }
}

function showReview(page: Page, back: () => void): void {
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
  const change = (key: string) =>
    ask(
      page,
      interview,
      key,
      true,
      faults.filter(f => keyOf(f) === key),
    )
  const notes = coverageNotes(page, interview, null)
  const last = questions[questions.length - 1]
  page.show(
    again,
    faults.length === 0
      ? null
      : faultList(
          page,
          faults.map(fault => ({
            label: questionLabel(page, program.id, keyOf(fault)),
            go: () => change(keyOf(fault)),
          })),
        ),
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
        () => (faults.length === 0 ? showCode(page, again) : again()),
        'main',
      ),
      button(texts.back, () => ask(page, interview, last?.key ?? '')),
    ),
  )
}
