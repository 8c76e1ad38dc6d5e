// Two implementations that never met: a client written from the documents speaks with the service and the handlers'
// tool, and npm `age-encryption` alone opens what the pages seal.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from '../helper/free-port.js'
import t, { type Test } from 'tap'
import { Decrypter } from 'age-encryption'
import * as z from 'zod'
import { answer, begin, chromiumDriver, emergencyDoings, send } from '../helper/applicant.js'
import { visitor } from '../helper/chromium.js'
import { khancap } from '../helper/handler.js'
import { dataFolder, removeFolder, startService } from '../helper/service.js'
import { onServiceDatabase } from '../helper/service-database.js'
import { nameOfLetter, readLetter } from './letter.js'
import {
  add,
  contextBytes,
  contextOf,
  deadlineOf,
  fetchDirectory,
  keysOf,
  lookIntoMailbox,
  mintCode,
  open,
  programOf,
  readersOf,
  readReceipt,
  readReply,
  readShape,
  readText,
  sealRequest,
  sha256,
  signAddition,
  submit,
  verifies,
  verifyDirectory,
  wordsOf,
} from './client.js'

const bytesOf = (text: string) => Buffer.from(text, 'base64url')
const Listed = z.object({
  cases: z.array(z.object({ id: z.string(), state: z.string() })),
})
const Opened = z.object({
  case: z.object({ id: z.string() }),
  content: z.object({ answers: z.record(z.string(), z.unknown()) }),
})

async function vector<T>(name: string, shape: z.ZodType<T>): Promise<T> {
  return shape.parse(JSON.parse(await readFile(`test/vectors/v1/${name}.json`, 'utf8')))
}

/** `npm start` on a folder of its own, its root as a handler has it on paper, and one handler's tool. */
async function demo(t: Test) {
  const home = await dataFolder()
  t.teardown(() => removeFolder(home))
  const service = await startService({
    KHANCAP_HOME: home,
    KHANCAP_PORT: String(await freePort()),
    KHANCAP_METRICS_PORT: String(await freePort()),
  })
  t.teardown(() => service.stop())
  const station = join(home, 'demo', 'handlers', 'vi-1')
  const settings = await readFile(join(station, 'settings.json'), 'utf8')
  const { root } = z.object({ root: z.string() }).parse(JSON.parse(settings))
  return { home, station, root, url: service.ready.url }
}

/** Waits until the case of this envelope is routed. @returns its id */
async function routed(home: string, envelope: Buffer): Promise<string> {
  for (let times = 0; times < 300; times++) {
    const id = await onServiceDatabase(home, async client => {
      const { rows } = await client.query<{ id: string }>(
        `select id from cases where envelope_sha256 = $1 and state = 'routed'`,
        [sha256(envelope)],
      )
      return rows[0]?.id
    })
    if (id !== undefined) return id
    await wait(200)
  }
  throw new Error('not routed in time')
}

/** The one identity of an age identity file. */
function identityIn(text: string): string {
  const [identity, ...more] = text.split('\n').filter(line => line !== '' && !line.startsWith('#'))
  if (identity === undefined || more.length > 0) throw new Error('not one identity')
  return identity
}

await t.test(
  'the client agrees with every published file that opens, and refuses every other',
  async t => {
    const File = z.object({
      expect: z.enum(['success', 'refused', 'no match']),
      stage: z.enum(['shape', 'opening']).optional(),
      kind: z.enum(['envelope', 'slip', 'addition', 'reply', 'note', 'letter']),
      identity: z.string(),
      sealed: z.string(),
      sha256: z.string().optional(),
      context: z.string().optional(),
      content: z.unknown().optional(),
    })
    const origin = 'https://help.example.org'
    const names = (await readdir('test/vectors/v1')).map(name => name.replace('.json', ''))
    let files = 0
    for (const name of names) {
      const read = await vector(name, z.union([File, z.object({ comment: z.string() })]))
      if (!('sealed' in read)) continue
      files += 1
      const sealed = bytesOf(read.sealed)
      const opening = async () =>
        read.kind === 'letter'
          ? readLetter(sealed, read.identity, { origin })
          : open(sealed, read.identity, { kind: read.kind, origin })
      if (read.stage === 'shape') t.throws(() => readShape(sealed), name)
      else t.doesNotThrow(() => readShape(sealed), name)
      if (read.expect === 'refused') await t.rejects(opening(), name)
      else if (read.expect === 'no match') t.equal(await opening(), null, name)
      else {
        const content = await opening()
        if (read.content !== undefined) t.strictSame(content, read.content, name)
        t.equal(sha256(sealed).toString('base64url'), read.sha256, name)
        t.equal(contextBytes(readShape(sealed).context).toString('hex'), read.context, name)
      }
    }
    t.ok(files > 15, 'there are files')
  },
)

