// Step 4m and 5 for mails: sort by subject, seal, record. A raw mail stays in memory and leaves it sealed only; whatever
// is wrong with one, it is sealed whole and goes to a person.
import type { Directory } from '../../schemas/directory.js'
import type { CaseId, Country, Instant } from '../../schemas/encoding.js'
import { maxAdditionBytes, maxAdditions } from '../../schemas/mailbox.js'
import { KhancapError } from '../../schemas/problem.js'
import type { CarriedMail, Context, SealedKind } from '../../schemas/sealed.js'
import type { VerifiedDirectory } from '../../keys/directory.js'
import { routerRecipient } from '../../keys/keyring.js'
import type { Primitives } from '../core/crypto/primitives.js'
import { encodeBase64url } from '../core/encoding/base64url.js'
import { concatBytes, utf8 } from '../core/encoding/bytes.js'
import { newCaseId, newClientId, newOutboxId } from '../core/encoding/case-id.js'
import { formatTimestamp } from '../core/encoding/timestamp.js'
import { type SealedBytes, type Sealer, sealTogether } from '../core/envelope/seal.js'
import { mailDigest, readReceivedMail } from '../core/mail/received-mail.js'
import type { RoutingFacts } from '../core/routing/route.js'
import { additionRecipients, recipientsFor } from '../core/routing/readers.js'
import { additionClock, firstDeadline, serviceLevelFor } from '../core/sla/ladder.js'
import {
  type SubjectClassifier,
  subjectClassifier,
  type SubjectFinding,
} from '../core/subject-tags/classify.js'
import type { FetchedMail } from '../ports/mail-inbox.js'
import type { CaseHandle, MailStore, ReceivedPlace } from '../ports/mail-store.js'
import type { CurrentDirectory } from './current-directory.js'

export interface MailDeps {
  readonly store: Pick<
    MailStore,
    'caseByHandle' | 'recordMail' | 'recordMailAddition' | 'recordNoCase'
  >
  readonly primitives: Primitives
  readonly directories: Pick<CurrentDirectory, 'newest'>
  /** Keys of digests, the newest first. */
  readonly digestKeys: readonly Uint8Array[]
  readonly now: () => Instant
}

/** What the operator says of a mailbox. */
export interface MailboxFacts {
  readonly mailbox: string
  readonly uidValidity: bigint
  /** The program of every mail here, whatever its subject; null where the subject tells. */
  readonly program: string | null
  readonly country: Country | null
}

export type TakenMail = 'case' | 'addition' | 'repeated' | 'no_case'

interface Prepared {
  readonly mail: FetchedMail
  readonly finding: SubjectFinding
  readonly place: ReceivedPlace
  readonly isAutomatic: boolean
  readonly thread: CaseHandle | null
}

interface Round {
  readonly verified: VerifiedDirectory
  readonly facts: MailboxFacts
  readonly now: Instant
}

/**
 * Takes in mails of one mailbox. Each outcome is durable: `fulfilled` may be settled in the mailbox, `rejected` stays
 * there and is taken again later.
 * @throws KhancapError `directory_missing`, `directory_invalid`, `primitives_faulty`, `store_unavailable`
 */
export async function takeInMails(
  deps: MailDeps,
  facts: MailboxFacts,
  mails: readonly FetchedMail[],
): Promise<PromiseSettledResult<TakenMail>[]> {
  const verified = await deps.directories.newest()
  const round = { verified, facts, now: deps.now() }
  const classifier = subjectClassifier(verified.directory.programs, round.now)
  const prepared = await Promise.all(mails.map(mail => prepare(deps, round, classifier, mail)))
  const records = await sealTogether(deps.primitives, async seal => {
    const sealed: (() => Promise<TakenMail>)[] = []
    // One after the other: sealing is arithmetic, and a pause lets the process breathe.
    // oxlint-disable-next-line no-await-in-loop
    for (const one of prepared) sealed.push(await sealOne(deps, round, seal, one))
    return sealed
  })
  return Promise.allSettled(records.map(record => record()))
}

async function prepare(
  { digestKeys, primitives, store }: MailDeps,
  { facts }: Round,
  classifier: SubjectClassifier,
  mail: FetchedMail,
): Promise<Prepared> {
  const { header, isAutomatic, subject } = readReceivedMail(mail.raw)
  const finding = classifier.raw(subject)
  const digests = await Promise.all(
    digestKeys.map(key => mailDigest(primitives, key, mail.raw, header)),
  )
  const { mailbox, uidValidity } = facts
  const thread = finding.caseToken === null ? null : await store.caseByHandle(finding.caseToken)
  return {
    mail,
    finding,
    isAutomatic,
    thread,
    place: { mailbox, uidValidity, uid: mail.uid, digests },
  }
}

