// The PostgreSQL of `npm start`, killed, locked out, lied to and moved around. Every process here is real.
import { execFileSync } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import t from 'tap'
import { embeddedCheckout, isGone, serverPid, type Owner } from '../helper/embedded-checkout.js'
import { onServer } from '../helper/postgres.js'

const isRoot = process.getuid?.() === 0
const checkout = await embeddedCheckout(t)

async function ask(url: string, question: string): Promise<string> {
  const { rows } = await onServer(url, client =>
    client.query<{ answer: string }>(`select (${question})::text as answer`),
  )
  return rows[0]?.answer ?? ''
}

const setting = (url: string, name: string) => ask(url, `current_setting('${name}')`)

async function keep(url: string, word: string): Promise<void> {
  await onServer(url, async client => {
    await client.query('create table if not exists kept (word text)')
    await client.query('insert into kept values ($1)', [word])
  })
}

const kept = (url: string) => ask(url, `select string_agg(word, ' ' order by word) from kept`)

await t.test('a first start makes everything, closed to everybody else', async t => {
  const home = checkout.home()
  const leftBefore = await readdir(tmpdir())
  const owner = await checkout.start(home)
  // How fast it starts is a row of the bench; here a busy machine is no fault, and a hang is.
  t.ok((owner.said.ms ?? Infinity) < 30_000, `${owner.said.ms} ms`)
  t.equal(await setting(owner.url, 'listen_addresses'), '127.0.0.1')
  t.equal(await setting(owner.url, 'unix_socket_directories'), '')
  t.equal(await setting(owner.url, 'server_encoding'), 'UTF8')
  t.equal(await ask(owner.url, `select datcollate from pg_database where datname = 'khancap'`), 'C')
  t.equal(await setting(owner.url, 'password_encryption'), 'scram-sha-256')
  for (const name of ['fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums'])
    t.equal(await setting(owner.url, name), 'on', name)
  const methods = await ask(
    owner.url,
    `select string_agg(distinct auth_method, ' ') from pg_hba_file_rules`,
  )
  t.equal(methods, 'scram-sha-256')
  const password = join(home, 'postgres/password')
  t.equal((await stat(password)).mode & 0o777, 0o600)
  t.equal((await stat(join(home, 'postgres'))).mode & 0o777, 0o700)
  t.notOk((await readdir(join(home, 'postgres'))).includes('initdb-password'))
  const left = (await readdir(tmpdir())).filter(
    name => !leftBefore.includes(name) && /password|pgsql|PGSQL/i.test(name),
  )
  t.same(left, [])
  const wrong = new Client({ connectionString: owner.url.replace(/:[^:@]+@/, ':wrong@') })
  await t.rejects(wrong.connect(), { code: '28P01' })
  const commands = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
  t.notOk(commands.includes((await readFile(password, 'utf8')).trim()), 'not in the process list')
  const pid = await serverPid(home)
  await owner.stop()
  t.equal(owner.process.exitCode, 0)
  t.ok(await isGone(pid, 100), 'the server has ended with its owner')
})

await t.test('a second start finds what the first one kept, on the same port', async t => {
  const home = checkout.home()
  const first = await checkout.start(home)
  await keep(first.url, 'one')
  await first.stop()
  const second = await checkout.start(home)
  t.equal(second.url, first.url)
  t.equal(await kept(second.url), 'one')
  t.ok((second.said.ms ?? Infinity) < 3_000, `${second.said.ms} ms`)
  await second.stop()
})

await t.test(
  'kill -9 of the owner: the next start adopts the server and stops it later',
  async t => {
    const home = checkout.home()
    const first = await checkout.start(home)
    await keep(first.url, 'one')
    const pid = await serverPid(home)
    await first.kill()
    t.notOk(await isGone(pid, 200), 'the server lives on')
    const second = await checkout.start(home)
    t.equal(second.url, first.url)
    t.equal(await serverPid(home), pid, 'the same server')
    t.equal(await kept(second.url), 'one')
    await second.stop()
    t.ok(await isGone(pid, 100))
  },
)

await t.test('kill -9 of the server: it is back on the same port, and nothing is lost', async t => {
  const home = checkout.home()
  const owner = await checkout.start(home)
  for (const round of ['one', 'three', 'two']) {
    await keep(owner.url, round)
    const pid = await serverPid(home)
    process.kill(pid, 'SIGKILL')
    await isGone(pid, 5_000)
    let answer = ''
    for (const end = Date.now() + 20_000; answer === '' && Date.now() < end; await sleep(100))
      answer = await kept(owner.url).catch(() => '')
    t.match(answer, round)
    t.not(await serverPid(home), pid)
  }
  t.equal(await kept(owner.url), 'one three two')
  const pid = await serverPid(home)
  await owner.stop()
  t.equal(owner.process.exitCode, 0)
  t.ok(await isGone(pid, 100))
})

await t.test('kill -9 of both: the next start recovers what was committed', async t => {
  const home = checkout.home()
  const first = await checkout.start(home)
  for (let round = 0; round < 5; round++) {
    const owner = round === 0 ? first : await checkout.start(home)
    t.equal(owner.url, first.url)
    await keep(owner.url, String(round))
    const pid = await serverPid(home)
    await owner.kill()
    process.kill(pid, 'SIGKILL')
  }
  const last = await checkout.start(home)
  t.equal(await kept(last.url), '0 1 2 3 4')
  await last.stop()
})

