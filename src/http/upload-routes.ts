// Attachments over tus 1.0: creation, termination, expiration. The token of a mailbox opens each route; sizes are checked
// before a byte of a body is read, and of a body no more than one part is in memory. Of an upload one body comes in at a time.
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { ClientId } from '../../schemas/encoding.js'
import { KhancapError } from '../../schemas/problem.js'
import {
  BeginUploadHeaders,
  partMediaType,
  tusVersion,
  UploadParams,
  UploadPartHeaders,
} from '../../schemas/upload.js'
import { beginUpload } from '../app/begin-upload.js'
import { takeUpload } from '../app/take-upload.js'
import { sealedAttachmentBytes } from '../core/attachment/sealed-attachment.js'
import { encodeBase64url } from '../core/encoding/base64url.js'
import type { HttpDeps } from './deps.js'
import { tokenOf } from './mailbox-token.js'
import { seats } from './seats.js'
import { atMostPerSecond } from './rate.js'
import { type Api, problemResponses } from './routes.js'

const nothing = z.null().describe('Headers only')

/** Every answer names the version; every request must (tus 1.0, "Tus-Resumable"). */
async function speakTus(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.header('tus-resumable', tusVersion)
  if (request.headers['tus-resumable'] === tusVersion) return
  reply.header('tus-version', tusVersion)
  throw new KhancapError('tus_unsupported')
}

/** A body that comes in. */
interface Incoming {
  /** Gives its seat away, and cuts its line. */
  readonly end: () => void
  /** What has come of it is kept, or never will be. */
  readonly over: Promise<void>
}

/**
 * So many bodies at once: each holds a part in memory, and a connection of the store now and then. One for each upload: who
 * comes again has lost the line of the one before, and must not be shut out by what is left of it.
 */
function atMostAtOnce({ atOnce, seatMs }: HttpDeps['settings']['uploads']) {
  const taking = seats({
    most: atOnce,
    mostBytes: Number.POSITIVE_INFINITY,
    graceMs: seatMs,
    freshMs: 0,
    slowestBytesPerSecond: 1,
    likelyBytesPerSecond: 1,
    earnMs: 0,
  })
  const coming = new Map<string, Incoming>()
  return async <T>(
    reply: FastifyReply,
    body: Readable,
    upload: string,
    work: () => Promise<T>,
  ): Promise<T> => {
    const needed = new Error('its seat was needed')
    // What came of it until then stays, where it is enough for a part, and the sender goes on from there.
    const sendAway = () => void body.destroy(needed)
    const before = coming.get(upload)
    before?.end()
    const seat = taking.enter({ sendAway })
    const refuse = (cause?: unknown) => {
      reply.header('retry-after', '2').header('connection', 'close')
      return new KhancapError('too_many_requests', { cause })
    }
    if (seat === null) throw refuse()
    const end = () => {
      taking.leave(seat)
      sendAway()
    }
    // Not before the one in front is over: where the upload goes on is then settled.
    const done = before === undefined ? work() : before.over.then(work)
    const over = done.then(
      () => undefined,
      () => undefined,
    )
    const mine: Incoming = { end, over }
    coming.set(upload, mine)
    try {
      return await done
    } catch (error) {
      // The line is cut with the body, so that nobody hears it; it is no fault of ours either, and none is logged.
      throw error === needed ? refuse(error) : error
    } finally {
      taking.leave(seat)
      if (coming.get(upload) === mine) coming.delete(upload)
    }
  }
}

function idOf(metadata: string): ClientId {
  const [, value = ''] = metadata.split(' ')
  const id = ClientId.safeParse(Buffer.from(value, 'base64').toString('latin1'))
  if (id.success) return id.data
  throw new KhancapError('request_invalid', {
    faults: [{ pointer: '/upload-metadata', code: 'not_an_id' }],
  })
}

/** RFC 9110 §5.6.7. */
const printDate = (instant: number) => new Date(instant).toUTCString()

