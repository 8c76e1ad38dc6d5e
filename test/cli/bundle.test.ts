// Steps 9 and 10 without a network: cases on a stick, answers back, and every stick that is not the right one refused.
import { randomBytes } from 'node:crypto'
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { freePort } from '../helper/free-port.js'
import { decodeBase64url } from '../../src/core/encoding/base64url.js'
import { openReply } from '../../src/core/envelope/open.js'
import { sealedAddition, withToken } from '../helper/api.js'
import { handlerFolder, khancap, temporaryFolder } from '../helper/cli.js'
import { office, vietnamese } from '../helper/office.js'
import { testOrganisation } from '../helper/organisation.js'
import { scene } from '../helper/scene.js'
import { type Attachment, attachTo } from '../helper/upload.js'

t.setTimeout(300_000)

const json = (text: string) => JSON.parse(text)
const desk = await office(t)
const stick = await temporaryFolder(t)
let sticks = 0
const newFile = () => join(stick, `stick-${++sticks}.khancap`)

/** The same handler on a machine that reaches nobody. */
async function offlineFolder(): Promise<string> {
  const folder = await handlerFolder(t, desk.organisation, 'vietnam-1', desk.url)
  const settings = join(folder, 'settings.json')
  const text = await readFile(settings, 'utf8')
  await writeFile(settings, text.replace(desk.url, `http://127.0.0.1:${await freePort()}`))
  return folder
}

async function claimed() {
  const one = await desk.newCase()
  const run = await desk.run('vietnam-1', ['claim', one.caseId])
  if (run.code !== 0) throw new Error(run.err)
  return one
}

async function bundled(...ids: readonly string[]): Promise<string> {
  const file = newFile()
  const run = await desk.run('vietnam-1', ['bundle', '--out', file, ...ids])
  if (run.code !== 0) throw new Error(run.err)
  return file
}

await t.test('step 10: cases go out on a stick, answers come back, and arrive once', async t => {
  const [one, other] = [await claimed(), await claimed()]
  const file = await bundled(one.caseId, other.caseId)
  const folder = await offlineFolder()
  const away = (args: readonly string[], stdin?: string) =>
    khancap([...args, '--bundle', file], { folder, ...(stdin === undefined ? {} : { stdin }) })

  const listed = await away(['inbox'])
  t.equal(listed.code, 0, listed.err)
  t.match(listed.out, one.caseId.slice(0, 8))
  const opened = json((await away(['open', one.caseId.slice(0, 6), '--json'])).out)
  t.strictSame(opened.content.answers, vietnamese)
  t.strictSame(opened.warnings, [])

  const reply = await away(['reply', one.caseId], 'Chào chị Hoa.')
  t.equal(reply.code, 0, reply.err)
  t.match(reply.out, /^sealed the answer to case/)
  t.match(reply.err, `kept in ${file}, sealed: khancap import sends it`)
  t.equal((await away(['note', one.caseId], 'asked in Hanoi')).code, 0)
  t.equal((await away(['close', one.caseId, '--outcome', 'supported'])).code, 0)
  const early = await away(['close', other.caseId, '--outcome', 'supported'])
  t.equal(early.code, 1, 'the rules of the server hold without it too')
  t.equal((await away(['contacted', other.caseId, '--via', 'phone'])).code, 0)
  const again = json((await away(['open', one.caseId, '--json'])).out)
  t.equal(again.case.state, 'closed')
  t.equal(again.replies[0].text, 'Chào chị Hoa.')
  t.equal((await away(['add-reader', one.caseId, '--to', 'china-1'])).code, 2)

  const bytes = await readFile(file)
  for (const word of ['Chào chị Hoa', one.caseId, desk.url, 'vietnam', 'replies', 'bundle'])
    t.notOk(bytes.includes(word), `${word} does not stand on the stick in clear`)
  t.ok(
    (await readdir(stick)).every(name => name.endsWith('.khancap')),
    'and nothing lies beside it',
  )

  const sent = await desk.run('vietnam-1', ['import', file])
  t.equal(sent.code, 0, sent.err)
  t.match(
    sent.out,
    /^1 of 4: reply \w{8}: sent\n2 of 4: note .*\n3 of 4: close .*\n4 of 4: contacted/,
  )
  const there = json((await desk.run('vietnam-1', ['open', one.caseId, '--json'])).out)
  t.equal(there.case.state, 'closed')
  t.equal(there.replies.length, 1)
  t.equal(there.notes[0].text, 'asked in Hanoi')
  t.ok(there.history.events.every((event: { signature: string }) => event.signature !== 'false'))
  t.strictSame(there.warnings, [])
  const mailbox = await withToken(desk.api, one.token, '/v1/mailbox', {})
  const read = await openReply(
    desk.organisation.primitives,
    [one.keys.replyIdentity],
    decodeBase64url(mailbox.json().replies[0].sealed),
    one.keys.replyKey,
    { origin: desk.url, kind: 'reply' },
  )
  t.equal(read?.text, 'Chào chị Hoa.')

  const replayed = await desk.run('vietnam-1', ['import', file])
  t.equal(replayed.code, 1)
  t.match(replayed.err, 'was sent already; nothing was sent again')
  // Another machine of the same handler knows nothing of it: what can arrive twice does not.
  const elsewhere = await handlerFolder(t, desk.organisation, 'vietnam-1', desk.url)
  const twice = json((await khancap(['import', file, '--json'], { folder: elsewhere })).out)
  t.match(twice.acts, [
    { verb: 'replies', outcome: 'had_arrived' },
    { verb: 'notes', outcome: 'had_arrived' },
    { verb: 'close', outcome: 'had_arrived' },
    { verb: 'contacted' },
  ])
  const after = json((await desk.run('vietnam-1', ['open', other.caseId, '--json'])).out)
  const contacts = after.history.events.filter(({ kind }: { kind: string }) => kind === 'contacted')
  t.equal(contacts.length, 1)
})

