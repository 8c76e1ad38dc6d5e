// What a hostile applicant seals takes nothing from a handler: the case is shown, and the others are worked on.
import t, { type Test } from 'tap'
import type { CarriedMail } from '../../schemas/sealed.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { newAgeIdentity } from '../../src/core/envelope/age-keys.js'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { widthOf } from '../../cli/terminal/width.js'
import { caseInTeam, sealedAddition, sealRequest, submit, withToken } from '../helper/api.js'
import { temporaryFolder } from '../helper/cli.js'
import { office, vietnamese } from '../helper/office.js'
import { clientId, sha256 } from '../helper/store.js'

t.setTimeout(300_000)

const json = (text: string) => JSON.parse(text)
const desk = await office(t)
const p = desk.organisation.primitives

/** A mail that is nowhere. */
const nowhere = (): CarriedMail => ({
  file: {
    id: clientId(),
    identity: newAgeIdentity(p),
    bytes: 100,
    sha256: encodeBase64url(new Uint8Array(32)),
    name: 'mail.eml',
    type: 'message/rfc822',
  },
  arrived: '2026-03-02T10:00:00Z',
  whole: true,
})

await t.test('step 9: a request of the page that says that it carries a mail opens', async t => {
  const one = await caseInTeam(desk.api, 'vietnam', { answers: vietnamese, mail: nowhere() })
  const { code, err, out } = await desk.run('vietnam-1', ['open', one.caseId])
  t.equal(code, 0, err)
  t.match(out, 'Chỉ nhắn sau 22 giờ')
  t.match(out.replaceAll(/\n +/g, ' '), 'says that it carries a mail; it was not fetched')
  const shown = json((await desk.run('vietnam-1', ['open', one.caseId, '--json'])).out)
  t.match(shown.warnings, [{ code: 'mail_out_of_place' }])
  t.notOk('mails' in shown)
  await desk.run('vietnam-1', ['claim', one.caseId])
  const reply = await desk.run('vietnam-1', ['reply', one.caseId], { stdin: 'Chào chị Hoa.' })
  t.equal(reply.code, 0, 'it is answered like any request of the page')
})

await t.test('step 9: a mail that cannot be had is named, and hides nothing else', async t => {
  const one = await caseInTeam(desk.api, 'vietnam', { answers: vietnamese })
  for (const channel of ['web', 'mail', 'mail'] as const) {
    const addition = await sealedAddition(
      desk.organisation,
      one,
      `by ${channel}`,
      { channel },
      nowhere(),
    )
    const isMail = channel === 'mail'
    // Nobody signs a mail.
    const sent = isMail ? { ...addition, signature: 'A'.repeat(86) } : addition
    const answer = await withToken(desk.api, one.token, '/v1/mailbox/additions', sent)
    t.ok(answer.statusCode < 300, answer.body)
  }
  const { code, err, out } = await desk.run('vietnam-1', ['open', one.caseId])
  t.equal(code, 0, err)
  t.match(out, 'by web')
  t.equal(out.match(/mail not shown: /g)?.length, 2)
  const shown = json((await desk.run('vietnam-1', ['open', one.caseId, '--json'])).out)
  t.match(shown.mails, [{ not_shown: String }, { not_shown: String }])
  t.match(shown.warnings, [{ code: 'mail_out_of_place' }])
  const folder = await temporaryFolder(t)
  const saved = await desk.run('vietnam-1', ['open', one.caseId, '--out', folder])
  t.equal(saved.code, 1, 'what was to be saved was not')
  t.match(saved.out, 'by web')
  t.match(saved.err, `saving in ${join(folder, one.caseId)}.json, in the clear`)
  t.match(saved.err, /^warning: .+\nkhancap: .+$/m, 'each of the two is said')
})

const blank = '\u00a0'
/** Rows of it begin anywhere: what a terminal breaks by itself begins with it. */
const forged = (length: number) => `FORGED${blank}`.repeat(length).slice(0, length)

/** No row is broken by the terminal, and what others wrote stands behind the bar. */
function expectBarred(t: Test, out: string): void {
  for (const row of out.split('\n')) {
    t.ok(widthOf(row) <= 80, row)
    if (row.includes('FORGED')) t.match(row, /^ +\| /)
  }
}

await t.test('step 9: nothing that an applicant wrote passes for a line of the tool', async t => {
  const one = await caseInTeam(desk.api, 'vietnam', {
    answers: {
      ...vietnamese,
      NOTES: forged(500),
      '2026-11-22 03:11 UTC, vietnam-2': 'FORGED We have told them.',
      contact: { kind: 'messenger', NOTES: forged(200) },
      on_behalf_of: forged(300),
      person_agrees: { way_out: forged(300) },
      deadline: { date: '2026-11-25', time: '08:30', zone: forged(60) },
      situation: ['detained', forged(40), 'constructor'],
      if_unreachable: forged(100),
    },
    content: {
      form_version: 7,
      promise: forged(400),
      attachments: [
        {
          id: clientId(),
          identity: newAgeIdentity(p),
          bytes: 12,
          digest: encodeBase64url(new Uint8Array(32)),
          stripped: false,
          name: forged(255),
          type: forged(120),
        },
      ],
    },
  })
  const { code, err, out } = await desk.run('vietnam-1', ['open', one.caseId], { columns: 80 })
  t.equal(code, 0, err)
  expectBarred(t, out)
  t.notMatch(out, /^(NOTES|2026)/m)
  t.match(out, /^unknown question\n {2}\| NOTES:$/m)
  t.match(out, /^ {2}unknown question\n {2}\| NOTES:$/m)
  t.match(out, /^unknown question\n {2}\| 2026-11-22 03:11 UTC, vietnam-2: FORGED We/m)
  t.match(out, /^ {2}\| - constructor$/m)
  t.match(out, /^ {2}attachment, 12 bytes\n {2}\| FORGED/m)
  const { warnings } = json((await desk.run('vietnam-1', ['open', one.caseId, '--json'])).out)
  t.match(warnings, [
    { code: 'promise_differs', sentence: /:$/, quoted: forged(400) },
    { code: 'form_version_other' },
    {
      code: 'answers_do_not_fit',
      sentence:
        /contact \(unknown key\).*\/on_behalf_of \(unknown option\).*elsewhere \(unknown key\)$/,
    },
  ])
})

