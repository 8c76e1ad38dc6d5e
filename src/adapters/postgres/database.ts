// Typed SQL over the pool. Every error passes through `storeFault` here, once, so that the files of the store
// never see one of the driver's.
import { Kysely, PostgresDialect, sql, type RawBuilder } from 'kysely'
import type { Pool, PoolClient } from 'pg'
import type { Instant } from '../../../schemas/encoding.js'
import { breaksConnection, storeFault } from './faults.js'
import type { Tables } from './tables.js'

export type Database = Kysely<Tables>

/** The driver's client as the query builder needs it, with errors translated and broken connections dropped. */
function guardedClient(client: PoolClient) {
  let broken: Error | null = null
  return {
    async query(text: string, values: readonly unknown[]) {
      // A rollback after the connection broke would wait for an answer that never comes.
      if (broken !== null) throw storeFault(broken)
      try {
        return await client.query(text, [...values])
      } catch (error) {
        if (error instanceof Error && breaksConnection(error)) broken = error
        throw storeFault(error)
      }
    },
    release() {
      client.release(broken ?? undefined)
    },
  }
}

/** Closing the pool is its owner's business. */
export function openDatabase(pool: Pool): Database {
  const guarded = {
    async connect() {
      try {
        return guardedClient(await pool.connect())
      } catch (error) {
        throw storeFault(error)
      }
    },
    async end() {},
  }
  // The builder asks for the driver's overloads but calls query(text, values) only.
  return new Kysely<Tables>({
    dialect: new PostgresDialect({
      pool: guarded as unknown as ConstructorParameters<typeof PostgresDialect>[0]['pool'] & object,
    }),
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
