// How much of a table the statements of the store read: rows are counted, not milliseconds, so that the answer is the
// same on every machine.
import { openPool } from '../../src/adapters/postgres/pool.js'
import { postgresStore } from '../../src/adapters/postgres/postgres-store.js'
import type { Store } from '../../src/ports/store.js'
import type { Teardown } from './postgres.js'
import type { TestStore } from './store.js'

interface Node {
  readonly 'Relation Name'?: string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly Plans?: readonly Node[]
}

function rowsRead(node: Node, table: string): number {
  const below = (node.Plans ?? []).reduce((sum, each) => sum + rowsRead(each, table), 0)
  if (node['Relation Name'] !== table) return below
  const each = node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)
  return below + each * node['Actual Loops']
}

/** @returns how many rows of a table the queries that `use` makes read together; they run twice */
export function rowsReadIn(t: Teardown, db: TestStore, table: string) {
  const pool = openPool(db.url, { connections: 1 })
  t.teardown(() => pool.end())
  const queries: { readonly text: string; readonly values: unknown[] }[] = []
  const heard = new Proxy(pool, {
    get(target, name) {
      if (name !== 'connect') return Reflect.get(target, name)
      return async () => {
        const client = await target.connect()
        return {
          query(text: string, values: unknown[]) {
            if (/^\s*(select|with)\b/i.test(text)) queries.push({ text, values })
            return client.query(text, values)
          },
          release: (error?: Error) => client.release(error),
        }
      }
    },
  })
  const store = postgresStore(heard)
  return async (use: (store: Store) => Promise<unknown>): Promise<number> => {
    queries.length = 0
    await use(store)
    let read = 0
    for (const { text, values } of queries) {
      const { rows } = await pool.query<{ 'QUERY PLAN': readonly { readonly Plan: Node }[] }>(
        `explain (analyze, timing off, format json) ${text}`,
        values,
      )
      const [plan] = rows[0]?.['QUERY PLAN'] ?? []
      if (plan === undefined) throw new Error('no plan')
      read += rowsRead(plan.Plan, table)
    }
    return read
  }
}
