// Step 7: from received to routed.
import type { CaseId } from '../../../schemas/encoding.js'
import { afterAct } from '../../core/case/states.js'
import type { RoutingStore } from '../../ports/routing-store.js'
import { endOf, insertEvent, nextEvent } from './chain.js'
import { at, atOrNull, clock, type Database } from './database.js'
import { wakeLanesOf } from './lane-wakes.js'
import { insertNotice } from './notices.js'

/** What was to be routed is routed, or will never be: its slip and its outbox row have done their work. */
async function forgetRouting(db: Database, id: CaseId): Promise<void> {
  await db.deleteFrom('slips').where('case_id', '=', id).execute()
  await db.deleteFrom('outbox').where('subject', '=', id).where('name', '=', 'route-case').execute()
}

export function routingStore(db: Database): RoutingStore {
  return {
    async unroutedCase(id) {
      const row = await db
        .selectFrom('cases')
        .leftJoin('slips', 'slips.case_id', 'cases.id')
        .select([
          'cases.id',
          'slips.sealed',
          'cases.envelope_sha256',
          'cases.directory_sequence',
          'cases.received_at',
          'cases.due_at',
          clock.as('now'),
        ])
        .where('cases.id', '=', id)
        .where('cases.state', '=', 'received')
        .executeTakeFirst()
      if (row === undefined || row.due_at === null) return null
      return {
        id: row.id,
        slip: row.sealed,
        envelopeSha256: row.envelope_sha256,
        directorySequence: row.directory_sequence,
        receivedAt: row.received_at,
        dueAt: row.due_at,
        now: row.now,
      }
    },

    async recordRoute(id, route) {
      return await db.transaction().execute(async trx => {
        const row = await trx
          .selectFrom('cases')
          .select(['state', 'team', 'event_count', 'last_event_hash', clock.as('now')])
          .where('id', '=', id)
          .forNoKeyUpdate()
          .executeTakeFirst()
        await forgetRouting(trx, id)
        const state = row === undefined ? null : afterAct('route', row.state, false)
        if (row === undefined || state === null) return false
        // The history says why, in a code; the rule itself goes with the purge.
        const event = nextEvent(id, row, { kind: 'routed', at: row.now, detail: route.reason })
        await insertEvent(trx, event)
        await trx
          .updateTable('cases')
          .set({
            state,
            program: route.program,
            team: route.team,
            reason: route.reason,
            rule: route.rule,
            coverage: route.coverage,
            routed_directory_sequence: route.directorySequence,
            due_at: at(route.dueAt),
            first_due_at: at(route.dueAt),
            next_rung_at: atOrNull(route.nextRungAt),
            ...endOf(event),
          })
          .where('id', '=', id)
          .execute()
        // Rungs may have fired before.
        await wakeLanesOf(trx, id, [row.team, route.team])
        await insertNotice(trx, {
          id: route.noticeId,
          outboxId: route.outboxId,
          caseId: id,
          kind: 'new_case',
          to: 'team',
        })
        return true
      })
      // COMMITTED: the case belongs to a team, which will be told. The router's job may run again, also at the
      // same time: whoever comes second finds a case that is no longer `received` and changes nothing.
    },
  }
}
