// The words of a mail with notices. The mail provider reads them: case ids, programs and hours, no content, no country,
// no language, no team (docs/decisions/0030-notices-to-handlers.md).
import type { Mail } from '../ports/mailer.js'
import type { Notice, NoticeMail } from '../ports/notice-store.js'
import { shownNotices, unshownLines } from './unshown-notices.js'

const hour = 3_600_000

const headline: Readonly<Record<Notice['kind'], string>> = {
  new_case: 'a new case waits',
  addition: 'something was added to a case',
  undelivered: 'an answer could not be delivered',
  unconfirmed: 'an answer may have arrived, and may not',
  deleted: 'an applicant deleted a case',
  closed: 'a case was closed without an answer',
  reminder: 'a case waits for an answer',
  escalation: 'a case is still without an answer',
  breach: 'a case was not answered in time',
}

/** @param passedOn true where those whom it was meant for could not be reached */
export function noticeMail(
  mail: Pick<NoticeMail, 'id' | 'notices'>,
  passedOn = false,
): Omit<Mail, 'to'> {
  const { id, notices } = mail
  const [first, ...others] = notices
  if (first === undefined) throw new RangeError('a mail has at least one notice')
  const what = others.length === 0 ? headline[first.kind] : `${notices.length} notices, the nearest`
  const lines = [
    ...(passedOn
      ? [
          'This could not be delivered to those whom it is meant for.',
          'Please tell them in another way.',
          '',
        ]
      : []),
    `Khancap: ${others.length === 0 ? `${headline[first.kind]}.` : `${notices.length} notices.`}`,
    '',
    ...notices.slice(0, shownNotices).flatMap(noticeLines),
    ...unshownLines(notices),
    ...todo(first, others.length > 0),
    // Lines of 76 letters at most: they travel as they are (RFC 2045 §6.7).
    'This notice holds nothing of what was written.',
    'Do not answer it and do not forward it.',
    '',
  ]
  return {
    messageId: `khancap.${id}`,
    subject: `[khancap] ${what} (${timeLeft(first)})`,
    text: lines.join('\n'),
  }
}

/** What is to be done for the nearest one, in words and in commands. @param isOneOfMany it has to be named */
function todo(notice: Notice, isOneOfMany: boolean): string[] {
  const sentences = todoWords(notice, isOneOfMany ? notice.caseId.slice(0, 8) : 'it')
  const commands = todoVerbs(notice).map(verb => `    khancap ${verb} ${notice.caseId}`)
  return [
    ...sentences,
    ...(sentences.length > 0 && commands.length > 0 ? [''] : []),
    ...commands,
    ...(sentences.length + commands.length > 0 ? [''] : []),
  ]
}

function todoWords({ dueAt, isClaimed, kind }: Notice, it: string): string[] {
  if (kind === 'deleted') return [`There is nothing to do for ${it}.`]
  if (kind === 'closed')
    return [`Look at who closed ${it} and why.`, 'If it should not be closed, take it up:']
  if (kind === 'unconfirmed')
    return [
      `The answer to ${it} may have arrived. Before you answer again,`,
      'ask who runs the service to look into the log of the mail server.',
    ]
  if (kind === 'undelivered')
    return dueAt === null
      ? [`No deadline runs for ${it}.`, 'See whether the person still needs that answer:']
      : [`The answer to ${it} was not delivered.`, 'Answer again, in another way if there is one:']
  return isAlarm(kind) && isClaimed
    ? [`First ask who has claimed ${it}: claiming takes it from them.`]
    : []
}

/** What was deleted cannot be opened any more; what may have arrived, and what owes nothing, is looked at first. */
function todoVerbs({ dueAt, kind }: Notice): string[] {
  if (kind === 'deleted') return []
  if (kind === 'closed') return ['open', 'reopen']
  if (kind === 'unconfirmed') return ['open']
  if (kind === 'undelivered') return dueAt === null ? ['open'] : ['claim', 'open', 'reply']
  return ['claim', 'open']
}

function noticeLines(notice: Notice): string[] {
  return [
    `Case:    ${notice.caseId}`,
    `Program: ${notice.program ?? 'not known yet'}`,
    `Answer:  ${timeLeft(notice)}`,
    `Why:     ${headline[notice.kind]}`,
    ...takenLine(notice),
    '',
  ]
}

/** Whoever is woken by an alarm wants to know first whether anybody is at it. */
function takenLine({ isClaimed, kind }: Notice): string[] {
  if (!isAlarm(kind)) return []
  return [`Claimed: ${isClaimed ? 'by a handler, who has not answered' : 'by nobody'}`]
}

function isAlarm(kind: Notice['kind']): boolean {
  return kind === 'escalation' || kind === 'breach'
}

function timeLeft({ dueAt, now }: Notice): string {
  if (dueAt === null) return 'no deadline runs'
  return dueAt >= now ? `due in ${words(dueAt - now)}` : `overdue by ${words(now - dueAt)}`
}

/** Whole hours, so that no date can be read from it; rounded so that nobody is told more time than there is. */
function words(ms: number): string {
  return ms >= hour ? `${Math.floor(ms / hour)} h` : 'less than 1 h'
}