await t.test('an import that was cut off is taken up again, and each case by itself', async t => {
  const [one, other] = [await claimed(), await claimed()]
  const file = await bundled(one.caseId, other.caseId)
  const folder = await offlineFolder()
  const away = (args: readonly string[], stdin: string) =>
    khancap([...args, '--bundle', file], { folder, stdin })
  await away(['reply', one.caseId], 'first')
  await away(['note', one.caseId], 'after it')
  await away(['reply', other.caseId], 'second')
  // A colleague with a lead's rights gives the first case back meanwhile.
  await desk.api.db.rows(`update cases set state = 'routed', claimed_by = null where id = $1`, [
    one.caseId,
  ])
  const cut = await desk.run('vietnam-1', ['import', file])
  t.equal(cut.code, 1)
  t.match(cut.out, /1 of 3: reply \w{8}: NOT SENT: the case is not in a state/)
  t.match(cut.out, /2 of 3: note \w{8}: NOT SENT: what was done before it did not arrive/)
  t.match(cut.out, /3 of 3: reply \w{8}: sent/)
  t.match(cut.err, '2 of 3 acts were not sent')
  await desk.run('vietnam-1', ['claim', one.caseId])
  const rest = await desk.run('vietnam-1', ['import', file])
  t.equal(rest.code, 0, rest.err)
  t.match(rest.out, /^1 of 2: reply \w{8}: sent\n2 of 2: note \w{8}: sent\n$/)
})

await t.test('nobody closes from a stick what others have taken up since', async t => {
  const one = await claimed()
  const file = await bundled(one.caseId)
  const folder = await offlineFolder()
  const away = await khancap(['close', one.caseId, '--outcome', 'no_contact', '--bundle', file], {
    folder,
  })
  t.equal(away.code, 0, away.err)
  const addition = await sealedAddition(desk.organisation, one, 'Tôi còn đây.')
  await withToken(desk.api, one.token, '/v1/mailbox/additions', addition)
  const sent = await desk.run('vietnam-1', ['import', file])
  t.equal(sent.code, 1)
  t.match(sent.out, 'was taken up by others since the bundle was made')
  const seen = json((await desk.run('vietnam-1', ['open', one.caseId, '--json'])).out)
  t.equal(seen.case.state, 'claimed')
})

await t.test('a stick that is cut off, changed, or somebody else’s is refused', async t => {
  const one = await claimed()
  const file = await bundled(one.caseId)
  const folder = await offlineFolder()
  const bytes = await readFile(file)
  const wrong: Record<string, Uint8Array> = {
    'one byte short': bytes.subarray(0, -1),
    'one chunk short': bytes.subarray(0, bytes.length - (bytes.length % 65_536) - 1),
    'one byte more': Buffer.concat([bytes, Buffer.from([0])]),
    'one bit changed': bytes.map((byte, at) => (at === bytes.length - 40 ? byte ^ 1 : byte)),
    empty: new Uint8Array(),
    'no bundle but a request': one.envelope,
  }
  for (const [name, content] of Object.entries(wrong)) {
    const bad = newFile()
    await writeFile(bad, content)
    for (const args of [
      ['open', one.caseId, '--bundle', bad],
      ['inbox', '--bundle', bad],
    ]) {
      const { code, err, out } = await khancap(args, { folder })
      t.equal(code, 1, name)
      t.match(err, /is no bundle of this handler, or it is cut off or changed/, name)
      t.equal(out, '')
    }
    t.equal((await desk.run('vietnam-1', ['import', bad])).code, 1, name)
  }
  const stranger = await desk.run('vietnam-2', ['inbox', '--bundle', file])
  t.match(stranger.err, 'is not sealed to this identity')
  const none = await khancap(['inbox', '--bundle', join(stick, 'none')], { folder })
  t.match(none.err, 'there is no file')
  const over = await desk.run('vietnam-1', ['bundle', '--out', file, one.caseId])
  t.match(over.err, 'exists already; it was left as it is\nhint: it may hold answers')
  t.notMatch(over.err, '1 of 1', 'before anything is fetched')
  const nowhere = join(stick, 'gone', 'monday.khancap')
  const gone = await desk.run('vietnam-1', ['bundle', '--out', nowhere, one.caseId])
  t.equal(gone.code, 1)
  t.match(gone.err, /^khancap: there is no folder .*gone\nhint: is the stick in/)
})

