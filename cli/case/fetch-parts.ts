// The sealed parts that a case lists, fetched one by one: none of them is needed to answer, and none can stand in the way
// of another.
import type { CaseDetail, PartKind } from '../../schemas/case.js'
import type { CaseId } from '../../schemas/encoding.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import type { Desk } from '../client/desk.js'
import { Failure } from '../failure.js'

type ListedKind = Exclude<PartKind, 'mails'>
export type Listed<K extends ListedKind> = CaseDetail[K][number]

export interface FetchedPart<K extends ListedKind> {
  readonly kind: K
  readonly listed: Listed<K>
  /** Its bytes; what the server says instead; or that they are not those that the list names. */
  readonly sealed: Uint8Array | Failure | 'not_as_listed'
}

/** Lines open at once: over Tor each takes a second or two before it says anything. */
const atOnce = 4

/** All parts of a kind in the order of the list. Once the server cannot be reached, the rest is not tried. */
export async function fetchParts<K extends ListedKind>(
  desk: Desk,
  detail: CaseDetail,
  kind: K,
): Promise<FetchedPart<K>[]> {
  const list: readonly Listed<K>[] = detail[kind]
  const fetched: FetchedPart<K>[] = []
  let lost: Failure | null = null
  for (let from = 0; from < list.length; from += atOnce) {
    const some = list.slice(from, from + atOnce).map(async (listed): Promise<FetchedPart<K>> => {
      const sealed = lost ?? (await fetchOne(desk, detail.case.id, kind, listed))
      if (sealed instanceof Failure && sealed.exit === 3) lost = sealed
      return { kind, listed, sealed }
    })
    // oxlint-disable-next-line no-await-in-loop
    fetched.push(...(await Promise.all(some)))
  }
  return fetched
}

async function fetchOne(
  desk: Desk,
  id: CaseId,
  kind: ListedKind,
  listed: Listed<ListedKind>,
): Promise<FetchedPart<ListedKind>['sealed']> {
  const p = await desk.station.primitives()
  try {
    const bytes = await desk.cases.part(id, kind, listed.id)
    return encodeBase64url(await p.sha256(bytes)) === listed.sha256 ? bytes : 'not_as_listed'
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

/** Every part of a case, for what must not be done with half of them. @throws Failure where one could not be had */
export async function fetchAllParts(
  desk: Desk,
  detail: CaseDetail,
): Promise<(FetchedPart<ListedKind> & { readonly sealed: Uint8Array | 'not_as_listed' })[]> {
  const all: FetchedPart<ListedKind>[] = [
    ...(await fetchParts(desk, detail, 'additions')),
    ...(await fetchParts(desk, detail, 'replies')),
    ...(await fetchParts(desk, detail, 'notes')),
  ]
  return all.map(({ sealed, ...part }) => {
    if (sealed instanceof Failure) throw sealed
    return { ...part, sealed }
  })
}
