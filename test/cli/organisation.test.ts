// Step 1: an organisation makes its keys and its directory offline, on a folder that is carried about, and everybody
// who pinned its root can verify what comes out.
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { widthOf } from '../../cli/terminal/width.js'
import { verifyDirectory, readDirectory } from '../../keys/directory.js'
import { readSigningKey } from '../../keys/signing-key.js'
import type { Directory } from '../../schemas/directory.js'
import { siteListPath, sitePolicy } from '../../schemas/site.js'
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { openSlip } from '../../src/core/envelope/open.js'
import { templateName } from '../../src/core/offline/offline-form.js'
import { sealSlip } from '../../src/core/envelope/seal.js'
import {
  type CliMachine,
  khancap,
  passphrase,
  scriptedAsker,
  temporaryFolder,
} from '../helper/cli.js'

t.setTimeout(300_000)

const at = await temporaryFolder(t)
process.chdir(at)
const p = await nodePrimitives()
const json = (text: string) => JSON.parse(text)
const origin = 'https://help.example'

/** A machine without a network: a folder of its own, and a person who types the same passphrase. `+` is a space inside a word. */
async function run(line: string, machine: Partial<CliMachine> = {}) {
  const asker = scriptedAsker(...Array.from({ length: 8 }, () => passphrase))
  const args = line.split(' ').map(word => word.replaceAll('+', ' '))
  return khancap(args, { folder: join(at, 'desk'), asker, ...machine })
}

async function must(line: string, machine: Partial<CliMachine> = {}) {
  const ended = await run(line, machine)
  if (ended.code !== 0) throw new Error(`${line}: ${ended.out}${ended.err}`)
  return ended
}

/** What a handler carries to the organisation. */
async function handler(id: string): Promise<string> {
  const folder = join(at, 'handlers', id)
  await must(`keys new --handler ${id}`, { folder })
  const file = `${id}-${Math.random()}.json`
  await must(`keys export --out ${file}`, { folder })
  return file
}

async function publishedIn(folder: string): Promise<Directory> {
  return readDirectory(await readFile(join(folder, 'directory.note')))
}

const source = async (folder: string) =>
  json(await readFile(join(folder, 'organisation.json'), 'utf8'))

await t.test('one root key: from nothing to a directory that verifies', async t => {
  const alone = await run(`org init --dir one --name Example --origin ${origin}/ --root root-1`)
  t.equal(alone.code, 2)
  t.match(alone.err, 'two of three root keys sign a directory, and here is one')
  const made = await must(
    `org init --dir one --name Example --origin ${origin}/ --root root-1 --threshold 1 --json`,
  )
  t.match(made.err, 'warning: ONE key alone signs for this organisation')
  const { root } = json(made.out)
  t.match(root, /^[0-9a-f]{64}$/)
  for (const file of ['keys/root-root-1.age', 'server/receipt.key', 'server/router.identity'])
    t.equal((await stat(join('one', file))).mode & 0o777, 0o600, file)
  t.match((await run(`org init --dir one --name Example --origin ${origin}`)).err, 'already')

  const empty = await run('org publish --dir one --yes')
  t.equal(empty.code, 1)
  t.match(empty.err, 'the organisation has no handler yet')

  const file = await handler('en-1')
  const added = await must(
    `org add handler ${file} --dir one --team en --role handler --role lead --language en`,
  )
  t.match(added.err, /en-1 must read this to you: [0-9a-f ]{39}\n/)
  const dry = await must('org publish --dir one --yes --dry-run')
  t.match(dry.err, 'nothing was signed')
  t.notOk((await readdir('one')).includes('directory.note'))

  const asked = scriptedAsker(passphrase, 'no')
  const unsigned = await run('org publish --dir one', { asker: asked })
  t.equal(unsigned.code, 1)
  t.match(unsigned.err, 'nothing was signed')

  const asker = scriptedAsker(passphrase, 'yes')
  const published = await must('org publish --dir one', { asker })
  t.match(published.out, 'published directory 1 in')
  const note = await readFile('one/directory.note')
  const verified = await verifyDirectory(p, note, { root, now: Date.now() })
  t.equal(verified.directory.name, 'Example')
  t.equal(verified.directory.previous, null)
  t.equal(verified.directory.handlers[0]?.roles.join(), 'handler,lead')

  const second = await must('org publish --dir one --yes --days 90')
  t.match(second.err, 'nothing changes but the dates')
  const next = await publishedIn('one')
  t.equal(next.sequence, 2)
  t.equal(next.previous, encodeBase64url(verified.sha256))
  for (const days of ['0', '91', 'x'])
    t.equal((await run(`org publish --dir one --yes --days ${days}`)).code, 2)
})

