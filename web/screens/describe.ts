// Answers in words, for the person to check before anything is sent.
import { labelAt, optionAt } from '../../schemas/programs/catalogue.js'
import type { Field, Question } from '../../schemas/program.js'
import type { Answer } from '../../schemas/sealed.js'
import { isPartialDate, type Row, rowOf, rowsOf, wayOutOf } from '../../src/core/form/answer.js'
import { hourOfDay, localDate } from '../local-time.js'
import type { Page } from '../page.js'
import { fill } from '../texts/texts.js'
import { zoneName } from '../zones.js'

function describeLeaf(
  page: Page,
  program: string,
  field: Field,
  path: string,
  answer: Answer,
): string {
  const { shared, texts } = page.words
  const catalogue = page.catalogueOf(program)
  const wayOut = wayOutOf(answer)
  if (wayOut !== null) return shared.answers[wayOut] ?? wayOut
  if (isPartialDate(answer)) {
    const { date, time, zone = 'UTC' } = answer
    const day = localDate(date, texts.language)
    return time === undefined ? day : hourOfDay(day, time, zoneName(zone, shared.countries))
  }
  if (Array.isArray(answer))
    return answer
      .map(code => (typeof code === 'string' ? optionAt(catalogue, shared, path, code) : ''))
      .join(texts.between)
  if (typeof answer !== 'string') return ''
  if (field.type === 'country') return shared.countries[answer] ?? answer
  return field.type === 'one' || field.type === 'language'
    ? optionAt(catalogue, shared, path, answer)
    : answer
}

/** A question has a mark of its own, and needs no colon. */
function named(page: Page, label: string, text: string): string {
  return /[?？]$/.test(label)
    ? `${label} ${text}`
    : fill(page.words.texts.where.line, { name: label, status: text })
}

function describeRow(
  page: Page,
  program: string,
  fields: readonly Field[],
  path: string,
  row: Row,
): string[] {
  const catalogue = page.catalogueOf(program)
  return fields.flatMap(field => {
    const answer = row[field.key]
    if (answer === undefined) return []
    const text = describeLeaf(page, program, field, `${path}.${field.key}`, answer)
    const label = labelAt(catalogue, `${path}.${field.key}`)
    return [label === labelAt(catalogue, path) ? text : named(page, label, text)]
  })
}

/** An answer as lines of text; none where nothing was answered. */
export function describeAnswer(
  page: Page,
  program: string,
  question: Question,
  answer: Answer | undefined,
): string[] {
  if (answer === undefined) return []
  if (question.type === 'group')
    return describeRow(page, program, question.fields, question.key, rowOf(answer) ?? {})
  if (question.type === 'list')
    return (rowsOf(answer) ?? []).map(row =>
      describeRow(page, program, question.fields, question.key, row).join(' · '),
    )
  return describeLeaf(page, program, question, question.key, answer).split('\n')
}
