// The OpenAPI document of the API's routes. The generator names each schema twice, as it is sent and as it is read;
// here each has one name, and only what a client needs is listed.
import swagger from '@fastify/swagger'
import { fastify } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { openPool } from '../../src/adapters/postgres/pool.js'
import { postgresStore } from '../../src/adapters/postgres/postgres-store.js'
import { currentDirectory } from '../../src/app/current-directory.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { apiRoutes } from '../../src/http/http-app.js'
import { httpSettings } from '../../src/http/limits.js'
import { pinoLog } from '../../src/logger.js'

interface Document {
  readonly paths: Record<string, Record<string, unknown>>
  readonly components: { readonly schemas: Record<string, unknown> }
}

/** What is inside sealed and signed files: in no route, and in every client. */
const inside = [
  'AdditionContent',
  'Directory',
  'EnvelopeContent',
  'LetterContent',
  'LetterMessage',
  'NoteContent',
  'NoteMessage',
  'ReceiptContent',
  'ReplyContent',
  'ReplyMessage',
  'SlipContent',
]

const reference = /"#\/components\/schemas\/(\w+)"/g

function namesIn(value: unknown): string[] {
  return [...JSON.stringify(value).matchAll(reference)].map(match => match[1] ?? '')
}

/** Replaces names in every reference. */
function renamed(text: string, rename: (name: string) => string): string {
  return text.replaceAll(
    reference,
    (_match, name: string) => `"#/components/schemas/${rename(name)}"`,
  )
}

/** Names of schemas that are the same as they are sent and as they are read, all the way down. */
function sameBothWays(schemas: Record<string, unknown>): Set<string> {
  const same = new Set(Object.keys(schemas).filter(name => `${name}Input` in schemas))
  const asRead = (name: string) =>
    name.endsWith('Input') && same.has(name.slice(0, -5)) ? name.slice(0, -5) : name
  for (let before = -1; before !== same.size; ) {
    before = same.size
    for (const name of same)
      if (
        renamed(JSON.stringify(schemas[`${name}Input`]), asRead) !== JSON.stringify(schemas[name])
      )
        same.delete(name)
  }
  return same
}

/** Schemas that paths and sealed files refer to, in order of name. */
function neededSchemas({ paths, components: { schemas } }: Document): Record<string, unknown> {
  const needed = new Set<string>()
  const pending = [...namesIn(paths), ...inside]
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (needed.has(name)) continue
    if (!(name in schemas)) throw new Error(`no schema ${name}`)
    needed.add(name)
    pending.push(...namesIn(schemas[name]))
  }
  return Object.fromEntries([...needed].toSorted().map(name => [name, schemas[name]]))
}

function withOneName(document: Document): Document {
  const same = sameBothWays(document.components.schemas)
  const once: Document = JSON.parse(
    renamed(JSON.stringify(document), name =>
      name.endsWith('Input') && same.has(name.slice(0, -5)) ? name.slice(0, -5) : name,
    ),
  )
  const needed = neededSchemas(once)
  // What is only ever sent needs no ending to tell it apart.
  const short = (name: string) => {
    const bare = name.replace(/Input$/, '')
    return name in needed && bare !== name && !(bare in needed) ? bare : name
  }
  const schemas = Object.fromEntries(
    Object.entries(needed).map(([name, schema]) => [short(name), schema]),
  )
  return JSON.parse(
    renamed(JSON.stringify({ ...once, components: { ...once.components, schemas } }), short),
  )
}

/** HEAD goes with GET (RFC 9110 §9.3.2) and is not worth a description of its own; an upload has one and no GET. */
function withoutHead(document: Document): Document {
  const paths = Object.entries(document.paths).map(([path, methods]) => [
    path,
    Object.fromEntries(
      Object.entries(methods).filter(
        ([method]) => method !== 'head' || methods['get'] === undefined,
      ),
    ),
  ])
  return { ...document, paths: Object.fromEntries(paths) }
}

export async function openApi(version: string): Promise<string> {
  const app = fastify({ logger: false, exposeHeadRoutes: false })
  await app.register(swagger, {
    exposeHeadRoutes: true,
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Khancap',
        version,
        description:
          'Requests for support, sealed on the device of who asks. Binary values are base64url without padding. Failures are problem documents (docs/problems.md). Byte layouts and signatures: docs/protocol.md.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          mailboxToken: {
            type: 'http',
            scheme: 'bearer',
            description:
              'The mailbox token, 32 bytes in base64url, derived from the receipt code (docs/protocol.md)',
          },
          handlerSignature: {
            type: 'apiKey',
            in: 'header',
            name: 'Signature',
            description:
              'An RFC 9421 signature by a key in the keyring, with Signature-Input and Content-Digest (docs/protocol.md)',
          },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  })
  const primitives = await nodePrimitives()
  // Nothing is asked of it: a pool connects when it is first used.
  const pool = openPool('postgres://127.0.0.1/none')
  const store = postgresStore(pool)
  const root = '0'.repeat(64)
  await app.register(async api =>
    apiRoutes(api, {
      store,
      primitives,
      log: pinoLog({ write() {} }),
      receiptKey: { name: 'none', seed: new Uint8Array(32) },
      directories: currentDirectory({ store, primitives, root, now: Date.now }),
      settings: httpSettings,
      pages: null,
      offlineTemplates: new Map(),
      deployment: { origin: 'http://127.0.0.1', root, demo: true },
      now: Date.now,
      onCommitted() {},
    }),
  )
  await app.ready()
  const document: Document = JSON.parse(JSON.stringify(app.swagger()))
  await app.close()
  await pool.end()
  return `${JSON.stringify(withOneName(withoutHead(document)), null, 2)}\n`
}