await t.test('kill -9 in the middle of a first start: the next one starts over', async t => {
  for (const ms of [100, 300, 500, 700, 900]) {
    const home = checkout.home()
    const first = checkout.start(home)
    await sleep(ms)
    // The process is known only once it has spoken; find it by its data folder.
    const found = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' })
      .split('\n')
      .find(line => line.includes('child.mjs') && line.includes(home))
    if (found !== undefined) process.kill(Number.parseInt(found, 10), 'SIGKILL')
    await first
    const second = await checkout.start(home)
    t.equal(second.said.fault, undefined)
    t.equal(await ask(second.url, `select 'here'`), 'here', `killed after ${ms} ms`)
    await second.stop()
  }
})

await t.test('Ctrl-C reaches the owner and not the server', async t => {
  const home = checkout.home()
  const owner = await checkout.start(home)
  const pid = await serverPid(home)
  process.kill(-(owner.process.pid ?? 0), 'SIGINT')
  t.notOk(await isGone(pid, 500))
  t.equal(await ask(owner.url, `select 'here'`), 'here')
  await owner.stop()
})

await t.test('a second khancap on the same folder is refused and does no harm', async t => {
  const home = checkout.home()
  const first = await checkout.start(home)
  const second = await checkout.start(home)
  t.match(second.said.fault, /^another khancap is running on the data folder/)
  t.equal(await ask(first.url, `select 'here'`), 'here')
  await first.stop()
})

await t.test('two first starts at once: one serves, the other is refused', async t => {
  const home = checkout.home()
  const both = await Promise.all([checkout.start(home), checkout.start(home)])
  const served = both.filter(owner => owner.url !== '')
  const refused = both.filter(owner => owner.url === '')
  t.equal(served.length, 1)
  t.match(refused[0]?.said.fault, /^another khancap is (starting|running)/)
  t.equal(await ask(served[0]?.url ?? '', `select 'here'`), 'here')
  await served[0]?.stop()
})

await t.test('a folder that something else holds is named in one sentence', async t => {
  const home = checkout.home()
  const first = await checkout.start(home)
  const pid = await serverPid(home)
  await first.kill()
  // The server runs and knows another password than we do: it is not ours.
  const file = join(home, 'postgres/password')
  const password = await readFile(file, 'utf8')
  await writeFile(file, 'someone-elses\n')
  const second = await checkout.start(home)
  t.match(second.said.fault, new RegExp(`^process ${pid} holds the database folder .* is not ours`))
  t.notOk(await isGone(pid, 100), 'it is left alone')
  await writeFile(file, password)
  const third = await checkout.start(home)
  await third.stop()
})

await t.test('a remembered port that is taken is replaced', async t => {
  const home = checkout.home()
  const first = await checkout.start(home)
  await first.stop()
  const port = Number(new URL(first.url).port)
  const squatter = createServer().listen(port, '127.0.0.1')
  t.teardown(() => squatter.close())
  const second = await checkout.start(home)
  t.not(new URL(second.url).port, String(port))
  t.equal(await ask(second.url, `select 'here'`), 'here')
  await second.stop()
})

await t.test('a lost password and a foreign version are named in one sentence', async t => {
  const home = checkout.home()
  const first = await checkout.start(home)
  await first.stop()
  const version = join(home, 'postgres/data/PG_VERSION')
  const written = await readFile(version, 'utf8')
  await writeFile(version, '9\n')
  const foreign = await checkout.start(home)
  t.match(foreign.said.fault, /^the database was written by PostgreSQL 9,/)
  await writeFile(version, written)
  await writeFile(join(home, 'postgres/password'), '')
  const second = await checkout.start(home)
  t.match(second.said.fault, /^the password of the embedded PostgreSQL is missing/)
})

await t.test('a data folder that cannot be written is named in one sentence', async t => {
  const impossible = await checkout.start('/proc/khancap')
  t.match(impossible.said.fault, /^could not write to the data folder \/proc\/khancap \(E\w+\)/)
  const home = checkout.home()
  await writeFile(home, 'a file')
  const file = await checkout.start(home)
  t.match(file.said.fault, /^could not write to the data folder .* \(E\w+\)/)
  const closed = checkout.home()
  await mkdir(closed)
  await chmod(closed, 0o500)
  const owner = await checkout.start(closed, isRoot ? { uid: 65_534, gid: 65_534 } : {})
  t.match(owner.said.fault, /^could not write to the data folder .* \(EACCES\)/)
})

await t.test('another user starts it without further ado', async t => {
  const home = checkout.home()
  const owner: Owner = await checkout.start(home, isRoot ? { uid: 65_534, gid: 65_534 } : {})
  t.equal(await ask(owner.url, `select 'here'`), 'here')
  await owner.stop()
  t.equal(owner.process.exitCode, 0)
})

await t.test('a checkout and a data folder that only their owner may enter work too', async t => {
  const closed = await embeddedCheckout(t, 0o700)
  const home = closed.home()
  await mkdir(home, { mode: 0o700 })
  const first = await closed.start(home)
  t.equal(first.said.fault, undefined)
  await keep(first.url, 'one')
  await first.stop()
  const second = await closed.start(home)
  t.equal(await kept(second.url), 'one')
  await second.stop()
  const elsewhere = await readFile(join(home, 'postgres-is-elsewhere'), 'utf8').catch(() => null)
  t.equal(elsewhere !== null, isRoot, 'root says where the files are, others keep them at home')
})
