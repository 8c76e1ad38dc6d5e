// An answer answers what its writer had seen. What the applicant added in the meantime keeps its clock, and nobody closes
// over it (docs/protocol.md, "Acts").
import t from 'tap'
import { CaseDetail, CaseSummary } from '../../schemas/case.js'
import { beforeHistory, detailOf, printAnchor } from '../../src/core/case/anchor.js'
import { decodeBase64url, encodeBase64url } from '../../src/core/encoding/base64url.js'
import { formatTimestamp, parseTimestamp } from '../../src/core/encoding/timestamp.js'
import {
  act,
  answerProof,
  caseInTeam,
  replyBody,
  sealedAddition,
  type TestApi,
  testApi,
  withToken,
} from '../helper/api.js'
import { clientId, sha256 } from '../helper/store.js'

t.setTimeout(120_000)

type Worked = Awaited<ReturnType<typeof caseInTeam>>

async function detail(api: TestApi, one: Worked): Promise<CaseDetail> {
  return CaseDetail.parse((await act(api, 'vietnam-1', 'GET', `/v1/cases/${one.caseId}`)).json())
}

/** Hash of the last event of now. */
async function seenNow(api: TestApi, one: Worked): Promise<string> {
  return (await detail(api, one)).events.at(-1)?.hash ?? beforeHistory
}

async function post(
  api: TestApi,
  one: Worked,
  verb: string,
  body: Record<string, unknown>,
  after: string,
  handler = 'vietnam-1',
) {
  const copy = body['team_copy']
  const parts = typeof copy === 'string' ? [encodeBase64url(sha256(decodeBase64url(copy)))] : []
  const query = printAnchor({
    after,
    directory: 1,
    envelope: encodeBase64url(sha256(one.envelope)),
    parts,
    detail: detailOf(verb, body),
  })
  return act(api, handler, 'POST', `/v1/cases/${one.caseId}/${verb}?${query}`, body)
}

async function add(api: TestApi, one: Worked): Promise<void> {
  const addition = await sealedAddition(api.organisation, one, 'Họ đang ở trước cửa.')
  const answer = await withToken(api, one.token, '/v1/mailbox/additions', addition)
  if (answer.statusCode >= 300) throw new Error(answer.body)
}

async function claimed(api: TestApi): Promise<{ one: Worked; seen: string }> {
  const one = await caseInTeam(api)
  const answer = await act(api, 'vietnam-1', 'POST', `/v1/cases/${one.caseId}/claim`, {})
  if (answer.statusCode !== 200) throw new Error(answer.body)
  return { one, seen: await seenNow(api, one) }
}

const contact = (api: TestApi, one: Worked) => ({
  id: clientId(),
  via: 'phone',
  answer: answerProof(api, 'vietnam-1', one.envelope),
})

/** When the answer to an addition of then is due, as it travels. */
async function dueFor(api: TestApi, one: Worked, index = 0): Promise<string> {
  const [program] = api.organisation.directory.programs
  const seconds = program?.service_level.addition_response_seconds ?? 0
  const added = (await detail(api, one)).events.filter(({ kind }) => kind === 'addition')
  return formatTimestamp(parseTimestamp(added.at(index)?.at ?? '') + seconds * 1000)
}

const toTheSecond = (due: string | null | undefined) =>
  due === null || due === undefined ? due : formatTimestamp(parseTimestamp(due))

await t.test(
  'step 10: a reply leaves an addition that its writer had not seen unanswered',
  async t => {
    const api = await testApi(t)
    const { one, seen } = await claimed(api)
    await add(api, one)
    await add(api, one)
    const body = await replyBody(api, 'vietnam-1', one)
    const answered = await post(api, one, 'replies', body, seen)
    t.equal(answered.statusCode, 200, answered.body)
    const summary = CaseSummary.parse(answered.json())
    t.match(summary, { state: 'answered', unread_additions: 2 })
    t.ok(summary.answered_at !== null, 'the first answer is on record')
    t.equal(toTheSecond(summary.due_at), await dueFor(api, one), 'the clock of the oldest runs')
    const [row] = await api.db.rows('select next_rung_at <= now() as looks from cases')
    t.equal(row?.['looks'], true, 'the sweep looks at once')

    const again = CaseSummary.parse((await post(api, one, 'replies', body, seen)).json())
    t.match(again, { due_at: summary.due_at, unread_additions: 2 }, 'a repetition changes nothing')

    const second = await replyBody(api, 'vietnam-1', one, 'đã đọc')
    const done = await post(api, one, 'replies', second, await seenNow(api, one))
    t.match(done.json(), { due_at: null, unread_additions: 0 })
  },
)

await t.test('step 10: an answer to the first of two additions leaves the second', async t => {
  const api = await testApi(t)
  const { one } = await claimed(api)
  await add(api, one)
  const seen = await seenNow(api, one)
  await add(api, one)
  const answer = await post(api, one, 'replies', await replyBody(api, 'vietnam-1', one), seen)
  t.match(answer.json(), { unread_additions: 1 })
  t.equal(toTheSecond(answer.json().due_at), await dueFor(api, one, -1))
})

await t.test(
  'step 10: an answer given elsewhere leaves it as well, before any event too',
  async t => {
    const api = await testApi(t)
    for (const before of [false, true]) {
      const { one, seen } = await claimed(api)
      await add(api, one)
      const after = before ? beforeHistory : seen
      const answer = await post(api, one, 'contacted', contact(api, one), after)
      t.match(answer.json(), { state: 'answered', unread_additions: 1 })
      t.equal(toTheSecond(answer.json().due_at), await dueFor(api, one))
    }
  },
)

await t.test('an addition that a colleague has answered since stays answered', async t => {
  const api = await testApi(t)
  const { one, seen } = await claimed(api)
  await add(api, one)
  const lead = await replyBody(api, 'vietnam-lead', one)
  const first = await post(api, one, 'replies', lead, await seenNow(api, one), 'vietnam-lead')
  t.match(first.json(), { due_at: null, unread_additions: 0 })
  const late = await post(api, one, 'replies', await replyBody(api, 'vietnam-1', one), seen)
  t.match(late.json(), { due_at: null, unread_additions: 0 })
})

await t.test('nobody closes over an addition that they have not seen', async t => {
  const api = await testApi(t)
  const { one, seen } = await claimed(api)
  await add(api, one)
  const refused = await post(api, one, 'close', { outcome: 'no_contact' }, seen)
  t.match([refused.statusCode, refused.json().code], [409, 'addition_unseen'])
  t.match((await detail(api, one)).case, { state: 'claimed', unread_additions: 1 })
  const now = await seenNow(api, one)
  const closed = await post(api, one, 'close', { outcome: 'no_contact' }, now)
  t.match(closed.json(), { state: 'closed', due_at: null, unread_additions: 0 })
})
