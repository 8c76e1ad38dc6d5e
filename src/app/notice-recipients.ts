// Whom a notice tells: private addresses of a team, of leads or of directors; where they have none or cannot be reached,
// the next ones up, then down. Pure (docs/decisions/0030-notices-to-handlers.md).
import type { Contacts } from '../../schemas/contacts.js'
import type { Directory, Role } from '../../schemas/directory.js'
import type { Instant } from '../../schemas/encoding.js'
import { activeHandlers } from '../../keys/keyring.js'
import { tightestProgram } from '../core/sla/ladder.js'
import type { Notice } from '../ports/notice-store.js'

/** Those to tell, in the order in which they stand in for each other; each with at least one address. */
export function noticeRecipients(
  notice: Pick<Notice, 'to' | 'team'>,
  directory: Directory,
  contacts: Contacts,
  at: Instant,
): readonly (readonly string[])[] {
  const team = notice.team ?? tightestProgram(directory, at).fallback_team
  const found = {
    team: () => [
      ...(contacts.teams[team] ?? []),
      ...addressesOf(directory, contacts, at, { team }),
    ],
    lead: () => {
      const own = addressesOf(directory, contacts, at, { team, role: 'lead' })
      return own.length > 0 ? own : addressesOf(directory, contacts, at, { role: 'lead' })
    },
    director: () => addressesOf(directory, contacts, at, { role: 'director' }),
  }
  const order = {
    team: ['team', 'lead', 'director'],
    lead: ['lead', 'director', 'team'],
    director: ['director', 'lead', 'team'],
  } as const
  return order[notice.to]
    .map(level => [...new Set(found[level]())])
    .filter(addresses => addresses.length > 0)
}

/** Addresses of handlers who are active now, of a team, of a role, or both. */
function addressesOf(
  directory: Directory,
  contacts: Contacts,
  at: Instant,
  which: { readonly team?: string; readonly role?: Role },
): string[] {
  return activeHandlers(directory, at, which.team)
    .filter(handler => which.role === undefined || handler.roles.includes(which.role))
    .flatMap(handler => contacts.handlers[handler.id] ?? [])
}
