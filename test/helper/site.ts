// The built pages on the real API with a real store, and the people behind it: the router, a handler.
import { resolve } from 'node:path'
import type { Directory } from '../../schemas/directory.js'
import type { CaseId } from '../../schemas/encoding.js'
import type { Program } from '../../schemas/program.js'
import { shippedPrograms } from '../../schemas/programs/shipped.js'
import type { AdditionContent, EnvelopeContent, SlipContent } from '../../schemas/sealed.js'
import { identityRecipient, identitySigningKey } from '../../keys/identity.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { floorToHour, formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { openAddition, openEnvelope, openSlip } from '../../src/core/envelope/open.js'
import { sealNote, sealReply } from '../../src/core/envelope/seal.js'
import { routeFor } from '../../src/core/routing/route.js'
import type { HttpDeps } from '../../src/http/deps.js'
import { act, answerProof, type TestApi, testApi } from './api.js'
import { contextFor } from './sealed-request.js'
import { type Organisation, testOrganisation } from './organisation.js'
import type { Teardown } from './postgres.js'
import { clientId, hour, sha256 } from './store.js'

export interface TestSite {
  readonly url: string
  readonly api: TestApi
}

const teams: Readonly<Record<string, string>> = {
  vi: 'vietnam',
  zh: 'china',
  en: 'intake',
  fr: 'intake',
}

/** The shipped programs with the teams of the test organisation. */
export function sitePrograms(): Program[] {
  const team = (id: string) => teams[id] ?? id
  return shippedPrograms.map(program => ({
    ...program,
    routing: program.routing.map(row => ({ ...row, team: team(row.team) })),
    fallback_team: team(program.fallback_team),
  }))
}

export function siteOrganisation(changes: Partial<Directory> = {}): Promise<Organisation> {
  return testOrganisation({ programs: sitePrograms(), ...changes })
}

/** Serves the pages as they were built. */
export async function testSite(
  t: Teardown,
  organisation?: Organisation,
  changes: Partial<HttpDeps> = {},
): Promise<TestSite> {
  const org = organisation ?? (await siteOrganisation())
  const api = await testApi(t, { pages: resolve('build/web'), ...changes }, org)
  const url = await api.app.listen({ host: '127.0.0.1', port: 0 })
  return { url, api }
}

export interface Arrived {
  readonly caseId: CaseId
  readonly envelope: Uint8Array
  readonly slip: Uint8Array
}

/** The sealed parts of the cases, oldest first, as the database has them. */
export async function arrivedCases({ api }: TestSite): Promise<Arrived[]> {
  const rows = await api.db.rows(
    `select id, envelopes.sealed as envelope, slips.sealed as slip from cases
     join envelopes on envelopes.case_id = id left join slips on slips.case_id = id
     order by cases.received_at`,
  )
  return rows.map(row => ({
    caseId: String(row['id']),
    envelope: bytesOf(row['envelope']),
    slip: bytesOf(row['slip']),
  }))
}

function bytesOf(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? new Uint8Array(value) : new Uint8Array(0)
}

/** Step 7: the router's part, with the router's own identity. */
export async function routeCase(
  { api }: TestSite,
  { caseId, slip }: Arrived,
): Promise<SlipContent> {
  const { primitives, router, directory } = api.organisation
  const { origin } = directory
  const content = await openSlip(primitives, [router], slip, { origin, kind: 'slip' })
  if (content === null) throw new Error('the slip is not for the router')
  const { program, team, reason, coverage, rule } = routeFor(directory, content, Date.now())
  await api.db.store.recordRoute(caseId, {
    program,
    team,
    reason,
    coverage,
    rule,
    directorySequence: directory.sequence,
    dueAt: Date.now() + 48 * hour,
    nextRungAt: Date.now() + hour,
    noticeId: crypto.randomUUID(),
    outboxId: crypto.randomUUID(),
  })
  return content
}

function identityOf({ api }: TestSite, handler: string) {
  const identity = api.organisation.identities[handler]
  if (identity === undefined) throw new Error(`no handler ${handler}`)
  return identity
}

/** Step 9: what a handler reads. null where it is not sealed to them. */
export async function openAs(
  site: TestSite,
  handler: string,
  envelope: Uint8Array,
): Promise<EnvelopeContent | null> {
  const { primitives, directory } = site.api.organisation
  const { origin } = directory
  const { opening } = identityOf(site, handler)
  return openEnvelope(primitives, opening, envelope, { origin, kind: 'envelope' })
}

/** Step 10: a handler claims the case, reads it, and answers in words of their own. */
export async function replyAs(
  site: TestSite,
  handler: string,
  { caseId, envelope }: Arrived,
  text: string,
  language: string,
): Promise<EnvelopeContent> {
  const { api } = site
  const { primitives, verify, note } = api.organisation
  const content = await openAs(site, handler, envelope)
  if (content === null) throw new Error(`not sealed to ${handler}`)
  const directory = await verify(note)
  const written = formatTimestamp(floorToHour(Date.now()))
  const reply = await sealReply(
    primitives,
    { text, language, hour: written },
    content.reply,
    contextFor(directory, 'reply'),
  )
  const id = clientId()
  const team = await sealNote(
    primitives,
    {
      id,
      about: 'reply',
      case: caseId,
      envelope: encodeBase64url(sha256(envelope)),
      by: handler,
      text,
      hour: written,
    },
    identitySigningKey(primitives, identityOf(site, handler)).seed,
    contextFor(directory, 'note'),
    [identityRecipient(primitives, identityOf(site, handler))],
  )
  await act(api, handler, 'POST', `/v1/cases/${caseId}/claim`, {})
  const answer = await act(api, handler, 'POST', `/v1/cases/${caseId}/replies`, {
    id,
    sealed: encodeBase64url(reply.bytes),
    team_copy: encodeBase64url(team.bytes),
    answer: answerProof(api, handler, envelope),
  })
  if (answer.statusCode !== 200) throw new Error(`reply refused: ${answer.body}`)
  return content
}

/** What was added to the cases, oldest first, as a handler reads it. */
export async function additionsAs(
  site: TestSite,
  handler: string,
): Promise<(AdditionContent | null)[]> {
  const { primitives, directory } = site.api.organisation
  const { origin } = directory
  const { opening } = identityOf(site, handler)
  const rows = await site.api.db.rows('select sealed from additions order by at')
  return Promise.all(
    rows.map(row =>
      openAddition(primitives, opening, bytesOf(row['sealed']), { origin, kind: 'addition' }),
    ),
  )
}
