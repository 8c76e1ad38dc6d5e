// Connections to PostgreSQL. Trusted for durability and for the clock; whoever can write there can lose or invent
// cases, but can read none.
import { Pool, types } from 'pg'

const timestamptz = 1184
const int8 = 20

/**
 * Instants are numbers inside the program, and so are the store's counters: both stay far below 2^53.
 * Everything else is parsed as the driver does it.
 */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  if (oid === int8) return Number
  if (oid === timestamptz) {
    const toDate: (text: string) => Date = types.getTypeParser(timestamptz)
    return text => toDate(text).getTime()
  }
  return format === 'binary' ? types.getTypeParser(oid, 'binary') : types.getTypeParser(oid, 'text')
}

export interface PoolOptions {
  readonly connections?: number
  /** How long a statement may take before it is given up. */
  readonly patienceMs?: number
}

/** Opens no connection by itself; each is made when it is first needed, and replaced when it breaks. */
export function openPool(url: string, options: PoolOptions = {}): Pool {
  const { connections = 10, patienceMs = 20_000 } = options
  const pool = new Pool({
    connectionString: url,
    application_name: 'khancap',
    max: connections,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    // Every query of the store is a short range of an index. Before a table has its first statistics the planner
    // would rather read and sort a whole team's cases for one page.
    options: '-c enable_bitmapscan=off',
    // The server gives up first; the driver's own limit is for a server that does not answer at all.
    statement_timeout: patienceMs,
    query_timeout: patienceMs * 1.25,
    idle_in_transaction_session_timeout: 60_000,
    types: { getTypeParser },
  })
  surviveBrokenConnections(pool)
  return pool
}

/**
 * A connection that breaks is replaced at the next query, and whoever was using it hears of it there. One that
 * breaks while it is lent out and silent tells nobody but itself: unheard, that would end the process.
 */
export function surviveBrokenConnections(pool: Pool): void {
  pool.on('error', () => {})
  pool.on('connect', client => {
    client.on('error', () => {})
  })
}
