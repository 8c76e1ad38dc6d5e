// One service for each data folder, and no lock that outlives its holder.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { lockHome } from '../../src/home-lock.js'

const home = await mkdtemp(join(tmpdir(), 'khancap-lock-'))
const file = join(home, 'khancap.pid')
t.teardown(() => rm(home, { recursive: true, force: true }))

await t.test('a lock is there while it is held, and gone afterwards', async t => {
  const release = await lockHome(home)
  t.match(await readFile(file, 'utf8'), new RegExp(`^${process.pid} \\d+\\n$`))
  await release()
  await t.rejects(readFile(file), { code: 'ENOENT' })
})

await t.test('a lock that a living process holds is respected', async t => {
  const other = spawn('sleep', ['30'])
  t.teardown(() => other.kill())
  await once(other, 'spawn')
  await writeFile(file, `${other.pid}\n`)
  await t.rejects(lockHome(home), { message: /already runs on this data folder \(process \d+\)/ })
  const stat = await readFile(`/proc/${other.pid}/stat`, 'utf8')
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  await writeFile(file, `${other.pid} ${started}\n`)
  await t.rejects(lockHome(home), { message: /already runs/ })
  await rm(file)
})

await t.test('what a kill leaves is no lock: a dead process, a reused id, half a file', async t => {
  const dead = spawn('true')
  await once(dead, 'exit')
  // Process 1 lives, and did not start at that tick.
  for (const left of [`${dead.pid} 12345\n`, '1 1\n', '', 'rubbish', '-5', `${process.pid} 1\n`]) {
    await writeFile(file, left)
    const release = await lockHome(home)
    t.match(await readFile(file, 'utf8'), new RegExp(`^${process.pid} `), JSON.stringify(left))
    await release()
  }
})

await t.test('a zombie holds no lock', async t => {
  // A shell that starts a child and becomes something that never waits for it. The child ends only when it is told to,
  // which is after the shell is gone: a shell would have waited for it.
  const told = join(home, 'told')
  const script = 'while [ ! -e "$1" ]; do sleep 0.05; done & echo $!; exec sleep 30'
  const parent = spawn('sh', ['-c', script, 'sh', told])
  t.teardown(() => parent.kill())
  const [pid] = await once(parent.stdout, 'data')
  const zombie = Number(String(pid))
  const read = (name: string) => readFile(`/proc/${name}`, 'utf8')
  const pause = () => new Promise(resolve => setTimeout(resolve, 10))
  while (!(await read(`${parent.pid}/comm`)).startsWith('sleep')) await pause()
  await writeFile(told, '')
  while (!/\) Z /.test(await read(`${zombie}/stat`))) await pause()
  await writeFile(file, `${zombie}\n`)
  const release = await lockHome(home)
  await release()
})
