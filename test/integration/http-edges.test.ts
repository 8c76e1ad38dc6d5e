// The edge of the HTTP face: bodies that are not what they say, headers, methods, speed, load. Whatever comes, what
// leaves is a problem document or an answer.
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { Problem } from '../../schemas/problem.js'
import { utf8 } from '../../src/core/encoding/bytes.js'
import { bodyLimits, httpSettings } from '../../src/http/limits.js'
import { pinoLog } from '../../src/logger.js'
import { act, sealRequest, signed, submit, testApi } from '../helper/api.js'
import { caseId, clientId } from '../helper/store.js'
import { bodyOf, exchange, listening } from '../helper/raw-http.js'

const json = { 'content-type': 'application/json' }

t.setTimeout(120_000)

await t.test('a body is strict JSON in UTF-8 and nothing else', async t => {
  const api = await testApi(t)
  const { request } = await sealRequest(api.organisation)
  const text = JSON.stringify(request)
  const send = (payload: string | Buffer, headers: Record<string, string> = json) =>
    api.app.inject({ method: 'POST', url: '/v1/intakes', payload, headers })
  const malformed: Record<string, string | Buffer> = {
    'byte order mark': `\uFEFF${text}`,
    'UTF-16': Buffer.from(text, 'utf16le'),
    'invalid UTF-8': Buffer.concat([
      Buffer.from('{"id":"'),
      Buffer.of(0xff, 0xfe),
      Buffer.from('"}'),
    ]),
    'overlong UTF-8': Buffer.concat([
      Buffer.from('{"id":"'),
      Buffer.of(0xc0, 0x80),
      Buffer.from('"}'),
    ]),
    'a key twice': `{"id":"${request.id}",${text.slice(1)}`,
    'a key twice, once escaped': `{"\\u0069d":"x",${text.slice(1)}`,
    'a lone surrogate': '{"id":"\\ud800"}',
    'a prototype': '{"__proto__":{"id":"x"}}',
    '10,000 brackets': '['.repeat(10_000),
    '10,000 objects': '{"a":'.repeat(10_000),
    'four levels': '{"a":{"b":{"c":{}}}}',
    'a comment': `/**/${text}`,
    'a trailing comma': '{"id":"x",}',
    'something after': `${text}{}`,
    'half of it': text.slice(0, text.length / 2),
    'a number out of range': '{"directory_version":1e999}',
    'random bytes': Buffer.from(api.organisation.primitives.random(5000)),
    'nothing at all': Buffer.alloc(0),
    'form fields': 'id=1&slip=2',
  }
  for (const [title, payload] of Object.entries(malformed)) {
    const answer = await send(payload)
    t.equal(answer.statusCode, 400, title)
    t.equal(Problem.parse(answer.json()).code, 'request_malformed', title)
  }
  for (const payload of ['null', '[]', '"x"', '1', '{}', `{"x":1,${text.slice(1)}`]) {
    const answer = await send(payload)
    t.equal(answer.json().code, 'request_invalid', payload.slice(0, 20))
    t.ok(answer.json().errors.length > 0)
  }
  const none = await api.app.inject({ method: 'POST', url: '/v1/intakes' })
  t.equal(none.json().code, 'request_invalid', 'no body')
  t.equal((await send(` ${text}\n`)).statusCode, 201, 'white space around is JSON')
})

await t.test('one content type is taken, in one charset and one encoding', async t => {
  const api = await testApi(t)
  const { request } = await sealRequest(api.organisation)
  const payload = JSON.stringify(request)
  const send = (headers: Record<string, string>) =>
    api.app.inject({ method: 'POST', url: '/v1/intakes', payload, headers })
  const refused = [
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/json; charset=utf-16' },
    { 'content-type': 'application/json; charset=iso-8859-1' },
    { 'content-type': 'application/json; profile="x"' },
    { 'content-type': 'application/problem+json' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'multipart/form-data; boundary=x' },
    { 'content-type': 'application/jsonx' },
    { 'content-type': 'application/json, text/plain' },
    { 'content-type': 'nonsense' },
    { ...json, 'content-encoding': 'gzip' },
    { ...json, 'content-encoding': 'identity' },
  ]
  for (const headers of refused) {
    const answer = await send(headers)
    t.equal(answer.statusCode, 415, JSON.stringify(headers))
    t.equal(answer.json().code, 'media_type_unsupported')
  }
  t.equal((await send({ 'content-type': 'Application/JSON; charset=UTF-8' })).statusCode, 201)
  t.equal((await send({ 'content-type': 'application/json;charset="utf-8"' })).statusCode, 200)
})

