// Which generations of a handler's key open cases still need, and when the directory lets one go: an old generation is
// deleted only after its retention, and only where nothing that is open would close for good.
import type { Directory } from '../../schemas/directory.js'
import type { Instant } from '../../schemas/encoding.js'
import { handlerById } from '../../keys/keyring.js'
import type { Identity } from '../../keys/identity.js'
import type { PublicIdentity } from '../../schemas/settings.js'
import { decodeBase64url } from '../../src/core/encoding/base64url.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { openAgeFile, openGranted } from '../../src/core/envelope/open.js'
import type { Desk } from '../client/desk.js'
import { fetchAllParts } from './fetch-parts.js'
import { expectedOf, type SealedCase } from './sealed-case.js'

const dayMs = 86_400_000

/**
 * From when on a generation may be deleted: its end in the directory and the retention after it.
 * @param index 0 is the newest
 * @returns null where it is in use: the newest, or one that the directory does not end
 */
export function deletableFrom(
  directory: Directory,
  identity: PublicIdentity,
  index: number,
): Instant | null {
  const [newest] = identity.recipients
  const known = handlerById(directory, identity.handler)?.recipients ?? []
  const current = known.find(({ recipient }) => recipient === newest)
  if (index === 0 || current === undefined) return null
  const generation = known.find(({ recipient }) => recipient === identity.recipients[index])
  // One that the directory has forgotten ended when the newest began, or before.
  const end = generation === undefined ? current.valid_from : generation.valid_until
  return end === null ? null : parseTimestamp(end) + directory.key_retention_days * dayMs
}

export interface Need {
  /** The envelope opens with no newer generation: a grant mends that. */
  readonly envelope: boolean
  /** Additions, notes or copies of replies that no newer generation opens: nothing mends that while the case is open. */
  readonly parts: number
}

/** All that was sealed for a case after its envelope. @throws Failure where a part of it could not be had */
export async function sealedPartsOf(desk: Desk, { detail }: SealedCase): Promise<Uint8Array[]> {
  const all = await fetchAllParts(desk, detail)
  return all.flatMap(({ sealed }) => (sealed === 'not_as_listed' ? [] : [sealed]))
}

/** What of a case the newest `count` generations of an identity do not open, although the identity does. */
export async function needOf(
  desk: Desk,
  sealed: SealedCase,
  identity: Identity,
  count: number,
  sealedParts: readonly Uint8Array[],
): Promise<Need> {
  const p = await desk.station.primitives()
  const newer = identity.opening.slice(0, count)
  const { detail, envelope, sealedWith } = sealed
  const opened = await openGranted(
    p,
    newer,
    envelope,
    expectedOf(sealedWith ?? desk.directory, 'envelope'),
    detail.grants.map(({ header }) => decodeBase64url(header)),
  )
  let parts = 0
  for (const bytes of sealedParts) {
    const opens = async (identities: readonly string[]) =>
      // What is damaged opens with nothing.
      (await openAgeFile(p, identities, bytes).catch(() => null)) !== null
    // oxlint-disable-next-line no-await-in-loop
    if (!(await opens(newer)) && (await opens(identity.opening))) parts += 1
  }
  return { envelope: opened === null, parts }
}
