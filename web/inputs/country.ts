// The country: those of the program first, then all others by their name in the page's language.
import type { WayOut } from '../../schemas/way-out.js'
import type { AnswerLeaf } from '../../schemas/sealed.js'
import { wayOutOf } from '../../src/core/form/answer.js'
import { h } from '../dom.js'
import { labelled, type LeafControl, type Place, type Setting } from './control.js'

const offer = ({ code, name }: { code: string; name: string }) => h('option', { value: code }, name)

export function countryInput(
  setting: Setting,
  place: Place,
  waysOut: readonly WayOut[],
  answer: AnswerLeaf | undefined,
): LeafControl {
  const { texts, shared, covered } = setting
  const words = texts.question
  const byName = new Intl.Collator(shared.language).compare
  const named = Object.entries(shared.countries).map(([code, name]) => ({ code, name }))
  named.sort((one, other) => byName(one.name, other.name))
  const select = h(
    'select',
    { autocomplete: 'off' },
    h('option', { value: '' }, words.choose),
    // A way out is no country: its value has a sign that no code has.
    ...waysOut.map(way => h('option', { value: `:${way}` }, shared.answers[way] ?? way)),
    h(
      'optgroup',
      { label: words.covered },
      ...named.filter(({ code }) => covered.includes(code)).map(offer),
    ),
    h(
      'optgroup',
      { label: words.notCovered },
      ...named.filter(({ code }) => !covered.includes(code)).map(offer),
    ),
  )
  const wayOut = wayOutOf(answer)
  select.value = wayOut === null ? (typeof answer === 'string' ? answer : '') : `:${wayOut}`
  return {
    element: labelled(setting, place, select),
    read() {
      const way_out = waysOut.find(way => select.value === `:${way}`)
      if (way_out !== undefined) return { way_out }
      return select.value === '' ? undefined : select.value
    },
  }
}