await t.test(
  'every body: as long as the cap it is read, one byte longer it is refused',
  async t => {
    const api = await testApi(t)
    const id = caseId()
    const limits: Record<string, number> = {
      '/v1/intakes': bodyLimits.intake,
      '/v1/mailbox': bodyLimits.small,
      '/v1/mailbox/additions': bodyLimits.oneSealed,
      [`/v1/cases/${id}/claim`]: bodyLimits.small,
      [`/v1/cases/${id}/release`]: bodyLimits.small,
      [`/v1/cases/${id}/replies`]: bodyLimits.reply,
      [`/v1/cases/${id}/contacted`]: bodyLimits.small,
      [`/v1/cases/${id}/notes`]: bodyLimits.oneSealed,
      [`/v1/cases/${id}/seals`]: bodyLimits.grant,
      [`/v1/cases/${id}/close`]: bodyLimits.small,
      [`/v1/cases/${id}/reopen`]: bodyLimits.small,
    }
    for (const [url, limit] of Object.entries(limits)) {
      const send = async (length: number) => {
        const payload = `{}${' '.repeat(length - 2)}`
        const changes = { signedBody: utf8(payload) }
        const { headers = json } = url.startsWith('/v1/cases')
          ? await signed(api, 'vietnam-1', 'POST', url, undefined, changes)
          : {}
        return api.app.inject({ method: 'POST', url, headers, payload })
      }
      t.ok([400, 401, 404].includes((await send(limit)).statusCode), url)
      const over = await send(limit + 1)
      t.equal(over.statusCode, 413, url)
      t.equal(over.json().code, 'request_too_large')
    }
    const ids = (count: number) => ({ read: Array.from({ length: count }, clientId) })
    const mailbox = (body: object) =>
      api.app.inject({ method: 'POST', url: '/v1/mailbox', payload: body })
    t.equal((await mailbox(ids(200))).json().code, 'mailbox_unknown')
    t.equal((await mailbox(ids(201))).json().code, 'request_invalid')
  },
)

await t.test('every response carries the headers of a page that trusts nobody', async t => {
  const api = await testApi(t)
  const { request } = await sealRequest(api.organisation)
  const answers = [
    await api.app.inject('/healthz'),
    await api.app.inject('/v1/directory'),
    await api.app.inject('/nothing'),
    await api.app.inject({ method: 'DELETE', url: '/v1/intakes' }),
    await submit(api, request),
    await submit(api, {}),
    await act(api, 'vietnam-1', 'GET', '/v1/cases'),
    await act(api, 'left-1', 'GET', '/v1/cases'),
  ]
  const csp =
    "default-src 'none';script-src 'self' 'wasm-unsafe-eval';style-src 'self';img-src 'self' data: blob:;connect-src 'self';form-action 'none';frame-ancestors 'none';base-uri 'none'"
  for (const { headers, statusCode } of answers) {
    t.equal(headers['content-security-policy'], csp)
    t.match(headers, {
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': /camera=\(\), microphone=\(\), geolocation=\(\)/,
    })
    for (const name of [
      'set-cookie',
      'server',
      'x-powered-by',
      'strict-transport-security',
      'etag',
      'access-control-allow-origin',
    ])
      if (name !== 'etag' || statusCode >= 400) t.notOk(name in headers, name)
    if (statusCode >= 400)
      t.equal(headers['content-type'], 'application/problem+json; charset=utf-8')
  }
})

await t.test('an address that the router cannot read is a problem without the address', async t => {
  const api = await testApi(t)
  for (const url of [
    '/%',
    '/v1/%E0%A4%A',
    `/v1/cases/${'a'.repeat(5000)}`,
    '/v1//intakes',
    '/v1/intakes/',
    '/V1/intakes',
  ]) {
    const answer = await api.app.inject({ method: 'GET', url })
    t.ok([400, 404].includes(answer.statusCode), url.slice(0, 20))
    Problem.parse(answer.json())
    t.equal(answer.headers['cache-control'], 'no-store')
  }
})

