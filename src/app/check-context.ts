// Whether a sealed file is what it must be, as far as its clear header says: its kind, this deployment, and a
// directory that we published and that is in force. The server checks the shape and opens nothing.
import type { Instant } from '../../schemas/encoding.js'
import { KhancapError, type ProblemCode } from '../../schemas/problem.js'
import type { Channel, SealedKind } from '../../schemas/sealed.js'
import type { VerifiedDirectory } from '../../keys/directory.js'
import { equalBytes } from '../core/encoding/bytes.js'
import { inspectSealed } from '../core/envelope/inspect.js'
import { encodeBase64url } from '../core/encoding/base64url.js'
import { type CurrentDirectory, isInForce } from './current-directory.js'

export interface Expected {
  readonly kind: SealedKind
  /** The code for a file of another shape, and where in the request it stands. */
  readonly problem: Extract<ProblemCode, 'envelope_malformed' | 'slip_malformed'>
  readonly pointer: string
}

export interface Inspected {
  readonly channel: Channel
  readonly recipients: number
  readonly directory: VerifiedDirectory
}

/**
 * @throws KhancapError `expected.problem` for another shape, kind or deployment; `directory_stale` where the
 *   directory is unknown, another one, or no longer in force
 */
export async function checkContext(
  directories: CurrentDirectory,
  sealed: Uint8Array,
  expected: Expected,
  now: Instant,
): Promise<Inspected> {
  const refuse = (code: string, cause?: unknown) =>
    new KhancapError(expected.problem, { cause, faults: [{ pointer: expected.pointer, code }] })
  const latest = await (isWork(expected) ? directories.newest() : directories.latest())
  const { context, recipients } = inspect(sealed, cause => refuse('malformed', cause))
  if (context.kind !== expected.kind) throw refuse('wrong_kind')
  if (context.origin !== latest.directory.origin) throw refuse('wrong_origin')
  const directory = await directories.bySequence(context.directory_sequence)
  if (
    directory === null ||
    encodeBase64url(directory.sha256) !== context.directory_sha256 ||
    !(
      isInForce(directory, now) ||
      (isWork(expected) && equalBytes(directory.sha256, latest.sha256))
    )
  )
    throw new KhancapError('directory_stale')
  return { channel: context.channel, recipients, directory }
}

/** What handlers write on a case that was taken in: that goes on where the newest directory has expired. */
function isWork({ kind }: Expected): boolean {
  return kind === 'reply' || kind === 'note' || kind === 'letter'
}

function inspect(sealed: Uint8Array, refusal: (cause: unknown) => KhancapError) {
  try {
    return inspectSealed(sealed)
  } catch (cause) {
    throw refusal(cause)
  }
}
