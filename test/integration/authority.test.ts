// Who may do what: every route of handlers, by every role and team, with every method; and every way in which a
// signature can be wrong.
import { randomBytes } from 'node:crypto'
import t from 'tap'
import { newIdentity } from '../../keys/identity.js'
import { publishDirectory } from '../../src/app/publish-directory.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { utf8 } from '../../src/core/encoding/bytes.js'
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'
import {
  act,
  answerProof,
  caseInTeam,
  replyBody,
  sealedNote,
  signed,
  type SigningChanges,
  type TestApi,
  testApi,
} from '../helper/api.js'
import type { Sealed } from '../helper/sealed-request.js'
import { caseId, clientId } from '../helper/store.js'

type CaseOf = Sealed & { readonly caseId: string }

const strip = (body: string) => body.replace(/"instance":"[0-9a-f]+"/, '')

/** Handler's routes: method, path below the case, and a body that is right in form. */
const routes: readonly (readonly [
  'GET' | 'POST',
  string,
  ((api: TestApi, handler: string, sealed: CaseOf) => Promise<unknown>) | null,
])[] = [
  ['GET', '', null],
  ['GET', '/envelope', null],
  ['POST', '/claim', async () => ({})],
  ['POST', '/release', async () => ({})],
  ['POST', '/replies', replyBody],
  [
    'POST',
    '/contacted',
    async (api, handler, sealed) => ({
      id: clientId(),
      via: 'mail',
      answer: answerProof(api, handler, sealed.envelope),
    }),
  ],
  [
    'POST',
    '/notes',
    async (api, _handler, sealed) => ({
      id: clientId(),
      sealed: encodeBase64url((await sealedNote(api, sealed)).bytes),
    }),
  ],
  [
    'POST',
    '/seals',
    async () => ({
      id: clientId(),
      reader: 'china-1',
      header: encodeBase64url(randomBytes(200)),
      signature: encodeBase64url(randomBytes(64)),
    }),
  ],
  [
    'POST',
    '/reroute',
    async (api, _handler, sealed) => ({
      id: clientId(),
      team: 'vietnam',
      sealed: encodeBase64url((await sealedNote(api, sealed)).bytes),
      grants: [],
    }),
  ],
  [
    'POST',
    '/coverage',
    async (api, _handler, sealed) => ({
      id: clientId(),
      coverage: 'eligible',
      sealed: encodeBase64url((await sealedNote(api, sealed)).bytes),
    }),
  ],
  ['POST', '/close', async () => ({ outcome: 'duplicate' })],
  ['POST', '/reopen', async () => ({})],
]

/** Who meets a case of the team vietnam that nobody has claimed: allowed, or the code of the refusal. */
const people: readonly (readonly [string, 'works' | 'case_unknown' | 'key_unknown'])[] = [
  ['vietnam-1', 'works'],
  ['vietnam-lead', 'works'],
  ['director-1', 'works'],
  ['china-1', 'case_unknown'],
  ['china-lead', 'case_unknown'],
  ['intake-1', 'case_unknown'],
  ['left-1', 'key_unknown'],
]

t.setTimeout(120_000)

await t.test('every route, by every role and team', async t => {
  const api = await testApi(t)
  const sealed = await caseInTeam(api)
  for (const [method, path, bodyOf] of routes)
    for (const [handler, outcome] of people) {
      const body = bodyOf === null ? undefined : await bodyOf(api, handler, sealed)
      const answer = await act(api, handler, method, `/v1/cases/${sealed.caseId}${path}`, body)
      const code = answer.statusCode === 200 ? 'ok' : answer.json().code
      if (outcome === 'works')
        t.notMatch(code, /unknown|role|signature|internal/, `${handler} ${method} ${path}: ${code}`)
      else t.equal(code, outcome, `${handler} ${method} ${path}`)
      if (path === '/claim' && outcome === 'works')
        await act(api, handler, 'POST', `/v1/cases/${sealed.caseId}/release`, {})
    }
})

