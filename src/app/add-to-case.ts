// Step 11. Takes in what an applicant adds later. Who holds the receipt code may add; handlers check the signature
// against the key inside the envelope, which the server cannot see.
import type { ClientId, Instant } from '../../schemas/encoding.js'
import { maxAdditionBytes, maxAdditions } from '../../schemas/mailbox.js'
import { KhancapError } from '../../schemas/problem.js'
import type { Primitives } from '../core/crypto/primitives.js'
import { newOutboxId } from '../core/encoding/case-id.js'
import { additionClock, serviceLevelFor } from '../core/sla/ladder.js'
import type { MailboxStore } from '../ports/mailbox-store.js'
import { checkContext } from './check-context.js'
import type { CurrentDirectory } from './current-directory.js'

export interface Addition {
  readonly id: ClientId
  readonly directorySequence: number
  readonly sealed: Uint8Array
  readonly signature: Uint8Array
  /** Attachments that it names. */
  readonly uploads: readonly ClientId[]
}

/**
 * Durable when it returns. Idempotent by id and bytes.
 * @throws KhancapError `mailbox_unknown`, `envelope_malformed`, `directory_stale`, `addition_conflict`,
 *   `additions_full`, `upload_incomplete`, `store_unavailable`
 */
export async function addToCase(
  deps: {
    readonly store: Pick<MailboxStore, 'recordAddition'>
    readonly primitives: Primitives
    readonly directories: CurrentDirectory
    readonly now: () => Instant
  },
  token: Uint8Array,
  { id, directorySequence, sealed, signature, uploads }: Addition,
): Promise<{ readonly at: Instant }> {
  const { primitives, directories } = deps
  const now = deps.now()
  const inspected = await checkContext(
    directories,
    sealed,
    { kind: 'addition', problem: 'envelope_malformed', pointer: '/sealed' },
    now,
  )
  if (inspected.directory.directory.sequence !== directorySequence)
    throw new KhancapError('envelope_malformed', {
      faults: [{ pointer: '/sealed', code: 'wrong_context' }],
    })
  const { directory } = await directories.latest()
  const clock = (program: string | null) => additionClock(serviceLevelFor(directory, program, now))
  return deps.store.recordAddition(await primitives.sha256(token), {
    id,
    sealed,
    signature,
    directorySequence,
    responseSeconds: program => clock(program).responseSeconds,
    firstRungSeconds: program => clock(program).firstRungSeconds,
    noticeId: newOutboxId(primitives),
    outboxId: newOutboxId(primitives),
    maxAdditions,
    maxAdditionBytes,
    uploads,
  })
}
