// A directory that has expired: what was promised goes on, with a loud warning; nothing new is sealed with it.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { sealRequest, submit } from '../helper/api.js'
import { khancap, temporaryFolder } from '../helper/cli.js'
import { office } from '../helper/office.js'
import { sha256 } from '../helper/store.js'

t.setTimeout(300_000)

const dayMs = 86_400_000
const desk = await office(t)
const { api, organisation } = desk
const mine = await desk.newCase()
const another = await desk.newCase()
const unsent = await sealRequest(organisation)
const ago = (days: number) => Date.now() - days * dayMs
const before = await organisation.verify(organisation.note)
const note = await organisation.sign(
  { valid_from: formatTimestamp(ago(40)), expires: formatTimestamp(ago(1)) },
  before,
)
// It was published while it was in force; nobody was there to sign the next one.
const expired = await organisation.verify(note)
await api.db.store.publishDirectory({ sequence: 2, sha256: expired.sha256, note }, before.sha256)
while ((await api.deps.directories.newest()).directory.sequence < 2)
  await new Promise(resolve => setTimeout(resolve, 100))

await t.test(
  'handlers open, answer and close what was taken in, and are warned each time',
  async t => {
    const { caseId } = mine
    const acts: readonly (readonly [readonly string[], string])[] = [
      [['inbox'], ''],
      [['claim', caseId], ''],
      [['open', caseId], ''],
      [['note', caseId], 'who signs?'],
      [['reply', caseId], 'Chúng tôi sẽ giúp bạn.'],
      [['contacted', caseId, '--via', 'phone'], ''],
      [['close', caseId, '--outcome', 'supported'], ''],
      [['reopen', caseId], ''],
      [['release', caseId], ''],
    ]
    for (const [args, stdin] of acts) {
      const { code, err } = await desk.run('vietnam-1', args, { stdin })
      t.equal(code, 0, `${args[0]}: ${err}`)
      t.match(err, 'warning: THE DIRECTORY HAS EXPIRED')
      t.match(err, 'khancap org publish')
    }
  },
)

await t.test('nobody is let into a case, and nobody pins it', async t => {
  const reader = await desk.run('vietnam-1', ['add-reader', another.caseId, '--to', 'china-1'])
  t.equal(reader.code, 3)
  t.match(
    reader.err,
    "khancap: the organisation's directory has expired\nhint: the organisation must",
  )
  t.strictSame(await api.db.rows('select id from grants'), [])
  const folder = join(await temporaryFolder(t), 'new')
  const pin = ['init', '--url', desk.url, '--root', organisation.root]
  const init = await khancap(pin, { folder })
  t.equal(init.code, 3)
  t.match(init.err, /the clock of this machine says .* UTC, and the organisation's directory held/)
  t.match(init.err, 'set date and time of this machine')
  const { out } = await desk.run('vietnam-2', ['doctor', '--json'])
  const checks: { check: string; status: string; sentence: string; mend: string[] }[] =
    JSON.parse(out).checks
  const found = checks.find(({ check }) => check === 'directory')
  t.equal(found?.status, 'fail')
  t.match(found?.mend[0], 'khancap org publish')
})

await t.test('no new request is taken in', async t => {
  const answer = await submit(api, unsent.request)
  t.equal(answer.statusCode, 503)
  t.equal(answer.json().code, 'directory_expired')
})

await t.test('a receipt is checked with the service gone, and its directory expired', async t => {
  const folder = await desk.folderOf('vietnam-1')
  const { receipt } = (await submit(api, mine.request)).json()
  const file = join(await temporaryFolder(t), 'receipt.txt')
  await writeFile(file, receipt)
  await api.app.close()
  t.equal((await desk.run('vietnam-1', ['inbox'])).code, 3, 'nobody is there')
  const { code, out } = await khancap(['verify', 'receipt', file, '--json'], { folder })
  t.equal(code, 0)
  const facts = JSON.parse(out)
  t.equal(facts.valid, true)
  t.equal(facts.intake, mine.request.id)
  t.equal(facts.envelope, encodeBase64url(sha256(mine.envelope)))
  const words = await khancap(['verify', 'receipt', '-'], { folder, stdin: receipt })
  t.match(words.out, /the receipt is from Example[^]* {2}answer {4}due by /)
  const first = join(folder, 'directories', '1.note')
  const past = await khancap(['verify', 'receipt', file, '--directory', first], { folder })
  t.equal(past.code, 0, 'with the directory of then')
  await writeFile(file, String(receipt).replaceAll(/^(due \S+) 2/gm, '$1 3'))
  const changed = await khancap(['verify', 'receipt', file], { folder })
  t.equal(changed.code, 1)
  t.match(changed.err, 'khancap: the receipt does not verify')
})
