// `khancap doctor` finds each broken set-up, says what it is, and how to mend it.
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { freePort } from '../helper/free-port.js'
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { handlerFolder, khancap } from '../helper/cli.js'
import { lyingServer, says } from '../helper/lying-server.js'
import { testOrganisation } from '../helper/organisation.js'

t.setTimeout(300_000)

const day = 86_400_000

interface Found {
  readonly check: string
  readonly status: string
  readonly sentence: string
  readonly mend: readonly string[]
}

/** A set-up in which everything is right, to be broken by the test. */
async function sound(t: Parameters<typeof lyingServer>[0], changes: object = {}) {
  const server = await lyingServer(t)
  const organisation = await testOrganisation({
    origin: server.url,
    addresses: [server.url],
    demo: false,
    ...changes,
  })
  server.lies['/readyz'] = says('{"status":"ok"}')
  server.lies['/v1/directory'] = says(organisation.note, 'text/plain')
  server.lies['/v1/cases'] = says('{"now":"2026-01-01T00:00:00Z","cases":[],"next":null}')
  server.lies['/v1/inboxes'] = says('{"inboxes":[],"letters":{"waiting":0,"oldest_seconds":0}}')
  const folder = await handlerFolder(t, organisation, 'vietnam-1', server.url)
  async function examine(now?: () => number) {
    const run = await khancap(['doctor', '--json'], {
      folder,
      ...(now === undefined ? {} : { now }),
    })
    const checks: Found[] = JSON.parse(run.out).checks
    const found = (name: string) => checks.find(({ check }) => check === name)
    return { ...run, checks, found }
  }
  return { examine, folder, organisation, server }
}

await t.test('where nothing is wrong it says so', async t => {
  const { examine, folder } = await sound(t)
  const { checks, code } = await examine()
  t.equal(code, 0)
  t.ok(
    checks.every(({ status }) => status === 'ok'),
    JSON.stringify(checks, null, 1),
  )
  t.strictSame(
    checks.map(({ check }) => check),
    [
      'cryptography',
      'folder',
      'organisation',
      'identity',
      'drafts',
      'server',
      'clock',
      'directory',
      'keyring',
    ],
  )
  const words = await khancap(['doctor'], { folder })
  t.equal(words.out.split('\n').filter(line => line.startsWith('ok ')).length, 9)
})

await t.test('nothing is set up', async t => {
  const { folder } = await sound(t)
  const now = () => Date.parse('2031-05-06T07:08:09.123Z')
  const run = await khancap(['doctor', '--json'], { folder: join(folder, 'nothing'), now })
  t.equal(run.code, 1)
  const checks: Found[] = JSON.parse(run.out).checks
  const mend = (name: string) => checks.find(({ check }) => check === name)?.mend.join(' ') ?? ''
  t.match(mend('organisation'), 'khancap init --url URL --root FINGERPRINT')
  t.match(mend('identity'), 'khancap keys new')
  const clock = checks.find(({ check }) => check === 'clock')
  t.match(clock?.sentence, '2031-05-06 07:08 UTC', 'a wrong clock may be why')
  t.match(clock?.mend[0], 'a clock that you trust')
})

await t.test('others may read the folder', async t => {
  const { examine, folder } = await sound(t)
  await chmod(folder, 0o755)
  const { code, found } = await examine()
  t.equal(code, 0)
  t.equal(found('folder')?.status, 'warn')
  t.match(found('folder')?.mend[0], 'chmod -R go= ')
})

await t.test('others may use the place of the agent', async t => {
  const { folder } = await sound(t)
  const runtimeFolder = join(folder, 'run')
  const place = join(runtimeFolder, 'khancap')
  await mkdir(place, { recursive: true, mode: 0o700 })
  const agent = async () => {
    const { code, out } = await khancap(['doctor', '--json'], {
      folder,
      environment: { runtimeFolder },
    })
    t.equal(code, 0, 'every command works without one')
    const checks: Found[] = JSON.parse(out).checks
    return checks.find(({ check }) => check === 'agent')
  }
  t.equal(await agent(), undefined)
  await chmod(place, 0o750)
  t.match(await agent(), {
    status: 'warn',
    sentence: `others may use ${place}: an agent there is not asked`,
    mend: [`chmod 700 ${place}`],
  })
})

