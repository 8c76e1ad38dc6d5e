// Checks answers against a form, the same on the applicant's device and on the handler's. Faults name the place and
// the kind, never a value; a fault is a hint to the applicant, and a reason to look for the handler.
import type { Fault } from '../../../schemas/problem.js'
import type { Field, Form, Question } from '../../../schemas/program.js'
import type { Answer, Answers } from '../../../schemas/sealed.js'
import { isMissing, type Row, rowOf, rowsOf, wayOutOf } from './answer.js'
import { isShown } from './shown.js'

/** Characters of a region's name at most, where the person writes one instead of an ISO 3166-2 code. */
export const maxRegionChars = 120

export interface CheckContext {
  /** Answers to an earlier form, where a condition may refer to it. */
  readonly earlier?: Answers
}

/** Characters as people count them: code points, in NFC. */
export function countChars(text: string): number {
  return Array.from(text.normalize('NFC')).length
}

function isYear(text: string): boolean {
  return /^(19|20)\d\d$/.test(text)
}

/** Whether a day, month or year exists in the calendar. */
export function isCalendarDate(text: string): boolean {
  const [year = '', month, day] = text.split('-')
  if (!isYear(year)) return false
  if (month === undefined) return true
  const number = Number(month)
  if (!/^\d\d$/.test(month) || number < 1 || number > 12) return false
  if (day === undefined) return true
  const leap = Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0)
  const days = number === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(number) ? 30 : 31
  return /^\d\d$/.test(day) && Number(day) >= 1 && Number(day) <= days
}

function dateFault(answer: Answer): string | null {
  const { date, time, zone, ...rest } = rowOf(answer) ?? {}
  if (Object.keys(rest).length > 0 || typeof date !== 'string') return 'wrong_type'
  if (time !== undefined && date === '') return 'day_missing'
  // Its own fault: a year of two digits, or of another calendar, is no day that does not exist.
  if (!isYear(date.split('-')[0] ?? '')) return 'not_a_year'
  if (!isCalendarDate(date)) return 'not_a_date'
  if (time !== undefined) {
    if (date.length !== 10) return 'day_missing'
    if (typeof time !== 'string' || !/^([01]\d|2[0-3]):[0-5]\d$/.test(time)) return 'not_a_time'
    // Older pages left it out; an empty one was asked for and not chosen.
    if (zone === '') return 'zone_missing'
  }
  return zone === undefined || (typeof zone === 'string' && zone.length <= 60) ? null : 'wrong_type'
}

function textFault(answer: Answer, maxChars: number): string | null {
  if (typeof answer !== 'string') return 'wrong_type'
  return countChars(answer) > maxChars ? 'too_long' : null
}

function manyFault(answer: Answer, options: readonly string[]): string | null {
  if (!Array.isArray(answer)) return 'wrong_type'
  const codes: readonly unknown[] = answer
  if (new Set(codes).size !== codes.length) return 'wrong_type'
  return codes.every(code => typeof code === 'string' && options.includes(code))
    ? null
    : 'unknown_option'
}

function leafFault(field: Field, answer: Answer): string | null {
  const wayOut = wayOutOf(answer)
  if (wayOut !== null) return field.ways_out.some(way => way === wayOut) ? null : 'unknown_option'
  switch (field.type) {
    case 'one':
      if (typeof answer !== 'string') return 'wrong_type'
      return field.options.includes(answer) ? null : 'unknown_option'
    case 'many':
      return manyFault(answer, field.options)
    case 'text':
      return textFault(answer, field.max_chars)
    case 'region':
      return textFault(answer, maxRegionChars)
    case 'date':
      return dateFault(answer)
    case 'year':
      return typeof answer === 'string' && isYear(answer) ? null : 'not_a_year'
    case 'country':
      return typeof answer === 'string' && /^[A-Z]{2}$/.test(answer) ? null : 'unknown_option'
    case 'language':
      return typeof answer === 'string' &&
        /^([a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?|other)$/.test(answer)
        ? null
        : 'unknown_option'
    case 'files':
      return 'wrong_type'
  }
  return 'wrong_type'
}

function checkRow(fields: readonly Field[], answers: Row | null, at: string): Fault[] {
  if (answers === null) return [{ pointer: at, code: 'wrong_type' }]
  return fields
    .flatMap(field => checkOne(field, fields, answers, at))
    .concat(strangers(fields, answers, at))
}

/** Keys that the form does not have. */
function strangers(
  asked: readonly (Question | Field)[],
  answers: Readonly<Record<string, Answer | undefined>>,
  at: string,
): Fault[] {
  return Object.keys(answers)
    .filter(key => !asked.some(question => question.key === key))
    .map(() => ({ pointer: at, code: 'unknown_key' }))
}

function checkOne(
  question: Question | Field,
  siblings: readonly (Question | Field)[],
  answers: Readonly<Record<string, Answer | undefined>>,
  parent: string,
  earlier?: Answers,
): Fault[] {
  const at = `${parent}/${question.key}`
  const answer = answers[question.key]
  if (!isShown(question, siblings, answers, earlier))
    return isMissing(answer) ? [] : [{ pointer: at, code: 'not_asked' }]
  if (isMissing(answer)) {
    if (!question.required) return []
    // A group says which of its fields is missing.
    return question.type === 'group'
      ? checkRow(question.fields, {}, at)
      : [{ pointer: at, code: 'required' }]
  }
  if (question.type === 'group') return checkRow(question.fields, rowOf(answer), at)
  if (question.type === 'list') {
    const rows = rowsOf(answer)
    if (rows === null) return [{ pointer: at, code: 'wrong_type' }]
    if (rows.length > question.max_rows) return [{ pointer: at, code: 'too_many' }]
    return rows.flatMap((row, index) => checkRow(question.fields, row, `${at}/${index}`))
  }
  const code = leafFault(question, answer)
  return code === null ? [] : [{ pointer: at, code }]
}

/**
 * Every fault of the answers, in the order of the form; none where they can be sealed.
 * Codes: `required`, `too_long`, `too_many`, `unknown_option`, `unknown_key`, `not_asked`, `not_a_date`,
 * `not_a_time`, `not_a_year`, `day_missing`, `zone_missing`, `wrong_type`. Pointers are RFC 6901 (keys need no escaping).
 */
export function checkAnswers(form: Form, answers: Answers, context: CheckContext = {}): Fault[] {
  return form.questions
    .flatMap(question => checkOne(question, form.questions, answers, '', context.earlier))
    .concat(strangers(form.questions, answers, ''))
}
