// Headers of every response: a page may load its own files and nothing else, and nothing stays on the device.
import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'
import { sitePolicy } from '../../schemas/site.js'

/** For responses that are written past the framework. */
export const bareHeaders = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const

export async function secureHeaders(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    // Sent below, as the very letters that the organisation signs with the site.
    contentSecurityPolicy: false,
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    // An onion address has no certificate to insist on; the clearnet's proxy sends its own.
    strictTransportSecurity: false,
  })
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
    reply.header('content-security-policy', sitePolicy)
    reply.header(
      'permissions-policy',
      'camera=(), microphone=(), geolocation=(), browsing-topics=(), interest-cohort=()',
    )
  })
}
