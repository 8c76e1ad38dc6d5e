// An answer to a request that came by mail, as a letter: who it goes to, what the mail servers on its way will read of it,
// and the handler's yes to that. What leaves this machine is sealed to the router, which hands it to the mail server.
import type { ClientId } from '../../schemas/encoding.js'
import type { LetterMessage } from '../../schemas/sealed.js'
import { routerRecipient } from '../../keys/keyring.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { sealLetter } from '../../src/core/envelope/seal.js'
import { threadAfter } from '../../src/core/mail/thread.js'
import { contextOf } from '../case/readers.js'
import type { SealedCase } from '../case/sealed-case.js'
import type { Desk } from '../client/desk.js'
import { refused } from '../failure.js'
import { type Safe, safe, safeLines } from '../terminal/safe.js'
import { type AnswerableMails, answerableMails } from './mails.js'
import { recipientFor } from './recipient.js'
import { bodyFor } from './body.js'
import { chooseKey, type KeyOptions, lineOf, type MailKey } from './key-choice.js'
import type { KeySource } from './offered-keys.js'
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

/** The key that a letter is sealed to, and where it comes from. */
export interface SealedWith {
  readonly kind: 'openpgp' | 'age'
  /** Of an OpenPGP key; an age recipient is its own. */
  readonly fingerprint: string
  readonly source: KeySource
  readonly mail: 'first' | 'later'
  /** Whether it stood in what the sender sealed. */
  readonly inside: boolean
}

/** What a program is told of a letter. */
export interface LetterJson {
  readonly to: string
  readonly subject: string
  /** null: in the clear. */
  readonly sealed_with: SealedWith | null
}

export interface WrittenLetter {
  /** Sealed to the router, as base64url. */
  readonly sealed: string
  readonly json: LetterJson
}

/** @throws Failure where it cannot be answered, or nobody says where */
export async function planLetter(
  desk: Desk,
  sealed: SealedCase,
  options: LetterOptions,
): Promise<LetterPlan> {
  if (routerRecipient(desk.directory.directory, desk.station.now()) === null)
    throw refused(
      safe`the directory names no router that could send a mail`,
      safe`the organisation must publish a new directory`,
    )
  const mails = await answerableMails(desk, sealed, options.plain !== true)
  const to = await recipientFor(desk.station, mails, options.to)
  return { mails, to, key: await chooseKey(desk, mails, options) }
}

/** Shows what will be read on the way, asks, and seals the letter. @throws Failure where the handler says no */
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
  await confirm(desk, options, plan.key, shownLines(desk, plan, subject, written.text))
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
  const router = routerRecipient(desk.directory.directory, desk.station.now()) ?? ''
  const p = await desk.station.primitives()
  const letter = await sealLetter(p, message, desk.seed, contextOf(desk, 'letter'), router)
  return {
    sealed: encodeBase64url(letter.bytes),
    json: { to: plan.to, subject, sealed_with: sealedWith(plan.key) },
  }
}

function sealedWith(key: MailKey | null): SealedWith | null {
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

function whyClear({ first, later }: AnswerableMails): Safe {
  const all = [first, ...later]
  const isSealed = all.some(mail => mail.isSealed)
  if (all.some(({ keys }) => keys.length > 0))
    return isSealed
      ? safe`its sender sealed what they wrote, and the key that came with it is not used`
      : safe`the key that its sender gave is not used`
  if (all.some(({ shut }) => shut !== null))
    return safe`its sender sealed what they wrote, and what stays shut may bring a key`
  if (isSealed) return safe`its sender sealed what they wrote, and no key to answer with is used`
  return all.every(({ isWhole }) => isWhole)
    ? safe`its sender gave no key`
    : safe`what was looked at of the mail brings no key, and there is more of it`
}

async function confirm(
  { station: { asker, printer } }: Desk,
  options: LetterOptions,
  key: MailKey | null,
  lines: readonly Safe[],
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
      safe`where another way is safer: khancap contacted … --via says that they were answered there`,
    )
}
