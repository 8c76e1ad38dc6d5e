// Steps 4 and 5 over HTTP, on a real PostgreSQL: what is taken in, what is refused, and that nothing comes twice.
import t from 'tap'
import { maxSealedBytes, maxSlipBytes } from '../../schemas/sealed.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { verifyReceipt } from '../../src/core/receipt/receipt.js'
import { bodyLimits } from '../../src/http/limits.js'
import { sealRequest, submit, testApi } from '../helper/api.js'
import { testOrganisation } from '../helper/organisation.js'
import { clientId, hour, sha256 } from '../helper/store.js'

const bytes = (count: number) => Buffer.alloc(count, 1).toString('base64url')

t.setTimeout(120_000)

await t.test(
  'step 5: a request is recorded once and answered with a receipt that verifies',
  async t => {
    const api = await testApi(t)
    const sealed = await sealRequest(api.organisation)
    const before = Date.now()
    const answer = await submit(api, sealed.request)
    t.equal(answer.statusCode, 201)
    const { id, receipt } = answer.json()
    t.equal(id, sealed.request.id)
    const content = await verifyReceipt(
      api.organisation.primitives,
      receipt,
      api.organisation.directory,
    )
    t.match(content, {
      origin: api.organisation.directory.origin,
      intake: id,
      envelope: encodeBase64url(sha256(sealed.envelope)),
      directory: 1,
    })
    const hours = { emergency: 48, pil: 7 * 24 }
    t.strictSame(
      content.due.map(({ program }) => program),
      Object.keys(hours),
    )
    const said = content.due.map(({ by }) => Date.parse(by))
    for (const [at, length] of Object.values(hours).entries()) {
      const by = said[at] ?? 0
      t.equal(by % hour, 0)
      t.ok(by >= before + length * hour - 2000, 'not before the clock that runs')
      t.ok(by < Date.now() + (length + 1) * hour, 'and within the hour')
    }
    t.equal(api.woken(), 1, 'the relay is woken')
    const [row] = await api.db.rows(
      `select state, team, program, extract(epoch from due_at)::float8 * 1000 as due,
        extract(epoch from due_at - received_at)::float8 as seconds,
      (select count(*) from outbox where name = 'route-case') as jobs from cases`,
    )
    t.match(row, { state: 'received', team: null, program: null, jobs: 1, seconds: 48 * 3600 })
    t.ok(Number(row?.['due']) <= Math.min(...said), 'the tightest clock runs')
  },
)

await t.test(
  'step 5: the same request again gives the same receipt, also after routing',
  async t => {
    const api = await testApi(t)
    const { request } = await sealRequest(api.organisation)
    const first = await submit(api, request)
    const again = await submit(api, request)
    t.equal(again.statusCode, 200)
    t.equal(again.body, first.body)
    const [row] = await api.db.rows('select id from cases')
    await api.db.store.recordRoute(String(row?.['id']), {
      program: 'pil',
      team: 'litigation',
      reason: 'routing_row',
      coverage: 'eligible',
      rule: 'test',
      directorySequence: 1,
      dueAt: Date.now() + 168 * hour,
      nextRungAt: null,
      noticeId: crypto.randomUUID(),
      outboxId: crypto.randomUUID(),
    })
    const later = await submit(api, request)
    t.equal(later.statusCode, 200)
    t.equal(later.body, first.body)
    t.equal(api.woken(), 1, 'a repetition wakes nobody')
  },
)

await t.test('the same id with other bytes is a conflict, whichever part differs', async t => {
  const api = await testApi(t)
  const { request } = await sealRequest(api.organisation)
  const other = await sealRequest(api.organisation)
  t.equal((await submit(api, request)).statusCode, 201)
  for (const part of ['envelope', 'slip', 'mailbox'] as const) {
    const answer = await submit(api, { ...request, [part]: other.request[part] })
    t.equal(answer.statusCode, 409, part)
    t.equal(answer.json().code, 'intake_conflict')
  }
  const taken = await submit(api, { ...request, id: clientId() })
  t.equal(taken.json().code, 'intake_conflict', 'a mailbox belongs to one intake')
  const copied = await submit(api, {
    ...request,
    id: clientId(),
    mailbox: other.request.mailbox,
  })
  t.equal(copied.json().code, 'intake_conflict', 'an envelope belongs to one intake')
  t.equal((await submit(api, request)).statusCode, 200, 'and is still its own')
  t.equal((await api.db.rows('select id from cases')).length, 1)
})

