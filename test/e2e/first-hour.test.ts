// A new handler's first hour, timed in steps: from the printed page to the first answer, at a real terminal, against a real
// service of an organisation that was made with the tool. The handler types what the page says and knows nothing else.
import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { khancap, passphrase, scriptedAsker, temporaryFolder } from '../helper/cli.js'
import { freePort } from '../helper/free-port.js'
import { commandsOf } from '../helper/joining.js'
import { testDatabase } from '../helper/postgres.js'
import {
  emergencyAnswers,
  lookIntoMailbox,
  sealRequest,
  submitUntilReceipt,
  visitSite,
} from '../helper/sender.js'
import { startService } from '../helper/service.js'
import { type Exchange, inTerminal } from '../helper/terminal.js'
import { untilSeen } from '../helper/until-seen.js'

t.setTimeout(600_000)

/** A person who reads 200 words a minute and types 40, and looks each digit up twice that is to be copied. */
const wordMs = 300
const keyMs = 300
const digitMs = 600
const tenMinutes = 600_000

const at = await temporaryFolder(t)
const org = join(at, 'org')
const url = `http://127.0.0.1:${await freePort()}`
const story = 'Sáng nay công an đã bắt giữ đồng nghiệp của tôi.'
const answer = 'Chúng tôi đã đọc yêu cầu của bạn. Luật sư sẽ liên lạc trước 18 giờ hôm nay.'
const words = (text: string) => text.split(/\s+/).length

/** On the organisation's machine, where somebody types the passphrase. @returns all that was said */
async function organisation(...args: string[]): Promise<string> {
  const asker = scriptedAsker(passphrase, passphrase)
  const run = await khancap(['org', ...args, '--dir', org], { folder: join(at, 'office'), asker })
  if (run.code !== 0) throw new Error(`${args.join(' ')}: ${run.out}${run.err}`)
  return `${run.out}${run.err}`
}

/** A colleague who is there already. */
async function colleague(): Promise<void> {
  const folder = join(at, 'en-1')
  const asker = scriptedAsker(passphrase, passphrase)
  await khancap(['keys', 'new', '--handler', 'en-1'], { folder, asker })
  const file = join(at, 'en-1.json')
  await khancap(['keys', 'export', '--out', file], { folder })
  const teams = ['en', 'vi', 'zh', 'fr'].flatMap(team => ['--team', team])
  await organisation('add', 'handler', file, ...teams, '--role', 'handler', '--role', 'director')
}

const name = ['--name', 'Tổ chức 紧急支援']
await organisation('init', ...name, '--origin', url, '--root', 'an', '--threshold', '1')
await colleague()
await organisation('publish', '--yes')

const paper = join(at, 'page.txt')
const told = await organisation('add', 'handler', 'vi-1', '--page', paper, '--language', 'vi')
const page = await readFile(paper, 'utf8')
const rows = [...page.matchAll(/\(\d\) {2}([0-9a-f ]{19})$/gm)].map(([, row = '']) => row)

const home = await temporaryFolder(t)
await chmod(home, 0o755)
const service = await startService({
  KHANCAP_HOME: home,
  KHANCAP_PORT: new URL(url).port,
  KHANCAP_METRICS_PORT: String(await freePort()),
  DATABASE_URL: await testDatabase(t),
  KHANCAP_ROOT: rows.join('').replaceAll(' ', ''),
  KHANCAP_DIRECTORY_FILE: join(org, 'directory.note'),
  KHANCAP_RECEIPT_KEY_FILE: join(org, 'server/receipt.key'),
  KHANCAP_ROUTER_IDENTITY_FILE: join(org, 'server/router.identity'),
})
t.teardown(() => service.stop())

const editor = join(at, 'editor.sh')
await writeFile(editor, `#!/bin/sh\nprintf '%s\\n' '${answer}' > "$1"\n`, { mode: 0o700 })
const env = {
  KHANCAP_CONFIG_DIR: join(at, 'vi-1'),
  EDITOR: editor,
  LANG: 'vi_VN.UTF-8',
  XDG_RUNTIME_DIR: at,
  NO_COLOR: '1',
}
const atTerminal = (command: string, exchanges: readonly Exchange[] = []) =>
  inTerminal(`cd ${at}; ${command}`, exchanges, env)
t.teardown(() => atTerminal('khancap agent stop'))

const asks = (typed: readonly string[]) =>
  typed.map((row, index): Exchange => [new RegExp(`row ${index + 1} of 4`), `${row}\r`])
const unlocks: Exchange = [/passphrase for/, `${passphrase}\r`]

await t.test(
  'the page has the fingerprint that the organisation compares with its paper',
  async t => {
    t.equal(rows.length, 4)
    t.ok(told.includes(`root fingerprint  ${rows.join(' ')}`), told)
    t.equal((await stat(paper)).mode & 0o777, 0o600)
  },
)

