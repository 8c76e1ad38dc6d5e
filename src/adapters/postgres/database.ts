// Typed SQL over the pool. Every error passes through `storeFault` here, once, so that the files of the store
// never see one of the driver's.
import {
  Kysely,
  PostgresDialect,
  sql,
  type PostgresCursor,
  type PostgresPoolClient,
  type PostgresQueryResult,
  type RawBuilder,
} from 'kysely'
import type { Pool, PoolClient } from 'pg'
import type { Instant } from '../../../schemas/encoding.js'
import { breaksConnection, losesNames, storeFault } from './faults.js'
import type { Tables } from './tables.js'

export type Database = Kysely<Tables>

function commandOf(command: string): PostgresQueryResult<unknown>['command'] {
  switch (command) {
    case 'INSERT':
    case 'UPDATE':
    case 'DELETE':
    case 'MERGE':
      return command
    default:
      return 'SELECT'
  }
}

/** How a statement says that it is the same text each time, so that each connection parses and plans it once. */
const prepared = /^\s*-- prepared: ([a-z_]+)\n/

/** Whether statements may have names: behind a pooler in transaction mode the next one may run on another connection. */
interface Names {
  allowed: boolean
}

/** The driver's client as the query builder needs it, with errors translated and broken connections dropped. */
function guardedClient(client: PoolClient, names: Names): PostgresPoolClient {
  let broken: Error | null = null

  async function send(text: string, values: unknown[]) {
    const name = names.allowed ? prepared.exec(text)?.[1] : undefined
    if (name === undefined) return client.query(text, values)
    try {
      return await client.query({ name, text, values })
    } catch (error) {
      if (!losesNames(error)) throw error
      names.allowed = false
      return client.query(text, values)
    }
  }

  async function run<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    // A rollback after the connection broke would wait for an answer that never comes.
    if (broken !== null) throw storeFault(broken)
    try {
      const { command, rowCount, rows } = await send(text, [...values])
      return { command: commandOf(command), rowCount: rowCount ?? 0, rows }
    } catch (error) {
      if (error instanceof Error && breaksConnection(error)) broken = error
      throw storeFault(error)
    }
  }

  function query<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>>
  function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>
  function query<R>(
    text: string | PostgresCursor<R>,
    values: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof text !== 'string') throw new TypeError('the store uses no cursors')
    return run<R>(text, values)
  }

  return {
    query,
    release() {
      client.release(broken ?? undefined)
    },
  }
}

/** Closing the pool is its owner's business. */
export function openDatabase(pool: Pool): Database {
  const names: Names = { allowed: true }
  const guarded = {
    async connect() {
      try {
        return guardedClient(await pool.connect(), names)
      } catch (error) {
        throw storeFault(error)
      }
    },
    async end() {},
  }
  return new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: guarded }),
  })
}

/** The database's clock at this very moment, as precise as the store keeps time. */
export const clock = sql<Instant>`clock_timestamp()::timestamptz(3)`

/** An instant as a parameter. */
export function at(instant: Instant): RawBuilder<Instant> {
  return sql<Instant>`${new Date(instant).toISOString()}::timestamptz(3)`
}

export function atOrNull(instant: Instant | null): RawBuilder<Instant> | null {
  return instant === null ? null : at(instant)
}
