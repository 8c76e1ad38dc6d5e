// Dates that may be partly known: day, month and year apart, since trauma and time blur them. No calendar to click.
import type { WayOut } from '../../schemas/way-out.js'
import type { AnswerLeaf } from '../../schemas/sealed.js'
import { isPartialDate } from '../../src/core/form/answer.js'
import { countryOf } from '../../src/core/form/slip-facts.js'
import { h, unrecorded } from '../dom.js'
import { fill } from '../texts/texts.js'
import { plain, typedDate } from '../typed-date.js'
import { anyZones, clockShows, offeredZones, zoneHere, zoneName } from '../zones.js'
import { waysBeside } from './choice.js'
import { framed, idOf, type LeafControl, type Place, type Setting } from './control.js'
import { textInput } from './text.js'

/** @param inputmode the keys that a phone shows; those for numbers have no colon */
function partInput(
  id: string,
  label: string,
  letters: number,
  value: string,
  inputmode?: 'numeric',
) {
  const input = h('input', { type: 'text', id, inputmode, size: letters, ...unrecorded })
  input.value = value
  return { input, element: h('div', {}, h('label', { for: id }, label), input) }
}

/** Day, month and year, or the year first where the language has it so. */
function inOrder<Part>(language: string, year: Part, month: Part, day: Part): Part[] {
  const types = new Intl.DateTimeFormat(language).formatToParts().map(({ type }) => type)
  return types.indexOf('year') < types.indexOf('day') ? [year, month, day] : [day, month, year]
}

/** Places that are in no list: who is there need only look at a clock. @returns what writes the lines as they are now */
function offerAnywhere(
  { texts: { clock } }: Setting,
  select: HTMLElement,
  nameOf: (zone: string) => string,
): () => void {
  const options = anyZones.map(value => h('option', { value }))
  select.append(h('optgroup', { label: clock.now }, ...options))
  return () => {
    for (const option of options) {
      const [time, zone] = [clockShows(option.value, Date.now()), nameOf(option.value)]
      option.textContent = fill(clock.line, { time, zone })
    }
  }
}

export function dateInput(
  setting: Setting,
  place: Place,
  waysOut: readonly WayOut[],
  answer: AnswerLeaf | undefined,
): LeafControl {
  const words = setting.texts.question
  const id = idOf(place.pointer)
  const known = isPartialDate(answer) ? answer : null
  const [y = '', m = '', d = ''] = known?.date.split('-') ?? []
  const day = partInput(`${id}-day`, words.day, 2, d, 'numeric')
  const month = partInput(`${id}-month`, words.month, 2, m, 'numeric')
  const year = partInput(`${id}-year`, words.year, 4, y, 'numeric')
  const time = partInput(`${id}-time`, words.time, 5, known?.time ?? '')
  time.input.placeholder = '08:30'
  const here = zoneHere()
  const { first, offered } = offeredZones(here, countryOf(setting.answers))
  const zone = h('select', { id: `${id}-zone`, autocomplete: 'off' })
  const { countries } = setting.shared
  const nameOf = (one: string) => zoneName(one, countries)
  const labelOf = (one: string) =>
    one === here ? fill(words.zoneHere, { zone: nameOf(one) }) : nameOf(one)
  if (first === null) zone.append(h('option', { value: '' }, words.choose))
  zone.append(...offered.map(one => h('option', { value: one }, labelOf(one))))
  const showClocks = offerAnywhere(setting, zone, nameOf)
  showClocks()
  // The clocks have gone on since.
  for (const event of ['focus', 'pointerdown']) zone.addEventListener(event, showClocks)
  zone.value = known?.zone ?? first ?? ''
  const inputs = [day, month, year, time].map(part => part.input)
  const ways = waysBeside(setting, place, waysOut, answer, resting => {
    for (const input of [...inputs, zone]) input.disabled = resting
  })
  const withHints = { ...place, notes: [...place.notes, words.dateHint] }
  const element = framed(
    setting,
    withHints,
    h(
      'div',
      { class: 'parts' },
      ...inOrder(setting.texts.language, year.element, month.element, day.element),
    ),
    // The hour matters for a hearing that is a question of its own, not for a date among others.
    place.heading
      ? h(
          'div',
          { class: 'parts' },
          time.element,
          h('div', {}, h('label', { for: zone.id }, words.zone), zone),
        )
      : null,
    ways.element,
  )
  return {
    element,
    read() {
      const wayOut = ways.read()
      if (wayOut !== undefined) return wayOut
      const typed = {
        year: year.input.value,
        month: month.input.value,
        day: day.input.value,
        hour: time.input.value,
      }
      return typedDate(typed, zone.value)
    },
  }
}

export function yearInput(
  setting: Setting,
  place: Place,
  waysOut: readonly WayOut[],
  answer: AnswerLeaf | undefined,
): LeafControl {
  const kind = { max_chars: 4, lines: 'one', inputmode: 'numeric', ways_out: waysOut } as const
  const text = textInput(setting, place, kind, answer)
  return {
    element: text.element,
    read() {
      const typed = text.read()
      return typeof typed === 'string' ? plain(typed) : typed
    },
  }
}

/** A name or code of a region. */
export function regionInput(
  setting: Setting,
  place: Place,
  waysOut: readonly WayOut[],
  answer: AnswerLeaf | undefined,
  maxChars: number,
): LeafControl {
  const notes = [...place.notes, setting.texts.question.regionHint]
  const kind = { max_chars: maxChars, lines: 'one', ways_out: waysOut } as const
  return textInput(setting, { ...place, notes }, kind, answer)
}
