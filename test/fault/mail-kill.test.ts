// Step 4m under kill -9: mails arrive while the process that takes them in is killed at random moments. Each becomes one
// case, and nothing of them can be read in the database's files or in the log. A tenth without KHANCAP_TEST_LONG=1.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { dovecot } from '../helper/dovecot.js'
import { mailBench } from '../helper/mail-bench.js'
import { seededRandom } from '../helper/random.js'
import { until } from '../helper/workers.js'

t.setTimeout(3_600_000)

const isLong = process.env['KHANCAP_TEST_LONG'] === '1'
const kills = isLong ? 200 : 20
const mailsPerKill = 5
const seed = Number(process.env['KHANCAP_TEST_SEED'] ?? 20_260_311)
const canary = 'canary-c41e8a55'

const server = await dovecot(t)
const { db, organisation } = await mailBench(t)
const folder = await mkdtemp(join(tmpdir(), 'khancap-kill-'))
t.teardown(() => rm(folder, { recursive: true, force: true }))
const identityFile = join(folder, 'router')
await writeFile(identityFile, organisation.router)
const child = fileURLToPath(new URL('../helper/mail-child.js', import.meta.url))

let said = ''

function start(): ChildProcess {
  const urls = server.url('kill', 'INBOX?move=Taken')
  const started = spawn(process.execPath, [child, db.url, urls, organisation.root, identityFile], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [started.stdout, started.stderr])
    stream?.on('data', (chunk: Buffer) => {
      said += chunk.toString('latin1')
    })
  t.teardown(() => started.kill('SIGKILL'))
  return started
}

let arrived = 0
const mails = (count: number) =>
  Array.from({ length: count }, () =>
    Buffer.from(
      `From: ${canary}@example.org\r\nMessage-ID: <${++arrived}@x>\r\nSubject: PIL ${canary}\r\n\r\n${canary} ${'x'.repeat(arrived * 7)}\r\n`,
    ),
  )

async function count(what: string): Promise<number> {
  const [row] = await db.rows(`select count(*)::int as n from ${what}`)
  return Number(row?.['n'])
}

await t.test(
  `${kills} kills at random moments while mails arrive: each becomes one case`,
  async t => {
    t.comment(`seed ${seed}`)
    const random = seededRandom(seed)
    let inTheMiddle = 0
    for (let kill = 0; kill < kills; kill++) {
      const before = await count('cases')
      await server.deliver('kill', mails(mailsPerKill))
      const running = start()
      const ended = once(running, 'exit')
      // From the moment on at which it watches: what comes before writes nothing.
      const seen = said.length
      await until(() => said.includes('watching', seen), 'it watches', 120)
      await sleep(random() * (kill % 4 === 3 ? 1000 : 150))
      running.kill('SIGKILL')
      await ended
      const after = await count('cases')
      if (after > before || (await count(`taken_mails`)) > before) inTheMiddle++
    }
    t.comment(`${inTheMiddle} of ${kills} processes had taken something in when they were killed`)
    const last = start()
    await until(async () => (await count('cases')) >= arrived, 'every mail is a case', 300)
    const left = async () => {
      const client = await server.connect('kill')
      const status = await client.status('INBOX', { messages: true })
      await client.logout()
      return status === false ? -1 : status.messages
    }
    await until(async () => (await left()) === 0, 'every mail was moved away', 300)
    await sleep(1000)
    last.kill('SIGKILL')
    await once(last, 'exit')
    t.equal(await count('cases'), arrived, 'no more, and no fewer')
    t.equal(
      await count('(select distinct digest from taken_mails where digest is not null) d'),
      arrived,
    )
    t.equal(await count('mails'), arrived)
    t.equal(await count('cases where due_at is null'), 0)
    t.equal(await count(`outbox where name = 'route-case'`), arrived)
  },
)

/** The bytes of every file below a folder that has the canary in it. */
async function filesWith(path: string, skip: (name: string) => boolean): Promise<string[]> {
  const found: string[] = []
  for (const entry of await readdir(path, { withFileTypes: true, recursive: true })) {
    const file = join(entry.parentPath, entry.name)
    if (!entry.isFile() || skip(file)) continue
    const bytes = await readFile(file).catch(() => Buffer.alloc(0))
    if (bytes.includes(canary)) found.push(file)
  }
  return found
}

await t.test('nothing of the mails can be read in the database, its files, or the log', async t => {
  t.notMatch(said, canary)
  const [place] = await db.rows('show data_directory')
  const [database] = await db.rows(
    'select oid::text from pg_database where datname = current_database()',
  )
  await db.rows('checkpoint')
  const data = String(place?.['data_directory'])
  t.strictSame(await filesWith(join(data, 'base', String(database?.['oid'])), () => false), [])
  t.strictSame(await filesWith(join(data, 'pg_wal'), () => false), [])
  t.strictSame(await filesWith(folder, () => false), [])
})
