// The inbox. A page is one range of an index per team, merged: its cost does not grow with the number of cases.
import { sql } from 'kysely'
import { KhancapError } from '../../../schemas/problem.js'
import type { CaseFilter, CaseStore } from '../../ports/case-store.js'
import { closedFrom, isGranted, toCaseRow, type ReadCase } from './case-rows.js'
import { clock, type Database } from './database.js'

/** Where a case stands in the inbox: `inbox_order`, then id. */
interface Place {
  readonly order: number
  readonly id: string
}

const start: Place = { order: -1, id: '' }

const end = Number.MAX_SAFE_INTEGER

/** A cursor is the place of the last case of a page, which its reader sees on the page itself. */
function writeCursor(place: Place): string {
  return Buffer.from(`${place.order} ${place.id}`).toString('base64url')
}

function readCursor(cursor: string): Place {
  const text = Buffer.from(cursor, 'base64url').toString()
  const [, order, id] = /^(\d{1,15}) ([0-9a-z]{26})$/.exec(text) ?? []
  if (order === undefined || id === undefined) throw new KhancapError('request_invalid')
  return { order: Number(order), id }
}

/** Selects inbox_order and id of the cases on the page, and of one more: it shows whether there is a next page. */
function placesOf({ scope, handler, limit, after, ...filter }: CaseFilter) {
  const { team, program, dueWithin } = filter
  const from = after === null ? start : readCursor(after)
  const until = scope === 'all' ? end : closedFrom
  // Only the team that is asked for is looked up: the index of another would be read to its end for nothing.
  const teams = team === null ? filter.teams : (filter.teams?.filter(id => id === team) ?? [team])
  // A clock that stands still within the statement bounds the index; the clock of the moment would not.
  const due =
    dueWithin === null
      ? sql`true`
      : sql`c.inbox_order <= (extract(epoch from statement_timestamp()) * 1000)::bigint
          + ${dueWithin}::bigint * 1000`
  const range = sql`(c.inbox_order, c.id) > (${from.order}::bigint, ${from.id}::text)
    and c.inbox_order < ${until}::bigint and ${due}
    and (${team}::text is null or c.team = ${team}::text)
    and (${program}::text is null or c.program = ${program}::text)`
  const page = sql`order by c.inbox_order, c.id limit ${limit + 1}`
  if (scope === 'mine')
    return sql`select c.inbox_order, c.id from cases c
      where c.claimed_by = ${handler} and ${range}
        and (${teams}::text[] is null or c.team = any(${teams}::text[]) or exists (
          select from grants g where g.case_id = c.id and g.reader = ${handler}))
      ${page}`
  if (teams === null) return sql`select c.inbox_order, c.id from cases c where ${range} ${page}`
  // What was granted is looked up case by case: a join might read a whole team to find a handful.
  return sql`select c.inbox_order, c.id from (
      select each.inbox_order, each.id from unnest(${teams}::text[]) as t (team)
      cross join lateral (
        select c.inbox_order, c.id from cases c where c.team = t.team and ${range} ${page}) each
      union
      select each.inbox_order, each.id from grants g
      cross join lateral (
        select c.inbox_order, c.id from cases c where c.id = g.case_id and ${range} limit 1) each
      where g.reader = ${handler}) c
    ${page}`
}

export function listCases(db: Database): CaseStore['listCases'] {
  return async filter => {
    const { rows } = await sql<ReadCase & { granted: boolean }>`
      select cases.*, ${clock} as now, ${isGranted(filter.handler)} as granted
      from (${placesOf(filter)}) page join cases on cases.id = page.id
      order by page.inbox_order, page.id`.execute(db)
    const shown = rows.slice(0, filter.limit)
    const last = shown.at(-1)
    return {
      cases: shown.map(row => ({ ...toCaseRow(row), granted: row.granted })),
      next:
        last !== undefined && rows.length > filter.limit
          ? writeCursor({ order: last.inbox_order, id: last.id })
          : null,
      now: last?.now ?? (await readClock(db)),
    }
  }
}

async function readClock(db: Database): Promise<number> {
  const { rows } = await sql<{ now: number }>`select ${clock} as now`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error('the clock gave no answer')
  return row.now
}
