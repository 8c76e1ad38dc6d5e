// Step 4m and 5 for mails: sort by subject, seal, record. A raw mail stays in memory and leaves it sealed only; whatever
// is wrong with one, it is sealed whole and goes to a person, and the others are none the worse for it.
import type { CaseId, Instant } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import type { CarriedMail } from '../../schemas/sealed.js'
import type { Primitives } from '../core/crypto/primitives.js'
import { encodeBase64url } from '../core/encoding/base64url.js'
import { newClientId } from '../core/encoding/case-id.js'
import { formatTimestamp } from '../core/encoding/timestamp.js'
import type { CarriedRequest } from '../core/envelope/request-file.js'
import { type Sealer, sealTogether } from '../core/envelope/seal.js'
import { findRequests } from '../core/mail/carried-requests.js'
import { acknowledgedCase } from '../core/mail/acknowledgement-name.js'
import { type MailHeader, readHeader } from '../core/mail/header.js'
import { readBounce } from '../core/mail/bounce.js'
import { letterNamed } from '../core/mail/letter-name.js'
import { mailDigest, readReceivedMail } from '../core/mail/received-mail.js'
import {
  type SubjectClassifier,
  subjectClassifier,
  type SubjectFinding,
} from '../core/subject-tags/classify.js'
import type { LetterStore } from '../ports/letter-store.js'
import type { IntakeStore } from '../ports/intake-store.js'
import type { FetchedMail } from '../ports/mail-inbox.js'
import type { CaseHandle, MailStore, ReceivedPlace } from '../ports/mail-store.js'
import { acknowledgeForSeconds, acknowledgementOf } from './acknowledge-mail.js'
import type { CurrentDirectory } from './current-directory.js'
import { type MailboxFacts, sealCase, sealThreaded, type SealingRound } from './seal-mail.js'
import { letterFailure } from './send-letter.js'
import { recordCarried } from './submit-intake.js'
import type { InTurn } from './turns.js'

export interface MailDeps {
  readonly store: Pick<
    MailStore,
    'caseByHandle' | 'recordMail' | 'recordMailAddition' | 'recordPlace'
  > &
    Pick<IntakeStore, 'recordIntake' | 'findIntake'> &
    Pick<LetterStore, 'failLetter'>
  readonly primitives: Primitives
  readonly directories: CurrentDirectory
  /** Keys of digests, the newest first. */
  readonly digestKeys: readonly Uint8Array[]
  /** Keys of Message-IDs of ours: without them no mail says that a letter failed, and none answers an acknowledgement. */
  readonly letterKeys?: readonly Uint8Array[]
  readonly now: () => Instant
  /** Lets so many record at once; absent: all. */
  readonly inTurn?: InTurn
}

/**
 * `bounce`: it says that an answer of ours did not arrive. `unacknowledged`: a case or an addition whose sender is to be told
 * that it came; until then it is not settled.
 */
export type TakenMail = 'case' | 'addition' | 'unacknowledged' | 'bounce' | 'repeated' | 'no_case'

interface Prepared {
  readonly mail: FetchedMail
  readonly finding: SubjectFinding
  readonly place: ReceivedPlace
  readonly isAutomatic: boolean
  readonly thread: CaseHandle | null
  /** Set where a report on a letter is all of it: the case that the letter failed for. */
  readonly bounce: { readonly caseId: CaseId | null } | null
  /** Set where sealed requests that it carried are all of it: what became of the first one. Its case may have ended. */
  readonly recorded: Pick<CarriedCase, 'caseId' | 'outcome'> | null
}

type Recording = () => Promise<TakenMail>

/**
 * Reads and seals mails of one mailbox.
 * @returns what records them, once. Each outcome is durable: `fulfilled` may be settled in the mailbox, `rejected` stays there and
 *   is taken again later
 * @throws KhancapError `directory_missing`, `directory_invalid`, `primitives_faulty`, `store_unavailable`
 */
export async function sealMails(
  deps: MailDeps,
  facts: MailboxFacts,
  mails: readonly FetchedMail[],
): Promise<() => Promise<PromiseSettledResult<TakenMail>[]>> {
  const verified = await deps.directories.newest()
  const round = { verified, facts, now: deps.now() }
  const classifier = subjectClassifier(verified.directory.programs, round.now)
  const recordings = await sealTogether(deps.primitives, async seal => {
    const sealed: (() => Promise<TakenMail>)[] = []
    for (const mail of mails) {
      // One after the other: reading and sealing are arithmetic, and a pause lets the process breathe.
      // oxlint-disable-next-line no-await-in-loop
      sealed.push(await takeOne(deps, round, classifier, seal, mail))
    }
    return sealed
  })
  const inTurn = deps.inTurn ?? (record => record())
  return () => Promise.allSettled(recordings.map(record => inTurn(record)))
}

