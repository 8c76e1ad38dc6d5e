// Attachments on the handlers' side: listed with what the applicant says of them made visible, saved whole or not at all,
// under names of the tool's, for whoever was let into the case, at the desk and from a stick.
import { randomBytes } from 'node:crypto'
import { readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { withToken } from '../helper/api.js'
import { freePort } from '../helper/free-port.js'
import { handlerFolder, khancap, temporaryFolder } from '../helper/cli.js'
import { office } from '../helper/office.js'
import { attachTo, type Attachment, manifestOf, sealedUpload, uploadAll } from '../helper/upload.js'

t.setTimeout(300_000)

const json = (text: string) => JSON.parse(text)
const desk = await office(t)
type Case = Awaited<ReturnType<typeof desk.newCase>>

const attach = (one: Case, text: Uint8Array, changes: Partial<Attachment> = {}) =>
  attachTo(desk.api, one, text, changes)

const photo = randomBytes(1_400_000)
const evil = '../../.bashrc\u001b[31m\u202e.jpg'

await t.test('step 9: open lists attachments and saves them under names of its own', async t => {
  const one = await desk.newCase()
  await attach(one, photo, { name: evil, stripped: true })
  await attach(one, Buffer.from('%PDF-1.7'), { name: 'Biên bản.docx', type: '' })
  await attach(one, Buffer.alloc(0), { name: '', type: 'text/plain' })
  const listed = await desk.run('vietnam-1', ['open', one.caseId])
  t.equal(listed.code, 0, listed.err)
  t.notMatch(listed.out, '\u001b')
  t.notMatch(listed.out, '\u202e')
  t.match(
    listed.out,
    /^ {2}attachment, 1400000 bytes, hidden data was taken out\n {2}\| \.\.\/\.\.\/\.bashrc.*, image\/jpeg$/m,
  )
  t.match(listed.out, '  attachment, kind unknown, 8 bytes\n  | Biên bản.docx\n')
  t.match(listed.out, '  attachment, no name, 0 bytes\n  | text/plain\n')
  t.match(listed.err, '3 attachments: --out DIR saves them')

  const folder = join(await temporaryFolder(t), 'opened')
  const saved = await desk.run('vietnam-1', ['open', one.caseId, '--out', folder, '--json'])
  t.equal(saved.code, 0, saved.err)
  t.same((await readdir(folder)).toSorted(), [
    `${one.caseId}-attachment-1.jpg`,
    `${one.caseId}-attachment-2.docx`,
    `${one.caseId}-attachment-3.txt`,
    `${one.caseId}.json`,
  ])
  const files = [1, 2, 3].map(n =>
    join(folder, `${one.caseId}-attachment-${n}${['', '.jpg', '.docx', '.txt'][n]}`),
  )
  t.same(await readFile(files[0] ?? ''), photo)
  t.equal(await readFile(files[1] ?? '', 'utf8'), '%PDF-1.7')
  t.equal(await readFile(files[2] ?? '', 'utf8'), '')
  for (const file of files) t.equal((await stat(file)).mode & 0o777, 0o600)
  const [first] = json(saved.out).additions
  t.match(first.attachments, [{ type: 'image/jpeg', bytes: 1_400_000, stripped: true }])
  t.notOk('identity' in first.attachments[0], 'its key stays inside')
  t.strictSame(json(saved.out).warnings, [])
  await writeFile(files[0] ?? '', 'mine')
  await rm(files[1] ?? '')
  const again = await desk.run('vietnam-1', ['open', one.caseId, '--out', folder])
  t.equal(again.code, 1)
  t.match(again.out, 'Biên bản.docx', 'it is shown all the same')
  t.equal(await readFile(files[0] ?? '', 'utf8'), 'mine', 'nothing is written over')
  t.equal(await readFile(files[1] ?? '', 'utf8'), '%PDF-1.7', 'what is not there yet is saved')
  for (const file of [join(folder, `${one.caseId}.json`), files[0], files[2]])
    t.match(again.err, `${file} is there already; it was left as it is\n`)
  t.match(again.err, /saving in .*-attachment-2\.docx, in the clear/)
  t.match(
    again.err,
    'khancap: 3 files were there already; nothing was written over\nhint: give another folder with --out',
  )

  const blocked = await desk.run('vietnam-1', ['open', one.caseId, '--out', files[0] ?? ''])
  t.equal(blocked.code, 1)
  t.match(blocked.out, 'Biên bản.docx', 'nor does a folder that is none hide anything')
  t.match(blocked.err, /khancap: (a part of )?.*-attachment-1\.jpg.*\nhint: /)
})

await t.test('step 9: whoever is let into a case later opens what was attached before', async t => {
  const one = await desk.newCase()
  await attach(one, photo)
  const before = await desk.run('china-1', ['open', one.caseId])
  t.equal(before.code, 1)
  const letIn = await desk.run('vietnam-1', ['add-reader', one.caseId, '--to', 'china-1'])
  t.equal(letIn.code, 0, letIn.err)
  const folder = join(await temporaryFolder(t), 'opened')
  const opened = await desk.run('china-1', ['open', one.caseId, '--out', folder])
  t.equal(opened.code, 0, opened.err)
  t.same(await readFile(join(folder, `${one.caseId}-attachment-1.jpg`)), photo)
})

await t.test(
  'step 9: a team that takes a case over opens what was attached before, and what comes afterwards',
  async t => {
    const one = await desk.newCase()
    await attach(one, photo)
    t.equal((await desk.run('vietnam-1', ['claim', one.caseId])).code, 0)
    const to = ['--team', 'china', '--reason', 'Phiên tòa ở Quảng Châu']
    const moved = await desk.run('vietnam-1', ['reroute', one.caseId, ...to])
    t.equal(moved.code, 0, moved.err)
    const afterwards = Buffer.from('after the case has moved')
    await attach(one, afterwards, { type: 'text/plain' })
    for (const handler of ['china-1', 'china-lead']) {
      const folder = join(await temporaryFolder(t), 'opened')
      const opened = await desk.run(handler, ['open', one.caseId, '--out', folder])
      t.equal(opened.code, 0, opened.err)
      t.same(await readFile(join(folder, `${one.caseId}-attachment-1.jpg`)), photo)
      t.same(await readFile(join(folder, `${one.caseId}-attachment-2.txt`)), afterwards)
    }
    const gone = await desk.run('vietnam-2', ['open', one.caseId])
    t.equal(gone.code, 1, 'and the team before opens neither')
  },
)

await t.test(
  'what is not the file that was sealed leaves nothing, and keeps no other back',
  async t => {
    const one = await desk.newCase()
    const changed = await attach(one, photo)
    const gone = await attach(one, photo)
    const lied = await attach(one, photo, { digest: 'A'.repeat(43) })
    const short = await attach(one, photo, { bytes: photo.length - 1 })
    await attach(one, Buffer.from('good'), { type: 'text/plain' })
    await desk.api.db.rows(
      `update upload_parts set sealed = set_byte(sealed, 5000, get_byte(sealed, 5000) # 1)
     where upload_id = $1 and from_byte > 0`,
      [changed.id],
    )
    await desk.api.db.rows(
      'update uploads set addition_id = null, expires_at = now() where id = $1',
      [gone.id],
    )
    const folder = join(await temporaryFolder(t), 'opened')
    const run = await desk.run('vietnam-1', ['open', one.caseId, '--out', folder])
    t.equal(run.code, 1)
    t.match(run.err, '4 of 5 attachments were not saved')
    t.same((await readdir(folder)).toSorted(), [
      `${one.caseId}-attachment-5.txt`,
      `${one.caseId}.json`,
    ])
    t.ok(lied.id !== short.id)
  },
)

await t.test('what fails later keeps no file from being named that was saved before', async t => {
  const one = await desk.newCase()
  await attach(one, Buffer.from('first'), { type: 'text/plain' })
  await attach(one, Buffer.from('second'), { type: 'text/plain' })
  const folder = await temporaryFolder(t)
  const file = (n: number) => join(folder, `${one.caseId}-attachment-${n}.txt`)
  // Nothing is there, and nothing can be put there.
  await symlink(join(folder, 'nowhere'), file(2))
  const run = await desk.run('vietnam-1', ['open', one.caseId, '--out', folder])
  t.equal(run.code, 1)
  t.equal(await readFile(file(1), 'utf8'), 'first')
  for (const saved of [join(folder, `${one.caseId}.json`), file(1)])
    t.match(run.err, `saving in ${saved}, in the clear: delete it when you are done\n`)
  t.notMatch(run.err, `saving in ${file(2)}`)
})

await t.test('an attachment that only the server speaks of is none', async t => {
  const [one, other] = [await desk.newCase(), await desk.newCase()]
  const upload = await sealedUpload(desk.organisation, photo)
  await uploadAll(desk.api, one.token, upload)
  // Signed with the key of another case.
  const forged = await manifestOf(desk.organisation, { ...one, keys: other.keys }, [
    upload.attachment,
  ])
  await withToken(desk.api, one.token, '/v1/mailbox/additions', forged)
  const run = await desk.run('vietnam-1', ['open', one.caseId])
  t.match(run.out, 'not shown: not from the applicant')
  t.notMatch(run.out, 'photo.jpg')
})

await t.test('step 10: a stick carries attachments, sealed as they are', async t => {
  const one = await desk.newCase()
  const { id } = await attach(one, photo, { name: 'Ảnh.jpg' })
  await desk.run('vietnam-1', ['claim', one.caseId])
  const stick = await temporaryFolder(t)
  const file = join(stick, 'cases.khancap')
  const made = await desk.run('vietnam-1', ['bundle', '--out', file, one.caseId])
  t.equal(made.code, 0, made.err)
  const carried = join(`${file}.files`, `${id}.age`)
  const sealed = await readFile(carried)
  t.match(sealed.subarray(0, 21).toString(), 'age-encryption.org/v1')
  t.equal((await stat(carried)).mode & 0o777, 0o600)
  t.notOk(sealed.includes(photo.subarray(0, 32)))
  const away = await handlerFolder(t, desk.organisation, 'vietnam-1', desk.url)
  const settings = join(away, 'settings.json')
  const text = await readFile(settings, 'utf8')
  await writeFile(settings, text.replace(desk.url, `http://127.0.0.1:${await freePort()}`))
  const open = (folder: string) =>
    khancap(['open', one.caseId, '--bundle', file, '--out', folder], { folder: away })
  const folder = join(stick, 'opened')
  const opened = await open(folder)
  t.equal(opened.code, 0, opened.err)
  t.same(await readFile(join(folder, `${one.caseId}-attachment-1.jpg`)), photo)
  sealed[100_000] = (sealed[100_000] ?? 0) ^ 1
  await writeFile(carried, sealed)
  const damaged = await open(join(stick, 'again'))
  t.equal(damaged.code, 1)
  t.same(await readdir(join(stick, 'again')), [`${one.caseId}.json`])
})
