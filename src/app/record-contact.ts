// Step 10. Records that the applicant was answered outside the system, and stops the clock of what was seen before.
import type { Via } from '../../schemas/case.js'
import type { CaseId, ClientId } from '../../schemas/encoding.js'
import type { Primitives } from '../core/crypto/primitives.js'
import type { CaseRow } from '../ports/case-store.js'
import { actOnCase, type CaseDeps } from './act-on-case.js'
import type { Actor } from './admit-handler.js'
import { answerChange } from './answer-change.js'
import { type AnswerClaim, checkAnswer } from './check-answer.js'
import type { CurrentDirectory } from './current-directory.js'

/** Idempotent by id. @throws KhancapError `request_invalid` (the proof), what `actOnCase` throws */
export async function recordContact(
  deps: CaseDeps & { readonly primitives: Primitives; readonly directories: CurrentDirectory },
  id: CaseId,
  actor: Actor,
  contact: { readonly id: ClientId; readonly via: Via; readonly answer: AnswerClaim },
): Promise<CaseRow> {
  const { directory } = await deps.directories.newest()
  return actOnCase(deps, id, actor, {
    name: 'contacted',
    needsHold: true,
    change: (row, state, unseen) => ({
      ...answerChange(
        directory,
        row,
        state,
        checkAnswer(deps.primitives, row, contact.answer, actor.request.key),
        unseen,
      ),
      contact: { id: contact.id, via: contact.via },
      event: { kind: 'contacted', detail: contact.via },
    }),
  })
}
