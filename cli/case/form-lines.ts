// The form as the handler reads it: labels in the handler's language, answers as given. A question without an answer
// is left out. What the form does not know, a key or a code, is words of the applicant's like any other.
import type { Field, Form, Program, Question } from '../../schemas/program.js'
import {
  type Catalogue,
  catalogueFor,
  labelAt,
  type SharedWords,
} from '../../schemas/programs/catalogue.js'
import { shippedCatalogues, shippedWords } from '../../schemas/programs/shipped.js'
import type { Answer, Answers } from '../../schemas/sealed.js'
import { isMissing, isPartialDate, rowOf, rowsOf, wayOutOf } from '../../src/core/form/answer.js'
import type { Printer } from '../terminal/printer.js'
import { joined, type Safe, safe, safeLines, wrapped } from '../terminal/safe.js'

/** Stands before each line of an applicant's words. */
export const margin = '  | '

export interface Words {
  readonly catalogue: Catalogue
  readonly shared: SharedWords
}

/**
 * The words for a program in a language, or else in English; keys where there are none.
 * @param own the program as the directory has it
 */
export function wordsFor(program: string, language: string, own: Program | null): Words {
  const isShipped = shippedCatalogues.some(
    one => one.program === program && one.language === language,
  )
  const hasWords = isShipped || own?.words?.[language] !== undefined
  const among = <T extends { readonly language: string }>(list: readonly T[]) =>
    list.find(one => one.language === language) ?? list.find(one => one.language === 'en')
  const none = { language: 'en', answers: {}, countries: {} }
  return {
    catalogue: catalogueFor(program, hasWords ? language : 'en', shippedCatalogues, own),
    shared: among(shippedWords) ?? none,
  }
}

/** The answers as lines, question by question. */
export function formLines(
  printer: Printer,
  form: Form | null,
  answers: Answers,
  words: Words,
): Safe[] {
  const questions = form?.questions ?? []
  const asked = questions.flatMap(question => {
    const answer = answers[question.key]
    return isMissing(answer) ? [] : linesOf(printer, question, question.key, answer, words)
  })
  const strangers = Object.entries(answers)
    .filter(([key]) => !questions.some(question => question.key === key))
    .flatMap(([key, answer]) => [
      printer.style.bold(safe`unknown question`),
      block(printer, `${key}: ${asText(answer)}`),
    ])
  return [...asked, ...strangers]
}

function linesOf(
  printer: Printer,
  question: Question | Field,
  path: string,
  answer: Answer,
  words: Words,
): Safe[] {
  const asked = safe`${labelAt(words.catalogue, path)}`
  const label = printer.style.bold(wrapped(asked, printer.columns, ''))
  if (question.type === 'group') {
    const row = rowOf(answer)
    if (row === null) return [label, block(printer, asText(answer))]
    return [label, ...fieldLines(printer, question.fields, path, row, words)]
  }
  if (question.type === 'list') {
    const rows = rowsOf(answer)
    if (rows === null) return [label, block(printer, asText(answer))]
    return [
      label,
      ...rows.flatMap((row, index) => [
        safe`  ${index + 1}.`,
        ...fieldLines(printer, question.fields, path, row, words),
      ]),
    ]
  }
  return [label, valueLine(printer, question, path, answer, words)]
}

function fieldLines(
  printer: Printer,
  fields: readonly Field[],
  path: string,
  row: Readonly<Record<string, Answer | undefined>>,
  words: Words,
): Safe[] {
  const known = fields.flatMap(field => {
    const answer = row[field.key]
    if (isMissing(answer)) return []
    const at = `${path}.${field.key}`
    const label = labelAt(words.catalogue, at)
    const value = valueLine(printer, field, at, answer, words)
    // The field that is the question itself needs no second label.
    const isQuestion = label === labelAt(words.catalogue, path)
    return isQuestion
      ? [value]
      : [printer.style.dim(wrapped(safe`  ${label}`, printer.columns, '  ')), value]
  })
  const strangers = Object.keys(row)
    .filter(key => !fields.some(field => field.key === key))
    .flatMap(key => [
      printer.style.dim(safe`  unknown question`),
      block(printer, `${key}: ${asText(row[key] ?? '')}`),
    ])
  return [...known, ...strangers]
}

function valueLine(
  printer: Printer,
  field: Question | Field,
  path: string,
  answer: Answer,
  words: Words,
): Safe {
  const value = (ours: string) => wrapped(safe`    ${ours}`, printer.columns, '    ')
  const option = (code: string, bullet = '') => {
    const label = labelOf(field, words, path, code)
    return label === null ? block(printer, `${bullet}${code}`) : value(`${bullet}${label}`)
  }
  const wayOut = wayOutOf(answer)
  const wayOutLabel = wayOut === null ? null : labelIn(words.shared.answers, wayOut)
  if (wayOutLabel !== null) return value(wayOutLabel)
  if (isPartialDate(answer)) {
    const date = [answer.date, answer.time, answer.zone].filter(part => part !== undefined)
    return plainDate.test(date.join(' ')) ? value(date.join(' ')) : block(printer, asText(answer))
  }
  if (typeof answer === 'string') {
    const isCode = ['one', 'language', 'country'].includes(field.type)
    return isCode ? option(answer) : block(printer, answer)
  }
  if (Array.isArray(answer) && answer.every(code => typeof code === 'string'))
    return joined(
      answer.map(code => option(code, '- ')),
      '\n',
    )
  return block(printer, asText(answer))
}

/** As the page writes a date; a zone may be any text. */
const plainDate = /^\d{4}(-\d\d){0,2}( \d\d:\d\d)?( [\w+/-]{1,40})?$/

/** The label of a code, or else the code where the form has it; null where nobody knows it. */
function labelOf(
  field: Question | Field,
  { catalogue, shared }: Words,
  path: string,
  code: string,
): string | null {
  const hasCode =
    (field.type === 'one' || field.type === 'many') && field.options.some(one => one === code)
  return (
    (field.type === 'country' ? labelIn(shared.countries, code) : null) ??
    labelIn(catalogue.options[path] ?? {}, code) ??
    labelIn(shared.answers, code) ??
    (hasCode ? code : null)
  )
}

/** Of its own: an applicant's code may be the name of anything. */
function labelIn(labels: Readonly<Record<string, string>>, code: string): string | null {
  return Object.hasOwn(labels, code) ? (labels[code] ?? null) : null
}

function asText(answer: Answer): string {
  return typeof answer === 'string' ? answer : JSON.stringify(answer)
}

/** An applicant's own words. */
export function block(printer: Printer, text: string): Safe {
  return safeLines(text, margin, printer.columns)
}
