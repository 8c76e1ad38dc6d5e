// One question after the other, from the data of a program. Answers stay in memory only.
import type { Form, Program, Question } from '../../schemas/program.js'
import type { Answers } from '../../schemas/sealed.js'
import { labelAt } from '../../schemas/programs/catalogue.js'
import { checkEligibility } from '../../src/core/eligibility/eligibility.js'
import { checkAnswers, countChars } from '../../src/core/form/check.js'
import { shownQuestions } from '../../src/core/form/shown.js'
import { slipFacts } from '../../src/core/form/slip-facts.js'
import type { Fault } from '../../schemas/problem.js'
import { button, form as formOf, h } from '../dom.js'
import { idOf, type Setting } from '../inputs/control.js'
import { questionInput } from '../inputs/field.js'
import { languageName } from '../language-name.js'
import type { Page } from '../page.js'
import { othersList } from './others.js'
import { fill } from '../texts/texts.js'

export interface Interview {
  readonly program: Program
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

/** Files come later; a question that cannot be asked yet is left out. */
export function askedQuestions({ form, answers }: Interview): Question[] {
  return shownQuestions(form, answers).filter(question => question.type !== 'files')
}

/** The question that a fault is about: the first part of its pointer. */
export function keyOf({ pointer }: Fault): string {
  return pointer.split('/')[1] ?? ''
}

function textAt(answers: Answers, pointer: string): string {
  let value: unknown = answers
  for (const key of pointer.split('/').slice(1))
    value =
      typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(key) : null
  return typeof value === 'string' ? value : ''
}

function maxAt({ questions }: Form, pointer: string): number {
  const keys = pointer.split('/').filter(part => part !== '' && !/^\d+$/.test(part))
  const question = questions.find(one => one.key === keys[0])
  if (question === undefined) return 0
  if (question.type === 'text') return question.max_chars
  const field = 'fields' in question ? question.fields.find(one => one.key === keys[1]) : undefined
  return field?.type === 'text' ? field.max_chars : 120
}

/** The sentence for a fault. */
export function sentenceFor(page: Page, interview: Interview, fault: Fault): string {
  const { faults } = page.words.texts
  switch (fault.code) {
    case 'required': {
      const question = interview.form.questions.find(one => one.key === keyOf(fault))
      const hasWayOut =
        question !== undefined &&
        (question.ways_out.length > 0 ||
          ('fields' in question && question.fields.some(field => field.ways_out.length > 0)))
      return hasWayOut ? faults.required : faults.requiredPlain
    }
    case 'too_long':
      return fill(faults.too_long, {
        used: countChars(textAt(interview.answers, fault.pointer)),
        max: maxAt(interview.form, fault.pointer),
      })
    case 'not_a_date':
      return faults.not_a_date
    case 'not_a_time':
      return faults.not_a_time
    case 'not_a_year':
      return faults.not_a_year
    default:
      return faults.other
  }
}

/** What is still to do, as links to where. */
export function faultList(
  page: Page,
  faults: readonly { label: string; go: () => void }[],
): HTMLElement {
  const list = h('ul')
  for (const { label, go } of faults) {
    const link = h('a', { href: '#' }, label)
    link.addEventListener('click', event => {
      event.preventDefault()
      go()
    })
    list.append(h('li', {}, link))
  }
  return h(
    'div',
    { class: 'faults', role: 'alert', tabindex: -1 },
    h('h2', {}, page.words.texts.faults.heading),
    list,
  )
}

/** The first focusable thing where a fault is. */
function focusOn(pointer: string): void {
  const place = document.getElementById(idOf(pointer))
  const input = place?.matches('input, select, textarea')
    ? place
    : (place?.querySelector<HTMLElement>('input, select, textarea') ?? place)
  input?.focus()
  input?.scrollIntoView({ block: 'center' })
}

/**
 * Asks one question, then goes on with the next.
 * @param only where the person came from the review: back there afterwards
 */
export function ask(
  page: Page,
  interview: Interview,
  key: string,
  only = false,
  faults: readonly Fault[] = [],
): void {
  const { texts, shared } = page.words
  const { program, answers, form } = interview
  const questions = askedQuestions(interview)
  const index = questions.findIndex(question => question.key === key)
  const question = questions[index]
  if (question === undefined) {
    interview.done()
    return
  }
  const catalogue = page.catalogueOf(program.id)
  const sentences = new Map(
    faults.map(fault => [fault.pointer, sentenceFor(page, interview, fault)]),
  )
  const setting: Setting = {
    texts,
    shared,
    catalogue,
    covered: program.countries,
    faults: sentences,
  }
  const foreign = !form.questions.some(one => one.key === question.shown_if?.key)
  const onlyIf = foreign ? (question.shown_if?.any_of ?? null) : null
  const control = questionInput(setting, question, answers[key], onlyIf)

  const keep = () => {
    const answer = control.read()
    if (answer === undefined) delete answers[key]
    else answers[key] = answer
  }
  const redraw = () => {
    keep()
    ask(page, interview, key, only, faults)
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
    const wrong = checkAnswers(form, answers).filter(
      fault => keyOf(fault) === key && fault.code !== 'not_asked',
    )
    if (wrong.length > 0) ask(page, interview, key, only, wrong)
    else if (only) interview.done()
    else goOn(page, interview, key)
  }
  page.show(
    redraw,
    faults.length === 0
      ? null
      : faultList(
          page,
          faults.map(fault => ({
            label: sentences.get(fault.pointer) ?? '',
            go: () => focusOn(fault.pointer),
          })),
        ),
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

/** What the program does not cover. @param key only what the answer to this question tells; null: everything */
export function coverageNotes(
  page: Page,
  { program, answers }: Interview,
  key: string | null,
): string[] {
  const { texts, shared } = page.words
  const facts = slipFacts(program.id, answers, () => null)
  const { languageHandled, reasons } = checkEligibility(program, facts)
  const country = shared.countries[facts.country] ?? facts.country
  const [place] = reasons
  const notes: string[] = []
  const isAsked = (...keys: string[]) => key === null || keys.includes(key)
  if (isAsked('reply_language') && answers['reply_language'] !== undefined && !languageHandled)
    notes.push(fill(texts.coverage.languageNotHandled, { languages: languageList(page, program) }))
  if (isAsked('country', 'jurisdiction') && place === 'country_not_covered')
    notes.push(fill(texts.coverage.notCovered, { country }))
  if (isAsked('region') && place === 'region_not_covered')
    notes.push(fill(texts.coverage.regionNotCovered, { country }))
  if (isAsked('region') && place === 'region_unknown')
    notes.push(fill(texts.coverage.regionUnknown, { country }))
  if (key === null && place === 'country_unknown') notes.push(texts.coverage.unknown)
  return notes
}

/** Languages in their own words. */
export function languageList(page: Page, program: Program): string {
  const { options } = page.catalogueOf(program.id)
  return program.languages
    .map(language => options['reply_language']?.[language] ?? languageName(language, language))
    .join(page.words.texts.between)
}

function showCoverage(
  page: Page,
  interview: Interview,
  key: string,
  notes: readonly string[],
  proceed: () => void,
): void {
  const { coverage } = page.words.texts
  const facts = slipFacts(interview.program.id, interview.answers, () => null)
  const isOutside = checkEligibility(interview.program, facts).coverage === 'not_covered'
  page.show(
    () => showCoverage(page, interview, key, notes, proceed),
    h('h1', { tabindex: -1 }, coverage.heading),
    h(
      'div',
      { class: 'notice' },
      ...notes.map(note => h('p', {}, note)),
      h('p', {}, coverage.stillSend),
    ),
    isOutside ? othersList(page, facts.country) : null,
    h(
      'div',
      { class: 'actions' },
      button(coverage.goOn, proceed, 'main'),
      button(coverage.change, () => ask(page, interview, key)),
    ),
  )
}

/** The label of a question. */
export function questionLabel(page: Page, program: string, key: string): string {
  return labelAt(page.catalogueOf(program), key)
}
