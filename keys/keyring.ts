// The keyring as a question: who and which keys are valid at an instant. `valid_until` is the first instant at which
// something is no longer valid.
import type { Directory, DirectoryHandler } from '../schemas/directory.js'
import type { Instant, Timestamp } from '../schemas/encoding.js'
import { encodeBase64url } from '../src/core/encoding/base64url.js'
import { parseTimestamp } from '../src/core/encoding/timestamp.js'

/** What is left out, or null, is no limit. */
interface Period {
  readonly valid_from?: Timestamp | undefined
  readonly valid_until?: Timestamp | null | undefined
}

interface Validity extends Period {
  readonly valid_from: Timestamp
}

export function isActive({ valid_from, valid_until }: Period, at: Instant): boolean {
  if (valid_from !== undefined && at < parseTimestamp(valid_from)) return false
  return valid_until === undefined || valid_until === null || at < parseTimestamp(valid_until)
}

/** The valid one that became valid last; among equals, the one that stands first. */
function newest<T extends Validity>(generations: readonly T[], at: Instant): T | null {
  let found: T | null = null
  for (const one of generations)
    if (isActive(one, at) && (found === null || found.valid_from < one.valid_from)) found = one
  return found
}

/** To whom something is sealed now. @returns null where no generation is valid */
export function activeRecipient(handler: DirectoryHandler, at: Instant): string | null {
  return newest(handler.recipients, at)?.recipient ?? null
}

/** Handlers who may be sealed to: valid, with a valid recipient; of one team, or of all. */
export function activeHandlers(
  directory: Directory,
  at: Instant,
  team?: string,
): readonly DirectoryHandler[] {
  return directory.handlers.filter(
    handler =>
      isActive(handler, at) &&
      activeRecipient(handler, at) !== null &&
      (team === undefined || handler.teams.includes(team)),
  )
}

/** The recipient of slips. @returns null where none is valid */
export function routerRecipient(directory: Directory, at: Instant): string | null {
  return newest(directory.router, at)?.recipient ?? null
}

/** The valid handler whose valid signing key this is. */
export function handlerByKey(
  directory: Directory,
  key: Uint8Array,
  at: Instant,
): DirectoryHandler | null {
  const text = encodeBase64url(key)
  const owner = directory.handlers.find(
    handler =>
      isActive(handler, at) &&
      handler.signing_keys.some(signing => signing.key === text && isActive(signing, at)),
  )
  return owner ?? null
}

/** A handler by name, valid or not: for what was signed in the past. */
export function handlerById(directory: Directory, id: string): DirectoryHandler | null {
  return directory.handlers.find(handler => handler.id === id) ?? null
}
