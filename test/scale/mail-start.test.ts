// Step 4m at the first start on an old mailbox: how many mails a second, and how much memory. Ten thousand with
// KHANCAP_TEST_LONG=1 (`npm run test:long -- test/scale/mail-start.test.ts`), a hundred otherwise.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { dovecot } from '../helper/dovecot.js'
import { mailBench } from '../helper/mail-bench.js'
import { until } from '../helper/workers.js'

t.setTimeout(3_600_000)

const isLong = process.env['KHANCAP_TEST_LONG'] === '1'
const mails = isLong ? 10_000 : 100
const leastPerSecond = isLong ? 50 : 2
/** How much more memory the last third may have than the first. */
const mostGrowth = 1.3

await t.test(`${mails} mails at first start are taken in, memory flat`, async t => {
  const server = await dovecot(t)
  const { db, organisation } = await mailBench(t)
  const folder = await mkdtemp(join(tmpdir(), 'khancap-mails-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const identityFile = join(folder, 'router')
  await writeFile(identityFile, organisation.router)
  await server.deliver(
    'old',
    Array.from({ length: mails }, (_, at) =>
      Buffer.from(
        `From: a@example.org\r\nMessage-ID: <${at}@x>\r\nSubject: =?UTF-8?B?SOG7lyB0cuG7oyBraOG6qW4gY+G6pXA=?=\r\n\r\n${'word '.repeat(at % 2000)}\r\n`,
      ),
    ),
  )
  const child = fileURLToPath(new URL('../helper/mail-child.js', import.meta.url))
  const started = spawn(
    process.execPath,
    [child, db.url, server.url('old'), organisation.root, identityFile],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  t.teardown(() => started.kill('SIGKILL'))
  const memory: number[] = []
  let begun = 0
  createInterface({ input: started.stdout }).on('line', line => {
    const { event, rss } = JSON.parse(line)
    if (event === 'watching') begun = performance.now()
    if (event === 'memory') memory.push(rss)
  })
  const taken = async () =>
    Number((await db.rows('select count(*)::int as n from cases'))[0]?.['n'])
  await until(async () => (await taken()) === mails, 'all are taken in', isLong ? 900 : 150)
  const seconds = (performance.now() - begun) / 1000
  started.kill('SIGKILL')
  await once(started, 'exit')
  const perSecond = mails / seconds
  const mebibytes = memory.map(bytes => Math.round(bytes / 1_048_576))
  t.comment(`${perSecond.toFixed(0)} mails a second; memory in MiB: ${mebibytes.join(' ')}`)
  t.ok(perSecond >= leastPerSecond, `${perSecond} a second`)
  if (!isLong) return
  const third = Math.floor(memory.length / 3)
  const most = (from: number, to: number) => Math.max(...memory.slice(from, to))
  t.ok(most(2 * third, memory.length) <= mostGrowth * most(0, third), 'memory is flat')
})
