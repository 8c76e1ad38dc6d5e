// A choice that may stay open can be taken back: radio buttons alone cannot be emptied again.
import type { Field } from '../../schemas/program.js'
import { button } from '../dom.js'
import type { LeafControl, Setting } from './control.js'

/** Check boxes are emptied by themselves, and a default stands for no answer. */
function mayStayOpen(field: Field): boolean {
  if (field.required) return false
  return field.type === 'language' || (field.type === 'one' && field.default === undefined)
}

/** The choice with a button that takes it back, there while something is chosen. */
export function clearable(setting: Setting, field: Field, control: LeafControl): LeafControl {
  if (!mayStayOpen(field)) return control
  const { element } = control
  const inputs = Array.from(element.querySelectorAll('input'))
  const [first] = inputs
  const clear = () => {
    for (const input of inputs) input.checked = false
    // What hangs on the choice goes with it, and so does this button: the focus stays at the question.
    first?.dispatchEvent(new Event('change', { bubbles: true }))
    first?.focus()
  }
  const taker = button(setting.texts.question.clear, clear, 'quiet')
  const settle = () => {
    taker.hidden = !inputs.some(input => input.checked)
  }
  element.addEventListener('change', settle)
  settle()
  element.querySelector('.options')?.append(taker)
  return control
}
