// Dates that may be partly known: day, month and year apart, since trauma and time blur them. No calendar to click.
import type { WayOut } from '../../schemas/way-out.js'
import type { AnswerLeaf } from '../../schemas/sealed.js'
import { isPartialDate } from '../../src/core/form/answer.js'
import { h, unrecorded } from '../dom.js'
import { fill } from '../texts/texts.js'
import { waysBeside } from './choice.js'
import { framed, idOf, type LeafControl, labelled, type Place, type Setting } from './control.js'
import { textInput } from './text.js'

/** Clocks of the places that the shipped programs know, beside the device's own; with the country that names them. */
const zones: Readonly<Record<string, string>> = {
  'Asia/Ho_Chi_Minh': 'VN',
  'Asia/Shanghai': 'CN',
  'Asia/Hong_Kong': 'HK',
  'Asia/Taipei': 'TW',
  'Asia/Bangkok': 'TH',
  'Asia/Phnom_Penh': 'KH',
  'Asia/Vientiane': 'LA',
  'Asia/Yangon': 'MM',
  'Asia/Manila': 'PH',
  'Asia/Kuala_Lumpur': 'MY',
  'Asia/Jakarta': 'ID',
  'Asia/Singapore': 'SG',
  'Europe/Paris': 'FR',
  UTC: '',
}

/** What some browsers call them still. */
const former: Readonly<Record<string, string>> = {
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Asia/Rangoon': 'Asia/Yangon',
}

/** A zone by the name of its country, where it is the only one there. */
export function zoneName(zone: string, countries: Readonly<Record<string, string>>): string {
  const now = former[zone] ?? zone
  const country = countries[zones[now] ?? '']
  if (country === undefined) return now.replace(/_/g, ' ')
  return now === 'Asia/Jakarta' ? `${country} (Jakarta)` : country
}

function numberInput(id: string, label: string, letters: number, value: string) {
  const input = h('input', { type: 'text', id, inputmode: 'numeric', size: letters, ...unrecorded })
  input.value = value
  return { input, element: h('div', {}, h('label', { for: id }, label), input) }
}

/** Day, month and year, or the year first where the language has it so. */
function inOrder<Part>(language: string, year: Part, month: Part, day: Part): Part[] {
  const types = new Intl.DateTimeFormat(language).formatToParts().map(({ type }) => type)
  return types.indexOf('year') < types.indexOf('day') ? [year, month, day] : [day, month, year]
}

function zoneHere(): string {
  try {
    return new Intl.DateTimeFormat().resolvedOptions().timeZone
  } catch {
    return 'UTC'
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
  const day = numberInput(`${id}-day`, words.day, 2, d)
  const month = numberInput(`${id}-month`, words.month, 2, m)
  const year = numberInput(`${id}-year`, words.year, 4, y)
  const time = numberInput(`${id}-time`, words.time, 5, known?.time ?? '')
  time.input.placeholder = '08:30'
  const here = zoneHere()
  const zone = h('select', { id: `${id}-zone`, autocomplete: 'off' })
  const { countries } = setting.shared
  zone.append(
    h('option', { value: here }, fill(words.zoneHere, { zone: zoneName(here, countries) })),
  )
  for (const other of Object.keys(zones).filter(name => name !== (former[here] ?? here)))
    zone.append(h('option', { value: other }, zoneName(other, countries)))
  zone.value = known?.zone ?? here
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
      const typed = [year, month, day].map(part => part.input.value.trim())
      const hour = time.input.value.trim()
      if (typed.every(part => part === '') && hour === '') return undefined
      return readDate(typed, hour, zone.value)
    },
  }
}

const two = (part: string) => part.padStart(2, '0')

/** What was typed, as a date: what does not fit stays visible in it, so that it is seen as a fault. */
function readDate(typed: readonly string[], hour: string, zone: string) {
  const [year = '', month = '', day = ''] = typed
  const date =
    day !== '' ? `${year}-${two(month)}-${two(day)}` : month !== '' ? `${year}-${two(month)}` : year
  if (hour === '') return { date }
  return { date, time: hour.length === 4 ? `0${hour}` : hour, zone }
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
    read: () => (input.value.trim() === '' ? undefined : input.value.trim()),
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
