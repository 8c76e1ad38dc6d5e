// A handler's keys over the years, and a desk that changes hands: open cases are re-sealed by grants, the stored
// envelopes stay as they are, and what was deleted opens nothing any more.
import { spawn } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { readIdentity, type Identity } from '../../keys/identity.js'
import { encodeSeed } from '../../keys/signing-key.js'
import { publishDirectory } from '../../src/app/publish-directory.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { openWithPassphrase } from '../../src/core/envelope/passphrase.js'
import { decodeIdentity } from '../../src/core/envelope/age-keys.js'
import { openEnvelope } from '../../src/core/envelope/open.js'
import { passphrase, scriptedAsker, temporaryFolder } from '../helper/cli.js'
import { office } from '../helper/office.js'
import { cleanEnvironment } from '../helper/service.js'
import { sha256 } from '../helper/store.js'
import { attachTo } from '../helper/upload.js'
import { takingOver } from '../helper/rotated.js'

t.setTimeout(300_000)

const dayMs = 86_400_000
const desk = await office(t)
const { api, organisation } = desk
const folder = await desk.folderOf('vietnam-1')
const json = (text: string) => JSON.parse(text)
const rotate = async (...more: string[]) => {
  const run = await desk.run('vietnam-1', ['keys', 'rotate', '--json', ...more])
  if (run.code !== 0) throw new Error(run.err)
  return json(run.out)
}
async function did(handler: string, args: readonly string[], stdin = '') {
  const run = await desk.run(handler, args, { stdin })
  if (run.code !== 0) throw new Error(run.err)
}

/** The organisation takes over the newest generation of vietnam-1; the ones before end at that time. */
async function publishRotated(end: number): Promise<void> {
  const stored = await api.db.store.latestDirectory()
  const before = await organisation.verify(stored?.note ?? organisation.note)
  const taken = await takingOver({ id: 'vietnam-1', folder, end })
  const handlers = taken(before.directory.handlers)
  const note = await organisation.sign({ handlers }, before)
  await publishDirectory({ ...organisation, store: api.db.store, now: Date.now }, note)
  while ((await api.deps.directories.newest()).directory.sequence === before.directory.sequence)
    await new Promise(resolve => setTimeout(resolve, 100))
}

async function identityOnDisk(): Promise<{ identity: Identity; text: string }> {
  const text = await openWithPassphrase(
    await nodePrimitives(),
    await readFile(join(folder, 'identity.age')),
    passphrase,
  )
  return { identity: readIdentity(text), text }
}

const grants = async () => (await api.db.rows('select case_id, reader from grants')).length
const envelopes = () =>
  api.db.rows(
    "select case_id, encode(sha256(sealed), 'hex') as hash from envelopes order by case_id",
  )

const cases = [await desk.newCase(), await desk.newCase(), await desk.newCase()]
const [first, second] = cases
const closed = await desk.newCase()
if (first === undefined || second === undefined) throw new Error('cases expected')
await did('vietnam-1', ['note', first.caseId], 'only the old generation opens this')
const picture = Buffer.from('attached before the keys changed')
await attachTo(api, second, picture)
await did('vietnam-1', ['claim', closed.caseId])
await did('vietnam-1', ['close', closed.caseId, '--outcome', 'duplicate'])
const damaged = await desk.newCase()
const wrong = damaged.envelope.map((byte, at) =>
  at === damaged.envelope.length - 1 ? byte ^ 1 : byte,
)
await api.db.rows('update envelopes set sealed = $2 where case_id = $1', [damaged.caseId, wrong])
await api.db.rows('update cases set envelope_sha256 = $2 where id = $1', [
  damaged.caseId,
  sha256(wrong),
])
const stored = await envelopes()
const old = (await identityOnDisk()).identity

