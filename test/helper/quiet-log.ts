// A log that nobody reads.
import type { Log } from '../../src/ports/log.js'

export const quietLog: Log = { info() {}, warn() {}, error() {} }
