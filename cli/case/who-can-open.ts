// Who can let somebody into a case: asked by a handler to whom it was not sealed.
import type { CaseDetail, EventKind } from '../../schemas/case.js'
import type { Directory } from '../../schemas/directory.js'
import type { Instant } from '../../schemas/encoding.js'
import { activeHandlers } from '../../keys/keyring.js'

/** What nobody does who has not opened the case. */
const opened: readonly EventKind[] = [
  'replied',
  'noted',
  'reader_added',
  'rerouted',
  'coverage_set',
]

/**
 * Colleagues who are there and have opened the case, or were let in; where nobody has, those of its team and of its
 * program's fallback team. The one who asks is not among them.
 */
export function whoCanOpen(
  detail: CaseDetail,
  directory: Directory,
  asking: string,
  at: Instant,
): readonly string[] {
  const known = new Set([
    ...detail.grants.map(({ reader }) => reader),
    ...detail.events.flatMap(({ handler, kind }) =>
      handler !== null && opened.includes(kind) ? [handler] : [],
    ),
  ])
  const there = activeHandlers(directory, at).filter(({ id }) => id !== asking)
  const surely = there.filter(({ id }) => known.has(id))
  const { program, team } = detail.case
  const fallback = directory.programs.find(({ id }) => id === program)?.fallback_team
  const teams = [team, fallback]
  const likely = there.filter(handler => handler.teams.some(each => teams.includes(each)))
  return (surely.length > 0 ? surely : likely).map(({ id }) => id)
}
