// Every open case is re-sealed to the newest generation of a handler's key: those that the server lists, and those that
// this machine has opened and has not seen closed. What cannot be opened now is named, and the others go on.
import type { CaseId } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import { recipientOf } from '../../src/core/envelope/age-keys.js'
import type { Desk } from '../client/desk.js'
import { Failure } from '../failure.js'
import { needOf, sealedPartsOf } from './generations.js'
import { unclosedCases } from './known-case.js'
import { hasConflict, letIn } from './let-in.js'
import { openCases } from './open-cases.js'
import { fetchCase, NotSealedToYou, type SealedCase } from './sealed-case.js'

export interface Resealed {
  readonly resealed: number
  /** Cases that still need a generation, by how many of the newest do not open them. */
  readonly needs: ReadonlyMap<number, readonly CaseId[]>
  /** What was sealed under these ids opens with no key at all. */
  readonly unreadable: readonly CaseId[]
  /** Opened here before, not seen closed, and the server does not show them now: an old generation may be their only key. */
  readonly withheld: readonly CaseId[]
}

type Looked = SealedCase | 'unreadable' | 'withheld' | null

/** @param told is called before each case */
export async function resealCases(
  desk: Desk,
  told: (count: number, all: number) => void,
): Promise<Resealed> {
  const { identity, station } = desk
  const p = await station.primitives()
  const reader = { id: identity.handler, recipient: recipientOf(p, identity.opening[0] ?? '') }
  const needs = new Map<number, CaseId[]>()
  const unreadable: CaseId[] = []
  const withheld: CaseId[] = []
  let resealed = 0
  const known = await unclosedCases(station.folder.path)
  const listed = (await openCases(desk.cases)).map(({ id }) => id)
  const all = new Set([...listed, ...known])
  for (const [at, id] of [...all].entries()) {
    told(at + 1, all.size)
    // One after the other: what was re-sealed stays so, whatever becomes of the rest.
    // oxlint-disable-next-line no-await-in-loop
    const sealed = await look(desk, id, known.has(id))
    if (sealed === 'unreadable') unreadable.push(id)
    if (sealed === 'withheld') withheld.push(id)
    if (sealed === null || typeof sealed === 'string') continue
    // A case that a conflict of interest keeps from them closes to them with the old generation.
    if (hasConflict(desk, sealed, identity.handler)) continue
    // oxlint-disable-next-line no-await-in-loop
    const parts = await sealedPartsOf(desk, sealed)
    for (let count = 1; count < identity.opening.length; count++) {
      // oxlint-disable-next-line no-await-in-loop
      const need = await needOf(desk, sealed, identity, count, parts)
      if (count === 1 && need.envelope) {
        // oxlint-disable-next-line no-await-in-loop
        await letIn(desk, sealed, reader)
        resealed += 1
      }
      if (need.parts > 0) needs.set(count, [...(needs.get(count) ?? []), id])
    }
  }
  return { resealed, needs, unreadable, withheld }
}

/** @returns null where it is closed, or was never sealed to this handler @throws Failure where the server cannot be asked */
async function look(desk: Desk, id: CaseId, isKnown: boolean): Promise<Looked> {
  try {
    const sealed = await fetchCase(desk, id)
    return sealed.isClosed ? null : sealed
  } catch (error) {
    if (error instanceof KhancapError && error.code === 'sealed_unreadable') return 'unreadable'
    if (isKnown && error instanceof Failure && error.exit === 1) return 'withheld'
    if (error instanceof NotSealedToYou) return null
    throw error
  }
}
