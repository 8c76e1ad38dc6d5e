// What the rows about intakes share: a server with a database, the API in a process of its own, and its load.
import type { IntakeGroups } from '../src/adapters/postgres/intakes.js'
import type { ApiReady, ApiTold } from './api-child.js'
import { type Child, startChild } from './children.js'
import { bytesLoader, intakeLoader, type Loader, warmUp } from './load.js'
import { type Opened, publishOn, sealRequest, storedBytes } from './organisation.js'
import type { PeerTold } from './peer-child.js'
import { makePeerTable } from './pgbench.js'
import { type Server, type ServerOptions, startPostgres } from './postgres.js'
import type { Run } from './row.js'

/** No groups: each request has a transaction of its own, as many at once as there are connections. */
export const insertPerRequest: IntakeGroups = {
  maxMembers: 1,
  maxBytes: 1,
  groupsInFlight: 32,
  fullAt: 1,
}

export interface LoadedApi {
  readonly child: Child<ApiReady>
  readonly load: Loader
}

export interface IntakeSetUp {
  readonly server: Server
  /** The database of the API. */
  readonly url: string
  readonly opened: Opened
  /** Of the sealed parts of one request. */
  readonly bytes: number
  readonly startApi: (
    changes?: Partial<ApiTold>,
    execArgv?: readonly string[],
  ) => Promise<LoadedApi>
  /** Fastify with one insert of the same bytes, or with none. */
  readonly startPeer: (inserts: boolean) => Promise<Loader>
}

export async function intakeSetUp(run: Run, options: ServerOptions = {}): Promise<IntakeSetUp> {
  const server = await startPostgres(run, options)
  const url = await server.newDatabase('service')
  const opened = await publishOn(run, url)
  const request = await sealRequest(opened)
  const { root, receiptKey, directory } = opened.organisation
  return {
    server,
    url,
    opened,
    bytes: storedBytes(request),
    async startApi(changes = {}, execArgv = []) {
      const told: ApiTold = {
        url,
        root,
        origin: directory.origin,
        receiptKey: {
          name: receiptKey.name,
          seed: Buffer.from(receiptKey.seed).toString('base64'),
        },
        ...changes,
      }
      const child = await startChild<ApiReady>(run, 'api-child', told, { execArgv })
      return { child, load: await intakeLoader(run, child.ready.port, request) }
    },
    async startPeer(inserts) {
      if (inserts) await makePeerTable(url)
      const told: PeerTold = { url: inserts ? url : null }
      const child = await startChild<ApiReady>(run, 'peer-child', told)
      return bytesLoader(run, child.ready.port, storedBytes(request))
    },
  }
}

/** One set-up for all rows of a process. */
export function sharedIntake(run: Run): Promise<IntakeSetUp> {
  return run.shared('intake', () => intakeSetUp(run))
}

/** The API as it is delivered, warm. */
export function warmApi(run: Run): Promise<LoadedApi> {
  return run.shared('api', async () => {
    const api = await (await sharedIntake(run)).startApi()
    await warmUp(32, api.load)
    return api
  })
}

/** One set-up for the rows about many cases, each of which wants more than the one before. */
export function sharedCases(run: Run): Promise<IntakeSetUp> {
  return run.shared('cases', () => intakeSetUp(run, { bulky: true }))
}
