// A short run of the fuzz (`npm run fuzz` is the long one): every parser, from one fixed seed, and what was found before.
import t from 'tap'
import { corpusOf, fuzz } from './fuzz.js'
import { Finding, type Target, targets } from './targets.js'
import { readdir, readFile } from 'node:fs/promises'

const isLong = process.env['KHANCAP_TEST_LONG'] === '1'
const executions = isLong ? 100_000 : 1500
const seed = 20_260_302
t.setTimeout(isLong ? 3_600_000 : 300_000)

const all = await targets()

for (const target of all)
  await t.test(`${target.name}: gives the same bytes back, or refuses as promised`, async t => {
    const { tally, found } = await fuzz(target, seed, executions)
    t.comment(`seed ${seed}: ${tally.executions} executions, ${tally.taken} taken`)
    t.equal(found, null)
    t.equal(tally.executions, executions)
    t.ok(tally.taken >= target.seeds.length, 'the seeds are taken')
  })

await t.test('the same seed gives the same run', async t => {
  const [, context] = all
  if (context === undefined) throw new Error('target expected')
  const tallies = [await fuzz(context, 7, 500), await fuzz(context, 7, 500)]
  t.equal(tallies[0]?.tally.taken, tallies[1]?.tally.taken)
})

/** A parser that does what it must not. */
const broken = (run: Target['run']): Target => ({
  name: 'none',
  seeds: [Uint8Array.of(1, 2, 3)],
  words: [],
  maxBytes: 1000,
  run,
})

await t.test('a parser that changes bytes, or takes too long, is found', async t => {
  const changing = broken(input => {
    if (input[0] === 0) throw new Finding('other bytes')
    return false
  })
  t.match((await fuzz(changing, 1, 10_000)).found, { what: 'other bytes', target: 'none' })
  const slow = broken(() => {
    const before = process.cpuUsage().user
    while (process.cpuUsage().user - before < 55_000);
    return true
  })
  t.match((await fuzz(slow, 1, 10)).found?.what, /^\d+ ms for 3 bytes$/)
  const crashing = broken(() => {
    throw new TypeError('undefined is not a function')
  })
  await t.rejects(fuzz(crashing, 1, 10), TypeError)
})

await t.test('everything in the corpus is explained and belongs to a parser', async t => {
  const readme = await readFile('test/fuzz/corpus/README.md', 'utf8')
  const folders = (await readdir('test/fuzz/corpus', { withFileTypes: true })).filter(entry =>
    entry.isDirectory(),
  )
  for (const { name } of folders) {
    t.ok(
      all.some(target => target.name === name),
      name,
    )
    for (const file of await readdir(`test/fuzz/corpus/${name}`))
      t.ok(readme.includes(`\`${name}/${file}\``), `${name}/${file}`)
    t.ok((await corpusOf(name)).length > 0)
  }
})
