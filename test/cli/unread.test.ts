// What the applicant adds while a handler writes, or while a bundle travels, is not swallowed by the answer.
import { join } from 'node:path'
import { readFile, writeFile } from 'node:fs/promises'
import t from 'tap'
import { freePort } from '../helper/free-port.js'
import { sealedAddition, withToken } from '../helper/api.js'
import { handlerFolder, khancap, temporaryFolder } from '../helper/cli.js'
import { office } from '../helper/office.js'

t.setTimeout(300_000)

const json = (text: string) => JSON.parse(text)
const desk = await office(t)
const stick = await temporaryFolder(t)
type Worked = Awaited<ReturnType<typeof desk.newCase>>

async function claimed(): Promise<Worked> {
  const one = await desk.newCase()
  const run = await desk.run('vietnam-1', ['claim', one.caseId])
  if (run.code !== 0) throw new Error(run.err)
  return one
}

async function add(one: Worked): Promise<void> {
  const addition = await sealedAddition(desk.organisation, one, 'Họ đang ở trước cửa.')
  await withToken(desk.api, one.token, '/v1/mailbox/additions', addition)
}

const caseOf = async (one: Worked) =>
  json((await desk.run('vietnam-1', ['open', one.caseId, '--json'])).out).case

await t.test('step 10: an answer to what was opened leaves what came since', async t => {
  const one = await claimed()
  t.equal((await desk.run('vietnam-1', ['open', one.caseId])).code, 0)
  await add(one)
  const closing = await desk.run('vietnam-1', ['close', one.caseId, '--outcome', 'no_contact'])
  t.equal(closing.code, 1)
  t.match(closing.err, 'the applicant has added something since this case was read here')
  const reply = await desk.run('vietnam-1', ['reply', one.caseId], { stdin: 'Chào chị Hoa.' })
  t.equal(reply.code, 0, reply.err)
  t.match(reply.err, 'has added something since case')
  t.match(reply.err, '1 additions of the applicant')
  const contact = await desk.run('vietnam-1', ['contacted', one.caseId, '--via', 'phone'])
  t.match(contact.err, 'has added something since case')
  const after = await caseOf(one)
  t.match(after, { state: 'answered', unread_additions: 1 })
  t.type(after.due_at, 'string', 'an answer is still owed')
  t.equal((await desk.run('vietnam-1', ['reply', one.caseId], { stdin: 'Đã đọc.' })).code, 0)
  t.match(await caseOf(one), { due_at: null, unread_additions: 0 })
})

await t.test('step 10: an answer from a stick leaves what came while it travelled', async t => {
  const [one, other] = [await claimed(), await claimed()]
  const file = join(stick, 'travels.khancap')
  const ids = [one.caseId, other.caseId]
  t.equal((await desk.run('vietnam-1', ['bundle', '--out', file, ...ids])).code, 0)
  const folder = await handlerFolder(t, desk.organisation, 'vietnam-1', desk.url)
  const settings = join(folder, 'settings.json')
  const text = await readFile(settings, 'utf8')
  await writeFile(settings, text.replace(desk.url, `http://127.0.0.1:${await freePort()}`))
  const away = (args: readonly string[], stdin = '') =>
    khancap([...args, '--bundle', file], { folder, stdin })
  t.equal((await away(['reply', one.caseId], 'Chào chị Hoa.')).code, 0)
  t.equal((await away(['contacted', other.caseId, '--via', 'phone'])).code, 0)
  await add(one)
  await add(other)
  const sent = await desk.run('vietnam-1', ['import', file])
  t.equal(sent.code, 0, sent.err)
  for (const worked of [one, other]) {
    const after = await caseOf(worked)
    t.match(after, { state: 'answered', unread_additions: 1 })
    t.type(after.due_at, 'string')
  }
})
