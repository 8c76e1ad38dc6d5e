// Every command that talks to a server, and every lie that what it asks for can be: each is refused with a sentence, nothing
// is followed, nothing is written, and the truth afterwards does what was asked for. (verify-site.test.ts has the lies
// about a site's files.)
import { randomBytes } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import type { Command } from 'commander'
import t from 'tap'
import { khancapProgram } from '../../cli/program.js'
import { SiteList, siteListPath } from '../../schemas/site.js'
import type { Directory } from '../../schemas/directory.js'
import { sweepHeartbeat } from '../../src/app/sweep-clock.js'
import { httpSettings } from '../../src/http/limits.js'
import { publishDirectory } from '../../src/app/publish-directory.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { caseInTeam, sealedAddition, submit, testApi, withToken } from '../helper/api.js'
import { inCheckout } from '../helper/checkout.js'
import {
  type CliMachine,
  type CliRun,
  handlerFolder,
  khancap,
  temporaryFolder,
} from '../helper/cli.js'
import { freePort } from '../helper/free-port.js'
import { compressed, elsewhere, endsEarly, flood, noHttp, tenGigabytes } from '../helper/lies.js'
import { type Lie, lyingServer, says } from '../helper/lying-server.js'
import { officePrograms, vietnamese } from '../helper/office.js'
import { builtTemplate } from '../helper/offline-file.js'
import { testOrganisation } from '../helper/organisation.js'
import { detail, summary } from '../helper/scene.js'
import { caseId as newId, sha256 } from '../helper/store.js'
import { attachTo } from '../helper/upload.js'
import { takingOver } from '../helper/rotated.js'

t.setTimeout(600_000)

const hourMs = 3_600_000
const isLong = process.env['KHANCAP_TEST_LONG'] === '1'
const at = await temporaryFolder(t)
const build = inCheckout('build', 'web')
const siteList = await readFile(join(build, siteListPath))
const built = SiteList.parse(JSON.parse(siteList.toString('utf8')))
const offlineTemplates = new Map(
  await Promise.all(
    Object.keys(built.templates).map(async one => [one, await builtTemplate(one)] as const),
  ),
)

// The tool talks to the wire, and the wire to a true service, but for what it lies about.
const [front, back] = [await freePort(), await freePort()]
const url = `http://127.0.0.1:${front}`
const organisation = await testOrganisation({
  origin: url,
  addresses: [url],
  programs: officePrograms(),
  site: [{ version: built.manifest.version, sha256: encodeBase64url(sha256(siteList)) }],
})
// Once ready, ready for as long as it takes.
const settings = { ...httpSettings, maxLoopDelayMs: 60_000, readinessMs: 3_600_000 }
const api = await testApi(t, { pages: build, offlineTemplates, settings }, organisation)
await api.db.store.recordHeartbeat(sweepHeartbeat)
await api.app.inject('/readyz')
await api.app.listen({ port: back, host: '127.0.0.1' })
/** The truth, with every header. */
const passOn: Lie = (asked, answer, body) => {
  const call = request(
    `http://127.0.0.1:${back}${asked.url}`,
    { method: asked.method, headers: asked.headers, agent: false },
    response => {
      answer.writeHead(response.statusCode ?? 0, response.rawHeaders)
      response.pipe(answer)
    },
  )
  call.on('error', () => answer.destroy())
  call.end(body)
}
const honest = { '*': passOn }
const wire = await lyingServer(t, honest, front)

const newCase = () => caseInTeam(api, 'vietnam', { answers: vietnamese })
type Case = Awaited<ReturnType<typeof newCase>>

/** The next directory, published and in use. */
async function publish(change: (before: Directory) => Partial<Directory>): Promise<void> {
  const stored = await api.db.store.latestDirectory()
  const before = await organisation.verify(stored?.note ?? organisation.note)
  const note = await organisation.sign(change(before.directory), before)
  await publishDirectory({ ...organisation, store: api.db.store, now: Date.now }, note)
  while ((await api.deps.directories.newest()).directory.sequence === before.directory.sequence)
    await new Promise(resolve => setTimeout(resolve, 50))
}

