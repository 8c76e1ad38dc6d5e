// Names of teams, programs and handlers, as somebody types them to choose cases. One that is misspelled would look like
// an inbox with nothing in it.
import type { Desk } from '../client/desk.js'
import { refused } from '../failure.js'
import { safe } from '../terminal/safe.js'

export interface Names {
  readonly team?: string | undefined
  readonly program?: string | undefined
  readonly handler?: string | undefined
}

const kinds = ['team', 'program', 'handler'] as const

/**
 * @param isOnCase whether a case carries a name that the directory does not have, or no longer
 * @throws Failure that says which names there are
 */
export async function expectNames(
  { directory: { directory } }: Pick<Desk, 'directory'>,
  names: Names,
  isOnCase: (kind: (typeof kinds)[number], name: string) => boolean | Promise<boolean>,
): Promise<void> {
  const known = {
    team: directory.teams,
    program: directory.programs,
    handler: directory.handlers,
  }
  for (const kind of kinds) {
    const name = names[kind]
    const ids = known[kind].map(({ id }) => id)
    if (name === undefined || ids.includes(name)) continue
    // The first that is wrong is the one that is told.
    // oxlint-disable-next-line no-await-in-loop
    if (await isOnCase(kind, name)) continue
    throw refused(
      safe`the directory has no ${kind} ${name}`,
      ids.length === 0
        ? safe`it has none at all; ask the organisation`
        : safe`it has ${ids.join(', ')}`,
    )
  }
}
