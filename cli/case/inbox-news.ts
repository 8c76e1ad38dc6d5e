// What has happened in the inbox between two looks at it: the reason for a bell, with the words for it.
import type { CaseSummary } from '../../schemas/case.js'
import type { CaseId, Instant } from '../../schemas/encoding.js'
import type { Pressure } from '../terminal/time-words.js'
import { pressureOn } from './inbox-row.js'

export type NewsKind = 'came_in' | 'addition' | 'soon' | 'overdue'

export interface News {
  readonly case: CaseId
  readonly kind: NewsKind
}

/** What was told of each case. */
export type Told = ReadonlyMap<CaseId, { readonly pressure: Pressure; readonly additions: number }>

const rank: Readonly<Record<Pressure, number>> = { none: 0, soon: 1, overdue: 2 }

/** @param told null before the first look: nothing of that is news */
export function newsIn(
  told: Told | null,
  cases: readonly CaseSummary[],
  now: Instant,
): { readonly news: readonly News[]; readonly told: Told } {
  const news: News[] = []
  const next = new Map<CaseId, { pressure: Pressure; additions: number }>()
  for (const one of cases) {
    const pressure = pressureOn(one, now)
    next.set(one.id, { pressure, additions: one.unread_additions })
    const before = told?.get(one.id)
    if (told === null) continue
    if (before === undefined) news.push({ case: one.id, kind: 'came_in' })
    else if (one.unread_additions > before.additions) news.push({ case: one.id, kind: 'addition' })
    if (pressure !== 'none' && rank[pressure] > rank[before?.pressure ?? 'none'])
      news.push({ case: one.id, kind: pressure })
  }
  return { news, told: next }
}
