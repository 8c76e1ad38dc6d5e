// A case with everything that belongs to it, opened and checked.
import type { CaseId } from '../../schemas/encoding.js'
import type { EnvelopeContent } from '../../schemas/sealed.js'
import type { Desk } from '../client/desk.js'
import { attachmentJson } from './attachments.js'
import type { CheckedHistory } from './history.js'
import { type OpenedParts, openParts } from './opened-parts.js'
import { fetchCase, type SealedCase } from './sealed-case.js'
import type { Warning } from './warning.js'
import { warningsOf } from './warnings.js'

export interface OpenedCase {
  readonly sealed: SealedCase
  readonly parts: OpenedParts
  readonly history: CheckedHistory
  readonly warnings: readonly Warning[]
}

/** @throws Failure, KhancapError `sealed_unreadable` */
export async function openedCase(desk: Desk, id: CaseId): Promise<OpenedCase> {
  const sealed = await fetchCase(desk, id)
  const parts = await openParts(desk, sealed)
  const { history } = sealed
  return { sealed, parts, history, warnings: await warningsOf(desk, sealed, parts) }
}

/** What is in an envelope, without the keys of the applicant's: who needs them opens the case. */
export function envelopeJson(content: EnvelopeContent): object {
  return {
    program: content.program,
    form_version: content.form_version,
    language: content.language,
    page_language: content.page_language,
    answers: content.answers,
    promise: content.promise,
    context: content.context,
    attachments: content.attachments.map(attachmentJson),
  }
}

/** The same facts as on the terminal, for a program. */
export function caseJson({ history, parts, sealed, warnings }: OpenedCase): object {
  const { content, detail } = sealed
  return {
    case: detail.case,
    outcome: detail.outcome,
    intake: detail.intake,
    envelope_sha256: detail.envelope_sha256,
    content: envelopeJson(content),
    additions: parts.additions.map(({ at, content: addition, id }) => ({
      id,
      at,
      ...(typeof addition === 'string'
        ? { not_shown: addition }
        : {
            text: addition.text,
            answers: addition.answers,
            attachments: addition.attachments.map(attachmentJson),
          }),
    })),
    replies: parts.replies.map(noteJson),
    notes: parts.notes.map(noteJson),
    history: historyJson(history),
    warnings: warnings.map(({ code, quoted, words }) => ({ code, sentence: words.text, quoted })),
  }
}

export function historyJson(history: CheckedHistory): object {
  return {
    broken_at: history.brokenAt,
    events: history.events.map(({ event, signature }) => ({
      number: event.number,
      kind: event.kind,
      at: event.at,
      handler: event.handler,
      detail: event.detail,
      signature,
    })),
  }
}

function noteJson({ at, by, content, id, signature }: OpenedParts['notes'][number]): object {
  return {
    id,
    at,
    by,
    ...(typeof content === 'string' ? { not_shown: content } : { text: content.text, signature }),
  }
}