await t.test(
  'the command for the other machine takes the name of the bundle as one word',
  async t => {
    const one = await claimed()
    for (const [name, word] of [
      ['my monday.khancap', "'my monday.khancap'"],
      ['mon\u200bday.khancap', 'FILE'],
    ] as const) {
      const made = await desk.run('vietnam-1', ['bundle', '--out', join(stick, name), one.caseId])
      t.equal(made.code, 0, made.err)
      t.match(made.err, `there: khancap open ID --bundle ${word}\n`)
    }
  },
)

await t.test('what an applicant attached wrongly takes no case from a bundle', async t => {
  const [one, other] = [await claimed(), await claimed()]
  const photo = randomBytes(200_000)
  const attach = (changes: Partial<Attachment>) => attachTo(desk.api, one, photo, changes)
  await attach({ digest: 'A'.repeat(43), name: 'lied\u202e.jpg' })
  const never = await attach({ name: 'never.jpg' })
  await desk.api.db.rows(
    'update uploads set addition_id = null, expires_at = now() where id = $1',
    [never.id],
  )
  await attach({ identity: `AGE-SECRET-KEY-PQ-1${'Q'.repeat(58)}`, name: 'no key.jpg' })
  const good = await attach({ name: 'good.jpg' })
  const file = newFile()
  const ids = [one.caseId, other.caseId]
  const run = await desk.run('vietnam-1', ['bundle', '--out', file, '--json', ...ids])
  t.equal(run.code, 0, run.err)
  t.strictSame(json(run.out).cases, ids)
  for (const number of [1, 2, 3])
    t.match(
      run.err,
      `warning: attachment ${number} of case ${one.caseId} is not there as the applicant sealed it; it was left out`,
    )
  t.notMatch(run.err, /lied|never|no key/, 'an applicant’s name says nothing in a line of ours')
  t.strictSame(await readdir(`${file}.files`), [`${good.id}.age`])
  const folder = await offlineFolder()
  const opened = await khancap(['open', other.caseId, '--bundle', file], { folder })
  t.equal(opened.code, 0, opened.err)
  const out = join(stick, 'opened')
  const saved = await khancap(['open', one.caseId, '--bundle', file, '--out', out], { folder })
  t.equal(saved.code, 1)
  t.match(saved.err, '3 of 4 attachments were not saved')
  t.same(await readFile(join(out, `${one.caseId}-attachment-4.jpg`)), photo)
})

await t.test('a bundle that was broken off is made by the same line again', async t => {
  const one = await claimed()
  const photo = randomBytes(200_000)
  const [whole, cut, changed] = [
    await attachTo(desk.api, one, photo),
    await attachTo(desk.api, one, photo),
    await attachTo(desk.api, one, photo),
  ]
  const file = newFile()
  const line = ['bundle', '--out', file, one.caseId]
  t.equal((await desk.run('vietnam-1', line)).code, 0)
  const carried = ({ id }: { id: string }) => join(`${file}.files`, `${id}.age`)
  const bytes = await Promise.all([whole, cut, changed].map(each => readFile(carried(each))))
  // As it is where the stick was pulled: some files whole, one a name only, one damaged, and no bundle.
  await rm(file)
  await writeFile(carried(cut), '')
  await writeFile(
    carried(changed),
    (bytes[2] ?? Buffer.alloc(0)).map((byte, at) => (at === 100_000 ? byte ^ 1 : byte)),
  )
  const { mtimeMs } = await stat(carried(whole))
  const again = await desk.run('vietnam-1', line)
  t.equal(again.code, 0, again.err)
  t.notMatch(again.err, 'warning')
  t.equal((await stat(carried(whole))).mtimeMs, mtimeMs, 'what is there and right is not fetched')
  const after = await Promise.all([whole, cut, changed].map(each => readFile(carried(each))))
  t.same(after, bytes)
})

