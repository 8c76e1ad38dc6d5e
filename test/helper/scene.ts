// A handler whose server says what a test tells it to: about its directory the truth, about everything else nothing yet.
import type { CaseSummary } from '../../schemas/case.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { handlerFolder, khancap } from './cli.js'
import { type LyingServer, lyingServer, says } from './lying-server.js'
import { type Organisation, testOrganisation } from './organisation.js'
import type { Teardown } from './postgres.js'
import { sha256 } from './store.js'

export interface Scene {
  readonly server: LyingServer
  readonly organisation: Organisation
  readonly folder: string
  readonly run: (...args: string[]) => ReturnType<typeof khancap>
}

export async function scene(t: Teardown): Promise<Scene> {
  const server = await lyingServer(t)
  const organisation = await testOrganisation({ origin: server.url, addresses: [server.url] })
  server.lies['/v1/directory'] = says(organisation.note, 'text/plain; charset=utf-8')
  const folder = await handlerFolder(t, organisation, 'vietnam-1', server.url)
  return { server, organisation, folder, run: (...args) => khancap(args, { folder }) }
}

export function summary(id: string, changes: Partial<CaseSummary> = {}): CaseSummary {
  return {
    id,
    state: 'claimed',
    program: 'emergency',
    team: 'vietnam',
    reason: 'routing_row',
    rule: null,
    routed_directory_version: 1,
    coverage: 'eligible',
    channel: 'web',
    received_at: '2026-01-01T00:00:00Z',
    due_at: '2026-01-03T00:00:00Z',
    overdue: true,
    claimed_by: 'vietnam-1',
    answered_at: null,
    letter: null,
    unread_additions: 0,
    hold: null,
    readable: true,
    ...changes,
  }
}

export function detail(id: string, envelope: Uint8Array, changes: object = {}) {
  return {
    case: summary(id),
    intake: encodeBase64url(new Uint8Array(16)),
    envelope_sha256: encodeBase64url(sha256(envelope)),
    slip_sha256: null,
    directory_version: 1,
    outcome: null,
    answer: null,
    events: [],
    replies: [],
    additions: [],
    notes: [],
    grants: [],
    ...changes,
  }
}

export const list = (cases: readonly object[]) =>
  says(JSON.stringify({ now: '2026-01-01T00:00:00Z', cases, next: null }))