await t.test('the client derives, verifies and signs what the published values say', async t => {
  const code = await vector('receipt-code', z.record(z.string(), z.unknown()))
  const word = (key: string) => z.string().parse(code[key])
  const keys = await keysOf(bytesOf(word('entropy')), word('root'), word('origin'))
  t.equal(wordsOf(bytesOf(word('entropy'))), z.object({ en: z.string() }).parse(code['words']).en)
  t.match(keys, {
    identity: word('reply_identity'),
    recipient: word('reply_recipient'),
    mailbox: word('mailbox'),
    additionKey: word('addition_key'),
  })
  t.equal(keys.token.toString('base64url'), word('mailbox_token'))
  t.equal(keys.replyKey.toString('base64url'), word('reply_key'))

  const Reply = z.object({ sealed: z.string(), message: z.unknown() })
  const reply = await vector('reply', Reply)
  const origin = word('origin')
  t.strictSame(await readReply(bytesOf(reply.sealed), keys, { origin }), reply.message)
  const otherKeys = { ...keys, replyKey: Buffer.alloc(32) }
  await t.rejects(readReply(bytesOf(reply.sealed), otherKeys, { origin }), /not true/)

  const Addition = z.object({ sealed: z.string(), signature: z.string() })
  const addition = await vector('addition', Addition)
  const signature = signAddition(keys, bytesOf(addition.sealed))
  t.equal(signature.toString('base64url'), addition.signature)

  const Note = z.object({ note: z.string(), root: z.string(), now: z.string() })
  const { note, root, now } = await vector('directory', Note)
  const at = Date.parse(now)
  const known = verifyDirectory(Buffer.from(note), root, at)
  t.throws(() => verifyDirectory(Buffer.from(note), root, at + 90 * 86_400_000), /not valid/)
  t.throws(() => verifyDirectory(Buffer.from(note), '0'.repeat(64), at), /pinned/)
  t.throws(() => verifyDirectory(Buffer.from(note.replace('Test', 'Best')), root, at), /verify/)
  const oneSignature = `${note.split('\n').slice(0, 5).join('\n')}\n`
  t.throws(() => verifyDirectory(Buffer.from(oneSignature), root, at), /too few/)

  const Letter = z.object({
    sealed: z.string(),
    message: z.unknown(),
    identity: z.string(),
    id: z.string(),
    name: z.string(),
  })
  const letter = await vector('letter', Letter)
  const router = { origin, known }
  t.strictSame(await readLetter(bytesOf(letter.sealed), letter.identity, router), letter.message)
  t.equal(nameOfLetter(letter.identity, letter.id), letter.name)
  const handlers = known.directory.handlers.map(one => ({ ...one, signing_keys: [] }))
  const without = { ...known, directory: { ...known.directory, handlers } }
  const nobody = { origin, known: without }
  await t.rejects(readLetter(bytesOf(letter.sealed), letter.identity, nobody), /nobody/)

  const Receipt = z.object({ note: z.string(), content: z.unknown() })
  const receipt = await vector('receipt', Receipt)
  t.strictSame(readReceipt(receipt.note, known), receipt.content)
  t.throws(() => readReceipt(receipt.note.replace('2026-03-04', '2026-03-05'), known))
})

await t.test('points of small order verify nothing', async t => {
  const identity = Buffer.alloc(32)
  identity[0] = 1
  t.notOk(verifies(identity, Buffer.from('anything'), Buffer.concat([identity, Buffer.alloc(32)])))
})