await t.test('the inbox of a bundle filters, sorts and counts as that of the server', async t => {
  const cases = [await claimed(), await claimed(), await claimed(), await claimed()]
  const [late, soon, later, moved] = cases.map(({ caseId }) => caseId)
  for (const [id, hours] of [
    [late, 1],
    [soon, 3],
    [later, 40],
    [moved, 20],
  ] as const)
    await desk.api.db.rows(
      `update cases set due_at = statement_timestamp() + make_interval(hours => $2) where id = $1`,
      [id, hours],
    )
  await desk.api.db.rows(`update cases set program = 'pil' where id = $1`, [moved])
  const file = await bundled(...[later, moved, late, soon].map(id => id ?? ''))
  const folder = await offlineFolder()
  const inTwoHours = () => Date.now() + 2 * 3_600_000
  const inbox = async (...args: readonly string[]) => {
    const run = await khancap(['inbox', '--bundle', file, '--json', ...args], {
      folder,
      now: inTwoHours,
    })
    t.equal(run.code, 0, run.err)
    const { cases: listed, next } = json(run.out)
    return { ids: listed.map(({ id }: { id: string }) => id), listed, next }
  }
  const all = await inbox()
  t.strictSame(
    all.ids,
    [late, soon, moved, later],
    'by due time, in whatever order they were named',
  )
  t.strictSame(
    all.listed.map(({ overdue }: { overdue: boolean }) => overdue),
    [true, false, false, false],
    'overdue is what is overdue now',
  )
  t.strictSame((await inbox('--program', 'pil')).ids, [moved])
  t.strictSame((await inbox('--team', 'vietnam')).ids, all.ids)
  t.strictSame((await inbox('--team', 'china')).ids, [])
  const misspelled = await khancap(['inbox', '--bundle', file, '--team', 'chna'], { folder })
  t.equal(misspelled.code, 1, 'a misspelled team is not one without cases')
  t.match(misspelled.err, 'the directory has no team chna')
  t.strictSame((await inbox('--due', '4h')).ids, [late, soon])
  const first = await inbox('--limit', '3')
  t.strictSame(first.ids, [late, soon, moved])
  t.strictSame((await inbox('--limit', '3', '--after', first.next)).ids, [later])
  t.equal((await inbox('--limit', '4')).next, null)
  const page = await khancap(['inbox', '--bundle', file, '--limit', '1'], { folder })
  t.match(page.err, `khancap inbox --limit 1 --bundle ${file} --after ${late}`)
  const wrong = await khancap(['inbox', '--bundle', file, '--after', 'nothing'], { folder })
  t.equal(wrong.code, 1)
  t.match(wrong.err, 'has no page that ended with nothing')
  const opened = await khancap(['open', late ?? '', '--bundle', file, '--json'], {
    folder,
    now: inTwoHours,
  })
  t.equal(json(opened.out).case.overdue, true)
})

await t.test('a bundle of another organisation is refused, by the same identity too', async t => {
  const one = await claimed()
  const file = await bundled(one.caseId)
  const other = await testOrganisation({ origin: 'https://elsewhere.example' })
  const folder = await handlerFolder(
    t,
    { identities: desk.organisation.identities, root: other.root },
    'vietnam-1',
    'https://elsewhere.example',
  )
  const refused = await khancap(['open', one.caseId, '--bundle', file], { folder })
  t.equal(refused.code, 1)
  t.match(refused.err, 'this bundle is from another organisation')
  t.equal(refused.out, '')
})

await t.test('an older bundle, and an older state of one, are refused', async t => {
  const one = await claimed()
  const old = await bundled(one.caseId)
  const before = await readFile(old)
  const folder = await offlineFolder()
  const away = (file: string, ...args: string[]) =>
    khancap([...args, '--bundle', file], { folder, stdin: 'words' })
  t.equal((await away(old, 'note', one.caseId)).code, 0)
  const after = await readFile(old)
  await writeFile(old, before)
  const rolled = await away(old, 'open', one.caseId)
  t.equal(rolled.code, 1)
  t.match(rolled.err, 'this is an older state of the bundle: it has 0 acts, and had 1')
  await writeFile(old, after)

  const newer = newFile()
  const later = () => Date.now() + 5000
  t.equal(
    (await desk.run('vietnam-1', ['bundle', '--out', newer, one.caseId], { now: later })).code,
    0,
  )
  t.equal((await away(newer, 'inbox')).code, 0)
  const replayed = await away(old, 'open', one.caseId)
  t.equal(replayed.code, 1)
  t.match(replayed.err, 'a newer bundle than this one')
  t.equal((await desk.run('vietnam-1', ['import', old])).code, 0, 'its acts are not lost')
})

await t.test('nothing to take along, nothing to send', async t => {
  const { run } = await scene(t)
  t.equal((await run('bundle', '--out', newFile())).code, 1, 'the server lists nothing')
  const one = await claimed()
  const file = await bundled(one.caseId)
  const empty = await desk.run('vietnam-1', ['import', file])
  t.equal(empty.code, 0)
  t.match(empty.err, 'nothing was written into')
})
