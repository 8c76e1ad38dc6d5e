// Step 11 over HTTP: what an applicant who returns sees and adds. Only the mailbox token finds a case.
import t from 'tap'
import { MailboxView, maxAdditions } from '../../schemas/mailbox.js'
import { encodeBase64url, decodeBase64url } from '../../src/core/encoding/base64url.js'
import { openReply } from '../../src/core/envelope/open.js'
import { signAddition, signDeletion, verifyDeletion } from '../../src/core/receipt/proofs.js'
import {
  act,
  caseInTeam,
  replyBody,
  sealedAddition,
  sealRequest,
  submit,
  testApi,
  withToken,
} from '../helper/api.js'
import { clientId, hour } from '../helper/store.js'

t.setTimeout(120_000)

await t.test(
  'step 11: a fresh mailbox shows the state, the hour of arrival and the deadline',
  async t => {
    const api = await testApi(t)
    const { request, token } = await sealRequest(api.organisation)
    await submit(api, request)
    const answer = await withToken(api, token, '/v1/mailbox', {})
    t.equal(answer.statusCode, 200)
    const view = MailboxView.parse(answer.json())
    t.match(view, {
      state: 'received',
      program: null,
      team: null,
      overdue: false,
      answered_at: null,
      coverage: 'undecided',
      directory_version: 1,
      replies: [],
      additions: [],
    })
    t.match(view.received_at, /:00:00Z$/, 'the hour only')
    t.ok(view.due_at !== null && Date.parse(view.due_at) > Date.now() + 47 * hour)
    t.equal(Date.parse(view.due_at ?? '') % hour, 0, 'told in hours, as on the receipt')
  },
)

await t.test(
  'step 11: a reply reaches the applicant, opens with the code, and is marked as read',
  async t => {
    const api = await testApi(t)
    const sealed = await caseInTeam(api)
    await act(api, 'vietnam-1', 'POST', `/v1/cases/${sealed.caseId}/claim`, {})
    const body = await replyBody(api, 'vietnam-1', sealed, 'Xin chào, chúng tôi đã đọc.')
    const replied = await act(api, 'vietnam-1', 'POST', `/v1/cases/${sealed.caseId}/replies`, body)
    t.equal(replied.statusCode, 200, replied.body)
    const view = MailboxView.parse((await withToken(api, sealed.token, '/v1/mailbox', {})).json())
    t.match(view, { state: 'answered', due_at: null, team: 'vietnam', replies: [{ id: body.id }] })
    t.ok(view.answered_at)
    const [reply] = view.replies
    const message = await openReply(
      api.organisation.primitives,
      [sealed.keys.replyIdentity],
      decodeBase64url(reply?.sealed ?? ''),
      sealed.keys.replyKey,
      { origin: api.organisation.directory.origin, kind: 'reply' },
    )
    t.equal(message?.text, 'Xin chào, chúng tôi đã đọc.')
    const read = { read: [body.id, clientId()] }
    t.equal((await withToken(api, sealed.token, '/v1/mailbox', read)).statusCode, 200)
    const [row] = await api.db.rows('select read_at from replies')
    t.ok(row?.['read_at'])
  },
)

await t.test(
  'without the token of a mailbox there is nothing, whatever is sent instead',
  async t => {
    const api = await testApi(t)
    const { request, token } = await sealRequest(api.organisation)
    await submit(api, request)
    const random = encodeBase64url(api.organisation.primitives.random(32))
    const tokens = [
      undefined,
      '',
      token,
      `Basic ${token}`,
      `Bearer ${random}`,
      `Bearer ${token}=`,
      `Bearer ${token.slice(0, -1)}`,
      `Bearer  ${token}`,
      `Bearer ${request.mailbox}`,
    ]
    for (const authorization of tokens) {
      const answer = await api.app.inject({
        method: 'POST',
        url: '/v1/mailbox',
        payload: {},
        headers: authorization === undefined ? {} : { authorization },
      })
      t.equal(answer.statusCode, 401, `${authorization}`)
      t.equal(answer.json().code, 'mailbox_unknown')
      t.equal(answer.headers['www-authenticate'], 'Bearer')
    }
  },
)

