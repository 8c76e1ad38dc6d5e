// One question after the other, from the data of a program. Answers stay in memory only. What is needed to draw a question is
// in the first script of a page; what looks at its answer comes with the second one (web/screens/answered.ts).
import type { ShownProgram } from '../../schemas/directory-excerpt.js'
import type { Form, Question } from '../../schemas/program.js'
import type { Answers } from '../../schemas/sealed.js'
import { leafOf } from '../../src/core/form/answer.js'
import { shownQuestions } from '../../src/core/form/shown.js'
import { button, form as formOf, h } from '../dom.js'
import { choiceInput, isChoice } from '../inputs/choice.js'
import type { Control, Place, Setting } from '../inputs/control.js'
import { placeOfQuestion } from '../inputs/question.js'
import { languageName } from '../language-name.js'
import type { Page } from '../page.js'
import { fill } from '../texts/texts.js'

export interface Interview {
  readonly program: ShownProgram
  readonly form: Form
  /** Filled in as the person goes. */
  readonly answers: Answers
  /** Says honestly, as soon as it is known, what the program does not cover. Never stops anybody. */
  readonly tellsCoverage: boolean
  /** Where the person may stop before the last question: the words for it. */
  readonly early: string | null
  back(): void
  done(): void
}

/** What is wrong with an answer. */
export interface Faulty {
  /** As links to where. */
  readonly list: HTMLElement
  /** By pointer. */
  readonly sentences: ReadonlyMap<string, string>
}

/** Files come later; a question that cannot be asked yet is left out. */
export function askedQuestions({ form, answers }: Interview): Question[] {
  return shownQuestions(form, answers).filter(question => question.type !== 'files')
}

/**
 * Asks one question, then goes on with the next. A choice that must be made is drawn at once where its words are there,
 * anything else as soon as all of the page is.
 * @param only where the person came from the review: back there afterwards
 */
export function ask(
  page: Page,
  interview: Interview,
  key: string,
  only = false,
  faulty: Faulty | null = null,
): void {
  const { program, answers } = interview
  const question = askedQuestions(interview).find(one => one.key === key)
  if (question === undefined) {
    interview.done()
    return
  }
  const draw = (input: (setting: Setting, place: Place) => Control) =>
    drawQuestion(page, interview, { question, only, faulty, input })
  if (
    question.required &&
    isChoice(question) &&
    page.catalogueOf(program.id).labels[key] !== undefined
  )
    draw((setting, place) => choiceInput(setting, place, question, leafOf(answers[key])))
  else
    page.withLater(
      later => draw((setting, place) => later.fieldInput(setting, place, question, answers[key])),
      () => interview.back(),
    )
}

interface Asked {
  readonly question: Question
  readonly only: boolean
  readonly faulty: Faulty | null
  readonly input: (setting: Setting, place: Place) => Control
}

function drawQuestion(
  page: Page,
  interview: Interview,
  { question, only, faulty, input }: Asked,
): void {
  const { texts, shared } = page.words
  const { program, answers, form } = interview
  const { key } = question
  const questions = askedQuestions(interview)
  const index = questions.findIndex(one => one.key === key)
  const setting: Setting = {
    texts,
    shared,
    catalogue: page.catalogueOf(program.id),
    answers,
    covered: program.countries,
    faults: faulty === null ? new Map() : faulty.sentences,
  }
  const control = input(setting, placeOfQuestion(setting, form, question))

  const keep = () => {
    const answer = control.read()
    if (answer === undefined) delete answers[key]
    else answers[key] = answer
  }
  const redraw = () => {
    keep()
    ask(page, interview, key, only, faulty)
  }
  const back = () => {
    keep()
    const before = questions[index - 1]
    if (only) interview.done()
    else if (before === undefined) interview.back()
    else ask(page, interview, before.key)
  }
  const stop = () => {
    keep()
    interview.done()
  }
  const next = () => {
    keep()
    page.withLater(
      later => later.answered(page, interview, key, only),
      () => ask(page, interview, key, only),
    )
  }
  page.show(
    redraw,
    faulty === null ? null : faulty.list,
    only
      ? null
      : h(
          'p',
          { class: 'progress' },
          fill(texts.question.progress, { n: index + 1, total: questions.length }),
        ),
    formOf(
      next,
      control.element,
      h(
        'div',
        { class: 'actions' },
        h('button', { class: 'main' }, texts.next),
        interview.early === null ? null : button(interview.early, stop, 'early'),
        button(texts.back, back),
      ),
    ),
  )
}

/** Languages in their own words. */
export function languageList(page: Page, program: ShownProgram): string {
  const { options } = page.catalogueOf(program.id)
  return program.languages
    .map(language => options['reply_language']?.[language] ?? languageName(language, language))
    .join(page.words.texts.between)
}
