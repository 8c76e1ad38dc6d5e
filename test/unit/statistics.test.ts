// Small counts are people: none is told, and none can be computed from what is told of a row.
import fc from 'fast-check'
import t from 'tap'
import type { Statistics } from '../../schemas/statistics.js'
import { drawChart } from '../../cli/figures/chart.js'
import { csvHead, printCsv } from '../../cli/figures/csv.js'
import { floorToWeek, formatTimestamp, parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { type ExactRow, mayTellParts, tellRow } from '../../src/core/statistics/suppress.js'

const numRuns = process.env['KHANCAP_TEST_LONG'] === '1' ? 500 : 25

const exact = (changes: Partial<ExactRow> = {}): ExactRow => ({
  within: 0,
  late: 0,
  overdue: 0,
  waiting: 0,
  ended: 0,
  reasons: { not_routed: 0, not_claimed: 0, claimed_not_answered: 0 },
  medianSeconds: 3600,
  p90Seconds: 7201,
  worstSeconds: 40 * 3600,
  ...changes,
})

await t.test('a count of five is told, one of four is not', t => {
  t.match(tellRow(exact({ within: 5 })), {
    received: 5,
    answered: 5,
    within: 5,
    late: 0,
    breached: 0,
    median_hours: 1,
    p90_hours: 3,
    worst_hours: 40,
  })
  const few = tellRow(exact({ within: 4 }))
  t.strictSame(Object.values({ ...few, breach_reasons: null }), Array(12).fill(null))
  t.strictSame(Object.values(few.breach_reasons), [null, null, null])
  t.match(tellRow(exact({ medianSeconds: null })), { received: 0, answered: 0, median_hours: null })
  t.end()
})

await t.test('one small part keeps its neighbours back, so that nothing can be taken away', t => {
  t.match(tellRow(exact({ within: 20, overdue: 1 })), {
    received: 21,
    within: null,
    overdue: null,
    late: null,
    answered: null,
    breached: null,
    median_hours: null,
  })
  t.equal(mayTellParts(10, [10, 0]), true)
  t.equal(mayTellParts(15, [10, 5]), true)
  t.equal(mayTellParts(14, [10, 4]), false)
  t.equal(mayTellParts(null, [10, 5]), false)
  t.match(
    tellRow(exact({ within: 12, late: 4, overdue: 6, waiting: 5 })),
    { received: 27, within: 12, breached: 10, late: null, overdue: null, waiting: 5, ended: 0 },
    'late and overdue are told together only',
  )
  t.equal(tellRow(exact({ within: 12, late: 5, overdue: 6 })).answered, 17)
  t.end()
})

await t.test('why promises were broken is told by the same rule', t => {
  const reasons = { not_routed: 1, not_claimed: 9, claimed_not_answered: 5 }
  const kept = { not_routed: null, not_claimed: null, claimed_not_answered: null }
  t.match(tellRow(exact({ overdue: 15, reasons })), { breached: 15, breach_reasons: kept })
  t.match(tellRow(exact({ overdue: 14, reasons: { ...reasons, not_routed: 0 } })), {
    breached: 14,
    breach_reasons: { not_routed: 0, not_claimed: 9, claimed_not_answered: 5 },
  })
  t.match(tellRow(exact({ within: 9, overdue: 1, reasons })), {
    breached: null,
    breach_reasons: kept,
  })
  t.end()
})

await t.test('whatever the counts: no small one is told, none can be computed', t => {
  const names = ['within', 'late', 'overdue', 'waiting', 'ended'] as const
  type Counts = readonly [number, number, number, number, number]
  const rowOf = (counts: Counts) =>
    tellRow(exact(Object.fromEntries(names.map((name, at) => [name, counts[at]]))))
  const said = (counts: Counts) => JSON.stringify(rowOf(counts))
  // Everything that could stand behind what is told of as many requests.
  const behind = (counts: Counts) => {
    const [total, row] = [counts.reduce((sum, one) => sum + one, 0), said(counts)]
    const found: Counts[] = []
    for (let a = 0; a <= total; a++)
      for (let b = 0; a + b <= total; b++)
        for (let c = 0; a + b + c <= total; c++)
          for (let d = 0; a + b + c + d <= total; d++) {
            const other: Counts = [a, b, c, d, total - a - b - c - d]
            if (said(other) === row) found.push(other)
          }
    return found
  }
  const sums = [[0], [1], [2], [3], [4], [0, 1], [1, 2], [2, 3, 4], [3, 4], [0, 1, 3, 4]]
  const count = fc.integer({ min: 0, max: 6 })
  fc.assert(
    fc.property(fc.tuple(count, count, count, count, count), counts => {
      if (counts.reduce((sum, one) => sum + one, 0) > 14) return true
      const possible = behind(counts)
      // A sum that everything possible agrees on can be computed: then it is no small one.
      return sums.every(places => {
        const values = new Set(
          possible.map(one => places.reduce((sum, place) => sum + (one[place] ?? 0), 0)),
        )
        const [only = 0] = values
        return values.size > 1 || only === 0 || only >= 5
      })
    }),
    { numRuns },
  )
  t.pass()
  t.end()
})

await t.test('times are told only where the number of late answers is', t => {
  const kept = { median_hours: null, p90_hours: null, worst_hours: null }
  const told = { median_hours: 1, p90_hours: 3, worst_hours: 40 }
  const rows: readonly (readonly [Partial<ExactRow>, object])[] = [
    [{ within: 9 }, told],
    [{ within: 9, overdue: 5 }, told],
    [{ within: 9, late: 5 }, told],
    [{ within: 9, late: 5, overdue: 6, waiting: 2, ended: 3 }, told],
    [{ within: 9, late: 1, overdue: 4 }, kept],
    [{ within: 9, late: 4, overdue: 6 }, kept],
    [{ within: 9, late: 6, overdue: 4 }, kept],
    [{ within: 9, late: 1 }, kept],
    [{ within: 4, late: 5 }, kept],
    [{ late: 5 }, kept],
  ]
  for (const [counts, times] of rows) t.match(tellRow(exact(counts)), times, JSON.stringify(counts))
  t.end()
})

await t.test('whatever the times of small rows: no count can be computed from them', t => {
  // Answers in time take one or two hours, late ones three or four: whoever reads knows the promise.
  type World = readonly [within: number, late: number, overdue: number]
  const percentile = (sorted: readonly number[], tenths: number) =>
    sorted[Math.ceil((tenths * sorted.length) / 10) - 1] ?? null
  const said = ([within, late, overdue]: World, slow: number, slowest: number) => {
    const took = [within - slow, slow, late - slowest, slowest].flatMap((count, at) =>
      Array.from({ length: count }, () => (at + 1) * 3600),
    )
    return JSON.stringify(
      tellRow(
        exact({
          within,
          late,
          overdue,
          medianSeconds: percentile(took, 5),
          p90Seconds: percentile(took, 9),
          worstSeconds: percentile(took, 10),
        }),
      ),
    )
  }
  const behind = new Map<string, World[]>()
  for (let within = 0; within <= 18; within++)
    for (let late = 0; within + late <= 18; late++)
      for (let overdue = 0; within + late + overdue <= 18; overdue++)
        for (let slow = 0; slow <= within; slow++)
          for (let slowest = 0; slowest <= late; slowest++) {
            const world: World = [within, late, overdue]
            const row = said(world, slow, slowest)
            const others = behind.get(row)
            if (others === undefined) behind.set(row, [world])
            else others.push(world)
          }
  // As above: what everything that can stand behind a row agrees on can be computed from it.
  const sums = [[0], [1], [2], [0, 1], [0, 2], [1, 2]]
  const given: string[] = []
  for (const [row, worlds] of behind)
    for (const places of sums) {
      const values = new Set(
        worlds.map(world => places.reduce((sum, place) => sum + (world[place] ?? 0), 0)),
      )
      const [only = 0] = values
      if (values.size === 1 && only > 0 && only < 5) given.push(`${places.join('+')}: ${row}`)
    }
  t.strictSame(given, [])
  t.end()
})

await t.test('a week begins on Monday, 00:00 UTC', t => {
  const monday = (text: string) => formatTimestamp(floorToWeek(parseTimestamp(text)))
  t.equal(monday('2026-03-02T00:00:00Z'), '2026-03-02T00:00:00Z')
  t.equal(monday('2026-03-08T23:59:59Z'), '2026-03-02T00:00:00Z')
  t.equal(monday('2026-03-01T23:59:59Z'), '2026-02-23T00:00:00Z')
  t.equal(monday('2026-01-01T12:00:00Z'), '2025-12-29T00:00:00Z')
  t.end()
})

const mixed = tellRow(exact({ within: 30, overdue: 1 }))
const statistics: Statistics = {
  from: '2026-02-23T00:00:00Z',
  until: '2026-03-16T00:00:00Z',
  smallest_count: 5,
  rows: [
    { program: 'emergency', week: '2026-02-23T00:00:00Z', ...tellRow(exact({ within: 3 })) },
    {
      program: 'emergency',
      week: '2026-03-02T00:00:00Z',
      ...tellRow(exact({ within: 30, overdue: 7, late: 2 })),
    },
    { program: null, week: '2026-03-09T00:00:00Z', ...tellRow(exact({ overdue: 6 })) },
  ],
}

await t.test('as CSV: a row each, an empty field for what is kept back', t => {
  const lines = printCsv(statistics)
  t.equal(lines[0], csvHead.join(','))
  t.strictSame(lines.slice(1), [
    '2026-02-23,emergency,,,,,,,,,,,,,,',
    '2026-03-02,emergency,39,,30,,,0,0,9,0,0,0,,,',
    '2026-03-09,,6,0,0,0,6,0,0,6,0,0,0,,,',
  ])
  t.ok(lines.every(line => line.split(',').length === csvHead.length))
  t.end()
})

await t.test('as a picture: every program, its weeks and what was kept back, and no script', t => {
  const svg = drawChart(statistics)
  t.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" role="img" /)
  t.match(svg, /<title id="title">Requests by week of arrival, 2026-02-23 to 2026-03-16<\/title>/)
  t.match(svg, /<desc id="about">/)
  for (const words of ['emergency', 'program not known', '02-23', '03-02', '03-09'])
    t.ok(svg.includes(`>${words}</text>`), words)
  t.match(svg, /<title>2026-02-23: 1 to 4<\/title>/)
  t.match(svg, /<title>2026-03-02, answered in time: 30<\/title>/)
  t.match(svg, /<title>2026-03-02, answered late, or not at all: 9<\/title>/)
  const small = { ...statistics, rows: statistics.rows.map(row => ({ ...row, ...mixed })) }
  t.match(drawChart(small), /<title>2026-03-02, kept back \(small counts\): 31<\/title>/)
  t.notMatch(svg, /<script|href|javascript|\bon[a-z]+=|url\((?!#small)|<image|<foreignObject/)
  // Well-formed: every element that opens closes, in order.
  const open: string[] = []
  for (const [, close, name = '', self] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g))
    if (close === '/') t.equal(open.pop(), name)
    else if (self !== '/') open.push(name)
  t.strictSame(open, [])
  t.notMatch(svg, /NaN|undefined|Infinity/)
  t.match(drawChart({ ...statistics, rows: [] }), /nothing arrived in these weeks/)
  t.end()
})
