// Step 10m: keys inside mails that are sealed with PGP, and every doubt about a key: somebody names it, or nothing leaves.
import { mkdtemp, rm } from 'node:fs/promises'
import t from 'tap'
import { partBytes, partText, readParts } from '../../src/core/mail/parts.js'
import { scriptedAsker } from '../helper/cli.js'
import { keyRing } from '../helper/key-ring.js'
import { mailOffice } from '../helper/mail-office.js'

t.setTimeout(600_000)

const desk = await mailOffice(t)
const words = 'Luật sư gọi lại lúc 9 giờ.'
const address = 'somebody@sender.example'

/** The sender's key, another one in the same name, one that has expired, and the team's own ring. */
const sender = await keyRing(t)
const forger = await keyRing(t)
const team = await keyRing(t)
const own = sender.makeKey(address)
const other = forger.makeKey(address)
const over = sender.makeKey('old@sender.example', '1d', '--faked-system-time', '20200101T000000')
team.makeKey('team@example.org')
const armor = (ring: typeof sender, id: string) =>
  ring.gpg(['--armor', '--export', id]).toString().trimEnd().replaceAll('\n', '\r\n')
const [ownKey, otherKey] = [armor(sender, own), armor(forger, other)]
const autocrypt = (ring: typeof sender, id: string) =>
  `Autocrypt: addr=${address}; keydata=\r\n ${ring
    .gpg(['--export', id])
    .toString('base64')
    .replaceAll(/(.{70})/g, '$1\r\n ')}`
const before = process.env['GNUPGHOME']
process.env['GNUPGHOME'] = team.home
t.teardown(() => {
  if (before === undefined) delete process.env['GNUPGHOME']
  else process.env['GNUPGHOME'] = before
})

let count = 0
const mail = (lines: readonly string[], subject = 'PIL') =>
  [
    `From: ${address}`,
    `Subject: ${subject}`,
    `Message-ID: <s${++count}@sender.example>`,
    ...lines,
    '',
  ].join('\r\n')
const keyPart = (key: string) => ['Content-Type: application/pgp-keys; name=k.asc', '', key]
const mixed = (...parts: readonly (readonly string[])[]) => [
  'Content-Type: multipart/mixed; boundary="m"',
  '',
  ...parts.flatMap(part => ['--m', ...part]),
  '--m--',
]
const text = (body: string) => ['Content-Type: text/plain', '', body]
const encrypted = (inside: readonly string[], ...header: readonly string[]) => [
  ...header,
  'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="e"',
  '',
  '--e',
  'Content-Type: application/pgp-encrypted',
  '',
  'Version: 1',
  '--e',
  'Content-Type: application/octet-stream',
  '',
  `${team.seal([...inside, ''].join('\r\n'), 'team@example.org')}--e--`,
]
const withKeyInside = (...header: string[]) =>
  mail(encrypted(mixed(text('words'), keyPart(ownKey)), ...header))

const caseFrom = (raw: string) => desk.caseFrom(raw, 'director-1')
const reply = (id: string, ...args: string[]) =>
  desk.run('director-1', ['reply', id, '--json', ...args], { stdin: words })
const sealedWith = (out: string) => JSON.parse(out).letter.sealed_with
const sent = async () => {
  const { length } = desk.sink.mails
  await desk.post()
  return desk.sink.mails.length - length
}
const addTo = (id: string, lines: readonly string[]) =>
  desk.arrive(mail(lines, `Re: [case ${id.slice(0, 4)}-${id.slice(4, 8)}]`.toUpperCase()))

await t.test('step 10m: the key inside a sealed mail is found, and used', async t => {
  const id = await caseFrom(withKeyInside())
  const { code, err, out } = await reply(id, '--yes')
  t.equal(code, 0, err)
  t.strictSame(sealedWith(out), {
    kind: 'openpgp',
    fingerprint: own,
    source: 'attached',
    mail: 'first',
    inside: true,
  })
  t.match(err, 'in its sealed part')
  t.equal(await sent(), 1)
  const [, sealed] = readParts(Buffer.from(desk.sink.mails.at(-1)?.raw ?? '')).parts
  const opened = sender.gpg(['--decrypt'], sealed === undefined ? '' : partBytes(sealed))
  const [inside] = readParts(opened).parts
  t.equal(inside === undefined ? '' : partText(inside).trim(), words)
})

await t.test('step 10m: the same key in the header and inside is one key', async t => {
  const id = await caseFrom(withKeyInside(autocrypt(sender, own)))
  const { code, err, out } = await reply(id, '--yes')
  t.equal(code, 0, err)
  t.match(sealedWith(out), { fingerprint: own, inside: true })
  t.equal(await sent(), 1)
})

await t.test(
  'step 10m: a header that says another key than the inside is not believed',
  async t => {
    const id = await caseFrom(withKeyInside(autocrypt(forger, other)))
    const refused = await reply(id, '--yes')
    t.equal(refused.code, 1)
    t.match(refused.err, 'the mail brings 2 different keys')
    t.match(refused.err, `--key ${own}`)
    t.match(refused.err, `--key ${other}`)
    t.ok(refused.err.indexOf(own) < refused.err.indexOf(other), 'the sealed part comes first')
    const wrong = await reply(id, '--yes', '--key', own.slice(-16))
    t.equal(wrong.code, 1, 'short ids can be forged')
    t.match(wrong.err, 'give the whole fingerprint')
    t.equal((await reply(id, '--plain', '--key', own)).code, 2)
    const asker = scriptedAsker('plain', 'no')
    const asked = await desk.run('director-1', ['reply', id, '--yes'], { stdin: words, asker })
    t.equal(asked.code, 1)
    t.strictSame(asker.asked, ['To which key is the answer sealed?', 'Send it in the clear?'])
    t.equal(await sent(), 0)
    const spaced = own.toLowerCase().replaceAll(/(.{4})/g, '$1 ')
    const { code, err, out } = await reply(id, '--yes', '--key', spaced)
    t.equal(code, 0, err)
    t.match(sealedWith(out), { fingerprint: own })
    t.equal(await sent(), 1)
  },
)