await t.test('the token is nowhere in the database: only its hash', async t => {
  const api = await testApi(t)
  const { request, token, keys } = await sealRequest(api.organisation)
  await submit(api, request)
  await withToken(api, token, '/v1/mailbox', {})
  const [row] = await api.db.rows('select mailbox_sha256 from intakes')
  t.strictSame(Buffer.from(Object(row).mailbox_sha256), Buffer.from(keys.mailboxHash))
})

await t.test(
  'step 11: an addition is taken once, tells the team, and starts a deadline',
  async t => {
    const api = await testApi(t)
    const sealed = await caseInTeam(api)
    await act(api, 'vietnam-1', 'POST', `/v1/cases/${sealed.caseId}/claim`, {})
    await act(
      api,
      'vietnam-1',
      'POST',
      `/v1/cases/${sealed.caseId}/replies`,
      await replyBody(api, 'vietnam-1', sealed),
    )
    const addition = await sealedAddition(api.organisation, sealed, 'more')
    const woken = api.woken()
    const first = await withToken(api, sealed.token, '/v1/mailbox/additions', addition)
    t.equal(first.statusCode, 201, first.body)
    t.equal(api.woken(), woken + 1)
    const again = await withToken(api, sealed.token, '/v1/mailbox/additions', addition)
    t.equal(again.statusCode, 201)
    t.equal(again.body, first.body)
    const view = MailboxView.parse((await withToken(api, sealed.token, '/v1/mailbox', {})).json())
    t.equal(view.additions.length, 1)
    t.ok(view.due_at !== null, 'an answer to the addition is owed')
    const other = await sealedAddition(api.organisation, sealed, 'other words')
    const conflict = await withToken(api, sealed.token, '/v1/mailbox/additions', {
      ...other,
      id: addition.id,
    })
    t.equal(conflict.json().code, 'addition_conflict')
    const notices = await api.db.rows("select kind from notices where kind = 'addition'")
    t.equal(notices.length, 1)
  },
)

await t.test(
  'an addition must be an addition, for this deployment, under a known directory',
  async t => {
    const api = await testApi(t)
    const sealed = await caseInTeam(api)
    const good = await sealedAddition(api.organisation, sealed, 'more')
    const send = (body: object) => withToken(api, sealed.token, '/v1/mailbox/additions', body)
    const envelope = await send({ ...good, sealed: sealed.request.envelope })
    t.match(envelope.json(), { code: 'envelope_malformed', errors: [{ code: 'wrong_kind' }] })
    const unknown = await sealedAddition(api.organisation, sealed, 'x', { directory_sequence: 9 })
    t.equal((await send({ ...unknown, directory_version: 9 })).json().code, 'directory_stale')
    const named = await send({ ...good, directory_version: 2 })
    t.match(named.json(), { code: 'envelope_malformed', errors: [{ code: 'wrong_context' }] })
    const token = encodeBase64url(api.organisation.primitives.random(32))
    const stranger = await withToken(api, token, '/v1/mailbox/additions', good)
    t.equal(stranger.json().code, 'mailbox_unknown')
    t.equal((await send(good)).statusCode, 201)
  },
)

await t.test('additions: as many as the cap are taken, one more is refused', async t => {
  const api = await testApi(t)
  const sealed = await caseInTeam(api)
  const good = await sealedAddition(api.organisation, sealed, 'more')
  await api.db.rows(
    `insert into additions (case_id, id, at, sealed, signature, directory_sequence)
      select $1, lpad(n::text, 22, 'A'), now(), '\\x00', '\\x00', 1 from generate_series(1, $2) n`,
    [sealed.caseId, maxAdditions - 1],
  )
  const send = (id: string) =>
    withToken(api, sealed.token, '/v1/mailbox/additions', { ...good, id })
  t.equal((await send(clientId())).statusCode, 201)
  const full = await send(clientId())
  t.equal(full.statusCode, 409)
  t.equal(full.json().code, 'additions_full')
})

