// A real store on a database of its own, and intakes to put into it. The bytes are random: the store cannot tell.
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Pool } from 'pg'
import { openPool } from '../../src/adapters/postgres/pool.js'
import { postgresStore } from '../../src/adapters/postgres/postgres-store.js'
import type { NewIntake } from '../../src/ports/intake-store.js'
import type { Route } from '../../src/ports/routing-store.js'
import type { Store } from '../../src/ports/store.js'
import { testDatabase, type Teardown } from './postgres.js'

export const hour = 3_600_000

export type Row = Record<string, unknown>

export interface TestStore {
  readonly url: string
  readonly pool: Pool
  readonly store: Store
  /** Rows of a statement, as the store's own connections read them. */
  readonly rows: (statement: string, values?: readonly unknown[]) => Promise<Row[]>
}

export async function testStore(t: Teardown, connections = 10): Promise<TestStore> {
  const url = await testDatabase(t)
  const pool = openPool(url, { connections })
  t.teardown(() => pool.end())
  return {
    url,
    pool,
    store: postgresStore(pool),
    rows: async (statement, values = []) => (await pool.query<Row>(statement, [...values])).rows,
  }
}

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()
export const clientId = () => randomBytes(16).toString('base64url')

const digits = '0123456789abcdefghjkmnpqrstvwxyz'
export const caseId = () =>
  [...randomBytes(26)].map((byte, index) => digits[byte % (index === 0 ? 8 : 32)]).join('')

export function newIntake(changes: Partial<NewIntake> = {}): NewIntake {
  const envelope = changes.envelope ?? randomBytes(4096)
  const slip = changes.slip === undefined ? randomBytes(2600) : changes.slip
  return {
    id: clientId(),
    digest: sha256(envelope),
    caseId: caseId(),
    channel: 'web',
    directorySequence: 1,
    envelope,
    envelopeSha256: sha256(envelope),
    slip,
    slipSha256: slip === null ? null : sha256(slip),
    mailbox: randomBytes(32),
    firstResponseSeconds: 48 * 3600,
    firstRungSeconds: 24 * 3600,
    outboxId: randomUUID(),
    ...changes,
  }
}

export function newRoute(intake: NewIntake, dueAt: number, changes: Partial<Route> = {}): Route {
  return {
    program: 'emergency',
    team: 'vi',
    reason: 'routing_row',
    coverage: 'eligible',
    rule: 'row 1',
    directorySequence: intake.directorySequence + 1,
    dueAt,
    nextRungAt: dueAt - 24 * hour,
    noticeId: randomUUID(),
    outboxId: randomUUID(),
    ...changes,
  }
}

/** Records an intake and routes its case. */
export async function routedCase(
  store: Store,
  changes: Partial<NewIntake> = {},
  route: Partial<Route> = {},
): Promise<NewIntake> {
  const intake = newIntake(changes)
  const { dueAt } = await store.recordIntake(intake)
  await store.recordRoute(intake.caseId, newRoute(intake, dueAt, route))
  return intake
}

/** Who acts, with what stands in place of a signed request. */
export const actor = (handler = 'vi-1') => ({
  handler,
  request: {
    signatureBase: `"@method": POST by ${handler}`,
    signature: randomBytes(64),
    key: randomBytes(32),
  },
})
