// The words of a notice. The mail provider reads them: case id, program and time, no content, no country, no language,
// no team (docs/decisions/0030-notices-to-handlers.md).
import type { Mail } from '../ports/mailer.js'
import type { Notice } from '../ports/notice-store.js'

const hour = 3_600_000

const headline: Readonly<Record<Notice['kind'], string>> = {
  new_case: 'a new case waits',
  addition: 'something was added to a case',
  reminder: 'a case waits for an answer',
  escalation: 'a case is still without an answer',
  breach: 'a case was not answered in time',
}

export function noticeMail(notice: Notice): Omit<Mail, 'to'> {
  const { id, caseId, kind, program, dueAt, now } = notice
  const time = dueAt === null ? 'nothing is owed' : timeLeft(dueAt - now)
  const lines = [
    `Khancap: ${headline[kind]}.`,
    '',
    `Case:    ${caseId}`,
    `Program: ${program ?? 'not known yet'}`,
    ...(dueAt === null ? [] : [`Answer:  ${time}`]),
    '',
    `    khancap claim ${caseId}`,
    `    khancap open ${caseId}`,
    '',
    'This notice holds nothing of what was written. Do not answer it and do not forward it.',
    '',
  ]
  return {
    messageId: `khancap.${id}`,
    subject: `[khancap] ${headline[kind]} (${time})`,
    text: lines.join('\n'),
  }
}

function timeLeft(ms: number): string {
  return ms >= 0 ? `due in ${words(ms)}` : `overdue by ${words(-ms)}`
}

/** Whole hours, so that no date can be read from it; rounded so that nobody is told more time than there is. */
function words(ms: number): string {
  return ms >= hour ? `${Math.floor(ms / hour)} h` : 'less than 1 h'
}