await t.test('over a socket: what is no request, too long a header, an unknown method', async t => {
  const api = await testApi(t)
  const port = await listening(api.app)
  const garbage = await exchange(port, [Buffer.from(api.organisation.primitives.random(2000))])
  t.match(garbage, /^HTTP\/1\.1 400 /)
  t.equal(bodyOf(garbage).code, 'request_malformed')
  const header = `GET /healthz HTTP/1.1\r\nhost: x\r\nx-long: ${'a'.repeat(20_000)}\r\n\r\n`
  const long = await exchange(port, [header])
  t.match(long, /^HTTP\/1\.1 431 /)
  t.equal(bodyOf(long).code, 'headers_too_large')
  const close = 'host: x\r\nconnection: close\r\n\r\n'
  const method = await exchange(port, [`PROPFIND /v1/intakes HTTP/1.1\r\n${close}`])
  t.match(method, /^HTTP\/1\.1 405 /)
  const smuggled = await exchange(port, [
    'POST /v1/mailbox HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  ])
  t.match(smuggled, /^HTTP\/1\.1 400 /)
  const chunked = await exchange(port, [
    `POST /v1/mailbox HTTP/1.1\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n${close}2\r\n{}\r\n0\r\n\r\n`,
  ])
  t.equal(bodyOf(chunked).code, 'mailbox_unknown', 'chunks are read')
})

await t.test(
  'over a socket: a body larger than it may be is refused before it has come',
  async t => {
    const api = await testApi(t)
    const port = await listening(api.app)
    const head = 'POST /v1/mailbox HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n'
    const announced = await exchange(port, [`${head}content-length: 999999999\r\n\r\n{`])
    t.match(announced, /^HTTP\/1\.1 413 /)
    const chunk = `${(65_536).toString(16)}\r\n${' '.repeat(65_536)}\r\n`
    const streamed = await exchange(port, [
      `${head}transfer-encoding: chunked\r\n\r\n`,
      chunk,
      chunk,
    ])
    t.match(streamed, /^HTTP\/1\.1 413 /)
  },
)

await t.test(
  'over a socket: a body that comes too slowly ends, one that comes slowly is read',
  async t => {
    const settings = { ...httpSettings, requestTimeoutMs: 3000 }
    const api = await testApi(t, { settings })
    const port = await listening(api.app)
    const head = (length: number) =>
      `POST /v1/mailbox HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`
    const stopped = await exchange(port, [head(100), '{'])
    t.match(stopped, /^HTTP\/1\.1 408 /)
    t.equal(bodyOf(stopped).code, 'request_slow')
    const slow = await exchange(port, [head(2), '{', '}'], 100)
    t.equal(bodyOf(slow).code, 'mailbox_unknown')
  },
)

await t.test(
  'a flood on a route is shed with Retry-After; the next second is open again',
  async t => {
    const perSecond = { applicants: 5, handlers: 2 }
    const api = await testApi(t, { settings: { ...httpSettings, perSecond } })
    const { request } = await sealRequest(api.organisation)
    const answers = await Promise.all(Array.from({ length: 12 }, () => submit(api, request)))
    const taken = answers.filter(answer => answer.statusCode <= 201)
    const shed = answers.filter(answer => answer.statusCode === 429)
    t.equal(taken.length, 5, 'at the cap')
    t.equal(shed.length, 7, 'above the cap')
    for (const answer of shed) {
      t.equal(answer.json().code, 'too_many_requests')
      t.equal(answer.headers['retry-after'], '1')
      t.notOk(Object.keys(answer.headers).some(name => name.startsWith('x-ratelimit')))
    }
    t.equal((await api.app.inject('/v1/directory')).statusCode, 200, 'another route is open')
    t.equal((await api.app.inject('/healthz')).statusCode, 200)
    await sleep(1100)
    t.equal((await submit(api, request)).statusCode, 200)
  },
)

await t.test('a flood that nobody of the keyring has signed takes no turn of who has', async t => {
  const perSecond = { applicants: 5, handlers: 2 }
  const api = await testApi(t, { settings: { ...httpSettings, perSecond } })
  const own = await signed(api, 'vietnam-1', 'GET', '/v1/cases')
  const headers = Object.fromEntries(Object.entries(own.headers ?? {}))
  const signature = String(headers['signature']).replace(/:(.)/, (_, letter) =>
    letter === 'A' ? ':B' : ':A',
  )
  const strangers = [
    { headers: { 'content-type': 'application/json' } },
    { headers: { ...headers, signature } },
    await signed(api, 'left-1', 'GET', '/v1/cases'),
    await signed(api, 'vietnam-1', 'GET', '/v1/cases', undefined, { seed: randomBytes(32) }),
    await signed(api, 'vietnam-1', 'GET', '/v1/cases', undefined, { created: 1_772_445_600_000 }),
  ]
  const flood = () =>
    Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        api.app.inject({ method: 'GET', url: '/v1/cases', ...strangers[index % 5] }),
      ),
    )
  const codes = (await flood()).map(answer => answer.json().code)
  const [missing, forged, left, unknown, stale] = codes
  t.strictSame(
    [missing, forged, left, unknown, stale],
    ['signature_missing', 'signature_invalid', 'key_unknown', 'key_unknown', 'signature_stale'],
  )
  t.equal(new Set(codes).size, 4)
  const [, answer] = await Promise.all([flood(), api.app.inject(own), flood()])
  t.equal(answer.statusCode, 200)
  t.strictSame(await api.db.rows('select count(*) as nonces from nonces'), [{ nonces: 1 }])
  const many = await Promise.all(
    Array.from({ length: 40 }, () => signed(api, 'vietnam-1', 'GET', '/v1/cases')),
  )
  const answers = await Promise.all(many.map(one => api.app.inject(one)))
  t.ok(
    answers.some(one => one.json().code === 'too_many_requests'),
    'what is signed is shed too',
  )
})

