// Step 1 for who has no network later: the form as a file, with the directory of now inside. It is downloaded, and never
// shown here: in the site's own origin it may do nothing.
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import * as z from 'zod'
import { KhancapError } from '../../schemas/problem.js'
import { downloadPolicy } from '../../schemas/site.js'
import { type OfflineForm, offlineForms } from '../app/offline-form.js'
import type { HttpDeps } from './deps.js'
import { takesGzip } from './encodings.js'
import { atMostPerSecond } from './rate.js'
import { type Api, problemResponses } from './routes.js'

const pack = promisify(gzip)

const Html = z.custom<Uint8Array>().meta({
  id: 'OfflineForm',
  type: 'string',
  description: 'An HTML file that works without network: docs/protocol.md, "Offline form"',
})

const OneForm = z.strictObject({ file: z.string().max(40) })

export function offlineRoutes(
  app: Api,
  deps: Pick<HttpDeps, 'deployment' | 'directories' | 'offlineTemplates' | 'settings'>,
): void {
  const { deployment, directories, offlineTemplates: templates, settings } = deps
  const forms = offlineForms({ templates, directories, root: deployment.root })
  /** By form: as long as the form itself is kept. Nothing in it is secret, so that its compressed length tells nothing. */
  const packed = new WeakMap<OfflineForm, Promise<Uint8Array>>()

  app.route({
    method: ['GET', 'HEAD'],
    url: '/offline/:file',
    onRequest: atMostPerSecond(settings.perSecond.applicants),
    schema: {
      operationId: 'getOfflineForm',
      summary: 'The form of a language as a file that works without network, as in vi.html',
      params: OneForm,
      response: {
        200: {
          description: 'The form, with the newest directory inside',
          content: { 'text/html': { schema: Html } },
        },
        ...problemResponses,
      },
    },
    handler: async (request, reply) => {
      const [, language] = /^([A-Za-z-]+)\.html$/.exec(request.params.file) ?? []
      const form = language === undefined ? null : await forms.form(language)
      if (form === null) throw new KhancapError('not_found')
      reply.header('content-type', 'text/html; charset=utf-8')
      reply.header('content-disposition', `attachment; filename="${form.name}"`)
      reply.header('content-security-policy', downloadPolicy)
      reply.header('vary', 'accept-encoding')
      if (!takesGzip(request.headers['accept-encoding'])) return reply.send(form.bytes)
      const packing = packed.get(form) ?? pack(form.bytes, { level: 9 })
      packed.set(form, packing)
      reply.header('content-encoding', 'gzip')
      return reply.send(await packing)
    },
  })
}