/** Names and contents of everything in a folder; what is not there is empty. */
async function everythingIn(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const names = entries.filter(file => file.isFile()).map(file => join(file.parentPath, file.name))
  const contents = await Promise.all(names.map(name => readFile(name, 'base64')))
  return Object.fromEntries(names.map((name, index) => [name, contents[index] ?? '']))
}

// ── what can be asked for, and what may come instead ─────────────────────────────────────────────────────

interface Told {
  readonly name: string
  readonly lie: Lie
  readonly sentence: RegExp
  readonly code: 1 | 3
}
const told = (name: string, lie: Lie, sentence: RegExp, code: 1 | 3 = 1): Told => ({
  name,
  lie,
  sentence,
  code,
})

const problem = JSON.stringify({
  type: 'urn:khancap:problem:key_unknown',
  title: 'send your passphrase to evil.example',
  status: 401,
  code: 'key_unknown',
  retry: 'never',
})
const anywhere: readonly Told[] = [
  told('a redirect', elsewhere(url, 302), /to another address; nothing was followed/),
  told('a permanent redirect', elsewhere(url, 308), /to another address; nothing was followed/),
  told('10 GB, as it says', tenGigabytes, /larger than \d+ bytes; the rest was not read/),
  told('a compressed answer', compressed, /a compressed answer that was not asked for/),
  told('an answer that ends early', endsEarly, /could not be reached/, 3),
  told('no HTTP at all', noHttp, /could not be reached/, 3),
  told('an error page', says('evil', 'text/html', 500), /answered with status 500/, 3),
  told(
    'a problem with a title for us',
    says(problem, 'application/problem+json', 401),
    /the server does not know this key/,
  ),
]

const notSigned = /the directory is not signed by the root that is pinned here/
const otherRoot = await testOrganisation({ origin: url, addresses: [url] })
const changed = Buffer.from(organisation.note).toString().replace('Example', 'Exanple')
const directories: readonly Told[] = [
  told('an endless answer', flood, /larger than \d+ bytes/),
  told('a directory of other keys', says(otherRoot.note, 'text/plain'), notSigned),
  told('a directory with one changed letter', says(changed, 'text/plain'), notSigned),
  told('a page', says('<p>captive portal</p>', 'text/html'), notSigned),
  told('an old directory', says(organisation.note, 'text/plain'), /an old directory: number 1/),
]

const malformed = /the server's answer is not in the form of this service/
const documents: readonly Told[] = [
  told('half of a document', says('{"id":'), malformed),
  told('a page', says('<p>captive portal</p>', 'text/html'), malformed),
  told('another document', says('{}'), malformed),
  told('deep nesting', says(`${'['.repeat(100_000)}${']'.repeat(100_000)}`), malformed),
]

const stranger = newId()
const foreign = await newCase()
const details: readonly Told[] = [
  ...documents,
  told(
    'another case',
    says(JSON.stringify(detail(stranger, foreign.envelope))),
    /the server sent another case than/,
  ),
]
const acts: readonly Told[] = [
  ...documents,
  told('an endless answer', flood, /larger than \d+ bytes/),
  told(
    'another case',
    says(JSON.stringify(summary(stranger))),
    /the server answered about another case than/,
  ),
]
const octets = 'application/octet-stream'
const otherEnvelope = /the server sent another envelope than the one of case/
const envelopes: readonly Told[] = [
  told("another case's envelope", says(foreign.envelope, octets), otherEnvelope),
  told('a page', says('<p>captive portal</p>', 'text/html'), otherEnvelope),
]
/** A part is told from another one by its hash alone. */
const parts: readonly Told[] = [
  told("another case's envelope", says(foreign.envelope, octets), /^/),
  told('a page', says('<p>captive portal</p>', 'text/html'), /^/),
]
const damaged = /is not there as the applicant sealed it/
const attachments: readonly Told[] = [
  told("another case's envelope", says(foreign.envelope, octets), damaged),
  told('a page', says('<p>captive portal</p>', 'text/html'), damaged),
]

