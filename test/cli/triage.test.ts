// Step 9 with the handlers' tool: a case is handed over and opened by the other team, a person decides about coverage, and
// who cannot open a case is told whom to ask.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { inspectSealed } from '../../src/core/envelope/inspect.js'
import { temporaryFolder } from '../helper/cli.js'
import { office } from '../helper/office.js'

t.setTimeout(300_000)

const json = (text: string) => JSON.parse(text)
const desk = await office(t)

await t.test('a case is handed over: the other team opens it and reads why', async t => {
  const { caseId } = await desk.newCase()
  t.equal((await desk.run('vietnam-1', ['claim', caseId])).code, 0)
  const before = json((await desk.run('vietnam-1', ['open', caseId, '--json'])).out)
  const moved = await desk.run('vietnam-1', [
    'reroute',
    caseId,
    '--team',
    'china',
    '--reason',
    'Phiên tòa ở Quảng Châu',
  ])
  t.equal(moved.code, 0, moved.err)
  t.match(moved.out, `case ${caseId} is with china now; china-1, china-lead can open it`)
  t.match(moved.err, 'an answer is due')
  const list = json((await desk.run('china-1', ['inbox', '--json'])).out)
  t.match(list.cases, [
    {
      id: caseId,
      state: 'routed',
      reason: 'rerouted',
      readable: true,
      due_at: before.case.due_at,
      coverage: 'eligible',
      routed_directory_version: 1,
    },
  ])
  for (const reader of ['china-1', 'china-lead']) {
    const opened = await desk.run(reader, ['open', caseId])
    t.equal(opened.code, 0, opened.err)
    t.match(opened.out, 'Phiên tòa ở Quảng Châu')
    t.match(opened.out, /why +rerouted \(.*directory 1\)/)
    t.match(opened.out, /rerouted \(china\) by vietnam-1, signed/)
    t.notMatch(opened.out, 'warning')
  }
  const gone = await desk.run('vietnam-2', ['open', caseId])
  t.equal(gone.code, 1)

  const again = await desk.run('china-1', ['reroute', caseId, '--team', 'china', '--reason', 'x'])
  t.match(again.err, 'is with china already')
  const nowhere = await desk.run('china-1', ['reroute', caseId, '--team', 'mars', '--reason', 'x'])
  t.match(nowhere.err, 'the directory has no team mars')
  const nobody = await desk.run('china-1', ['reroute', caseId, '--team', 'asia', '--reason', 'x'])
  t.match(nobody.err, 'nobody is in asia now')
  const empty = await desk.run('china-1', ['reroute', caseId, '--team', 'intake', '--reason', ' '])
  t.equal(empty.code, 2)
  const teamless = await desk.run('china-1', ['reroute', caseId, '--reason', 'x'])
  t.match(teamless.err, 'to which team? give --team')
})

await t.test('who cannot open a case is told who can let them in', async t => {
  const { caseId } = await desk.newCase()
  await desk.api.db.rows('update cases set team = $1 where id = $2', ['china', caseId])
  const first = await desk.run('china-1', ['open', caseId])
  t.equal(first.code, 1)
  t.match(first.err, 'is not sealed to this identity')
  t.match(first.err, /ask a colleague who can open it \(china-lead, intake-1, director-1\)/)
  t.equal((await desk.run('director-1', ['note', caseId], { stdin: 'read it' })).code, 0)
  const then = await desk.run('china-1', ['open', caseId])
  t.match(then.err, /ask a colleague who can open it \(director-1\): khancap add-reader/)
})

await t.test('a person decides about coverage; the reason is in the case', async t => {
  const { caseId } = await desk.newCase()
  const folder = await temporaryFolder(t)
  const file = join(folder, 'why.txt')
  await writeFile(file, 'Gia đình ở Lyon\n')
  const not = await desk.run('vietnam-1', ['cover', caseId, '--not', '--file', file])
  t.equal(not.code, 0, not.err)
  t.match(not.out, 'counts as not covered')
  const { out } = await desk.run('vietnam-1', [
    'cover',
    caseId,
    '--reason',
    'Vụ án ở Hà Nội',
    '--json',
  ])
  t.match(json(out), { case: { coverage: 'eligible' } })
  const opened = await desk.run('vietnam-2', ['open', caseId])
  for (const words of ['Gia đình ở Lyon', 'Vụ án ở Hà Nội', 'coverage set (eligible) by vietnam-1'])
    t.match(opened.out, words)
  t.notMatch(opened.out, 'warning')
  const both = await desk.run('vietnam-1', ['cover', caseId, '--reason', 'x', '--file', file])
  t.equal(both.code, 2)
})

await t.test('whom a conflict of interest keeps from a case, nobody lets in', async t => {
  const [before, open] = [await desk.newCase(), await desk.newCase()]
  t.equal((await desk.run('vietnam-1', ['add-reader', before.caseId, '--to', 'china-1'])).code, 0)
  const readers = async (id: string) => {
    await desk.run('vietnam-1', ['note', id], { stdin: 'for those who may read it' })
    const [row] = await desk.api.db.rows(
      'select sealed from notes where case_id = $1 order by at desc limit 1',
      [id],
    )
    const sealed = row?.['sealed']
    return sealed instanceof Uint8Array ? inspectSealed(sealed).recipients : 0
  }
  const with1 = await readers(before.caseId)
  const conflict = {
    handlers: ['china-1'],
    teams: [],
    programs: [],
    languages: [],
    countries: ['VN'],
    regions: [],
  }
  await desk.publish(() => ({ exclusions: [conflict] }))

  const refused = await desk.run('vietnam-1', ['add-reader', open.caseId, '--to', 'china-1'])
  t.equal(refused.code, 1)
  t.match(refused.err, `a conflict of interest keeps china-1 from case ${open.caseId}`)
  const dry = ['add-reader', open.caseId, '--to', 'china-1', '--dry-run']
  t.equal((await desk.run('vietnam-1', dry)).code, 1)
  const all = await desk.run('vietnam-1', ['add-reader', '--all', '--to', 'china-1', '--json'])
  t.equal(all.code, 0, all.err)
  t.match(all.err, /for \d+ of them somebody else must be found/)
  for (const { case: id, outcome } of json(all.out).cases)
    if (id === before.caseId || id === open.caseId) t.equal(outcome, 'conflict_of_interest')
  const other = await desk.run('vietnam-1', ['add-reader', open.caseId, '--to', 'china-lead'])
  t.equal(other.code, 0, other.err)
  const moved = ['reroute', open.caseId, '--team', 'china', '--reason', 'x']
  t.match((await desk.run('vietnam-1', moved)).out, '; china-lead can open it')

  t.equal(await readers(before.caseId), with1 - 1, 'nothing new is sealed to them')
  const shown = json((await desk.run('vietnam-1', ['open', before.caseId, '--json'])).out)
  t.match(shown.warnings, [{ code: 'reader_conflict' }])
})
