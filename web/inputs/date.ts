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
import { framed, idOf, type LeafControl, labelled, type Place, type Setting } from './control.js'
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

/** Places that are in no list: who is there need only look at a clock. */
function anywhere({ texts }: Setting, nameOf: (zone: string) => string): HTMLElement {
  const now = Date.now()
  return h(
    'optgroup',
    { label: texts.clock.now },
    ...anyZones.map(one => {
      const line = fill(texts.clock.line, { time: clockShows(one, now), zone: nameOf(one) })
      return h('option', { value: one }, line)
    }),
  )
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
  const { first, others } = offeredZones(here, countryOf(setting.answers))
  const zone = h('select', { id: `${id}-zone`, autocomplete: 'off' })
  const { countries } = setting.shared
  const nameOf = (one: string) => zoneName(one, countries)
  // A clock in UTC is rarely the device's own.
  const offered =
    first === null
      ? words.choose
      : here === 'UTC'
        ? nameOf(first)
        : fill(words.zoneHere, { zone: nameOf(first) })
  zone.append(
    h('option', { value: first ?? '' }, offered),
    ...others.map(other => h('option', { value: other }, nameOf(other))),
    anywhere(setting, nameOf),
  )
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
  answer: AnswerLeaf | undefined,
): LeafControl {
  const input = h('input', { type: 'text', inputmode: 'numeric', size: 4, ...unrecorded })
  input.value = typeof answer === 'string' ? answer : ''
  return {
    element: labelled(setting, place, input),
    read: () => plain(input.value) || undefined,
  }
}

/** A name or code of a region. */
export function regionInput(
  setting: Setting,
  place: Place,
  answer: AnswerLeaf | undefined,
  maxChars: number,
): LeafControl {
  const notes = [...place.notes, setting.texts.question.regionHint]
  const kind = { max_chars: maxChars, lines: 'one', ways_out: [] } as const
  return textInput(setting, { ...place, notes }, kind, answer)
}
