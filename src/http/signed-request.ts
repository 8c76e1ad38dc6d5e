// Hooks of each handler's route: the RFC 9421 signature is checked before the request costs anything that others need
// (a token of the route's bucket, memory for a body, a write), and again with its body before anything reads that;
// the request carries who acts from then on (docs/protocol.md, "Requests of handlers").
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ActAnchor } from '../../schemas/case.js'
import { KhancapError } from '../../schemas/problem.js'
import { type Actor, admitHandler, recogniseHandler } from '../app/admit-handler.js'
import { readAnchor } from '../core/case/anchor.js'
import { expectBody, readSignature, type SignatureClaim } from '../core/http-signature/verify.js'
import type { HttpDeps } from './deps.js'
import { bodyBytes } from './json-body.js'
import { atMostPerSecond } from './rate.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** A signature by a key of the keyring; of the body nothing is known yet. */
    claim: SignatureClaim | null
    actor: Actor | null
  }
}

type SigningDeps = Pick<HttpDeps, 'store' | 'directories' | 'primitives' | 'now' | 'settings'>

/** A header that came once; two of a kind are none. */
function single(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

export function carryActor(app: FastifyInstance): void {
  app.decorateRequest('claim', null)
  app.decorateRequest('actor', null)
}

/**
 * Whoever acts with a directory of before vouches for keys that have left since: they fetch the newest first.
 * @throws KhancapError `request_invalid` where an act has a query that is not an anchor, `directory_stale`
 */
function anchorOf({ method, raw }: FastifyRequest, newest: number): ActAnchor | null {
  const query = /\?.*$/.exec(raw.url ?? '')?.[0] ?? ''
  if (method !== 'POST' || query === '') return null
  const anchor = readAnchor(query)
  if (anchor?.directory === newest) return anchor
  if (anchor !== null && anchor.directory < newest) throw new KhancapError('directory_stale')
  const fault =
    anchor === null
      ? { pointer: '', code: 'not_an_anchor' }
      : { pointer: '/directory', code: 'unknown' }
  throw new KhancapError('request_invalid', { faults: [fault] })
}

/**
 * An onRequest hook with a bucket of its own. Who has not signed is refused here, at about the price of telling them
 * to come back later: a flood of strangers takes no handler's turn.
 */
export function recognised({ directories, primitives, now, settings }: SigningDeps) {
  const shed = atMostPerSecond(settings.perSecond.handlers)
  return async function recognise(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { directory } = await directories.newest()
    const { headers, method, raw } = request
    const claim = readSignature(
      {
        signature: single(headers['signature']),
        signatureInput: single(headers['signature-input']),
        contentDigest: single(headers['content-digest']),
        contentType: headers['content-type'],
      },
      { method, targetUris: directory.addresses.map(address => `${address}${raw.url ?? ''}`) },
      primitives,
    )
    recogniseHandler(directory, claim, now())
    await shed(request, reply)
    request.claim = claim
  }
}

/** @returns a preValidation hook that ends the request unless a handler of the keyring has signed all of it, once */
export function signedBy(deps: SigningDeps) {
  return async function admit(request: FastifyRequest): Promise<void> {
    const { claim } = request
    if (claim === null) throw new KhancapError('signature_missing')
    await expectBody(claim, bodyBytes(request), deps.primitives)
    const { directory } = await deps.directories.newest()
    request.actor = await admitHandler(deps, claim, anchorOf(request, directory.sequence))
  }
}

/** @throws KhancapError `signature_missing`: a route that forgot its hook lets nobody in */
export function actorOf(request: FastifyRequest): Actor {
  if (request.actor === null) throw new KhancapError('signature_missing')
  return request.actor
}
