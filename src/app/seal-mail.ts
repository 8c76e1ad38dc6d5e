// Step 4m: what is sealed of a mail: an envelope and a slip for a case of its own, or an addition to a case that is there.
import type { Directory } from '../../schemas/directory.js'
import type { Country, Instant } from '../../schemas/encoding.js'
import { maxAdditionBytes, maxMailAdditions } from '../../schemas/mailbox.js'
import { KhancapError } from '../../schemas/problem.js'
import type { CarriedMail, Context, SealedKind } from '../../schemas/sealed.js'
import type { VerifiedDirectory } from '../../keys/directory.js'
import { routerRecipient } from '../../keys/keyring.js'
import type { Primitives } from '../core/crypto/primitives.js'
import { encodeBase64url } from '../core/encoding/base64url.js'
import { concatBytes, utf8 } from '../core/encoding/bytes.js'
import { newCaseId, newClientId, newOutboxId } from '../core/encoding/case-id.js'
import type { SealedBytes, Sealer } from '../core/envelope/seal.js'
import type { RoutingFacts } from '../core/routing/route.js'
import { additionRecipients, recipientsFor } from '../core/routing/readers.js'
import { additionClock, firstDeadline, serviceLevelFor } from '../core/sla/ladder.js'
import type { SubjectFinding } from '../core/subject-tags/classify.js'
import type { CaseHandle } from '../ports/mail-store.js'

/** What the operator says of a mailbox. */
export interface MailboxFacts {
  readonly mailbox: string
  readonly uidValidity: bigint
  /** The program of every mail here, whatever its subject; null where the subject tells. */
  readonly program: string | null
  readonly country: Country | null
  /** How its senders are told that theirs has come; null where they are not. */
  readonly acknowledges: Acknowledging | null
}

export interface Acknowledging {
  /** Whom it shows as its sender: where people write to. */
  readonly address: string
  /** All addresses that are ours, as `baseAddress` gives them. */
  readonly own: ReadonlySet<string>
}

export interface SealingRound {
  readonly verified: VerifiedDirectory
  readonly facts: MailboxFacts
  readonly now: Instant
}

interface SealingDeps {
  readonly primitives: Primitives
}

/** An envelope for the mail, and where its program is known a slip. @returns what makes the intake of it */
export async function sealCase(
  { primitives }: SealingDeps,
  round: SealingRound,
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

/** An addition to a case that the mail belongs to. */
export async function sealThreaded(
  { primitives }: SealingDeps,
  { verified, now }: SealingRound,
  seal: Sealer,
  thread: CaseHandle,
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
    maxAdditions: maxMailAdditions,
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
