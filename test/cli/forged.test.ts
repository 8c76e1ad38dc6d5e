// Whoever has the server writes the history anew, hashes and all: what an act decided, and what it brought, stays what its
// handler signed.
import t from 'tap'
import { eventBytes } from '../../src/core/case/history.js'
import { sealedAddition, withToken } from '../helper/api.js'
import { scriptedAsker } from '../helper/cli.js'
import { office } from '../helper/office.js'
import { clientId, sha256 } from '../helper/store.js'

t.setTimeout(300_000)

const json = (text: string) => JSON.parse(text)
const desk = await office(t)
const { rows, store } = desk.api.db

async function claimed() {
  const one = await desk.newCase()
  const run = await desk.run('vietnam-1', ['claim', one.caseId])
  if (run.code !== 0) throw new Error(run.err)
  return one
}

const does = async (handler: string, ...args: string[]) => {
  const run = await desk.run(handler, args, { stdin: 'words' })
  if (run.code !== 0) throw new Error(run.err)
}

const opened = async (id: string) => json((await desk.run('vietnam-1', ['open', id, '--json'])).out)

const codes = async (id: string): Promise<string[]> =>
  (await opened(id)).warnings.map(({ code }: { code: string }) => code)

/** The last event says something else, and its hash fits. */
async function forgeLast(id: string, changes: { kind?: 'held'; detail?: string }): Promise<void> {
  const last = (await store.caseParts(id)).events.at(-1)
  if (last === undefined) throw new Error('no event')
  const forged = { ...last, ...changes }
  const hash = sha256(eventBytes({ ...forged, case: id }))
  await rows(
    `update events set kind = $2, detail = $3, hash = $4 where case_id = $1 and number = $5`,
    [id, forged.kind, forged.detail, hash, forged.number],
  )
  await rows('update cases set last_event_hash = $2 where id = $1', [id, hash])
}

const acts: readonly (readonly [string, (id: string) => Promise<void>, string])[] = [
  [
    'the outcome of a close',
    id => does('vietnam-1', 'close', id, '--outcome', 'no_contact'),
    'duplicate',
  ],
  ['the way of a contact', id => does('vietnam-1', 'contacted', id, '--via', 'phone'), 'mail'],
  [
    'the reader of a grant',
    id => does('vietnam-1', 'add-reader', id, '--to', 'china-1'),
    'vietnam-2',
  ],
  [
    'the end of a hold',
    id => does('vietnam-1', 'hold', id, '--until', '2h', '--reason', 'applicant_asked'),
    'applicant_asked 2030-01-01T00:00:00Z',
  ],
  [
    'what somebody decided about coverage',
    id => does('vietnam-1', 'cover', id, '--not', '--reason', 'words'),
    'eligible',
  ],
]

await t.test('an act of which the server shows another decision is not signed', async t => {
  for (const [name, act, other] of acts) {
    const { caseId: id } = await claimed()
    await act(id)
    const [before] = (await opened(id)).history.events.slice(-1)
    t.equal(before.signature, 'verified', name)
    await forgeLast(id, { detail: other })
    const after = await opened(id)
    t.equal(after.history.broken_at, null, 'the chain is whole')
    t.equal(after.history.events.at(-1).signature, 'false', name)
    t.match(
      after.warnings.map(({ code }: { code: string }) => code),
      /signature_false/,
    )
  }
})

await t.test('a hold counts where two handlers have signed it', async t => {
  const { caseId: id } = await claimed()
  await does('vietnam-1', 'hold', id, '--until', '2h', '--reason', 'applicant_asked')
  t.strictSame(await codes(id), [])
  await rows(`update cases set hold_since = now(), hold_confirmed_by = 'vietnam-2' where id = $1`, [
    id,
  ])
  t.strictSame(await codes(id), ['hold_unproven'], 'nobody confirmed it')
  await forgeLast(id, { kind: 'held' })
  t.match(await codes(id), ['hold_unproven'], 'one handler signed both')
})

await t.test('nobody confirms a hold that no colleague has signed', async t => {
  const { caseId: id } = await claimed()
  await does('vietnam-1', 'hold', id, '--until', '2h', '--reason', 'applicant_asked')
  await rows(`update cases set hold_until = hold_until + interval '9 hours' where id = $1`, [id])
  const asker = scriptedAsker('yes')
  const run = await desk.run('vietnam-2', ['hold', id, '--confirm'], { asker })
  t.equal(run.code, 1)
  t.match(run.err, 'no colleague has signed that case')
  t.strictSame(asker.asked, [])
  t.equal((await store.caseParts(id)).events.at(-1)?.kind, 'hold_asked')
})

await t.test('what an act brought, and the server holds back, is missed', async t => {
  const one = await claimed()
  const id = one.caseId
  await does('vietnam-1', 'reply', id)
  await does('vietnam-1', 'note', id)
  await does('vietnam-1', 'add-reader', id, '--to', 'china-1')
  t.strictSame(await codes(id), [])
  for (const [index, table] of ['notes', 'replies', 'grants'].entries()) {
    await rows(`delete from ${table} where case_id = $1`, [id])
    t.equal((await codes(id)).filter(code => code === 'part_missing').length, index + 1, table)
  }
})

await t.test('an addition in the place of another one is noticed', async t => {
  const one = await claimed()
  const addition = await sealedAddition(desk.organisation, one, 'Họ đang ở trước cửa.')
  await withToken(desk.api, one.token, '/v1/mailbox/additions', addition)
  t.strictSame(await codes(one.caseId), [])
  await rows('update additions set id = $2 where case_id = $1', [one.caseId, clientId()])
  t.strictSame(await codes(one.caseId), ['addition_missing'])
})
