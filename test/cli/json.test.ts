// `--json`: every command that takes it prints what docs/cli.md says (test/helper/cli.ts holds each document to it), and
// every key that is documented is printed by something.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import t from 'tap'
import { khancapProgram } from '../../cli/program.js'
import { printedJson } from '../../schemas/cli/printed.js'
import { shippedPrograms } from '../../schemas/programs/shipped.js'
import { SiteList, siteListPath } from '../../schemas/site.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { fillOfflineForm } from '../../src/core/offline/offline-form.js'
import { sealedAddition, submit, withToken } from '../helper/api.js'
import { inCheckout } from '../helper/checkout.js'
import { type CliMachine, khancap, scriptedAsker, temporaryFolder } from '../helper/cli.js'
import { keysOf } from '../helper/json-document.js'
import { builtTemplate } from '../helper/offline-file.js'
import { office } from '../helper/office.js'
import { keysIn, printedDocuments } from '../helper/printed-json.js'
import { sha256 } from '../helper/store.js'
import { installToyPlugin, toyKey, toyRecipient } from '../helper/toy-plugin.js'
import { attachTo } from '../helper/upload.js'

t.setTimeout(300_000)

const at = await temporaryFolder(t)
const build = inCheckout('build', 'web')
const list = await readFile(join(build, siteListPath))
const built = SiteList.parse(JSON.parse(list.toString('utf8')))
const templates = new Map(
  await Promise.all(
    Object.keys(built.templates).map(async one => [one, await builtTemplate(one)] as const),
  ),
)
const desk = await office(t, {
  directory: {
    site: [{ version: built.manifest.version, sha256: encodeBase64url(sha256(list)) }],
  },
  deps: { pages: build, offlineTemplates: templates },
})
await installToyPlugin(t)
const runtimeFolder = join(at, 'run')
await mkdir(runtimeFolder, { mode: 0o700 })
const words = 'a passphrase of five words'
const secret = join(at, 'secret')
await writeFile(secret, `${words}\n`, { mode: 0o600 })

/** What each command has printed. */
const seen = new Map<string, Set<string>>()

/** @param machine whose folder it is, where it is no handler's */
async function run(
  handler: string,
  line: string | readonly string[],
  more: Partial<CliMachine> = {},
) {
  const args = [...(typeof line === 'string' ? line.split(' ') : line), '--json']
  const folder = more.folder ?? (await desk.folderOf(handler))
  const { code, err, out } = await khancap(args, { ...more, folder })
  const command = Object.keys(printedJson).find(each =>
    ` ${args.join(' ')} `.startsWith(` ${each} `),
  )
  if (command === undefined) throw new Error(`khancap ${args.join(' ')} is not described`)
  const known = seen.get(command) ?? new Set()
  for (const document of printedDocuments(args, out))
    for (const key of keysIn(document)) known.add(key)
  seen.set(command, known)
  return { code, err, out }
}

async function did(...given: Parameters<typeof run>): Promise<string> {
  const { code, err, out } = await run(...given)
  if (code !== 0) throw new Error(`${JSON.stringify(given)}: ${err}`)
  return out
}

await t.test('the commands that take --json are those that are described', async t => {
  const program = await khancapProgram(
    { version: '0', out() {}, err() {}, columns: 80, runner: async () => {} },
    undefined,
  )
  const taking = (command: Command, path: readonly string[]): string[] => [
    ...(command.options.some(({ long }) => long === '--json') ? [path.join(' ')] : []),
    ...command.commands.flatMap(each => taking(each, [...path, each.name()])),
  ]
  t.strictSame(taking(program, []).toSorted(), Object.keys(printedJson).toSorted())
})

await t.test('a handler sets up', async t => {
  const folder = join(at, 'new')
  const environment = { passphraseFile: secret }
  const its = { folder, environment }
  await did('', ['init', '--url', desk.url, '--root', desk.organisation.root], its)
  await did('', `keys new --handler vi-9 --sheet ${at}/sheet.txt`, its)
  await did('', 'keys list', its)
  await did('', 'keys show', its)
  await did('', `keys split --shares 3 --threshold 2 --out ${at}/shares`, its)
  await did('', `keys recover --file ${at}/sheet.txt`, { ...its, folder: join(at, 'again') })
  await writeFile(join(at, 'toy.txt'), `${toyKey}\n`)
  const protect = `keys protect --plugin ${at}/toy.txt --recipient ${toyRecipient}`
  await did('', protect, { ...its, asker: scriptedAsker('1234') })
  await did('china-1', 'keys rotate')
  await did('', 'templates', its)
  await did('', 'templates questions', its)
  t.pass()
})

await t.test('the agent', async t => {
  const environment = { runtimeFolder }
  t.teardown(async () =>
    khancap(['agent', 'stop'], { folder: await desk.folderOf('vietnam-2'), environment }),
  )
  for (const line of ['agent start', 'agent status', 'agent stop', 'agent status'])
    await did('vietnam-2', line, { environment })
})

