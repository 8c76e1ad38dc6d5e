// The mail addresses that letters are sent to: plain ones only. What else the grammar allows (quotes, comments, routes,
// literals, letters beyond ASCII) is used by few people and by many attacks.

/** RFC 5321 §4.5.3.1.3, without the angle brackets. */
export const maxAddressLetters = 254

const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?'
const address = new RegExp(`^(${atom}(?:\\.${atom})*)@(?:${label}\\.)+${label}$`)

/** @returns whether it is a dot-atom at a domain name of two labels or more (RFC 5322 §3.2.3, RFC 5321 §4.5.3.1) */
export function isMailAddress(text: string): boolean {
  if (text.length > maxAddressLetters) return false
  const local = address.exec(text)?.[1]
  return local !== undefined && local.length <= 64
}
