// A handler's identity: X-Wing seeds to open with and Ed25519 seeds to act with, several generations side by side, the
// newest first. As text it is an age identity file that stock `age -d -i` takes: what is ours stands in comments.
import { Slug } from '../schemas/encoding.js'
import { KhancapError } from '../schemas/problem.js'
import type { Primitives } from '../src/core/crypto/primitives.js'
import { decodeIdentity, newAgeIdentity, recipientOf } from '../src/core/envelope/age-keys.js'
import { decodeSeed, encodeSeed } from './signing-key.js'

/** As many as the directory takes of one handler. */
export const maxGenerations = 8

export interface Identity {
  /** The handler's name in the directory. */
  readonly handler: string
  /** `AGE-SECRET-KEY-PQ-1…`, newest first; never empty. */
  readonly opening: readonly string[]
  /** Ed25519 seeds, newest first; never empty. */
  readonly signing: readonly Uint8Array[]
}

const handlerLine = '# handler: '
const recipientLine = '# recipient: '
const signingLine = '# signing seed: '

/** A fresh identity of one generation. */
export function newIdentity(p: Pick<Primitives, 'random'>, handler: string): Identity {
  return { handler, opening: [newAgeIdentity(p)], signing: [p.random(32)] }
}

/**
 * The same identity with a new generation in front.
 * @throws RangeError where there are eight generations already
 */
export function rotateIdentity(p: Pick<Primitives, 'random'>, identity: Identity): Identity {
  if (identity.opening.length >= maxGenerations)
    throw new RangeError(`"identity" expected fewer than ${maxGenerations} generations`)
  const fresh = newIdentity(p, identity.handler)
  return {
    handler: identity.handler,
    opening: [...fresh.opening, ...identity.opening],
    signing: [...fresh.signing, ...identity.signing],
  }
}

/** The same identity without its old generations: nothing that was sealed to them opens any more. */
export function keepNewest(identity: Identity, generations: number): Identity {
  const kept = Math.max(1, generations)
  return {
    handler: identity.handler,
    opening: identity.opening.slice(0, kept),
    signing: identity.signing.slice(0, kept),
  }
}

/** The newest recipient. */
export function identityRecipient(p: Primitives, identity: Identity): string {
  return recipientOf(p, newest(identity.opening))
}

/** The newest key to act with. */
export function identitySigningKey(
  p: Primitives,
  identity: Identity,
): { seed: Uint8Array; key: Uint8Array } {
  const seed = newest(identity.signing)
  return { seed, key: p.ed25519PublicKey(seed) }
}

function newest<T>(generations: readonly T[]): T {
  const [first] = generations
  if (first === undefined) throw new RangeError('"identity" expected a generation')
  return first
}

/** The identity as the text of an age identity file. */
export function printIdentity(p: Primitives, identity: Identity): string {
  const lines = [
    '# khancap identity: keep it secret, keep it safe',
    `${handlerLine}${identity.handler}`,
    ...identity.signing.map(seed => `${signingLine}${encodeSeed(seed)}`),
    ...identity.opening.flatMap(opening => [`${recipientLine}${recipientOf(p, opening)}`, opening]),
  ]
  return `${lines.join('\n')}\n`
}

/**
 * Reads the text of an identity file.
 * @throws KhancapError `identity_malformed`
 */
export function readIdentity(text: string): Identity {
  const lines = text.split('\n').map(line => line.trim())
  const after = (start: string) =>
    lines.filter(line => line.startsWith(start)).map(line => line.slice(start.length))
  try {
    const [handler, ...others] = after(handlerLine)
    const opening = lines.filter(line => line !== '' && !line.startsWith('#'))
    const signing = after(signingLine).map(decodeSeed)
    for (const identity of opening) decodeIdentity(identity)
    if (others.length > 0 || opening.length === 0 || signing.length === 0)
      throw new SyntaxError('identity without a part')
    if (opening.length > maxGenerations || signing.length > maxGenerations)
      throw new RangeError('too many generations')
    return { handler: Slug.parse(handler), opening, signing }
  } catch (cause) {
    throw new KhancapError('identity_malformed', { cause })
  }
}
