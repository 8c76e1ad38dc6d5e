// The form as the handler reads it: labels in the handler's language, answers as given. A question without an answer
// is left out; an answer without a question is shown by its key.
import type { Field, Form, Program, Question } from '../../schemas/program.js'
import {
  type Catalogue,
  catalogueFor,
  labelAt,
  optionAt,
  type SharedWords,
} from '../../schemas/programs/catalogue.js'
import { shippedCatalogues, shippedWords } from '../../schemas/programs/shipped.js'
import type { Answer, Answers } from '../../schemas/sealed.js'
import { isMissing, isPartialDate, rowOf, rowsOf, wayOutOf } from '../../src/core/form/answer.js'
import type { Printer } from '../terminal/printer.js'
import { joined, type Safe, safe, safeLines, wrapped } from '../terminal/safe.js'

/** Stands before each line of an applicant's words. */
export const margin = '  │ '

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
      printer.style.bold(safe`${key}`),
      block(printer, typeof answer === 'string' ? answer : JSON.stringify(answer)),
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
  if (question.type === 'group')
    return [label, ...fieldLines(printer, question.fields, path, rowOf(answer) ?? {}, words)]
  if (question.type === 'list')
    return [
      label,
      ...(rowsOf(answer) ?? []).flatMap((row, index) => [
        safe`  ${index + 1}.`,
        ...fieldLines(printer, question.fields, path, row, words),
      ]),
    ]
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
    .flatMap(key => [printer.style.dim(safe`  ${key}`), block(printer, JSON.stringify(row[key]))])
  return [...known, ...strangers]
}

function valueLine(
  printer: Printer,
  field: Question | Field,
  path: string,
  answer: Answer,
  { catalogue, shared }: Words,
): Safe {
  const wayOut = wayOutOf(answer)
  const choice = (words: string) => wrapped(safe`    ${words}`, printer.columns, '    ')
  if (wayOut !== null) return choice(shared.answers[wayOut] ?? wayOut)
  if (isPartialDate(answer))
    return safe`    ${[answer.date, answer.time ?? '', answer.zone ?? ''].join(' ').trim()}`
  const option = (code: string) => optionAt(catalogue, shared, path, code)
  if (typeof answer === 'string') {
    if (field.type === 'country') return choice(shared.countries[answer] ?? option(answer))
    const isCode = field.type === 'one' || field.type === 'language'
    return isCode ? choice(option(answer)) : block(printer, answer)
  }
  if (Array.isArray(answer) && answer.every(code => typeof code === 'string'))
    return joined(
      answer.map(code => choice(`- ${option(code)}`)),
      '\n',
    )
  return block(printer, JSON.stringify(answer))
}

/** An applicant's own words. */
export function block(printer: Printer, text: string): Safe {
  return safeLines(text, margin, printer.columns)
}