await t.test('the secrets of the server are those that the directory names', async t => {
  const directory = await publishedIn('one')
  const receipt = readSigningKey(await readFile('one/server/receipt.key', 'utf8'))
  t.strictSame(directory.receipt_keys, [
    { name: receipt.name, key: encodeBase64url(p.ed25519PublicKey(receipt.seed)) },
  ])
  const router = (await readFile('one/server/router.identity', 'utf8'))
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
  const context = {
    kind: 'slip',
    channel: 'web',
    origin,
    directory_sequence: 1,
    directory_sha256: encodeBase64url(new Uint8Array(32)),
  } as const
  const slip = await sealSlip(
    p,
    {
      v: 1,
      kind: 'slip',
      envelope: encodeBase64url(new Uint8Array(32)),
      program: 'emergency',
      language: 'vi',
      country: 'VN',
      region: null,
      urgency: null,
      deadline: null,
      context,
    },
    directory.router[0]?.recipient ?? '',
  )
  t.ok(await openSlip(p, router, slip.bytes, { origin, kind: 'slip' }))
})

await t.test(
  'a handler pins it from a file, without a network, and the wrong root is refused',
  async t => {
    const { root } = json((await must('org publish --dir one --yes --dry-run --json')).out)
    t.equal(root, undefined)
    const fingerprint = /root fingerprint {2}([0-9a-f ]+)/.exec(
      (await must('org publish --dir one --yes')).out,
    )?.[1]
    const folder = join(at, 'handlers', 'en-1')
    const groups = (fingerprint ?? '').replaceAll(' ', ':').toUpperCase()
    const pinned = await must(
      `init --url ${origin} --root ${groups} --directory one/directory.note --handler en-1`,
      { folder },
    )
    t.match(pinned.out, 'pinned Example')
    t.match((await must('keys list', { folder })).out, 'in the directory')
    const wrong = await run(
      `init --url ${origin} --root ${'0'.repeat(64)} --directory one/directory.note`,
      {
        folder: join(at, 'handlers', 'other'),
      },
    )
    t.equal(wrong.code, 1)
    t.match(wrong.err, 'not signed by the root of this fingerprint')
    const replaced = await run(`init --url ${origin} --root ${'0'.repeat(64)}`, { folder })
    t.match(replaced.err, 'another organisation is pinned in')
  },
)

await t.test('two of three root keys, on different machines', async t => {
  const keys: Record<string, string> = {}
  for (const name of ['binh', 'chi']) {
    const folder = join(at, 'roots', name)
    await mkdir(folder, { recursive: true })
    const { out } = await must(`org root ${name} --out roots/${name}/root.age`, { folder })
    keys[name] = out.trim()
    t.match(out, new RegExp(`^${name}=[A-Za-z0-9_-]{43}\n$`))
  }
  t.equal((await run('org root binh --out roots/binh/root.age')).code, 1, 'no key is written over')
  const made = await must(
    `org init --dir three --name Three --origin ${origin} --root an --root-key ${keys['binh']} --root-key ${keys['chi']} --threshold 2 --json`,
  )
  const { root } = json(made.out)
  await must(`org add handler ${await handler('en-2')} --dir three --team en`)

  const first = await must('org publish --dir three --yes')
  t.match(first.out, 'signed: 1 of 2 signatures')
  t.match(first.err, 'carry')
  t.notOk((await readdir('three')).includes('directory.note'))
  const same = await must('org publish --dir three --yes')
  t.match(same.out, 'signed: 1 of 2 signatures', 'one key signs once')

  // Somebody changes the source in between: what was signed is not what it says now.
  const before = await readFile('three/organisation.json', 'utf8')
  await must('org add team extra --dir three --name en=Extra+desk')
  const stale = await run('org publish --dir three --yes --key roots/binh/root.age')
  t.equal(stale.code, 1)
  t.match(stale.err, 'is not what organisation.json says now')
  await writeFile('three/organisation.json', before)

  const stranger = await run('org publish --dir three --yes --key one/keys/root-root-1.age')
  t.match(stranger.err, "root-1 is not a key of this organisation's root")
  const second = await must('org publish --dir three --yes --key roots/chi/root.age --json')
  t.strictSame(json(second.out).signed_by, ['an', 'chi'])
  t.equal(json(second.out).published, true)
  const note = await readFile('three/directory.note')
  await verifyDirectory(p, note, { root, now: Date.now() })
  t.notOk((await readdir('three')).includes('draft.note'))

  const short = Buffer.from(note).toString().split('\n').slice(0, -2).join('\n').concat('\n')
  await t.rejects(verifyDirectory(p, Buffer.from(short), { root, now: Date.now() }), {
    code: 'directory_invalid',
  })
})

