// One of several, or several of several. A way out stands apart and excludes the others.
import { optionAt } from '../../schemas/programs/catalogue.js'
import type { Field, Question } from '../../schemas/program.js'
import type { WayOut } from '../../schemas/way-out.js'
import type { AnswerLeaf } from '../../schemas/sealed.js'
import { wayOutOf } from '../../src/core/form/answer.js'
import { h } from '../dom.js'
import { framed, idOf, type LeafControl, option, type Place, type Setting } from './control.js'

interface Choices {
  readonly options: readonly string[]
  readonly ways_out: readonly WayOut[]
}

function inputsFor(
  setting: Setting,
  place: Place,
  { options, ways_out }: Choices,
  type: 'radio' | 'checkbox',
) {
  const name = idOf(place.pointer)
  const make = (code: string) =>
    option(type, name, code, optionAt(setting.catalogue, setting.shared, place.path, code))
  const chosen = options.map(make)
  const ways = ways_out.map(make)
  const element = h('div', { class: 'options' }, ...chosen.map(one => one.element))
  if (ways.length > 0) element.append(h('div', { class: 'ways' }, ...ways.map(one => one.element)))
  return { element, chosen: chosen.map(one => one.input), ways: ways.map(one => one.input) }
}

function wayOutFrom(ways: readonly WayOut[], inputs: readonly HTMLInputElement[]) {
  const way_out = ways.find(way => inputs.some(input => input.checked && input.value === way))
  return way_out === undefined ? undefined : { way_out }
}

/** Radio buttons. */
function oneOf(
  setting: Setting,
  place: Place,
  choices: Choices,
  answer: AnswerLeaf | undefined,
): LeafControl {
  const { element, chosen, ways } = inputsFor(setting, place, choices, 'radio')
  const checked = wayOutOf(answer) ?? answer
  for (const input of [...chosen, ...ways]) input.checked = input.value === checked
  return {
    element: framed(setting, place, element),
    read: () => chosen.find(input => input.checked)?.value ?? wayOutFrom(choices.ways_out, ways),
  }
}

/** Check boxes. */
function manyOf(
  setting: Setting,
  place: Place,
  choices: Choices,
  answer: AnswerLeaf | undefined,
): LeafControl {
  const { element, chosen, ways } = inputsFor(setting, place, choices, 'checkbox')
  const wayOut = wayOutOf(answer)
  const codes: readonly string[] = Array.isArray(answer) ? answer : []
  for (const input of chosen) {
    input.checked = codes.includes(input.value)
    input.addEventListener('change', () => {
      if (input.checked) for (const way of ways) way.checked = false
    })
  }
  for (const way of ways) {
    way.checked = way.value === wayOut
    way.addEventListener('change', () => {
      if (!way.checked) return
      for (const other of [...chosen, ...ways]) other.checked = other === way
    })
  }
  return {
    element: framed(setting, place, element),
    read() {
      const marked = chosen.filter(input => input.checked).map(input => input.value)
      return marked.length > 0 ? marked : wayOutFrom(choices.ways_out, ways)
    },
  }
}

type Choice = Extract<Field, { readonly type: 'one' | 'many' | 'language' }>

export function isChoice(field: Field | Question): field is Choice {
  return field.type === 'one' || field.type === 'many' || field.type === 'language'
}

export function choiceInput(
  setting: Setting,
  place: Place,
  field: Choice,
  answer: AnswerLeaf | undefined,
): LeafControl {
  if (field.type === 'many') return manyOf(setting, place, field, answer)
  if (field.type === 'one') return oneOf(setting, place, field, answer ?? field.default)
  const options = Object.keys(setting.catalogue.options['reply_language'] ?? {})
  return oneOf(setting, place, { options, ways_out: field.ways_out }, answer)
}

/** The ways out of an input that is no choice: while one is ticked the input rests, and keeps what was typed. */
export function waysBeside(
  setting: Setting,
  place: Place,
  ways: readonly WayOut[],
  answer: AnswerLeaf | undefined,
  rest: (resting: boolean) => void,
): { element: HTMLElement | null; read(): { way_out: WayOut } | undefined } {
  if (ways.length === 0) return { element: null, read: () => undefined }
  const { element, ways: inputs } = inputsFor(
    setting,
    place,
    { options: [], ways_out: ways },
    'checkbox',
  )
  const settle = () => rest(inputs.some(input => input.checked))
  for (const input of inputs) {
    input.checked = input.value === wayOutOf(answer)
    input.addEventListener('change', () => {
      if (input.checked) for (const other of inputs) other.checked = other === input
      settle()
    })
  }
  settle()
  return { element, read: () => wayOutFrom(ways, inputs) }
}
