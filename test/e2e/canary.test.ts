// The product's promise, in one test: what an applicant and a handler write is in no table, no queue, no log, no mail
// and no packet. The two halves run apart, with Redis and a mail server, and everything that crosses loopback is
// recorded; then the canaries are looked for in every form that bytes commonly take.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { freePort } from '../helper/free-port.js'
import { smtpSink } from '../helper/smtp-sink.js'
import { testRedis } from '../helper/redis.js'
import { cleanEnvironment, dataFolder, removeFolder, startService } from '../helper/service.js'
import { passHalfMinute } from '../helper/invariants.js'
import { onServiceDatabase, serviceDatabaseUrl } from '../helper/service-database.js'
import {
  emergencyAnswers,
  lookIntoMailbox,
  postJson,
  sealRequest,
  submitUntilReceipt,
  visitSite,
} from '../helper/sender.js'
import { khancap } from '../helper/handler.js'
import { openReply } from '../../src/core/envelope/open.js'
import { decodeBase64url, encodeBase64url } from '../../src/core/encoding/base64url.js'
import { newClientId } from '../../src/core/encoding/case-id.js'
import { sealAddition } from '../../src/core/envelope/seal.js'
import { signAddition } from '../../src/core/receipt/proofs.js'
import { CaseList } from '../../schemas/case.js'
import { recipientsFor } from '../../src/core/routing/readers.js'

// Rare words, each planted in one place. Short enough that no encoding splits all of them.
const canaries = {
  form: 'QUANGTRỊ-Vẹt-Mào-7391',
  address: 'chimcanary4417@example.test',
  alias: 'Tên Giả Hoàng Yến 5520',
  reply: 'Luật sư đến lúc 9 giờ kes-8136',
  note: 'ghi chú nội bộ gnc-2964',
  addition: 'bổ sung thêm bst-6053',
}

/** The forms in which a text may stand in bytes: UTF-8, UTF-16, JSON escapes, percent, quoted-printable, base64. */
function shapesOf(text: string): Buffer[] {
  const words = text.split(/[\s@]+/).filter(word => /\d{4}|[^\x20-\x7e]/.test(word))
  return [text, ...words.filter(word => word.length >= 8)].flatMap(word => {
    const bytes = Buffer.from(word)
    const escaped = JSON.stringify(word).slice(1, -1)
    const base64 = [0, 1, 2].flatMap(shift => {
      const shifted = Buffer.concat([Buffer.alloc(shift), bytes])
      const whole = shifted.toString('base64').replace(/=+$/, '')
      return [whole.slice(shift === 0 ? 0 : shift + 1, -2)].filter(part => part.length >= 10)
    })
    return [
      bytes,
      Buffer.from(word, 'utf16le'),
      Buffer.from(escaped),
      Buffer.from(
        word.replace(/[^\x20-\x7e]/g, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
      ),
      Buffer.from(encodeURIComponent(word)),
      Buffer.from(bytes.toString('hex')),
      ...base64.flatMap(part => [
        Buffer.from(part),
        Buffer.from(part.replaceAll('+', '-').replaceAll('/', '_')),
      ]),
    ]
  })
}

function found(where: Buffer): string[] {
  return Object.entries(canaries).flatMap(([name, text]) =>
    shapesOf(text).some(shape => where.includes(shape)) ? [name] : [],
  )
}

async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
}