await t.test('people come, rotate, are revoked and go', async t => {
  const dir = '--dir one'
  const vi = await handler('vi-1')
  await must(`org add handler ${vi} ${dir} --team vi`)
  t.match(
    (await run(`org add handler ${vi} ${dir} --team vi`)).err,
    'there is a handler vi-1 already',
  )
  t.match(
    (await run(`org add handler ${await handler('vi-2')} ${dir} --team nobody`)).err,
    'there is no team nobody',
  )
  const again = await handler('vi-1')
  const tried = await must(`org rotate handler ${again} ${dir} --dry-run`)
  t.match(tried.out, 'would be done: vi-1 has a new generation')
  t.equal((await source('one')).handlers.at(-1).recipients.length, 1, 'nothing was written')
  await must(`org rotate handler ${again} ${dir} --overlap 7`)
  const rotated = (await source('one')).handlers.at(-1)
  t.equal(rotated.recipients.length, 2)
  t.not(rotated.recipients[0].valid_until, null)
  t.equal(rotated.recipients[1].valid_until, null)
  t.equal((await run(`org rotate handler ${again} ${dir}`)).code, 1, 'the same generation twice')

  const published = await must(`org publish ${dir} --yes`)
  t.match(published.err, 'handler vi-1 is new')
  await must(`org revoke vi-1 ${dir}`)
  const revoked = await must(`org publish ${dir} --yes`)
  t.match(revoked.err, /handler vi-1 changes: recipients, signing keys, valid until/)
  await must(`org rotate handler ${await handler('vi-1')} ${dir}`)
  const back = (await source('one')).handlers.at(-1)
  t.equal(back.valid_until, null, 'a new identity on a clean machine')
  t.strictSame(
    back.recipients.map(({ valid_until }: { valid_until: string | null }) => valid_until === null),
    [false, false, true],
  )
  t.match((await run(`org revoke vi-9 ${dir}`)).err, 'there is no handler vi-9')
  await must(`org remove handler vi-1 ${dir}`)
  t.match((await must(`org publish ${dir} --yes`)).err, 'handler vi-1 is gone')
})

await t.test('teams, programs and addresses', async t => {
  const dir = '--dir one'
  await must(`org add team asia ${dir} --name en=Asia+desk`)
  t.match(
    (await run(`org remove team en ${dir}`)).err,
    'the team en is still used by en-1, emergency, pil',
  )
  await must(`org remove team asia ${dir}`)
  await must(`org add address http://abcdefgh.onion ${dir}`)
  t.equal((await run(`org add address http://abcdefgh.onion/form ${dir}`)).code, 2)
  await must(`org remove address http://abcdefgh.onion ${dir}`)
  t.match((await run(`org remove address ${origin} ${dir}`)).err, 'is the only address')
  await must(`org add address http://second.example ${dir}`)
  const first = await must(`org remove address ${origin} ${dir}`)
  t.match(first.err, /^it was the first: .*\nto take it back: khancap org add address /m)
  await must(`org add address ${origin} ${dir}`)
  t.notMatch((await must(`org remove address ${origin} ${dir}`)).err, 'it was the first')
  await must(`org add address ${origin} ${dir}`)
  await must(`org remove address http://second.example ${dir}`)
  await must(`org remove program pil ${dir}`)
  t.match((await run(`org remove program emergency ${dir}`)).err, 'is the only program')
  const [emergency] = (await source('one')).programs
  await writeFile('program.json', JSON.stringify({ ...emergency, id: 'violation' }))
  await must(`org add program program.json ${dir}`)
  await writeFile('program.json', JSON.stringify({ ...emergency, id: 'Violation', form: null }))
  const faulty = await run(`org add program program.json ${dir}`)
  t.match(faulty.err, /program\.json is not a program\nhint: \/id: invalid format\nhint: \/form: /)
})

await t.test('new keys of the router and for receipts stand beside the old ones', async t => {
  const dir = '--dir one'
  const waiting = await run(`org rotate router ${dir}`)
  t.equal(waiting.code, 1, 'the old secret still waits to be carried away')
  const { rm } = await import('node:fs/promises')
  await rm('one/server', { recursive: true })
  await must(`org rotate router ${dir} --overlap 3`)
  await must(`org rotate receipt ${dir}`)
  const now = await source('one')
  t.equal(now.router.length, 2)
  t.strictSame(
    now.receipt_keys.map(({ name }: { name: string }) => name),
    ['receipt-2', 'receipt-1'],
  )
  const published = await must(`org publish ${dir} --yes`)
  t.match(published.err, "the router's recipients change")
  t.match(published.err, 'receipt key receipt-2 is new')
})

/** The words of a command line, as a shell takes them. */
const wordsOf = (line: string) =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')

