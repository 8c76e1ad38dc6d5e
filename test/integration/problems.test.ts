// Problem documents say where and what, and never repeat a value: a canary in every field of every body, in names,
// paths, queries and headers comes back nowhere.
import { randomBytes } from 'node:crypto'
import t from 'tap'
import { Problem, problems } from '../../schemas/problem.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { pointerTo } from '../../src/http/problem-document.js'
import {
  act,
  caseInTeam,
  replyBody,
  sealedAddition,
  sealedNote,
  submit,
  testApi,
  withToken,
} from '../helper/api.js'
import { clientId } from '../helper/store.js'

const canary = 'Canary_4d0b7e'

/** Every copy of a body in which one value was replaced, or one name added, at any depth. */
function* planted(value: unknown, plant: unknown): Generator {
  yield plant
  if (Array.isArray(value)) {
    for (const [index, each] of value.entries())
      for (const changed of planted(each, plant)) yield value.with(index, changed)
    yield [...value, plant]
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, each] of Object.entries(value))
      for (const changed of planted(each, plant)) yield { ...value, [key]: changed }
    yield { ...value, [canary]: plant }
  }
}

t.setTimeout(120_000)

await t.test('a canary in any field of any body comes back nowhere', async t => {
  const api = await testApi(t)
  const sealed = await caseInTeam(api)
  const url = `/v1/cases/${sealed.caseId}`
  await act(api, 'vietnam-1', 'POST', `${url}/claim`, {})
  const reply = await replyBody(api, 'vietnam-1', sealed)
  const bodies: Record<string, object> = {
    '/v1/intakes': sealed.request,
    '/v1/mailbox': { read: [clientId()] },
    '/v1/mailbox/additions': await sealedAddition(api.organisation, sealed, 'x'),
    [`${url}/claim`]: {},
    [`${url}/release`]: {},
    [`${url}/reopen`]: {},
    [`${url}/replies`]: reply,
    [`${url}/contacted`]: { id: clientId(), via: 'mail', answer: reply.answer },
    [`${url}/notes`]: {
      id: clientId(),
      sealed: encodeBase64url((await sealedNote(api, sealed)).bytes),
    },
    [`${url}/seals`]: {
      id: clientId(),
      reader: 'china-1',
      header: encodeBase64url(randomBytes(300)),
      signature: encodeBase64url(randomBytes(64)),
    },
    [`${url}/close`]: { outcome: 'duplicate' },
  }
  let refused = 0
  for (const [path, body] of Object.entries(bodies))
    for (const plant of [canary, `${canary}\u0000<script>`, [canary], { [canary]: canary }, 7.5])
      for (const changed of planted(body, plant)) {
        const payload = Object(changed)
        const answer =
          path === '/v1/intakes'
            ? await submit(api, payload)
            : path.startsWith('/v1/mailbox')
              ? await withToken(api, sealed.token, path, payload)
              : await act(api, 'vietnam-1', 'POST', path, payload)
        const sent = `${JSON.stringify(answer.headers)} ${answer.body}`
        if (answer.statusCode < 400) continue
        refused += 1
        const problem = Problem.parse(answer.json())
        if (sent.includes(canary) || sent.includes('7.5') || problem.status !== answer.statusCode)
          t.fail(`${path} repeats a value`, { body: answer.body })
      }
  t.ok(refused > 200, `${refused} refusals`)
  const written = JSON.stringify(api.log.lines)
  t.notMatch(written, canary)
})

await t.test('a canary in path, query or header comes back nowhere', async t => {
  const api = await testApi(t)
  const plants = [
    { url: `/${canary}` },
    { url: `/v1/cases/${canary}` },
    { url: `/v1/cases?${canary}=${canary}` },
    { url: `/v1/%${canary}` },
    { url: `/v1/cases/${canary.repeat(40)}` },
    { url: '/v1/mailbox', headers: { authorization: `Bearer ${canary}` } },
    { url: '/v1/directory', headers: { 'if-none-match': canary, origin: `http://${canary}` } },
    { url: '/v1/cases', headers: { signature: canary, 'signature-input': canary } },
    { url: '/v1/cases', headers: { 'content-type': canary, 'content-digest': canary } },
  ]
  for (const plant of plants)
    for (const method of ['GET', 'POST'] as const) {
      const answer = await api.app.inject({ method, ...plant })
      t.notMatch(
        `${JSON.stringify(answer.headers)} ${answer.body}`,
        canary,
        `${method} ${plant.url}`,
      )
    }
  const signedQuery = await act(api, 'vietnam-1', 'GET', `/v1/cases?scope=${canary}`)
  t.equal(signedQuery.json().code, 'request_invalid')
  t.notMatch(signedQuery.body, canary)
})

await t.test('a fault says where by RFC 6901 and what by a code', async t => {
  t.equal(pointerTo(['a', 0, 'b/c', 'd~e']), '/a/0/b~1c/d~0e')
  t.equal(pointerTo([]), '')
  const api = await testApi(t)
  const answer = await submit(api, {
    id: 'x',
    directory_version: 0,
    slip: 1,
    envelope: '',
    mailbox: null,
  })
  const problem = Problem.parse(answer.json())
  t.match(problem, {
    type: 'urn:khancap:problem:request_invalid',
    title: problems.request_invalid.title,
    status: 400,
    retry: 'never',
    instance: /^[0-9a-f]{32}$/,
  })
  t.strictSame(
    new Set(problem.errors?.map(error => error.pointer)),
    new Set(['/id', '/directory_version', '/slip', '/envelope', '/mailbox']),
  )
})

await t.test('two requests never share an id', async t => {
  const api = await testApi(t)
  const ids = new Set<string>()
  for (let count = 0; count < 100; count++)
    ids.add((await api.app.inject('/nothing')).json().instance)
  t.equal(ids.size, 100)
})