await t.test('the settings are damaged', async t => {
  const { examine, folder } = await sound(t)
  const file = join(folder, 'settings.json')
  await writeFile(file, (await readFile(file, 'utf8')).replace('"v": 1', '"v": 2'))
  const { code, found } = await examine()
  t.equal(code, 1)
  t.match(found('organisation')?.sentence, 'settings.json has faults')
  t.match(found('organisation')?.mend.join(' '), '/v: invalid value')
})

await t.test('the passphrase is another one, or there is nobody to ask', async t => {
  const { examine, folder } = await sound(t)
  await writeFile(join(folder, 'passphrase'), 'not this one at all\n')
  t.match(
    (await examine()).found('identity')?.sentence,
    'the passphrase does not open the identity',
  )
  const file = join(folder, 'settings.json')
  await writeFile(file, (await readFile(file, 'utf8')).replace('"passphrase"', 'null'))
  const { code, found } = await examine()
  t.equal(code, 0)
  t.equal(found('identity')?.status, 'skipped')
})

await t.test('the server is away, or not ready', async t => {
  const { examine, folder, server } = await sound(t)
  server.lies['/readyz'] = says('{"status":"unavailable"}', 'application/json', 503)
  t.match((await examine()).found('server')?.sentence, 'cannot take requests now (status 503)')
  const file = join(folder, 'settings.json')
  const other = `http://127.0.0.1:${await freePort()}`
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll(server.url, other))
  const { code, found } = await examine()
  t.equal(code, 1)
  t.match(found('server')?.sentence, 'could not be reached (ECONNREFUSED)')
  t.match(found('directory')?.sentence, 'could not be reached')
})

await t.test('the clock of this machine is wrong', async t => {
  const { examine } = await sound(t)
  const { code, found } = await examine(() => Date.now() + 10 * 60_000)
  t.equal(code, 1)
  t.match(found('clock')?.sentence, /this machine's clock and the server's are (9|10) min apart/)
  t.match(found('clock')?.mend[0], 'set the clock')
})

await t.test('a clock that is days behind tells of no forgery', async t => {
  const { examine, folder, server } = await sound(t)
  const behind = Date.parse('2020-05-17T09:30:12.345Z')
  const { code, found } = await examine(() => behind)
  t.equal(code, 1)
  const directory = found('directory')
  t.match(
    directory?.sentence,
    /^the clock of this machine says 2020-05-17 09:30 UTC, and the organisation's directory holds from 20\d\d-/,
  )
  t.match(directory?.mend[0], 'set date and time of this machine by a clock that you trust')
  for (const line of ['doctor', 'inbox', 'open 3k7m3k7m', `verify site ${server.url}`]) {
    const run = await khancap(line.split(' '), { folder, now: () => behind })
    t.equal(run.code, 1, line)
    t.match(`${run.out}${run.err}`, 'the clock of this machine says 2020-05-17 09:30 UTC', line)
    t.notMatch(`${run.out}${run.err}`, /--replace|do not work with this server|not signed by/)
  }
})

await t.test(
  'the directory is a demo, ends soon, has expired, or names other addresses',
  async t => {
    const demo = await sound(t, { demo: true })
    t.match((await demo.examine()).found('directory')?.sentence, 'a demo, never for real cases')

    const soon = await sound(t, { expires: formatTimestamp(Date.now() + 5 * day) })
    const ending = (await soon.examine()).found('directory')
    t.equal(ending?.status, 'warn')
    t.match(ending?.sentence, 'valid for 4 d 23 h')
    t.match(ending?.mend[0], 'khancap org publish')

    const expired = await sound(t, {
      valid_from: '2020-01-01T00:00:00Z',
      expires: '2020-02-01T00:00:00Z',
    })
    t.match((await expired.examine()).found('directory')?.sentence, 'has expired')

    const moved = await sound(t, { addresses: ['https://moved.example'] })
    const elsewhere = (await moved.examine()).found('directory')
    t.match(elsewhere?.sentence, 'the server refuses signed requests')
    t.match(elsewhere?.mend[0], 'khancap init --url with one of https://moved.example')

    for (const more of [{ demo: true }, { expires: formatTimestamp(Date.now() + 5 * day) }]) {
      const both = await sound(t, { addresses: ['https://moved.example'], ...more })
      const said = (await both.examine()).found('directory')
      t.equal(said?.status, 'warn')
      t.match(said?.sentence, 'the server refuses signed requests')
      t.match(
        said?.sentence,
        'demo' in more ? 'a demo, never for real cases' : 'valid for 4 d 23 h',
      )
      t.match(said?.mend[0], 'khancap init --url with one of https://moved.example')
      t.equal(said?.mend.length, 'demo' in more ? 1 : 2)
    }
  },
)

