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

/** Opens no connection by itself; each is made when it is first needed, and replaced when it breaks. */
export function openPool(url: string, options: { readonly connections?: number } = {}): Pool {
  const pool = new Pool({
    connectionString: url,
    application_name: 'khancap',
    max: options.connections ?? 10,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    // The server gives up first; the driver's own limit is for a server that does not answer at all.
    statement_timeout: 20_000,
    query_timeout: 25_000,
    idle_in_transaction_session_timeout: 60_000,
    types: { getTypeParser },
  })
  // An idle connection that breaks is replaced at the next query; whoever was using one hears of it there.
  pool.on('error', () => {})
  return pool
}
