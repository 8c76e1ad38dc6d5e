// What a directory can do without, and somebody will miss.
import type { Directory } from '../../schemas/directory.js'
import { type Safe, safe } from '../terminal/safe.js'

/** None of it stands in the way of publishing. */
export function missingWords({ contact }: Directory): Safe[] {
  if (contact !== undefined) return []
  return [
    safe`warning: there is no contact: whoever cannot seal, as in Tor Browser at "Safest", finds no mail address on the site; organisation.json takes one as contact, with mail, and key for its public key`,
  ]
}