await t.test('each step says first what its dry run says, and its way back works', async t => {
  const dir = '--dir back'
  const now = () => Date.parse('2026-11-22T10:00:00Z')
  const init = `org init ${dir} --name Back --origin ${origin} --root root-1 --threshold 1`
  const folderMade = await must(init)
  t.match(folderMade.err, new RegExp(`^will be done: ${join(at, 'back')} is made, with root keys`))
  t.match(folderMade.err, `to take it back: delete ${join(at, 'back')}, as long as nobody has`)
  await must(`org add handler ${await handler('en-1')} ${dir} --team en --language en`, { now })
  const [emergency] = (await source('back')).programs
  await writeFile('violation.json', JSON.stringify({ ...emergency, id: 'violation' }))
  const file = await handler('vi-1')

  const steps: readonly (readonly [string, string?])[] = [
    [`add handler ${file} --team vi --role handler --role lead --language vi --language en`],
    ["add team asia --name en=Asia+desk --name fr=L'Asie"],
    ['add address http://abcdefgh.onion'],
    ['add program violation.json'],
    [
      'remove handler vi-1',
      `add handler ${file} --team vi --role handler --role lead --language vi`,
    ],
    ['remove team asia', "add team asia --name en=Asia+desk --name fr=L'Asie"],
    ['remove address http://abcdefgh.onion', 'add address http://abcdefgh.onion'],
    ['remove program violation', 'add program violation.json'],
  ]
  for (const [line, first] of steps) {
    if (first !== undefined) await must(`org ${first} ${dir}`, { now })
    const before = await source('back')
    const dry = await must(`org ${line} ${dir} --dry-run`, { now })
    const what = /^would be done: (.*)\n$/.exec(dry.out)?.[1] ?? ''
    t.match(dry.err, /^nothing was written\nonce it is done:\n(?=.)/m)
    t.strictSame(await source('back'), before, `${line}: nothing was written`)
    const done = await must(`org ${line} ${dir}`, { now })
    t.equal(done.out, `done: ${what}\n`)
    t.ok(done.err.includes(`will be done: ${what}\n`), line)
    for (const said of [dry, done]) t.match(said.err, /^[^\n]*to take it back\b[^\n]*$/m, line)
    t.strictNotSame(await source('back'), before)
    const command = /to take it back\b[^\n]*: khancap (org .*)\n/.exec(done.err)?.[1] ?? ''
    const given = line.includes('program') ? 'violation.json' : file
    const args = wordsOf(command.replaceAll("'\\''", '’')).map(word =>
      word === 'FILE' ? given : word.replaceAll('’', "'"),
    )
    const back = await khancap(args, { folder: join(at, 'desk'), now })
    t.equal(back.code, 0, `${line}: ${command}: ${back.err}`)
    t.strictSame(await source('back'), before, `${line}: taken back`)
    if (first !== undefined) await must(`org ${line} ${dir}`, { now })
  }

  const quiet = await must(`org add team asia ${dir} --json`)
  t.strictSame(json(quiet.out), {
    folder: join(at, 'back'),
    written: true,
    change: 'team asia is new',
  })
  t.match(quiet.err, 'will be done: team asia is new\n')
  t.match(quiet.err, 'to take it back: khancap org remove team asia --dir back\n')
})

await t.test(
  'a command to copy names nothing else, whatever a folder or a team is called',
  async t => {
    const init = (dir: string) =>
      run(`org init --dir ${dir} --name Odd --origin ${origin} --root root-1 --threshold 1`)
    const hidden = 'odd+o\u200bther'
    for (const [dir, shown] of [
      ["odd+an's", `'${join(at, "odd an'\\''s")}'`],
      [hidden, 'DIR'],
    ] as const) {
      t.equal((await init(dir)).code, 0)
      const again = await init(dir)
      t.equal(again.code, 1)
      t.ok(again.err.endsWith(`: khancap org check --dir ${shown}\n`), again.err)
    }
    const added = await must(`org add team asia --name en=A\u200bsia --dir ${hidden}`)
    t.match(added.err, 'to take it back: khancap org remove team asia --dir DIR\n')
    const removed = await must(`org remove team asia --dir ${hidden}`)
    t.match(
      removed.err,
      'to take it back: put a copy of organisation.json from before in its place',
    )
    t.notMatch(removed.err, /to take it back[^\n]*khancap/)
  },
)

await t.test('a slip in the name is taken back, as long as nothing is published', async t => {
  const dir = '--dir slip'
  const now = () => Date.parse('2026-11-22T10:00:00Z')
  await must(`org init ${dir} --name Slip --origin ${origin} --root root-1 --threshold 1`)
  const given = await handler('vi-1')
  await must(`org add handler ${given} ${dir} --team vi --role lead --language vi`, { now })
  const before = await source('slip')
  const dry = await must(`org revoke vi-1 ${dir} --dry-run`, { now })
  const done = await must(`org revoke vi-1 ${dir}`, { now })
  const steps = ({ err }: { err: string }) =>
    err.split('\n').filter(line => / khancap org (remove|add) /.test(line))
  t.strictSame(steps(dry), steps(done), 'a dry run says how')
  t.equal(steps(done).length, 2)
  for (const step of steps(done)) {
    const command = /: khancap (org .*)$/.exec(step)?.[1] ?? ''
    const args = wordsOf(command).map(word => (word === 'FILE' ? given : word))
    const { code, err } = await khancap(args, { folder: join(at, 'desk'), now })
    t.equal(code, 0, `${command}: ${err}`)
  }
  t.strictSame(await source('slip'), before)

  await must(`org revoke vi-1 ${dir}`, { now })
  const again = await must(`org revoke vi-1 ${dir}`, { now })
  t.strictSame(steps(again), [], 'whose end may be published is not brought back with it')
})

