// `khancap watch` at a real terminal: live, aligned, and the terminal as it was however it ends.
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { CaseSummary } from '../../schemas/case.js'
import { newsIn } from '../../cli/case/inbox-news.js'
import { watchFrame } from '../../cli/case/watch-frame.js'
import { style } from '../../cli/terminal/printer.js'
import { safe } from '../../cli/terminal/safe.js'
import { widthOf } from '../../cli/terminal/width.js'
import { khancap, temporaryFolder } from '../helper/cli.js'
import { says } from '../helper/lying-server.js'
import { list, scene, summary } from '../helper/scene.js'
import { caseId } from '../helper/store.js'
import { inTerminal } from '../helper/terminal.js'

t.setTimeout(300_000)

const noon = Date.parse('2026-01-01T12:00:00Z')
const minute = 60_000
const hour = 60 * minute

function dueIn(ms: number, changes: Partial<CaseSummary> = {}): CaseSummary {
  const due_at = new Date(noon + ms).toISOString().replace('.000Z', 'Z')
  return summary(caseId(), { due_at, overdue: ms <= 0, ...changes })
}

const view = {
  organisation: 'Tổ chức 紧急支援',
  list: null,
  line: { state: 'connected' },
  news: [],
  from: 0,
  now: noon,
} as const

const listOf = (cases: readonly CaseSummary[], next: string | null = null) => ({
  now: '2026-01-01T12:00:00Z',
  cases: [...cases],
  next,
})

await t.test('every line has the width of the terminal, whatever the terminal', async t => {
  const cases = [
    dueIn(-2 * hour, { claimed_by: null, state: 'routed', unread_additions: 2, readable: false }),
    dueIn(12 * minute + 5000),
    dueIn(47 * hour, { team: 'a-team-with-a-name-of-thirty-lett', reason: 'country_not_covered' }),
    dueIn(0, { due_at: null, state: 'answered' }),
  ]
  for (const columns of [20, 40, 60, 80, 132])
    for (const rows of [5, 10, 24]) {
      const lines = watchFrame({ ...view, list: listOf(cases) }, { columns, rows }, style(false))
      for (const { text } of lines) t.equal(widthOf(text), columns, text)
      if (rows >= 10) t.equal(lines.length, rows)
    }
  const words = watchFrame(
    { ...view, list: listOf(cases) },
    { columns: 80, rows: 24 },
    style(false),
  )
    .map(({ text }) => text)
    .join('\n')
  t.match(words, /Tổ chức 紧急支援: 4 cases, 1 overdue, 1 due soon/)
  t.match(words, /overdue 2 h +routed/, 'what is pressing is said in words, not in colour alone')
  t.match(words, /soon: 12 min 05 s/)
  t.match(words, /2 new, not sealed to you/)
})

await t.test('a line that is lost is said, with the age of what is shown', async t => {
  const line = {
    state: 'lost',
    since: noon - 3 * minute,
    retryAt: noon + 7000,
    sentence: safe`the server could not be reached`,
    hint: safe`khancap agent start unlocks it again`,
  } as const
  const [one, size] = [dueIn(5 * hour), { columns: 120, rows: 24 }]
  const lines = watchFrame({ ...view, line, list: listOf([one]) }, size, style(false))
  const [, said, why, hint] = lines
  t.match(said?.text, '12:00:00 UTC  NOT CONNECTED for 3 min, shown is 12:00 UTC, again in 7 s')
  t.match(why?.text, 'the server could not be reached')
  t.match(hint?.text, 'hint: khancap agent start unlocks it again', 'and what to type')
  t.ok(
    lines.some(({ text }) => text.startsWith(one.id.slice(0, 8))),
    'what was last seen stays',
  )
  t.equal(lines.length, 24)
  t.equal(watchFrame({ ...view, line: { ...line, hint: null } }, size, style(false)).length, 24)
})

await t.test('news: new cases, additions, what becomes due; nothing on the first look', async t => {
  const [one, other] = [dueIn(5 * hour), dueIn(50 * hour)]
  const first = newsIn(null, [one], noon)
  t.strictSame(first.news, [])
  const second = newsIn(first.told, [one, other], noon)
  t.strictSame(second.news, [{ case: other.id, kind: 'came_in' }])
  const soon = newsIn(second.told, [one, other], noon + hour + 1)
  t.strictSame(soon.news, [{ case: one.id, kind: 'soon' }])
  t.strictSame(newsIn(soon.told, [one, other], noon + 2 * hour).news, [], 'told once')
  const late = newsIn(soon.told, [{ ...one, unread_additions: 1 }, other], noon + 5 * hour)
  t.strictSame(late.news, [
    { case: one.id, kind: 'addition' },
    { case: one.id, kind: 'overdue' },
  ])
})