await t.test('32 at once with one id: one is recorded, all get the same receipt', async t => {
  const api = await testApi(t)
  const { request } = await sealRequest(api.organisation)
  const answers = await Promise.all(Array.from({ length: 32 }, () => submit(api, request)))
  t.equal(answers.filter(answer => answer.statusCode === 201).length, 1)
  t.equal(answers.filter(answer => answer.statusCode === 200).length, 31)
  t.equal(new Set(answers.map(answer => answer.body)).size, 1)
  t.equal((await api.db.rows('select id from cases')).length, 1)
})

await t.test('32 at once with 32 ids: each has its case, its deadline and its job', async t => {
  const api = await testApi(t)
  const requests = await Promise.all(
    Array.from({ length: 32 }, () => sealRequest(api.organisation)),
  )
  const answers = await Promise.all(requests.map(({ request }) => submit(api, request)))
  t.ok(answers.every(answer => answer.statusCode === 201))
  const [row] = await api.db.rows(
    `select (select count(*) from cases where due_at is not null and next_rung_at is not null) as cases,
      (select count(*) from outbox where name = 'route-case') as jobs`,
  )
  t.strictSame(row, { cases: 32, jobs: 32 })
})

await t.test('an envelope of another shape, kind or deployment is refused', async t => {
  const api = await testApi(t)
  const { request, envelope } = await sealRequest(api.organisation)
  const flipped = Uint8Array.from(envelope)
  flipped[30] = (flipped[30] ?? 0) ^ 0x80
  const refused: Record<string, Uint8Array> = {
    'not an age file': Uint8Array.of(1, 2, 3),
    'a byte missing at the end': envelope.subarray(0, -1),
    'a byte more': Uint8Array.from([...envelope, 0]),
    'a header that is not ASCII': flipped,
  }
  for (const [title, bytes] of Object.entries(refused)) {
    const answer = await submit(api, { ...request, envelope: encodeBase64url(bytes) })
    t.equal(answer.statusCode, 400, title)
    t.match(answer.json(), { code: 'envelope_malformed', errors: [{ pointer: '/envelope' }] })
  }
  const swapped = await submit(api, { ...request, envelope: request.slip })
  t.match(swapped.json(), { code: 'envelope_malformed', errors: [{ code: 'wrong_kind' }] })

  const elsewhere = await sealRequest(api.organisation, {
    envelope: { origin: 'http://elsewhere.example' },
  })
  const foreign = await submit(api, elsewhere.request)
  t.match(foreign.json(), { code: 'envelope_malformed', errors: [{ code: 'wrong_origin' }] })

  const mail = await sealRequest(api.organisation, { envelope: { channel: 'mail' } })
  const byMail = await submit(api, mail.request)
  t.match(byMail.json(), { code: 'envelope_malformed', errors: [{ code: 'wrong_context' }] })
  t.equal((await api.db.rows('select id from cases')).length, 0)
})

await t.test('an envelope that came on a stick is taken', async t => {
  const api = await testApi(t)
  const { request } = await sealRequest(api.organisation, {
    envelope: { channel: 'offline' },
    slip: { channel: 'offline' },
  })
  t.equal((await submit(api, request)).statusCode, 201)
})

await t.test('a slip must be there, be a slip, and have the context of its envelope', async t => {
  const api = await testApi(t)
  const { request, envelope } = await sealRequest(api.organisation)
  const missing = await submit(api, { ...request, slip: null })
  t.match(missing.json(), {
    code: 'slip_malformed',
    errors: [{ pointer: '/slip', code: 'missing' }],
  })
  const garbage = await submit(api, { ...request, slip: encodeBase64url(envelope.subarray(0, 90)) })
  t.match(garbage.json(), { code: 'slip_malformed', errors: [{ code: 'malformed' }] })
  const { request: other } = await sealRequest(api.organisation, { slip: { channel: 'offline' } })
  const differs = await submit(api, other)
  t.match(differs.json(), { code: 'slip_malformed', errors: [{ code: 'wrong_context' }] })
})