await t.test(
  'who loses a laptop publishes first, who leaves in peace hands over first',
  async t => {
    const dir = '--dir slip'
    const look = 'khancap add-reader --from vi-1 --to COLLEAGUE --dry-run\n'
    const lost = await must(`org revoke vi-1 ${dir} --dry-run`)
    t.match(lost.err, 'lost, stolen or in other hands: publish at once. Then a colleague')
    t.match(lost.err, 'khancap keys recover\n')
    t.notMatch(lost.err, /must hand it over|before you publish/)
    const leaving = await must(`org remove handler vi-1 ${dir} --dry-run`)
    t.match(leaving.err, 'vi-1 must hand it over before they go')
    t.match(leaving.err, 'before you publish, a colleague or vi-1')
    t.notMatch(leaving.err, 'at once')
    for (const { err } of [lost, leaving]) t.ok(err.includes(`: ${look}`), 'to be copied')
  },
)

await t.test('where there is no way back, it is said, and what helps', async t => {
  const dir = '--dir back'
  const none = async (line: string, ...words: readonly string[]) => {
    const { err } = await must(`org ${line} ${dir}`)
    for (const one of ['there is no way back: ', ...words])
      t.ok(err.includes(one), `${one}: ${err}`)
    t.ok(err.indexOf('will be done: ') < err.indexOf('there is no way back: '), line)
  }
  await none(
    `rotate handler ${await handler('en-1')}`,
    'before you publish: khancap org revoke en-1 --dir back\n',
    'the right file as FILE: khancap org rotate handler FILE --dir back\n',
  )
  await none('publish --yes', 'publish the next one: khancap org publish --dir back\n')
  await rm('back/server', { recursive: true })
  await none('rotate router', 'carried away: khancap org rotate router --dir back\n')
  await none('rotate receipt', 'carried away: khancap org rotate receipt --dir back\n')
  await none(
    'revoke en-1',
    'once it is published there is no way back: keys that were ended never count again',
    'to FILE: khancap org rotate handler FILE --dir back\n',
  )
  t.match(
    (await must(`org remove handler en-1 ${dir}`)).err,
    'to take it back: put a copy of organisation.json from before in its place',
  )
  const replaced = await must(`org add program violation.json ${dir}`)
  t.match(replaced.err, 'khancap org remove program violation --dir back')
  t.match(
    (await must(`org add program violation.json ${dir}`)).err,
    'where you have the program of before as FILE: khancap org add program FILE --dir back',
  )
})

await t.test('what is refused was not announced, and what is announced can be stopped', async t => {
  const before = await source('back')
  for (const line of [
    'rotate router --dir back',
    'rotate router --dir back --dry-run',
    'rotate receipt --dir back',
    'rotate router --dir nowhere',
    'add team asia --dir back',
  ]) {
    const { code, err, out } = await run(`org ${line}`)
    t.equal(code, 1, line)
    t.notMatch(`${out}${err}`, /w(ill|ould) be done/, line)
  }
  t.strictSame(await source('back'), before)
  t.notOk((await readdir('.')).includes('nowhere'), 'no secret is left where nothing is')

  const dry = await must('org root dry --out dry.age --dry-run')
  t.match(dry.out, `would be done: a root key dry is made, and sealed in ${join(at, 'dry.age')}\n`)
  const asker = scriptedAsker()
  for (const line of [
    'org root dry --out dry.age',
    `org init --dir dry --name Dry --origin ${origin}`,
    'org publish --dir one --yes',
  ]) {
    const { code, err } = await run(line, { asker })
    t.equal(code, 1, 'nobody gives a passphrase')
    t.match(err, /^will be done: /m, line)
  }
  const slip = scriptedAsker(passphrase, passphrase, `${passphrase} `, passphrase)
  const slipped = await run(`org init --dir dry --name Dry --origin ${origin}`, { asker: slip })
  t.equal(slipped.code, 1)
  t.match(slipped.err, 'the two passphrases differ; nothing was made')
  const left = await readdir('.')
  t.notOk(left.includes('dry.age') || left.includes('dry'), 'nor is the first key made')
  const page = await run('org add handler vi-7 --page nowhere/vi-7.txt --dir back')
  t.equal(page.code, 1)
  t.match(page.err, /^will be done: page for vi-7 \(en\) in nowhere\/vi-7\.txt$/m)
  const made = await must('org add handler vi-7 --page vi-7.txt --dir back')
  t.match(made.err, 'to take it back: delete vi-7.txt')
})

