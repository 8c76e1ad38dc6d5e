// Hook of each handler's route: the RFC 9421 signature is checked over the bytes of the body before anything reads
// them, and the request carries who acts from then on (docs/protocol.md, "Requests of handlers").
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { KhancapError } from '../../schemas/problem.js'
import { type Actor, admitHandler } from '../app/admit-handler.js'
import { readSignature } from '../core/http-signature/verify.js'
import type { HttpDeps } from './deps.js'
import { bodyBytes } from './json-body.js'

declare module 'fastify' {
  interface FastifyRequest {
    actor: Actor | null
  }
}

/** A header that came once; two of a kind are none. */
function single(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

export function carryActor(app: FastifyInstance): void {
  app.decorateRequest('actor', null)
}

/** @returns a preValidation hook that ends the request unless a handler of the keyring has signed it */
export function signedBy(deps: Pick<HttpDeps, 'store' | 'directories' | 'primitives' | 'now'>) {
  return async function admit(request: FastifyRequest): Promise<void> {
    const { directory } = await deps.directories.latest()
    const { headers, method, raw } = request
    const claim = await readSignature(
      {
        signature: single(headers['signature']),
        signatureInput: single(headers['signature-input']),
        contentDigest: single(headers['content-digest']),
        contentType: headers['content-type'],
      },
      {
        method,
        targetUris: directory.addresses.map(address => `${address}${raw.url ?? ''}`),
        body: bodyBytes(request),
      },
      deps.primitives,
    )
    request.actor = await admitHandler(deps, claim)
  }
}

/** @throws KhancapError `signature_missing`: a route that forgot its hook lets nobody in */
export function actorOf(request: FastifyRequest): Actor {
  if (request.actor === null) throw new KhancapError('signature_missing')
  return request.actor
}
