// The store as handlers see it.
import { sql } from 'kysely'
import type { CaseStore } from '../../ports/case-store.js'
import { actOnCase } from './case-acts.js'
import { listCases } from './case-list.js'
import { isGranted, selectCases, toCaseRow } from './case-rows.js'
import { at, type Database } from './database.js'

export function caseStore(db: Database): CaseStore {
  return {
    listCases: listCases(db),
    actOnCase: actOnCase(db),

    async findCase(id, handler) {
      const row = await selectCases(db)
        .select(isGranted(handler).as('granted'))
        .where('id', '=', id)
        .executeTakeFirst()
      return row === undefined ? null : { ...toCaseRow(row), granted: row.granted }
    },

    async caseParts(id) {
      // One snapshot: an event never stands here without the reply that it tells of.
      return await db
        .transaction()
        .setIsolationLevel('repeatable read')
        .setAccessMode('read only')
        .execute(async trx => {
          const events = await trx
            .selectFrom('events')
            .selectAll()
            .where('case_id', '=', id)
            .orderBy('number')
            .execute()
          const replies = await trx
            .selectFrom('replies')
            .select(['id', 'handler as by', 'at', 'team_copy_sha256 as sha256'])
            .select(sql<number>`length(team_copy)`.as('bytes'))
            .where('case_id', '=', id)
            .orderBy('at')
            .orderBy('id')
            .execute()
          const additions = await trx
            .selectFrom('additions')
            .select(['id', 'at', 'sha256', 'signature'])
            .select(sql<number>`length(sealed)`.as('bytes'))
            .where('case_id', '=', id)
            .orderBy('at')
            .orderBy('id')
            .execute()
          const notes = await trx
            .selectFrom('notes')
            .select(['id', 'handler as by', 'at', 'sha256'])
            .select(sql<number>`length(sealed)`.as('bytes'))
            .where('case_id', '=', id)
            .orderBy('at')
            .orderBy('id')
            .execute()
          const grants = await trx
            .selectFrom('grants')
            .select(['id', 'reader', 'header', 'handler as by', 'signature', 'key', 'at'])
            .where('case_id', '=', id)
            .orderBy('at')
            .orderBy('id')
            .execute()
          return {
            events: events.map(({ signature_base: signatureBase, ...event }) => ({
              number: event.number,
              kind: event.kind,
              at: event.at,
              handler: event.handler,
              detail: event.detail,
              request:
                signatureBase === null || event.signature === null || event.key === null
                  ? null
                  : { signatureBase, signature: event.signature, key: event.key },
              previous: event.previous,
              hash: event.hash,
            })),
            replies,
            additions,
            notes,
            grants,
          }
        })
    },

    async caseEnvelope(id) {
      const row = await db
        .selectFrom('envelopes')
        .select('sealed')
        .where('case_id', '=', id)
        .executeTakeFirst()
      return row?.sealed ?? null
    },

    async sealedPart(id, kind, part) {
      const { rows } = await sql<{ sealed: Uint8Array }>`
        select ${sql.ref(kind === 'replies' ? 'team_copy' : 'sealed')} as sealed
        from ${sql.table(kind)} where case_id = ${id} and id = ${part}`.execute(db)
      return rows[0]?.sealed ?? null
    },

    async useNonce(nonce, expiresAt) {
      const { rows } = await sql`
        insert into nonces (nonce, expires_at) values (${nonce}, ${at(expiresAt)})
        on conflict do nothing returning nonce`.execute(db)
      return rows.length === 1
    },
  }
}
