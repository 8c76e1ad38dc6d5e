// Why something was decided about a case: a note, sealed to those who work on it, that goes with the act.
import type { CaseId } from '../../schemas/encoding.js'
import type { NoteMessage } from '../../schemas/sealed.js'
import { floorToHour, formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { newClientId } from '../../src/core/encoding/case-id.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { sealNote } from '../../src/core/envelope/seal.js'
import type { Desk } from '../client/desk.js'
import { misused, noHint } from '../failure.js'
import { safe } from '../terminal/safe.js'
import { contextOf, recipientsOf } from './readers.js'
import type { SealedCase } from './sealed-case.js'
import { withWords } from './words.js'

export interface ReasonOptions {
  readonly reason?: string
  readonly file?: string
}

export interface SealedReason {
  readonly body: { readonly id: string; readonly sealed: string }
  /** The sealed note itself. */
  readonly bytes: Uint8Array
}

/** @param also handlers who read it beside those who work on the case now */
export async function sealReason(
  desk: Desk,
  sealed: SealedCase,
  about: Extract<NoteMessage['about'], 'reroute' | 'coverage'>,
  text: string,
  also: readonly string[] = [],
): Promise<SealedReason> {
  const p = await desk.station.primitives()
  const id = newClientId(p)
  const { bytes } = await sealNote(
    p,
    {
      id,
      about,
      case: sealed.detail.case.id,
      envelope: sealed.detail.envelope_sha256,
      by: desk.handler.id,
      text,
      hour: formatTimestamp(floorToHour(desk.station.now())),
    },
    desk.seed,
    contextOf(desk, 'note'),
    await recipientsOf(desk, sealed, also),
  )
  return { body: { id, sealed: encodeBase64url(bytes) }, bytes }
}

/** Hands the words of `--reason`, or those of a file or an editor, to `use`. @throws Failure */
export async function withReason<T>(
  desk: Desk,
  options: ReasonOptions,
  id: CaseId,
  use: (text: string) => Promise<T>,
): Promise<T> {
  const { reason, file } = options
  if (reason !== undefined && file !== undefined)
    throw misused(safe`give --reason or --file, not both`, noHint)
  if (reason?.trim() === '')
    throw misused(
      safe`the reason is empty`,
      safe`write it behind --reason, or leave --reason out: an editor opens`,
    )
  if (reason !== undefined) return use(reason)
  const writing = {
    about: 'reason',
    case: id,
    file,
    begin: '',
    instructions: [
      `Why? A note on case ${id}, for those who work on it; the applicant does not see it.`,
    ],
  } as const
  return withWords(desk, writing, use)
}
