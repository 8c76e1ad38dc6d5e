// Brings the schema up to date. Migrations are code, run in order of their names, each in one transaction with the
// note that it ran; an advisory lock makes concurrent starters wait for each other.
import { Kysely, Migrator, PostgresDialect } from 'kysely'
import { Pool } from 'pg'
import { storeFault } from './faults.js'
import { surviveBrokenConnections } from './pool.js'
import { up as thePath } from './migrations/0001-the-path.js'
import { up as oneIntakePerEnvelope } from './migrations/0002-one-intake-per-envelope.js'
import { up as holdsAndLanes } from './migrations/0003-holds-and-lanes.js'
import { up as handingOver } from './migrations/0004-handing-over.js'
import { up as mails } from './migrations/0005-mails.js'

const migrations = {
  '0001-the-path': { up: thePath },
  '0002-one-intake-per-envelope': { up: oneIntakePerEnvelope },
  '0003-holds-and-lanes': { up: holdsAndLanes },
  '0004-handing-over': { up: handingOver },
  '0005-mails': { up: mails },
}

/**
 * Idempotent; may be called by several processes at once.
 * @throws KhancapError `store_unavailable`
 */
export async function migrate(url: string): Promise<void> {
  // Not the store's pool: a migration may take longer than any statement of the store is allowed to.
  const pool = new Pool({ connectionString: url, max: 2, connectionTimeoutMillis: 5_000 })
  surviveBrokenConnections(pool)
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  try {
    const migrator = new Migrator({
      db,
      provider: { getMigrations: async () => migrations },
      migrationTableName: 'migrations',
      migrationLockTableName: 'migrations_lock',
    })
    const { error } = await migrator.migrateToLatest()
    if (error !== undefined) throw storeFault(error)
  } catch (error) {
    throw storeFault(error)
  } finally {
    await db.destroy()
  }
}
