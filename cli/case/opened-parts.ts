// What came to a case later, opened: the applicant's additions, the team's copies of replies, notes. A part that cannot
// be opened or does not verify is never shown, and never silently left out.
import type { ClientId, Timestamp } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import { handlerById, handlerByKey } from '../../keys/keyring.js'
import type { AdditionContent, NoteMessage } from '../../schemas/sealed.js'
import { decodeBase64url, encodeBase64url } from '../../src/core/encoding/base64url.js'
import { attachmentIdentity } from '../../src/core/attachment/sealed-attachment.js'
import { openAddition, openAgeFile, openNote } from '../../src/core/envelope/open.js'
import { verifyAddition } from '../../src/core/receipt/proofs.js'
import type { Desk } from '../client/desk.js'
import { type FetchedPart, fetchParts, type Listed } from './fetch-parts.js'
import { expectedOf, isProven, type SealedCase } from './sealed-case.js'

/** Why a part is not shown. */
export type Unshown =
  | 'not_fetched'
  | 'not_as_listed'
  | 'not_sealed_to_you'
  | 'unreadable'
  | 'not_from_the_applicant'
  | 'not_from_its_writer'
  | 'another_case'

export interface OpenedAddition {
  readonly id: ClientId
  readonly at: Timestamp
  readonly content:
    | Pick<
        AdditionContent,
        'text' | 'answers' | 'form_version' | 'attachments' | 'mail' | 'context'
      >
    | Unshown
  /** Gives the same byte for byte as the applicant's device sealed it; null where it is not shown, or nobody signed it. */
  readonly raw: (() => Promise<Uint8Array | null>) | null
}

export interface OpenedNote {
  readonly id: ClientId
  readonly at: Timestamp
  readonly by: string
  readonly content: Pick<NoteMessage, 'text' | 'about'> | Unshown
  /** `unproven`: signed by a key that has left, and nobody vouches for when. */
  readonly signature: 'verified' | 'unproven'
}

export interface OpenedParts {
  readonly additions: readonly OpenedAddition[]
  readonly replies: readonly OpenedNote[]
  readonly notes: readonly OpenedNote[]
}

export async function openParts(desk: Desk, sealed: SealedCase): Promise<OpenedParts> {
  const { detail } = sealed
  const additions = await fetchParts(desk, detail, 'additions')
  const replies = await fetchParts(desk, detail, 'replies')
  const notes = await fetchParts(desk, detail, 'notes')
  return {
    additions: await Promise.all(
      additions.map(async ({ listed, sealed: bytes }) => ({
        id: listed.id,
        at: listed.at,
        ...(await additionIn(desk, sealed, listed, bytes)),
      })),
    ),
    replies: await Promise.all(
      replies.map(({ listed, sealed: bytes }) => noteIn(desk, sealed, listed, bytes, true)),
    ),
    notes: await Promise.all(
      notes.map(({ listed, sealed: bytes }) => noteIn(desk, sealed, listed, bytes, false)),
    ),
  }
}

type Fetched = FetchedPart<'additions'>['sealed']

const whyNot = (fetched: Exclude<Fetched, Uint8Array>): Unshown =>
  fetched === 'not_as_listed' ? fetched : 'not_fetched'

/** Only who has the receipt code can sign an addition: without that it may be anybody's, the server's too. */
async function additionIn(
  desk: Desk,
  { content }: SealedCase,
  listed: Listed<'additions'>,
  bytes: Fetched,
): Promise<Pick<OpenedAddition, 'content' | 'raw'>> {
  if (!(bytes instanceof Uint8Array)) return { content: whyNot(bytes), raw: null }
  const p = await desk.station.primitives()
  const signature = decodeBase64url(listed.signature)
  const isSigned = verifyAddition(
    p,
    decodeBase64url(content.reply.addition_key),
    await p.sha256(bytes),
    signature,
  )
  // Nobody signs a mail. It is shown as one, and says nothing but what is in it.
  const mayBeMail = signature.every(byte => byte === 0)
  if (!isSigned && !mayBeMail) return { content: 'not_from_the_applicant', raw: null }
  // What names attachments is sealed to whoever can open the envelope.
  const identities = [
    ...desk.identity.opening,
    await attachmentIdentity(p, decodeBase64url(content.reply.key)),
  ]
  const addition = await opened(() =>
    openAddition(p, identities, bytes, expectedOf(desk.directory, 'addition')),
  )
  if (typeof addition === 'string') return { content: addition, raw: null }
  const raw = async () => (await openAgeFile(p, identities, bytes))?.plaintext ?? null
  if (isSigned) return { content: addition, raw }
  const { context, mail } = addition
  return mail === undefined || context.channel !== 'mail'
    ? { content: 'not_from_the_applicant', raw: null }
    : { content: { ...addition, text: '', answers: null, attachments: [] }, raw: null }
}

/** Acts that bring a note. */
const noting = ['noted', 'rerouted', 'coverage_set'] as const

/** A note counts as its writer's where it says so itself, signed, of this case and under this id. */
async function noteIn(
  desk: Desk,
  { detail, history }: SealedCase,
  { at, by, id }: Listed<'replies' | 'notes'>,
  bytes: Fetched,
  isReply: boolean,
): Promise<OpenedNote> {
  const p = await desk.station.primitives()
  const { directory } = desk.directory
  const shown = { id, at, by, signature: 'verified' } as const
  if (!(bytes instanceof Uint8Array)) return { ...shown, content: whyNot(bytes) }
  const note = await opened(() =>
    openNote(p, desk.identity.opening, bytes, expectedOf(desk.directory, 'note')),
  )
  if (typeof note === 'string') return { ...shown, content: note }
  const isInPlace =
    note.case === detail.case.id &&
    note.envelope === detail.envelope_sha256 &&
    note.id === id &&
    (note.about === 'reply') === isReply
  if (!isInPlace) return { ...shown, content: 'another_case' }
  const { key } = note
  if (note.by !== by) return { ...shown, content: 'not_from_its_writer' }
  const signing = decodeBase64url(key)
  if (handlerByKey(directory, signing, desk.station.now())?.id === by)
    return { ...shown, content: note }
  const digest = encodeBase64url(await p.sha256(bytes))
  if (isProven(history.events, { by, key }, isReply ? ['replied'] : noting, digest))
    return { ...shown, content: note }
  const known = handlerById(directory, by)
  const isTheirs = known?.signing_keys.some(one => one.key === key) ?? true
  return isTheirs
    ? { ...shown, signature: 'unproven', content: note }
    : { ...shown, content: 'not_from_its_writer' }
}

async function opened<T>(open: () => Promise<T | null>): Promise<T | Unshown> {
  try {
    return (await open()) ?? 'not_sealed_to_you'
  } catch (error) {
    if (error instanceof KhancapError && error.code === 'sealed_unreadable') return 'unreadable'
    throw error
  }
}
