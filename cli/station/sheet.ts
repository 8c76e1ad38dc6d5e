// The recovery sheet: the secrets of an identity as lines that a person can print, lock away and type again. It is an
// age identity file at the same time; Bech32 notices a wrong letter.
import { type Identity, readIdentity } from '../../keys/identity.js'
import { decodeSeed, encodeSeed } from '../../keys/signing-key.js'
import { decodeIdentity } from '../../src/core/envelope/age-keys.js'
import { refused } from '../failure.js'
import { safe } from '../terminal/safe.js'

/** @param day on which it is printed, YYYY-MM-DD */
export function printSheet(identity: Identity, day: string): string {
  const lines = [
    '# Khancap recovery sheet',
    `# Printed ${day}. Whoever has it can open the cases of this handler, and answer in their name.`,
    '# Print it, lock it away, delete the file. To use it: khancap keys recover',
    '#',
    `# handler: ${identity.handler}`,
    ...identity.signing.map(seed => `# signing seed: ${encodeSeed(seed)}`),
    ...identity.opening,
  ]
  return `${lines.join('\n')}\n`
}

/**
 * Reads a sheet, as a file or typed by hand: case, spaces and the leading # do not count.
 * @throws Failure that names the line with the slip of the pen
 */
export function readSheet(text: string): Identity {
  const lines = text.split('\n').flatMap((line, index) => {
    const compact = line.replaceAll(/[\s#]/g, '').toUpperCase()
    const handler = /^HANDLER:(.+)$/.exec(compact)?.[1]
    if (handler !== undefined) return [`# handler: ${handler.toLowerCase()}`]
    const secret = compact.replace(/^SIGNINGSEED:/, '')
    if (secret.startsWith('KHANCAP-SEED-1'))
      return [`# signing seed: ${checked(secret, decodeSeed, index)}`]
    if (secret.startsWith('AGE-SECRET-KEY-PQ-1')) return [checked(secret, decodeIdentity, index)]
    return []
  })
  const has = (start: string) => lines.some(line => line.startsWith(start))
  if (!has('# handler: ') || !has('# signing seed: ') || !has('AGE-'))
    throw refused(
      safe`this is not a whole recovery sheet`,
      safe`it has a line "handler:", one or more lines KHANCAP-SEED-1… and AGE-SECRET-KEY-PQ-1…`,
    )
  return readIdentity(`${lines.join('\n')}\n`)
}

function checked(secret: string, decode: (text: string) => unknown, index: number): string {
  try {
    decode(secret)
    return secret
  } catch {
    throw refused(
      safe`line ${index + 1} has a slip of the pen: a letter is wrong, missing or too many`,
      safe`the letters b, i and o, and the digit 1, do not occur after the first 1`,
    )
  }
}
