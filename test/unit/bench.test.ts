// The harness of the benchmarks, on a row that measures nothing. That docs/performance.md is what bench/results.json
// gives is tested with the other generated documents.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { isPassed, judge, measure, unmeasured } from '../../bench/measure.js'
import { performancePage, short } from '../../bench/page.js'
import type { RowResult } from '../../bench/results.js'
import { interleave, quantile, spread } from '../../bench/rounds.js'
import { inProcesses, loadRow, rowFile, rowNames } from '../../bench/rows.js'

const trivial = new URL('../helper/trivial-row.js', import.meta.url)
const { signal } = new AbortController()

/** As many times in one process as asked. */
async function results(times = 1, interrupted = signal): Promise<RowResult[]> {
  const told: RowResult[] = []
  const files = Array.from({ length: times }, () => trivial)
  await measure(files, 'quick', interrupted, result => told.push(result))
  return told
}

async function trivialRow(t: Test, does: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'khancap-row-'))
  process.env['KHANCAP_TEST_ROW'] = does
  process.env['KHANCAP_TEST_ROW_MARK'] = join(folder, 'mark')
  t.teardown(async () => {
    delete process.env['KHANCAP_TEST_ROW']
    await rm(folder, { recursive: true })
  })
}

await t.test('contenders take turns, and every other round the other way round', async t => {
  const order: string[] = []
  const contend = (name: string) => async () => order.push(name)
  await interleave(3, { a: contend('a'), b: contend('b') })
  t.equal(order.join(''), 'abbaab')
})

await t.test(
  'a spread is minimum, median and maximum; a quantile is one of the numbers',
  async t => {
    t.strictSame(spread([3, 1, 2]), { minimum: 1, median: 2, maximum: 3 })
    t.strictSame(spread([4, 1, 2, 3]), { minimum: 1, median: 2.5, maximum: 4 })
    t.equal(quantile([5, 1, 4, 2, 3], 0.8), 4)
    t.equal(quantile([5], 0.99), 5)
  },
)

await t.test('numbers are printed with three digits that count', async t => {
  t.strictSame([0, 0.01234, 1.234, 12.34, 123.4, 1234.5, 1234567].map(short), [
    '0.00',
    '0.0123',
    '1.23',
    '12.3',
    '123',
    '1,235',
    '1,234,567',
  ])
})

await t.test('a bar is held against the median and met at its limit exactly', async t => {
  const met = (rounds: number[], limit: object) =>
    judge([{ ratio: 'r', atLeast: 0, ...limit }], { r: rounds })[0]?.met
  t.equal(met([0, 0.9, 1], { atLeast: 0.9 }), true)
  t.equal(met([0, 0.899, 1], { atLeast: 0.9 }), false)
  t.equal(judge([{ ratio: 'r', atMost: 3 }], { r: [3, 3, 9] })[0]?.met, true)
  t.equal(judge([{ ratio: 'r', atMost: 3 }], { r: [3.1] })[0]?.met, false)
  t.equal(judge([{ ratio: 'r', atMost: 3, every: true }], { r: [3, 3, 3] })[0]?.met, true)
  t.equal(judge([{ ratio: 'r', atMost: 3, every: true }], { r: [3, 3, 9] })[0]?.met, false)
  t.equal(judge([{ ratio: 'r', atLeast: 3, every: true }], { r: [9, 2, 9] })[0]?.met, false)
  t.equal(judge([], { r: [1] })[0]?.met, null)
  t.throws(() => judge([{ ratio: 'other', atMost: 3 }], { r: [3] }), /"other" was not measured/)
})

await t.test('a row runs in a process of its own and is held against its bar', async t => {
  const [result] = await results()
  if (result === undefined) throw new Error('the row said nothing')
  t.match(result, {
    name: 'trivial-row',
    outcome: 'measured',
    figures: [{ rounds: [1, 1, 1] }],
    ratios: [{ name: 'two, of one', rounds: [2, 2, 2], atLeast: 2, met: true }],
  })
  t.ok(isPassed([result]))
  const page = performancePage(
    {
      mode: 'quick',
      day: '2026-01-01',
      machine: {},
      rows: [result, unmeasured({ ...result, name: 'other' }, 'left out', 'left out of this run')],
      onlyFull: [{ name: 'long', title: 'A long one' }],
    },
    '',
  )
  t.match(page, '| [Two numbers](#other) | left out of this run | | | | | **left out** |')
  t.match(page, '- A long one (`long`)')
  t.match(page, 'Repeat it: `npm run bench -- --row trivial-row`')
  t.match(
    page,
    '| [Two numbers](#trivial-row) | two, of one | 2.00 | 2.00 | 2.00 | at least 2 | met |',
  )
})

await t.test('a row that fails says why, ends nothing else, and is not passed', async t => {
  await trivialRow(t, 'fails once')
  const [first, second] = await results(2)
  t.match(first, { outcome: 'failed', reason: 'the row has failed', ratios: [] })
  t.match(second, { outcome: 'measured' })
  t.notOk(isPassed([first, second].filter(result => result !== undefined)))
})

await t.test('a row whose process dies has failed, and the next one is measured', async t => {
  await trivialRow(t, 'dies once')
  t.match(await results(2), [
    { outcome: 'failed', reason: 'it ended without a word' },
    { outcome: 'measured' },
  ])
})

await t.test('rows of one process share what they set up', async t => {
  await trivialRow(t, 'shares')
  const notes = ['set up 1 times']
  t.match(await results(2), [{ notes }, { notes }])
})

await t.test('what a row says besides its figures is passed over', async t => {
  await trivialRow(t, 'speaks')
  t.match(await results(), [{ outcome: 'measured' }])
})

await t.test('a figure that is no number fails its row, not the table', async t => {
  await trivialRow(t, 'is no number')
  t.match(await results(), [{ outcome: 'failed', reason: /not what a row measures/ }])
})

await t.test('a row that is interrupted has failed, and those after it do not begin', async t => {
  const told = await results(2, AbortSignal.abort())
  t.match(told, [{ outcome: 'failed', reason: 'interrupted' }])
  t.equal(told.length, 1)
})

await t.test('rows that share a set-up and follow one another run in one process', async t => {
  const [a, b] = [{ together: 'intake' }, { together: 'cases' }] as const
  t.strictSame(inProcesses([a, a, {}, {}, b, a]), [[a, a], [{}], [{}], [b], [a]])
})

await t.test('every file of bench/rows exports a row of its name, bounded in time', async t => {
  const rows = await Promise.all((await rowNames()).map(name => loadRow(rowFile(name))))
  t.ok(rows.length > 0)
  for (const row of rows) {
    t.ok(row.seconds.quick <= row.seconds.full && row.seconds.full <= 4000, row.name)
    t.ok(row.title.length < 200 && row.about.length < 4000, row.name)
  }
})
