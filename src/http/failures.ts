// Every failure leaves as a problem document: of a use case, of the framework, and of requests that never became
// one. What failed on our side is logged as codes.
import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Problem, type ProblemCode, problems } from '../../schemas/problem.js'
import { logFault } from '../app/log-fault.js'
import type { Log } from '../ports/log.js'
import { bareHeaders } from './headers.js'
import type { KnownAddresses } from './known-addresses.js'
import { routeName } from './route-name.js'
import { failureOf, problemDocument, retryAfterSeconds } from './problem-document.js'

const mediaType = 'application/problem+json; charset=utf-8'

/** What a 401 asks for (RFC 9110 §11.6.1). */
function challengeOf({ code }: Problem): string {
  return code === 'mailbox_unknown' ? 'Bearer' : 'Signature'
}

function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  if (problem.status === 401) reply.header('www-authenticate', challengeOf(problem))
  if (problem.retry === 'later' && !reply.hasHeader('retry-after'))
    reply.header('retry-after', String(retryAfterSeconds))
  // A text, so that no serialiser of the route is asked: the document is made of the table only.
  return reply
    .code(problem.status)
    .header('content-type', mediaType)
    .send(Buffer.from(JSON.stringify(problem)))
}

export function answerFailures(app: FastifyInstance, log: Log, addresses: KnownAddresses): void {
  app.setErrorHandler((error: unknown, request, reply) => {
    const problem = problemDocument(failureOf(error), request.id)
    if (problem.status >= 500)
      logFault(log, 'request failed', error, {
        route: routeName(request),
        method: request.method,
        request: request.id,
      })
    return sendProblem(reply, problem)
  })

  app.setNotFoundHandler((request, reply) => {
    const [path = ''] = (request.raw.url ?? '').split('?')
    const methods = addresses.methodsOf(path)
    if (methods.length > 0) reply.header('allow', methods.join(', '))
    const code = methods.length > 0 ? 'method_not_allowed' : 'not_found'
    return sendProblem(reply, problemDocument({ code, faults: [] }, request.id))
  })
}

/** Addresses that the router cannot read: no route, no hooks, so the headers are set here. */
export function frameworkErrors(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  reply.headers(bareHeaders)
  sendProblem(reply, problemDocument(failureOf(error), request.id))
}

const codesOfParser: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_slow',
}

/** What Node says of a request that did not arrive in time. */
export function tooSlow(): Error & { code: string } {
  return Object.assign(new Error('too slow'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })
}

/** Who does not hang up after the last word is hung up on. */
const lastWordMs = 2000

/** Bytes that are no HTTP request, or that stopped coming. */
export function clientErrorHandler(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const code = codesOfParser[error.code ?? ''] ?? 'request_malformed'
  const { status, retry } = problems[code]
  const { instance: _, ...problem } = problemDocument({ code, faults: [] }, '')
  const body = JSON.stringify(problem)
  const headers = {
    ...bareHeaders,
    'content-type': mediaType,
    'content-length': Buffer.byteLength(body),
    ...(retry === 'later' ? { 'retry-after': retryAfterSeconds } : {}),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  socket.end(
    `HTTP/1.1 ${status} ${reasons[code] ?? 'Bad Request'}\r\n${lines.join('\r\n')}\r\n\r\n${body}`,
  )
  setTimeout(() => socket.destroy(), lastWordMs).unref()
}

const reasons: Readonly<Partial<Record<ProblemCode, string>>> = {
  headers_too_large: 'Request Header Fields Too Large',
  request_slow: 'Request Timeout',
}
