// From "start" to the first question: which program.
import type { ShownProgram } from '../../schemas/directory-excerpt.js'
import { button, h } from '../dom.js'
import { turnTo } from '../draft.js'
import type { Page } from '../page.js'
import { programsOf } from '../site.js'
import { fill } from '../texts/texts.js'
import { ask, askedQuestions, type Interview, languageList } from './interview.js'
import { forWhomOf, nameOf, outOfScopeOf, promiseOf } from './program-words.js'

export function startRequest(page: Page, back: () => void): void {
  page.beginAnew = () => startRequest(page, back)
  page.attempt(
    page.words.texts.loading,
    () => page.site(),
    () => {
      // First: whatever an excerpt may do to the screen, the directory is asked for.
      page.verifyMeanwhile()
      showPrograms(page, back)
    },
    back,
  )
}

function showPrograms(page: Page, back: () => void): void {
  const { texts } = page.words
  const { language } = texts
  // Where it sends people elsewhere, only what is signed may. It comes with the next screen: nothing here moves under a finger.
  const isSigned = page.directory !== null
  // Looked up as late as can be: what could be drawn a moment ago may not have been what was signed.
  const choices = programsOf(page.shown() ?? { programs: [] }).map(program => {
    const choose = () => {
      turnTo(page.draft, program)
      const interview = interviewOf(page, program, back)
      const [first] = askedQuestions(interview)
      ask(page, interview, first?.key ?? '')
    }
    const choice = button('', choose, 'program')
    const said = [
      isSigned ? forWhomOf(program, language) : null,
      promiseOf(program, language),
      fill(texts.programs.answersIn, { languages: languageList(page, program) }),
      program.languages.includes(language) ? null : texts.programs.notInYours,
    ].filter(text => text !== null)
    choice.append(
      h('strong', {}, nameOf(program, language)),
      ...said.map(text => h('span', {}, text)),
    )
    choice.dataset['program'] = program.id
    const limit = isSigned ? outOfScopeOf(program, language) : null
    return h('li', {}, choice, limit === null ? null : h('p', { class: 'hint' }, limit))
  })
  page.show(
    () => showPrograms(page, back),
    h('h1', { tabindex: -1 }, texts.programs.heading),
    choices.length > 1 ? h('p', {}, texts.programs.lead) : null,
    h('ul', { class: 'choices' }, ...choices),
    h('div', { class: 'actions' }, button(texts.back, back)),
  )
}

export function interviewOf(page: Page, program: ShownProgram, back: () => void): Interview {
  return {
    program,
    form: program.form,
    answers: page.draft.answers,
    tellsCoverage: true,
    early: null,
    back: () => startRequest(page, back),
    done: () => page.withLater(later => later.showReview(page, back)),
  }
}
