// Who may do what. A handler works on the cases of their teams; a director on all, unrouted ones included; a grant
// lets its reader look. A claim keeps other handlers' hands off, except those of the team's leads.
import type { DirectoryHandler } from '../../schemas/directory.js'
import type { CaseForHandler, CaseRow } from '../ports/case-store.js'

export function isDirector(handler: DirectoryHandler): boolean {
  return handler.roles.includes('director')
}

export function worksOn(handler: DirectoryHandler, row: Pick<CaseRow, 'team'>): boolean {
  return isDirector(handler) || (row.team !== null && handler.teams.includes(row.team))
}

export function mayRead(handler: DirectoryHandler, row: CaseForHandler): boolean {
  return row.granted || worksOn(handler, row)
}

/** Whether somebody else's claim keeps this handler from acting. */
export function isHeldFrom(
  handler: DirectoryHandler,
  row: Pick<CaseRow, 'team' | 'claimedBy'>,
): boolean {
  if (row.claimedBy === null || row.claimedBy === handler.id) return false
  return !isDirector(handler) && !(handler.roles.includes('lead') && worksOn(handler, row))
}