await t.test('every route without a signature lets nobody in', async t => {
  const api = await testApi(t)
  const sealed = await caseInTeam(api)
  for (const [method, path, bodyOf] of [['GET', '', null] as const, ...routes]) {
    const payload =
      bodyOf === null ? {} : { payload: Object(await bodyOf(api, 'vietnam-1', sealed)) }
    for (const url of ['/v1/cases', `/v1/cases/${sealed.caseId}${path}`]) {
      if (url === '/v1/cases' && path !== '') continue
      const answer = await api.app.inject({ method, url, ...payload })
      t.equal(answer.statusCode, 401, `${method} ${path}`)
      t.equal(answer.json().code, 'signature_missing')
      t.equal(answer.headers['www-authenticate'], 'Signature')
    }
  }
})

await t.test('every other method is refused with the methods that there are', async t => {
  const api = await testApi(t)
  const id = caseId()
  const others = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const
  for (const [method, path] of routes)
    for (const other of others) {
      if (other === method) continue
      const answer = await api.app.inject({ method: other, url: `/v1/cases/${id}${path}` })
      t.equal(answer.statusCode, 405, `${other} ${path}`)
      t.equal(answer.headers['allow'], method)
    }
  const fixed: Record<string, string> = {
    '/v1/intakes': 'POST',
    '/v1/mailbox': 'POST',
    '/v1/mailbox/additions': 'POST',
    '/v1/cases': 'GET',
    '/v1/statistics': 'GET',
    '/v1/directory': 'GET, HEAD',
    '/v1/directory/excerpt': 'GET, HEAD',
    '/healthz': 'GET, HEAD',
    '/readyz': 'GET, HEAD',
    '/deployment.json': 'GET, HEAD',
  }
  for (const [url, allow] of Object.entries(fixed))
    for (const other of others) {
      if (allow.split(', ').includes(other)) continue
      const answer = await api.app.inject({ method: other, url })
      t.equal(answer.statusCode, 405, `${other} ${url}`)
      t.equal(answer.headers['allow'], allow)
    }
})

await t.test('an unrouted case is seen by a director only', async t => {
  const api = await testApi(t)
  const sealed = await caseInTeam(api, null)
  const url = `/v1/cases/${sealed.caseId}`
  t.equal((await act(api, 'director-1', 'GET', url)).statusCode, 200)
  t.equal((await act(api, 'vietnam-1', 'GET', url)).json().code, 'case_unknown')
  t.equal((await act(api, 'director-1', 'POST', `${url}/claim`, {})).json().code, 'case_state')
})

await t.test('a case that does not exist and one of another team look the same', async t => {
  const api = await testApi(t)
  const sealed = await caseInTeam(api)
  const forbidden = await act(api, 'china-1', 'GET', `/v1/cases/${sealed.caseId}`)
  const missing = await act(api, 'china-1', 'GET', `/v1/cases/${caseId()}`)
  t.equal(strip(forbidden.body), strip(missing.body))
  t.equal(forbidden.statusCode, missing.statusCode)
  const noId = await act(api, 'china-1', 'GET', '/v1/cases/not-an-id')
  t.equal(noId.statusCode, 404)
})

await t.test('a signature is good once', async t => {
  const api = await testApi(t)
  const request = await signed(api, 'vietnam-1', 'GET', '/v1/cases')
  t.equal((await api.app.inject(request)).statusCode, 200)
  const replayed = await api.app.inject(request)
  t.equal(replayed.statusCode, 401)
  t.equal(replayed.json().code, 'nonce_used')
})

await t.test('of 32 replays at once, one is let in', async t => {
  const api = await testApi(t)
  const request = await signed(api, 'vietnam-1', 'GET', '/v1/cases')
  const answers = await Promise.all(Array.from({ length: 32 }, () => api.app.inject(request)))
  t.equal(answers.filter(answer => answer.statusCode === 200).length, 1)
  t.equal(answers.filter(answer => answer.json().code === 'nonce_used').length, 31)
})

