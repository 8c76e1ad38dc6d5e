// An identity in n parts of which any k make it again, and fewer say nothing (Shamir). Each part is a sheet that
// somebody else locks away: Bech32 in lines, so that a slip of the pen is noticed.
import { combine, split } from 'shamir-secret-sharing'
import type { Identity } from '../../keys/identity.js'
import { Slug } from '../../schemas/encoding.js'
import type { Primitives } from '../../src/core/crypto/primitives.js'
import { decodeBech32, encodeBech32 } from '../../src/core/encoding/bech32.js'
import { concatBytes, equalBytes, fromUtf8, utf8 } from '../../src/core/encoding/bytes.js'
import { decodeIdentity, encodeIdentity } from '../../src/core/envelope/age-keys.js'
import { type Failure, refused } from '../failure.js'
import { type Safe, safe } from '../terminal/safe.js'

/** As many as people can be found and remembered. */
export const maxShares = 16

const prefix = 'khancap-share-'
const version = 1
const setBytes = 4
const checkBytes = 8
const seedBytes = 32
const lineLetters = 60
/** version, set, threshold, number of shares, number of this one. */
const headBytes = 1 + setBytes + 3

export interface Share {
  /** Eight hexadecimal digits: shares of one splitting belong together. */
  readonly set: string
  readonly threshold: number
  readonly shares: number
  readonly number: number
  readonly part: Uint8Array
}

/** Handler, then both seeds of each generation, then the beginning of the hash: a wrong sum is noticed. */
async function packed(p: Primitives, { handler, opening, signing }: Identity): Promise<Uint8Array> {
  const name = utf8(handler)
  const body = concatBytes(
    Uint8Array.of(name.length),
    name,
    Uint8Array.of(opening.length, signing.length),
    ...opening.map(decodeIdentity),
    ...signing,
  )
  return concatBytes(body, (await p.sha256(body)).subarray(0, checkBytes))
}

async function unpacked(p: Primitives, bytes: Uint8Array): Promise<Identity | null> {
  const body = bytes.subarray(0, -checkBytes)
  const check = (await p.sha256(body)).subarray(0, checkBytes)
  if (bytes.length <= checkBytes || !equalBytes(check, bytes.subarray(-checkBytes))) return null
  const nameEnd = 1 + (body[0] ?? 0)
  const [opening = 0, signing = 0] = body.subarray(nameEnd, nameEnd + 2)
  const seeds = Array.from({ length: opening + signing }, (_, at) => {
    const from = nameEnd + 2 + at * seedBytes
    return body.slice(from, from + seedBytes)
  })
  return {
    handler: Slug.parse(fromUtf8(body.subarray(1, nameEnd))),
    opening: seeds.slice(0, opening).map(encodeIdentity),
    signing: seeds.slice(opening),
  }
}

/** @param threshold 2 to `shares`; @param shares up to 16 */
export async function splitIdentity(
  p: Primitives,
  identity: Identity,
  { shares, threshold }: { readonly shares: number; readonly threshold: number },
): Promise<Share[]> {
  const set = Buffer.from(p.random(setBytes)).toString('hex')
  const parts = await split(await packed(p, identity), shares, threshold)
  return parts.map((part, index) => ({ set, threshold, shares, number: index + 1, part }))
}

/** A share as a sheet. @param day on which it is printed, YYYY-MM-DD */
export function printShare(share: Share, handler: string, day: string): string {
  const { number, part, set, shares, threshold } = share
  const bytes = concatBytes(
    Uint8Array.of(version),
    Buffer.from(set, 'hex'),
    Uint8Array.of(threshold, shares, number),
    part,
  )
  const letters = encodeBech32(prefix, bytes).toUpperCase()
  const lines = [
    `# Khancap share ${number} of ${shares} of the identity of ${handler}; any ${threshold} make it again`,
    `# Set ${set}. Printed ${day}. Give it to nobody who has another share of this set.`,
    '# Print it, lock it away, delete the file. To use it: khancap keys recover --share FILE (again for each)',
    ...(letters.match(new RegExp(`.{1,${lineLetters}}`, 'g')) ?? []),
  ]
  return `${lines.join('\n')}\n`
}

/** Whether a text is a share, or several, and not a whole sheet. */
export function holdsShares(text: string): boolean {
  return /KHANCAP-SHARE-1/i.test(text.replaceAll(/\s/g, ''))
}

/**
 * Reads the shares of a text, as files or typed by hand: case and spaces do not count.
 * @throws Failure that says which of them has a slip of the pen
 */
export function readShares(text: string): Share[] {
  const letters = text
    .split('\n')
    .filter(line => !line.trimStart().startsWith('#'))
    .join('')
    .replaceAll(/\s/g, '')
    .toUpperCase()
  return letters
    .split(/(?=KHANCAP-SHARE-1)/)
    .filter(one => one !== '')
    .map((one, index) => {
      const share = readShare(one)
      if (share !== null) return share
      throw refused(
        safe`share ${index + 1} has a slip of the pen: a letter is wrong, missing or too many`,
        safe`the letters b, i and o, and the digit 1, do not occur after the first 1`,
      )
    })
}

function readShare(letters: string): Share | null {
  let bytes: Uint8Array
  try {
    bytes = decodeBech32(prefix, letters)
  } catch {
    return null
  }
  const [threshold = 0, shares = 0, number = 0] = bytes.subarray(1 + setBytes, headBytes)
  if (bytes[0] !== version || bytes.length <= headBytes + checkBytes) return null
  if (threshold < 2 || threshold > shares || number < 1 || number > shares) return null
  const set = Buffer.from(bytes.subarray(1, 1 + setBytes)).toString('hex')
  return { set, threshold, shares, number, part: bytes.slice(headBytes) }
}

/** @throws Failure where they are too few, of different sets, or do not make an identity */
export async function combineShares(p: Primitives, given: readonly Share[]): Promise<Identity> {
  const [first] = given
  const shares = [...new Map(given.map(share => [share.number, share])).values()]
  if (first === undefined) throw wrong(safe`there is no share`)
  if (given.some(({ set }) => set !== first.set))
    throw wrong(
      safe`these shares are of different sets: ${[...new Set(given.map(({ set }) => set))].join(', ')}`,
    )
  if (shares.length < first.threshold)
    throw wrong(
      safe`${first.threshold} different shares of set ${first.set} are needed, and here are ${shares.length}`,
    )
  const bytes = await combine(shares.map(({ part }) => part)).catch(() => null)
  const identity = bytes === null ? null : await unpacked(p, bytes)
  if (identity === null) throw wrong(safe`these shares do not make an identity together`)
  return identity
}

function wrong(sentence: Safe): Failure {
  return refused(sentence, safe`each sheet says its number and its set; nothing was written`)
}