await t.test("the applicant's own date is an instant on the clock of its zone", async t => {
  t.equal(deadlineOf({ date: '2026-03-09' }), '2026-03-09T00:00:00Z')
  const inHanoi = { date: '2026-03-09', time: '08:30', zone: 'Asia/Ho_Chi_Minh' }
  t.equal(deadlineOf(inHanoi), '2026-03-09T01:30:00Z')
  t.equal(deadlineOf({ date: '2026-03' }), null)
  t.equal(deadlineOf({ way_out: 'unknown' }), null)
})

/** What the tool shows, without the bar and the breaks that fit it to the width. */
const unwrapped = (text: string) => text.replace(/\s*\n\s*\|? */g, ' ')

const story =
  'Công an bắt anh Nguyễn Văn Đường lúc 5 giờ sáng ở Quảng Trị — 𠀋 gửi bằng điện thoại người quen.'
const answers = {
  reply_language: 'vi',
  contact: { kind: 'portal' },
  on_behalf_of: 'family',
  person_agrees: 'cannot_be_asked',
  country: 'VN',
  time_pressure: 'happening_now',
  deadline: { date: '2099-03-09', time: '08:30', zone: 'Asia/Ho_Chi_Minh' },
  what_happened: story,
  situation: ['detained', 'health'],
  defender_link: { way_out: 'later' },
  help_needed: ['lawyer', 'family_visit'],
  alias: 'Chị Hằng',
  referral: 'ask_me_each_time',
}

await t.test(
  'whoever has only the documents can ask for support, read the answer and add to it',
  { timeout: 280_000 },
  async t => {
    const { home, station, root, url } = await demo(t)
    await t.rejects(fetchDirectory(url, '0'.repeat(64)), /pinned/)
    const known = await fetchDirectory(url, root)
    const keys = await keysOf(mintCode(), root, known.directory.origin)
    const request = { program: 'emergency', pageLanguage: 'vi', answers }
    const submission = await sealRequest(known, keys, request)
    const sent = await submit(url, known, submission)
    t.equal(sent.status, 201)
    const repeated = await submit(url, known, submission)
    t.equal(repeated.status, 200, 'the same bytes again are the same request')
    t.equal(repeated.note, sent.note, 'with the same receipt')
    const other = await sealRequest(known, keys, request)
    const changed = { ...other, body: { ...other.body, id: submission.body.id } }
    await t.rejects(submit(url, known, changed), /intake_conflict/)
    const stranger = await keysOf(mintCode(), root, known.directory.origin)
    await t.rejects(lookIntoMailbox(url, stranger), /mailbox_unknown/)

    const id = await routed(home, submission.envelope)
    t.match(await lookIntoMailbox(url, keys), { state: 'routed', team: 'vi', replies: [] })
    const inbox = await khancap(station, ['inbox', '--json'])
    t.equal(Listed.parse(JSON.parse(inbox.stdout)).cases[0]?.id, id)
    t.equal((await khancap(station, ['claim', id])).code, 0)
    const opened = await khancap(station, ['open', id, '--json'])
    t.equal(opened.code, 0, opened.stderr)
    t.strictSame(Opened.parse(JSON.parse(opened.stdout)).content.answers, answers)
    const shown = await khancap(station, ['open', id])
    t.ok(unwrapped(shown.stdout).includes(story), 'every letter, on the terminal too')
    t.notMatch(shown.stdout + shown.stderr, /warning|differ/i)

    const words =
      'Chúng tôi đã nhận được. Luật sư Đặng sẽ đến trại tạm giam lúc 9 giờ — xin giữ bình tĩnh.'
    const replied = await khancap(station, ['reply', id], words)
    t.equal(replied.code, 0, replied.stderr)
    const mailbox = await lookIntoMailbox(url, keys)
    t.match(mailbox, { state: 'answered', due_at: null })
    const sealed = bytesOf(mailbox.replies[0]?.sealed ?? '')
    const expected = { origin: known.directory.origin, known }
    t.match(await readReply(sealed, keys, expected), { text: words, language: 'vi' })
    await t.rejects(readReply(sealed, stranger, expected), /somebody else/)
    const forged = { ...keys, replyKey: stranger.replyKey }
    await t.rejects(readReply(sealed, forged, expected), /not true/)

    const more = 'Bổ sung: họ vừa đưa anh ấy sang Đồng Hới.'
    const first = await add(url, known, keys, mailbox, more)
    const forger = { ...keys, additionSeed: stranger.additionSeed }
    const second = await add(url, known, forger, mailbox, 'của người khác')
    const after = await lookIntoMailbox(url, keys, [mailbox.replies[0]?.id ?? ''])
    t.strictSame(
      after.additions.map(addition => addition.id).toSorted(),
      [first, second].toSorted(),
    )
    const again = await khancap(station, ['open', id, '--json'])
    t.equal(again.code, 0, again.stderr)
    const Added = z.object({ additions: z.array(z.looseObject({ id: z.string() })) })
    const { additions } = Added.parse(JSON.parse(again.stdout))
    t.match(
      additions.find(one => one.id === first),
      { text: more },
      'signed: it is shown',
    )
    t.match(
      additions.find(one => one.id === second),
      { text: undefined, not_shown: 'not_from_the_applicant' },
    )
    const onScreen = await khancap(station, ['open', id])
    t.ok(unwrapped(onScreen.stdout).includes(more))
    t.notOk(
      unwrapped(onScreen.stdout).includes('của người khác'),
      'what the code did not sign is not shown',
    )
  },
)

