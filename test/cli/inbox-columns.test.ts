// The inbox fits the terminal: columns that cost more than they say go first, notes are broken at words. Its next page is a
// page of the same list.
import t from 'tap'
import type { CaseSummary } from '../../schemas/case.js'
import { widthOf } from '../../cli/terminal/width.js'
import { khancap } from '../helper/cli.js'
import { says } from '../helper/lying-server.js'
import { scene, summary } from '../helper/scene.js'
import { caseId } from '../helper/store.js'

t.setTimeout(300_000)

const { folder, server } = await scene(t)

async function inbox(cases: readonly CaseSummary[], columns: number, ...args: readonly string[]) {
  const list = { now: '2026-01-01T00:00:00Z', cases, next: args.length > 0 ? 'cursor' : null }
  server.lies['/v1/cases'] = says(JSON.stringify(list))
  const run = await khancap(['inbox', ...args], { folder, columns })
  t.equal(run.code, 0, run.err)
  return { ...run, lines: run.out.trimEnd().split('\n') }
}

const lost = summary(caseId(), {
  letter: 'undelivered',
  state: 'routed',
  due_at: '2025-12-30T19:30:00Z',
})
const long = 'a-name-of-thirty-two-letters-yes'

await t.test('where there is room, everything is shown', async t => {
  const { lines } = await inbox([summary(caseId(), { team: long })], 132)
  t.match(lines[0], /^CASE +TIME LEFT +STATE +PROGRAM +TEAM +BY +NOTE$/)
  t.match(lines[1], long, 'names are whole')
})

await t.test('within 80 columns, with a note', async t => {
  const { lines } = await inbox([lost, summary(caseId())], 80)
  for (const line of lines) t.ok(widthOf(line) <= 80, line)
  t.match(lines[0], /^CASE +TIME LEFT +STATE +TEAM +BY +NOTE$/, 'the program goes first')
  t.match(lines[1], /overdue 28 h 30 min +routed +vietnam +vietnam-1 +answer may be lost$/)
  t.equal(lines.length, 3, 'a line for each case')
})

await t.test('whatever the names, whatever the terminal', async t => {
  const cases = [
    summary(caseId(), {
      team: long,
      program: long,
      claimed_by: long,
      letter: 'undelivered',
      unread_additions: 12,
      reason: 'country_not_covered',
      readable: false,
    }),
    summary(caseId(), { team: null, program: null, claimed_by: null, due_at: null }),
    lost,
  ]
  for (const columns of [40, 50, 60, 80, 132]) {
    const { lines, out } = await inbox(cases, columns)
    for (const line of lines) t.ok(widthOf(line) <= columns, `${columns}: ${line}`)
    const words = out.split(/[\s,]+/)
    for (const word of ['answer', 'lost', '12', 'new', 'covered', 'sealed'])
      t.ok(words.includes(word), `${columns}: of a note nothing is lost: ${word}`)
  }
})

await t.test('the next page is one of the same list', async t => {
  const next = async (...args: readonly string[]) => {
    const { err } = await inbox([lost], 200, ...args)
    return err.trimEnd()
  }
  t.equal(
    await next('--all', '--team', 'vietnam', '--program', 'pil', '--due', '4h', '--limit', '7'),
    'there are more: khancap inbox --all --team vietnam --program pil --due 4h --limit 7 --after cursor',
  )
  t.equal(await next('--mine'), 'there are more: khancap inbox --mine --after cursor')
  t.equal(await next('--after', 'before'), 'there are more: khancap inbox --after cursor')
})