async function sealOne(
  deps: MailDeps,
  round: Round,
  seal: Sealer,
  prepared: Prepared,
): Promise<() => Promise<TakenMail>> {
  const { finding, isAutomatic, mail, place, thread } = prepared
  // A machine's own mail without a tag would answer itself for ever. It stays in the mailbox, for people to read.
  if (isAutomatic && finding.outcome === 'untagged')
    return async () => {
      await deps.store.recordNoCase(place)
      return 'no_case'
    }
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
  const recordCase = async (): Promise<TakenMail> => {
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

async function sealCase(
  { primitives }: MailDeps,
  round: Round,
  seal: Sealer,
  parts: {
    readonly finding: SubjectFinding
    readonly carried: CarriedMail
    readonly file: SealedBytes
  },
) {
  const { verified, now } = round
  const { directory } = verified
  const { carried, file, finding } = parts
  const facts = routingFacts(directory, round.facts, finding)
  const program =
    directory.programs.find(({ id }) => id === facts?.program) ?? directory.programs[0]
  if (program === undefined) throw new KhancapError('directory_invalid')
  const language = finding.language === 'und' ? 'other' : finding.language
  const recipients = recipientsFor(primitives, directory, facts ?? unknown, now)
  if (recipients.length === 0) throw new KhancapError('directory_invalid')
  const envelope = await seal.content(
    'envelope',
    {
      v: 1,
      kind: 'envelope',
      program: program.id,
      form_version: program.form.version,
      language,
      page_language: language === 'other' ? 'en' : language,
      answers: {},
      promise: '',
      // Nobody has a receipt code: these are keys that nobody else learns.
      reply: {
        recipient: file.recipient,
        key: encodeBase64url(primitives.random(32)),
        addition_key: encodeBase64url(primitives.ed25519PublicKey(primitives.random(32))),
      },
      attachments: [],
      mail: carried,
      context: contextOf(verified, 'envelope'),
    },
    recipients,
  )
  const router = routerRecipient(directory, now)
  const slip =
    facts === null || program.slip === 'none' || router === null
      ? null
      : await seal.content(
          'slip',
          {
            v: 1,
            kind: 'slip',
            envelope: encodeBase64url(envelope.sha256),
            ...facts,
            region: null,
            urgency: null,
            deadline: null,
            context: contextOf(verified, 'slip'),
          },
          [router],
        )
  const id = newClientId(primitives)
  return async () => ({
    id,
    digest: await primitives.sha256(
      concatBytes(utf8('khancap/v1/intake\0'), utf8(id), envelope.sha256),
    ),
    caseId: newCaseId(primitives),
    channel: 'mail' as const,
    directorySequence: directory.sequence,
    envelope: envelope.bytes,
    envelopeSha256: envelope.sha256,
    slip: slip?.bytes ?? null,
    slipSha256: slip?.sha256 ?? null,
    mailbox: null,
    ...firstDeadline(directory, now),
    outboxId: newOutboxId(primitives),
  })
}

/** Of a mail without a tag nothing is known: the router sends it to the team that reads what nobody else can. */
const unknown: RoutingFacts = { program: '', language: 'other', country: 'unknown' }

function routingFacts(
  directory: Directory,
  mailbox: MailboxFacts,
  finding: SubjectFinding,
): (RoutingFacts & { readonly also?: string[] }) | null {
  const own = directory.programs.some(({ id }) => id === mailbox.program) ? mailbox.program : null
  const named = finding.outcome === 'tagged' ? finding.programs : []
  const [program, ...also] = own === null ? named : [own, ...named.filter(id => id !== own)]
  if (program === undefined) return null
  return {
    program,
    ...(also.length === 0 ? {} : { also: also.slice(0, 3) }),
    language: finding.language === 'und' ? 'other' : finding.language,
    country: mailbox.country ?? 'unknown',
  }
}

async function sealThreaded(
  { primitives }: MailDeps,
  { verified, now }: Round,
  seal: Sealer,
  thread: { readonly id: CaseId; readonly team: string | null; readonly program: string | null },
  carried: CarriedMail,
) {
  const { directory } = verified
  const recipients = additionRecipients(primitives, directory, thread, now)
  if (recipients.length === 0) throw new KhancapError('directory_invalid')
  const sealed = await seal.content(
    'addition',
    {
      v: 1,
      kind: 'addition',
      text: '',
      form_version: null,
      answers: null,
      attachments: [],
      mail: carried,
      context: contextOf(verified, 'addition'),
    },
    recipients,
  )
  const clock = (program: string | null) => additionClock(serviceLevelFor(directory, program, now))
  return {
    id: newClientId(primitives),
    sealed: sealed.bytes,
    // A mail is signed by nobody: a case token is a handle, not a secret.
    signature: new Uint8Array(64),
    directorySequence: directory.sequence,
    responseSeconds: (program: string | null) => clock(program).responseSeconds,
    firstRungSeconds: (program: string | null) => clock(program).firstRungSeconds,
    noticeId: newOutboxId(primitives),
    outboxId: newOutboxId(primitives),
    maxAdditions,
    maxAdditionBytes,
  }
}

function contextOf({ directory, sha256 }: VerifiedDirectory, kind: SealedKind): Context {
  return {
    kind,
    channel: 'mail',
    origin: directory.origin,
    directory_sequence: directory.sequence,
    directory_sha256: encodeBase64url(sha256),
  }
}
