// The token of a mailbox, made from the receipt code: the only way to a case that an applicant has.
import type { FastifyRequest } from 'fastify'
import { KhancapError } from '../../schemas/problem.js'

/** 32 bytes in canonical base64url: the last letter carries four bits. */
const bearer = /^Bearer ([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])$/

/** @throws KhancapError `mailbox_unknown`: a token of another form is the token of no mailbox */
export function tokenOf(request: FastifyRequest): Uint8Array {
  const token = bearer.exec(request.headers.authorization ?? '')?.[1]
  if (token === undefined) throw new KhancapError('mailbox_unknown')
  return Buffer.from(token, 'base64url')
}
