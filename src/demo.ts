// Prepares the demo for a start: keys, handlers' folders, and the signed directory where serveApi will find it.
import { join } from 'node:path'
import type { Instant } from '../schemas/encoding.js'
import { KhancapError } from '../schemas/problem.js'
import { type SignedSite, SiteList, siteListPath } from '../schemas/site.js'
import { type VerifiedDirectory, verifyDirectory } from '../keys/directory.js'
import type { Config } from './config.js'
import type { PassphrasePrimitives } from './core/crypto/primitives.js'
import { encodeBase64url } from './core/encoding/base64url.js'
import { equalBytes, utf8 } from './core/encoding/bytes.js'
import { demoKeys, place, pointHandlers, readDemoSource, readText } from './demo-folder.js'
import { demoDirectory, demoRoot } from './demo-organisation.js'
import type { DirectoryStore } from './ports/directory-store.js'
import { StartFailure } from './start-failure.js'

export interface Demo {
  /** The fingerprint that its pages and handlers pin. */
  readonly root: string
  /** Names of its handlers; the first one is offered for a try. */
  readonly handlers: readonly string[]
}

export interface DemoDeps {
  readonly config: Config
  readonly store: Pick<DirectoryStore, 'latestDirectory'>
  readonly primitives: PassphrasePrimitives
  /** Where the service is reached. */
  readonly address: string
  /** The folder of the built pages; null where there are none. */
  readonly pages: string | null
  readonly now: () => Instant
}

/**
 * Makes what is missing and signs a new directory where the last one no longer says what is so. Idempotent; a kill in
 * between leaves nothing that the next start does not finish.
 * @throws StartFailure
 */
export async function prepareDemo(deps: DemoDeps): Promise<Demo> {
  const { config, primitives, address } = deps
  const source = await readDemoSource(config.home)
  const keys = await demoKeys(primitives, config, source)
  const root = await demoRoot(primitives, keys)
  const latest = await latestDirectory(deps, root)
  const now = deps.now()
  const site = await builtSite(deps)
  const directory = await demoDirectory(primitives, source, keys, { latest, address, site, now })
  const written = await readText(config.directoryFile)
  if (written === null || !equalBytes(utf8(written), directory.note))
    await place(config.directoryFile, directory.note)
  await pointHandlers(config.home, source, { url: address, root })
  return { root, handlers: source.handlers.map(({ id }) => id) }
}

/** The pages of this very program: the demo signs what it serves. */
async function builtSite({ primitives, pages }: DemoDeps): Promise<SignedSite | null> {
  const text = pages === null ? null : await readText(join(pages, siteListPath))
  if (text === null) return null
  const { version } = SiteList.parse(JSON.parse(text)).manifest
  return { version, sha256: encodeBase64url(await primitives.sha256(utf8(text))) }
}

/** The newer one of what the file and the store hold: a kill may have come between the two. */
async function latestDirectory(deps: DemoDeps, root: string): Promise<VerifiedDirectory | null> {
  const { config, store, primitives } = deps
  const stored = await store.latestDirectory()
  const published =
    stored === null
      ? null
      : await verifyDirectory(primitives, stored.note, { root, now: null }).catch(wrongRoot)
  const text = await readText(config.directoryFile)
  const written =
    text === null
      ? null
      : await verifyDirectory(primitives, utf8(text), { root, now: null }).catch(() => null)
  if (published === null || written === null) return published ?? written
  return written.directory.sequence > published.directory.sequence ? written : published
}

function wrongRoot(error: unknown): never {
  if (!(error instanceof KhancapError)) throw error
  throw new StartFailure(
    'the database belongs to another organisation than this demo: set KHANCAP_ROOT to its fingerprint, or use another database',
    { cause: error },
  )
}
