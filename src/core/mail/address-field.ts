// The addresses that a field such as From or Reply-To names (RFC 5322 §3.4), for who answers a mail. Anybody writes these
// fields: what is not a plain address is never one that a letter goes to.
import { isMailAddress } from './mail-address.js'

/** Letters of a field that are looked at, and addresses. */
const maxLetters = 2000
const maxAddresses = 20

/**
 * @param value raw, folds included
 * @returns an entry for each address that the field names, in order; null for one that is no plain address
 */
export function addressesIn(value: string): readonly (string | null)[] {
  const line = value.replaceAll(/\r\n(?=[ \t])/g, '').trim()
  if (line === '') return []
  // A line that ends within is no fold: somebody wants another field to begin here.
  if (line.length > maxLetters || /[\r\n\0]/.test(line)) return [null]
  const mailboxes = split(line)
  if (mailboxes === null || mailboxes.length > maxAddresses) return [null]
  return mailboxes.map(plainAddress)
}

/** Apart at commas, without comments and quoted names; null where something has no end, or is a group. */
function split(line: string): string[] | null {
  const found: string[] = []
  let current = ''
  let comment = 0
  let quoted = false
  let inAngle = false
  for (let at = 0; at < line.length; at++) {
    const letter = line.charAt(at)
    if (letter === '\\' && (quoted || comment > 0)) at++
    else if (quoted) quoted = letter !== '"'
    else if (letter === '(') comment++
    else if (comment > 0) comment -= letter === ')' ? 1 : 0
    else if (letter === '"') {
      quoted = true
      // A quoted local part is none of the plain addresses; a quoted name is not looked at.
      current += '"'
    } else if (letter === ',' && !inAngle) {
      found.push(current)
      current = ''
    } else if ((letter === ':' || letter === ';') && !inAngle) return null
    else {
      if (letter === '<') inAngle = true
      if (letter === '>') inAngle = false
      current += letter
    }
  }
  return quoted || comment > 0 || inAngle ? null : [...found, current]
}

function plainAddress(mailbox: string): string | null {
  const angle = /^[^<>]*<\s*([^<>]*?)\s*>\s*$/.exec(mailbox)
  const address = angle === null ? mailbox.trim() : (angle[1] ?? '')
  return isMailAddress(address) ? address : null
}
