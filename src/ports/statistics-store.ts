// The store as the organisation's report sees it: counts over every case that ever came, the purged ones included.
import type { Instant } from '../../schemas/encoding.js'
import type { ExactRow } from '../core/statistics/suppress.js'

export interface StatisticsOrder {
  /** Mondays, UTC: weeks from the first up to, not including, the second. */
  readonly from: Instant
  readonly until: Instant
  /** Seconds from arrival to the promised answer, by program. */
  readonly promises: readonly { readonly program: string; readonly seconds: number }[]
  /** The same for cases whose program is not among them. */
  readonly otherwiseSeconds: number
}

export interface ExactWeek extends ExactRow {
  readonly program: string | null
  /** The Monday with which it began. */
  readonly week: Instant
}

export interface StatisticsStore {
  /**
   * One row for each program and week in which something arrived, by week and program. Exact: what of it may be told
   * is for core/statistics to say. Reads only.
   * @throws KhancapError `store_unavailable`
   */
  countCases(order: StatisticsOrder): Promise<readonly ExactWeek[]>
}
