// Claims of handlers who are gone: their cases go back to their teams with the clock running on, and the team is told.
import { sql } from 'kysely'
import type { CaseId, Instant } from '../../../schemas/encoding.js'
import type { CaseState } from '../../../schemas/case.js'
import type { ClockStore } from '../../ports/clock-store.js'
import { afterAct } from '../../core/case/states.js'
import { closedFrom } from './case-rows.js'
import { endOf, insertEvent, nextEvent, type ChainEnd } from './chain.js'
import type { Database } from './database.js'
import { insertNotice } from './notices.js'

interface ClaimedRow extends ChainEnd {
  readonly id: CaseId
  readonly state: CaseState
  readonly claimed_by: string
  readonly due_at: Instant | null
  readonly now: Instant
}

/** Everybody who has claimed a case: one probe of the index for each of them, however many cases there are. */
async function claimers(
  db: Database,
): Promise<readonly { readonly name: string; readonly now: Instant }[]> {
  const { rows } = await sql<{ name: string; now: Instant }>`
    with recursive names as (
      (select claimed_by as name from cases where claimed_by is not null
        order by claimed_by limit 1)
      union all
      select (select claimed_by from cases where claimed_by > names.name
        order by claimed_by limit 1) from names where names.name is not null)
    select name, clock_timestamp()::timestamptz(3) as now from names where name is not null
    `.execute(db)
  return rows
}

export function releaseGone(db: Database): ClockStore['releaseGone'] {
  return async (activeAt, ids, limit) => {
    const found = await claimers(db)
    const [first] = found
    if (first === undefined) return 0
    const active = new Set(activeAt(first.now))
    const gone = found.map(({ name }) => name).filter(name => !active.has(name))
    if (gone.length === 0) return 0
    return await db.transaction().execute(async trx => {
      const { rows } = await sql<ClaimedRow>`
        select id, state, claimed_by, due_at, event_count, last_event_hash,
          clock_timestamp()::timestamptz(3) as now
        from cases
        where claimed_by = any(${gone}::text[]) and inbox_order < ${closedFrom}::bigint
        limit ${limit} for no key update skip locked`.execute(trx)
      for (const row of rows) {
        const state = afterAct('release', row.state, true)
        if (state === null) throw new Error(`a case in state ${row.state} is claimed`)
        const event = nextEvent(row.id, row, {
          kind: 'handler_left',
          at: row.now,
          detail: row.claimed_by,
        })
        await insertEvent(trx, event)
        await trx
          .updateTable('cases')
          .set({ state, claimed_by: null, ...endOf(event) })
          .where('id', '=', row.id)
          .execute()
        if (row.due_at !== null)
          await insertNotice(trx, { ...ids(), caseId: row.id, kind: 'reminder', to: 'team' })
      }
      return rows.length
    })
    // COMMITTED: these cases belong to their teams again, who will be told. Their deadlines never stopped.
  }
}
