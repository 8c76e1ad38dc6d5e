// Step 10m: mails that anybody may have written, or that a server keeps back. Neither hides the key that the sender gave.
import t from 'tap'
import { scriptedAsker } from '../helper/cli.js'
import { keyRing } from '../helper/key-ring.js'
import { mailOffice } from '../helper/mail-office.js'

t.setTimeout(600_000)

const desk = await mailOffice(t)
const address = 'somebody@sender.example'
const ring = await keyRing(t)
const own = ring.makeKey(address)
const key = ring.gpg(['--armor', '--export', own]).toString().trimEnd().replaceAll('\n', '\r\n')
const keyPart = ['Content-Type: application/pgp-keys; name=k.asc', '', key]

let count = 0
const mail = (lines: readonly string[], from = address, subject = 'PIL') =>
  [
    `From: ${from}`,
    `Subject: ${subject}`,
    `Message-ID: <d${++count}@sender.example>`,
    ...lines,
    '',
  ].join('\r\n')
const text = ['', `words`]
const caseFrom = (lines: readonly string[]) => desk.caseFrom(mail(lines), 'director-1')
const reply = (id: string, ...args: string[]) =>
  desk.run('director-1', ['reply', id, '--json', ...args], { stdin: 'Luật sư gọi lại.' })
const addTo = async (id: string, lines: readonly string[], from = address) => {
  const subject = `Re: [case ${id.slice(0, 4)}-${id.slice(4, 8)}]`.toUpperCase()
  const taken = await desk.arrive(mail(lines, from, subject))
  if (taken !== 'addition') throw new Error(`the mail is ${taken}`)
}
/** Adds a mail that the server then loses, or keeps back. */
async function addLost(id: string, lines: readonly string[], from = address) {
  const mails = await desk.api.db.rows('select id from mails where case_id = $1', [id])
  const known = mails.map(row => row['id'])
  await addTo(id, lines, from)
  await desk.api.db.rows('delete from mails where case_id = $1 and id <> all($2)', [id, known])
}

await t.test('step 10m: mails of others do not hide the sender’s own', async t => {
  const id = await caseFrom(text)
  await addTo(id, keyPart)
  for (let other = 0; other < 6; other++) await addTo(id, text, `other-${other}@x.example`)
  const refused = await reply(id, '--yes')
  t.equal(refused.code, 1)
  t.match(refused.err, 'the key comes with a later mail only')
  t.match(refused.err, `--key ${own}`)
  t.notMatch(refused.err, 'gave no key')
  t.notMatch(refused.err, 'could not be looked at')
  const { code, err } = await reply(id, '--yes', '--key', own)
  t.equal(code, 0, err)
})

await t.test('step 10m: more mails than are looked at are no mails without a key', async t => {
  const id = await caseFrom(text)
  await addTo(id, keyPart)
  for (let forged = 0; forged < 20; forged++) await addTo(id, text)
  const refused = await reply(id, '--yes')
  t.equal(refused.code, 1)
  t.match(refused.err, '1 later mail of this case could not be looked at')
  t.match(refused.err, 'whether the sender gave a key is not known')
  t.match(refused.err, 'somebody has to decide')
  t.notMatch(refused.err, 'gave no key')
})

await t.test('step 10m: a mail that the server keeps back is a doubt, and is said', async t => {
  const id = await caseFrom(text)
  await addLost(id, keyPart)
  const refused = await reply(id, '--yes')
  t.equal(refused.code, 1)
  t.match(refused.err, '1 later mail of this case could not be looked at')
  t.match(refused.err, 'somebody has to decide')
  const asker = scriptedAsker('no')
  const asked = await desk.run('director-1', ['reply', id], { stdin: 'words', asker })
  t.strictSame(asker.asked, ['Send it in the clear?'])
  t.match(asked.err, 'could not be looked at, and may bring a key')
  const plain = await reply(id, '--plain', '--yes')
  t.equal(plain.code, 0, plain.err)
  t.match(plain.err, '1 later mail of this case could not be looked at, and may bring a key')
  for (const { err } of [refused, asked, plain]) t.notMatch(err, 'gave no key')

  const keyed = await caseFrom(keyPart)
  await addTo(keyed, keyPart)
  await addLost(keyed, text, 'other@x.example')
  const doubtful = await reply(keyed, '--yes')
  t.equal(doubtful.code, 1)
  t.match(doubtful.err, 'what was not looked at may bring another key than this one')
  t.equal((await reply(keyed, '--yes', '--key', own)).code, 0)
})

await t.test('step 10m: a key that a later mail does not bring has to be named', async t => {
  const id = await caseFrom(keyPart)
  await addTo(id, keyPart)
  await addTo(id, text, 'other@x.example')
  const agreed = await reply(id, '--yes')
  t.equal(agreed.code, 0, 'where each of the sender’s mails brings it a yes is enough')
  t.match(agreed.err, /of the first mail, of \d{4}-\d\d-\d\d \d\d:\d\d UTC/)

  const forged = await caseFrom(keyPart)
  await addTo(forged, text)
  const refused = await reply(forged, '--yes')
  t.equal(refused.code, 1)
  t.match(refused.err, 'a later mail of that address does not bring this key')
  t.match(refused.err, /of the first mail, of \d{4}-\d\d-\d\d \d\d:\d\d UTC/)
  t.match(refused.err, `--key ${own}`)
  const asker = scriptedAsker('plain', 'no')
  await desk.run('director-1', ['reply', forged], { stdin: 'words', asker })
  t.strictSame(asker.asked, ['To which key is the answer sealed?', 'Send it in the clear?'])
  const { code, err } = await reply(forged, '--yes', '--key', own)
  t.equal(code, 0, err)
})
