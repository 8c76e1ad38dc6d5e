// The API half, wired but without a process: publishes the directory, opens the two ports, and closes them again.
// `npm run api` and `npm start` both run this.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { KhancapError } from '../schemas/problem.js'
import type { VerifiedDirectory } from '../keys/directory.js'
import type { NoteSigner } from '../keys/note.js'
import { readSigningKey } from '../keys/signing-key.js'
import { type CurrentDirectory, currentDirectory } from './app/current-directory.js'
import type { Config } from './config.js'
import { isLoopback } from './core/encoding/loopback.js'
import type { Primitives } from './core/crypto/primitives.js'
import type { OfflineTemplates } from './core/offline/offline-form.js'
import { encodeBase64url } from './core/encoding/base64url.js'
import { watchExpiry } from './directory-expiry.js'
import { publishedFile } from './directory-file.js'
import { httpApp } from './http/http-app.js'
import { type HttpSettings, httpSettings } from './http/limits.js'
import { metricsApp } from './http/metrics-app.js'
import type { Log } from './ports/log.js'
import type { Store } from './ports/store.js'
import { listenFailure, StartFailure } from './start-failure.js'

export interface ServeApiDeps {
  readonly config: Pick<
    Config,
    'host' | 'port' | 'metricsPort' | 'directoryFile' | 'openIntakes' | 'uploads'
  >
  /** The pinned fingerprint. */
  readonly root: string
  readonly store: Store
  readonly primitives: Primitives
  readonly log: Log
  readonly receiptKey: NoteSigner
  /** The folder of the built pages, or null. */
  readonly pages: string | null
  /** Of the offline forms. */
  readonly offlineTemplates: OfflineTemplates
  /** Wakes a relay in this process, if there is one. */
  readonly onCommitted: () => void
}

export interface RunningApi {
  /** Where it listens, with the port that was taken. */
  readonly url: string
  readonly metricsUrl: string
  readonly directories: CurrentDirectory
  /** Ends the requests under way, then resolves. The store is its owner's to close. */
  close(): Promise<void>
}

/** The folder of the pages that were built with this program; null where only the server was. */
export function builtPages(): string | null {
  const folder = fileURLToPath(new URL('../web', import.meta.url))
  return existsSync(folder) ? folder : null
}

/** @throws StartFailure where the file cannot be read or holds no key */
export function loadReceiptKey(path: string): NoteSigner {
  const advice =
    'KHANCAP_RECEIPT_KEY_FILE must name the receipt key that `khancap org init` made for this server'
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new StartFailure(`the receipt key cannot be read: ${advice}`, { cause })
  }
  try {
    return readSigningKey(text)
  } catch (cause) {
    throw new StartFailure(`the receipt key's file holds no key: ${advice}`, { cause })
  }
}

/** The directory to start with, expired or not: an expired one is for the organisation to renew, while we run. */
async function firstDirectory(
  { store }: ServeApiDeps,
  directories: CurrentDirectory,
  fileFound: boolean,
): Promise<VerifiedDirectory> {
  const stored = await store.latestDirectory()
  const directory = stored === null ? null : await directories.bySequence(stored.sequence)
  if (directory !== null) return directory
  throw new StartFailure(
    fileFound
      ? 'the directory in KHANCAP_DIRECTORY_FILE was refused: does it verify with KHANCAP_ROOT, and has it not expired?'
      : 'no directory has been published: put the signed note of `khancap org publish` where KHANCAP_DIRECTORY_FILE points',
  )
}

/** A receipt that pages and CLI would refuse is worse than none. */
function expectReceiptKey(
  { primitives, receiptKey }: ServeApiDeps,
  { directory }: VerifiedDirectory,
): void {
  const key = encodeBase64url(primitives.ed25519PublicKey(receiptKey.seed))
  if (!directory.receipt_keys.some(each => each.key === key && each.name === receiptKey.name))
    throw new StartFailure(
      'the receipt key is not in the directory: use the key that it names, or publish a directory that names this one',
    )
}

function settingsOf({ openIntakes, uploads }: ServeApiDeps['config']): HttpSettings {
  const { intakes } = httpSettings
  return {
    ...httpSettings,
    intakes: { ...intakes, openPerHour: openIntakes ?? intakes.openPerHour },
    uploads: { ...httpSettings.uploads, ...uploads },
  }
}

/** @throws StartFailure, KhancapError `directory_invalid`, `store_unavailable` */
export async function serveApi(deps: ServeApiDeps): Promise<RunningApi> {
  const { config, root, store, primitives, log } = deps
  const { now } = Date
  const directories = currentDirectory({ store, primitives, root, now })
  const file = publishedFile({ path: config.directoryFile, root, store, primitives, log })
  const expiry = watchExpiry({ directories, log, now })
  const closing: (() => Promise<unknown>)[] = [async () => file.close(), async () => expiry.close()]
  async function close(): Promise<void> {
    for (const end of closing.splice(0)) await end()
  }

  try {
    const first = await firstDirectory(deps, directories, await file.look())
    expectReceiptKey(deps, first)
    await expiry.look()
    const { origin, demo } = first.directory
    if (demo && !isLoopback(config.host))
      throw new StartFailure(
        'the demo organisation listens on this machine only: set KHANCAP_HOST to 127.0.0.1',
      )
    const app = await httpApp({
      ...deps,
      directories,
      settings: settingsOf(config),
      deployment: { origin, root, demo },
      now,
    })
    closing.push(() => app.close())
    const metrics = await metricsApp({ store, directories, log, now })
    closing.push(() => metrics.close())

    const { host, port, metricsPort } = config
    const url = await app.listen({ host, port }).catch((error: unknown) => {
      throw listenFailure(error, port, 'KHANCAP_PORT')
    })
    const metricsUrl = await metrics
      .listen({ host: '127.0.0.1', port: metricsPort })
      .catch((error: unknown) => {
        throw listenFailure(error, metricsPort, 'KHANCAP_METRICS_PORT')
      })
    log.info('api serves', { port: Number(new URL(url).port), sequence: first.directory.sequence })
    return { url, metricsUrl, directories, close }
  } catch (error) {
    await close()
    if (error instanceof KhancapError && error.code === 'directory_invalid')
      throw new StartFailure(
        'the published directory does not verify with KHANCAP_ROOT: is it the fingerprint of this organisation?',
        { cause: error },
      )
    throw error
  }
}