await t.test('what another version of the form asked is no fault of the answers', async t => {
  const { contact_caution: _, contact: __, ...answers } = vietnamese
  const one = await caseInTeam(desk.api, 'vietnam', { answers, content: { form_version: 7 } })
  const { warnings } = json((await desk.run('vietnam-1', ['open', one.caseId, '--json'])).out)
  t.match(warnings, [{ code: 'form_version_other' }])
  t.equal(warnings.length, 1)
})

await t.test('nothing that a server wrote passes for a line of the tool', async t => {
  const { caseId: id } = await desk.newCase()
  const say = (detail: string) =>
    desk.api.db.rows('update events set detail = $2 where case_id = $1', [id, detail])
  const columns = 80
  await say(`by vietnam-1, signed${blank.repeat(30)}${forged(140)}`)
  const opened = await desk.run('vietnam-1', ['open', id], { columns })
  const history = await desk.run('vietnam-1', ['history', id], { columns })
  for (const { out } of [opened, history]) {
    expectBarred(t, out)
    t.match(out, /UTC {2}routed\n {2}\| by vietnam-1,$/m)
  }
  await say('by_vietnam-1, signed')
  const plain = await desk.run('vietnam-1', ['history', id], { columns })
  t.match(plain.out, /routed \(by vietnam-1, signed\)$/m)
  await say('x '.repeat(40).trim())
  const long = await desk.run('vietnam-1', ['history', id], { columns })
  t.match(long.out, /routed \(x x[x ]+\n {24}x[x ]+\)$/m)
})

type Worked = Awaited<ReturnType<typeof desk.newCase>>

/** The server serves other bytes under the id of a case, with their hash. */
async function serve({ caseId }: Worked, envelope: Uint8Array): Promise<void> {
  await desk.api.db.rows('update envelopes set sealed = $2 where case_id = $1', [caseId, envelope])
  await desk.api.db.rows('update cases set envelope_sha256 = $2 where id = $1', [
    caseId,
    sha256(envelope),
  ])
}

await t.test('step 9: an act on a case that was not opened remembers nothing of it', async t => {
  const one = await desk.newCase()
  const other = await sealRequest(desk.organisation, { answers: vietnamese })
  await serve(one, other.envelope)
  t.equal((await desk.run('vietnam-1', ['claim', one.caseId])).code, 0)
  await serve(one, one.envelope)
  t.equal((await desk.run('vietnam-1', ['open', one.caseId])).code, 0)
})

await t.test('step 9: the receipt of its applicant brings the true request back', async t => {
  const one = await desk.newCase()
  const other = await sealRequest(desk.organisation, { answers: vietnamese })
  await serve(one, other.envelope)
  t.equal((await desk.run('vietnam-1', ['open', one.caseId])).code, 0, 'the takeover is believed')
  const receipt = join(await temporaryFolder(t), 'receipt.txt')
  const answer = await submit(desk.api, one.request)
  await writeFile(receipt, String(answer.json().receipt))
  const accept = () => desk.run('vietnam-1', ['verify', 'receipt', receipt, '--case', one.caseId])
  const early = await accept()
  t.match([early.code, early.err], [1, 'the receipt is not for the request that the server serves'])

  await serve(one, one.envelope)
  const hashes = [one.envelope, other.envelope].map(bytes => encodeBase64url(sha256(bytes)))
  const refused = await desk.run('vietnam-1', ['open', one.caseId])
  t.equal(refused.code, 1)
  t.match(refused.err, 'the server serves another request under case')
  for (const hash of hashes) t.match(refused.err, hash)
  t.match(refused.err, 'khancap verify receipt FILE --case')
  const accepted = await accept()
  t.equal(accepted.code, 0, accepted.err)
  for (const hash of hashes) t.match(accepted.err, hash)
  t.match(accepted.out, 'the receipt is from')
  t.equal((await desk.run('vietnam-1', ['open', one.caseId])).code, 0)
})

await t.test('a bundle leaves out what opens with no key, and takes the others', async t => {
  const [one, other] = [await desk.newCase(), await desk.newCase()]
  await serve(
    one,
    one.envelope.map((byte, at) => (at === one.envelope.length - 1 ? byte ^ 1 : byte)),
  )
  const file = join(await temporaryFolder(t), 'bundle.khancap')
  const run = await desk.run('vietnam-1', ['bundle', '--out', file, one.caseId, other.caseId])
  t.equal(run.code, 0, run.err)
  t.match(run.err, `case ${one.caseId} opens with no key; it was left out`)
})
