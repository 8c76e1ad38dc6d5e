// Step 9 over HTTP: a case is handed over to another team, and a person decides whether it is covered; what races with
// it, what is repeated, and what is refused.
import { randomBytes } from 'node:crypto'
import t, { type Test } from 'tap'
import { CaseDetail, CaseList, CaseSummary } from '../../schemas/case.js'
import { identityRecipient } from '../../keys/identity.js'
import { brokenEvent } from '../../src/core/case/history.js'
import { decodeBase64url, encodeBase64url } from '../../src/core/encoding/base64url.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { makeGrant, openEnvelope } from '../../src/core/envelope/open.js'
import { act, caseInTeam, sealedNote, type TestApi, testApi, withToken } from '../helper/api.js'
import type { Sealed } from '../helper/sealed-request.js'
import { clientId } from '../helper/store.js'

type Case = Sealed & { readonly caseId: string }

t.setTimeout(300_000)

const rounds = process.env['KHANCAP_TEST_LONG'] === '1' ? 20 : 2

const post = (api: TestApi, handler: string, id: string, verb: string, body: unknown = {}) =>
  act(api, handler, 'POST', `/v1/cases/${id}/${verb}`, body)

async function inboxOf(api: TestApi, handler: string) {
  return CaseList.parse((await act(api, handler, 'GET', '/v1/cases')).json()).cases
}

async function detailOf(api: TestApi, handler: string, id: string) {
  return CaseDetail.parse((await act(api, handler, 'GET', `/v1/cases/${id}`)).json())
}

