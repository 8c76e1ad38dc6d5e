// From a field of a form to its input. Data decides; nothing here knows a program.
import { labelAt } from '../../schemas/programs/catalogue.js'
import type { Field, Question } from '../../schemas/program.js'
import type { Answer, AnswerLeaf, AnswerRow } from '../../schemas/sealed.js'
import { leafOf, rowOf, type Row, rowsOf } from '../../src/core/form/answer.js'
import { maxRegionChars } from '../../src/core/form/check.js'
import { isShown } from '../../src/core/form/shown.js'
import { button, h } from '../dom.js'
import { fill } from '../texts/texts.js'
import { choiceInput, isChoice } from './choice.js'
import { clearable } from './clearable.js'
import {
  type Control,
  framed,
  idOf,
  type LeafControl,
  type Place,
  type Setting,
} from './control.js'
import { countryInput } from './country.js'
import { dateInput, regionInput, yearInput } from './date.js'
import { textInput } from './text.js'

function leafInput(
  setting: Setting,
  place: Place,
  field: Field,
  answer: AnswerLeaf | undefined,
): LeafControl {
  if (isChoice(field)) return clearable(setting, field, choiceInput(setting, place, field, answer))
  switch (field.type) {
    case 'text':
      return textInput(setting, withTextHint(setting, place), field, answer)
    case 'date':
      return dateInput(setting, place, field.ways_out, answer)
    case 'year':
      return yearInput(setting, place, field.ways_out, answer)
    case 'country':
      return countryInput(setting, place, field.ways_out, answer)
    case 'region':
      return regionInput(setting, place, field.ways_out, answer, maxRegionChars)
    case 'files':
      return { element: h('div'), read: () => undefined }
  }
  return { element: h('div'), read: () => undefined }
}

/** Two texts of the shipped forms are easier with an example. */
function withTextHint({ texts }: Setting, place: Place): Place {
  const hint = place.path.endsWith('.currency')
    ? texts.question.currencyHint
    : place.path.endsWith('.also_known_as')
      ? texts.question.linesHint
      : null
  return hint === null ? place : { ...place, notes: [...place.notes, hint] }
}

function placeIn(setting: Setting, parent: Place, pointer: string, field: Field): Place {
  const path = `${parent.path}.${field.key}`
  const label = labelAt(setting.catalogue, path)
  // The field `kind` asks what its group asks: its label is there for ears only.
  return { pointer, path, label, heading: false, quiet: label === parent.label, notes: [] }
}

/** The fields of a group or row; those with a condition come and go with it. */
function rowInput(
  setting: Setting,
  parent: Place,
  pointer: string,
  fields: readonly Field[],
  row: Row,
): { element: HTMLElement; read(): AnswerRow } {
  const parts = fields.map(field => ({
    field,
    control: leafInput(
      setting,
      placeIn(setting, parent, `${pointer}/${field.key}`, field),
      field,
      row[field.key],
    ),
  }))
  const read = () => {
    const answers: AnswerRow = {}
    for (const { field, control } of parts) {
      const answer = control.read()
      if (answer !== undefined) answers[field.key] = answer
    }
    return answers
  }
  const element = h('div', {}, ...parts.map(({ control }) => control.element))
  const settle = () => {
    const answers = read()
    for (const { field, control } of parts)
      control.element.hidden = !isShown(field, fields, answers)
  }
  element.addEventListener('change', settle)
  settle()
  return {
    element,
    read() {
      const answers = read()
      for (const { field } of parts) if (!isShown(field, fields, answers)) delete answers[field.key]
      return answers
    },
  }
}

function groupInput(
  setting: Setting,
  place: Place,
  fields: readonly Field[],
  answer: Answer | undefined,
): Control {
  const inside = rowInput(setting, place, place.pointer, fields, rowOf(answer) ?? {})
  return {
    element: framed(setting, place, inside.element),
    read() {
      const row = inside.read()
      return Object.keys(row).length === 0 ? undefined : row
    },
  }
}

function listInput(
  setting: Setting,
  place: Place,
  { fields, max_rows }: { readonly fields: readonly Field[]; readonly max_rows: number },
  answer: Answer | undefined,
): Control {
  const words = setting.texts.question
  let rows: Row[] = rowsOf(answer) ?? []
  if (rows.length === 0) rows = [{}]
  let shown: { read(): AnswerRow }[] = []
  const holder = h('div')
  const draw = () => {
    const made = rows.map((row, index) =>
      rowInput(setting, place, `${place.pointer}/${index}`, fields, row),
    )
    shown = made
    holder.textContent = ''
    for (const [index, { element }] of made.entries())
      holder.append(
        h(
          'div',
          { class: 'row' },
          h(
            'fieldset',
            { id: idOf(`${place.pointer}/${index}`), tabindex: -1 },
            h('legend', { class: 'label' }, fill(words.row, { n: index + 1 })),
            element,
          ),
          rows.length === 1
            ? null
            : button(fill(words.removeRow, { n: index + 1 }), () => change(index)),
        ),
      )
    if (rows.length < max_rows) holder.append(button(words.addRow, () => change(null)))
  }
  /** Takes one row away, or adds one. */
  const change = (remove: number | null) => {
    const typed: Row[] = shown.map(row => row.read())
    rows = remove === null ? [...typed, {}] : typed.filter((_, index) => index !== remove)
    draw()
    const focused = document.getElementById(
      idOf(`${place.pointer}/${remove === null ? rows.length - 1 : 0}`),
    )
    focused?.focus()
  }
  draw()
  return {
    element: framed(setting, place, holder),
    read() {
      const filled = shown.map(row => row.read()).filter(row => Object.keys(row).length > 0)
      return filled.length === 0 ? undefined : filled
    },
  }
}

/** What a question asks for, whatever it is. */
export function fieldInput(
  setting: Setting,
  place: Place,
  question: Question,
  answer: Answer | undefined,
): Control {
  if (question.type === 'group') return groupInput(setting, place, question.fields, answer)
  if (question.type === 'list') return listInput(setting, place, question, answer)
  return leafInput(setting, place, question, leafOf(answer))
}
