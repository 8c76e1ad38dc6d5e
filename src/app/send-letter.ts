// Step 10m: an answer leaves by mail. The router opens it in memory, a mail server takes it, and what was sealed is
// deleted; where none takes it, the answer is owed again and the team is told. At least once: a crash between the mail
// server's yes and our record sends the same letter again, under the same Message-ID.
import { KhancapError } from '../../schemas/problem.js'
import type { SignedLetter } from '../../schemas/sealed.js'
import { handlerByKey } from '../../keys/keyring.js'
import { decodeBase64url } from '../core/encoding/base64url.js'
import { utf8 } from '../core/encoding/bytes.js'
import { newOutboxId } from '../core/encoding/case-id.js'
import type { Primitives } from '../core/crypto/primitives.js'
import { additionClock, serviceLevelFor } from '../core/sla/ladder.js'
import type {
  LetterFailure,
  LetterFault,
  LetterStore,
  WaitingLetter,
} from '../ports/letter-store.js'
import type { LetterSender } from '../ports/letter-sender.js'
import type { Log } from '../ports/log.js'
import type { CurrentDirectory } from './current-directory.js'
import { logFault } from './log-fault.js'

export interface LetterDeps {
  readonly store: Pick<LetterStore, 'takeLetter' | 'putOffLetter' | 'settleLetter' | 'failLetter'>
  readonly directories: Pick<CurrentDirectory, 'newest'>
  /** null where no mail server is set: every letter fails then, and its team is told. */
  readonly letters: {
    readonly sender: LetterSender
    /** Where answers and failures come back to. */
    readonly from: string
  } | null
  readonly openLetter: (sealed: Uint8Array, origin: string) => Promise<SignedLetter | null>
  /** The part of a Message-ID before the @, which nobody can guess; the same each time for one letter. */
  readonly nameLetter: (id: string) => Promise<string>
  readonly primitives: Pick<Primitives, 'random'>
  readonly log: Log
  readonly leaseSeconds?: number
}

/** Longer than any attempt of the mail server: after that a sender counts as dead. */
const usualLeaseSeconds = 120
/**
 * From the first attempt that failed: while no worker runs nothing is late. A mail server that is restarted or renews a
 * certificate is back by then; somebody who asked for help waits meanwhile.
 */
const patienceMs = 3_600_000
const firstRetryMs = 5_000
const longestRetryMs = 300_000
/** A server that has all of a mail may take ten minutes to say yes (RFC 5321 §4.5.3.2.6): before that another try doubles it. */
const unconfirmedRetryMs = 900_000

/** @throws KhancapError `store_unavailable`, `directory_missing`, `directory_invalid` */
export async function sendLetter(deps: LetterDeps, id: string): Promise<void> {
  const { letters, log, store } = deps
  const verified = await deps.directories.newest()
  const letter = await store.takeLetter(id, deps.leaseSeconds ?? usualLeaseSeconds)
  if (letter === null) return
  if (letters === null) return fail(deps, letter, 'no_mail_server')
  const opened = await openedLetter(deps, letter, verified.directory.origin)
  // Its writer must be there: whoever can write to the store has nothing sent.
  const writer =
    opened === null
      ? null
      : handlerByKey(verified.directory, decodeBase64url(opened.key), letter.now)
  if (opened === null || writer?.id !== opened.by) return fail(deps, letter, 'unreadable')
  try {
    await letters.sender.sendLetter({
      messageId: await deps.nameLetter(id),
      to: opened.to,
      from: { name: null, address: letters.from },
      failuresTo: 'sender',
      subject: opened.subject,
      inReplyTo: opened.in_reply_to,
      references: opened.references,
      automatic: null,
      body: { entity: utf8(opened.entity) },
    })
  } catch (error) {
    if (!(error instanceof KhancapError)) throw error
    if (error.code === 'mail_refused') return fail(deps, letter, 'refused', error)
    const isUnconfirmed = error.code === 'mail_unconfirmed'
    if (!isUnconfirmed && error.code !== 'mail_unavailable' && error.code !== 'mail_deferred')
      throw error
    const { caseId, failures, now, triedAt } = letter
    if (now - (triedAt ?? now) > patienceMs) {
      const mayHaveIt = isUnconfirmed || letter.isUnconfirmed
      return fail(deps, letter, mayHaveIt ? 'may_have_arrived' : 'late', error)
    }
    const pause = isUnconfirmed
      ? unconfirmedRetryMs
      : Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(failures, 10))
    await store.putOffLetter(id, now + pause, isUnconfirmed)
    return logFault(log, 'letter not sent yet', error, { case: caseId })
  }
  await store.settleLetter(id)
  log.info('letter sent', { case: letter.caseId })
}

/** @returns null where it is not this case's, or nobody can open it */
async function openedLetter(
  { openLetter }: LetterDeps,
  { caseId, reply, sealed }: WaitingLetter,
  origin: string,
): Promise<SignedLetter | null> {
  try {
    const opened = await openLetter(sealed, origin)
    return opened?.case === caseId && opened.reply === reply ? opened : null
  } catch (error) {
    if (error instanceof KhancapError && error.code === 'sealed_unreadable') return null
    throw error
  }
}

async function fail(
  deps: LetterDeps,
  { id, caseId }: WaitingLetter,
  fault: LetterFault,
  error?: unknown,
): Promise<void> {
  await deps.store.failLetter(id, await letterFailure(deps, fault))
  const fields = { case: caseId, code: fault }
  if (error === undefined) deps.log.error('letter undelivered', fields)
  else logFault(deps.log, 'letter undelivered', error, fields)
}

/** What its case is given back, by the newest directory. */
export async function letterFailure(
  { directories, primitives }: Pick<LetterDeps, 'directories' | 'primitives'>,
  fault: LetterFault,
): Promise<LetterFailure> {
  const { directory } = await directories.newest()
  return {
    fault,
    responseSeconds: (program, receivedAt) =>
      additionClock(serviceLevelFor(directory, program, receivedAt)).responseSeconds,
    noticeId: newOutboxId(primitives),
    outboxId: newOutboxId(primitives),
  }
}
