// Every question that the tool asks, at a real terminal: answered, answered with no, and left with Ctrl-C, after which nothing
// is half done. A question that is not asked here fails the last test. (Passphrases, the choice of how a case ended, words
// that were begun and the yes to a directory: terminal.test.ts.)
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import t from 'tap'
import { rowsOf } from '../../cli/joining/page.js'
import { PublicIdentity } from '../../schemas/settings.js'
import { inCheckout } from '../helper/checkout.js'
import { passphrase, temporaryFolder } from '../helper/cli.js'
import { mailOffice } from '../helper/mail-office.js'
import { type Exchange, inTerminal } from '../helper/terminal.js'
import { installToyPlugin, toyKey, toyRecipient } from '../helper/toy-plugin.js'
import { takingOver } from '../helper/rotated.js'

// Real processes, one after the other, on a machine that may be busy.
t.setTimeout(600_000)

const dayMs = 86_400_000
const [ctrlC, down, enter] = ['\u0003', '\u001b[B', '\r']
const at = await temporaryFolder(t)
const desk = await mailOffice(t)
const { api } = desk
await installToyPlugin(t)

/** Everything that stood on a screen. */
let screens = ''

async function typed(
  handler: string,
  command: string,
  exchanges: readonly Exchange[],
  env: Readonly<Record<string, string>> = {},
) {
  const session = await inTerminal(`khancap ${command}; echo "ended with $?"`, exchanges, {
    PATH: process.env['PATH'] ?? '',
    KHANCAP_CONFIG_DIR: handler.startsWith('/') ? handler : await desk.folderOf(handler),
    ...env,
  })
  screens += session.screen
  const code = Number(/ended with (\d+)/.exec(session.screen)?.[1])
  return { code, screen: session.screen }
}

