// What every process of the service stands on: primitives that have passed their test, and a store with the present
// schema. API, workers and `npm start` all begin here.
import { migrate } from './adapters/postgres/migrate.js'
import { openPool } from './adapters/postgres/pool.js'
import { postgresStore } from './adapters/postgres/postgres-store.js'
import { nodePrimitives } from './core/crypto/node.js'
import type { PassphrasePrimitives } from './core/crypto/primitives.js'
import { selfTest } from './core/crypto/self-test.js'
import type { Store } from './ports/store.js'
import type { Startup } from './run-process.js'

export interface Foundation {
  readonly databaseUrl: string
  readonly primitives: PassphrasePrimitives
  readonly store: Store
}

/**
 * @param database where the database is, once it runs
 * @throws KhancapError `primitives_faulty`, `store_unavailable`; whatever `database` throws
 */
export async function layFoundation(
  database: () => Promise<string>,
  { signal, defer }: Startup,
): Promise<Foundation> {
  const primitives = await nodePrimitives()
  await selfTest(primitives)
  signal.throwIfAborted()
  const databaseUrl = await database()
  signal.throwIfAborted()
  await migrate(databaseUrl)
  const pool = openPool(databaseUrl)
  defer(() => pool.end())
  signal.throwIfAborted()
  return { databaseUrl, primitives, store: postgresStore(pool) }
}
