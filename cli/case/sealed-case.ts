// A case as it came from the server, opened on this machine: the bytes must be those that the server says it took in,
// the context must be this deployment's, and a grant counts only where whoever made it could open the envelope, and a
// handler of the keyring has signed it.
import type { CaseDetail, EventKind, Grant } from '../../schemas/case.js'
import type { CaseId } from '../../schemas/encoding.js'
import type { EnvelopeContent, SealedKind } from '../../schemas/sealed.js'
import type { VerifiedDirectory } from '../../keys/directory.js'
import { handlerByKey } from '../../keys/keyring.js'
import { decodeBase64url, encodeBase64url } from '../../src/core/encoding/base64url.js'
import { verifyGrant } from '../../src/core/envelope/grant.js'
import { inspectSealed } from '../../src/core/envelope/inspect.js'
import { type ExpectedContext, openGranted } from '../../src/core/envelope/open.js'
import { untrusted } from '../client/case-desk.js'
import type { Desk } from '../client/desk.js'
import { Failure } from '../failure.js'
import { safe } from '../terminal/safe.js'
import { type CheckedHistory, checkHistory } from './history.js'
import { expectKnown, rememberCase } from './known-case.js'
import { whoCanOpen } from './who-can-open.js'

export interface SealedCase {
  readonly detail: CaseDetail
  /** The envelope's bytes, exactly as stored. */
  readonly envelope: Uint8Array
  readonly envelopeSha256: Uint8Array
  readonly history: CheckedHistory
  /** Grants that count: made with the file key, and signed by a handler in time. Only these widen the readers. */
  readonly grants: readonly Grant[]
  /** Grants of which that is not so. They may open the envelope, and never let anybody else in. */
  readonly doubtful: readonly Grant[]
  /** Whether the directory that it was sealed with is one of the organisation's; null where it cannot be had. */
  readonly sealedWith: VerifiedDirectory | null
  readonly content: EnvelopeContent
  /** The same byte for byte as the applicant's device sealed it. */
  readonly text: Uint8Array
  /** A handler has signed that it ended, and nothing has happened since that takes it up again. */
  readonly isClosed: boolean
}

/** The case is there, and this identity is not among those who can open it. */
export class NotSealedToYou extends Failure {}

/** Step 9: fetch, verify, open. @throws Failure, KhancapError `sealed_unreadable` */
export async function fetchCase(desk: Desk, id: CaseId): Promise<SealedCase> {
  const { cases, directory, handler, identity, station } = desk
  const p = await station.primitives()
  const detail = await cases.detail(id)
  const envelope = await cases.envelope(id)
  const envelopeSha256 = await p.sha256(envelope)
  if (encodeBase64url(envelopeSha256) !== detail.envelope_sha256)
    throw untrusted(safe`the server sent another envelope than the one of case ${id}`)
  await expectKnown(station.folder.path, id, detail.envelope_sha256)
  const sequence = sequenceOf(envelope)
  const sealedWith = sequence === null ? null : await desk.past.bySequence(sequence)
  const opened = await openGranted(
    p,
    identity.opening,
    envelope,
    expectedOf(sealedWith ?? directory, 'envelope'),
    detail.grants.map(({ header }) => decodeBase64url(header)),
  )
  if (opened === null)
    throw new NotSealedToYou(1, safe`case ${id} is not sealed to this identity`, [
      safe`ask ${askWhom(desk, detail)}: khancap add-reader ${id.slice(0, 8)} --to ${handler.id}`,
    ])
  const history = await checkHistory(desk, detail)
  const isClosed = isClosedBy(history, detail)
  await rememberCase(station.folder.path, id, {
    envelope: detail.envelope_sha256,
    closed: isClosed,
    addition_key: opened.content.reply.addition_key,
  })
  const counted = new Set<Grant>()
  // One signature after the other: there are few.
  for (const [index, grant] of detail.grants.entries())
    if (
      opened.fits[index] === true &&
      // oxlint-disable-next-line no-await-in-loop
      (await isGranted(desk, id, envelopeSha256, history, grant))
    )
      counted.add(grant)
  return {
    detail,
    envelope,
    envelopeSha256,
    history,
    grants: detail.grants.filter(grant => counted.has(grant)),
    doubtful: detail.grants.filter(grant => !counted.has(grant)),
    sealedWith,
    content: opened.content,
    text: opened.text,
    isClosed,
  }
}

/** Not by the server's word alone. */
function isClosedBy({ events }: CheckedHistory, { case: { state } }: CaseDetail): boolean {
  const last = events.findLast(({ event }) =>
    ['closed', 'reopened', 'addition'].includes(event.kind),
  )
  return state === 'closed' && last?.event.kind === 'closed' && last.signature === 'verified'
}

/** The directory that the envelope names; null where it is no envelope, which opening says. */
function sequenceOf(envelope: Uint8Array): number | null {
  try {
    return inspectSealed(envelope).context.directory_sequence
  } catch {
    return null
  }
}

function askWhom({ directory, handler, station }: Desk, detail: CaseDetail): string {
  const colleagues = whoCanOpen(detail, directory.directory, handler.id, station.now())
  return colleagues.length === 0
    ? 'a colleague who can open it'
    : `a colleague who can open it (${colleagues.join(', ')})`
}

/** What a file of this kind must say of itself: this deployment, and a directory that is known by its hash. */
export function expectedOf(directory: VerifiedDirectory, kind: SealedKind): ExpectedContext {
  const { origin, previous, sequence } = directory.directory
  return {
    origin,
    kind,
    directories: new Map([
      [sequence, directory.sha256],
      ...(previous === null ? [] : [[sequence - 1, decodeBase64url(previous)] as const]),
    ]),
  }
}

/** Signed by who the server says, and by a key that is theirs now, or was when somebody saw the act. */
async function isGranted(
  { directory, station }: Desk,
  caseId: CaseId,
  envelopeSha256: Uint8Array,
  { events }: CheckedHistory,
  grant: Grant,
): Promise<boolean> {
  const p = await station.primitives()
  const [header, key] = [decodeBase64url(grant.header), decodeBase64url(grant.key)]
  const claim = { caseId, envelopeSha256, header, reader: grant.reader }
  if (!(await verifyGrant(p, claim, key, decodeBase64url(grant.signature)))) return false
  if (handlerByKey(directory.directory, key, station.now())?.id === grant.by) return true
  const part = encodeBase64url(await p.sha256(header))
  return isProven(events, grant, ['reader_added', 'rerouted'], part)
}

/** Whether the history proves when this part was brought: an act that is verified, with the same key, names its hash. */
export function isProven(
  events: CheckedHistory['events'],
  { by, key }: { readonly by: string; readonly key: string },
  kinds: readonly EventKind[],
  part: string,
): boolean {
  return events.some(
    ({ anchor, event, signature }) =>
      signature === 'verified' &&
      kinds.includes(event.kind) &&
      event.handler === by &&
      event.request?.key === key &&
      anchor?.parts.includes(part) === true,
  )
}
