// Steps 4 and 5. Takes in one sealed request: checks its shape without opening it, commits it, and signs the
// receipt. The same id with the same bytes gives the same receipt, however often and whatever happened since.
import type { ClientId, Instant } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import type { Channel } from '../../schemas/sealed.js'
import type { Primitives } from '../core/crypto/primitives.js'
import { newCaseId, newOutboxId } from '../core/encoding/case-id.js'
import { encodeBase64url } from '../core/encoding/base64url.js'
import { bigEndian, concatBytes, utf8 } from '../core/encoding/bytes.js'
import { floorToHour, formatTimestamp } from '../core/encoding/timestamp.js'
import { signReceipt } from '../core/receipt/receipt.js'
import { firstDeadline, promisesAt } from '../core/sla/ladder.js'
import type { IntakeStore, NewIntake, RecordedIntake } from '../ports/intake-store.js'
import { checkContext, type Inspected } from './check-context.js'
import type { CurrentDirectory } from './current-directory.js'

export interface Submission {
  readonly id: ClientId
  readonly directorySequence: number
  readonly slip: Uint8Array | null
  readonly envelope: Uint8Array
  /** SHA-256 of the mailbox token; null where the applicant has none (mail). */
  readonly mailbox: Uint8Array | null
}

export interface IntakeDeps {
  readonly store: Pick<IntakeStore, 'recordIntake' | 'findIntake'>
  readonly primitives: Primitives
  readonly directories: CurrentDirectory
  readonly receiptKey: { readonly name: string; readonly seed: Uint8Array }
  readonly now: () => Instant
}

export interface TakenIn {
  readonly outcome: 'recorded' | 'repeated'
  /** The signed note. */
  readonly receipt: string
}

/**
 * @param channels ways that this submission may have come by, as its context says
 * @throws KhancapError `envelope_malformed`, `slip_malformed`, `directory_stale`, `intake_conflict`,
 *   `directory_missing`, `directory_expired`, `store_unavailable`
 */
export async function submitIntake(
  deps: IntakeDeps,
  submission: Submission,
  channels: readonly Channel[],
): Promise<TakenIn> {
  const { primitives, directories } = deps
  const hashes = await hashesOf(primitives, submission)
  const recorded = await record(deps, submission, hashes, channels)
  // Here the intake, its case, its deadline and the row that makes the router look at it are committed together.
  // A crash from now on loses the receipt only: the client asks again with the same id and bytes, and the same
  // receipt is made from the row, because Ed25519 signs the same text the same way.
  const verified = await directories.bySequence(recorded.directorySequence)
  if (verified === null) throw new KhancapError('directory_missing')
  const { directory } = verified
  const receipt = await signReceipt(
    primitives,
    {
      origin: directory.origin,
      intake: submission.id,
      envelope: encodeBase64url(hashes.envelopeSha256),
      slip: hashes.slipSha256 === null ? null : encodeBase64url(hashes.slipSha256),
      received: formatTimestamp(floorToHour(recorded.receivedAt)),
      due: promisesAt(directory, recorded.receivedAt).map(({ program, by }) => ({
        program,
        by: formatTimestamp(by),
      })),
      directory: recorded.directorySequence,
    },
    deps.receiptKey,
  )
  return { outcome: recorded.outcome, receipt }
}

/**
 * The same for a request that a mail carried: nobody is there to take a receipt.
 * @throws KhancapError as `submitIntake`
 */
export async function recordCarried(
  deps: RecordDeps,
  submission: Submission,
  arrivedAt: Instant,
): Promise<RecordedIntake> {
  const hashes = await hashesOf(deps.primitives, submission)
  return record(deps, submission, { ...hashes, arrivedAt }, ['web', 'offline'])
}

type RecordDeps = Omit<IntakeDeps, 'receiptKey'>
type Hashes = Pick<NewIntake, 'digest' | 'envelopeSha256' | 'slipSha256' | 'arrivedAt'>