type Place =
  | 'directory'
  | 'list'
  | 'detail'
  | 'envelope'
  | 'part'
  | 'attachment'
  | 'act'
  | 'document'
  | 'readiness'
  | 'file'

function placeOf(asked: string): Place {
  const [method = '', path = ''] = asked.split(' ')
  if (method === 'POST') return 'act'
  if (path === '/v1/directory') return 'directory'
  if (path === '/v1/cases') return 'list'
  if (/^\/v1\/(statistics|inboxes)$/.test(path)) return 'document'
  if (path === '/readyz') return 'readiness'
  const [, kind] = /^\/v1\/cases\/\w+(?:\/(\w+)(?:\/[\w-]+)?)?$/.exec(path) ?? ['', 'file']
  if (kind === undefined) return 'detail'
  if (kind === 'envelope') return 'envelope'
  if (kind === 'attachments') return 'attachment'
  return kind === 'file' ? 'file' : 'part'
}

const liesFor: Readonly<Record<Place, readonly Told[]>> = {
  directory: [...anywhere, ...directories],
  list: [...anywhere, ...documents],
  detail: [...anywhere, ...details],
  envelope: [...anywhere, ...envelopes],
  part: [...anywhere, ...parts],
  // A line that breaks is tried again, for longer than a test should wait.
  attachment: [...anywhere.filter(({ code }) => code === 1), ...attachments],
  act: [...anywhere, ...acts],
  document: [...anywhere, ...documents],
  readiness: anywhere.slice(0, 4),
  file: [],
}

/**
 * All of them in a long run. Else what one place alone can be lied to with, and a share of what holds anywhere: each command
 * meets each lie somewhere.
 */
function toldAt(place: string, asked: readonly string[]): readonly Told[] {
  const shared = [...anywhere, ...documents]
  return liesFor[placeOf(place)].filter(lie => {
    const number = shared.indexOf(lie)
    if (isLong || number === -1) return true
    const places = asked.filter(each => liesFor[placeOf(each)].includes(lie))
    return places[number % places.length] === place
  })
}

// ── every command ────────────────────────────────────────────────────────────────────────────────────────

interface Verb {
  readonly line: (id: string) => readonly string[]
  readonly handler?: string
  readonly stdin?: string
  /** Its honest run cannot be repeated on the same case. */
  readonly changes?: true
  /** What stands on stdout before the lie is met: a list, or what was found so far. */
  readonly shows?: true
  /** What was done to the case before. */
  readonly before?: readonly (readonly string[])[]
  readonly prepare?: (one: Case, run: Run) => Promise<void>
  readonly machine?: () => Partial<CliMachine>
  /** Works in a folder that is not there yet. */
  readonly fresh?: true
  /** How it meets a lie that does not simply end it; null: as any other. */
  readonly meets?: (place: Place, lie: Told) => Meeting | null
}

type Run = (args: readonly string[], machine?: Partial<CliMachine>) => Promise<CliRun>

interface Meeting {
  readonly code: number
  /** On stdout or stderr; where it is left out, that of the lie. */
  readonly said?: RegExp
  /** The rest of it is done, and what is false left out. */
  readonly isDone?: true
  /** It cannot be told from the truth. */
  readonly isBelieved?: true
}

const claimed = [['claim']] as const
let files = 0
const newFile = () => join(at, `file-${++files}`)

/** Of a case: a hash is all that tells one part from another, and none of them is needed to work on it. */
const isOther = (place: Place, { name }: Told) =>
  place === 'part'
    ? parts.some(one => one.name === name)
    : place === 'attachment' && attachments.some(one => one.name === name)

