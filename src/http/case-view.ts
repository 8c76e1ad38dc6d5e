// Cases as JSON: instants become text, bytes become base64url, names become those of the schema.
import type { CaseDetail, CaseSummary } from '../../schemas/case.js'
import type { Instant, Timestamp } from '../../schemas/encoding.js'
import { formatTimestamp } from '../core/encoding/timestamp.js'
import type { CaseParts, CaseRow, PartRow } from '../ports/case-store.js'
import { printBytes } from './bytes.js'

function printTime(at: Instant | null): Timestamp | null {
  return at === null ? null : formatTimestamp(at)
}

function printMaybe(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : printBytes(bytes)
}

export function printCase(row: CaseRow, readable: boolean): CaseSummary {
  return {
    id: row.id,
    state: row.state,
    program: row.program,
    team: row.team,
    reason: row.reason,
    rule: row.rule,
    routed_directory_version: row.routedDirectorySequence,
    coverage: row.coverage,
    channel: row.channel,
    received_at: formatTimestamp(row.receivedAt),
    due_at: printTime(row.dueAt),
    overdue: row.dueAt !== null && row.dueAt < row.now,
    claimed_by: row.claimedBy,
    answered_at: printTime(row.answeredAt),
    letter: row.letter,
    unread_additions: row.unreadAdditions,
    hold:
      row.hold === null
        ? null
        : {
            until: formatTimestamp(row.hold.until),
            reason: row.hold.reason,
            asked_by: row.hold.askedBy,
            confirmed_by: row.hold.confirmedBy,
          },
    readable,
  }
}

function printPart({ id, at, bytes, sha256 }: PartRow) {
  return { id, at: formatTimestamp(at), bytes, sha256: printBytes(sha256) }
}

export function printCaseDetail(row: CaseRow, parts: CaseParts, readable: boolean): CaseDetail {
  return {
    case: printCase(row, readable),
    intake: row.intake,
    envelope_sha256: printBytes(row.envelopeSha256),
    slip_sha256: printMaybe(row.slipSha256),
    directory_version: row.directorySequence,
    outcome: row.outcome,
    answer:
      row.answer === null
        ? null
        : {
            hour: formatTimestamp(row.answer.hour),
            signature: printBytes(row.answer.signature),
            key: printBytes(row.answer.key),
          },
    events: parts.events.map(({ at, request, previous, hash, ...event }) => ({
      ...event,
      at: formatTimestamp(at),
      request:
        request === null
          ? null
          : {
              signature_base: request.signatureBase,
              signature: printBytes(request.signature),
              key: printBytes(request.key),
            },
      previous: printMaybe(previous),
      hash: printBytes(hash),
    })),
    replies: parts.replies.map(reply => ({ ...printPart(reply), by: reply.by })),
    additions: parts.additions.map(addition => ({
      ...printPart(addition),
      signature: printBytes(addition.signature),
    })),
    notes: parts.notes.map(note => ({ ...printPart(note), by: note.by })),
    grants: parts.grants.map(({ id, reader, header, by, signature, key, at }) => ({
      id,
      reader,
      header: printBytes(header),
      by,
      signature: printBytes(signature),
      key: printBytes(key),
      at: formatTimestamp(at),
    })),
  }
}
