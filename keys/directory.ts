// The directory as a signed note (step 1): made offline with the root's keys, verified by everybody against the pinned
// root. Whoever serves it can withhold it, and nothing else.
import { Directory, maxDirectoryBytes } from '../schemas/directory.js'
import type { Instant } from '../schemas/encoding.js'
import { type Fault, KhancapError } from '../schemas/problem.js'
import { encodeBase64url } from '../src/core/encoding/base64url.js'
import { equalBytes, fromUtf8, utf8 } from '../src/core/encoding/bytes.js'
import { parseStrictJson, printStrictJson } from '../src/core/encoding/strict-json.js'
import { parseTimestamp } from '../src/core/encoding/timestamp.js'
import type { Primitives } from '../src/core/crypto/primitives.js'
import { decodeRecipient } from '../src/core/envelope/age-keys.js'
import { directoryFaults } from './directory-rules.js'
import { appendNoteSignature, type NoteSigner, readNote, signNote, verifyNote } from './note.js'
import { rootFingerprint } from './root.js'

const title = 'khancap/v1/directory'
/** Deeper than any form. */
const maxDepth = 16
/** How far a client's clock may be behind the organisation's. */
const clockToleranceMs = 86_400_000

export interface VerifiedDirectory {
  readonly directory: Directory
  /** Of the whole note. */
  readonly sha256: Uint8Array
  /** The exact bytes. */
  readonly note: Uint8Array
}

/** Recipients that cannot be sealed to. One of them would keep every applicant from sending. */
function unusableRecipients(p: Primitives, directory: Directory): Fault[] {
  const places = [
    ...directory.router.map(({ recipient }, at) => ({ recipient, pointer: `/router/${at}` })),
    ...directory.handlers.flatMap(({ recipients }, at) =>
      recipients.map(({ recipient }) => ({ recipient, pointer: `/handlers/${at}/recipients` })),
    ),
  ]
  return places.flatMap(({ recipient, pointer }) => {
    try {
      p.xwingEncapsulate(decodeRecipient(recipient), p.random(64))
      return []
    } catch {
      return [{ pointer, code: 'recipient_unusable' }]
    }
  })
}

/**
 * Signs a directory. With fewer signers than the root's threshold the note is not yet valid:
 * {@link appendSignature} adds the others.
 * @throws KhancapError `directory_invalid`, with faults
 */
export async function signDirectory(
  p: Primitives,
  directory: Directory,
  signers: readonly NoteSigner[],
): Promise<Uint8Array> {
  const json = printStrictJson(Directory.parse(directory))
  const faults = [...directoryFaults(directory), ...unusableRecipients(p, directory)]
  if (faults.length > 0) throw new KhancapError('directory_invalid', { faults })
  const note = utf8(await signNote(p, `${title}\n${directory.origin}\n${json}\n`, signers))
  if (note.length > maxDirectoryBytes) throw new KhancapError('directory_invalid')
  return note
}

/**
 * Adds one more signature of the root to a note.
 * @throws KhancapError `directory_invalid`
 */
export async function appendSignature(
  p: Primitives,
  note: Uint8Array,
  signer: NoteSigner,
): Promise<Uint8Array> {
  try {
    return utf8(await appendNoteSignature(p, fromUtf8(note), signer))
  } catch (cause) {
    throw new KhancapError('directory_invalid', { cause })
  }
}

/** The directory that a note holds, not verified: for showing to somebody who is about to sign. */
export function readDirectory(note: Uint8Array): Directory {
  try {
    if (note.length > maxDirectoryBytes) throw new RangeError('note too large')
    const [first, origin, json, rest, ...more] = readNote(fromUtf8(note)).text.split('\n')
    if (first !== title || json === undefined || rest !== '' || more.length > 0)
      throw new SyntaxError('note of something else')
    const directory = Directory.parse(parseStrictJson(json, maxDepth))
    if (directory.origin !== origin) throw new RangeError('origin inside and outside differ')
    return directory
  } catch (cause) {
    throw new KhancapError('directory_invalid', { cause })
  }
}

/**
 * Verifies a directory: form, faults, fingerprint of its root, as many true signatures as the root asks for, time.
 * @param pin.root the pinned fingerprint, hexadecimal
 * @param pin.now null: whatever the time, for what was signed or sealed with it in the past
 * @throws KhancapError `directory_invalid`, `directory_expired`. A fault `not_yet_valid` is of a directory that is true: it may be
 *   the clock that is wrong
 */
export async function verifyDirectory(
  p: Primitives,
  note: Uint8Array,
  pin: { readonly root: string; readonly now: Instant | null },
): Promise<VerifiedDirectory> {
  const directory = readDirectory(note)
  if ((await rootFingerprint(p, directory.root)) !== pin.root)
    throw new KhancapError('directory_invalid', { cause: new Error('another root') })
  const verified = await verifyNote(p, fromUtf8(note), directory.root.keys)
  if (verified === null || verified.signers.length < directory.root.threshold)
    throw new KhancapError('directory_invalid', { cause: new Error('signatures') })
  const faults = directoryFaults(directory)
  if (faults.length > 0) throw new KhancapError('directory_invalid', { faults })
  if (pin.now !== null) {
    if (pin.now + clockToleranceMs < parseTimestamp(directory.valid_from))
      throw new KhancapError('directory_invalid', {
        faults: [{ pointer: '/valid_from', code: 'not_yet_valid' }],
      })
    if (pin.now >= parseTimestamp(directory.expires)) throw new KhancapError('directory_expired')
  }
  return { directory, sha256: await p.sha256(note), note }
}

/**
 * Whether `next` may take the place of the directory that is known: the same bytes, or a higher sequence that chains
 * where it follows directly. Both are verified.
 * @throws KhancapError `directory_older`, `directory_forked`
 */
export function followsDirectory(
  previous: VerifiedDirectory | null,
  next: VerifiedDirectory,
): void {
  if (previous === null || equalBytes(previous.sha256, next.sha256)) return
  const [known, offered] = [previous.directory, next.directory]
  if (offered.sequence < known.sequence) throw new KhancapError('directory_older')
  const isDirect = offered.sequence === known.sequence + 1
  if (
    offered.sequence === known.sequence ||
    offered.origin !== known.origin ||
    (isDirect && offered.previous !== encodeBase64url(previous.sha256))
  )
    throw new KhancapError('directory_forked')
}
