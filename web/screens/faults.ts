// What is wrong with answers, in words, and as links to where.
import type { Fault } from '../../schemas/problem.js'
import type { Form } from '../../schemas/program.js'
import type { Answers } from '../../schemas/sealed.js'
import { countChars } from '../../src/core/form/check.js'
import { h } from '../dom.js'
import { idOf } from '../inputs/control.js'
import type { Page } from '../page.js'
import { fill } from '../texts/texts.js'
import type { Faulty, Interview } from './interview.js'

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
function sentenceFor(page: Page, interview: Interview, fault: Fault): string {
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
    case 'day_missing':
      return faults.day_missing
    case 'zone_missing':
      return faults.zone_missing
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

/** What a question says about the faults of its answer; null where there are none. */
export function faultyOf(
  page: Page,
  interview: Interview,
  faults: readonly Fault[],
): Faulty | null {
  if (faults.length === 0) return null
  const told = faults.map(fault => ({
    pointer: fault.pointer,
    sentence: sentenceFor(page, interview, fault),
  }))
  const links = told.map(({ pointer, sentence }) => ({
    label: sentence,
    go: () => focusOn(pointer),
  }))
  return {
    list: faultList(page, links),
    sentences: new Map(told.map(({ pointer, sentence }) => [pointer, sentence])),
  }
}
