// Published directories, in an unbroken row.
import { sql } from 'kysely'
import { KhancapError } from '../../../schemas/problem.js'
import type { DirectoryStore } from '../../ports/directory-store.js'
import type { Database } from './database.js'

const equal = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0

const directories = (db: Database) =>
  db.selectFrom('directories').select(['sequence', 'sha256', 'note'])

export function directoryStore(db: Database): DirectoryStore {
  return {
    async latestDirectory() {
      const row = await directories(db).orderBy('sequence', 'desc').limit(1).executeTakeFirst()
      return row ?? null
    },

    async directoryBySequence(sequence) {
      const row = await directories(db).where('sequence', '=', sequence).executeTakeFirst()
      return row ?? null
    },

    async publishDirectory(directory, previous) {
      await db.transaction().execute(async trx => {
        // One publisher at a time; readers are not held up. No lock of the table: that needs the right to change it.
        await sql`select pg_advisory_xact_lock(hashtext('khancap directories'))`.execute(trx)
        const same = await directories(trx)
          .where('sequence', '=', directory.sequence)
          .executeTakeFirst()
        if (same !== undefined) {
          if (equal(same.note, directory.note)) return
          throw new KhancapError('directory_forked')
        }
        const latest = await directories(trx)
          .orderBy('sequence', 'desc')
          .limit(1)
          .executeTakeFirst()
        if (latest !== undefined && directory.sequence < latest.sequence)
          throw new KhancapError('directory_older')
        const follows =
          latest === undefined || (previous !== null && equal(latest.sha256, previous))
        if (!follows) throw new KhancapError('directory_forked')
        await trx.insertInto('directories').values(directory).execute()
      })
      // COMMITTED: every process reads the new directory at its next look. A crash before changes nothing; the
      // organisation publishes the same bytes again.
    },
  }
}