await t.test('the body of a stranger is not waited for', async t => {
  const api = await testApi(t)
  const port = await listening(api.app)
  const head = [
    `POST /v1/cases/${caseId()}/replies HTTP/1.1`,
    'host: x',
    'connection: close',
    'content-type: application/json',
    `content-length: ${bodyLimits.reply}`,
  ]
  // The announced body never comes: the answer does.
  const answer = await exchange(port, [`${head.join('\r\n')}\r\n\r\n{`])
  t.match(answer, /^HTTP\/1\.1 401 /)
  t.equal(bodyOf(answer).code, 'signature_missing')
})

await t.test('a process that drowns sheds requests, and still says that it lives', async t => {
  const api = await testApi(t, { settings: { ...httpSettings, maxLoopDelayMs: 1 } })
  const until = Date.now() + 1500
  while (Date.now() < until) {
    const spin = Date.now() + 40
    while (Date.now() < spin);
    await sleep(1)
  }
  const answer = await api.app.inject('/contact.txt')
  t.equal(answer.statusCode, 503)
  t.equal(answer.json().code, 'overloaded')
  t.ok(answer.headers['retry-after'])
  t.equal((await api.app.inject('/healthz')).statusCode, 200)
})

await t.test('no log line holds an address, a URL, a header or a word of anybody', async t => {
  const canary = 'canary7f31'
  const lines: string[] = []
  const log = pinoLog({ write: line => lines.push(line) })
  const api = await testApi(t, { log })
  const port = await listening(api.app)
  const { request, token } = await sealRequest(api.organisation, { canary })
  await submit(api, request)
  const headers = [
    `user-agent: ${canary}`,
    `x-forwarded-for: 203.0.113.9`,
    `forwarded: for=203.0.113.9`,
    `referer: http://${canary}.example/`,
    `cookie: a=${canary}`,
    `authorization: Bearer ${token}`,
    'connection: close',
    'host: x',
  ].join('\r\n')
  for (const target of [
    `/${canary}`,
    `/v1/directory?x=${canary}`,
    `/v1/cases/${canary}`,
    `/%${canary}`,
  ])
    await exchange(port, [`GET ${target} HTTP/1.1\r\n${headers}\r\n\r\n`])
  const body = JSON.stringify({ [canary]: canary, id: canary })
  await exchange(port, [
    `POST /v1/intakes HTTP/1.1\r\n${headers}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  ])
  await exchange(port, [`${canary} ${canary}\r\n\r\n`])
  await api.db.rows('alter table directories rename to directories_away')
  await sleep(2100)
  await exchange(port, [`GET /v1/cases/${canary} HTTP/1.1\r\n${headers}\r\n\r\n`])
  await sleep(50)
  const written = lines.join('')
  t.ok(lines.length >= 6)
  t.notMatch(written, canary)
  t.notMatch(written, /127\.0\.0\.1|203\.0\.113\.9|::1/)
  t.notMatch(written, token)
  t.notMatch(written, request.id)
  const known = [
    'level',
    'time',
    'msg',
    'route',
    'method',
    'status',
    'ms',
    'request',
    'code',
    'cause',
  ]
  for (const line of lines)
    for (const field of Object.keys(JSON.parse(line))) t.ok(known.includes(field), field)
})