await t.test('keys that lie there already are told of before anything is asked', async t => {
  await mkdir('left/server', { recursive: true })
  await writeFile('left/server/router.identity', 'a router')
  for (const line of ['--dir left', '--dir left --dry-run']) {
    const asker = scriptedAsker()
    const { code, err } = await run(`org init ${line} --name Left --origin ${origin}`, { asker })
    t.equal(code, 1, line)
    t.match(
      err,
      `khancap: ${join(at, 'left/server/router.identity')} is there already, of something else`,
    )
    t.notMatch(err, /w(ill|ould) be done/)
    t.strictSame(asker.asked, [])
  }
  t.strictSame(await readdir('left'), ['server'])
  // The name of the source is taken by a link to nowhere, which fails as late as anything can.
  await mkdir('late')
  await symlink('nowhere', 'late/organisation.json')
  const late = await run(`org init --dir late --name Late --origin ${origin}`)
  t.equal(late.code, 1)
  t.match(late.err, `${join(at, 'late/organisation.json')} exists already`)
  t.strictSame(await readdir('late/keys'), [], 'nothing that was made before is left')
  t.strictSame(await readdir('late/server'), [])
})

await t.test('org check says where every request goes', async t => {
  const words = await must('org check --dir three')
  t.match(words.out, /^PROGRAM +ANSWER IN +COUNTRY +TEAM +FALLBACK +READERS +WHY\n/)
  const { out } = await must('org check --dir three --json')
  const { cells, faults, holes } = json(out)
  t.strictSame([faults, holes], [[], []])
  t.ok(cells.every((cell: { readers: number }) => cell.readers > 0))
  t.match((await must('org check --directory three/directory.note')).out, 'emergency')

  const named = json(await readFile('three/organisation.json', 'utf8'))
  await mkdir('wide')
  const long = 'a-team-of-thirty-two-letters-yes'
  for (const team of ['litigation', long]) {
    const renamed = JSON.stringify({
      ...named,
      teams: [...named.teams, { id: team, names: {} }],
      handlers: named.handlers.map((one: object) => ({ ...one, teams: [team] })),
      programs: named.programs.map((one: { routing: object[] }) => ({
        ...one,
        routing: one.routing.map(row => ({ ...row, team })),
        fallback_team: team,
      })),
    })
    await writeFile('wide/organisation.json', renamed)
    for (const when of ['', ` --at ${formatTimestamp(Date.now() + 3_600_000)}`]) {
      const { out: fitted } = await must(`org check --dir wide${when}`, { columns: 80 })
      for (const line of fitted.split('\n')) t.ok(widthOf(line) <= 80, line)
      t.match(fitted.split(/\s+/).join(''), team.slice(0, 8))
    }
  }
  t.match((await must('org check --dir wide', { columns: 132 })).out, long, 'whole, given the room')

  t.match(words.err, /^warning: there is no contact: /m)
  const dry = await run('org publish --dir three --yes --dry-run')
  t.match(dry.err, /^warning: there is no contact: /m)
  const before = await readFile('three/organisation.json', 'utf8')
  const contact = { mail: 'help@organisation.example' }
  await writeFile('three/organisation.json', JSON.stringify({ ...json(before), contact }))
  for (const verb of ['check', 'publish --yes --dry-run'])
    t.notMatch((await must(`org ${verb} --dir three`)).err, 'there is no contact', verb)
  await writeFile('three/organisation.json', before)
})

await t.test('where nothing else is said, two of three keys sign', async t => {
  const dry = await must(`org init --dir ours --name Ours --origin ${origin} --dry-run`)
  t.match(dry.out, 'root keys root-1, root-2, root-3 (3 of them here)')
  t.match(dry.err, 'nothing was written')
  const made = await must(`org init --dir ours --name Ours --origin ${origin} --key-retention 90`)
  t.match(made.out, 'signatures        2 of root-1, root-2, root-3')
  t.notMatch(made.err, 'warning')
  t.equal((await source('ours')).key_retention_days, 90)
  for (const days of ['0', '3651', 'x'])
    t.equal(
      (await run(`org init --dir no --name No --origin ${origin} --key-retention ${days}`)).code,
      2,
    )
  await must(`org add handler ${await handler('en-9')} --dir ours --team en`)
  t.match((await run('org publish --dir ours --yes')).err, 'which key of the root signs?')
  const first = await must('org publish --dir ours --key ours/keys/root-root-1.age --yes')
  t.notOk((await readdir('ours')).includes('directory.note'), 'one signature is not enough')
  t.match(first.err, 'next:')
  await must('org publish --dir ours --key ours/keys/root-root-3.age --yes')
  t.equal((await publishedIn('ours')).root.threshold, 2)

  const all = await must(
    `org init --dir all --name All --origin ${origin} --root a --root b --threshold 2`,
  )
  t.match(all.err, 'warning: every key must sign')
})

