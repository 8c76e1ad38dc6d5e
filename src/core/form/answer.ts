// What an answer is: the shapes of schemas/sealed.ts told apart. The form decides which of them is right where.
import type { WayOut } from '../../../schemas/way-out.js'
import type { Answer, AnswerLeaf, PartialDate } from '../../../schemas/sealed.js'

export type Row = Readonly<Record<string, AnswerLeaf | undefined>>

/** The fields of a group (also those of a partial date or a way out); null where the answer is no object. */
export function rowOf(answer: Answer | undefined): Row | null {
  return typeof answer === 'object' && !Array.isArray(answer) ? answer : null
}

export function wayOutOf(answer: Answer | undefined): string | null {
  const way = rowOf(answer)?.['way_out']
  return typeof way === 'string' ? way : null
}

function isWayOut(answer: Answer | undefined): answer is { way_out: WayOut } {
  return wayOutOf(answer) !== null
}

export function isPartialDate(answer: Answer | undefined): answer is PartialDate {
  return typeof rowOf(answer)?.['date'] === 'string'
}

/** The rows of a list; null where the answer is none, or a list of codes. */
export function rowsOf(answer: Answer | undefined): Row[] | null {
  if (!Array.isArray(answer)) return null
  const rows: Row[] = []
  for (const entry of answer) {
    if (typeof entry === 'string') return null
    rows.push(entry)
  }
  return rows
}

export function isMissing(answer: Answer | undefined): answer is undefined {
  if (answer === undefined) return true
  if (typeof answer === 'string') return answer.trim() === ''
  return Array.isArray(answer) ? answer.length === 0 : Object.keys(answer).length === 0
}

/** The codes that an answer holds: one, several, or none. */
export function codesOf(answer: Answer | undefined): readonly unknown[] {
  if (typeof answer === 'string') return [answer]
  return Array.isArray(answer) ? answer : []
}

/** A code, codes, text, partial date or way out; undefined where the answer is a group or rows. */
export function leafOf(answer: Answer | undefined): AnswerLeaf | undefined {
  if (answer === undefined || typeof answer === 'string') return answer
  if (isPartialDate(answer)) return answer
  if (!Array.isArray(answer)) return isWayOut(answer) ? answer : undefined
  const codes: string[] = []
  for (const entry of answer) {
    if (typeof entry !== 'string') return undefined
    codes.push(entry)
  }
  return codes
}