/** Seals and records them. @throws as {@link sealMails} */
export async function takeInMails(
  deps: MailDeps,
  facts: MailboxFacts,
  mails: readonly FetchedMail[],
): Promise<PromiseSettledResult<TakenMail>[]> {
  const record = await sealMails(deps, facts, mails)
  return record()
}

/** Reads and seals one mail. @returns what records it, or throws what kept it from being sealed */
async function takeOne(
  deps: MailDeps,
  round: SealingRound,
  classifier: SubjectClassifier,
  seal: Sealer,
  mail: FetchedMail,
): Promise<() => Promise<TakenMail>> {
  try {
    const prepared = await prepare(deps, round, classifier, mail)
    const record = await sealOne(deps, round, seal, prepared)
    return async () => {
      const outcome = await record()
      const isNew = outcome === 'case' || outcome === 'addition'
      return isNew && prepared.place.acknowledgeForSeconds !== undefined
        ? 'unacknowledged'
        : outcome
    }
  } catch (error) {
    // A machine that cannot seal must not go on.
    if (error instanceof KhancapError && error.code === 'primitives_faulty') throw error
    return () => Promise.reject(error)
  }
}

/** What is read of a mail. Where reading fails, nothing is known of it, and it is taken in all the same. */
function read(classifier: SubjectClassifier, mail: FetchedMail) {
  try {
    const { header, isAutomatic, subject } = readReceivedMail(mail.raw)
    return { header, isAutomatic, finding: classifier.raw(subject) }
  } catch {
    return { header: readHeader(new Uint8Array()), isAutomatic: false, finding: unread }
  }
}

const unread: SubjectFinding = {
  decoded: '',
  outcome: 'maybe',
  programs: [],
  language: 'und',
  caseToken: null,
  asksForForm: false,
}

async function prepare(
  deps: MailDeps,
  { facts, now, verified }: SealingRound,
  classifier: SubjectClassifier,
  mail: FetchedMail,
): Promise<Prepared> {
  const { digestKeys, primitives, store } = deps
  const { finding, header, isAutomatic } = read(classifier, mail)
  const digests = await Promise.all(
    digestKeys.map(key => mailDigest(primitives, key, mail.raw, header)),
  )
  const { mailbox, uidValidity } = facts
  const bounce = await takeBounce(deps, mail, header)
  const carried = bounce === null ? await takeCarried(deps, mail) : null
  // Of a request that had come before in another way, whoever sent it has a receipt already.
  const isTold =
    bounce === null &&
    carried?.isKnown !== true &&
    acknowledgementOf(verified.directory, facts, { ...mail, finding, header }, now) !== null
  const place = {
    mailbox,
    uidValidity,
    uid: mail.uid,
    digests,
    ...(isTold ? { acknowledgeForSeconds } : {}),
  }
  const owner = carried?.caseId ?? bounce?.caseId ?? null
  // A machine answers whatever it gets, and has nothing to add.
  const answered =
    owner !== null || isAutomatic
      ? null
      : await acknowledgedCase(primitives, deps.letterKeys ?? [], header)
  const thread = await threadFor(store, owner, answered, finding.caseToken)
  return {
    mail,
    finding,
    isAutomatic,
    thread,
    bounce: bounce?.isReport === true ? bounce : null,
    place,
    recorded: carried === null || carried.hasMore ? null : carried,
  }
}

/**
 * Gives back to its case what a mail says that did not arrive. Durable when it returns; a crash afterwards brings the mail
 * again, and a letter fails once.
 * @returns null where it tells of no letter of ours, whatever it says; `isReport`: what it says is all of it
 */
async function takeBounce(
  deps: MailDeps,
  mail: FetchedMail,
  header: MailHeader,
): Promise<{ readonly caseId: CaseId | null; readonly isReport: boolean } | null> {
  const { letterKeys = [], primitives, store } = deps
  const bounce = letterKeys.length === 0 ? null : readBounce(mail.raw, header)
  if (bounce === null) return null
  const { failed, isReport } = bounce
  for (const name of bounce.names) {
    // oxlint-disable-next-line no-await-in-loop
    const letter = await letterNamed(primitives, letterKeys, name)
    if (letter === null) continue
    if (!failed) return isReport ? { caseId: null, isReport } : null
    // oxlint-disable-next-line no-await-in-loop
    const caseId = await store.failLetter(letter, await letterFailure(deps, 'bounced'))
    return { caseId, isReport }
  }
  return null
}