export function uploadRoutes(app: Api, deps: HttpDeps): void {
  const { perSecond, uploads } = deps.settings
  const security = [{ mailboxToken: [] }]
  const onRequest = () => [atMostPerSecond(perSecond.applicants), speakTus]
  const taking = atMostAtOnce(uploads)
  // The body as it comes: no parser may gather it.
  app.addContentTypeParser(partMediaType, (_request, body, done) => done(null, body))

  app.route({
    method: 'OPTIONS',
    url: '/v1/uploads',
    onRequest: atMostPerSecond(perSecond.applicants),
    schema: {
      operationId: 'describeUploads',
      summary: 'What is spoken here, and how large a sealed attachment may be',
      response: { 204: nothing, ...problemResponses },
    },
    handler: async (_request, reply) => {
      reply
        .header('tus-resumable', tusVersion)
        .header('tus-version', tusVersion)
        .header('tus-extension', 'creation,expiration,termination')
        .header('tus-max-size', String(sealedAttachmentBytes(uploads.maxBytes)))
      return reply.code(204).send(null)
    },
  })

  app.route({
    method: 'POST',
    url: '/v1/uploads',
    onRequest: onRequest(),
    bodyLimit: 1,
    schema: {
      operationId: 'beginUpload',
      summary: 'Makes room for a sealed attachment of the case of this mailbox',
      security,
      headers: BeginUploadHeaders,
      response: { 201: nothing, ...problemResponses },
    },
    handler: async (request, reply) => {
      const { 'upload-length': bytes, 'upload-metadata': metadata } = request.headers
      const id = idOf(metadata)
      const upload = await beginUpload({ ...deps, limits: uploads }, tokenOf(request), {
        id,
        bytes,
      })
      reply.header('location', `/v1/uploads/${id}`)
      if (upload.expiresAt !== null) reply.header('upload-expires', printDate(upload.expiresAt))
      return reply.code(201).send(null)
    },
  })

  app.route({
    method: 'HEAD',
    url: '/v1/uploads/:id',
    onRequest: onRequest(),
    schema: {
      operationId: 'findUpload',
      summary: 'Where an upload goes on',
      security,
      params: UploadParams,
      response: { 200: nothing, ...problemResponses },
    },
    handler: async (request, reply) => {
      const tokenSha256 = await deps.primitives.sha256(tokenOf(request))
      const upload = await deps.store.findUpload(tokenSha256, request.params.id)
      if (upload === null) throw new KhancapError('upload_unknown')
      reply
        .header('upload-offset', String(upload.stored))
        .header('upload-length', String(upload.bytes))
      if (upload.expiresAt !== null) reply.header('upload-expires', printDate(upload.expiresAt))
      return reply.code(200).send(null)
    },
  })

  app.route({
    method: 'PATCH',
    url: '/v1/uploads/:id',
    onRequest: onRequest(),
    schema: {
      operationId: 'continueUpload',
      summary: 'Takes in bytes of an upload, from where it had stopped',
      security,
      consumes: [partMediaType],
      params: UploadParams,
      headers: UploadPartHeaders,
      response: { 204: nothing, ...problemResponses },
    },
    handler: async (request, reply) => {
      const { id } = request.params
      const { body } = request
      const from = request.headers['upload-offset']
      if (!(body instanceof Readable)) throw new KhancapError('media_type_unsupported')
      const token = tokenOf(request)
      // What is not read to its end must not be taken for the next request.
      reply.header('connection', 'close')
      // With the token, so that nobody ends the upload of another.
      const upload = `${id} ${encodeBase64url(token)}`
      const stored = await taking(reply, body, upload, () =>
        takeUpload({ ...deps, limits: uploads }, token, { id, from }, body),
      )
      reply.removeHeader('connection')
      return reply.code(204).header('upload-offset', String(stored)).send(null)
    },
  })

  app.route({
    method: 'DELETE',
    url: '/v1/uploads/:id',
    onRequest: onRequest(),
    bodyLimit: 1,
    schema: {
      operationId: 'endUpload',
      summary: 'Gives an upload up, with what has arrived of it',
      security,
      params: UploadParams,
      response: { 204: nothing, ...problemResponses },
    },
    handler: async (request, reply) => {
      const tokenSha256 = await deps.primitives.sha256(tokenOf(request))
      if (!(await deps.store.endUpload(tokenSha256, request.params.id)))
        throw new KhancapError('upload_unknown')
      return reply.code(204).send(null)
    },
  })
}
