// The organisation's figures, from the table of cases to the tool: who may see them, what they count, what they keep
// back.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Statistics } from '../../schemas/statistics.js'
import { floorToWeek } from '../../src/core/encoding/timestamp.js'
import { act, type TestApi } from '../helper/api.js'
import { inCheckout } from '../helper/checkout.js'
import { temporaryFolder } from '../helper/cli.js'
import { office } from '../helper/office.js'
import { clientId, hour, newIntake } from '../helper/store.js'
import { runTranscript } from '../helper/transcript.js'

t.setTimeout(300_000)

const weekMs = 7 * 24 * hour
const thisWeek = floorToWeek(Date.now())

interface Fate {
  readonly program?: string | null
  /** Weeks ago; 1 is the last one that has ended. */
  readonly ago: number
  /** Hours from arrival; absent: it never happened. */
  readonly routed?: number
  readonly claimed?: number
  readonly answered?: number
  readonly closed?: number
  readonly purged?: true
}

/** Cases as months of work leave them behind. */
async function arrived(api: TestApi, fates: readonly Fate[]): Promise<void> {
  for (const [index, fate] of fates.entries()) {
    const intake = newIntake({ slip: null, envelope: Buffer.from(`${clientId()}${index}`) })
    await api.db.store.recordIntake(intake)
    const at = thisWeek - fate.ago * weekMs + (index % 5) * hour
    const after = (hours: number | undefined) => (hours === undefined ? null : at + hours * hour)
    const state =
      fate.purged === true
        ? 'purged'
        : fate.closed !== undefined
          ? 'closed'
          : fate.answered !== undefined
            ? 'answered'
            : fate.claimed !== undefined
              ? 'claimed'
              : fate.routed !== undefined
                ? 'routed'
                : 'received'
    const owed = ['received', 'routed', 'claimed'].includes(state)
    await api.db.rows(
      `update cases set state = $2, program = $3, next_rung_at = null,
         received_at = to_timestamp($4::float8 / 1000), answered_at = to_timestamp($5::float8 / 1000),
         closed_at = to_timestamp($6::float8 / 1000),
         due_at = case when $7 then to_timestamp($4::float8 / 1000) + interval '48 hours' end
       where id = $1`,
      [
        intake.caseId,
        state,
        fate.program === undefined ? 'emergency' : fate.program,
        at,
        after(fate.answered),
        after(fate.closed),
        owed,
      ],
    )
    for (const [number, [kind, hours]] of [
      ['routed', fate.routed] as const,
      ['claimed', fate.claimed] as const,
    ].entries())
      if (hours !== undefined)
        await api.db.rows(
          `insert into events (case_id, number, kind, at, hash)
           values ($1, $2, $3, to_timestamp($4::float8 / 1000), $5)`,
          [intake.caseId, number + 1, kind, after(hours), Buffer.alloc(32)],
        )
    if (state === 'purged')
      await api.db.rows('delete from envelopes where case_id = $1', [intake.caseId])
  }
}

const times = (count: number, fate: Fate) => Array.from({ length: count }, () => fate)
const soon = { routed: 0, claimed: 0.2, answered: 0.5 }

async function ask(t: Test, api: TestApi, weeks: number): Promise<Statistics> {
  const answer = await act(api, 'director-1', 'GET', `/v1/statistics?weeks=${weeks}`)
  t.equal(answer.statusCode, 200)
  return Statistics.parse(answer.json())
}

