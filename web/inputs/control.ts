// What every kind of input is made of: a label, why it is asked, what is wrong with it, and a way to read the answer.
import type { Catalogue, SharedWords } from '../../schemas/programs/catalogue.js'
import type { Answer, AnswerLeaf, Answers } from '../../schemas/sealed.js'
import { h } from '../dom.js'
import type { Texts } from '../texts/texts.js'

export interface Control<A extends Answer = Answer> {
  readonly element: HTMLElement
  /** undefined: nothing was answered. */
  read(): A | undefined
}
export type LeafControl = Control<AnswerLeaf>

/** All that inputs of one question share. */
export interface Setting {
  readonly texts: Texts
  readonly shared: SharedWords
  readonly catalogue: Catalogue
  /** To all questions of the form, so far. */
  readonly answers: Answers
  /** Countries of the program, offered first. */
  readonly covered: readonly string[]
  /** Sentences by pointer. */
  readonly faults: ReadonlyMap<string, string>
}

/** Where an input stands: in the answers, in the catalogue, and on the page. */
export interface Place {
  /** RFC 6901, as faults name it. */
  readonly pointer: string
  /** As the catalogue names it. */
  readonly path: string
  readonly label: string
  /** The label is the heading of the page. */
  readonly heading: boolean
  /** The label is not shown, since another one says the same. */
  readonly quiet?: boolean
  /** Under the label, each a paragraph. */
  readonly notes: readonly string[]
}

export function idOf(pointer: string): string {
  return `q${pointer.replace(/[^A-Za-z0-9]+/g, '-')}`
}

interface Frame {
  readonly notes: readonly HTMLElement[]
  readonly fault: HTMLElement | null
  /** For `aria-describedby`; undefined where there is nothing. */
  readonly describedBy: string | undefined
}

function frame(setting: Setting, { pointer, notes }: Place): Frame {
  const id = idOf(pointer)
  const hints = notes.map((note, index) =>
    h('p', { id: `${id}-note${index}`, class: 'hint' }, note),
  )
  const sentence = setting.faults.get(pointer)
  const fault =
    sentence === undefined ? null : h('p', { id: `${id}-fault`, class: 'fault' }, sentence)
  const ids = [...hints, ...(fault === null ? [] : [fault])].map(element => element.id)
  return { notes: hints, fault, describedBy: ids.length === 0 ? undefined : ids.join(' ') }
}

/** Several inputs under one legend. The fieldset itself takes the focus that a fault's link gives. */
export function framed(
  setting: Setting,
  place: Place,
  ...children: readonly (HTMLElement | null)[]
): HTMLElement {
  const { notes, fault, describedBy } = frame(setting, place)
  const label = place.heading
    ? h('h1', { tabindex: -1 }, place.label)
    : h('span', { class: place.quiet === true ? 'unseen' : 'label' }, place.label)
  const group = h(
    'fieldset',
    { id: idOf(place.pointer), tabindex: -1, 'aria-describedby': describedBy },
    h('legend', {}, label),
    ...notes,
    fault,
    ...children,
  )
  return h('div', { class: fieldClass(fault) }, group)
}

function fieldClass(fault: HTMLElement | null): string {
  return fault === null ? 'field' : 'field faulty'
}

/** One input with its label. `more` stands below it. */
export function labelled(
  setting: Setting,
  place: Place,
  input: HTMLElement,
  ...more: readonly (HTMLElement | null)[]
): HTMLElement {
  const { notes, fault, describedBy } = frame(setting, place)
  const id = idOf(place.pointer)
  input.id = id
  if (describedBy !== undefined) input.setAttribute('aria-describedby', describedBy)
  if (fault !== null) input.setAttribute('aria-invalid', 'true')
  const label = h('label', { for: id, class: 'label' }, place.label)
  return h(
    'div',
    { class: fieldClass(fault) },
    place.heading ? h('h1', { tabindex: -1 }, label) : label,
    ...notes,
    fault,
    input,
    ...more,
  )
}

/** A choice as one large thing to touch. */
export function option(
  type: 'radio' | 'checkbox',
  name: string,
  value: string,
  label: string,
): { element: HTMLLabelElement; input: HTMLInputElement } {
  const input = h('input', { type, name, value, autocomplete: 'off' })
  return { element: h('label', { class: 'option' }, input, h('span', {}, label)), input }
}
