// Which cases of the inbox are asked for, as options of a command.
import type { CaseQuery, CaseScope } from '../../schemas/case.js'
import { Slug } from '../../schemas/encoding.js'
import type { Desk } from '../client/desk.js'
import { misused, noHint } from '../failure.js'
import { safe } from '../terminal/safe.js'
import { expectNames } from './known-names.js'

export interface InboxFilter {
  readonly all?: true
  readonly mine?: true
  readonly team?: string
  readonly program?: string
  readonly due?: string
}

const secondsOf: Readonly<Record<string, number>> = { h: 3600, d: 86_400 }
const maxSeconds = 365 * 86_400

/** @throws Failure on options that make no sense */
export function queryOf(filter: InboxFilter, limit: number): CaseQuery {
  if (filter.all === true && filter.mine === true)
    throw misused(safe`--all and --mine exclude each other`, noHint)
  const scope: CaseScope = filter.all === true ? 'all' : filter.mine === true ? 'mine' : 'open'
  return {
    scope,
    limit,
    ...(filter.team === undefined ? {} : { team: slugOf('--team', filter.team) }),
    ...(filter.program === undefined ? {} : { program: slugOf('--program', filter.program) }),
    ...(filter.due === undefined ? {} : { due_within: spanOf(filter.due) }),
  }
}

/** @throws Failure where neither the directory nor any case has the team or program that is asked for */
export async function expectKnownIn(desk: Desk, { program, team }: CaseQuery): Promise<void> {
  await expectNames(desk, { program, team }, async (kind, name) => {
    const carried = kind === 'team' ? { team: name } : { program: name }
    const { cases } = await desk.cases.list({ scope: 'all', limit: 1, ...carried })
    return cases.length > 0
  })
}

function slugOf(option: string, given: string): string {
  if (Slug.safeParse(given).success) return given
  throw misused(
    safe`${option} takes a short name as the directory has it, not "${given}"`,
    safe`khancap inbox shows the names in its columns`,
  )
}

function spanOf(given: string): number {
  const [, number, unit] = /^(\d{1,4})([hd])$/.exec(given) ?? []
  const seconds = Number(number) * (secondsOf[unit ?? ''] ?? Number.NaN)
  if (seconds >= 1 && seconds <= maxSeconds) return seconds
  throw misused(safe`--due takes hours or days, such as 4h or 2d`, noHint)
}
