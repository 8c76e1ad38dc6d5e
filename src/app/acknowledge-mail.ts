// Step 4m, after the commit: tells whoever wrote a mail that it came. Of the mail its header alone is looked at; addresses
// stay in memory. RFC 3834, and one for each sender and day (docs/decisions/0063-acknowledging-mails.md).
import type { Directory } from '../../schemas/directory.js'
import type { Instant, Language } from '../../schemas/encoding.js'
import { KhancapError, type ProblemCode } from '../../schemas/problem.js'
import {
  acknowledgementLanguages,
  printAcknowledgement,
} from '../core/acknowledgement/acknowledgement.js'
import type { Primitives } from '../core/crypto/primitives.js'
import { utf8 } from '../core/encoding/bytes.js'
import { ceilToHour } from '../core/encoding/timestamp.js'
import { acknowledgementName } from '../core/mail/acknowledgement-name.js'
import { type AnswerTo, answerTo, baseAddress } from '../core/mail/answer-to.js'
import type { MailHeader } from '../core/mail/header.js'
import { readReceivedMail } from '../core/mail/received-mail.js'
import { promisesAt } from '../core/sla/ladder.js'
import { subjectClassifier, type SubjectFinding } from '../core/subject-tags/classify.js'
import type {
  AcknowledgementStore,
  ClaimedAcknowledgement,
} from '../ports/acknowledgement-store.js'
import type { LetterFile, LetterSender } from '../ports/letter-sender.js'
import type { Log } from '../ports/log.js'
import type { FetchedMail } from '../ports/mail-inbox.js'
import type { MailPlace } from '../ports/mail-store.js'
import type { CurrentDirectory } from './current-directory.js'
import { logFault } from './log-fault.js'
import type { MailboxFacts } from './seal-mail.js'

/** An acknowledgement that comes later than this helps nobody. */
export const acknowledgeForSeconds = 86_400
/** To all senders together: whoever borrows names by the thousand makes us write to no more people than this. */
const usualMostPerDay = 1000
/** The same for those who ask for the form: a flood of others leaves them theirs, and each has half a megabyte. */
const usualMostFormsPerDay = 300
/** Longer than any attempt at a mail server. */
const usualLeaseSeconds = 120
/** A mail server that did not take one is left alone for so long: each attempt keeps new mails waiting. */
const usualRestMs = 60_000
/** Rests of one mail: greylisting lets a recipient pass after this (RFC 6647 §2.1: minutes). */
const restsOfDeferred = 5
/** A server that has all of a mail may take ten minutes to say yes (RFC 5321 §4.5.3.2.6): before that another try doubles it. */
const restsOfUnconfirmed = 15
const day = 86_400_000
/** A form has half a megabyte: more of them are too much for a mailbox. */
const mostForms = 2

export interface AcknowledgeDeps {
  readonly store: Pick<
    AcknowledgementStore,
    'claimAcknowledgement' | 'endAcknowledgement' | 'putOffAcknowledgement'
  >
  readonly primitives: Pick<Primitives, 'hmacSha256'>
  readonly directories: Pick<CurrentDirectory, 'newest'>
  /** Keys of digests of addresses, the newest first. */
  readonly addressKeys: readonly Uint8Array[]
  /** Of Message-IDs, by which an answer is known. */
  readonly nameKey: Uint8Array
  /** null where no mail server is set. */
  readonly letters: LetterSender | null
  /** The form as a file that works offline; null where there is none in this language. */
  readonly offlineForm: (language: Language) => Promise<LetterFile | null>
  readonly now: () => Instant
  readonly log: Log
  readonly restMs?: number
  readonly mostPerDay?: number
  readonly mostFormsPerDay?: number
  readonly leaseSeconds?: number
}

/**
 * `done`: told, or nobody is to be told; the mail may be settled. `later`: somebody else is at it, or its sender cannot be told
 * now. `away`: the mail server took nothing.
 */
export type Acknowledged = 'done' | 'later' | 'away'
export type AcknowledgeMail = (facts: MailboxFacts, mail: FetchedMail) => Promise<Acknowledged>

/** What may be told to whom, as far as the mail and the directory say; null where silence is right. */
export function acknowledgementOf(
  directory: Directory,
  { acknowledges, program }: MailboxFacts,
  mail: {
    readonly header: MailHeader
    readonly finding: SubjectFinding
    readonly arrivedAt: Instant
  },
  now: Instant,
): { readonly answer: AnswerTo; readonly answerBy: Instant } | null {
  const { finding } = mail
  // What is not surely a request waits for a person, and is not answered by a machine.
  if (acknowledges === null || finding.outcome !== 'tagged') return null
  const answer = answerTo(mail.header, acknowledges.own)
  if (typeof answer === 'string') return null
  const promises = promisesAt(directory, Math.min(mail.arrivedAt, now))
    .filter(promise => promise.program === program || finding.programs.includes(promise.program))
    .map(({ by }) => by)
  const answerBy = Math.min(...promises)
  // Of a mail that waited that long nothing can be promised any more.
  return promises.length === 0 || answerBy <= now ? null : { answer, answerBy }
}

/** @returns what tells the sender of a mail that was taken in. It throws KhancapError `store_unavailable`, `directory_missing`,
 *   `directory_invalid`; one call at a time for each mailbox */
