// The dead-man signal over HTTPS: a bare GET of one address that the operator set. Not trusted: the watch learns that the
// workers run, and when; what it answers is not read.
import { KhancapError } from '../../../schemas/problem.js'
import type { AliveSignal } from '../../ports/alive-signal.js'

const timeoutMs = 10_000

/** A redirection is a fault: it would lead to an address that nobody set. */
export function httpSignal(url: string): AliveSignal {
  return {
    async ping() {
      let status: number
      try {
        const answer = await fetch(url, {
          redirect: 'error',
          signal: AbortSignal.timeout(timeoutMs),
          headers: { 'user-agent': 'khancap' },
        })
        await answer.body?.cancel()
        status = answer.status
      } catch (cause) {
        throw new KhancapError('server_unreachable', { cause })
      }
      if (status < 200 || status > 299)
        throw new KhancapError('server_unreachable', { cause: new Error(`status ${status}`) })
    },
  }
}