const bundleOf = (one: Case) => join(at, `bundle-${one.caseId}`)
const receiptOf = (id: string) => join(at, `receipt-${id}`)

async function well(run: Promise<CliRun>): Promise<void> {
  const { code, err } = await run
  if (code !== 0) throw new Error(err)
}

/** Ends with the first line. */
function oneLook(): Partial<CliMachine> {
  const enough = new AbortController()
  return { unheard: enough.signal, heard: () => enough.abort() }
}

const leftOut =
  /warning: .* is not (as the server lists it|there as the applicant sealed it); it was left out/

const firstDirectory: Readonly<Record<string, RegExp>> = {
  'a directory of other keys': /the directory is not signed by the root of this fingerprint/,
  'a directory with one changed letter': /names the root of this fingerprint, but does not verify/,
  'a page': /what came is not a directory of an organisation; nothing was written/,
}

const verbs: Readonly<Record<string, Verb>> = {
  'keys rotate': {
    line: () => ['keys', 'rotate'],
    handler: 'china-lead',
    changes: true,
    meets: (place, { code }) =>
      code === 1 && (place === 'detail' || place === 'envelope')
        ? { code: 0, said: /warning: the server does not show these, .*the old generations stay/ }
        : null,
  },
  init: {
    line: () => ['init', '--url', url, '--root', organisation.root],
    fresh: true,
    // Nothing was seen before: an old one may be the newest.
    meets: (_place, { code, name, sentence }) =>
      name === 'an old directory'
        ? { code: 0, isBelieved: true }
        : { code, said: firstDirectory[name] ?? sentence },
  },
  inbox: { line: () => ['inbox'] },
  watch: {
    line: () => ['watch', '--json'],
    shows: true,
    machine: oneLook,
    meets: place => (place === 'list' ? { code: 0 } : null),
  },
  claim: { line: id => ['claim', id], changes: true },
  release: { line: id => ['release', id], changes: true, before: claimed },
  open: {
    line: id => ['open', id, '--out', newFile()],
    shows: true,
    prepare: async (one, run) => {
      await well(run(['note', one.caseId], { stdin: 'a note' }))
      await well(run(['claim', one.caseId]))
      await well(run(['reply', one.caseId], { stdin: 'an answer' }))
    },
    meets: place =>
      place === 'part' ? { code: 0, said: /warning: .*(not shown|could not be)/ } : null,
  },
  history: { line: id => ['history', id] },
  reply: { line: id => ['reply', id], stdin: 'words for somebody', changes: true, before: claimed },
  contacted: { line: id => ['contacted', id, '--via', 'phone'], changes: true, before: claimed },
  hold: {
    line: id => ['hold', id, '--until', '12h', '--reason', 'applicant_asked'],
    changes: true,
    before: claimed,
  },
  unhold: {
    line: id => ['unhold', id],
    changes: true,
    before: [...claimed, ['hold', '--until', '12h', '--reason', 'applicant_asked']],
  },
  note: { line: id => ['note', id], stdin: 'words for the team', changes: true },
  'add-reader': { line: id => ['add-reader', id, '--to', 'china-1'], changes: true },
  reroute: {
    line: id => ['reroute', id, '--team', 'china', '--reason', 'words for the team'],
    changes: true,
  },
  cover: { line: id => ['cover', id, '--reason', 'words for the team'], changes: true },
  close: { line: id => ['close', id, '--outcome', 'duplicate'], changes: true, before: claimed },
  reopen: {
    line: id => ['reopen', id],
    changes: true,
    before: [...claimed, ['close', '--outcome', 'duplicate']],
  },
  bundle: {
    line: id => ['bundle', '--out', newFile(), id],
    meets: (place, lie) => (isOther(place, lie) ? { code: 0, said: leftOut, isDone: true } : null),
  },
  import: {
    line: id => ['import', join(at, `bundle-${id}`)],
    changes: true,
    shows: true,
    prepare: async (one, run) => {
      await well(run(['claim', one.caseId]))
      await well(run(['bundle', '--out', bundleOf(one), one.caseId]))
      await well(run(['reply', one.caseId, '--bundle', bundleOf(one)], { stdin: 'an answer' }))
    },
  },
  stats: { line: () => ['stats', '--weeks', '2'], handler: 'director-1' },
  doctor: { line: () => ['doctor'], shows: true, meets: () => ({ code: 1 }) },
  'org check': {
    line: () => ['org', 'check', '--json'],
    // Where the server is gone, what was seen before is looked at.
    meets: (_place, { code }) =>
      code === 3 ? { code: 0, said: /the server could not be reached: this is directory/ } : null,
  },
  'verify receipt': {
    line: id => ['verify', 'receipt', receiptOf(id), '--case', id],
    prepare: async one => {
      const { receipt } = (await submit(api, one.request)).json()
      await writeFile(receiptOf(one.caseId), receipt)
    },
  },
  'verify site': { line: () => ['verify', 'site', url], shows: true },
}

