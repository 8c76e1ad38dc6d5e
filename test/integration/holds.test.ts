// Holds over HTTP: two people, a reason and an end; the applicant sees it; the clock runs on by itself. Time passes by
// moving rows.
import t from 'tap'
import { CaseDetail, CaseList } from '../../schemas/case.js'
import { MailboxView } from '../../schemas/mailbox.js'
import { brokenEvent } from '../../src/core/case/history.js'
import { decodeBase64url } from '../../src/core/encoding/base64url.js'
import { ceilToHour, formatTimestamp, parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { sweepClock } from '../../src/app/sweep-clock.js'
import {
  act,
  answerProof,
  caseInTeam,
  sealedAddition,
  testApi,
  type TestApi,
  withToken,
} from '../helper/api.js'
import { clientId, hour } from '../helper/store.js'

t.setTimeout(120_000)

type Handler = 'vietnam-1' | 'vietnam-2' | 'china-1' | 'director-1'
const reason = 'applicant_asked'

const inHours = (hours: number) =>
  formatTimestamp(Math.floor(Date.now() / 1000) * 1000 + hours * hour)

async function post(api: TestApi, handler: Handler, id: string, verb: string, body: object = {}) {
  return (await act(api, handler, 'POST', `/v1/cases/${id}/${verb}`, body)).json()
}

async function detail(api: TestApi, id: string): Promise<CaseDetail> {
  return CaseDetail.parse((await act(api, 'vietnam-1', 'GET', `/v1/cases/${id}`)).json())
}

const kinds = async (api: TestApi, id: string) =>
  (await detail(api, id)).events.map(({ kind }) => kind)

/** As if everything that happened to the case had happened so much earlier. */
async function pass(api: TestApi, id: string, hours: number): Promise<void> {
  const columns = [
    'received_at',
    'due_at',
    'next_rung_at',
    'climbed_to',
    'hold_until',
    'hold_since',
  ]
  const moves = columns.map(column => `${column} = ${column} - make_interval(hours => $2)`)
  await api.db.rows(
    `with moved as (update rungs set at = at - make_interval(hours => $2) where case_id = $1)
     update cases set ${moves.join(', ')} where id = $1`,
    [id, hours],
  )
}

async function sweep(api: TestApi): Promise<void> {
  const { directories, log, primitives } = api.deps
  await sweepClock(
    { store: api.db.store, directories, log, primitives },
    new AbortController().signal,
  )
}

const minutesBetween = (one: string | null, other: string | null) =>
  one === null || other === null
    ? Number.NaN
    : Math.round((parseTimestamp(other) - parseTimestamp(one)) / 60_000)

await t.test('one asks, another confirms, and the deadline moves by as much', async t => {
  const api = await testApi(t)
  const { caseId: id, token } = await caseInTeam(api)
  const hold = { until: inHours(10), reason }
  const before = (await detail(api, id)).case
  const asked = await post(api, 'vietnam-1', id, 'hold', hold)
  t.match(asked, {
    due_at: before.due_at,
    hold: { ...hold, asked_by: 'vietnam-1', confirmed_by: null },
  })
  t.match(await post(api, 'vietnam-1', id, 'hold', hold), { hold: { confirmed_by: null } }, 'alone')
  const seen = async () =>
    MailboxView.parse((await withToken(api, token, '/v1/mailbox', {})).json())
  t.equal((await seen()).hold, null, 'not held yet')
  const held = await post(api, 'vietnam-2', id, 'hold', hold)
  t.match(held, { hold: { ...hold, asked_by: 'vietnam-1', confirmed_by: 'vietnam-2' } })
  t.equal(minutesBetween(before.due_at, held.due_at), 600)
  const hour = formatTimestamp(ceilToHour(parseTimestamp(held.due_at ?? '')))
  t.match(await seen(), { hold, due_at: hour, overdue: false }, 'the applicant knows the hour')
  for (const handler of ['vietnam-1', 'vietnam-2'] as const)
    t.match(await post(api, handler, id, 'hold', hold), { due_at: held.due_at }, 'again')
  const list = CaseList.parse((await act(api, 'vietnam-1', 'GET', '/v1/cases')).json())
  t.match(list.cases, [{ id, hold }], 'a hold hides nothing')
  const { events } = await detail(api, id)
  t.match(events.slice(1), [
    { kind: 'hold_asked', handler: 'vietnam-1', detail: `${reason} ${hold.until}` },
    { kind: 'held', handler: 'vietnam-2', detail: `${reason} ${hold.until}` },
  ])
  t.equal(events.length, 3)
  t.ok(
    events.slice(1).every(({ request }) => request !== null),
    'both are signed',
  )
  const stored = (await api.db.store.caseParts(id)).events
  t.equal(await brokenEvent(api.organisation.primitives, id, stored), null)
})

await t.test(
  'no rung fires while it lasts; then the team is told, and the ladder goes on',
  async t => {
    const api = await testApi(t)
    const { caseId: id } = await caseInTeam(api)
    await pass(api, id, 25)
    await sweep(api)
    const hold = { until: inHours(10), reason }
    await post(api, 'vietnam-1', id, 'hold', hold)
    await post(api, 'vietnam-2', id, 'hold', hold)
    const rungs = ['reminder', 'reminder', 'reminder']
    const start = ['routed', ...rungs, 'hold_asked', 'held']
    await pass(api, id, 9)
    await sweep(api)
    t.strictSame(await kinds(api, id), start)
    await pass(api, id, 1)
    await sweep(api)
    await sweep(api)
    t.strictSame(await kinds(api, id), [...start, 'reminder'], 'the clock runs on')
    t.equal((await detail(api, id)).case.hold, null)
    await pass(api, id, 14)
    await sweep(api)
    t.strictSame(await kinds(api, id), [...start, 'reminder'], 'hour 39')
    await pass(api, id, 1)
    await sweep(api)
    t.strictSame(await kinds(api, id), [...start, 'reminder', 'reminder'], 'hour 40')
    await pass(api, id, 8)
    await sweep(api)
    const end = ['escalation', 'escalation', 'breach']
    t.strictSame(await kinds(api, id), [...start, 'reminder', 'reminder', ...end])
  },
)

await t.test('a hold that ends early gives back what is left of it', async t => {
  const api = await testApi(t)
  const { caseId: id } = await caseInTeam(api)
  const { due_at: before } = (await detail(api, id)).case
  const hold = { until: inHours(20), reason }
  await post(api, 'vietnam-1', id, 'hold', hold)
  t.match(await post(api, 'vietnam-2', id, 'unhold'), { hold: null, due_at: before }, 'taken back')
  await post(api, 'vietnam-1', id, 'hold', hold)
  await post(api, 'vietnam-2', id, 'hold', hold)
  await pass(api, id, 5)
  const ended = await post(api, 'vietnam-2', id, 'unhold')
  t.equal(ended.hold, null)
  // Five hours have passed, and five hours were given.
  t.equal(minutesBetween(before, ended.due_at), 0)
  await post(api, 'vietnam-2', id, 'unhold')
  await sweep(api)
  const acts = ['hold_asked', 'hold_ended', 'hold_asked', 'held', 'hold_ended']
  t.strictSame((await kinds(api, id)).slice(1, 6), acts, 'ended once')
})

await t.test('a hold is refused where it would hide something', async t => {
  const api = await testApi(t)
  const { caseId: id, envelope, token: _token, ...sealed } = await caseInTeam(api)
  const refused = async (handler: Handler, body: object) => {
    const { code, errors } = await post(api, handler, id, 'hold', body)
    return `${code} ${errors?.[0]?.pointer ?? ''} ${errors?.[0]?.code ?? ''}`.trim()
  }
  const late = await refused('vietnam-1', { until: inHours(-1), reason })
  t.equal(late, 'request_invalid /until not_ahead')
  // Three days together, where the service level says nothing.
  t.equal(
    await refused('vietnam-1', { until: inHours(72.1), reason }),
    'request_invalid /until too_long',
  )
  t.match(await post(api, 'vietnam-1', id, 'hold', { until: inHours(71.9), reason }), {
    hold: { reason },
  })
  const never = { until: '2027-02-31T00:00:00Z', reason }
  t.equal(await refused('vietnam-1', never), 'request_invalid /until not_a_date')
  t.match(await refused('vietnam-1', { until: inHours(1), reason: 'busy' }), 'request_invalid')
  t.equal(await refused('china-1', { until: inHours(1), reason }), 'case_unknown', 'another team')
  const first = { until: inHours(50), reason }
  t.match(await post(api, 'vietnam-1', id, 'hold', first), { hold: { until: first.until } })
  const other = { ...first, reason: 'contact_unsafe' }
  const asked = await post(api, 'vietnam-2', id, 'hold', other)
  t.match(asked, { hold: { ...other, asked_by: 'vietnam-2', confirmed_by: null } }, 'other words')
  t.match(await post(api, 'vietnam-1', id, 'hold', other), { hold: { confirmed_by: 'vietnam-1' } })
  t.equal(await refused('vietnam-1', first), 'case_state', 'one is in force')
  await pass(api, id, 50)
  t.match(await refused('vietnam-1', { until: inHours(23), reason }), 'too_long', 'all together')
  await pass(api, id, 49)
  t.equal(await refused('vietnam-1', { until: inHours(1), reason }), 'case_state', 'it is late')
  await post(api, 'vietnam-1', id, 'claim')
  const proof = { id: clientId(), via: 'phone', answer: answerProof(api, 'vietnam-1', envelope) }
  t.match(await post(api, 'vietnam-1', id, 'contacted', proof), { state: 'answered', hold: null })
  t.equal(
    await refused('vietnam-1', { until: inHours(1), reason }),
    'case_state',
    'nothing is owed',
  )
  t.ok(decodeBase64url(sealed.request.id).length === 16)
})

await t.test(
  'who asked and has left confirms nothing; a claim is in the way of asking',
  async t => {
    const api = await testApi(t)
    const { caseId: id } = await caseInTeam(api)
    await post(api, 'vietnam-1', id, 'claim')
    const hold = { until: inHours(5), reason }
    t.match(await post(api, 'vietnam-2', id, 'hold', hold), { code: 'case_claimed' })
    await post(api, 'vietnam-1', id, 'hold', hold)
    t.match(await post(api, 'vietnam-2', id, 'hold', hold), { hold: { confirmed_by: 'vietnam-2' } })
    const { caseId: second } = await caseInTeam(api)
    await post(api, 'vietnam-1', second, 'hold', hold)
    await api.db.rows(`update cases set hold_asked_by = 'left-1' where id = $1`, [second])
    const asked = await post(api, 'vietnam-2', second, 'hold', hold)
    t.match(asked, { hold: { asked_by: 'vietnam-2', confirmed_by: null } })
  },
)

await t.test('the clock of an addition is held like the first one', async t => {
  const api = await testApi(t)
  const sealed = await caseInTeam(api)
  const id = sealed.caseId
  await post(api, 'vietnam-1', id, 'claim')
  const answer = answerProof(api, 'vietnam-1', sealed.envelope)
  await post(api, 'vietnam-1', id, 'contacted', { id: clientId(), via: 'mail', answer })
  const added = await sealedAddition(api.organisation, sealed, 'more')
  t.equal((await withToken(api, sealed.token, '/v1/mailbox/additions', added)).statusCode, 201)
  const { due_at: before } = (await detail(api, id)).case
  const hold = { until: inHours(24), reason: 'cannot_work' }
  await post(api, 'vietnam-1', id, 'hold', hold)
  const held = await post(api, 'director-1', id, 'hold', hold)
  t.equal(minutesBetween(before, held.due_at), 24 * 60)
  await pass(api, id, 24)
  await sweep(api)
  await pass(api, id, 35)
  await sweep(api)
  const told = (await kinds(api, id)).filter(kind => kind === 'reminder')
  t.equal(told.length, 1, 'the end of the hold; the reminder of hour 36 is still to come')
  await pass(api, id, 1)
  await sweep(api)
  t.equal((await kinds(api, id)).filter(kind => kind === 'reminder').length, 2)
})
