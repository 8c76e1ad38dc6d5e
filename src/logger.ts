// The log port on pino. What is not in the allow-list of fields is dropped; a text that could be an address, a
// URL or somebody's words is written as "?". Lines are JSON on stderr: stdout belongs to the ready line.
import { type DestinationStream, destination, pino } from 'pino'
import type { Log, LogFields } from './ports/log.js'

const texts = ['route', 'method', 'request', 'code', 'cause', 'job', 'case', 'setting', 'signal']
const numbers = ['status', 'ms', 'count', 'sequence', 'port', 'days']

/** Names, codes, ids and route patterns. */
const plain = /^[A-Za-z0-9_./:*-]{1,120}$/
/** A host after a scheme, an IPv6 or an IPv4 address. */
const address = /\/\/|::|(^|[^0-9])\d{1,3}(\.\d{1,3}){3}([^0-9]|$)|([0-9a-f]{1,4}:){3}/i

/** The second net: fields hold codes and patterns only, whatever a caller hands in. */
export function safeFields(fields: LogFields): Record<string, string | number> {
  const safe: Record<string, string | number> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'number' && numbers.includes(name)) safe[name] = value
    if (typeof value === 'string' && texts.includes(name))
      safe[name] = plain.test(value) && !address.test(value) ? value : '?'
  }
  return safe
}

/** Where lines go, and what makes those go on that it may hold back. */
export interface LogSink extends DestinationStream {
  readonly flush?: () => void
}

/**
 * Lines of one turn of the event loop leave in one write: under load that is a dozen, and each write would cost as much
 * as all of them. What is killed loses those of its last turn.
 */
export function turnSink(out: DestinationStream): LogSink {
  let held = ''
  function flush(): void {
    const lines = held
    held = ''
    if (lines !== '') out.write(lines)
  }
  process.once('exit', flush)
  return {
    flush,
    write(line) {
      if (held === '') setImmediate(flush)
      held += line
    },
  }
}

/** @param sink where lines go; stderr where none is given. Warnings and errors are not held back. */
export function pinoLog(sink: LogSink = turnSink(destination(2))): Log {
  const log = pino(
    {
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: label => ({ level: label }) },
    },
    sink,
  )
  return {
    info: (event, fields = {}) => log.info(safeFields(fields), event),
    warn(event, fields = {}) {
      log.warn(safeFields(fields), event)
      sink.flush?.()
    },
    error(event, fields = {}) {
      log.error(safeFields(fields), event)
      sink.flush?.()
    },
  }
}