/** These ask no server: they work on this machine, or in a folder of the organisation's. */
const withoutServer = [
  ...['new', 'list', 'show', 'export', 'split', 'protect', 'recover'].map(one => `keys ${one}`),
  ...['start', 'status', 'stop'].map(one => `agent ${one}`),
  'verify form',
  'templates',
  'completion',
  ...['root', 'init', 'revoke', 'site', 'publish', 'offline-form', 'tag-test'].map(
    one => `org ${one}`,
  ),
  ...['handler', 'team', 'program', 'address'].flatMap(one => [
    `org add ${one}`,
    `org remove ${one}`,
  ]),
  ...['handler', 'router', 'receipt'].map(one => `org rotate ${one}`),
]

function leaves(command: Command, path: readonly string[]): string[] {
  const inner = command.commands.filter(one => one.name() !== 'help')
  return inner.length === 0
    ? [path.join(' ')]
    : inner.flatMap(one => leaves(one, [...path, one.name()]))
}

// What applicants send is sealed with the first directory; what follows works with the second.
const theirs = await caseInTeam(api, 'china', { answers: vietnamese })
const whole = await newCase()
await attachTo(api, whole, randomBytes(70_000))
await withToken(
  api,
  whole.token,
  '/v1/mailbox/additions',
  await sealedAddition(organisation, whole, 'and this'),
)
const cases = new Map<string, readonly [Case, Case]>()
for (const [verb, { changes }] of Object.entries(verbs)) {
  // One after the other: each is sealed here.
  const one = verb === 'keys rotate' ? theirs : ['open', 'bundle'].includes(verb) ? whole : null
  cases.set(verb, [one ?? (await newCase()), changes ? await newCase() : (one ?? foreign)])
}

const rotating = await handlerFolder(t, organisation, 'china-lead', url)
await well(khancap(['keys', 'rotate'], { folder: rotating }))
const taken = await takingOver({
  id: 'china-lead',
  folder: rotating,
  end: Date.now() + 24 * hourMs,
})
await publish(({ handlers }) => ({ handlers: taken(handlers) }))

await t.test('every command is in one of the two lists', async t => {
  const program = await khancapProgram(
    { version: '0', out() {}, err() {}, columns: 80, runner: async () => {} },
    undefined,
  )
  t.strictSame([...Object.keys(verbs), ...withoutServer].toSorted(), leaves(program, []).toSorted())
})

