// Step 10. Records a sealed reply to the applicant and its copy for the team, and stops the clock of what its writer
// had seen. Where the request came by mail, a letter that the router will send is recorded with it.
import type { CaseId, ClientId, Instant } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import type { Primitives } from '../core/crypto/primitives.js'
import { newOutboxId } from '../core/encoding/case-id.js'
import type { CaseRow } from '../ports/case-store.js'
import { actOnCase, type CaseDeps } from './act-on-case.js'
import type { Actor } from './admit-handler.js'
import { answerChange } from './answer-change.js'
import { type AnswerClaim, checkAnswer } from './check-answer.js'
import { checkContext } from './check-context.js'
import type { CurrentDirectory } from './current-directory.js'

export interface SealedReply {
  readonly id: ClientId
  readonly sealed: Uint8Array
  readonly teamCopy: Uint8Array
  readonly answer: AnswerClaim
  /** Sealed to the router; null where the applicant has a page to collect the answer. */
  readonly letter: Uint8Array | null
}

/**
 * Durable when it returns. Idempotent by id and bytes.
 * @throws KhancapError `envelope_malformed`, `directory_stale`, `request_invalid` (the proof), what `actOnCase` throws
 */
export async function replyToCase(
  deps: CaseDeps & {
    readonly primitives: Primitives
    readonly directories: CurrentDirectory
    readonly now: () => Instant
  },
  id: CaseId,
  actor: Actor,
  reply: SealedReply,
): Promise<CaseRow> {
  const { directories, primitives } = deps
  const now = deps.now()
  const { directory } = await directories.newest()
  const problem = 'envelope_malformed'
  await checkContext(directories, reply.sealed, { kind: 'reply', problem, pointer: '/sealed' }, now)
  await checkContext(
    directories,
    reply.teamCopy,
    { kind: 'note', problem, pointer: '/team_copy' },
    now,
  )
  if (reply.letter !== null)
    await checkContext(
      directories,
      reply.letter,
      { kind: 'letter', problem, pointer: '/letter' },
      now,
    )
  const letter = await letterOf(primitives, reply.letter)
  return actOnCase(deps, id, actor, {
    name: 'reply',
    needsHold: true,
    parts: [await primitives.sha256(reply.teamCopy)],
    change(row, state, unseen) {
      // Whoever wrote a mail collects nothing, and nobody else is written to.
      if ((row.channel === 'mail') !== (letter !== null))
        throw new KhancapError('request_invalid', {
          faults: [{ pointer: '/letter', code: letter === null ? 'missing' : 'not_by_mail' }],
        })
      const proof = checkAnswer(primitives, row, reply.answer, actor.request.key)
      return {
        ...answerChange(directory, row, state, proof, unseen),
        reply: { id: reply.id, sealed: reply.sealed, teamCopy: reply.teamCopy, letter },
        event: { kind: 'replied', detail: null },
      }
    },
  })
}

async function letterOf(primitives: Primitives, sealed: Uint8Array | null) {
  if (sealed === null) return null
  return {
    id: newOutboxId(primitives),
    outboxId: newOutboxId(primitives),
    sealed,
    sha256: await primitives.sha256(sealed),
  }
}
