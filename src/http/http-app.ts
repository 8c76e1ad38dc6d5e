// HTTP <-> use case. The application without its process: no port, no signal, no environment.
import { fastify, type FastifyInstance, LogController } from 'fastify'
import {
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod'
import { KhancapError } from '../../schemas/problem.js'
import { hex } from '../core/encoding/bytes.js'
import { attachmentRoutes } from './attachment-routes.js'
import { caseRoutes } from './case-routes.js'
import { watchConnections } from './connections.js'
import { holdRoutes } from './hold-routes.js'
import type { HttpDeps } from './deps.js'
import { directoryRoutes } from './directory-routes.js'
import { answerFailures, clientErrorHandler, frameworkErrors, tooSlow } from './failures.js'
import { secureHeaders } from './headers.js'
import { healthRoutes } from './health-routes.js'
import { intakeRoutes } from './intake-routes.js'
import { keepBytes } from './json-body.js'
import { knownAddresses } from './known-addresses.js'
import { bodyLimits } from './limits.js'
import { type LoopWatch, loopWatch } from './loop-watch.js'
import { inboxRoutes } from './inbox-routes.js'
import { mailboxRoutes } from './mailbox-routes.js'
import { offlineRoutes } from './offline-routes.js'
import { contactRoute, deploymentRoute, pageRoutes } from './page-routes.js'
import { partRoutes } from './part-routes.js'
import { routeName } from './route-name.js'
import { carryActor } from './signed-request.js'
import { triageRoutes } from './triage-routes.js'
import { statisticsRoutes } from './statistics-routes.js'
import { uploadRoutes } from './upload-routes.js'

/** Every route of the API, on an instance of its own: its compilers are not those of the plugins around it. */
export async function apiRoutes(
  parent: FastifyInstance,
  deps: HttpDeps,
  load: Pick<LoopWatch, 'lateMs'> = { lateMs: () => 0 },
): Promise<void> {
  parent.setValidatorCompiler(validatorCompiler)
  parent.setSerializerCompiler(serializerCompiler)
  const app = parent.withTypeProvider<ZodTypeProvider>()
  healthRoutes(app, deps)
  deploymentRoute(app, deps)
  contactRoute(app, deps)
  offlineRoutes(app, deps)
  directoryRoutes(app, deps)
  intakeRoutes(app, deps, load)
  mailboxRoutes(app, deps)
  // Apart from the others: its bodies are taken in as they come.
  await parent.register(async uploads => {
    uploadRoutes(uploads.withTypeProvider<ZodTypeProvider>(), deps)
  })
  carryActor(parent)
  caseRoutes(app, deps)
  partRoutes(app, deps)
  attachmentRoutes(app, deps)
  triageRoutes(app, deps)
  holdRoutes(app, deps)
  statisticsRoutes(app, deps)
  inboxRoutes(app, deps)
}

/**
 * What is answered however late the loop is: to refuse would cost as much as to answer from memory, and nobody can fill in
 * the form without them.
 */
const atHand: ReadonlySet<string> = new Set([
  '/v1/directory',
  '/v1/directory/excerpt',
  '/deployment.json',
])

/** Sheds load before the process drowns in it. Health is always told; requests for support are weighed by their own route. */
function shedLoad(app: FastifyInstance, { settings }: HttpDeps, load: LoopWatch): void {
  app.addHook('onRequest', async request => {
    const { url = '' } = request.routeOptions
    if (url.endsWith('z') || url === '/v1/intakes' || atHand.has(url)) return
    if (load.lateMs() > settings.maxLoopDelayMs) throw new KhancapError('overloaded')
  })
}

/** Name of the route, method, status and milliseconds: no address, no URL, no header, no language. */
function logRequests(app: FastifyInstance, { log }: HttpDeps): void {
  app.addHook('onResponse', async (request, reply) => {
    log.info('request answered', {
      route: routeName(request),
      method: request.method,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      request: request.id,
    })
  })
}

/** Nothing is read, opened or counted for who is gone, or was cut off for what it sent (connections.ts). */
function leaveTheGone(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    if (request.raw.socket.destroyed) reply.hijack()
  })
}

/** Once the process stops, an answer is the last one on its connection: an idle connection would hold up the stop. */
function endConnectionsOnClose(app: FastifyInstance): void {
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
  })
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close')
  })
}

export async function httpApp(deps: HttpDeps): Promise<FastifyInstance> {
  const { settings, primitives } = deps
  const app = fastify({
    // The framework's own logger knows URLs and addresses. Requests are logged by the hook above.
    logger: false,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => hex(primitives.random(16)),
    requestIdHeader: false,
    trustProxy: false,
    exposeHeadRoutes: false,
    // Requests that are under way when the process stops are answered: they may already be committed.
    return503OnClosing: false,
    bodyLimit: bodyLimits.small,
    requestTimeout: settings.requestTimeoutMs,
    keepAliveTimeout: settings.keepAliveTimeoutMs,
    http: {
      requestTimeout: settings.requestTimeoutMs,
      // Above the whole request's time Node stops watching both.
      headersTimeout: Math.min(30_000, settings.requestTimeoutMs),
      connectionsCheckingInterval: Math.min(5000, settings.requestTimeoutMs),
    },
    frameworkErrors,
    clientErrorHandler,
  })
  const addresses = knownAddresses(app)
  leaveTheGone(app)
  keepBytes(app)
  await secureHeaders(app)
  logRequests(app, deps)
  endConnectionsOnClose(app)
  answerFailures(app, deps.log, addresses)
  const load = loopWatch()
  const endWatch = watchConnections(app.server, settings.connections, socket =>
    clientErrorHandler(tooSlow(), socket),
  )
  app.addHook('onClose', async () => {
    load.stop()
    endWatch()
  })
  await app.register(async api => {
    shedLoad(api, deps, load)
    await apiRoutes(api, deps, load)
  })
  const { pages } = deps
  if (pages !== null) await app.register(async site => pageRoutes(site, pages))
  return app
}