await t.test('calendars and conflicts are checked, shown before signing, and signed', async t => {
  const dir = '--dir shifts'
  await must(`org init ${dir} --name Shifts --origin ${origin} --root shifts --threshold 1`)
  await must(`org add handler ${await handler('en-3')} ${dir} --team en`)
  await must(`org add handler ${await handler('vi-3')} ${dir} --team vi`)
  await must(`org publish ${dir} --yes`)
  const before = await source('shifts')
  const exclusion = {
    handlers: ['vi-3'],
    teams: [],
    programs: ['pil'],
    languages: [],
    countries: [],
    regions: ['VN-HN'],
  }
  const calendars = [
    {
      team: 'vi',
      zone: 'Asia/Ho_Chi_Minh',
      weekly: [{ days: ['mon', 'tue', 'wed'], from: '08:00', until: '20:00', handlers: [] }],
      dated: [],
    },
  ]
  const put = (changes: object) =>
    writeFile('shifts/organisation.json', JSON.stringify({ ...before, ...changes }))
  await put({ calendars, exclusions: [exclusion] })

  const check = await must(`org check ${dir}`)
  t.match(check.out, /^duty: nobody of vi \d+ times, first from .*: its cases go to en at once$/m)
  t.match(check.out, 'conflict: vi-3 must not read requests of pil from VN-HN')
  const { cells, duty, holes } = json((await must(`org check ${dir} --json`)).out)
  t.strictSame(holes, [])
  t.match(duty, [{ team: 'vi', fallback: 'en', both_off: [] }])
  t.ok(cells.some(({ region }: { region: string | null }) => region === 'VN-HN'))
  const [gap] = duty[0].team_off.slice(-1)
  const then = await must(`org check ${dir} --at ${gap.from}`)
  t.match(then.out, /^PROGRAM .* TEAM +FALLBACK +THEN +READERS/)
  t.match(then.out, /^emergency +vi .* vi +en +en +/m)
  for (const at of ['yesterday', '2020-01-01T00:00:00Z'])
    t.equal((await run(`org check ${dir} --at ${at}`)).code, 2)

  const asker = scriptedAsker(passphrase, 'yes')
  const published = await must(`org publish ${dir}`, { asker })
  t.match(published.err, 'calendar of vi is new')
  t.match(published.err, 'conflicts of interest change: 1 rules, where 0 were')
  const signed = await publishedIn('shifts')
  t.equal(signed.duty?.[0]?.team, 'vi')
  t.ok((signed.duty?.[0]?.times.length ?? 0) > 20)
  t.notOk(Object.hasOwn(signed, 'calendars'), 'hours of a place stay in the folder')
  const [again] = [await must(`org publish ${dir} --yes`)]
  t.match(again.err, 'nothing changes but the dates')

  await put({ exclusions: [{ ...exclusion, handlers: ['en-3'] }] })
  t.match((await run(`org check ${dir}`)).out, /^hole: pil: everybody in the fallback team/m)
  await put({ exclusions: [{ ...exclusion, handlers: ['vi-4'] }] })
  t.match((await run(`org publish ${dir} --yes`)).err, '/exclusions/0/handlers: handler unknown')
  await put({ calendars: [{ ...calendars[0], zone: 'Asia/Hanoi' }] })
  t.match((await run(`org check ${dir}`)).err, 'does not know: Asia/Hanoi')
})

await t.test('org check, and publish, refuse what would leave a request to nobody', async t => {
  await must(`org init --dir hole --name Hole --origin ${origin} --root hole --threshold 1`)
  await must(`org add handler ${await handler('fr-1')} --dir hole --team fr`)
  const check = await run('org check --dir hole --json')
  t.equal(check.code, 1)
  const { holes } = json(check.out)
  t.ok(holes.some(({ code }: { code: string }) => code === 'nobody_in_fallback_team'))
  t.match((await run('org check --dir hole')).out, /^hole: emergency: nobody in the fallback team/m)
  const publish = await run('org publish --dir hole --yes')
  t.equal(publish.code, 1)
  t.match(publish.err, 'the directory would leave requests to nobody; nothing was signed')

  const changed = await source('hole')
  changed.handlers[0].teams = ['en', 'nowhere']
  await writeFile('hole/organisation.json', JSON.stringify(changed))
  const faulty = await run('org publish --dir hole --yes')
  t.match(faulty.err, 'the directory has faults; nothing was signed')
  t.match(faulty.err, 'hint: /handlers/0/teams: team unknown')
  await writeFile('hole/organisation.json', '{"name": 1}')
  t.match((await run('org check --dir hole')).err, 'organisation.json has faults')
  await writeFile('hole/organisation.json', '{')
  t.match((await run('org check --dir hole')).err, 'organisation.json is not JSON')
  t.match((await run('org check --dir nothing')).err, 'there is no organisation.json')
})

