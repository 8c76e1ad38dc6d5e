// Step 1 over HTTP: the directory is served as it was signed, and none that does not verify or follow takes its place.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { KhancapError } from '../../schemas/problem.js'
import { currentDirectory } from '../../src/app/current-directory.js'
import { publishDirectory } from '../../src/app/publish-directory.js'
import { excerptOf, sameJson } from '../../src/core/form/excerpt.js'
import { formatTimestamp, parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { watchExpiry } from '../../src/directory-expiry.js'
import { directoryFile } from '../../src/directory-file.js'
import { httpSettings } from '../../src/http/limits.js'
import { caseInTeam, sealRequest, submit, testApi, testLog, withToken } from '../helper/api.js'
import { testOrganisation } from '../helper/organisation.js'
import { testStore } from '../helper/store.js'

const dayMs = 86_400_000

t.setTimeout(120_000)

await t.test('step 1: the directory is served byte for byte, with a tag', async t => {
  const api = await testApi(t)
  const answer = await api.app.inject('/v1/directory')
  t.equal(answer.statusCode, 200)
  t.equal(answer.headers['content-type'], 'text/plain; charset=utf-8')
  t.strictSame(answer.rawPayload, Buffer.from(api.organisation.note))
  const { etag } = answer.headers
  t.match(etag, /^"[A-Za-z0-9_-]{43}"$/)
  const same = await api.app.inject({
    url: '/v1/directory',
    headers: { 'if-none-match': `${etag}` },
  })
  t.equal(same.statusCode, 304)
  t.equal(same.body, '')
  const other = await api.app.inject({ url: '/v1/directory', headers: { 'if-none-match': '"x"' } })
  t.equal(other.statusCode, 200)
  const head = await api.app.inject({ method: 'HEAD', url: '/v1/directory' })
  t.equal(head.statusCode, 200)
  t.equal(head.body, '')
})

await t.test('step 2: the excerpt is what applicants see of the directory, and no key', async t => {
  const api = await testApi(t)
  const url = '/v1/directory/excerpt'
  const answer = await api.app.inject(url)
  t.equal(answer.statusCode, 200)
  t.equal(answer.headers['content-type'], 'application/json; charset=utf-8')
  t.equal(answer.headers['cache-control'], 'no-store')
  const { directory } = api.organisation
  const shown = excerptOf(directory)
  t.ok(sameJson(answer.json(), shown))
  const renewed = { ...directory, sequence: 9, handlers: [], others: [], leave_to: {} }
  t.ok(sameJson(excerptOf(renewed), shown), 'keys alone change nothing')
  const [program] = directory.programs
  if (program === undefined) throw new Error('no program')
  for (const change of [
    { id: 'other' },
    { names: { en: 'Other' } },
    { valid_until: '2099-01-01T00:00:00Z' },
    { languages: ['ja'] },
    { countries: ['JP'] },
    { regions: ['JP-01'] },
    { form: { ...program.form, version: 99 } },
    { words: { en: { labels: { contact: 'Other' }, why: {}, options: {} } } },
    { promise: { en: 'Other' } },
    { for_whom: { en: 'Other' } },
    { out_of_scope: { en: 'Other' } },
  ]) {
    const other = excerptOf({ ...directory, programs: [{ ...program, ...change }] })
    t.notOk(
      sameJson(other, excerptOf({ ...directory, programs: [program] })),
      Object.keys(change).join(),
    )
  }
  t.notMatch(
    answer.body,
    /age1|"routing"|"tags"|"teams"|"service_level"|"others"|"leave_to"|"more"/,
  )
  const packed = await api.app.inject({ url, headers: { 'accept-encoding': 'gzip' } })
  t.equal(packed.headers['content-encoding'], 'gzip')
  t.strictSame(gunzipSync(packed.rawPayload), answer.rawPayload)
  const headers = { 'if-none-match': String(answer.headers.etag) }
  t.equal((await api.app.inject({ url, headers })).statusCode, 304)
})

await t.test('step 1: who takes gzip gets the same bytes compressed', async t => {
  const api = await testApi(t)
  const asked = (accepted: string, known = '') =>
    api.app.inject({
      url: '/v1/directory',
      headers: {
        'accept-encoding': accepted,
        ...(known === '' ? {} : { 'if-none-match': known }),
      },
    })
  const plain = await asked('')
  for (const accepted of ['gzip', 'br, gzip;q=0.5', 'gzip, deflate, br']) {
    const packed = await asked(accepted)
    t.equal(packed.headers['content-encoding'], 'gzip', accepted)
    t.equal(packed.headers.vary, 'accept-encoding')
    t.equal(packed.headers.etag, `W/${String(plain.headers.etag)}`)
    t.ok(packed.rawPayload.length < plain.rawPayload.length * 0.6, accepted)
    t.strictSame(gunzipSync(packed.rawPayload), plain.rawPayload)
  }
  for (const refused of ['br', 'gzip;q=0', 'gzip;q=0.0, br', 'deflate']) {
    const answer = await asked(refused)
    t.equal(answer.headers['content-encoding'], undefined, refused)
    t.strictSame(answer.rawPayload, plain.rawPayload)
  }
  const tag = String(plain.headers.etag)
  for (const known of [tag, `W/${tag}`]) t.equal((await asked('gzip', known)).statusCode, 304)
})

await t.test(
  'step 1: no rate, no late loop and no slow store keeps the form from anybody',
  async t => {
    const organisation = await testOrganisation()
    const { directory, sha256 } = await organisation.verify(organisation.note)
    const stored = { sequence: directory.sequence, sha256, note: organisation.note }
    let reads = 0
    let isStuck = false
    const directories = currentDirectory({
      ...organisation,
      now: Date.now,
      store: {
        directoryBySequence: async () => stored,
        async latestDirectory() {
          reads += 1
          return isStuck ? new Promise<never>(() => {}) : stored
        },
      },
    })
    const perSecond = { applicants: 1, handlers: 1 }
    // However late the loop is, this is later than allowed.
    const settings = { ...httpSettings, perSecond, maxLoopDelayMs: -1 }
    const api = await testApi(t, { directories, settings }, organisation)
    const form = ['/v1/directory', '/v1/directory/excerpt', '/deployment.json']
    const flood = async (url: string, count: number) =>
      Promise.all(Array.from({ length: count }, () => api.app.inject(url)))
    const began = Date.now()
    for (const url of form)
      for (const { statusCode } of await flood(url, 400)) if (statusCode !== 200) t.fail(url)
    const looks = 1 + Math.floor((Date.now() - began) / 2000)
    t.ok(reads >= 1 && reads <= looks, `the store was asked ${reads} times`)
    t.equal((await api.app.inject('/contact.txt')).json().code, 'overloaded', 'others are shed')
    isStuck = true
    await new Promise(resolve => setTimeout(resolve, 2100))
    const asked = reads
    for (const { rawPayload } of await flood('/v1/directory', 400))
      if (!rawPayload.equals(Buffer.from(organisation.note))) t.fail('other bytes')
    t.equal(reads, asked + 1, 'a store that does not answer is asked once, and not waited for')
  },
)

await t.test('a new directory is served within seconds, and the old one still counts', async t => {
  const api = await testApi(t)
  const { organisation, db } = api
  const before = await organisation.verify(organisation.note)
  const old = await sealRequest(organisation)
  await api.app.inject('/v1/directory')
  const { demo } = organisation.directory
  t.match((await api.app.inject('/v1/directory/excerpt')).json(), { demo })
  const next = await organisation.sign({ name: 'Renamed', demo: !demo }, before)
  const deps = { ...organisation, store: db.store, now: Date.now }
  t.equal((await publishDirectory(deps, next)).outcome, 'published')
  t.equal((await publishDirectory(deps, next)).outcome, 'unchanged')
  await new Promise(resolve => setTimeout(resolve, 2100))
  t.strictSame((await api.app.inject('/v1/directory')).rawPayload, Buffer.from(next))
  t.match((await api.app.inject('/v1/directory/excerpt')).json(), { demo: !demo })
  t.equal((await submit(api, old.request)).statusCode, 201, 'people fill forms slowly')
  const fresh = await sealRequest(organisation, {}, await organisation.verify(next))
  t.equal((await submit(api, fresh.request)).statusCode, 201)
})

await t.test('what does not verify, is older, forked or expired is refused', async t => {
  const { store } = await testStore(t)
  const organisation = await testOrganisation()
  const deps = { ...organisation, store, now: Date.now }
  await publishDirectory(deps, organisation.note)
  const first = await organisation.verify(organisation.note)
  const second = await organisation.sign({ name: 'Second' }, first)
  await publishDirectory(deps, second)

  const flipped = Uint8Array.from(second)
  flipped[100] = (flipped[100] ?? 0) ^ 1
  await t.rejects(publishDirectory(deps, flipped), { code: 'directory_invalid' })
  const stranger = await testOrganisation()
  await t.rejects(publishDirectory(deps, stranger.note), { code: 'directory_invalid' })
  await t.rejects(publishDirectory(deps, new Uint8Array(0)), { code: 'directory_invalid' })
  await t.rejects(publishDirectory(deps, organisation.note), { code: 'directory_older' })
  const fork = await organisation.sign({ name: 'Fork' }, first)
  await t.rejects(publishDirectory(deps, fork), { code: 'directory_forked' })
  const unlinked = await organisation.sign({ sequence: 3, previous: 'A'.repeat(43) })
  await t.rejects(publishDirectory(deps, unlinked), { code: 'directory_forked' })
  const expired = await organisation.sign(
    { valid_from: formatTimestamp(Date.now() - 9 * dayMs), expires: formatTimestamp(Date.now()) },
    await organisation.verify(second),
  )
  await t.rejects(publishDirectory(deps, expired), { code: 'directory_expired' })
  t.equal((await store.latestDirectory())?.sequence, 2)

  const third = await organisation.verify(
    await organisation.sign({}, await organisation.verify(second)),
  )
  const fourth = await organisation.sign({ name: 'Fourth' }, third)
  t.equal(
    (await publishDirectory(deps, fourth)).outcome,
    'published',
    'one that was never published may be missing',
  )
})

await t.test('two servers that publish at once agree on one', async t => {
  const { store } = await testStore(t)
  const organisation = await testOrganisation()
  const deps = { ...organisation, store, now: Date.now }
  const outcomes = await Promise.all(
    Array.from({ length: 8 }, () => publishDirectory(deps, organisation.note)),
  )
  t.equal(outcomes.length, 8)
  t.equal((await store.latestDirectory())?.sequence, 1)
})

await t.test(
  'an expired directory takes no request, repeats what it took, and shows mailboxes',
  async t => {
    let shift = 0
    const api = await testApi(t, { now: () => Date.now() + shift })
    const sealed = await caseInTeam(api)
    const first = await submit(api, sealed.request)
    const unsent = await sealRequest(api.organisation)
    shift = 61 * dayMs
    const refused = await submit(api, unsent.request)
    t.equal(refused.statusCode, 503)
    t.equal(refused.json().code, 'directory_expired')
    t.ok(refused.headers['retry-after'])
    const again = await submit(api, sealed.request)
    t.equal(again.statusCode, 200)
    t.equal(again.body, first.body, 'the same receipt as ever')
    t.equal((await withToken(api, sealed.token, '/v1/mailbox', {})).statusCode, 200)
    t.equal((await api.app.inject('/readyz')).statusCode, 503)
    t.equal((await api.app.inject('/v1/directory')).statusCode, 200, 'clients look at its end')
  },
)

await t.test('the log counts the last weeks of a directory, once a day', async t => {
  const organisation = await testOrganisation()
  const verified = await organisation.verify(organisation.note)
  const end = parseTimestamp(verified.directory.expires)
  const log = testLog()
  let now = end - 21 * dayMs
  const watch = watchExpiry({ directories: { newest: async () => verified }, log, now: () => now })
  t.teardown(() => watch.close())
  await watch.look()
  t.strictSame(log.lines, [], 'three weeks to go')
  for (const left of [20, 20, 3, 0, -1]) {
    now = end - left * dayMs - (left < 0 ? 1000 : 0)
    await watch.look()
  }
  t.strictSame(
    log.lines.map(({ fields, level }) => [level, fields.days]),
    [
      ['warn', 20],
      ['warn', 3],
      ['warn', 0],
      ['error', -1],
    ],
  )
})

await t.test('a directory in the store that does not verify is not used', async t => {
  const api = await testApi(t)
  await api.db.rows("update directories set note = note || '\\x00'")
  const fresh = currentDirectory({ ...api.organisation, store: api.db.store, now: Date.now })
  await t.rejects(fresh.latest(), { code: 'directory_invalid' })
})

await t.test('a store that goes back does not take a running server back', async t => {
  const organisation = await testOrganisation()
  const before = await organisation.verify(organisation.note)
  const notes = [organisation.note, await organisation.sign({}, before)]
  const stored = await Promise.all(
    notes.map(async note => {
      const { directory, sha256 } = await organisation.verify(note)
      return { sequence: directory.sequence, sha256, note }
    }),
  )
  let shown = 1
  let shift = 0
  const directories = currentDirectory({
    ...organisation,
    now: () => Date.now() + shift,
    store: {
      directoryBySequence: async sequence => stored[sequence - 1] ?? null,
      latestDirectory: async () => stored[shown] ?? null,
    },
  })
  t.equal((await directories.newest()).directory.sequence, 2)
  shown = 0
  shift = 10_000
  t.equal((await directories.newest()).directory.sequence, 2)
  t.equal((await directories.latest()).directory.sequence, 2)
})

await t.test(
  'while the store is away, the directory that was verified is still served',
  async t => {
    const organisation = await testOrganisation()
    const db = await testStore(t)
    let shift = 0
    const now = () => Date.now() + shift
    await publishDirectory({ ...organisation, store: db.store, now }, organisation.note)
    let away = false
    const directories = currentDirectory({
      ...organisation,
      now,
      store: {
        directoryBySequence: sequence => db.store.directoryBySequence(sequence),
        latestDirectory: async () => {
          if (away) throw new KhancapError('store_unavailable')
          return db.store.latestDirectory()
        },
      },
    })
    await directories.latest()
    away = true
    shift = 10_000
    t.equal((await directories.latest()).directory.sequence, 1)
  },
)

await t.test(
  'the file is read at start and when it changes; a bad one is reported once',
  async t => {
    const folder = await mkdtemp(join(tmpdir(), 'khancap-test-'))
    t.teardown(() => rm(folder, { recursive: true, force: true }))
    const path = join(folder, 'directory.note')
    const { store } = await testStore(t)
    const organisation = await testOrganisation()
    const log = testLog()
    const file = directoryFile({
      path,
      log,
      publish: note => publishDirectory({ ...organisation, store, now: Date.now }, note),
    })
    t.teardown(() => file.close())
    t.equal(await file.look(), false)
    await writeFile(path, organisation.note)
    t.equal(await file.look(), true)
    t.equal((await store.latestDirectory())?.sequence, 1)
    await writeFile(path, 'nonsense')
    await file.look()
    await file.look()
    t.strictSame(
      log.lines.map(line => [line.event, line.fields.code]),
      [['directory refused', 'directory_invalid']],
    )
    const next = await organisation.sign({}, await organisation.verify(organisation.note))
    await writeFile(path, next)
    await file.look()
    t.equal((await store.latestDirectory())?.sequence, 2)
  },
)

await t.test('a directory that would leave a case to nobody is refused', async t => {
  const { store } = await testStore(t)
  const organisation = await testOrganisation()
  const deps = { ...organisation, store, now: Date.now }
  const nobody = organisation.directory.handlers.filter(each => !each.teams.includes('intake'))
  const note = await organisation.sign({ handlers: nobody })
  await t.rejects(publishDirectory(deps, note), {
    code: 'directory_invalid',
    faults: [{ code: 'nobody_in_fallback_team' }],
  })
  t.equal(await store.latestDirectory(), null)
})