async function grantFor(api: TestApi, sealed: Case, granter: string, reader: string) {
  const { primitives, identities } = api.organisation
  const [from, to] = [identities[granter], identities[reader]]
  const [seed] = from?.signing ?? []
  if (from === undefined || to === undefined || seed === undefined) throw new Error('no handler')
  const recipient = identityRecipient(primitives, to)
  const grant = await makeGrant(primitives, from.opening, sealed.envelope, {
    caseId: sealed.caseId,
    reader,
    recipient,
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

async function handover(api: TestApi, sealed: Case, team: string, grants: readonly object[] = []) {
  const note = await sealedNote(api, sealed, { text: 'they know the place' })
  return { id: clientId(), team, sealed: encodeBase64url(note.bytes), grants }
}

async function decision(api: TestApi, sealed: Case, coverage: string) {
  const note = await sealedNote(api, sealed, { text: 'the family lives there' })
  return { id: clientId(), coverage, sealed: encodeBase64url(note.bytes) }
}

/** What holds whatever happened: an unbroken history, a deadline while nobody has answered, one team. */
async function expectSound(t: Test, api: TestApi, id: string) {
  const detail = await detailOf(api, 'director-1', id)
  const broken = await brokenEvent(
    api.organisation.primitives,
    id,
    detail.events.map(event => ({
      ...event,
      at: parseTimestamp(event.at),
      previous: event.previous === null ? null : decodeBase64url(event.previous),
      hash: decodeBase64url(event.hash),
      request:
        event.request === null
          ? null
          : {
              signatureBase: event.request.signature_base,
              signature: decodeBase64url(event.request.signature),
              key: decodeBase64url(event.request.key),
            },
    })),
  )
  t.equal(broken, null, 'the history is unbroken')
  if (detail.case.state !== 'closed') t.not(detail.case.due_at, null, 'an answer is still owed')
  return detail
}

await t.test(
  'a case is handed over: who can open it, who sees it, who is told, and the clock',
  async t => {
    const api = await testApi(t)
    const sealed = await caseInTeam(api)
    const { caseId } = sealed
    const claimed = CaseSummary.parse((await post(api, 'vietnam-1', caseId, 'claim')).json())
    const before = await api.db.rows('select next_rung_at, climbed_to from cases where id = $1', [
      caseId,
    ])
    const body = await handover(api, sealed, 'china', [
      await grantFor(api, sealed, 'vietnam-1', 'china-1'),
    ])
    const answer = await post(api, 'vietnam-1', caseId, 'reroute', body)
    t.equal(answer.statusCode, 200, answer.body)
    t.match(CaseSummary.parse(answer.json()), {
      state: 'routed',
      team: 'china',
      reason: 'rerouted',
      claimed_by: null,
      due_at: claimed.due_at,
      rule: 'test',
      routed_directory_version: 1,
      coverage: 'eligible',
    })
    t.strictSame(
      await api.db.rows('select next_rung_at, climbed_to from cases where id = $1', [caseId]),
      before,
      'the ladder goes on where it was',
    )
    t.strictSame(
      (await inboxOf(api, 'china-1')).map(({ id, readable }) => [id, readable]),
      [[caseId, true]],
    )
    t.strictSame(
      (await inboxOf(api, 'china-lead')).map(({ id, readable }) => [id, readable]),
      [[caseId, false]],
      'who was not let in is told so',
    )
    t.strictSame(await inboxOf(api, 'vietnam-1'), [])
    t.equal((await act(api, 'vietnam-2', 'GET', `/v1/cases/${caseId}`)).statusCode, 404)
    const [notice] = await api.db.rows(
      `select count(*)::int as count from notices n join outbox o on o.subject = n.id::text
     where n.case_id = $1 and n.kind = 'new_case' and n.recipient = 'team'`,
      [caseId],
    )
    t.equal(notice?.['count'], 2, 'one when it came, one for the new team')
    const detail = await expectSound(t, api, caseId)
    t.match(detail.events.at(-1), { kind: 'rerouted', handler: 'vietnam-1', detail: 'china' })
    t.equal(detail.notes.length, 1)

    const again = await post(api, 'vietnam-1', caseId, 'reroute', body)
    t.equal(
      again.statusCode,
      200,
      'asked again after a lost answer, by somebody who has it no more',
    )
    t.equal((await post(api, 'vietnam-2', caseId, 'reroute', body)).json().code, 'case_unknown')
    const detailAgain = await expectSound(t, api, caseId)
    t.equal(detailAgain.events.length, detail.events.length)

    const file = await act(api, 'china-1', 'GET', `/v1/cases/${caseId}/envelope`)
    const content = await openEnvelope(
      api.organisation.primitives,
      api.organisation.identities['china-1']?.opening ?? [],
      file.rawPayload,
      { origin: api.organisation.directory.origin, kind: 'envelope' },
      detail.grants.map(({ header }) => decodeBase64url(header)),
    )
    t.strictSame(content?.answers, { what: 'Tôi cần giúp đỡ' })

    const back = await handover(api, sealed, 'vietnam')
    t.match((await post(api, 'china-1', caseId, 'reroute', back)).json(), { team: 'vietnam' })
    t.strictSame(
      (await inboxOf(api, 'vietnam-2')).map(({ id, readable }) => [id, readable]),
      [[caseId, true]],
      'sealed to them from the beginning',
    )
    t.match(
      (await post(api, 'vietnam-1', caseId, 'reroute', body)).json(),
      { team: 'vietnam' },
      'once is once',
    )
  },
)

await t.test(
  'what a handover needs: people in the team, true grants, a note, and the case in hand',
  async t => {
    const api = await testApi(t)
    const sealed = await caseInTeam(api)
    const { caseId } = sealed
    const grant = await grantFor(api, sealed, 'vietnam-1', 'china-1')
    const refused = async (handler: string, body: object) =>
      (await post(api, handler, caseId, 'reroute', body)).json()
    t.match(await refused('vietnam-1', await handover(api, sealed, 'litigation')), {
      code: 'request_invalid',
      errors: [{ pointer: '/team', code: 'nobody_there' }],
    })
    t.match(await refused('vietnam-1', await handover(api, sealed, 'nowhere')), {
      code: 'request_invalid',
    })
    t.match(await refused('vietnam-2', await handover(api, sealed, 'china', [grant])), {
      code: 'request_invalid',
      errors: [{ pointer: '/grants/0/signature' }],
    })
    t.match(
      await refused(
        'vietnam-1',
        await handover(api, sealed, 'china', [grant, { ...grant, reader: 'left-1' }]),
      ),
      { errors: [{ pointer: '/grants/1/reader' }] },
    )
    const header = encodeBase64url(randomBytes(200))
    t.match(
      await refused('vietnam-1', await handover(api, sealed, 'china', [{ ...grant, header }])),
      {
        errors: [{ pointer: '/grants/0/header' }],
      },
    )
    const noNote = {
      ...(await handover(api, sealed, 'china')),
      sealed: encodeBase64url(randomBytes(100)),
    }
    t.match(await refused('vietnam-1', noNote), { code: 'envelope_malformed' })
    await post(api, 'vietnam-2', caseId, 'claim')
    t.match(await refused('vietnam-1', await handover(api, sealed, 'china', [grant])), {
      code: 'case_claimed',
    })
    t.match(await refused('vietnam-lead', await handover(api, sealed, 'vietnam')), {
      team: 'vietnam',
    })
    const many = Array.from({ length: 65 }, () => grant)
    t.match(await refused('vietnam-2', await handover(api, sealed, 'china', many)), {
      code: 'request_invalid',
    })
    await post(api, 'vietnam-2', caseId, 'close', { outcome: 'duplicate' })
    t.match(await refused('vietnam-2', await handover(api, sealed, 'china')), {
      code: 'case_state',
    })
    t.equal((await expectSound(t, api, caseId)).notes.length, 0, 'nothing of it was kept')
  },
)

await t.test(
  'a handover and a claim, or a close, at the same moment: one after the other',
  async t => {
    const api = await testApi(t)
    for (let round = 0; round < rounds; round++) {
      const one = await caseInTeam(api)
      const [moved, claim] = await Promise.all([
        post(api, 'vietnam-lead', one.caseId, 'reroute', await handover(api, one, 'china')),
        post(api, 'vietnam-1', one.caseId, 'claim'),
      ])
      t.equal(moved.statusCode, 200)
      t.ok([200, 404].includes(claim.statusCode), `claim: ${claim.statusCode}`)
      t.match((await expectSound(t, api, one.caseId)).case, {
        team: 'china',
        state: 'routed',
        claimed_by: null,
      })

      const other = await caseInTeam(api)
      await post(api, 'vietnam-1', other.caseId, 'claim')
      const [away, closed] = await Promise.all([
        post(api, 'vietnam-lead', other.caseId, 'reroute', await handover(api, other, 'china')),
        post(api, 'vietnam-1', other.caseId, 'close', { outcome: 'no_contact' }),
      ])
      t.strictSame([away.statusCode, closed.statusCode].filter(code => code === 200).length, 1)
      const { case: after } = await expectSound(t, api, other.caseId)
      t.match(
        after,
        away.statusCode === 200 ? { team: 'china', state: 'routed' } : { state: 'closed' },
      )

      const third = await caseInTeam(api)
      const both = await Promise.all([
        post(api, 'director-1', third.caseId, 'reroute', await handover(api, third, 'china')),
        post(api, 'director-1', third.caseId, 'reroute', await handover(api, third, 'intake')),
      ])
      t.strictSame(
        both.map(({ statusCode }) => statusCode),
        [200, 200],
      )
      const detail = await expectSound(t, api, third.caseId)
      const moves = detail.events.filter(({ kind }) => kind === 'rerouted')
      t.equal(moves.length, 2)
      t.equal(moves.at(-1)?.detail, detail.case.team, 'the last one counts')
    }
  },
)

await t.test('a person decides about coverage, with a reason; the applicant sees it', async t => {
  const api = await testApi(t)
  const sealed = await caseInTeam(api)
  const { caseId, token } = sealed
  const seen = async () => (await withToken(api, token, '/v1/mailbox', {})).json()
  t.match(await seen(), { coverage: 'eligible' })
  const body = await decision(api, sealed, 'not_covered')
  const [first] = await Promise.all([
    post(api, 'vietnam-1', caseId, 'coverage', body),
    post(api, 'vietnam-1', caseId, 'coverage', body),
  ])
  t.match(CaseSummary.parse(first?.json()), { coverage: 'not_covered', state: 'routed' })
  t.match(await seen(), { coverage: 'not_covered', state: 'routed' })
  await post(api, 'vietnam-1', caseId, 'claim')
  t.match((await post(api, 'vietnam-2', caseId, 'coverage', body)).json(), { code: 'case_claimed' })
  const over = await decision(api, sealed, 'eligible')
  t.match((await post(api, 'vietnam-1', caseId, 'coverage', over)).json(), { coverage: 'eligible' })
  t.match(await seen(), { coverage: 'eligible', state: 'claimed' })
  t.match(
    (await post(api, 'vietnam-1', caseId, 'coverage', { ...over, sealed: body.sealed })).json(),
    {
      code: 'reply_conflict',
    },
  )
  for (const coverage of ['unknown', 'undecided', 'maybe'])
    t.match((await post(api, 'vietnam-1', caseId, 'coverage', { ...over, coverage })).json(), {
      code: 'request_invalid',
    })
  const detail = await expectSound(t, api, caseId)
  t.strictSame(
    detail.events.map(({ kind, detail: said }) => `${kind} ${said}`),
    ['routed routing_row', 'coverage_set not_covered', 'claimed null', 'coverage_set eligible'],
  )
  t.ok(
    detail.events.slice(1).every(({ request }) => request !== null),
    'each signed',
  )
  await post(api, 'vietnam-1', caseId, 'close', { outcome: 'duplicate' })
  t.match(
    (
      await post(api, 'vietnam-1', caseId, 'coverage', await decision(api, sealed, 'eligible'))
    ).json(),
    {
      code: 'case_state',
    },
  )
})