await t.test(
  'a built site is compared with its list, and signed with the next directory',
  async t => {
    const site = join(at, 'site')
    const offline = join(at, 'offline')
    const name = '/a/page-00000000.js'
    const content = Buffer.from('start()')
    const page = Buffer.from('<!doctype html>')
    const digest = async (bytes: Uint8Array) => encodeBase64url(await p.sha256(bytes))
    const listFile = join(site, siteListPath)
    const build = async (version: string) => {
      await mkdir(join(site, 'a'), { recursive: true })
      await mkdir(dirname(listFile), { recursive: true })
      await mkdir(offline, { recursive: true })
      await writeFile(join(offline, templateName('en')), page)
      await writeFile(join(site, name), content)
      await writeFile(join(site, 'index.html'), page)
      await writeFile(join(site, `${name}.gz`), gzipSync(content))
      const list = {
        v: 1,
        sources: 'a'.repeat(64),
        templates: { en: await digest(page) },
        bytes: { [name]: content.length, '/index.html': page.length },
        manifest: {
          app: 'urn:khancap',
          version,
          default_csp: sitePolicy,
          default_index: 'index.html',
          default_fallback: '/index.html',
          extra_csp: {},
          files: { [name]: await digest(content), '/index.html': await digest(page) },
          wasm: [],
        },
      }
      await writeFile(listFile, JSON.stringify(list))
      return digest(await readFile(listFile))
    }
    await must(
      'org init --dir pages --name Pages --origin https://pages.example --root one --threshold 1',
    )
    for (const team of ['en', 'fr', 'vi', 'zh'])
      await must(`org add handler ${await handler(`${team}-1`)} --dir pages --team ${team}`)
    const none = await must('org site --dir pages')
    t.equal(none.out, '')
    t.match((await run('org site --dir pages --build nowhere')).err, 'there is no list of files in')

    const first = await build('1.0.0')
    const put = await must('org site --dir pages --build site')
    t.match(put.err, `to take it back: khancap org site --drop ${first} --dir pages\n`)
    const dropped = await must(`org site --dir pages --drop ${first}`)
    t.match(dropped.err, 'in FOLDER: khancap org site --build FOLDER --dir pages\n')
    await must('org site --dir pages --build site')
    const published = await must('org publish --dir pages --yes')
    t.match(published.err, `versions of the site: 1.0.0 (${first})`)
    t.strictSame((await publishedIn('pages')).site, [{ version: '1.0.0', sha256: first }])

    const second = await build('1.1.0')
    await must('org site --dir pages --build site')
    t.match((await must('org site --dir pages --build site')).err, 'there is nothing to take back')
    t.match((await must('org publish --dir pages --yes')).err, 'version of the site 1.1.0 (')
    t.strictSame(
      (await publishedIn('pages')).site?.map(({ version }) => version),
      ['1.1.0', '1.0.0'],
      'old and new count side by side, and the same build counts once',
    )
    t.equal((await must('org site --dir pages')).out, `1.1.0  ${second}\n1.0.0  ${first}\n`)
    await must('org site --dir pages --drop 1.0.0')
    t.match((await must('org publish --dir pages --yes')).err, 'version of the site 1.0.0 (')
    t.match(json((await must('org site --dir pages --json')).out), {
      site: [{ version: '1.1.0', sha256: second }],
    })
    t.equal((await run('org site --dir pages --drop 1.0.0')).code, 1)
    t.equal((await run('org site --dir pages --drop 1.1.0 --build site')).code, 2)

    const refused = async (change: () => Promise<void>, words: string) => {
      await change()
      const ended = await run('org site --dir pages --build site')
      t.equal(ended.code, 1, words)
      t.match(ended.err, words)
      await build('1.1.0')
    }
    await refused(
      () => writeFile(join(site, name), 'other()'),
      'is not the file that stands in the list',
    )
    await refused(() => rm(join(site, name)), 'stands in the list, and is not in')
    await refused(
      () => writeFile(join(site, `${name}.gz`), gzipSync('other()')),
      `${name}.gz is not ${name}, compressed`,
    )
    await refused(
      () => writeFile(join(offline, templateName('en')), 'other'),
      'is not the file that stands in the list',
    )
    await refused(() => writeFile(listFile, '{}'), 'none that this khancap knows')
    await refused(() => writeFile(join(site, 'more.js'), ''), 'does not stand in the list')
    await rm(join(site, 'more.js'))

    for (let version = 2; version <= 8; version++) {
      await build(`${version}.0.0`)
      await must('org site --dir pages --build site')
    }
    await build('9.0.0')
    t.match(
      (await run('org site --dir pages --build site')).err,
      'names 8 versions of the site at most',
    )
    const alone = await must('org site --dir pages --build site --only')
    t.equal(alone.err.match(/^to bring version [\d.]+ back, /gm)?.length, 8)
    t.equal((await must('org site --dir pages')).out.split('\n').length, 2)
  },
)
