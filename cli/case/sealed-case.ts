// A case as it came from the server, opened on this machine: the bytes must be those that the server says it took in,
// the context must be this deployment's, and only grants that a handler signed count.
import type { CaseDetail, Grant } from '../../schemas/case.js'
import type { Directory } from '../../schemas/directory.js'
import type { CaseId } from '../../schemas/encoding.js'
import type { EnvelopeContent, SealedKind } from '../../schemas/sealed.js'
import type { VerifiedDirectory } from '../../keys/directory.js'
import { handlerById, handlerByKey, isActive } from '../../keys/keyring.js'
import { decodeBase64url, encodeBase64url } from '../../src/core/encoding/base64url.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { verifyGrant } from '../../src/core/envelope/grant.js'
import { type ExpectedContext, openEnvelope } from '../../src/core/envelope/open.js'
import { untrusted } from '../client/case-desk.js'
import type { Desk } from '../client/desk.js'
import { refused } from '../failure.js'
import { safe } from '../terminal/safe.js'
import { holdToEnvelope } from './known-envelope.js'

export interface SealedCase {
  readonly detail: CaseDetail
  /** The envelope's bytes, exactly as stored. */
  readonly envelope: Uint8Array
  readonly envelopeSha256: Uint8Array
  /** Grants that a handler signed; the server's word alone lets nobody in. */
  readonly grants: readonly Grant[]
  readonly content: EnvelopeContent
}

/** Step 9: fetch, verify, open. @throws Failure, KhancapError `sealed_unreadable` */
export async function fetchCase(desk: Desk, id: CaseId): Promise<SealedCase> {
  const { cases, directory, handler, identity, station } = desk
  const p = await station.primitives()
  const detail = await cases.detail(id)
  const envelope = await cases.envelope(id)
  const envelopeSha256 = await p.sha256(envelope)
  if (encodeBase64url(envelopeSha256) !== detail.envelope_sha256)
    throw untrusted(safe`the server sent another envelope than the one of case ${id}`)
  await holdToEnvelope(station.folder.path, id, detail.envelope_sha256)
  const grants: Grant[] = []
  // One signature after the other: there are few.
  // oxlint-disable-next-line no-await-in-loop
  for (const grant of detail.grants)
    if (await isGranted(desk, directory.directory, id, envelopeSha256, grant)) grants.push(grant)
  const content = await openEnvelope(
    p,
    identity.opening,
    envelope,
    expectedOf(directory, 'envelope'),
    headersFor(grants, handler.id),
  )
  if (content === null)
    throw refused(
      safe`case ${id} is not sealed to this identity`,
      safe`ask a colleague who can open it: khancap add-reader ${id.slice(0, 8)} --to ${handler.id}`,
    )
  return { detail, envelope, envelopeSha256, grants, content }
}

/** What opens the envelope for somebody who was let in later. */
export function headersFor(grants: readonly Grant[], reader: string): Uint8Array[] {
  return grants
    .filter(grant => grant.reader === reader)
    .map(({ header }) => decodeBase64url(header))
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

/** Whether a key is, or was, one of a handler's. */
export function isKeyOf(directory: Directory, handler: string, key: string): boolean {
  return handlerById(directory, handler)?.signing_keys.some(known => known.key === key) ?? false
}

async function isGranted(
  desk: Desk,
  directory: Directory,
  caseId: CaseId,
  envelopeSha256: Uint8Array,
  grant: Grant,
): Promise<boolean> {
  // A key that has left, or never was a handler's, lets nobody in; nor is anybody let in who has left.
  const granter = handlerByKey(directory, decodeBase64url(grant.key), parseTimestamp(grant.at))
  const reader = handlerById(directory, grant.reader)
  if (granter?.id !== grant.by || reader === null) return false
  if (!isActive(reader, desk.station.now())) return false
  const claim = {
    caseId,
    envelopeSha256,
    header: decodeBase64url(grant.header),
    reader: grant.reader,
  }
  const [key, signature] = [decodeBase64url(grant.key), decodeBase64url(grant.signature)]
  return verifyGrant(await desk.station.primitives(), claim, key, signature)
}
