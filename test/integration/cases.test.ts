// Steps 9 and 10 over HTTP: the verbs of a case, what stops the clock and what does not.
import t from 'tap'
import { CaseDetail, CaseList, CaseSummary } from '../../schemas/case.js'
import { identityRecipient } from '../../keys/identity.js'
import { currentDirectory } from '../../src/app/current-directory.js'
import { publishDirectory } from '../../src/app/publish-directory.js'
import { routeCase } from '../../src/app/route-case.js'
import { decodeBase64url, encodeBase64url } from '../../src/core/encoding/base64url.js'
import { floorToHour, formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { makeGrant, openEnvelope } from '../../src/core/envelope/open.js'
import { verifyAnswer } from '../../src/core/receipt/proofs.js'
import { slipOpener } from '../../workers/slip-opener.js'
import {
  act,
  answerProof,
  caseInTeam,
  replyBody,
  sealedAddition,
  sealedNote,
  signed,
  type TestApi,
  testApi,
  withToken,
} from '../helper/api.js'
import { clientId, hour, sha256 } from '../helper/store.js'

type Handler = 'vietnam-1' | 'vietnam-2' | 'vietnam-lead' | 'director-1'

async function verb(api: TestApi, handler: Handler, id: string, name: string, body: unknown = {}) {
  return act(api, handler, 'POST', `/v1/cases/${id}/${name}`, body)
}

async function grantFor(
  api: TestApi,
  sealed: { caseId: string; envelope: Uint8Array },
  reader: string,
) {
  const { primitives, identities } = api.organisation
  const granter = identities['vietnam-1']
  const identity = identities[reader]
  if (granter === undefined || identity === undefined) throw new Error('no handler')
  const [seed] = granter.signing
  if (seed === undefined) throw new Error('no seed')
  const grant = await makeGrant(primitives, granter.opening, sealed.envelope, {
    caseId: sealed.caseId,
    reader,
    recipient: identityRecipient(primitives, identity),
    seed,
  })
  if (grant === null) throw new Error('not addressed')
  return {
    id: clientId(),
    reader,
    header: encodeBase64url(grant.header),
    signature: encodeBase64url(grant.signature),
  }
}

t.setTimeout(600_000)

await t.test(
  'step 9: a handler sees the inbox of the team, claims, and opens the envelope',
  async t => {
    const api = await testApi(t)
    const sealed = await caseInTeam(api)
    const other = await caseInTeam(api, 'china')
    const list = CaseList.parse((await act(api, 'vietnam-1', 'GET', '/v1/cases')).json())
    t.strictSame(
      list.cases.map(each => [each.id, each.state, each.team, each.readable]),
      [[sealed.caseId, 'routed', 'vietnam', true]],
    )
    t.notOk(list.cases.some(each => each.id === other.caseId))
    const claimed = CaseSummary.parse((await verb(api, 'vietnam-1', sealed.caseId, 'claim')).json())
    t.match(claimed, { state: 'claimed', claimed_by: 'vietnam-1', overdue: false })
    t.equal(claimed.due_at, list.cases[0]?.due_at, 'a claim does not stop the clock')
    const file = await act(api, 'vietnam-1', 'GET', `/v1/cases/${sealed.caseId}/envelope`)
    t.equal(file.headers['content-type'], 'application/octet-stream')
    t.strictSame(file.rawPayload, Buffer.from(sealed.envelope))
    const content = await openEnvelope(
      api.organisation.primitives,
      api.organisation.identities['vietnam-1']?.opening ?? [],
      file.rawPayload,
      { origin: api.organisation.directory.origin, kind: 'envelope' },
    )
    t.strictSame(content?.answers, { what: 'Tôi cần giúp đỡ' })
  },
)

await t.test(
  'step 10: a reply stops the clock and leaves the proof of the first answer',
  async t => {
    const api = await testApi(t)
    const sealed = await caseInTeam(api)
    await verb(api, 'vietnam-1', sealed.caseId, 'claim')
    const body = await replyBody(api, 'vietnam-1', sealed)
    const first = await verb(api, 'vietnam-1', sealed.caseId, 'replies', body)
    t.match(first.json(), { state: 'answered', due_at: null, overdue: false })
    const again = await verb(api, 'vietnam-1', sealed.caseId, 'replies', body)
    t.equal(again.statusCode, 200)
    const second = await verb(api, 'vietnam-1', sealed.caseId, 'replies', {
      ...(await replyBody(api, 'vietnam-1', sealed, 'second')),
      id: body.id,
    })
    t.equal(second.json().code, 'reply_conflict')
    const shown = await act(api, 'vietnam-1', 'GET', `/v1/cases/${sealed.caseId}`)
    const detail = CaseDetail.parse(shown.json())
    t.equal(detail.replies.length, 1)
    t.strictSame(
      detail.events.map(event => event.kind),
      ['routed', 'claimed', 'replied'],
    )
    const { answer } = detail
    t.ok(
      answer !== null &&
        verifyAnswer(
          api.organisation.primitives,
          decodeBase64url(answer.key),
          sha256(sealed.envelope),
          answer.hour,
          decodeBase64url(answer.signature),
        ),
    )
    t.ok(
      detail.events
        .slice(1)
        .every(event => event.request !== null && event.handler === 'vietnam-1'),
      'each act keeps its signature',
    )
  },
)

await t.test('step 10: an answer given elsewhere stops the clock too', async t => {
  const api = await testApi(t)
  const sealed = await caseInTeam(api)
  await verb(api, 'vietnam-1', sealed.caseId, 'claim')
  const contact = {
    id: clientId(),
    via: 'phone',
    answer: answerProof(api, 'vietnam-1', sealed.envelope),
  }
  const answer = await verb(api, 'vietnam-1', sealed.caseId, 'contacted', contact)
  t.match(answer.json(), { state: 'answered', due_at: null })
  const again = await verb(api, 'vietnam-1', sealed.caseId, 'contacted', contact)
  t.match(again.json(), { state: 'answered', due_at: null }, 'a repetition is told the same')
  const other = { ...contact, via: 'mail' }
  const conflict = await verb(api, 'vietnam-1', sealed.caseId, 'contacted', other)
  t.match(conflict.json(), { status: 409, code: 'reply_conflict' })
  const later = { ...contact, id: clientId() }
  await verb(api, 'vietnam-1', sealed.caseId, 'contacted', later)
  const shown = CaseDetail.parse(
    (await act(api, 'vietnam-1', 'GET', `/v1/cases/${sealed.caseId}`)).json(),
  )
  t.equal(shown.events.filter(({ kind }) => kind === 'contacted').length, 2, 'each call once')
})

await t.test('a note does not stop the clock', async t => {
  const api = await testApi(t)
  const sealed = await caseInTeam(api)
  const note = await sealedNote(api, sealed)
  const body = { id: clientId(), sealed: encodeBase64url(note.bytes) }
  const noted = await verb(api, 'vietnam-2', sealed.caseId, 'notes', body)
  t.equal(noted.statusCode, 200, noted.body)
  t.ok(noted.json().due_at)
  t.equal(noted.json().state, 'routed')
  await verb(api, 'vietnam-2', sealed.caseId, 'notes', body)
  const shown = CaseDetail.parse(
    (await act(api, 'vietnam-1', 'GET', `/v1/cases/${sealed.caseId}`)).json(),
  )
  t.match(shown.notes, [{ id: body.id, by: 'vietnam-2', bytes: note.bytes.length }])
  const part = `/v1/cases/${sealed.caseId}/notes/${body.id}`
  const fetched = await act(api, 'vietnam-1', 'GET', part)
  t.equal(fetched.headers['content-type'], 'application/octet-stream')
  t.ok(fetched.rawPayload.equals(note.bytes))
  t.equal(encodeBase64url(sha256(note.bytes)), shown.notes[0]?.sha256)
  t.equal((await act(api, 'china-1', 'GET', part)).json().code, 'case_unknown')
  for (const kind of ['additions', 'replies', 'mails'])
    t.match(
      (await act(api, 'vietnam-1', 'GET', part.replace('notes', kind))).json(),
      { status: 404, code: 'part_unknown' },
      'ids count within a kind',
    )
})

await t.test('a release gives the case back to the team with the clock running', async t => {
  const api = await testApi(t)
  const sealed = await caseInTeam(api)
  const claimed = (await verb(api, 'vietnam-1', sealed.caseId, 'claim')).json()
  const released = (await verb(api, 'vietnam-1', sealed.caseId, 'release')).json()
  t.match(released, { state: 'routed', claimed_by: null, due_at: claimed.due_at })
  t.equal((await verb(api, 'vietnam-1', sealed.caseId, 'release')).statusCode, 200, 'twice is once')
  t.equal((await verb(api, 'vietnam-2', sealed.caseId, 'claim')).statusCode, 200)
})

await t.test('a claim keeps colleagues away, not the lead and not the director', async t => {
  const api = await testApi(t)
  const sealed = await caseInTeam(api)
  await verb(api, 'vietnam-1', sealed.caseId, 'claim')
  for (const name of ['claim', 'release', 'close'])
    t.equal(
      (
        await verb(
          api,
          'vietnam-2',
          sealed.caseId,
          name,
          name === 'close' ? { outcome: 'duplicate' } : {},
        )
      ).json().code,
      'case_claimed',
      name,
    )
  const reply = await replyBody(api, 'vietnam-2', sealed)
  t.equal(
    (await verb(api, 'vietnam-2', sealed.caseId, 'replies', reply)).json().code,
    'case_claimed',
  )
  const lead = await verb(api, 'vietnam-lead', sealed.caseId, 'claim')
  t.equal(lead.json().claimed_by, 'vietnam-lead')
  const director = await verb(api, 'director-1', sealed.caseId, 'release')
  t.equal(director.json().claimed_by, null)
})

await t.test('32 claims at once by two handlers: one of them has it', async t => {
  const api = await testApi(t)
  const sealed = await caseInTeam(api)
  const answers = await Promise.all(
    Array.from({ length: 32 }, (_, index) =>
      verb(api, index % 2 === 0 ? 'vietnam-1' : 'vietnam-2', sealed.caseId, 'claim'),
    ),
  )
  const holders = new Set(
    answers.filter(each => each.statusCode === 200).map(each => each.json().claimed_by),
  )
  t.equal(holders.size, 1)
  t.ok(answers.every(each => each.statusCode === 200 || each.json().code === 'case_claimed'))
  const rows = await api.db.rows("select id from cases where state = 'claimed'")
  t.equal(rows.length, 1)
})

await t.test('a case is answered by who has claimed it, not before', async t => {
  const api = await testApi(t)
  const sealed = await caseInTeam(api)
  const reply = await replyBody(api, 'vietnam-1', sealed)
  t.equal((await verb(api, 'vietnam-1', sealed.caseId, 'replies', reply)).json().code, 'case_state')
})

await t.test(
  'the proof of an answer is of this hour, of this envelope, by this handler',
  async t => {
    const api = await testApi(t)
    const sealed = await caseInTeam(api)
    await verb(api, 'vietnam-1', sealed.caseId, 'claim')
    const send = (answer: unknown) =>
      verb(api, 'vietnam-1', sealed.caseId, 'contacted', { id: clientId(), via: 'mail', answer })
    const at = (shift: number) => answerProof(api, 'vietnam-1', sealed.envelope, Date.now() + shift)
    for (const shift of [-2 * hour, 2 * hour]) {
      const wrong = await send(at(shift))
      t.match(wrong.json(), {
        code: 'request_invalid',
        errors: [{ pointer: '/answer/hour', code: 'not_now' }],
      })
    }
    const minute = { ...at(0), hour: at(0).hour.replace(':00:00Z', ':30:00Z') }
    t.match((await send(minute)).json(), { errors: [{ pointer: '/answer/hour' }] })
    const others = [
      answerProof(api, 'vietnam-2', sealed.envelope),
      answerProof(api, 'vietnam-1', Uint8Array.of(1)),
    ]
    for (const other of others)
      t.match((await send(other)).json(), {
        code: 'request_invalid',
        errors: [{ pointer: '/answer/signature', code: 'does_not_verify' }],
      })
    t.equal((await send(at(-hour))).statusCode, 200, 'the hour before is near enough')
  },
)

await t.test('a close needs an answer, or an outcome of nobody to answer', async t => {
  const api = await testApi(t)
  const sealed = await caseInTeam(api)
  await verb(api, 'vietnam-1', sealed.caseId, 'claim')
  for (const outcome of ['supported', 'referred', 'out_of_scope'])
    t.equal(
      (await verb(api, 'vietnam-1', sealed.caseId, 'close', { outcome })).json().code,
      'case_state',
      outcome,
    )
  const closed = await verb(api, 'vietnam-1', sealed.caseId, 'close', { outcome: 'no_contact' })
  t.match(closed.json(), { state: 'closed', due_at: null })
  const again = await verb(api, 'vietnam-1', sealed.caseId, 'close', { outcome: 'no_contact' })
  t.equal(again.statusCode, 200, 'twice is once')
  const other = await verb(api, 'vietnam-1', sealed.caseId, 'close', { outcome: 'duplicate' })
  t.equal(other.json().code, 'case_state')
  const told = () => api.db.rows(`select recipient from notices where kind = 'closed' order by 1`)
  t.strictSame(await told(), [{ recipient: 'lead' }], 'one key alone ends nothing in silence')
  const byLead = await caseInTeam(api)
  await verb(api, 'vietnam-lead', byLead.caseId, 'claim')
  await verb(api, 'vietnam-lead', byLead.caseId, 'close', { outcome: 'duplicate' })
  const both = [{ recipient: 'director' }, { recipient: 'lead' }]
  t.strictSame(await told(), both, 'of what a lead did directors hear')
  const byDirector = await caseInTeam(api)
  await verb(api, 'director-1', byDirector.caseId, 'claim')
  const ended = { outcome: 'no_contact' }
  for (const _ of ['once', 'again'])
    await verb(api, 'director-1', byDirector.caseId, 'close', ended)
  t.strictSame(
    await api.db.rows('select recipient from notices where case_id = $1 and kind = $2 order by 1', [
      byDirector.caseId,
      'closed',
    ]),
    both,
    'of what a director did both hear: not only the one whose key may be stolen',
  )
  const answered = await caseInTeam(api)
  await verb(api, 'vietnam-1', answered.caseId, 'claim')
  await verb(
    api,
    'vietnam-1',
    answered.caseId,
    'replies',
    await replyBody(api, 'vietnam-1', answered),
  )
  const supported = await verb(api, 'vietnam-1', answered.caseId, 'close', { outcome: 'supported' })
  t.equal(supported.statusCode, 200)
  t.equal((await told()).length, 4, 'an answer that was given needs nobody above')
  const [row] = await api.db.rows('select purge_at, closed_at from cases where id = $1', [
    sealed.caseId,
  ])
  const days = (Number(Object(row).purge_at) - Number(Object(row).closed_at)) / (24 * hour)
  t.ok(Math.abs(days - 90) < 0.01, 'retention of the program')
})

await t.test('a reopened case is owed its answer by the deadline that it always had', async t => {
  const api = await testApi(t)
  const sealed = await caseInTeam(api)
  const [before] = await api.db.rows('select due_at from cases')
  await verb(api, 'vietnam-1', sealed.caseId, 'claim')
  await verb(api, 'vietnam-1', sealed.caseId, 'close', { outcome: 'not_a_request' })
  const reopened = await verb(api, 'vietnam-2', sealed.caseId, 'reopen')
  t.match(reopened.json(), { state: 'routed', claimed_by: null })
  t.equal(
    Date.parse(reopened.json().due_at),
    Math.floor(Number(Object(before).due_at) / 1000) * 1000,
  )
  const [row] = await api.db.rows('select purge_at, outcome, next_rung_at from cases')
  t.match(row, { purge_at: null, outcome: null })
  t.ok(Object(row).next_rung_at)
  t.equal((await verb(api, 'vietnam-2', sealed.caseId, 'reopen')).json().code, 'case_state')
})

await t.test('a reopened case keeps the nearer deadline that its date gave it', async t => {
  const api = await testApi(t)
  const { organisation, db } = api
  const sealed = await caseInTeam(api, null, {
    deadline: formatTimestamp(floorToHour(Date.now() + 6 * hour)),
  })
  const slips = slipOpener(organisation.primitives, organisation.router)
  await routeCase(
    {
      ...api.deps,
      store: db.store,
      openSlip: slips.open.bind(slips),
      recipients: slips.recipients,
    },
    sealed.caseId,
  )
  const [due] = await db.rows('select due_at, received_at from cases')
  const [dueAt, receivedAt] = [Number(due?.['due_at']), Number(due?.['received_at'])]
  t.ok(dueAt - receivedAt <= 6 * hour)
  const close = async () => {
    await verb(api, 'vietnam-1', sealed.caseId, 'claim')
    const closed = await verb(api, 'vietnam-1', sealed.caseId, 'close', { outcome: 'no_contact' })
    t.equal(closed.json().state, 'closed')
  }
  const dates = () => db.rows('select due_at, climbed_to from cases')
  await close()
  await verb(api, 'vietnam-2', sealed.caseId, 'reopen')
  t.match(await dates(), [{ due_at: dueAt }])
  // Also where it is the applicant who comes back.
  await close()
  const addition = await sealedAddition(organisation, sealed, 'still here')
  await withToken(api, sealed.token, '/v1/mailbox/additions', addition)
  t.match(await dates(), [{ due_at: dueAt }])
  // A date that has passed binds nobody: the addition has its own time.
  await close()
  await db.rows(`update cases set first_due_at = now() - interval '1 minute'`)
  await withToken(api, sealed.token, '/v1/mailbox/additions', { ...addition, id: clientId() })
  const [last] = await dates()
  t.ok(Number(last?.['due_at']) > Date.now() + 40 * hour)
})

await t.test(
  'step 7: what a receipt promised holds under a directory that gives more time',
  async t => {
    const api = await testApi(t)
    const { organisation, db } = api
    const { primitives, root } = organisation
    const { caseId } = await caseInTeam(api, null)
    const programs = organisation.directory.programs.map(
      ({ service_level: level, ...program }) => ({
        ...program,
        service_level: {
          ...level,
          first_response_seconds: 1.5 * level.first_response_seconds,
          ladder: level.ladder.map(rung => ({ ...rung, after_seconds: 1.5 * rung.after_seconds })),
        },
      }),
    )
    const next = await organisation.sign({ programs }, await organisation.verify(organisation.note))
    await publishDirectory({ store: db.store, primitives, root, now: Date.now }, next)
    const slips = slipOpener(primitives, organisation.router)
    const router = {
      ...api.deps,
      store: db.store,
      directories: currentDirectory({ store: db.store, primitives, root, now: Date.now }),
      openSlip: slips.open.bind(slips),
      recipients: slips.recipients,
    }
    t.ok(await routeCase(router, caseId))
    const [row] = await db.rows(
      `select routed_directory_sequence as sequence, program,
       round(extract(epoch from due_at - received_at) / 3600, 3)::float8 as due,
       round(extract(epoch from next_rung_at - received_at) / 3600, 3)::float8 as rung
     from cases`,
    )
    t.strictSame(row, { sequence: 2, program: 'emergency', due: 48, rung: 1 })
  },
)

await t.test('a reopened case that was answered owes nothing', async t => {
  const api = await testApi(t)
  const sealed = await caseInTeam(api)
  await verb(api, 'vietnam-1', sealed.caseId, 'claim')
  await verb(api, 'vietnam-1', sealed.caseId, 'replies', await replyBody(api, 'vietnam-1', sealed))
  await verb(api, 'vietnam-1', sealed.caseId, 'close', { outcome: 'supported' })
  const reopened = await verb(api, 'vietnam-1', sealed.caseId, 'reopen')
  t.match(reopened.json(), { state: 'answered', due_at: null })
})

await t.test('a grant lets one more handler read, open, and do nothing else', async t => {
  const api = await testApi(t)
  const sealed = await caseInTeam(api)
  const url = `/v1/cases/${sealed.caseId}`
  t.equal((await act(api, 'china-1', 'GET', url)).json().code, 'case_unknown')
  const grant = await grantFor(api, sealed, 'china-1')
  const added = await verb(api, 'vietnam-1', sealed.caseId, 'seals', grant)
  t.equal(added.statusCode, 200, added.body)
  t.equal((await verb(api, 'vietnam-1', sealed.caseId, 'seals', grant)).statusCode, 200)
  const shown = CaseDetail.parse((await act(api, 'china-1', 'GET', url)).json())
  t.equal(shown.case.readable, true)
  t.equal(shown.grants.length, 1)
  const list = CaseList.parse((await act(api, 'china-1', 'GET', '/v1/cases')).json())
  t.strictSame(
    list.cases.map(each => each.id),
    [sealed.caseId],
  )
  const file = await act(api, 'china-1', 'GET', `${url}/envelope`)
  const content = await openEnvelope(
    api.organisation.primitives,
    api.organisation.identities['china-1']?.opening ?? [],
    file.rawPayload,
    { origin: api.organisation.directory.origin, kind: 'envelope' },
    shown.grants.map(each => decodeBase64url(each.header)),
  )
  t.strictSame(content?.answers, { what: 'Tôi cần giúp đỡ' })
  const claim = await act(api, 'china-1', 'POST', `${url}/claim`, {})
  t.equal(claim.statusCode, 403)
  t.equal(claim.json().code, 'role_missing')
})

await t.test('a grant is for a known reader, of this envelope, signed by who gives it', async t => {
  const api = await testApi(t)
  const sealed = await caseInTeam(api)
  const other = await caseInTeam(api)
  const grant = await grantFor(api, sealed, 'china-1')
  const send = (body: object, handler: Handler = 'vietnam-1') =>
    verb(api, handler, sealed.caseId, 'seals', body)
  t.match((await send({ ...grant, reader: 'nobody' })).json(), { errors: [{ pointer: '/reader' }] })
  t.match((await send({ ...grant, reader: 'left-1' })).json(), { errors: [{ pointer: '/reader' }] })
  t.match((await send({ ...grant, reader: 'china-lead' })).json(), {
    errors: [{ pointer: '/signature', code: 'does_not_verify' }],
  })
  t.match((await send(grant, 'vietnam-2')).json(), { errors: [{ pointer: '/signature' }] })
  const elsewhere = await grantFor(api, other, 'china-1')
  t.match((await send(elsewhere)).json(), { errors: [{ pointer: '/signature' }] })
  const header = encodeBase64url(sealed.envelope.subarray(0, 5000))
  t.match((await send({ ...grant, header })).json(), { errors: [{ pointer: '/header' }] })
  t.equal((await send(grant)).statusCode, 200)
})

await t.test('what is no reply and no note is refused', async t => {
  const api = await testApi(t)
  const sealed = await caseInTeam(api)
  await verb(api, 'vietnam-1', sealed.caseId, 'claim')
  const body = await replyBody(api, 'vietnam-1', sealed)
  const swapped = { ...body, sealed: body.team_copy, team_copy: body.sealed }
  t.match((await verb(api, 'vietnam-1', sealed.caseId, 'replies', swapped)).json(), {
    code: 'envelope_malformed',
    errors: [{ pointer: '/sealed', code: 'wrong_kind' }],
  })
  t.match(
    (
      await verb(api, 'vietnam-1', sealed.caseId, 'replies', { ...body, team_copy: body.sealed })
    ).json(),
    { code: 'envelope_malformed', errors: [{ pointer: '/team_copy' }] },
  )
  t.match(
    (
      await verb(api, 'vietnam-1', sealed.caseId, 'notes', { id: clientId(), sealed: body.sealed })
    ).json(),
    { code: 'envelope_malformed' },
  )
})

await t.test('the inbox comes in pages, each case once', async t => {
  const api = await testApi(t)
  const ids: string[] = []
  for (let count = 0; count < 5; count++) ids.push((await caseInTeam(api)).caseId)
  const seen: string[] = []
  let url = '/v1/cases?limit=2'
  for (let page = 0; page < 5; page++) {
    const list = CaseList.parse((await act(api, 'vietnam-1', 'GET', url)).json())
    seen.push(...list.cases.map(each => each.id))
    if (list.next === null) break
    url = `/v1/cases?limit=2&after=${list.next}`
  }
  t.strictSame(seen.toSorted(), ids.toSorted())
  await verb(api, 'vietnam-1', ids[0] ?? '', 'claim')
  const mine = CaseList.parse((await act(api, 'vietnam-1', 'GET', '/v1/cases?scope=mine')).json())
  t.equal(mine.cases.length, 1)
  for (const query of [
    'limit=0',
    'limit=201',
    'scope=none',
    'after=!',
    'other=1',
    'scope=mine&scope=all',
  ])
    t.equal(
      (await act(api, 'vietnam-1', 'GET', `/v1/cases?${query}`)).json().code,
      'request_invalid',
      query,
    )
  t.equal((await act(api, 'vietnam-1', 'GET', '/v1/cases?limit=200')).statusCode, 200)
})

await t.test('a purged case has no envelope and takes no act', async t => {
  const api = await testApi(t)
  const sealed = await caseInTeam(api)
  await verb(api, 'vietnam-1', sealed.caseId, 'claim')
  await verb(api, 'vietnam-1', sealed.caseId, 'close', { outcome: 'duplicate' })
  await api.db.rows("update cases set purge_at = now() - interval '1 second'")
  await api.db.store.purgeDue(10)
  const file = await act(api, 'vietnam-1', 'GET', `/v1/cases/${sealed.caseId}/envelope`)
  t.equal(file.statusCode, 410)
  t.equal(file.json().code, 'case_purged')
  t.equal((await verb(api, 'vietnam-1', sealed.caseId, 'reopen')).json().code, 'case_purged')
  const shown = await act(api, 'vietnam-1', 'GET', `/v1/cases/${sealed.caseId}`)
  t.equal(shown.json().case.state, 'purged')
})

await t.test('32 notes at once: 32 entries in one unbroken chain', async t => {
  const api = await testApi(t)
  const sealed = await caseInTeam(api)
  const note = await sealedNote(api, sealed)
  const requests = await Promise.all(
    Array.from({ length: 32 }, () =>
      signed(api, 'vietnam-1', 'POST', `/v1/cases/${sealed.caseId}/notes`, {
        id: clientId(),
        sealed: encodeBase64url(note.bytes),
      }),
    ),
  )
  const answers = await Promise.all(requests.map(request => api.app.inject(request)))
  t.ok(answers.every(answer => answer.statusCode === 200))
  const { events } = CaseDetail.parse(
    (await act(api, 'vietnam-1', 'GET', `/v1/cases/${sealed.caseId}`)).json(),
  )
  t.strictSame(
    events.map(event => event.number),
    Array.from({ length: 33 }, (_, index) => index + 1),
  )
  for (const [index, event] of events.entries())
    t.equal(event.previous, index === 0 ? null : events[index - 1]?.hash)
})
