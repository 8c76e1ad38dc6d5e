// Ed25519 seeds as text for files and printed sheets: Bech32, so that a slip of the pen is noticed.
import { KhancapError } from '../schemas/problem.js'
import { decodeBech32, encodeBech32 } from '../src/core/encoding/bech32.js'
import { encodeBase64url } from '../src/core/encoding/base64url.js'
import type { Primitives } from '../src/core/crypto/primitives.js'
import type { NoteSigner } from './note.js'

const prefix = 'khancap-seed-'

export function encodeSeed(seed: Uint8Array): string {
  return encodeBech32(prefix, seed).toUpperCase()
}

/** @throws RangeError */
export function decodeSeed(text: string): Uint8Array {
  const seed = decodeBech32(prefix, text)
  if (seed.length !== 32) throw new RangeError('"text" expected 32 bytes')
  return seed
}

/** A fresh key of the root, or for receipts. */
export function newSigningKey(p: Pick<Primitives, 'random'>, name: string): NoteSigner {
  return { name, seed: p.random(32) }
}

/**
 * A key as the text of a file.
 * @param purpose what a person reads in the file: "root key", "receipt key"
 */
export function printSigningKey(p: Primitives, key: NoteSigner, purpose: string): string {
  const lines = [
    `# khancap ${purpose}`,
    `# name: ${key.name}`,
    `# public key: ${encodeBase64url(p.ed25519PublicKey(key.seed))}`,
    encodeSeed(key.seed),
  ]
  return `${lines.join('\n')}\n`
}

/**
 * Reads the text of a key file.
 * @throws KhancapError `identity_malformed`
 */
export function readSigningKey(text: string): NoteSigner {
  const lines = text.split('\n').map(line => line.trim())
  const name = lines.find(line => line.startsWith('# name: '))?.slice('# name: '.length)
  const seeds = lines.filter(line => line !== '' && !line.startsWith('#'))
  try {
    const [seed, ...more] = seeds
    if (name === undefined || seed === undefined || more.length > 0)
      throw new SyntaxError('not one key')
    return { name, seed: decodeSeed(seed) }
  } catch (cause) {
    throw new KhancapError('identity_malformed', { cause })
  }
}
