// What has happened in the inbox between two looks at it: the reason for a bell, with the words for it.
import type { CaseSummary } from '../../schemas/case.js'
import type { CaseId, Instant } from '../../schemas/encoding.js'
import type { Pressure } from '../terminal/time-words.js'
import { pressureOn } from './inbox-row.js'

export type NewsKind = 'came_in' | 'addition' | 'undelivered' | 'soon' | 'overdue'

export interface News {
  readonly case: CaseId
  readonly kind: NewsKind
}

type ToldOf = Pick<CaseSummary, 'letter'> & {
  readonly pressure: Pressure
  readonly additions: number
}
/** What was told of each case. */
export type Told = ReadonlyMap<CaseId, ToldOf>

const rank: Readonly<Record<Pressure, number>> = { none: 0, soon: 1, overdue: 2 }

/** @param told null before the first look: nothing of that is news */
export function newsIn(
  told: Told | null,
  cases: readonly CaseSummary[],
  now: Instant,
): { readonly news: readonly News[]; readonly told: Told } {
  const news: News[] = []
  const next = new Map<CaseId, ToldOf>()
  for (const one of cases) {
    const pressure = pressureOn(one, now)
    const { letter } = one
    next.set(one.id, { pressure, additions: one.unread_additions, letter })
    const before = told?.get(one.id)
    if (told === null) continue
    if (before === undefined) news.push({ case: one.id, kind: 'came_in' })
    else if (one.unread_additions > before.additions) news.push({ case: one.id, kind: 'addition' })
    // An answer that may be lost: the person may have none, whatever the case was before.
    if (letter === 'undelivered' && before?.letter !== 'undelivered')
      news.push({ case: one.id, kind: 'undelivered' })
    if (pressure !== 'none' && rank[pressure] > rank[before?.pressure ?? 'none'])
      news.push({ case: one.id, kind: pressure })
  }
  return { news, told: next }
}
