// Brings the schema up to date. Migrations are code, run in order of their names, each in one transaction with the
// note that it ran; an advisory lock makes concurrent starters wait for each other. A role that may not change the
// schema looks whether its owner has.
import { Kysely, Migrator, PostgresDialect } from 'kysely'
import { Pool } from 'pg'
import { KhancapError } from '../../../schemas/problem.js'
import { storeFault } from './faults.js'
import { surviveBrokenConnections } from './pool.js'
import { grantRights } from './roles.js'
import { up as thePath } from './migrations/0001-the-path.js'
import { up as oneIntakePerEnvelope } from './migrations/0002-one-intake-per-envelope.js'
import { up as holdsAndLanes } from './migrations/0003-holds-and-lanes.js'
import { up as handingOver } from './migrations/0004-handing-over.js'
import { up as mails } from './migrations/0005-mails.js'
import { up as partDigests } from './migrations/0006-part-digests.js'
import { up as uploads } from './migrations/0007-uploads.js'
import { up as firstDeadlines } from './migrations/0008-first-deadlines.js'
import { up as figures } from './migrations/0009-figures.js'
import { up as mailboxFaults } from './migrations/0010-mailbox-faults.js'
import { up as letters } from './migrations/0011-letters.js'
import { up as acknowledgements } from './migrations/0012-acknowledgements.js'
import { up as lettersInDoubt } from './migrations/0013-letters-in-doubt.js'
import { up as formsByMail } from './migrations/0014-forms-by-mail.js'

const migrations = {
  '0001-the-path': { up: thePath },
  '0002-one-intake-per-envelope': { up: oneIntakePerEnvelope },
  '0003-holds-and-lanes': { up: holdsAndLanes },
  '0004-handing-over': { up: handingOver },
  '0005-mails': { up: mails },
  '0006-part-digests': { up: partDigests },
  '0007-uploads': { up: uploads },
  '0008-first-deadlines': { up: firstDeadlines },
  '0009-figures': { up: figures },
  '0010-mailbox-faults': { up: mailboxFaults },
  '0011-letters': { up: letters },
  '0012-acknowledgements': { up: acknowledgements },
  '0013-letters-in-doubt': { up: lettersInDoubt },
  '0014-forms-by-mail': { up: formsByMail },
}

async function mayMigrate(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ may: boolean }>(
    "select has_schema_privilege('public', 'create') as may",
  )
  return rows[0]?.may ?? false
}

/** @throws KhancapError `schema_behind` */
async function expectMigrated(pool: Pool): Promise<void> {
  const { rows: tables } = await pool.query<{ found: boolean }>(
    "select to_regclass('public.migrations') is not null as found",
  )
  if (tables[0]?.found !== true) throw new KhancapError('schema_behind')
  const { rows } = await pool.query<{ name: string }>('select name from migrations')
  const done = new Set(rows.map(({ name }) => name))
  if (!Object.keys(migrations).every(name => done.has(name)))
    throw new KhancapError('schema_behind')
}

/**
 * Idempotent; may be called by several processes at once.
 * @throws KhancapError `store_unavailable`; `schema_behind` where the role may not change the schema and it is older
 *   than this program
 */
export async function migrate(url: string): Promise<void> {
  // Not the store's pool: a migration may take longer than any statement of the store is allowed to.
  const pool = new Pool({ connectionString: url, max: 2, connectionTimeoutMillis: 5_000 })
  surviveBrokenConnections(pool)
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  try {
    if (!(await mayMigrate(pool))) return await expectMigrated(pool)
    const migrator = new Migrator({
      db,
      provider: { getMigrations: async () => migrations },
      migrationTableName: 'migrations',
      migrationLockTableName: 'migrations_lock',
    })
    const { error } = await migrator.migrateToLatest()
    if (error !== undefined) throw storeFault(error)
    await grantRights(pool)
  } catch (error) {
    throw storeFault(error)
  } finally {
    await db.destroy()
  }
}