await t.test(
  'npm age-encryption alone opens what the page in a browser seals',
  { timeout: 280_000 },
  async t => {
    const { home, station, root, url } = await demo(t)
    const visiting = await visitor(t)
    const driver = chromiumDriver(visiting.page)
    await begin(driver, url, 'vi', 'emergency')
    await answer(driver, emergencyDoings('vi', story))
    await send(driver)
    await driver.see('#due')

    const Sent = z.object({ envelope: z.string(), slip: z.string() })
    const body = visiting.requests.find(one => one.url() === `${url}/v1/intakes`)?.postData()
    const sent = Sent.parse(JSON.parse(body ?? ''))
    const stored = await onServiceDatabase(home, async client => {
      const { rows } = await client.query<{ sealed: Buffer }>('select sealed from envelopes')
      return rows.map(row => row.sealed)
    })
    t.equal(stored.length, 1)
    const envelope = stored[0] ?? Buffer.alloc(0)
    t.ok(envelope.equals(bytesOf(sent.envelope)), 'the store has what the browser sent')

    const passphrase = (await readFile(join(station, 'passphrase'), 'utf8')).trimEnd()
    const locked = new Decrypter()
    locked.addPassphrase(passphrase)
    const file = await locked.decrypt(await readFile(join(station, 'identity.age')), 'text')
    const handler = new Decrypter()
    handler.addIdentity(identityIn(file))
    const text = await handler.decrypt(envelope, 'text')
    const content = z.looseObject({ answers: z.looseObject({}) }).parse(JSON.parse(text))
    t.equal(content.answers['what_happened'], story)
    t.match(content, {
      kind: 'envelope',
      program: 'emergency',
      language: 'vi',
      page_language: 'vi',
    })

    const router = new Decrypter()
    router.addIdentity(identityIn(await readFile(join(home, 'secrets', 'router.identity'), 'utf8')))
    const slip = bytesOf(sent.slip)
    const facts: unknown = JSON.parse(await router.decrypt(slip, 'text'))
    t.match(facts, {
      kind: 'slip',
      envelope: sha256(envelope).toString('base64url'),
      program: 'emergency',
      language: 'vi',
      country: 'VN',
      urgency: 'happening_now',
      deadline: null,
    })
    await t.rejects(router.decrypt(envelope), /no identity matched/, 'the router reads slips only')

    const known = await fetchDirectory(url, root)
    const program = programOf(known, 'emergency', Date.now())
    const { context, readers } = readShape(envelope)
    t.strictSame(context, contextOf(known, 'envelope'))
    t.strictSame(readText(Buffer.from(text), context), content, 'as strict as the document has it')
    t.strictSame(readShape(slip), { context: contextOf(known, 'slip'), readers: 1 })
    const asked = { language: 'vi', country: 'VN', region: null }
    const own = await readersOf(known, program, asked, Date.now())
    t.equal(readers, own.length, 'both clients choose as many readers')
  },
)