await t.test('a day of work', async t => {
  const one = await desk.newCase()
  const { caseId: id } = one
  const addition = await sealedAddition(desk.organisation, one, 'more')
  await withToken(desk.api, one.token, '/v1/mailbox/additions', addition)
  await attachTo(desk.api, one, Buffer.from('attached'))
  const me = 'vietnam-1'
  // Whether a busy machine is ready is none of this test's business.
  await run(me, 'doctor')
  await did(me, `claim ${id}`)
  await did(me, `hold ${id} --until 12h --reason applicant_asked`)
  await did('vietnam-2', `hold ${id} --until 12h --reason applicant_asked`).catch(() => '')
  await did(me, 'inbox')
  const enough = new AbortController()
  await did(me, 'watch', { unheard: enough.signal, heard: () => enough.abort() })
  await did(me, `unhold ${id}`)
  await did(me, `note ${id}`, { stdin: 'a note' })
  await did(me, `add-reader ${id} --to china-1 --dry-run`)
  await did(me, `add-reader ${id} --to china-1`)
  await did(me, `add-reader --from ${me} --to vietnam-lead --dry-run`)
  await did(me, `open ${id} --out ${at}/opened`)
  await did(me, `reply ${id}`, { stdin: 'an answer' })
  await did(me, `contacted ${id} --via phone`)
  await did(me, `cover ${id} --reason x`)
  await did(me, `history ${id}`)
  await did(me, `bundle --out ${at}/stick ${id}`)
  await did(me, `note ${id} --bundle ${at}/stick`, { stdin: 'on the way' })
  await did(me, `import ${at}/stick`)
  await did(me, `close ${id} --outcome supported`)
  await did(me, `reopen ${id}`)
  await did(me, `release ${id}`)
  await did(me, `open ${id}`)
  await did(me, `reroute ${id} --team china --reason x`)
  await did('director-1', 'stats --weeks 2')
  const { receipt } = (await submit(desk.api, one.request)).json()
  await writeFile(join(at, 'receipt.txt'), receipt)
  await did(me, `verify receipt ${at}/receipt.txt`)
  await did(me, `verify site ${desk.url}`)
  await writeFile(
    join(at, 'form.html'),
    fillOfflineForm(templates.get('vi') ?? '', desk.organisation),
  )
  await did(me, `verify form ${at}/form.html --templates ${inCheckout('build', 'offline')}`)
  await writeFile(join(at, 'one.age'), one.envelope)
  await did(me, `open --file ${at}/one.age`)
  t.equal((await run(me, `open --file ${at}/one.age ${at}/receipt.txt`)).code, 1)
})

await t.test('the organisation', async t => {
  const folder = join(at, 'office')
  const its = { folder, environment: { passphraseFile: secret } }
  const dir = `--dir ${at}/org`
  const add = (line: string) => did('', `${line} ${dir}`, its)
  await did('', `org root binh --out ${at}/binh.age --dry-run`, its)
  await did('', `org root binh --out ${at}/binh.age`, its)
  const make = `org init ${dir} --name Example --origin https://help.example --root an --threshold 1`
  await did('', `${make} --dry-run`, its)
  await did('', make, its)
  const keys = { folder: join(at, 'en-1'), environment: { passphraseFile: secret } }
  for (const line of ['keys new --handler en-1', `keys export --out ${at}/en-1.json`])
    t.equal((await khancap(line.split(' '), keys)).code, 0)
  await writeFile(
    join(at, 'pil.json'),
    JSON.stringify(shippedPrograms.find(({ id }) => id === 'pil')),
  )
  await add(`org add handler ${at}/en-1.json --team en`)
  await add('org add team asia --name en=Asia')
  await add('org remove team asia')
  await add('org add address http://other.example')
  await add('org remove address http://other.example')
  await add('org remove program pil')
  await add(`org add program ${at}/pil.json`)
  // Carried to the server, and deleted here.
  await rm(join(at, 'org', 'server'), { recursive: true })
  await add('org rotate router')
  await add('org rotate receipt')
  await add(`org site --build ${build}`)
  await add('org site')
  await did('', `org publish ${dir} --yes --dry-run`, its)
  await did('', `org publish ${dir} --yes`, its)
  await did('', `org check ${dir}`, its)
  await did(
    '',
    `org offline-form ${dir} --out ${at}/forms --templates ${inCheckout('build', 'offline')} --dry-run`,
    its,
  )
  await did(
    '',
    `org offline-form ${dir} --out ${at}/forms --templates ${inCheckout('build', 'offline')}`,
    its,
  )
  await did('', `org tag-test ${dir}`, { ...its, stdin: 'PIL\n[urgent]\n' })
  t.equal((await khancap(['keys', 'new'], keys)).code, 0)
  t.equal((await khancap(['keys', 'export', '--out', join(at, 'en-1b.json')], keys)).code, 0)
  await add(`org rotate handler ${at}/en-1b.json`)
  await add('org revoke en-1')
  await add('org remove handler en-1')
})

/** Printed where what it speaks of can be had: which test does. */
const elsewhere: Readonly<Record<string, RegExp>> = {
  // mail.test.ts, mail-reply.test.ts
  open: /^mails|^(\[\]\.)?(bytes|text|content\.(text|answers|case|about|by|hour|attachments|context))|not_shown|^warnings\[\]\.|^\[\]\.kind/,
  reply: /^letter/,
  // watch.test.ts
  watch: /^(news\[\]\.|failure|hint|retry_seconds)/,
  // rotate.test.ts
  'keys rotate': /^waiting\[\]\./,
  // statistics.test.ts, verify-site.test.ts, organisation.test.ts
  stats: /^rows\[\]\./,
  'verify site': /^differences\[\]\./,
  'org site': /valid_/,
  'org check': /^(duty|holes|faults)\[\]\./,
}

await t.test('every key of docs/cli.md was printed', async t => {
  for (const [command, printed] of Object.entries(printedJson)) {
    const known = seen.get(command)
    t.ok(known !== undefined, `khancap ${command} was run`)
    const documented = printed.flatMap(one => keysOf(one, true)).map(({ path }) => path)
    const silent = documented.filter(
      path =>
        known?.has(path) !== true &&
        elsewhere[command]?.test(path) !== true &&
        !/(^|\.)hold\.|answers\./.test(path),
    )
    t.strictSame(silent, [], `khancap ${command}`)
  }
})
