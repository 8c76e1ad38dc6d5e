// Text of one or many lines. What is too long is said, never cut off.
import type { WayOut } from '../../schemas/way-out.js'
import type { AnswerLeaf } from '../../schemas/sealed.js'
import { countChars } from '../../src/core/form/check.js'
import { h, unrecorded } from '../dom.js'
import { fill } from '../texts/texts.js'
import { waysBeside } from './choice.js'
import { labelled, type LeafControl, type Place, type Setting } from './control.js'

interface TextKind {
  readonly max_chars: number
  readonly lines: 'one' | 'many'
  readonly ways_out: readonly WayOut[]
  /** The keys that a phone shows. */
  readonly inputmode?: 'numeric'
}

/** Above this share of the room the number of characters is shown; of a few letters there is nothing to count. */
const nearlyFull = 0.8
const shortest = 20

export function textInput(
  setting: Setting,
  place: Place,
  kind: TextKind,
  answer: AnswerLeaf | undefined,
): LeafControl {
  const { texts } = setting
  const { inputmode } = kind
  const input =
    kind.lines === 'one'
      ? h('input', { type: 'text', inputmode, ...unrecorded })
      : h('textarea', { rows: kind.max_chars > 500 ? 8 : 4, ...unrecorded })
  input.value = typeof answer === 'string' ? answer : ''
  const count = h('p', { class: 'hint count', 'aria-live': 'polite' })
  const showCount = () => {
    const used = countChars(input.value)
    count.textContent =
      used > kind.max_chars * nearlyFull && used > shortest
        ? fill(texts.question.chars, { used, max: kind.max_chars })
        : ''
  }
  input.addEventListener('input', showCount)
  showCount()
  const ways = waysBeside(setting, place, kind.ways_out, answer, resting => {
    input.disabled = resting
  })
  return {
    element: labelled(setting, place, input, count, ways.element),
    read: () => ways.read() ?? (input.value.trim() === '' ? undefined : input.value.trim()),
  }
}
