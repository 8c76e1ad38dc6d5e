// The applicants' pages: files of one fixed folder, known at start, and the root that they pin.
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { Deployment } from '../../schemas/directory.js'
import type { HttpDeps } from './deps.js'
import { type Api, problemResponses } from './routes.js'

/** A file whose name holds the hash of its content (as esbuild writes it) never changes. */
const hashed = /-[A-Z0-9]{8}\.(?!html$)[a-z0-9]+$/

export function deploymentRoute(app: Api, { deployment }: Pick<HttpDeps, 'deployment'>): void {
  app.route({
    method: ['GET', 'HEAD'],
    url: '/deployment.json',
    schema: {
      operationId: 'getDeployment',
      summary: 'The root that the pages of this deployment pin',
      response: { 200: Deployment, ...problemResponses },
    },
    handler: async () => deployment,
  })
}

/** Each file becomes a route of its own: no path is ever resolved against the disk. */
export async function pageRoutes(app: FastifyInstance, folder: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: folder,
    wildcard: false,
    preCompressed: true,
    globIgnore: ['**/*.br', '**/*.gz', '**/*.map'],
    dotfiles: 'ignore',
    // Caches are decided here: pages leave nothing on the device, hashed files are fetched once.
    cacheControl: false,
    setHeaders(reply, path) {
      const name = path.replace(/\.(br|gz)$/, '')
      if (hashed.test(name)) reply.header('cache-control', 'public, max-age=31536000, immutable')
    },
  })
}