await t.test('rotate goes on from wherever it stands, also where it was killed', async t => {
  const made = await rotate()
  t.equal(made.step, 'made')
  t.equal(made.generations, 2)
  t.equal((await rotate()).step, 'not_published')
  t.equal((await rotate()).generations, 2, 'no third one')
  await publishRotated(Date.now() + dayMs)

  const child = spawn(process.execPath, ['cli/khancap.mjs', 'keys', 'rotate'], {
    env: { ...cleanEnvironment(), KHANCAP_CONFIG_DIR: folder },
    stdio: 'ignore',
  })
  const ended = new Promise(resolve => child.once('exit', resolve))
  while ((await grants()) === 0 && child.exitCode === null)
    await new Promise(resolve => setTimeout(resolve, 5))
  child.kill('SIGKILL')
  await ended
  const before = await grants()
  t.ok(before > 0)

  const finished = await rotate()
  t.equal(finished.step, 'resealed')
  t.equal(finished.resealed, cases.length - before)
  t.equal(await grants(), cases.length, 'each case once')
  t.equal(finished.deleted, 0, 'in use for one more day, and thirty of retention')
  t.strictSame(finished.unreadable, [damaged.caseId], 'it is named, and stops nothing')

  // Somebody else has what was sealed to themselves for a while.
  const held = api.db.rows('do $$ begin lock table envelopes; perform pg_sleep(3); end $$')
  const slow = await desk.run('vietnam-1', ['keys', 'rotate', '--json'], { columns: 80 })
  await held
  t.equal(json(slow.out).resealed, 0)
  t.match(slow.err, /\rre-sealing open cases: 1 of 4, waiting for 127\.0\.0\.1:\d+, 1 s …/)
  t.match(slow.err, /\r +\r/, 'how far it is, until it is done')
  t.strictSame(await envelopes(), stored, 'what the applicants sealed stays byte for byte')
  const words = await desk.run('vietnam-1', ['keys', 'rotate'])
  t.match(words.out, 're-sealed 0 open cases')
  t.match(words.err, `these open with no key, and were passed over: ${damaged.caseId.slice(0, 8)}`)
  t.match(
    words.err,
    `stays while these are open, with notes or additions that only it opens: ${first.caseId.slice(0, 8)}`,
  )
})

await t.test('an old generation goes after its retention, when no open case needs it', async t => {
  await publishRotated(Date.now() - 29 * dayMs)
  t.equal((await rotate()).deleted, 0, 'a day of retention is left')
  const [, waits] = json((await desk.run('vietnam-1', ['keys', 'list', '--json'])).out).generations
  t.ok(Math.abs(Date.parse(waits.delete_after) - Date.now() - dayMs) < 3_600_000)
  await publishRotated(Date.now() - 31 * dayMs)
  const doctor = json((await desk.run('vietnam-1', ['doctor', '--json'])).out)
  t.match(JSON.stringify(doctor.checks), 'past their retention')
  const needed = await rotate()
  t.equal(needed.deleted, 0)
  t.strictSame(needed.waiting[0].needed_by, [first.caseId])
  await did('vietnam-2', ['claim', first.caseId])
  await did('vietnam-2', ['close', first.caseId, '--outcome', 'duplicate'])
  const open = await api.db.rows("select id, state from cases where state <> 'closed'")
  await api.db.rows("update cases set state = 'purged' where state <> 'closed'")
  const hidden = await rotate()
  t.equal(hidden.deleted, 0, 'whoever hides cases has no key deleted')
  t.strictSame(
    hidden.withheld.toSorted(),
    cases
      .slice(1)
      .map(one => one.caseId)
      .toSorted(),
    'all that were opened here and were not seen closed',
  )
  const asker = scriptedAsker('no')
  const unwilling = await desk.run('vietnam-1', ['keys', 'rotate', '--json'], { asker })
  t.equal(json(unwilling.out).deleted, 0)
  t.match(asker.asked, [/^The server does not show /])
  for (const { id, state } of open)
    await api.db.rows('update cases set state = $2 where id = $1', [id, state])
  await api.db.rows("update cases set state = 'closed' where id = $1", [damaged.caseId])
  t.equal((await rotate()).deleted, 1)
})

