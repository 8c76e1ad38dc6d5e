// The one place where errors of the driver and of PostgreSQL become the project's: what will pass is
// `store_unavailable`, everything else is a bug and stays what it is.
import { KhancapError } from '../../../schemas/problem.js'

// SQLSTATE classes and codes (PostgreSQL, appendix A): connection lost or refused, not authorized or no such
// database (a deployment under repair), out of resources, operator intervention (shutdown, cancel, time-out),
// system error, read-only after a fail-over, serialization failure, deadlock, lock not available.
const passing = /^(08|28|53|57|58)...$|^(3D000|25006|40001|40P01|55P03|25P03|25P04)$/
const network = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
  'EACCES',
])
// The driver's own errors have no code.
const driver =
  /^(Connection terminated|timeout exceeded|Query read timeout|Client has encountered a connection error|Client was closed|Cannot use a pool)/

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : ''
}

/** @returns the error to throw instead: `store_unavailable` with its cause, or the error itself */
export function storeFault(error: unknown): Error {
  if (error instanceof KhancapError) return error
  if (!(error instanceof Error)) return new KhancapError('internal', { cause: error })
  // Node tries each address of a host and reports them together.
  const causes = error instanceof AggregateError ? error.errors : [error]
  const passes = causes.some(cause => {
    const code = codeOf(cause)
    if (code !== '') return passing.test(code) || network.has(code)
    return cause instanceof Error && driver.test(cause.message)
  })
  return passes ? new KhancapError('store_unavailable', { cause: error }) : error
}

/** After these the connection may still be waiting for an answer: it must not be used again. */
export function breaksConnection(error: unknown): boolean {
  const code = codeOf(error)
  return code === '' || network.has(code) || /^(08|57P0)/.test(code)
}

/** A deadlock or a serialization failure: the same write may succeed at once when it is tried alone. */
export function isContention(error: unknown): boolean {
  return error instanceof KhancapError && codeOf(error.cause).startsWith('40')
}

/**
 * What is said where a connection is shared in between: the name of a prepared statement is unknown to it, is another
 * client's, or is nothing that the pooler lets through (SQLSTATE 26000, 42P05, 08P01). The statement did not run.
 */
export function losesNames(error: unknown): boolean {
  return /^(26000|42P05|08P01)$/.test(codeOf(error))
}