const cancelled = 'cancelled; nothing was done'
/** What the server knows of a case that a command could have changed. */
async function stateOf(id: string): Promise<string> {
  const rows = await api.db.rows(
    'select state, team, coverage, claimed_by, (select count(*) from events where case_id = id) as events from cases where id = $1',
    [id],
  )
  return JSON.stringify(rows, (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )
}

async function editorOf(name: string, script: string): Promise<string> {
  const file = join(at, name)
  await writeFile(file, `#!/bin/sh\n${script}\n`, { mode: 0o700 })
  return file
}
const writes = await editorOf('writes.sh', `echo 'why it is so' > "$1"`)

async function did(handler: string, args: readonly string[], stdin = ''): Promise<void> {
  const run = await desk.run(handler, args, { stdin })
  if (run.code !== 0) throw new Error(run.err)
}

async function claimedCase(): Promise<string> {
  const { caseId } = await desk.newCase()
  await did('vietnam-1', ['claim', caseId])
  return caseId
}

const [first, second, third] = [await claimedCase(), await claimedCase(), await claimedCase()]

/** A command that asks one question: left with Ctrl-C, and answered. */
for (const [command, question, answer, done] of [
  [`contacted ${first}`, /How was the applicant answered\?/, enter, /was answered by mail/],
  [
    `hold ${second} --until 12h`,
    /Why must the answer wait\?/,
    enter,
    /another handler must confirm it/,
  ],
  [`add-reader ${second}`, /Who shall be able to open it\?/, enter, /can open case \w+ now/],
  [`reroute ${third} --reason x`, /Which team shall have it\?/, enter, /is with \w+ now/],
] as const)
  await t.test(`khancap ${command.split(' ', 1)[0]} asks for what was left out`, async t => {
    const id = command.split(' ')[1] ?? ''
    const before = await stateOf(id)
    const left = await typed('vietnam-1', command, [[question, ctrlC]])
    t.equal(left.code, 1, left.screen)
    t.match(left.screen, cancelled)
    t.equal(await stateOf(id), before, 'nothing was done')
    const answered = await typed('vietnam-1', command, [[question, answer]])
    t.equal(answered.code, 0, answered.screen)
    t.match(answered.screen.replaceAll(/\s+/g, ' '), done)
    t.not(await stateOf(id), before)
  })

await t.test('a hold is confirmed after a yes, and only then', async t => {
  const before = await stateOf(second)
  const confirm = (answer: string) =>
    typed('vietnam-2', `hold ${second} --confirm`, [[/Confirm it\?/, answer]])
  const no = await confirm(enter)
  t.equal(no.code, 1, 'no is what Enter means')
  t.match(no.screen, 'the hold was not confirmed')
  t.match((await confirm(ctrlC)).screen, cancelled)
  t.equal(await stateOf(second), before)
  const yes = await confirm('y')
  t.equal(yes.code, 0, yes.screen)
  t.match(yes.screen.replaceAll(/\s+/g, ' '), 'is held until')
})

await t.test('a reason is written in the editor: cover, and reroute', async t => {
  const before = await stateOf(first)
  const broken = await typed('vietnam-1', `cover ${first}`, [], { EDITOR: 'false' })
  t.equal(broken.code, 1)
  const waits = await editorOf('waits.sh', `echo editing\nexec sleep 60`)
  const stopped = await typed('vietnam-1', `cover ${first}`, [[/editing/, ctrlC]], {
    EDITOR: waits,
  })
  t.match(stopped.screen, 'nothing was sent')
  t.equal(await stateOf(first), before)
  const covered = await typed('vietnam-1', `cover ${first}`, [], { EDITOR: writes })
  t.equal(covered.code, 0, covered.screen)
  const id = await claimedCase()
  const moved = await typed('vietnam-1', `reroute ${id}`, [[/Which team/, `${down}${enter}`]], {
    EDITOR: writes,
  })
  t.match(moved.screen.replaceAll(/\s+/g, ' '), /is with \w+ now|nobody is in \w+ now/)
})

await t.test('what is too long is offered once more', async t => {
  const id = await claimedCase()
  const before = await stateOf(id)
  const long = await editorOf(
    'long.sh',
    `if [ -e ${at}/again ]; then echo short > "$1"; else head -c 20001 /dev/zero | tr '\\0' a > "$1"; fi`,
  )
  const note = (...exchanges: readonly Exchange[]) =>
    typed('vietnam-1', `note ${id}`, exchanges, { EDITOR: long })
  const no = await note([/Edit it again\?/, enter])
  t.equal(no.code, 1, no.screen)
  const left = await note([/Go on with it\?/, enter], [/Edit it again\?/, ctrlC])
  t.match(left.screen, cancelled)
  t.equal(await stateOf(id), before)
  const again = async () => {
    await writeFile(join(at, 'again'), '')
  }
  const yes = await typed(
    'vietnam-1',
    `note ${id}`,
    [
      [/Go on with it\?/, enter],
      [/Edit it again\?/, again],
      [/Edit it again\?|/, 'y'],
    ],
    { EDITOR: long },
  )
  t.equal(yes.code, 0, yes.screen)
})

await t.test('a fingerprint is typed row by row; nothing is written before the last', async t => {
  const folder = join(at, 'new-laptop')
  const line = `init --url ${desk.url}`
  const rows = rowsOf(desk.organisation.root)
  const asked = rows.map(
    (row, index): Exchange => [new RegExp(`row ${index + 1} of 4:`), `${row}${enter}`],
  )
  const left = await typed(folder, line, [...asked.slice(0, 2), [/row 3 of 4:/, ctrlC]])
  t.equal(left.code, 1)
  t.match(left.screen, cancelled)
  await t.rejects(readdir(folder), { code: 'ENOENT' })
  const whole = await typed(folder, line, asked)
  t.equal(whole.code, 0, whole.screen)
  t.match(whole.screen, 'pinned Example')
})

await t.test('a key of the root is sealed with a passphrase, or not made', async t => {
  const file = join(at, 'root.age')
  const line = `org root binh --out ${file}`
  const left = await typed(at, line, [
    [/new passphrase/, `${passphrase}${enter}`],
    [/the same again/, ctrlC],
  ])
  t.match(left.screen, cancelled)
  const differs = await typed(at, line, [
    [/new passphrase/, `${passphrase}${enter}`],
    [/the same again/, `another one${enter}`],
  ])
  t.equal(differs.code, 1)
  await t.rejects(readFile(file), { code: 'ENOENT' })
})

await t.test('a plugin asks for its PIN, and for a touch', async t => {
  const folder = await desk.folderOf('intake-1')
  const identity = () => readFile(join(folder, 'identity.age'), 'base64')
  const before = await identity()
  await writeFile(join(at, 'toy.txt'), `${toyKey}\n`)
  const line = `keys protect --plugin ${at}/toy.txt --recipient ${toyRecipient}`
  const [pin, touch] = [/PIN\?/, /is the key in\?/]
  const left = await typed('intake-1', line, [[pin, ctrlC]])
  t.equal(left.code, 1, left.screen)
  const wrong = await typed('intake-1', line, [[pin, `0000${enter}`]])
  t.match(wrong.screen, 'wrong PIN')
  const no = await typed('intake-1', line, [[touch, `${down}${enter}`]], { TOY: 'asking' })
  t.match(no.screen, 'not touched')
  t.equal(await identity(), before, 'nothing was replaced')
  const yes = await typed(
    'intake-1',
    line,
    [
      [touch, enter],
      [pin, `1234${enter}`],
    ],
    { TOY: 'asking' },
  )
  t.equal(yes.code, 0, yes.screen)
  t.not(await identity(), before)
})

await t.test('an answer by mail: to whom, to which key, and whether it leaves', async t => {
  const keys = await Promise.all(
    [generateIdentity(), generateIdentity()].map(async one => identityToRecipient(await one)),
  )
  const id = await desk.caseFrom(
    [
      'From: somebody@sender.example',
      'Reply-To: other@sender.example',
      'To: help@example.org',
      'Subject: =?UTF-8?B?SOG7lyB0cuG7oyBraOG6qW4gY+G6pXA=?=',
      'Message-ID: <q1@sender.example>',
      '',
      `my key:\r\n${keys.join('\r\nor, at home:\r\n')}`,
      '',
    ].join('\r\n'),
  )
  const before = await stateOf(id)
  const answer = join(at, 'answer.txt')
  await writeFile(answer, 'Luật sư gọi lại lúc 9 giờ.\n')
  const reply = (...exchanges: readonly Exchange[]) =>
    typed('vietnam-1', `reply ${id} --file ${answer}`, exchanges)
  const [whom, which] = [/Where does the answer go\?/, /To which key is the answer sealed\?/]
  const [sealed, clear] = [/Seal it to this key, and send it\?/, /Send it in the clear\?/]
  for (const exchanges of [
    [[whom, ctrlC]],
    [
      [whom, enter],
      [which, ctrlC],
    ],
    [
      [whom, enter],
      [which, enter],
      [sealed, ctrlC],
    ],
    [
      [whom, enter],
      [which, enter],
      [sealed, enter],
    ],
    [
      [whom, enter],
      [which, `${down}${down}${enter}`],
      [clear, enter],
    ],
  ] satisfies Exchange[][]) {
    const refused = await reply(...exchanges)
    t.equal(refused.code, 1, refused.screen)
    t.match(refused.screen, /nothing was (done|sent)/)
    t.equal(await stateOf(id), before)
  }
  const sent = await reply([whom, `${down}${enter}`], [which, enter], [sealed, 'y'])
  t.equal(sent.code, 0, sent.screen)
  t.match(sent.screen, 'leaves by mail')
})

await t.test('a mail that names another program: handed over after a yes', async t => {
  const mail = [
    'From: somebody@sender.example',
    'To: help@example.org',
    'Subject: hello',
    'Message-ID: <q2@sender.example>',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'PIL: hồ sơ',
    '',
  ].join('\r\n')
  const id = await desk.caseFrom(mail, 'director-1')
  const before = await stateOf(id)
  const open = (exchanges: readonly Exchange[]) =>
    typed('director-1', `open ${id}`, exchanges, { EDITOR: writes })
  for (const answer of [enter, ctrlC]) {
    await open([[/Hand it to \w+/, answer]])
    t.equal(await stateOf(id), before)
  }
  const moved = await open([[/Hand it to \w+/, 'y']])
  t.equal(moved.code, 0, moved.screen)
  t.not(await stateOf(id), before)
})

await t.test('an old key goes after a yes where the server hides cases', async t => {
  const handler = 'china-1'
  const folder = await desk.folderOf(handler)
  const { caseId } = await desk.newCase()
  await did('vietnam-1', ['add-reader', caseId, '--to', handler])
  await api.db.rows(`update cases set team = 'china' where id = $1`, [caseId])
  await did(handler, ['open', caseId])
  await did(handler, ['keys', 'rotate'])
  const taken = await takingOver({ id: handler, folder, end: Date.now() - 60 * dayMs })
  await desk.publish(({ handlers }) => ({ handlers: taken(handlers) }))
  await api.db.rows(`update cases set state = 'purged' where team = 'china'`)
  const generations = async () =>
    PublicIdentity.parse(JSON.parse(await readFile(join(folder, 'identity.json'), 'utf8')))
      .recipients.length
  for (const answer of [enter, ctrlC]) {
    const kept = await typed(handler, 'keys rotate', [[/Delete it\?/, answer]])
    t.equal(await generations(), 2, kept.screen)
  }
  const gone = await typed(handler, 'keys rotate', [[/Delete it\?/, 'y']])
  t.equal(gone.code, 0, gone.screen)
  t.equal(await generations(), 1)
})

/** Where the tool asks, and what it says then. */
const questions: Readonly<Record<string, readonly RegExp[]>> = {
  'case/words.ts': [/Go on with it\?/],
  'client/first-directory.ts': [/fingerprint, row 1 of 4:/],
  'letter/key-choice.ts': [/To which key is the answer sealed\?/],
  'letter/letter.ts': [/Send it in the clear\?/],
  'letter/recipient.ts': [/Where does the answer go\?/],
  'station/age-plugin.ts': [/PIN\?/, /is the key in\?/],
  'station/passphrase.ts': [/passphrase for/, /new passphrase/, /same again/],
  'station/written-text.ts': [/Edit it again\?/],
  'verbs/add-reader.ts': [/Who shall be able to open it\?/],
  'verbs/close.ts': [/How did it end\?/],
  'verbs/contacted.ts': [/How was the applicant answered\?/],
  'verbs/hold.ts': [/Confirm it\?/, /Why must the answer wait\?/],
  'verbs/keys-rotate.ts': [/Delete it\?/],
  'verbs/open-case.ts': [/Hand it to/],
  'verbs/org-publish.ts': [/Sign this directory\?/],
  'verbs/reroute.ts': [/Which team shall have it\?/],
}

await t.test('every question of the tool was asked', async t => {
  const sources = (await readdir(inCheckout('cli'), { recursive: true })).filter(name =>
    name.endsWith('.ts'),
  )
  const asking: Record<string, number> = {}
  for (const name of sources) {
    const text = await readFile(inCheckout('cli', name), 'utf8')
    const count = text.match(/\basker\.(secret|line|confirm|choose)\(/g)?.length ?? 0
    if (count > 0) asking[name] = count
  }
  t.strictSame(
    asking,
    Object.fromEntries(Object.entries(questions).map(([name, { length }]) => [name, length])),
  )
  const elsewhere = await readFile(inCheckout('test', 'cli', 'terminal.test.ts'), 'utf8')
  for (const question of Object.values(questions).flat())
    t.ok(question.test(screens) || elsewhere.includes(`/${question.source}/`), question.source)
})