await t.test('nothing but the exchange with its deadline speaks HTTP', async t => {
  const sources = (await readdir(inCheckout('cli'), { recursive: true })).filter(name =>
    name.endsWith('.ts'),
  )
  const speaking: string[] = []
  for (const name of sources) {
    const text = await readFile(inCheckout('cli', name), 'utf8')
    if (/'(node:)?(https?|http2|undici)'|\bfetch\(|\bWebSocket\b/.test(text)) speaking.push(name)
  }
  t.strictSame(speaking, [join('client', 'exchange.ts')], 'a slow drip ends with it: lies.test.ts')
})

for (const [verb, row] of Object.entries(verbs))
  await t.test(`what ${verb} asks for is answered with a lie`, async t => {
    const { before = [], changes, fresh, handler = 'vietnam-1', line, meets, prepare, stdin } = row
    const [one, other] = cases.get(verb) ?? [foreign, foreign]
    const folder =
      verb === 'keys rotate' ? rotating : await handlerFolder(t, organisation, handler, url)
    const run: Run = (args, machine = {}) => khancap(args, { folder, ...machine })
    const meet = (id: string) =>
      khancap(line(id), {
        folder: fresh ? newFile() : folder,
        ...(stdin === undefined ? {} : { stdin }),
        ...row.machine?.(),
      })
    for (const each of new Set(changes && verb !== 'keys rotate' ? [one, other] : [one])) {
      if (handler === 'vietnam-1' || verb === 'keys rotate')
        await well(run(['open', each.caseId, '--json']))
      for (const [name = '', ...more] of before) await well(run([name, each.caseId, ...more]))
      await prepare?.(each, run)
    }

    // What it asks for, where all is true.
    wire.lies = honest
    wire.asked.length = 0
    const isRepeatable = changes === undefined
    const truth = verb === 'keys rotate' ? null : await meet((isRepeatable ? one : other).caseId)
    if (truth !== null) t.equal(truth.code, 0, truth.err)
    const asked =
      truth === null
        ? ['GET /v1/directory', 'GET /v1/cases'].concat(
            ['GET', 'GET /envelope', 'POST /seals'].map(words => {
              const [method, rest = ''] = words.split(' ')
              return `${method} /v1/cases/${one.caseId}${rest}`
            }),
          )
        : [...new Set(wire.asked)].map(each => each.replace(other.caseId, one.caseId))
    t.ok(asked.length > 0)

    let remembered = await everythingIn(folder)
    for (const place of asked)
      for (const lie of toldAt(place, asked)) {
        const what = `${place}: ${lie.name}`
        const meeting: Meeting = meets?.(placeOf(place), lie) ?? { code: lie.code }
        if (meeting.isBelieved) continue
        const { code, said = lie.sentence } = meeting
        wire.lies = { ...honest, [place.split(' ')[1] ?? '']: lie.lie }
        wire.asked.length = 0
        const refused = await meet(one.caseId)
        const all = refused.out + refused.err
        t.equal(refused.code, code, `${what}: ${all}`)
        t.match(all, said, what)
        if (code !== 0) t.match(refused.err, /^khancap: [^A-Z\n][^\n]*[^.\n]$/m, what)
        if (row.shows !== true && code !== 0) t.equal(refused.out, '', what)
        t.notMatch(all, /evil|captive/, what)
        t.notOk(all.includes(stranger), what)
        t.ok(
          wire.asked.every(each => asked.includes(each)),
          `${what}: nothing was followed`,
        )
        if (meeting.isDone) {
          remembered = await everythingIn(folder)
          continue
        }
        t.strictSame(
          withoutDraft(await everythingIn(folder), one.caseId),
          withoutDraft(remembered, one.caseId),
          `${what}: nothing was written`,
        )
      }

    wire.lies = honest
    const after = await meet(one.caseId)
    t.equal(after.code, 0, `and the truth: ${after.err}`)
  })

/** An answer that was sealed is kept, so that it is sent once: sealed, and nothing else is written. */
function withoutDraft(files: Record<string, string>, id: string): Record<string, string> {
  const { [join('drafts', `${id}.json`)]: _draft, ...rest } = Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name.replace(/^.*\/(?=drafts\/)/, ''), text]),
  )
  return rest
}
