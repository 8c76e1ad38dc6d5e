// Writes a failure into the log as codes: ours, and that of the innermost cause. Messages stay out, because a
// library's message can quote what it was given.
import { KhancapError } from '../../schemas/problem.js'
import type { Log, LogFields } from '../ports/log.js'

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const code: unknown = Reflect.get(error, 'code')
  return typeof code === 'string' ? code : error.name
}

function innermost(error: unknown): unknown {
  let inner = error
  // Bounded: a cause may lead back to itself.
  for (let hops = 0; hops < 8 && inner instanceof Error && inner.cause !== undefined; hops++)
    inner = inner.cause
  return inner
}

/** The fields that describe a failure. */
export function faultFields(error: unknown): LogFields {
  const code = error instanceof KhancapError ? error.code : 'internal'
  const cause = nameOf(innermost(error))
  return cause === code ? { code } : { code, cause }
}

export function logFault(log: Log, event: string, error: unknown, fields: LogFields = {}): void {
  log.error(event, { ...fields, ...faultFields(error) })
}