await t.test(
  'what was deleted is in no file, and what was sealed only to it opens no more',
  async t => {
    const { identity, text } = await identityOnDisk()
    t.equal(identity.opening.length, 1)
    const { primitives: p, directory } = organisation
    const expected = { origin: directory.origin, kind: 'envelope' } as const
    t.ok(await openEnvelope(p, old.opening, closed.envelope, expected), 'it did open')
    t.equal(await openEnvelope(p, identity.opening, closed.envelope, expected), null)
    const run = await desk.run('vietnam-1', ['open', closed.caseId])
    t.equal(run.code, 1)
    t.match(run.err, 'is not sealed to this identity')
    t.equal((await desk.run('vietnam-1', ['open', second.caseId])).code, 0, 'open cases do')
    const afterwards = Buffer.from('attached with a key that is gone')
    await attachTo(api, second, afterwards, { type: 'text/plain' })
    const out = join(await temporaryFolder(t), 'opened')
    const saved = await desk.run('vietnam-1', ['open', second.caseId, '--out', out])
    t.equal(saved.code, 0, saved.err)
    t.same(await readFile(join(out, `${second.caseId}-attachment-1.jpg`)), picture)
    t.same(await readFile(join(out, `${second.caseId}-attachment-2.txt`)), afterwards)

    const [opening = '', signing = new Uint8Array()] = [old.opening[0], old.signing[0]]
    const seeds = [decodeIdentity(opening), signing].map(seed => Buffer.from(seed))
    const marks = [
      Buffer.from(opening),
      Buffer.from(opening.toLowerCase()),
      Buffer.from(encodeSeed(signing)),
      ...seeds.flatMap(seed => [
        seed,
        Buffer.from(seed.toString('hex')),
        Buffer.from(seed.toString('hex').toUpperCase()),
        // Without its last letters: they depend on what follows.
        Buffer.from(seed.toString('base64').slice(0, 40)),
        Buffer.from(seed.toString('base64url').slice(0, 40)),
      ]),
    ]
    const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter(file => file.isFile())
      .map(file => join(file.parentPath, file.name))
    t.ok(files.length >= 5)
    const contents = [...(await Promise.all(files.map(file => readFile(file)))), Buffer.from(text)]
    for (const mark of marks) t.notOk(contents.some(content => content.includes(mark)))
  },
)

await t.test('who leaves hands over: their cases, or those of a team, to a colleague', async t => {
  const to = ['--to', 'china-1', '--json']
  await did('vietnam-1', ['claim', second.caseId])
  const before = await grants()
  const dry = await desk.run('vietnam-1', ['add-reader', '--from', 'vietnam-1', ...to, '--dry-run'])
  t.strictSame(json(dry.out).cases, [{ case: second.caseId, outcome: 'would_be_let_in' }])
  t.equal(await grants(), before)
  const done = await desk.run('vietnam-2', ['add-reader', '--from', 'vietnam-1', ...to])
  t.strictSame(json(done.out).cases, [{ case: second.caseId, outcome: 'let_in' }])
  t.equal((await desk.run('china-1', ['open', second.caseId])).code, 0)
  const team = await desk.run('vietnam-2', ['add-reader', '--team', 'vietnam', ...to])
  const outcomes: string[] = json(team.out).cases.map((one: { outcome: string }) => one.outcome)
  t.strictSame(outcomes.toSorted(), ['let_in', 'was_in'])
  const all = await desk.run('vietnam-2', ['add-reader', '--all', '--to', 'china-1'])
  t.equal(all.code, 0)
  t.match(all.out, /^\S{26} {2}was in already\n\S{26} {2}was in already\n$/)
  t.strictSame(await envelopes(), stored)
  // Cases that the one who helps cannot open are said, and not passed over.
  const blind = await desk.run('director-1', ['add-reader', '--all', '--to', 'china-1'])
  t.equal(blind.code, blind.out.includes('NOT let in') ? 1 : 0)
  for (const wrong of [
    ['add-reader', '--to', 'china-1'],
    ['add-reader', 'abcd', '--all'],
  ])
    t.equal((await desk.run('vietnam-2', wrong)).code, 2)
})