await t.test('step 10m: a mail that stays shut is never one without a key', async t => {
  const id = await caseFrom(withKeyInside())
  const empty = await mkdtemp('/tmp/kg-')
  t.teardown(() => rm(empty, { recursive: true, force: true, maxRetries: 5 }))
  process.env['GNUPGHOME'] = empty
  t.teardown(() => (process.env['GNUPGHOME'] = team.home))
  const { code, err } = await reply(id, '--yes')
  t.equal(code, 1)
  t.match(err, 'a mail of this case stays shut')
  t.match(err, 'the key that it is sealed to is not here')
  t.match(err, 'somebody has to decide')
  t.notMatch(err, 'gave no key')
  const path = process.env['PATH']
  process.env['PATH'] = empty
  const missing = await reply(id, '--yes')
  process.env['PATH'] = path
  t.match(missing.err, 'there is no gpg on this machine')
  t.notMatch(missing.err, 'gave no key')
  const asker = scriptedAsker('no')
  const asked = await desk.run('director-1', ['reply', id], { stdin: words, asker })
  t.strictSame(asker.asked, ['Send it in the clear?'])
  t.match(asked.err, 'its sender sealed what they wrote, and what stays shut may bring a key')
  t.equal(await sent(), 0)
  const plain = await reply(id, '--plain', '--yes')
  t.equal(plain.code, 0, plain.err)
  t.match(plain.err, 'its sender sealed what they wrote')

  const beside = await caseFrom(withKeyInside(autocrypt(sender, own)))
  const doubtful = await reply(beside, '--yes')
  t.equal(doubtful.code, 1)
  t.match(doubtful.err, 'a part that stays shut may bring another key')
  t.equal((await reply(beside, '--yes', '--key', own)).code, 0)
})

await t.test('step 10m: keys in mails within the mail are other people’s', async t => {
  const forwarded = mixed(text('see below'), [
    'Content-Type: message/rfc822',
    '',
    'From: third@x.example',
    'Content-Type: application/pgp-keys',
    '',
    otherKey,
  ])
  const { code, err } = await reply(await caseFrom(mail(forwarded)), '--yes')
  t.equal(code, 1)
  t.match(err, 'its sender gave no key')
  t.notMatch(err, other)
})

await t.test('step 10m: a key among words or in a file of no kind has to be named', async t => {
  const bodies = {
    words: text(`My friend's key:\r\n${ownKey}\r\nThank you`),
    file: mixed(text('hello'), ['Content-Type: application/octet-stream; name=k', '', ownKey]),
  }
  for (const [what, body] of Object.entries(bodies)) {
    const id = await caseFrom(mail(body))
    const refused = await reply(id, '--yes')
    t.equal(refused.code, 1, what)
    t.match(refused.err, 'it may be somebody else')
    const { code, err } = await reply(id, '--yes', '--key', own)
    t.equal(code, 0, err)
  }
  const whole = await caseFrom(mail(mixed(text('hello'), text(ownKey))))
  t.match(sealedWith((await reply(whole, '--yes')).out), { source: 'in_text', inside: false })
})

await t.test(
  'step 10m: a key of a later mail has to be named, and a changed one is said',
  async t => {
    const id = await caseFrom(mail(text('no key')))
    t.equal(await addTo(id, keyPart(ownKey)), 'addition')
    const only = await reply(id, '--yes')
    t.equal(only.code, 1)
    t.match(only.err, 'the key comes with a later mail only')
    await desk.run('director-1', ['open', id])
    const named = await reply(id, '--yes', '--key', own)
    t.equal(named.code, 0, named.err)
    t.match(sealedWith(named.out), { mail: 'later' })

    const changed = await caseFrom(mail(keyPart(ownKey)))
    await addTo(changed, keyPart(otherKey))
    const { code, err } = await reply(changed, '--yes')
    t.equal(code, 1)
    t.match(err, 'a later mail of that address brings another key than the first')

    const expired = await caseFrom(mail(keyPart(armor(sender, over))))
    const unusable = await reply(expired, '--yes')
    t.match(unusable.err, /cannot be used: it has expired, .*: OpenPGP/)
    t.match(unusable.err, 'the key that its sender gave is not used')
    await addTo(expired, keyPart(ownKey))
    const passed = await reply(expired, '--yes')
    t.equal(passed.code, 1)
    t.match(passed.err, 'brings another key than the first')
    t.match((await reply(expired, '--yes', '--key', over)).err, 'that can be used')
  },
)

await t.test('step 10m: a sealed part in another name asks where the answer goes', async t => {
  const inside = ['From: real@sender.example', ...mixed(text('words'), keyPart(ownKey))]
  const id = await caseFrom(mail(encrypted(inside)))
  const { code, err } = await reply(id, '--yes')
  t.equal(code, 1)
  t.match(err, 'its sealed part from real@sender.example')
  t.match(err, '--to real@sender.example, whom its sealed part names')
  const chosen = await reply(id, '--yes', '--to', 'real@sender.example')
  t.equal(chosen.code, 0, chosen.err)
  await desk.post()
  const to = desk.sink.mails.map(each => each.to.join(' '))
  t.equal(to.filter(address => address === 'real@sender.example').length, 1)
})
