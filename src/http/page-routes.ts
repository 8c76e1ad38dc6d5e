// The applicants' pages: files of one fixed folder, known at start, and the root that they pin.
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { Deployment } from '../../schemas/directory.js'
import { hashedName, keptForever } from '../../schemas/site.js'
import type { HttpDeps } from './deps.js'
import { noContact } from './no-contact.js'
import { atMostPerSecond } from './rate.js'
import { type Api, problemResponses } from './routes.js'

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

/** For who runs no scripts: what the directory says about mail, as plain text. */
export function contactRoute(
  app: Api,
  { directories, settings }: Pick<HttpDeps, 'directories' | 'settings'>,
): void {
  app.route({
    method: ['GET', 'HEAD'],
    url: '/contact.txt',
    onRequest: atMostPerSecond(settings.perSecond.applicants),
    schema: {
      operationId: 'getContact',
      summary: 'The mail address and public key that the directory names, as text',
      response: {
        200: {
          description:
            'An address, an empty line, and a key where there is one; else, in each language, what to do instead',
          content: { 'text/plain': { schema: z.string() } },
        },
        ...problemResponses,
      },
    },
    handler: async (_request, reply) => {
      const { directory } = await directories.newest()
      const { mail, key } = directory.contact ?? { mail: noContact }
      reply.header('content-type', 'text/plain; charset=utf-8')
      return reply.send(key === undefined ? `${mail}\n` : `${mail}\n\n${key.trim()}\n`)
    },
  })
}

/** A language typed without its slash. The address is written here: nothing of the request is in it. */
async function redirectToFolders(app: FastifyInstance, folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true })
  for (const { name } of entries.filter(entry => entry.isDirectory()))
    if (existsSync(join(folder, name, 'index.html')))
      app.route({
        method: ['GET', 'HEAD'],
        url: `/${name}`,
        handler: async (_request, reply) => reply.redirect(`/${name}/`, 308),
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
    // What is kept never changes, and the rest is not kept. Without them whoever checks a site can refuse those by which
    // a server would know a visitor again (cli/site/headers.ts).
    etag: false,
    lastModified: false,
    setHeaders(reply, path) {
      const name = path.replace(/\.(br|gz)$/, '')
      if (hashedName.test(name)) reply.header('cache-control', keptForever)
    },
  })
  await redirectToFolders(app, folder)
  // What stands at well-known places: the list of the site's files, and what WEBCAT asks for where an operator put it there.
  const wellKnown = join(folder, '.well-known')
  if (existsSync(wellKnown))
    await app.register(fastifyStatic, {
      root: wellKnown,
      prefix: '/.well-known/',
      wildcard: false,
      decorateReply: false,
      cacheControl: false,
    })
}