await t.test('a mistyped digit in the fingerprint pins nothing, and is found', async t => {
  const slip = rows.map((row, index) =>
    index === 1 ? row.replace(/.$/, digit => (digit === '0' ? '1' : '0')) : row,
  )
  const { code, screen } = await atTerminal(commandsOf(page)[0]?.join(' ') ?? '', asks(slip))
  t.equal(code, 1, screen)
  t.match(screen, /row 2 differs from the directory/)
  t.notMatch(screen, /row [134] differs/)
})

await t.test('from the page to the first answer, in under ten minutes', async t => {
  const steps: { readonly name: string; readonly toolMs: number; readonly personMs: number }[] = []
  const commands = commandsOf(page).map(line => line.join(' '))
  let caseId = ''
  const step = (what: string, toolMs: number, personMs: number) =>
    void steps.push({ name: what, toolMs, personMs })

  /** Types the next command of the page, and what it asks for; reads all that stands on the screen. */
  async function next(what: string, exchanges: readonly Exchange[] = [], more = 0) {
    const command = (commands.shift() ?? '').replace('CASE', caseId)
    const began = performance.now()
    const { code, screen } = await atTerminal(command, exchanges)
    const typed = [command, ...exchanges.map(([, act]) => (typeof act === 'string' ? act : ''))]
    step(
      what,
      performance.now() - began,
      words(screen) * wordMs + typed.join('').length * keyMs + more,
    )
    t.equal(code, 0, `${command}\n${screen}`)
    return screen.replaceAll('\r', '')
  }

  step('read the page', 0, words(page) * wordMs)
  const copied = rows.join('').length * (digitMs - keyMs)
  t.match(await next('pin the organisation', asks(rows), copied), 'pinned Tổ chức 紧急支援')
  const again: Exchange = [/the same again/, `${passphrase}\r`]
  const made = await next('make keys', [[/new passphrase/, `${passphrase}\r`], again])
  t.match(made, 'made an identity for vi-1')
  t.match(await readFile(join(at, 'vi-1-sheet.txt'), 'utf8'), 'AGE-SECRET-KEY-PQ-1')
  const exported = await next('hand over the public half')
  const groups = /read this aloud[^:]*: ([0-9a-f ]{39})/.exec(exported)?.[1] ?? 'nothing'

  // The organisation's part, while the handler waits: it counts for neither.
  const joined = await organisation('add', 'handler', join(at, 'vi-1.json'), '--team', 'vi')
  t.match(joined, `vi-1 must read this to you: ${groups}`, 'both see the same')
  await organisation('publish', '--yes')
  const site = await untilSeen(
    async () => {
      const seen = await visitSite(url)
      return seen.verified.directory.handlers.some(({ id }) => id === 'vi-1') ? seen : null
    },
    'the directory with the new handler',
    120,
  )
  const sent = await sealRequest(site, 'emergency', emergencyAnswers(story))
  await submitUntilReceipt(() => url, sent.request)
  const routed = async () =>
    (await lookIntoMailbox(url, sent.keys)).state === 'received' ? null : true
  await untilSeen(routed, 'the case is routed', 120)

  t.notMatch(await next('see whether all is well', [unlocks]), /^(?:warn|fail)/m)
  await next('unlock', [unlocks])
  const inbox = await next('look into the inbox')
  caseId = /^([0-9a-hjkmnp-tv-z]{8}) .*routed/m.exec(inbox)?.[1] ?? 'none'
  await next('claim the case')
  const opened = await next('open and read it')
  t.ok(opened.replaceAll(/\s*\n\s*\|?\s*/g, ' ').includes(story), opened)
  t.match(await next('answer', [], answer.length * keyMs), 'sealed and sent the answer')
  await next('lock')
  t.equal(commands.length, 0, 'the page was followed to its end')
  t.equal((await lookIntoMailbox(url, sent.keys)).replies.length, 1, 'the applicant has the answer')

  const seconds = (ms: number) => `${(ms / 1000).toFixed(1).padStart(6)} s`
  const tell = (what: string, toolMs: number, personMs: number) =>
    t.comment(`${what.padEnd(26)} the tool ${seconds(toolMs)}   a person ${seconds(personMs)}`)
  for (const one of steps) tell(one.name, one.toolMs, one.personMs)
  const tool = steps.reduce((sum, { toolMs }) => sum + toolMs, 0)
  const person = steps.reduce((sum, { personMs }) => sum + personMs, 0)
  tell('together', tool, person)
  t.ok(
    tool + person < tenMinutes,
    `${seconds(tool + person)} for who reads every word and seeks every digit`,
  )
})