/** Starts a built entry and waits until `url` answers (or, without one, until it has run for a moment). */
async function startEntry(
  entry: string,
  settings: Record<string, string>,
  log: string,
): Promise<ChildProcess> {
  const child = spawn(process.execPath, [entry], {
    env: { ...cleanEnvironment(), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const file = createWriteStream(log, { flags: 'a' })
  child.stdout?.pipe(file, { end: false })
  child.stderr?.pipe(file, { end: false })
  return child
}

/** What the process holds in memory, as a core file would: each writable mapping. */
async function* memoryOf(pid: number): AsyncGenerator<Buffer> {
  const maps = await readFile(`/proc/${pid}/maps`, 'utf8')
  const memory = await open(`/proc/${pid}/mem`)
  try {
    for (const [, from = '', to = ''] of maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw/gm)) {
      const start = Number.parseInt(from, 16)
      const size = Number.parseInt(to, 16) - start
      if (size > 1_000_000_000) continue
      const part = Buffer.alloc(size)
      // Some mappings are promised and not there.
      const read = await memory.read(part, 0, size, start).catch(() => null)
      if (read !== null) yield part.subarray(0, read.bytesRead)
    }
  } finally {
    await memory.close()
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

async function until(check: () => Promise<boolean>, what: string, withinMs = 60_000) {
  const limit = Date.now() + withinMs
  while (Date.now() < limit) {
    if (await check().catch(() => false)) return
    await wait(100)
  }
  throw new Error(`${what}: not in time`)
}

await t.test('a canary shows up where it is planted in the clear', async t => {
  for (const text of Object.values(canaries)) {
    t.ok(found(Buffer.from(`x${text}y`)).length > 0)
    t.ok(found(Buffer.from(Buffer.from(`pre ${text} post`).toString('base64'))).length > 0)
    t.ok(found(Buffer.from(JSON.stringify({ a: text }))).length > 0)
  }
  t.strictSame(found(Buffer.from('nothing of the kind')), [])
})

await t.test(
  'what people write is nowhere on the server and on no wire',
  { timeout: 300_000 },
  async t => {
    const home = await dataFolder()
    t.teardown(() => removeFolder(home))
    const work = join(home, 'watch')
    await mkdir(work)
    const log = join(work, 'service.log')
    const sink = await smtpSink({ tls: 'none' })
    t.teardown(() => sink[Symbol.asyncDispose]())
    const redis = await testRedis(t)

    // The demo organisation and its database come from `npm start`; then its one process makes way for the two halves.
    const port = String(await freePort())
    const metricsPort = String(await freePort())
    const settings = { KHANCAP_HOME: home, KHANCAP_PORT: port, KHANCAP_METRICS_PORT: metricsPort }
    const first = await startService(settings, { log })
    const root = (await visitSite(first.ready.url)).root
    await writeFile(
      join(home, 'contacts.json'),
      JSON.stringify({
        teams: Object.fromEntries(
          ['vi', 'zh', 'en', 'fr'].map(team => [team, [`${team}@khancap.test`]]),
        ),
        handlers: {},
      }),
    )
    const capture = join(work, 'loopback.pcap')
    const tcpdump = spawn(
      'tcpdump',
      ['-i', 'lo', '-U', '-B', '65536', '-s', '0', '-w', capture, 'tcp'],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    )
    const said: string[] = []
    tcpdump.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()))
    t.teardown(() => end(tcpdump))
    await until(async () => said.join('').includes('listening on'), 'tcpdump')

    const databaseUrl = await serviceDatabaseUrl(home)
    const halves = {
      ...settings,
      DATABASE_URL: databaseUrl,
      KHANCAP_ROOT: root,
    }
    // The embedded server stays up while its service is killed: the halves use it as any other PostgreSQL.
    await first.kill()
    const api = await startEntry('build/src/main.js', halves, log)
    t.teardown(() => end(api))
    const workers = await startEntry(
      'build/workers/main.js',
      {
        ...halves,
        REDIS_URL: redis.url,
        KHANCAP_SMTP_URL: `smtp://127.0.0.1:${sink.port}`,
        KHANCAP_MAIL_FROM: 'notices@khancap.test',
      },
      log,
    )
    t.teardown(() => end(workers))
    const url = `http://127.0.0.1:${port}`
    await until(async () => (await fetch(`${url}/readyz`)).ok, 'ready')

    const site = await visitSite(url)
    const sealed = await sealRequest(
      site,
      'emergency',
      emergencyAnswers(canaries.form, {
        contact: { kind: 'email', address: canaries.address },
        alias: canaries.alias,
      }),
    )
    await submitUntilReceipt(() => url, sealed.request)

    const station = join(home, 'demo', 'handlers', 'vi-1')
    await until(async () => {
      const inbox = await khancap(station, ['inbox', '--json'])
      return inbox.code === 0 && inbox.stdout.includes('"routed"')
    }, 'routed')
    const listed = CaseList.parse(JSON.parse((await khancap(station, ['inbox', '--json'])).stdout))
    const id = listed.cases[0]?.id ?? ''
    t.equal((await khancap(station, ['claim', id])).code, 0)
    const opened = await khancap(station, ['open', id])
    t.equal(opened.code, 0)
    t.ok(opened.stdout.includes(canaries.form), 'the handler reads what was written')
    t.ok(opened.stdout.includes(canaries.alias))
    t.equal((await khancap(station, ['note', id], canaries.note)).code, 0)
    const replied = await khancap(station, ['reply', id], canaries.reply)
    t.equal(replied.code, 0, replied.stderr)

    const { directory } = site.verified
    const context = {
      channel: 'web' as const,
      origin: directory.origin,
      directory_sequence: directory.sequence,
      directory_sha256: encodeBase64url(site.verified.sha256),
      kind: 'addition' as const,
    }
    const addition = await sealAddition(
      site.p,
      {
        v: 1,
        kind: 'addition',
        text: canaries.addition,
        form_version: null,
        answers: null,
        attachments: [],
        context,
      },
      recipientsFor(
        site.p,
        directory,
        { program: 'emergency', language: 'vi', country: 'VN' },
        Date.now(),
      ),
    )
    const added = await postJson(
      `${url}/v1/mailbox/additions`,
      {
        id: newClientId(site.p),
        directory_version: directory.sequence,
        sealed: encodeBase64url(addition.bytes),
        signature: encodeBase64url(signAddition(site.p, sealed.keys.additionSeed, addition.sha256)),
      },
      { authorization: `Bearer ${encodeBase64url(sealed.keys.mailboxToken)}` },
    )
    t.equal(added.status, 201)

    const view = await lookIntoMailbox(url, sealed.keys)
    t.equal(view.state, 'answered')
    const [reply] = view.replies
    const message = await openReply(
      site.p,
      [sealed.keys.replyIdentity],
      decodeBase64url(reply?.sealed ?? ''),
      sealed.keys.replyKey,
      { origin: directory.origin, kind: 'reply' },
    )
    t.ok(message?.text.includes(canaries.reply), 'the applicant reads the reply')
    const again = await khancap(station, ['open', id])
    t.ok(again.stdout.includes(canaries.addition), 'the handler reads the addition')
    // The second notice waits for others to the same people: that time passes at once.
    await until(async () => {
      await onServiceDatabase(home, client =>
        passHalfMinute(async (statement, values = []) => {
          const { rows } = await client.query(statement, [...values])
          return rows
        }),
      )
      return sink.mails.length >= 2
    }, 'notices')

    await t.test('no table', async t => {
      await onServiceDatabase(home, async client => {
        const { rows } = await client.query<{ name: string }>(
          `select format('%I.%I', schemaname, tablename) as name from pg_tables
          where schemaname not in ('pg_catalog', 'information_schema')`,
        )
        t.ok(rows.length > 15, 'there are tables to look into')
        for (const { name } of rows) {
          const { rows: lines } = await client.query<{ line: string }>(
            `select x::text as line from ${name} x`,
          )
          for (const { line } of lines) {
            // bytea shows as hex: look at the bytes themselves too.
            const bytes = [...line.matchAll(/\\x([0-9a-f]+)/g)].map(match =>
              Buffer.from(match[1] ?? '', 'hex'),
            )
            t.strictSame(found(Buffer.concat([Buffer.from(line), ...bytes])), [], name)
          }
        }
      })
    })
    await t.test(
      'no file of the database or of the data folder, write-ahead log included',
      async t => {
        await onServiceDatabase(home, client => client.query('checkpoint'))
        const files = (await filesUnder(home)).filter(file => !file.startsWith(work))
        t.ok(files.some(file => file.includes('pg_wal')))
        const leaks: string[] = []
        for (const file of files)
          if (found(await readFile(file)).length > 0) leaks.push(file.slice(home.length))
        t.strictSame(leaks, [])
      },
    )
    await t.test('no Redis key', async t => {
      await redis.client().save()
      const dump = await readFile(join(redis.folder, 'dump.rdb'))
      t.ok(dump.length > 0)
      t.strictSame(found(dump), [])
      for (const file of await filesUnder(redis.folder))
        t.strictSame(found(await readFile(file)), [], file)
    })
    await t.test('no log line', async t => {
      const lines = await readFile(log)
      t.ok(lines.length > 200, 'something was logged')
      t.strictSame(found(lines), [])
      t.notMatch(lines.toString(), /user-agent|undici|remoteAddress/i, 'nor who called')
    })
    await t.test('no mail', async t => {
      t.ok(sink.mails.length >= 2, 'a new case and an addition were announced')
      for (const mail of sink.mails) {
        t.strictSame(found(Buffer.from(mail.raw)), [])
        t.notMatch(mail.raw, /Việt|Vietnam|\bVN\b|country|language/i, 'nor country or language')
      }
    })
    await t.test('no packet on loopback', async t => {
      await end(tcpdump)
      const packets = await readFile(capture)
      t.ok(packets.includes(Buffer.from('/v1/intakes')), 'the API was listened to')
      t.ok(packets.includes(Buffer.from('MAIL FROM')), 'and the mail server')
      t.ok(packets.includes(Buffer.from('insert into')), 'and PostgreSQL')
      t.notMatch(said.join(''), /[1-9]\d* packets dropped by kernel/, 'nothing was missed')
      t.strictSame(found(packets), [])
      t.notOk(packets.includes(Buffer.from(sealed.keys.replyKey)), 'nor a key of the applicant')
      t.notOk(packets.includes(Buffer.from(sealed.entropy)), 'nor the receipt code')
    })
    await t.test('no memory of the API or the workers, so no core file either', async t => {
      for (const child of [api, workers]) {
        let bytes = 0
        for await (const part of memoryOf(child.pid ?? 0)) {
          bytes += part.length
          for (const [name, text] of Object.entries(canaries))
            if (part.includes(Buffer.from(text))) t.fail(name)
        }
        t.ok(bytes > 20_000_000, 'the memory was read')
      }
    })
  },
)
