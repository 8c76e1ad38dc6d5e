// The store on PostgreSQL: every port of it, one file per port.
import type { Pool } from 'pg'
import type { Store } from '../../ports/store.js'
import { acknowledgementStore } from './acknowledgements.js'
import { caseStore } from './cases.js'
import { clockStore } from './clock.js'
import { openDatabase } from './database.js'
import { directoryStore } from './directories.js'
import { figuresStore } from './figures.js'
import { type IntakeGroups, intakeStore } from './intakes.js'
import { letterStore } from './letters.js'
import { mailboxStore } from './mailboxes.js'
import { mailStore } from './mails.js'
import { noticeStore } from './notices.js'
import { outboxStore } from './outbox.js'
import { routingStore } from './routing.js'
import { statisticsStore } from './statistics.js'
import { uploadStore } from './uploads.js'

/**
 * The schema must be up to date (`migrate`). Closing the pool is its owner's business.
 * @param groups how intakes share transactions, where a benchmark compares
 */
export function postgresStore(pool: Pool, groups?: IntakeGroups): Store {
  const db = openDatabase(pool)
  return {
    ...intakeStore(db, groups),
    ...outboxStore(db),
    ...clockStore(db),
    ...routingStore(db),
    ...noticeStore(db),
    ...caseStore(db),
    ...mailboxStore(db),
    ...mailStore(db),
    ...letterStore(db),
    ...acknowledgementStore(db),
    ...directoryStore(db),
    ...figuresStore(db),
    ...statisticsStore(db),
    ...uploadStore(db),
  }
}