await t.test('an addition to a closed case puts it back to work', async t => {
  const api = await testApi(t)
  const sealed = await caseInTeam(api)
  const url = `/v1/cases/${sealed.caseId}`
  await act(api, 'vietnam-1', 'POST', `${url}/claim`, {})
  await act(api, 'vietnam-1', 'POST', `${url}/close`, { outcome: 'duplicate' })
  const addition = await sealedAddition(api.organisation, sealed, 'still here')
  await withToken(api, sealed.token, '/v1/mailbox/additions', addition)
  const view = MailboxView.parse((await withToken(api, sealed.token, '/v1/mailbox', {})).json())
  t.equal(view.state, 'routed')
  t.ok(view.due_at)
})

await t.test('step 11: the applicant deletes the case, with a signature that stays', async t => {
  const api = await testApi(t)
  const sealed = await caseInTeam(api)
  const { primitives } = api.organisation
  const { additionSeed, additionKey, mailboxHash } = sealed.keys
  const signature = signDeletion(primitives, additionSeed, mailboxHash)
  const body = { key: encodeBase64url(additionKey), signature: encodeBase64url(signature) }
  const send = (changes: object, token = sealed.token) =>
    withToken(api, token, '/v1/mailbox/deletion', { ...body, ...changes })
  const other = encodeBase64url(signAddition(primitives, additionSeed, mailboxHash))
  t.equal((await send({ signature: other })).json().code, 'signature_invalid', 'another statement')
  const stranger = encodeBase64url(primitives.random(32))
  t.equal((await send({}, stranger)).json().code, 'signature_invalid', 'of another mailbox')
  t.equal((await send({ key: 'AA' })).statusCode, 400)
  const answer = await send({})
  t.equal(answer.statusCode, 200, answer.body)
  t.match(answer.json().deleted_at, /:00:00Z$/, 'the hour only')

  t.equal((await withToken(api, sealed.token, '/v1/mailbox', {})).json().code, 'mailbox_unknown')
  t.equal((await send({})).json().code, 'mailbox_unknown')
  const url = `/v1/cases/${sealed.caseId}`
  const envelope = await act(api, 'vietnam-1', 'GET', `${url}/envelope`)
  t.equal(envelope.json().code, 'case_purged', 'even before the sweep')
  const claim = await act(api, 'vietnam-1', 'POST', `${url}/claim`, {})
  t.equal(claim.json().code, 'case_purged')
  const { events } = (await act(api, 'vietnam-1', 'GET', url)).json()
  const [key = '', proof = ''] = String(events.at(-1).detail).split(' ')
  t.equal(key, body.key, 'the key that the envelope names')
  t.ok(verifyDeletion(primitives, decodeBase64url(key), mailboxHash, decodeBase64url(proof)))
})

await t.test('a mailbox of many large replies is read page by page', async t => {
  const api = await testApi(t)
  const sealed = await caseInTeam(api)
  await api.db.rows(
    `insert into replies (case_id, id, handler, at, sealed, team_copy)
     select $1, lpad(n::text, 21, '0') || 'A', 'vietnam-1', now() + n * interval '1 second',
       decode(repeat('00', 100000), 'hex'), '' from generate_series(1, 20) n`,
    [sealed.caseId],
  )
  const seen: string[] = []
  let before: string | undefined
  for (;;) {
    const answer = await withToken(api, sealed.token, '/v1/mailbox', { before })
    t.ok(answer.rawPayload.length < 400_000, `${answer.rawPayload.length} bytes`)
    const view = MailboxView.parse(answer.json())
    seen.unshift(...view.replies.map(reply => reply.id))
    if (!view.older) break
    before = view.replies[0]?.id
  }
  t.strictSame(
    seen.map(id => Number(id.slice(0, 21))),
    Array.from({ length: 20 }, (_, index) => index + 1),
  )
})