/**
 * The case that a mail belongs to: the one whose sealed request it carries, else the one whose acknowledgement it answers, else the
 * one that its subject names. Letters in a subject stand in notices, so they prove nothing: only a case that came by mail takes
 * mails by them.
 */
async function threadFor(
  store: Pick<MailStore, 'caseByHandle'>,
  carried: CaseId | null,
  answered: CaseId | null,
  letters: string | null,
): Promise<CaseHandle | null> {
  if (carried !== null) return store.caseByHandle(carried)
  const told = answered === null ? null : await store.caseByHandle(answered)
  if (told !== null) return told
  const named = letters === null ? null : await store.caseByHandle(letters)
  return named?.channel === 'mail' ? named : null
}

/**
 * Takes the sealed requests that a mail carries as what they are: the same id and bytes make one case, mailed or posted.
 * Durable when it returns; a crash afterwards finds them repeated.
 * @returns null where there is none that can be taken: the mail is then taken in as any other, with all that it holds. `isKnown`:
 *   the first one had come before, and not by this mail
 */
async function takeCarried(
  deps: MailDeps,
  mail: FetchedMail,
): Promise<(CarriedCase & { readonly hasMore: boolean }) | null> {
  const found = await findRequests(deps.primitives, mail.raw).catch(() => null)
  if (found === null || found.requests.length === 0) return null
  let first: CarriedCase | null = null
  let hasMore = found.hasMore || mail.raw.length < mail.bytes
  for (const request of found.requests) {
    // oxlint-disable-next-line no-await-in-loop
    const taken = await recordRequest(deps, request, mail.arrivedAt)
    if (taken === null) hasMore = true
    else first ??= taken
  }
  return first === null ? null : { ...first, hasMore }
}

interface CarriedCase {
  readonly caseId: CaseId
  readonly outcome: TakenMail
  readonly isKnown: boolean
}

async function recordRequest(
  deps: MailDeps,
  request: CarriedRequest,
  arrivedAt: Instant,
): Promise<CarriedCase | null> {
  try {
    const { caseId, outcome, receivedAt } = await recordCarried(deps, request, arrivedAt)
    const isNew = outcome === 'recorded'
    // Its clock began when this mail arrived: a crash came between the request and the mail's place.
    return {
      caseId,
      outcome: isNew ? 'case' : 'repeated',
      isKnown: !isNew && receivedAt !== arrivedAt,
    }
  } catch (error) {
    if (error instanceof KhancapError && refusals.has(error.code)) return null
    throw error
  }
}

/** What the same request would be told over HTTP: a person has to look at it. */
const refusals = new Set<string>([
  'envelope_malformed',
  'slip_malformed',
  'directory_stale',
  'directory_expired',
  'intake_conflict',
])

async function sealOne(
  deps: MailDeps,
  round: SealingRound,
  seal: Sealer,
  prepared: Prepared,
): Promise<Recording> {
  const { bounce, finding, isAutomatic, mail, place, recorded, thread } = prepared
  const done = (outcome: TakenMail, caseId: CaseId | null): Recording => {
    return async () => {
      await deps.store.recordPlace(place, caseId)
      return outcome
    }
  }
  if (bounce !== null) return done(bounce.caseId === null ? 'no_case' : 'bounce', bounce.caseId)
  if (recorded !== null) return done(recorded.outcome, recorded.caseId)
  // A machine's own mail without a tag would answer itself for ever. It stays in the mailbox, for people to read.
  if (isAutomatic && finding.outcome === 'untagged' && thread === null) return done('no_case', null)
  const file = await seal.bytes(mail.raw)
  const id = newClientId(deps.primitives)
  const carried: CarriedMail = {
    file: {
      id,
      identity: file.identity,
      bytes: mail.raw.length,
      sha256: encodeBase64url(await deps.primitives.sha256(mail.raw)),
      name: 'mail.eml',
      type: 'message/rfc822',
    },
    arrived: formatTimestamp(Math.min(mail.arrivedAt, round.now)),
    whole: mail.raw.length >= mail.bytes,
  }
  const sealedMail = { id, sealed: file.bytes }
  const asCase = await sealCase(deps, round, seal, { finding, carried, file })
  const recordCase: Recording = async () => {
    const intake = await asCase()
    const outcome = await deps.store.recordMail(place, intake, sealedMail, mail.arrivedAt)
    return outcome === 'recorded' ? 'case' : 'repeated'
  }
  if (thread === null) return recordCase
  const addition = await sealThreaded(deps, round, seal, thread, carried)
  return async () => {
    const outcome = await deps.store.recordMailAddition(place, thread.id, addition, sealedMail)
    if (outcome === null) return recordCase()
    return outcome === 'recorded' ? 'addition' : 'repeated'
  }
}
