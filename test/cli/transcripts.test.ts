// Every command as a person meets it: what is typed, what is said and how it ends, at one real service. A command of the
// help without a transcript fails here.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import t from 'tap'
import { rowsOf } from '../../cli/joining/page.js'
import { khancapProgram } from '../../cli/program.js'
import { shippedPrograms } from '../../schemas/programs/shipped.js'
import { SiteList, siteListPath } from '../../schemas/site.js'
import { sweepHeartbeat } from '../../src/app/sweep-clock.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { fillOfflineForm } from '../../src/core/offline/offline-form.js'
import { httpSettings } from '../../src/http/limits.js'
import { submit } from '../helper/api.js'
import { inCheckout } from '../helper/checkout.js'
import { type CliMachine, handlerFolder, khancap, temporaryFolder } from '../helper/cli.js'
import { freePort } from '../helper/free-port.js'
import { lyingServer, says } from '../helper/lying-server.js'
import { builtTemplate } from '../helper/offline-file.js'
import { office } from '../helper/office.js'
import { sha256 } from '../helper/store.js'
import { installToyPlugin } from '../helper/toy-plugin.js'
import { readTranscript, runTranscript } from '../helper/transcript.js'

t.setTimeout(300_000)

const folder = inCheckout('test', 'cli', 'transcripts')
const [build, templates] = [inCheckout('build', 'web'), inCheckout('build', 'offline')]
const dayMs = 86_400_000

const list = await readFile(join(build, siteListPath))
const built = SiteList.parse(JSON.parse(list.toString('utf8')))
const languages = Object.keys(built.templates)
const offlineTemplates = new Map(
  await Promise.all(languages.map(async one => [one, await builtTemplate(one)] as const)),
)
const desk = await office(t, {
  directory: {
    site: [{ version: built.manifest.version, sha256: encodeBase64url(sha256(list)) }],
  },
  deps: {
    pages: build,
    offlineTemplates,
    // Once ready, ready for as long as the transcripts take.
    settings: { ...httpSettings, maxLoopDelayMs: 60_000, readinessMs: 3_600_000 },
  },
})
await desk.api.db.store.recordHeartbeat(sweepHeartbeat)
await desk.api.app.inject('/readyz')
const { organisation } = desk
const at = await temporaryFolder(t)
process.chdir(at)
await installToyPlugin(t)

const problem = {
  type: 'urn:khancap:problem:directory_missing',
  title: 'No directory has been published yet',
  status: 503,
  code: 'directory_missing',
  retry: 'later',
}
const portal = await lyingServer(t, { '*': says('<p>Sign in</p>', 'text/html') })
const empty = await lyingServer(t, {
  '*': says(JSON.stringify(problem), 'application/problem+json', 503),
})
const nowhere = `http://127.0.0.1:${await freePort()}`

const [one = '', ...rows] = rowsOf(organisation.root)
const inGroups = (row: string) => row.match(/.{4}/g)?.join(' ') ?? ''
const slip = `${one}${rows[0]?.replace(/.$/, digit => (digit === '0' ? '1' : '0'))}${rows.slice(1).join('')}`

/** A case that is due in a day and a half, so that its time left is as wide in every run. */
async function newCase() {
  const made = await desk.newCase()
  await desk.api.db.rows(
    `update cases set due_at = statement_timestamp() + interval '36 hours 30 minutes' where id = $1`,
    [made.caseId],
  )
  return made
}

/** Without a network: the same handler, and a server that is not there. */
async function awayFolder(): Promise<string> {
  const away = await handlerFolder(t, organisation, 'vietnam-1', desk.url)
  const settings = join(away, 'settings.json')
  await writeFile(settings, (await readFile(settings, 'utf8')).replace(desk.url, nowhere))
  return away
}

const runtimeFolder = join(at, 'run')
await mkdir(runtimeFolder, { mode: 0o700 })
t.teardown(async () => {
  const machine = { folder: await desk.folderOf('vietnam-1'), environment: { runtimeFolder } }
  await khancap(['agent', 'stop'], machine)
})