await t.test(
  'the identity is not in the directory, or ends soon, or the server refuses it',
  async t => {
    const { examine, organisation, server } = await sound(t)
    const [me, ...others] = organisation.directory.handlers
    if (me === undefined) throw new Error('no handler')
    const serve = async (handlers: typeof others, sequence: number) => {
      const previous = 'A'.repeat(43)
      const later = { handlers, sequence, previous }
      server.lies['/v1/directory'] = says(await organisation.sign(later), 'text/plain')
    }
    await serve([{ ...me, valid_until: formatTimestamp(Date.now() + 3 * day) }, ...others], 5)
    const ending = (await examine()).found('keyring')
    t.equal(ending?.status, 'warn')
    t.match(ending?.sentence, 'something of it ends in 71 h')

    server.lies['/v1/cases'] = says(
      '{"type":"urn:khancap:problem:signature_invalid","title":"x","status":401,"code":"signature_invalid","retry":"never"}',
      'application/problem+json',
      401,
    )
    t.match(
      (await examine()).found('keyring')?.sentence,
      'could not verify the signature of the request',
    )
    t.ok(
      (await examine()).checks.every(({ mend }) => !mend.join().includes('khancap doctor')),
      'nobody is sent in a circle',
    )

    await serve(others, 7)
    const gone = (await examine()).found('keyring')
    t.match(gone?.sentence, "is not in the organisation's directory, or no longer")
    t.match(gone?.mend[0], 'khancap keys export')
  },
)

await t.test('the identity was deleted', async t => {
  const { examine, folder } = await sound(t)
  await rm(join(folder, 'identity.age'))
  const { code, found } = await examine()
  t.equal(code, 1)
  t.match(found('identity')?.mend.join(' '), 'khancap keys recover')
})

await t.test('mailboxes: each way in which they fail has its sentence', async t => {
  const { examine, server } = await sound(t)
  const tell = (fault: string | null, ago: number, letters = { waiting: 0, oldest_seconds: 0 }) => {
    server.lies['/v1/inboxes'] = says(
      JSON.stringify({ inboxes: [{ read_seconds_ago: ago, fault }], letters }),
    )
  }
  tell(null, 60)
  t.match((await examine()).found('mail'), { status: 'ok', sentence: 'mailboxes: 1' })
  const sentences = {
    mailbox_unavailable: /cannot be reached, since 10 min/,
    mailbox_refused: /does not let the service into a mailbox/,
    mailbox_untrusted: /certificate of a mail server has expired/,
    mailbox_stuck: /cannot be moved or marked/,
    store_unavailable: /the database does not answer/,
    internal: /a mailbox is not read/,
  }
  for (const [fault, sentence] of Object.entries(sentences)) {
    tell(fault, 600)
    const { code, found } = await examine()
    t.equal(code, 1, fault)
    t.equal(found('mail')?.status, 'fail')
    t.match(found('mail')?.sentence, sentence)
    t.match(found('mail')?.mend[0], 'tell who runs the service')
  }
  const untold = (seconds: number) => {
    server.lies['/v1/inboxes'] = says(
      JSON.stringify({
        inboxes: [{ read_seconds_ago: 9, fault: null, unacknowledged_seconds: seconds }],
        letters: { waiting: 0, oldest_seconds: 0 },
      }),
    )
  }
  untold(300)
  t.equal((await examine()).found('mail')?.status, 'ok')
  untold(301)
  t.match((await examine()).found('mail'), {
    status: 'fail',
    sentence: 'cannot be told that it came',
  })
  tell(null, 241)
  t.match((await examine()).found('mail')?.sentence, 'a mailbox is not read')
  tell(null, 60, { waiting: 2, oldest_seconds: 600 })
  t.match((await examine()).found('answers by mail'), { status: 'ok', sentence: 'by mail: 2' })
  tell(null, 60, { waiting: 2, oldest_seconds: 601 })
  const late = (await examine()).found('answers by mail')
  t.match(late, { status: 'fail', sentence: 'the mail server takes no answers' })
  t.match(late?.mend[0], 'KHANCAP_SMTP_URL')
})
