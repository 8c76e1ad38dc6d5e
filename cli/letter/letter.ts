// An answer to a request that came by mail, as a letter: who it goes to, what the mail servers on its way will read of it,
// and the handler's yes to that.
import type { CaseId, ClientId } from '../../schemas/encoding.js'
import type { LetterMessage } from '../../schemas/sealed.js'
import type { LetterKey, ReplyMaking } from '../../schemas/settings.js'
import { threadAfter } from '../../src/core/mail/thread.js'
import type { SealedCase } from '../case/sealed-case.js'
import type { Desk } from '../client/desk.js'
import { refused } from '../failure.js'
import { type Safe, safe, safeLines } from '../terminal/safe.js'
import { type AnswerableMails, answerableMails } from './mails.js'
import { recipientFor } from './recipient.js'
import { bodyFor } from './body.js'
import { chooseKey, type KeyOptions, lineOf, type MailKey, unseenWords } from './key-choice.js'
import { routerOf } from './sealed-letter.js'
import { letterSubject } from './words.js'

export interface LetterOptions extends KeyOptions {
  /** One of the addresses that the mail names. */
  readonly to?: string
  /** The handler has said yes to what would be asked. */
  readonly yes?: true
}

/** What is known of a letter before its words are. */
export interface LetterPlan {
  readonly mails: AnswerableMails
  readonly to: string
  /** null: in the clear. */
  readonly key: MailKey | null
}

/** A letter, and what was said of it. */
export type WrittenLetter = NonNullable<ReplyMaking['letter']>

/** What a program is told of a letter. */
export function letterJson({ message: { subject, to }, sealed_with }: WrittenLetter): object {
  return { to, subject, sealed_with }
}

/** @throws Failure where it cannot be answered, or nobody says where */
export async function planLetter(
  desk: Desk,
  sealed: SealedCase,
  options: LetterOptions,
): Promise<LetterPlan> {
  routerOf(desk)
  const mails = await answerableMails(desk, sealed, options.plain !== true)
  const to = await recipientFor(desk.station, mails, options.to)
  return { mails, to, key: await chooseKey(desk, mails, options) }
}

/** Shows what will be read on the way, and asks. @throws Failure where the handler says no */
export async function writeLetter(
  desk: Desk,
  sealed: SealedCase,
  options: LetterOptions,
  plan: LetterPlan,
  written: { readonly id: ClientId; readonly text: string; readonly language: string },
): Promise<WrittenLetter> {
  const { id: caseId } = sealed.detail.case
  const subject = letterSubject(written.language, caseId)
  const entity = await bodyFor(desk, plan.key, written)
  await confirm(desk, options, plan.key, {
    caseId,
    lines: shownLines(desk, plan, subject, written.text),
  })
  const thread = threadAfter((plan.mails.later[0] ?? plan.mails.first).header)
  const message: LetterMessage = {
    case: caseId,
    reply: written.id,
    by: desk.handler.id,
    to: plan.to,
    subject,
    in_reply_to: thread.inReplyTo,
    references: [...thread.references],
    entity,
  }
  const said = (['to', 'key', 'plain'] as const).filter(name => options[name] !== undefined)
  return { message, sealed_with: sealedWith(plan.key), said }
}

function sealedWith(key: MailKey | null): LetterKey | null {
  if (key === null) return null
  const { fingerprint, kind, mail, offered } = key
  return { kind, fingerprint, source: offered.source, mail, inside: offered.isInside }
}

function shownLines(
  { station }: Desk,
  { key, mails, to }: LetterPlan,
  subject: string,
  text: string,
): Safe[] {
  const told = [
    safe`  from     the address of the service`,
    safe`  to       ${to}`,
    safe`  time     when it is sent, and when it is read from the mailbox`,
    safe`  subject  ${subject}`,
    safe`  thread   which mail it answers`,
  ]
  if (key !== null)
    return [
      safe`this answer leaves sealed to this key; nothing proves whose key it is:`,
      safe`  ${lineOf(key)}`,
      safe`every mail server on its way can read and keep this:`,
      ...told,
      safe`  length   about how much you wrote`,
    ]
  return [
    safe`this answer leaves IN THE CLEAR: ${whyClear(mails)}. Every mail server on its way, and who watches theirs, can read and keep this:`,
    ...told,
    safeLines(text, '  | ', station.printer.columns),
  ]
}

function whyClear({ first, later, unseen }: AnswerableMails): Safe {
  const all = [first, ...later]
  const isSealed = all.some(mail => mail.isSealed)
  if (all.some(({ keys }) => keys.length > 0))
    return isSealed
      ? safe`its sender sealed what they wrote, and the key that came with it is not used`
      : safe`the key that its sender gave is not used`
  if (all.some(({ shut }) => shut !== null))
    return safe`its sender sealed what they wrote, and what stays shut may bring a key`
  if (unseen > 0)
    return isSealed
      ? safe`its sender sealed what they wrote; ${unseenWords(unseen)}, and may bring a key`
      : safe`${unseenWords(unseen)}, and may bring a key`
  if (isSealed) return safe`its sender sealed what they wrote, and no key to answer with is used`
  return all.every(({ isWhole }) => isWhole)
    ? safe`its sender gave no key`
    : safe`what was looked at of the mail brings no key, and there is more of it`
}

async function confirm(
  { station: { asker, printer } }: Desk,
  options: LetterOptions,
  key: MailKey | null,
  { caseId, lines }: { readonly caseId: CaseId; readonly lines: readonly Safe[] },
): Promise<void> {
  const isSealed = key !== null
  for (const line of lines) printer.say(line)
  if (options.yes === true && (isSealed || options.plain === true)) return
  if (!asker.available)
    throw refused(
      isSealed
        ? safe`nobody said that this answer may leave sealed to this key; nothing was sent`
        : safe`nobody said that this answer may leave in the clear; nothing was sent`,
      isSealed
        ? safe`read what is shown above; --yes says yes to it`
        : safe`read what is shown above; --plain --yes says yes to it`,
    )
  const question = isSealed ? safe`Seal it to this key, and send it?` : safe`Send it in the clear?`
  if (!(await asker.confirm(question)))
    throw refused(
      safe`nothing was sent`,
      safe`where another way is safer: answer there first, then khancap contacted ${caseId.slice(0, 8)} --via WAY records it`,
    )
}
