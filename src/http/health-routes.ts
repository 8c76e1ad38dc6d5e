// Liveness and readiness, without details for strangers: why it is not ready is in the log. Readiness is looked into
// every few seconds at most, however often it is asked for: it costs a write.
import { Health } from '../../schemas/health.js'
import { KhancapError } from '../../schemas/problem.js'
import { logFault } from '../app/log-fault.js'
import { sweepHeartbeat } from '../app/sweep-clock.js'
import type { HttpDeps } from './deps.js'
import { remembered } from './remembered.js'
import type { Api } from './routes.js'

/** The sweep runs every 10 s; two periods without one, and deadlines are not watched. */
const maxSweepAgeSeconds = 20

type ReadyDeps = Pick<HttpDeps, 'store' | 'directories' | 'log' | 'settings'>

/** @throws whatever keeps the service from taking requests */
async function expectReady({ store, directories }: ReadyDeps): Promise<void> {
  await store.pingStore()
  await directories.latest()
  const age = await store.heartbeatAge(sweepHeartbeat)
  if (age === null || age > maxSweepAgeSeconds)
    throw new KhancapError('queue_unavailable', { cause: new Error('the sweep is not running') })
}

export function healthRoutes(app: Api, deps: ReadyDeps): void {
  const isReady = remembered(async () => {
    try {
      await expectReady(deps)
      return true
    } catch (error) {
      logFault(deps.log, 'not ready', error)
      return false
    }
  }, deps.settings.readinessMs)

  app.route({
    method: ['GET', 'HEAD'],
    url: '/healthz',
    schema: {
      operationId: 'healthz',
      summary: 'Whether the process is alive',
      response: { 200: Health },
    },
    handler: async () => ({ status: 'ok' as const }),
  })

  app.route({
    method: ['GET', 'HEAD'],
    url: '/readyz',
    schema: {
      operationId: 'readyz',
      summary: 'Whether requests are taken and deadlines watched',
      response: { 200: Health, 503: Health },
    },
    handler: async (_request, reply) => {
      if (await isReady()) return { status: 'ok' as const }
      return reply.code(503).send({ status: 'unavailable' as const })
    },
  })
}