await t.test(
  'news: an answer that may be lost is told once, also of a case that comes anew',
  async t => {
    const sent = dueIn(5 * hour, { due_at: null, state: 'answered', letter: 'sent' })
    const back = { ...sent, state: 'routed', letter: 'undelivered' } as const
    const first = newsIn(null, [sent], noon)
    const told = newsIn(first.told, [back], noon)
    t.strictSame(told.news, [{ case: sent.id, kind: 'undelivered' }])
    t.strictSame(newsIn(told.told, [back], noon).news, [], 'told once')
    t.strictSame(newsIn(new Map(), [back], noon).news, [
      { case: sent.id, kind: 'came_in' },
      { case: sent.id, kind: 'undelivered' },
    ])
    const again = newsIn(newsIn(told.told, [sent], noon).told, [back], noon)
    t.equal(again.news.length, 1, 'and again where the next one comes back')
    const frame = watchFrame(
      { ...view, list: listOf([back]), news: [{ case: sent.id, kind: 'undelivered', at: noon }] },
      { columns: 120, rows: 24 },
      style(false),
    )
    const words = frame.map(({ text }) => text).join('\n')
    t.match(words, /routed .* answer may be lost/, 'its line says so')
    t.match(words, /has an answer that may not have arrived/)
  },
)

const at = await temporaryFolder(t)
const enter = '\u001b[?1049h'
const leave = '\u001b[?7h\u001b[?25h\u001b[?1049l'

/** What stands on the screen at last, without its colours. */
function lastFrame(screen: string): string[] {
  const shown = screen.slice(0, screen.lastIndexOf(leave))
  return shown
    .slice(shown.lastIndexOf('\u001b[H') + 3)
    .split('\u001b[')
    .map((part, index) => (index === 0 ? part : part.replace(/^[0-9;?]*[A-Za-z]/, '')))
    .join('')
    .replaceAll('\r', '')
    .split('\n')
}

await t.test(
  'live: a case comes in with a bell, the line is lost and found, q ends it',
  async t => {
    const { folder, server } = await scene(t)
    const [one, other] = [
      summary(caseId()),
      summary(caseId(), { state: 'routed', claimed_by: null }),
    ]
    const good = list([one])
    server.lies['/v1/cases'] = good
    const { code, screen } = await inTerminal(
      `tty > ${at}/tty; khancap watch --every 5; echo "code $?"; stty -a`,
      [
        [
          new RegExp(one.id.slice(0, 8)),
          async () => void (server.lies['/v1/cases'] = says('', 'text/plain', 503)),
        ],
        [/connected/, 'r'],
        [
          /NOT CONNECTED for 1 min, shown is 00:00 UTC, again in \d s/,
          async () => void (server.lies['/v1/cases'] = list([one, other])),
        ],
        [
          new RegExp(`${other.id.slice(0, 8)} came in`),
          async () => {
            const terminal = (await readFile(join(at, 'tty'), 'utf8')).trim()
            execFileSync('stty', ['-F', terminal, 'columns', '50', 'rows', '10'])
          },
        ],
        [/BY +NOTE/, 'q'],
      ],
      { KHANCAP_CONFIG_DIR: folder },
    )
    t.equal(code, 0, screen)
    t.match(screen, 'code 0')
    t.match(screen, '\u0007', 'a bell')
    t.notOk(
      screen.slice(0, screen.indexOf('NOT CONNECTED')).includes('\u0007'),
      'none on the first look',
    )
    t.ok(screen.indexOf(enter) >= 0 && screen.indexOf(leave) > screen.indexOf(enter))
    const frame = lastFrame(screen)
    t.equal(frame.length, 10, 'the new size')
    for (const line of frame) t.ok(widthOf(line) <= 50, line)
    t.match(screen.slice(screen.indexOf(leave)), / echo /, 'what is typed is seen again')
  },
)

for (const [name, signal, code] of [
  ['Ctrl-C', '\u0003', 'code 0'],
  ['SIGTERM', 'SIGTERM', 'code 143'],
  ['SIGHUP', 'SIGHUP', 'code 129'],
] as const)
  await t.test(
    `${name} ends it, also while the server says nothing, with the terminal as it was`,
    async t => {
      const { folder, server } = await scene(t)
      server.lies['/v1/cases'] = () => {}
      const pid = join(at, `pid-${code.slice(5)}`)
      const { screen } = await inTerminal(
        `sh -c 'echo $$ > ${pid}; exec "$0" "$@"' "${process.execPath}" "${join(process.cwd(), 'cli/khancap.mjs')}" watch; echo "code $?"; stty -a`,
        [
          [
            /connecting\.\.\./,
            signal !== '\u0003'
              ? async () => void process.kill(Number(await readFile(pid, 'utf8')), signal)
              : signal,
          ],
        ],
        { KHANCAP_CONFIG_DIR: folder },
      )
      const after = screen.slice(screen.lastIndexOf(leave))
      t.match(after, code)
      t.match(after, / icanon /)
      t.match(after, / echo /)
    },
  )

await t.test('without a terminal it says what to use; --json is a line for each look', async t => {
  const { folder, run, server } = await scene(t)
  server.lies['/v1/cases'] = list([summary(caseId())])
  const none = await run('watch')
  t.equal(none.code, 2)
  t.match(none.err, 'khancap: khancap watch needs a terminal\nhint: khancap watch --json')
  for (const every of ['4', '3601', 'x']) t.equal((await run('watch', '--every', every)).code, 2)

  const enough = new AbortController()
  const original = server.lies['/v1/cases']
  server.lies['/v1/cases'] = (...asked) => {
    original(...asked)
    setTimeout(() => enough.abort(), 200)
  }
  const { code, out } = await khancap(['watch', '--json'], { folder, unheard: enough.signal })
  t.equal(code, 0)
  t.strictSame(Object.keys(JSON.parse(out)), ['now', 'cases', 'next', 'news'])
})