export function acknowledger(deps: AcknowledgeDeps): AcknowledgeMail {
  const restMs = deps.restMs ?? usualRestMs
  let wentAway = Number.NEGATIVE_INFINITY
  let usedUp = Number.NEGATIVE_INFINITY
  const { log } = deps
  // Once a day, however many mails come.
  const sayUsedUp = (count: number) => {
    const since = deps.now() - usedUp
    if (since >= 0 && since < day) return
    usedUp = deps.now()
    log.warn('no more senders are told today', { count })
  }
  return async (facts, mail) => {
    const since = deps.now() - wentAway
    // A clock that was set back ends the rest.
    if (facts.acknowledges !== null && since >= 0 && since < restMs) return 'away'
    const became = await acknowledge({ ...deps, restMs, sayUsedUp }, facts, mail)
    if (became === 'away') wentAway = deps.now()
    return became
  }
}

interface Acknowledger extends AcknowledgeDeps {
  readonly restMs: number
  readonly sayUsedUp: (count: number) => void
}

async function acknowledge(
  deps: Acknowledger,
  facts: MailboxFacts,
  mail: FetchedMail,
): Promise<Acknowledged> {
  const { addressKeys, letters, log, primitives, store } = deps
  const { directory } = await deps.directories.newest()
  const { mailbox, uidValidity } = facts
  const place = { mailbox, uidValidity, uid: mail.uid }
  const now = deps.now()
  const { header, subject } = readReceivedMail(mail.raw)
  const finding = subjectClassifier(directory.programs, now).raw(subject)
  const due = acknowledgementOf(directory, facts, { ...mail, finding, header }, now)
  const done = async (): Promise<Acknowledged> => {
    await store.endAcknowledgement(place)
    return 'done'
  }
  if (due === null || letters === null || facts.acknowledges === null) return done()
  const digests = await Promise.all(
    addressKeys.map(key => addressDigest(primitives, key, due.answer.to)),
  )
  const leaseSeconds = deps.leaseSeconds ?? usualLeaseSeconds
  const withForm = finding.asksForForm
  const mostPerDay = withForm
    ? (deps.mostFormsPerDay ?? usualMostFormsPerDay)
    : (deps.mostPerDay ?? usualMostPerDay)
  const bounds = { leaseSeconds, withForm, mostPerDay }
  const claimed = await store.claimAcknowledgement(place, digests, bounds)
  if (claimed === 'later') return 'later'
  if (claimed === 'used_up') deps.sayUsedUp(mostPerDay)
  if (typeof claimed === 'string') return 'done'
  const answerBy = claimed.firstDueAt === null ? due.answerBy : ceilToHour(claimed.firstDueAt)
  if (answerBy <= now) return done()
  try {
    const { address } = facts.acknowledges
    await letters.sendLetter({
      messageId: await nameOf(deps, place, claimed),
      to: due.answer.to,
      from: { name: null, address },
      failuresTo: 'nobody',
      automatic: 'auto-replied',
      inReplyTo: due.answer.inReplyTo,
      references: due.answer.references,
      ...(await contentOf(deps, directory, finding, answerBy)),
    })
  } catch (error) {
    if (!(error instanceof KhancapError)) {
      // Whatever it is with this one, others are told.
      logFault(log, 'a sender is not told', error, { case: claimed.caseId })
      return 'later'
    }
    const rests = restsAfter[error.code]
    if (rests !== undefined) {
      await store.putOffAcknowledgement(place, (rests * deps.restMs) / 1000)
      log.warn('a sender is not told yet', { case: claimed.caseId, code: error.code })
      return error.code === 'mail_deferred' ? 'later' : 'away'
    }
    if (error.code !== 'mail_refused') throw error
    // This address will never take it; the case is there all the same.
    log.info('a sender cannot be told', { case: claimed.caseId, code: error.code })
    return done()
  }
  log.info('sender told', { case: claimed.caseId })
  return done()
}

/** How long a mail rests that could not be sent; beside it, all rest where the server takes nothing. */
const restsAfter: Readonly<Partial<Record<ProblemCode, number>>> = {
  mail_unavailable: 0,
  mail_deferred: restsOfDeferred,
  mail_unconfirmed: restsOfUnconfirmed,
}

async function contentOf(
  { offlineForm }: Pick<AcknowledgeDeps, 'offlineForm'>,
  directory: Directory,
  finding: SubjectFinding,
  answerBy: Instant,
) {
  const handled = directory.programs
    .filter(({ id }) => finding.programs.includes(id))
    .flatMap(program => program.languages)
  const languages = acknowledgementLanguages(finding.language, handled)
  const wanted = finding.asksForForm && languages.length <= mostForms ? languages : []
  // Without a file, as under an expired directory, the page is named: better than no word at all.
  const found = await Promise.all(wanted.map(language => offlineForm(language).catch(() => null)))
  const files = found.filter(file => file !== null)
  const { addresses } = directory
  const form = !finding.asksForForm ? null : files.length > 0 ? 'attached' : 'on_page'
  const { subject, text } = printAcknowledgement({ languages, answerBy, addresses, form })
  return { subject, body: { text, files } }
}

/** Whoever has the store cannot compare it with a guess. A person with many tags behind a plus is one. */
function addressDigest(p: AcknowledgeDeps['primitives'], key: Uint8Array, address: string) {
  return p.hmacSha256(key, utf8(`khancap/v1/acknowledged\0${baseAddress(address)}`))
}

/** The same for each try. */
function nameOf(
  { nameKey, primitives }: Pick<AcknowledgeDeps, 'nameKey' | 'primitives'>,
  { mailbox, uid, uidValidity }: MailPlace,
  { caseId }: ClaimedAcknowledgement,
): Promise<string> {
  return acknowledgementName(
    primitives,
    nameKey,
    caseId,
    utf8(`${mailbox}\0${uidValidity}\0${uid}`),
  )
}
