// The header of an age file (C2SP age, "Header"), as it is made and proved: version line, stanzas, MAC.
import { encodeBase64Bare } from '../encoding/base64url.js'
import { concatBytes, equalBytes, utf8 } from '../encoding/bytes.js'
import type { Primitives } from '../crypto/primitives.js'

export const versionLine = 'age-encryption.org/v1'
export const macIntro = '---'
/** The first argument of a recipient's stanza. */
export const recipientTag = 'mlkem768x25519'
export const lineLetters = 64
const empty = new Uint8Array(0)

export interface Stanza {
  readonly args: readonly string[]
  readonly body: Uint8Array
}

export interface Header {
  readonly stanzas: readonly Stanza[]
  /** Of each stanza, the arguments as they came. */
  readonly intros: readonly Uint8Array[]
  readonly mac: Uint8Array
  /** What the MAC covers: everything up to and including the three dashes. */
  readonly covered: Uint8Array
  /** Bytes of the header, its last line feed included. */
  readonly length: number
}

export function printStanza(stanza: Stanza): string {
  const body = encodeBase64Bare(stanza.body)
  const lines = [`-> ${stanza.args.join(' ')}`]
  for (let from = 0; from <= body.length; from += lineLetters)
    lines.push(body.slice(from, from + lineLetters))
  return `${lines.join('\n')}\n`
}

/** HMAC-SHA256 over the header with a key derived from the file key. */
function headerMac(p: Primitives, fileKey: Uint8Array, covered: Uint8Array): Promise<Uint8Array> {
  return p.hkdfSha256(fileKey, empty, utf8('header'), 32).then(key => p.hmacSha256(key, covered))
}

/** A whole header, MAC included. */
export async function sealHeader(
  p: Primitives,
  fileKey: Uint8Array,
  stanzas: readonly Stanza[],
): Promise<Uint8Array> {
  const covered = utf8(`${versionLine}\n${stanzas.map(printStanza).join('')}${macIntro}`)
  const mac = await headerMac(p, fileKey, covered)
  return concatBytes(covered, utf8(` ${encodeBase64Bare(mac)}\n`))
}

/** Whether this file key made the header. */
export async function verifyHeader(
  p: Primitives,
  fileKey: Uint8Array,
  header: Header,
): Promise<boolean> {
  return equalBytes(header.mac, await headerMac(p, fileKey, header.covered))
}