await t.test('what is counted: by program and week, whatever became of the case since', async t => {
  const { api } = await office(t)
  await arrived(api, [
    // Week 3: answered in time; five of them have been purged since.
    ...times(5, { ago: 3, ...soon, closed: 30, purged: true }),
    ...times(2, { ago: 3, ...soon }),
    // Week 2: each fate, at the cap.
    ...times(5, { ago: 2, routed: 0, claimed: 1, answered: 48 }),
    ...times(5, { ago: 2, routed: 0, claimed: 1, answered: 48.001 }),
    ...times(5, { ago: 2, routed: 0, claimed: 49 }),
    ...times(5, { ago: 2 }),
    ...times(6, { ago: 2, routed: 0, claimed: 1, closed: 50 }),
    ...times(5, { ago: 2, routed: 0, claimed: 1, closed: 47 }),
    // Litigation is promised within seven days: hour 49 is in time.
    ...times(6, { program: 'pil', ago: 2, routed: 0, claimed: 1, answered: 49 }),
    ...times(5, { program: null, ago: 2 }),
    // This week has not ended, and week 4 was not asked for.
    ...times(9, { ago: 0 }),
    ...times(9, { ago: 4, ...soon }),
  ])
  const { rows, from, until } = await ask(t, api, 3)
  t.equal(Date.parse(until), thisWeek)
  t.equal(Date.parse(from), thisWeek - 3 * weekMs)
  t.strictSame(
    rows.map(({ program, week }) => [program, (thisWeek - Date.parse(week)) / weekMs]),
    [
      ['emergency', 3],
      ['emergency', 2],
      ['pil', 2],
      [null, 2],
    ],
  )
  t.match(rows[0], { received: 7, answered: 7, within: 7, breached: 0, worst_hours: 1 })
  t.match(rows[1], {
    received: 31,
    within: 5,
    late: 5,
    overdue: 16,
    ended: 5,
    waiting: 0,
    answered: 10,
    breached: 21,
    breach_reasons: { not_routed: 5, not_claimed: 5, claimed_not_answered: 11 },
    median_hours: 48,
    p90_hours: 49,
    worst_hours: 49,
  })
  t.match(rows[2], { received: 6, within: 6, worst_hours: 49 })
  t.match(rows[3], { received: 5, within: 0, overdue: 5, breached: 5, median_hours: null })
})

await t.test('fewer than five are kept back, and what would give them away', async t => {
  const { api } = await office(t)
  await arrived(api, [
    ...times(4, { ago: 1, ...soon }),
    ...times(30, { ago: 2, ...soon }),
    ...times(1, { ago: 2 }),
  ])
  const { rows } = await ask(t, api, 26)
  const [mixed, few] = rows
  t.match(mixed, { received: 31, within: null, answered: null, breached: null, worst_hours: null })
  t.strictSame(
    Object.values({ ...few, program: null, week: null, breach_reasons: null }),
    Array(14).fill(null),
  )
})

await t.test(
  'leads and directors see them; others, and other numbers of weeks, do not',
  async t => {
    const { api } = await office(t)
    const url = '/v1/statistics'
    t.equal((await act(api, 'vietnam-lead', 'GET', url)).statusCode, 200)
    t.equal((await act(api, 'vietnam-1', 'GET', url)).json().code, 'role_missing')
    t.equal((await act(api, 'left-1', 'GET', url)).json().code, 'key_unknown')
    t.equal((await api.app.inject(url)).json().code, 'signature_missing')
    t.equal((await act(api, 'director-1', 'GET', `${url}?weeks=104`)).statusCode, 200)
    for (const query of ['weeks=105', 'weeks=0', 'weeks=x', 'other=1'])
      t.equal(
        (await act(api, 'director-1', 'GET', `${url}?${query}`)).json().code,
        'request_invalid',
      )
  },
)

await t.test('transcript: khancap stats', async t => {
  const { api, folderOf, run } = await office(t)
  await arrived(api, [
    ...times(5, { ago: 3, ...soon }),
    ...times(2, { ago: 3, ...soon, answered: 1.5 }),
    ...times(2, { ago: 2, ...soon }),
    ...times(3, { ago: 1, ...soon }),
    ...times(2, { ago: 1, ...soon, answered: 1.5 }),
    ...times(6, { ago: 1, routed: 0 }),
  ])
  process.chdir(await temporaryFolder(t))
  const folder = await folderOf('director-1')
  await runTranscript(t, inCheckout('test/cli/transcripts/stats.txt'), { 'director-1': { folder } })
  const svg = await readFile(join(process.cwd(), 'figures.svg'), 'utf8')
  t.match(svg, /<title>[-\d]+, answered in time: 7<\/title>/)
  const refused = await run('vietnam-1', ['stats'])
  t.equal(refused.code, 1)
  t.match(refused.err, /this handler may not do that/)
})
