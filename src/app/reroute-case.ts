// Step 9. Hands a case over to another team: its handlers are told and let in, in the one transaction that moves it. The
// reason is a sealed note. The clock has been running and runs on.
import { activeHandlers } from '../../keys/keyring.js'
import type { CaseId, ClientId, Instant } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import type { Primitives } from '../core/crypto/primitives.js'
import { newOutboxId } from '../core/encoding/case-id.js'
import { equalBytes } from '../core/encoding/bytes.js'
import type { CaseRow, CaseStore } from '../ports/case-store.js'
import { actOnCase } from './act-on-case.js'
import type { Actor } from './admit-handler.js'
import { checkContext } from './check-context.js'
import { checkGrant, type SignedGrant } from './check-grant.js'
import type { CurrentDirectory } from './current-directory.js'
import { worksOn } from './permissions.js'

export interface Handover {
  readonly id: ClientId
  readonly team: string
  /** The note that says why. */
  readonly sealed: Uint8Array
  readonly grants: readonly SignedGrant[]
}

export interface RerouteDeps {
  readonly store: Pick<CaseStore, 'actOnCase' | 'findCase' | 'caseParts'>
  readonly primitives: Primitives
  readonly directories: CurrentDirectory
  readonly now: () => Instant
}

/**
 * Durable when it returns. Idempotent by the note's id and bytes, also for somebody who is not of the new team. A case
 * that has the team already is left as it is.
 * @throws KhancapError `request_invalid` (team without anybody, or a grant), `envelope_malformed`, `directory_stale`,
 *   what `actOnCase` throws
 */
export async function rerouteCase(
  deps: RerouteDeps,
  id: CaseId,
  actor: Actor,
  { id: noteId, team, sealed, grants }: Handover,
): Promise<CaseRow> {
  const { primitives } = deps
  const { directory } = await deps.directories.latest()
  const now = deps.now()
  if (activeHandlers(directory, now, team).length === 0)
    throw new KhancapError('request_invalid', {
      faults: [{ pointer: '/team', code: 'nobody_there' }],
    })
  await checkContext(
    deps.directories,
    sealed,
    { kind: 'note', problem: 'envelope_malformed', pointer: '/sealed' },
    now,
  )
  const row = await deps.store.findCase(id, actor.handler.id)
  const { key } = actor.request
  if (row !== null && worksOn(actor.handler, row))
    // One signature after the other: the first that is wrong ends it.
    // oxlint-disable-next-line no-await-in-loop
    for (const [index, grant] of grants.entries())
      await checkGrant({ primitives, directory, row, key, now }, grant, `/grants/${index}`)
  try {
    return await actOnCase(deps, id, actor, {
      name: 'reroute',
      needsHold: true,
      parts: await Promise.all(
        [sealed, ...grants.map(({ header }) => header)].map(part => primitives.sha256(part)),
      ),
      isDone: before => before.team === team,
      change: (_row, state) => ({
        state,
        team,
        claimedBy: null,
        reason: 'rerouted',
        note: { id: noteId, sealed },
        grants: grants.map(grant => ({ ...grant, key })),
        notices: [
          {
            id: newOutboxId(primitives),
            outboxId: newOutboxId(primitives),
            kind: 'new_case',
            to: 'team',
          },
        ],
        event: { kind: 'rerouted', detail: team },
      }),
    })
  } catch (error) {
    // Who gave a case away does not work on it any more, and may still ask whether it arrived.
    const isGone =
      error instanceof KhancapError &&
      (error.code === 'case_unknown' || error.code === 'role_missing')
    if (!isGone || row === null || !(await isOnRecord(deps, id, actor, noteId, sealed))) throw error
    return row
  }
}

async function isOnRecord(
  { primitives, store }: RerouteDeps,
  id: CaseId,
  { handler }: Actor,
  noteId: ClientId,
  sealed: Uint8Array,
): Promise<boolean> {
  const { notes } = await store.caseParts(id)
  const digest = await primitives.sha256(sealed)
  return notes.some(
    note => note.id === noteId && note.by === handler.id && equalBytes(note.sha256, digest),
  )
}
