// Signed notes (C2SP signed-note): a text, a blank line, signature lines. Ed25519 only (signature type 0x01).
import type { NoteKey } from '../schemas/directory.js'
import { decodeBase64, decodeBase64url, encodeBase64 } from '../src/core/encoding/base64url.js'
import { concatBytes, equalBytes, utf8 } from '../src/core/encoding/bytes.js'
import type { Primitives } from '../src/core/crypto/primitives.js'

/** Signature lines of one note at most. */
const maxSignatures = 16
const ed25519Type = 0x01
const signatureLine = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/

/** Who signs: the name that stands in the note, and the Ed25519 seed. */
export interface NoteSigner {
  readonly name: string
  readonly seed: Uint8Array
}

export interface NoteSignature {
  readonly name: string
  /** Four bytes that tell keys of one name apart. */
  readonly keyId: Uint8Array
  readonly signature: Uint8Array
}

export interface Note {
  /** Ends with a line feed; what the signatures cover. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

async function keyIdOf(p: Primitives, name: string, key: Uint8Array): Promise<Uint8Array> {
  const digest = await p.sha256(concatBytes(utf8(`${name}\n`), Uint8Array.of(ed25519Type), key))
  return digest.subarray(0, 4)
}

async function printSignature(p: Primitives, text: string, signer: NoteSigner): Promise<string> {
  const keyId = await keyIdOf(p, signer.name, p.ed25519PublicKey(signer.seed))
  const signature = p.ed25519Sign(signer.seed, utf8(text))
  return `\u2014 ${signer.name} ${encodeBase64(concatBytes(keyId, signature))}\n`
}

/**
 * Reads a note without verifying it.
 * @throws SyntaxError
 */
export function readNote(note: string): Note {
  const split = note.lastIndexOf('\n\n')
  if (split < 0 || !note.endsWith('\n')) throw new SyntaxError('note without signatures')
  const lines = note.slice(split + 2, -1).split('\n')
  if (lines.length > maxSignatures) throw new SyntaxError('note with too many signatures')
  const signatures = lines.map(line => {
    const [, name, encoded] = signatureLine.exec(line) ?? []
    if (name === undefined || encoded === undefined) throw new SyntaxError('note with another line')
    const bytes = decodeBase64(encoded)
    if (bytes.length < 5) throw new SyntaxError('note with a short signature')
    return { name, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) }
  })
  return { text: note.slice(0, split + 1), signatures }
}

/**
 * Makes a note.
 * @param text ends with a line feed, and has no other control character
 * @throws RangeError
 */
export async function signNote(
  p: Primitives,
  text: string,
  signers: readonly NoteSigner[],
): Promise<string> {
  if (!/^[\n -\uffff]*\n$/.test(text) || signers.length === 0)
    throw new RangeError('"text" expected lines, and somebody to sign them')
  const lines = await Promise.all(signers.map(signer => printSignature(p, text, signer)))
  return `${text}\n${lines.join('')}`
}

/**
 * Adds one more signature. A note that this key has signed already stays as it is.
 * @throws SyntaxError where it is not a note
 */
export async function appendNoteSignature(
  p: Primitives,
  note: string,
  signer: NoteSigner,
): Promise<string> {
  const { text } = readNote(note)
  const line = await printSignature(p, text, signer)
  return note.includes(`\n${line}`) ? note : note + line
}

/**
 * Which of these keys have signed the note. Lines of other keys do not count; a line of one of these keys that does
 * not verify spoils the note.
 * @returns the text and the names, each once; null where a signature is false
 * @throws SyntaxError where it is not a note
 */
export async function verifyNote(
  p: Primitives,
  note: string,
  keys: readonly NoteKey[],
): Promise<{ text: string; signers: readonly string[] } | null> {
  const { text, signatures } = readNote(note)
  const signers = new Set<string>()
  for (const { name, key } of keys) {
    const publicKey = decodeBase64url(key)
    const keyId = await keyIdOf(p, name, publicKey)
    for (const line of signatures) {
      if (line.name !== name || !equalBytes(line.keyId, keyId)) continue
      if (!p.ed25519Verify(publicKey, utf8(text), line.signature)) return null
      signers.add(name)
    }
  }
  return { text, signers: [...signers] }
}
