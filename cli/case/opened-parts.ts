// What came to a case later, opened: the applicant's additions, the team's copies of replies, notes. A part that cannot
// be opened or does not verify is never shown, and never silently left out.
import type { CaseDetail } from '../../schemas/case.js'
import type { ClientId, Timestamp } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import type { AdditionContent, NoteContent } from '../../schemas/sealed.js'
import { decodeBase64url } from '../../src/core/encoding/base64url.js'
import { openAddition, openNote } from '../../src/core/envelope/open.js'
import { verifyAddition } from '../../src/core/receipt/proofs.js'
import type { Desk } from '../client/desk.js'
import { expectedOf, type SealedCase } from './sealed-case.js'

/** Why a part is not shown. */
export type Unshown = 'not_sealed_to_you' | 'unreadable' | 'not_from_the_applicant' | 'another_case'

export interface OpenedAddition {
  readonly id: ClientId
  readonly at: Timestamp
  readonly content:
    | Pick<AdditionContent, 'text' | 'answers' | 'form_version' | 'attachments'>
    | Unshown
}

export interface OpenedNote {
  readonly id: ClientId
  readonly at: Timestamp
  readonly by: string
  readonly content: Pick<NoteContent, 'text' | 'about'> | Unshown
}

export interface OpenedParts {
  readonly additions: readonly OpenedAddition[]
  readonly replies: readonly OpenedNote[]
  readonly notes: readonly OpenedNote[]
}

export async function openParts(desk: Desk, sealed: SealedCase): Promise<OpenedParts> {
  const { detail } = sealed
  return {
    additions: await Promise.all(
      detail.additions.map(async part => ({
        id: part.id,
        at: part.at,
        content: await additionIn(desk, sealed, part),
      })),
    ),
    replies: await Promise.all(
      detail.replies.map(async ({ id, at, by, team_copy }) => ({
        id,
        at,
        by,
        content: await noteIn(desk, detail, team_copy, true),
      })),
    ),
    notes: await Promise.all(
      detail.notes.map(async ({ id, at, by, sealed: bytes }) => ({
        id,
        at,
        by,
        content: await noteIn(desk, detail, bytes, false),
      })),
    ),
  }
}

/** Only who has the receipt code can sign an addition: without that it may be anybody's, the server's too. */
async function additionIn(
  desk: Desk,
  { content }: SealedCase,
  part: CaseDetail['additions'][number],
): Promise<OpenedAddition['content']> {
  const p = await desk.station.primitives()
  const bytes = decodeBase64url(part.sealed)
  const isSigned = verifyAddition(
    p,
    decodeBase64url(content.reply.addition_key),
    await p.sha256(bytes),
    decodeBase64url(part.signature),
  )
  if (!isSigned) return 'not_from_the_applicant'
  return opened(() =>
    openAddition(p, desk.identity.opening, bytes, expectedOf(desk.directory, 'addition')),
  )
}

async function noteIn(
  desk: Desk,
  detail: CaseDetail,
  sealed: string,
  isReply: boolean,
): Promise<OpenedNote['content']> {
  const p = await desk.station.primitives()
  const bytes = decodeBase64url(sealed)
  const note = await opened(() =>
    openNote(p, desk.identity.opening, bytes, expectedOf(desk.directory, 'note')),
  )
  if (typeof note === 'string') return note
  const isInPlace = note.case === detail.case.id && (note.about === 'reply') === isReply
  return isInPlace ? note : 'another_case'
}

async function opened<T>(open: () => Promise<T | null>): Promise<T | Unshown> {
  try {
    return (await open()) ?? 'not_sealed_to_you'
  } catch (error) {
    if (error instanceof KhancapError && error.code === 'sealed_unreadable') return 'unreadable'
    throw error
  }
}