async function hashesOf(primitives: Primitives, submission: Submission) {
  const { envelope, slip } = submission
  const envelopeSha256 = await primitives.sha256(envelope)
  const slipSha256 = slip === null ? null : await primitives.sha256(slip)
  const digest = await digestOf(primitives, submission, [slipSha256, envelopeSha256])
  return { digest, envelopeSha256, slipSha256 }
}

async function record(
  deps: RecordDeps,
  submission: Submission,
  hashes: Hashes,
  channels: readonly Channel[],
): Promise<RecordedIntake> {
  const { primitives, store } = deps
  const now = deps.now()
  const { id, envelope, slip, mailbox } = submission
  let inspected: Inspected
  try {
    inspected = await checkSubmission(deps, submission, channels, now)
  } catch (error) {
    // A sender who was not told asks again later, perhaps when the directory has run out: what was taken in then
    // stays taken in.
    const before = isPast(error) ? await store.findIntake(id, hashes.digest) : null
    if (before === null) throw error
    return before
  }
  const { directory } = inspected.directory
  return store.recordIntake({
    ...hashes,
    id,
    caseId: newCaseId(primitives),
    channel: inspected.channel,
    directorySequence: directory.sequence,
    envelope,
    slip,
    mailbox,
    ...firstDeadline(directory, now),
    outboxId: newOutboxId(primitives),
  })
}

function isPast(error: unknown): boolean {
  return (
    error instanceof KhancapError &&
    (error.code === 'directory_stale' || error.code === 'directory_expired')
  )
}

async function checkSubmission(
  { directories }: RecordDeps,
  submission: Submission,
  channels: readonly Channel[],
  now: Instant,
): Promise<Inspected> {
  const inspected = await checkContext(
    directories,
    submission.envelope,
    { kind: 'envelope', problem: 'envelope_malformed', pointer: '/envelope' },
    now,
  )
  const { sequence } = inspected.directory.directory
  if (sequence !== submission.directorySequence || !channels.includes(inspected.channel))
    throw new KhancapError('envelope_malformed', {
      faults: [{ pointer: '/envelope', code: 'wrong_context' }],
    })
  await checkSlip(directories, submission, inspected, now)
  return inspected
}

/**
 * A slip is sealed to the router alone, with the context of its envelope. It may be missing where some program of
 * that directory has none, and always in a mail: handlers triage.
 */
async function checkSlip(
  directories: CurrentDirectory,
  { slip }: Submission,
  envelope: Inspected,
  now: Instant,
): Promise<void> {
  const { directory } = envelope.directory
  if (slip === null) {
    const needed = directory.programs.every(program => program.slip === 'sealed')
    if (needed && envelope.channel !== 'mail') throw refusedSlip('missing')
    return
  }
  const inspected = await checkContext(
    directories,
    slip,
    { kind: 'slip', problem: 'slip_malformed', pointer: '/slip' },
    now,
  )
  if (inspected.recipients !== 1) throw refusedSlip('recipients')
  if (
    inspected.directory.directory.sequence !== directory.sequence ||
    inspected.channel !== envelope.channel
  )
    throw refusedSlip('wrong_context')
}

function refusedSlip(code: string): KhancapError {
  return new KhancapError('slip_malformed', { faults: [{ pointer: '/slip', code }] })
}

/**
 * Over everything that the client sent, the sealed parts by their hashes: each part says first whether it is there, and
 * has one length, so no two submissions share the bytes.
 */
function digestOf(
  primitives: Primitives,
  { id, directorySequence, mailbox }: Submission,
  sealed: readonly (Uint8Array | null)[],
): Promise<Uint8Array> {
  const parts = [...sealed, mailbox].map(part =>
    part === null ? Uint8Array.of(0) : concatBytes(Uint8Array.of(1), part),
  )
  return primitives.sha256(
    concatBytes(utf8('khancap/v1/intake\0'), utf8(id), bigEndian(directorySequence, 8), ...parts),
  )
}
