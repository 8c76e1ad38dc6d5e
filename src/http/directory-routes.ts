// Step 1. The signed directory, as the exact bytes that were signed, and the excerpt that the first question of a page is
// drawn from; both compressed for whoever takes that, because people wait for them on slow lines. Both are answered from memory,
// at any rate and however late the loop is: to refuse would cost as much, and would shut the form for less than its submission.
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { DirectoryExcerpt } from '../../schemas/directory-excerpt.js'
import { KhancapError } from '../../schemas/problem.js'
import type { VerifiedDirectory } from '../../keys/directory.js'
import type { CurrentDirectory } from '../app/current-directory.js'
import { utf8 } from '../core/encoding/bytes.js'
import { excerptOf } from '../core/form/excerpt.js'
import type { HttpDeps } from './deps.js'
import { takesGzip } from './encodings.js'
import { printBytes } from './bytes.js'
import { atMostPerSecond } from './rate.js'
import { remembered } from './remembered.js'
import { type Api, problemResponses } from './routes.js'

const Note = z.custom<Uint8Array>().meta({
  id: 'DirectoryNote',
  type: 'string',
  description: 'A C2SP signed note: docs/protocol.md, "Directory"',
})

const OneDirectory = z.strictObject({
  sequence: z
    .string()
    .regex(/^[1-9]\d{0,8}$/)
    .transform(Number),
})

const compress = promisify(gzip)

/**
 * Answers with bytes that are made of the newest directory; they are made, and compressed, once for each.
 * @param type content type of the answer
 */
function answering(type: string, make: (newest: VerifiedDirectory) => Uint8Array) {
  let last: { tag: string; bytes: Uint8Array; packed: Promise<Uint8Array> | null } | null = null
  return async (newest: VerifiedDirectory, request: FastifyRequest, reply: FastifyReply) => {
    const tag = `"${printBytes(newest.sha256)}"`
    if (last?.tag !== tag) last = { tag, bytes: make(newest), packed: null }
    const made = last
    const isPacked = takesGzip(request.headers['accept-encoding'])
    // The same directory in other bytes: such a tag is a weak one (RFC 9110, section 8.8.1).
    reply.header('etag', isPacked ? `W/${tag}` : tag)
    reply.header('vary', 'accept-encoding')
    if (request.headers['if-none-match']?.replace(/^W\//, '') === tag)
      return reply.code(304).send(new Uint8Array(0))
    reply.header('content-type', type)
    if (!isPacked) return reply.send(made.bytes)
    reply.header('content-encoding', 'gzip')
    made.packed ??= compress(made.bytes, { level: constants.Z_BEST_COMPRESSION })
    return reply.send(await made.packed)
  }
}

/** How long what was found is given again without a look: ten looks a second at most, whoever asks, also while the store is away. */
const againMs = 100
/** How long a look is waited for where a directory is in memory: after that it is as good as what comes late. */
const patienceMs = 1000

/**
 * The newest directory for who must not wait for the store. What the store said is believed for two seconds
 * (app/current-directory.ts): a flood costs it nothing, and a new directory is seen after that, or once the store answers.
 */
function newestAtHand(directories: Pick<CurrentDirectory, 'newest'>) {
  let known: VerifiedDirectory | null = null
  return remembered(async () => {
    const looked = directories.newest()
    known = await (known === null
      ? looked
      : Promise.race([looked, sleep(patienceMs, known, { ref: false })]))
    return known
  }, againMs)
}

export function directoryRoutes(
  app: Api,
  { directories, settings }: Pick<HttpDeps, 'directories' | 'settings'>,
): void {
  const newest = newestAtHand(directories)
  const answerNote = answering('text/plain; charset=utf-8', ({ note }) => note)
  const answerExcerpt = answering('application/json; charset=utf-8', ({ directory }) =>
    utf8(JSON.stringify(DirectoryExcerpt.parse(excerptOf(directory)))),
  )

  app.route({
    method: ['GET', 'HEAD'],
    url: '/v1/directories/:sequence',
    onRequest: atMostPerSecond(settings.perSecond.applicants),
    schema: {
      operationId: 'getPastDirectory',
      summary: 'A directory that was published once: what was signed under it is checked with it',
      params: OneDirectory,
      response: {
        200: {
          description: 'The directory with this sequence; it never changes',
          content: { 'text/plain': { schema: Note } },
        },
        ...problemResponses,
      },
    },
    handler: async (request, reply) => {
      const directory = await directories.bySequence(request.params.sequence)
      if (directory === null) throw new KhancapError('not_found')
      reply.header('cache-control', 'public, max-age=31536000, immutable')
      reply.header('content-type', 'text/plain; charset=utf-8')
      return reply.send(directory.note)
    },
  })

  app.route({
    method: ['GET', 'HEAD'],
    url: '/v1/directory',
    schema: {
      operationId: 'getDirectory',
      summary: 'The signed directory: programs and keyring',
      response: {
        200: {
          description: 'The newest directory',
          content: { 'text/plain': { schema: Note } },
        },
        ...problemResponses,
      },
    },
    // Expired or not: whoever seals looks at its end, and whoever works on what was promised needs it.
    handler: async (request, reply) => answerNote(await newest(), request, reply),
  })

  app.route({
    method: ['GET', 'HEAD'],
    url: '/v1/directory/excerpt',
    schema: {
      operationId: 'getDirectoryExcerpt',
      summary: 'What pages show of the newest directory: programs without keys, unsigned',
      response: {
        200: {
          description: 'Drawn from before the directory has come, and held against it afterwards',
          content: { 'application/json': { schema: DirectoryExcerpt } },
        },
        ...problemResponses,
      },
    },
    handler: async (request, reply) => answerExcerpt(await newest(), request, reply),
  })
}
