// A lock is never seen without its holder, and is never taken from one who lives.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { removeLockFile, takeLockFile } from '../../src/adapters/postgres/lock-file.js'

const folder = await mkdtemp(join(tmpdir(), 'khancap-lock-file-'))
const file = join(folder, 'lock')
t.teardown(() => rm(folder, { recursive: true, force: true }))

await t.test('of many at once one takes it', async t => {
  const names = Array.from({ length: 30 }, (_, index) => `holder ${index}`)
  const taken = await Promise.all(names.map(name => takeLockFile(file, name)))
  t.equal(taken.filter(Boolean).length, 1)
  t.equal(await readFile(file, 'utf8'), names[taken.indexOf(true)])
  t.strictSame(await readdir(folder), ['lock'], 'nothing is left beside it')
  await rm(file)
})

await t.test('who reads it reads all of it', async t => {
  const words = 'x'.repeat(4000)
  const seen = { reads: 0, isOver: false }
  const reading = (async () => {
    while (!seen.isOver) {
      const read = await readFile(file, 'utf8').catch(() => null)
      if (read === null) continue
      seen.reads += 1
      if (read !== words) throw new Error(`${read.length} letters`)
    }
  })()
  for (let times = 0; times < 300 || seen.reads === 0; times++) {
    await takeLockFile(file, words)
    await removeLockFile(file, words)
  }
  seen.isOver = true
  await t.resolves(reading)
})

await t.test('what somebody else has taken since is theirs', async t => {
  await takeLockFile(file, 'living')
  await removeLockFile(file, 'dead')
  t.equal(await readFile(file, 'utf8'), 'living')
  await removeLockFile(file, 'living')
  t.strictSame(await readdir(folder), [])
  await t.resolves(removeLockFile(file, 'gone'), 'also where it is gone')
})