await t.test('a signature is good for a minute, to the second on both sides', async t => {
  const instant = Math.floor(Date.now() / 1000) * 1000
  const api = await testApi(t, { now: () => instant })
  const at = async (seconds: number) =>
    (
      await act(api, 'vietnam-1', 'GET', '/v1/cases', undefined, {
        created: instant + seconds * 1000,
      })
    ).json().code
  t.equal(await at(-60), undefined)
  t.equal(await at(60), undefined)
  t.equal(await at(-61), 'signature_stale')
  t.equal(await at(61), 'signature_stale')
})

await t.test('a signature that fits another request fits none', async t => {
  const api = await testApi(t)
  const sealed = await caseInTeam(api)
  const url = `/v1/cases/${sealed.caseId}/claim`
  const stranger = newIdentity(api.organisation.primitives, 'stranger')
  const [foreignSeed] = stranger.signing
  const wrong: Record<string, readonly [SigningChanges, string]> = {
    'another path': [{ url: `${url}s` }, 'signature_invalid'],
    'another query': [{ url: `${url}?x=1` }, 'signature_invalid'],
    'another method': [{ method: 'GET' }, 'signature_invalid'],
    'another body': [{ signedBody: utf8('{ }') }, 'signature_invalid'],
    'a key that nobody has': [
      foreignSeed === undefined ? {} : { seed: foreignSeed },
      'key_unknown',
    ],
    'no content-digest': [{ headers: { 'content-digest': undefined } }, 'signature_invalid'],
    'no signature-input': [{ headers: { 'signature-input': undefined } }, 'signature_missing'],
    'no signature': [{ headers: { signature: undefined } }, 'signature_missing'],
    'another label': [{ headers: { signature: 'other=:AAAA:' } }, 'signature_invalid'],
    'another content-type': [
      { headers: { 'content-type': 'application/json; charset=utf-8' } },
      'signature_invalid',
    ],
  }
  for (const [title, [changes, code]] of Object.entries(wrong)) {
    const answer = await act(api, 'vietnam-1', 'POST', url, {}, changes)
    t.equal(answer.json().code, code, title)
    t.equal(answer.statusCode, 401, title)
  }
  const [row] = await api.db.rows('select state from cases')
  t.equal(row?.['state'], 'routed', 'nothing was done')
  t.equal((await act(api, 'vietnam-1', 'POST', url, {})).statusCode, 200)
})

await t.test('the target is an address of the directory, never the Host header', async t => {
  const api = await testApi(t)
  const request = await signed(api, 'vietnam-1', 'GET', '/v1/cases')
  const headers = { ...request.headers, host: 'elsewhere.example' }
  t.equal((await api.app.inject({ ...request, headers })).statusCode, 200)
  const elsewhere = await signed(api, 'vietnam-1', 'GET', '/v1/cases', undefined, {
    url: 'http://elsewhere.example/v1/cases',
  })
  const spoofed = { ...elsewhere.headers, host: 'elsewhere.example' }
  t.equal(
    (await api.app.inject({ ...elsewhere, headers: spoofed })).json().code,
    'signature_invalid',
  )
})

await t.test('a key is good while its handler and itself are in the keyring', async t => {
  const api = await testApi(t)
  const { organisation, db } = api
  t.equal((await act(api, 'left-1', 'GET', '/v1/cases')).json().code, 'key_unknown')
  t.equal((await act(api, 'vietnam-1', 'GET', '/v1/cases')).statusCode, 200)
  const past = formatTimestamp(Date.now() - 1000)
  const handlers = organisation.directory.handlers.map(handler =>
    handler.id === 'vietnam-1'
      ? {
          ...handler,
          signing_keys: handler.signing_keys.map(key => ({ ...key, valid_until: past })),
        }
      : handler,
  )
  const note = await organisation.sign({ handlers }, await organisation.verify(organisation.note))
  await publishDirectory({ ...organisation, store: db.store, now: Date.now }, note)
  await new Promise(resolve => setTimeout(resolve, 2100))
  t.equal((await act(api, 'vietnam-1', 'GET', '/v1/cases')).json().code, 'key_unknown')
  t.equal((await act(api, 'vietnam-2', 'GET', '/v1/cases')).statusCode, 200)
})