await t.test('where a program has no slip, none is needed', async t => {
  const organisation = await testOrganisation()
  const programs = organisation.directory.programs.map(program => ({
    ...program,
    slip: 'none' as const,
  }))
  const note = await organisation.sign({ programs })
  const without = { ...organisation, note, directory: { ...organisation.directory, programs } }
  const api = await testApi(t, {}, without)
  const { request } = await sealRequest(without, { slip: null })
  t.equal((await submit(api, request)).statusCode, 201)
})

await t.test('a directory that is unknown, another one, or not the one named is stale', async t => {
  const api = await testApi(t)
  const { request } = await sealRequest(api.organisation)
  const unknown = await sealRequest(api.organisation, {
    envelope: { directory_sequence: 7 },
    slip: { directory_sequence: 7 },
  })
  const other = await sealRequest(api.organisation, {
    envelope: { directory_sha256: 'A'.repeat(43) },
  })
  for (const answer of [
    await submit(api, { ...unknown.request, directory_version: 7 }),
    await submit(api, other.request),
  ]) {
    t.equal(answer.statusCode, 409)
    t.equal(answer.json().code, 'directory_stale')
  }
  const named = await submit(api, { ...request, directory_version: 2 })
  t.match(named.json(), { code: 'envelope_malformed', errors: [{ code: 'wrong_context' }] })
})

await t.test('the body: every part at its cap is read, one over is refused', async t => {
  const api = await testApi(t)
  const { request } = await sealRequest(api.organisation)
  const at = await submit(api, { ...request, envelope: bytes(maxSealedBytes) })
  t.equal(at.json().code, 'envelope_malformed', 'read, and then found to be no envelope')
  const over = await submit(api, { ...request, envelope: bytes(maxSealedBytes + 1) })
  t.match(over.json(), {
    code: 'request_invalid',
    errors: [{ pointer: '/envelope', code: 'too_big' }],
  })
  const slipAt = await submit(api, { ...request, slip: bytes(maxSlipBytes) })
  t.equal(slipAt.json().code, 'slip_malformed')
  const slipOver = await submit(api, { ...request, slip: bytes(maxSlipBytes + 1) })
  t.match(slipOver.json(), {
    code: 'request_invalid',
    errors: [{ pointer: '/slip', code: 'too_big' }],
  })
  const short = await submit(api, { ...request, mailbox: bytes(31) })
  t.match(short.json(), { code: 'request_invalid', errors: [{ pointer: '/mailbox' }] })

  const padded = (length: number) => {
    const text = JSON.stringify(request)
    return text + ' '.repeat(length - text.length)
  }
  const headers = { 'content-type': 'application/json' }
  const send = (payload: string) =>
    api.app.inject({ method: 'POST', url: '/v1/intakes', headers, payload })
  t.equal((await send(padded(bodyLimits.intake + 1))).statusCode, 413)
  t.equal((await send(padded(bodyLimits.intake))).statusCode, 201)
})

await t.test('base64url that is not canonical is refused with its place', async t => {
  const api = await testApi(t)
  const { request } = await sealRequest(api.organisation)
  const { envelope } = request
  const crooked = `${envelope.slice(0, envelope.length - (envelope.length % 4))}AB`
  const answer = await submit(api, { ...request, envelope: crooked })
  t.match(answer.json(), {
    code: 'request_invalid',
    errors: [{ pointer: '/envelope', code: 'not_canonical' }],
  })
})

await t.test(
  'a receipt is never given without a row: while the store is away, nothing is taken',
  async t => {
    const api = await testApi(t)
    const { request } = await sealRequest(api.organisation)
    t.equal((await api.app.inject('/v1/directory')).statusCode, 200)
    await api.db.rows('alter table outbox rename to outbox_away')
    const answer = await submit(api, request)
    t.ok(answer.statusCode >= 500)
    await api.db.rows('alter table outbox_away rename to outbox')
    t.equal((await api.db.rows('select id from cases')).length, 0)
    t.equal((await submit(api, request)).statusCode, 201, 'the same request, once it is back')
  },
)
