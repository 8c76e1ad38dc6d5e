// The built pages on the API in a process of its own, with a directory in which ten people read every request; and the
// code that asks the built sealing Workers, as the pages do.
import { resolve } from 'node:path'
import { readdir } from 'node:fs/promises'
import { build } from 'esbuild'
import { shippedPrograms } from '../schemas/programs/shipped.js'
import { identityRecipient, identitySigningKey, newIdentity } from '../keys/identity.js'
import { openPool } from '../src/adapters/postgres/pool.js'
import { postgresStore } from '../src/adapters/postgres/postgres-store.js'
import { publishDirectory } from '../src/app/publish-directory.js'
import { encodeBase64url } from '../src/core/encoding/base64url.js'
import { fromUtf8 } from '../src/core/encoding/bytes.js'
import { testOrganisation } from '../test/helper/organisation.js'
import type { ApiReady, ApiTold } from './api-child.js'
import { startChild } from './children.js'
import { startPostgres } from './postgres.js'
import type { Run } from './row.js'
import type { Opening } from './sealer-page.js'

const team = 'vietnam'
/** Beside the three of the team. */
const moreReaders = 7

export interface Site {
  readonly url: string
  /** What a page hands to a sealing Worker that is kept at this address. */
  readonly opening: (engine: 'wasm' | 'pure') => Promise<Opening>
}

export async function site(run: Run): Promise<Site> {
  const server = await startPostgres(run, { unsafe: true })
  const database = await server.newDatabase('pages')
  const programs = shippedPrograms.map(program => ({
    ...program,
    routing: program.routing.map(rule => ({ ...rule, team })),
    fallback_team: team,
  }))
  const organisation = await testOrganisation({ programs })
  const { directory, primitives, receiptKey, root } = organisation
  const [first] = directory.handlers
  if (first === undefined) throw new Error('a directory has handlers')
  const more = Array.from({ length: moreReaders }, (_, index) => {
    const id = `reader-${index}`
    const identity = newIdentity(primitives, id)
    const recipient = identityRecipient(primitives, identity)
    const key = encodeBase64url(identitySigningKey(primitives, identity).key)
    return {
      ...first,
      id,
      recipients: first.recipients.map(each => ({ ...each, recipient })),
      signing_keys: first.signing_keys.map(each => ({ ...each, key })),
    }
  })
  const note = await organisation.sign({ handlers: [...directory.handlers, ...more] })
  const pool = openPool(database)
  run.defer(() => pool.end())
  const store = postgresStore(pool)
  await publishDirectory({ store, primitives, root, now: Date.now }, note)
  const { origin } = directory
  const told: ApiTold = {
    url: database,
    root,
    origin,
    receiptKey: {
      name: receiptKey.name,
      seed: Buffer.from(receiptKey.seed).toString('base64'),
    },
    pages: resolve('build/web'),
  }
  const { ready } = await startChild<ApiReady>(run, 'api-child', told)
  return {
    url: `http://127.0.0.1:${ready.port}`,
    async opening(engine) {
      const names = await readdir('build/web/a')
      const worker = names.find(name => name.startsWith(`seal-${engine}-`) && name.endsWith('.js'))
      if (worker === undefined) throw new Error(`no sealing Worker ${engine} was built`)
      const deployment = { origin, root, demo: false }
      return { worker: `/a/${worker}`, deployment, note: fromUtf8(note) }
    },
  }
}

/** A file of bench/ as one script for a browser. */
export async function bundled(file: `${string}-page`): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`bench/${file}.ts`],
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    write: false,
    logLevel: 'error',
  })
  return outputFiles[0]?.text ?? ''
}