async function machinesOf(steps: Awaited<ReturnType<typeof readTranscript>>['steps']) {
  const machines: Record<string, CliMachine> = {}
  for (const step of steps) {
    const name = 'file' in step ? null : (step.machine ?? 'new-laptop')
    if (name === null || machines[name] !== undefined) continue
    const shift = { 'slow-clock': -5 * dayMs, 'fast-clock': 400 * dayMs }[name]
    const isHandler = organisation.identities[name] !== undefined
    machines[name] = {
      // oxlint-disable-next-line no-await-in-loop
      folder: await (isHandler
        ? desk.folderOf(name)
        : name === 'away'
          ? awayFolder()
          : join(await temporaryFolder(t), name)),
      environment: { runtimeFolder: isHandler ? runtimeFolder : null },
      ...(shift === undefined ? {} : { now: () => Date.now() + shift }),
    }
  }
  return machines
}

async function valuesOf(): Promise<Record<string, string>> {
  const [first, second] = [await newCase(), await newCase()]
  const again = await submit(desk.api, first.request)
  const { receipt } = again.json()
  await writeFile('receipt.txt', receipt)
  await writeFile(
    'changed.txt',
    receipt.replace(/\d/, (digit: string) => (digit === '1' ? '2' : '1')),
  )
  const form = fillOfflineForm(offlineTemplates.get('vi') ?? '', organisation)
  await writeFile('notes-vi.html', form)
  await writeFile('changed.html', form.replace("default-src 'none'", 'default-src *'))
  await writeFile('directory.note', organisation.note)
  await writeFile('pil.json', JSON.stringify(shippedPrograms.find(({ id }) => id === 'pil')))
  return {
    case: first.caseId.slice(0, 8),
    'case-id': first.caseId,
    other: second.caseId.slice(0, 8),
    'other-id': second.caseId,
    url: desk.url,
    portal: portal.url,
    empty: empty.url,
    nowhere,
    root: organisation.root,
    'row-one': inGroups(one),
    'row-two': inGroups(rows[0] ?? ''),
    'row-three': inGroups(rows[1] ?? ''),
    'row-four': inGroups(rows[2] ?? ''),
    'root-start': organisation.root.slice(0, 16),
    slip,
    onion: `${'khancap2'.repeat(7)}.onion`,
    here: at,
    build,
    templates,
    version: built.manifest.version,
  }
}

/** Needs months of cases, and is run where they are made. */
const elsewhere = new Set(['stats.txt'])
/** Shows every case that there is. */
const first = 'inbox.txt'
const files = (await readdir(folder))
  .filter(name => name.endsWith('.txt'))
  .toSorted(
    (one, other) => Number(other === first) - Number(one === first) || (one < other ? -1 : 1),
  )

await t.test(
  'every command of the help has a transcript of success and one of failure',
  async t => {
    const ended = new Map<string, Set<boolean>>()
    const program = await khancapProgram(
      { version: '0', out() {}, err() {}, columns: 80, runner: async () => {} },
      undefined,
    )
    const commands = leaves(program, '')
    for (const file of files)
      for (const step of (await readTranscript(join(folder, file))).steps) {
        if ('file' in step) continue
        const words = ` ${step.words.join(' ')} `
        const path = commands.find(command => words.startsWith(`${command} `))
        if (path !== undefined) ended.set(path, (ended.get(path) ?? new Set()).add(step.code === 0))
      }
    t.ok(commands.length > 50, `${commands.length} commands`)
    for (const command of commands) {
      t.ok(ended.get(command)?.has(true), `khancap${command} has a transcript in which it succeeds`)
      t.ok(ended.get(command)?.has(false), `khancap${command} has a transcript in which it fails`)
    }
  },
)

function leaves(command: Command, path: string): string[] {
  const inner = command.commands.filter(one => one.name() !== 'help')
  return inner.length === 0 ? [path] : inner.flatMap(one => leaves(one, `${path} ${one.name()}`))
}

for (const file of files.filter(name => !elsewhere.has(name)))
  await t.test(`transcript: ${file}`, async t => {
    const path = join(folder, file)
    const machines = await machinesOf((await readTranscript(path)).steps)
    await runTranscript(t, path, machines, await valuesOf())
  })
