// Step 10m: an answer is sealed to the key that the mail brings. gpg and age of whoever has that key open it.
import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { armor, Decrypter, generateIdentity, identityToRecipient } from 'age-encryption'
import t from 'tap'
import { newAgeIdentity, recipientOf } from '../../src/core/envelope/age-keys.js'
import { autocryptKey, maxKeyBytes } from '../../src/core/mail/autocrypt.js'
import { readHeader } from '../../src/core/mail/header.js'
import { partBytes, partText, readParts } from '../../src/core/mail/parts.js'
import { scriptedAsker } from '../helper/cli.js'
import { keyRing } from '../helper/key-ring.js'
import { mailOffice } from '../helper/mail-office.js'

t.setTimeout(300_000)

const desk = await mailOffice(t)
const { organisation, sink } = desk
const words = 'Luật sư gọi lại lúc 9 giờ.'

/** The sender's own key ring. */
const { gpg, makeKey } = await keyRing(t)
const address = 'somebody@sender.example'
const fingerprint = makeKey(address)
const key = gpg(['--export', address])
const armored = gpg(['--armor', '--export', address]).toString()

let count = 0
function mail(header: readonly string[], body = 'words'): string {
  const fields = [`From: ${address}`, 'Subject: PIL', `Message-ID: <k${++count}@sender.example>`]
  return [...fields, ...header, '', body, ''].join('\r\n')
}
const inLines = (text: string) => text.replaceAll(/(.{70})/g, '$1\r\n ')
const autocrypt = (addr: string, keydata: Uint8Array, more = '') =>
  `Autocrypt: addr=${addr}; ${more}prefer-encrypt=mutual; keydata=\r\n ${inLines(Buffer.from(keydata).toString('base64'))}`

async function replied(raw: string, ...args: string[]) {
  const id = await desk.caseFrom(raw, 'director-1')
  const run = await desk.run('director-1', ['reply', id, '--json', ...args], { stdin: words })
  await desk.post()
  return { id, ...run, json: run.code === 0 ? JSON.parse(run.out).letter : null }
}
const last = () => readParts(Buffer.from(sink.mails.at(-1)?.raw ?? ''))

await t.test('an Autocrypt header: PGP/MIME that its owner opens', async t => {
  const folders = async () =>
    (await readdir(tmpdir())).filter(name => name.startsWith('khancap-key-'))
  const before = await folders()
  const { code, err, json } = await replied(mail([autocrypt(address, key, '_note=x; ')]), '--yes')
  t.equal(code, 0, err)
  t.match(json, {
    sealed_with: { kind: 'openpgp', fingerprint, source: 'autocrypt', mail: 'first' },
  })
  t.match(err, 'Autocrypt header')
  t.match(err, 'nothing proves whose key it is')
  t.match(err, fingerprint)
  t.notMatch(err, words, 'what is sealed need not be shown')
  t.match(
    last().header.first('content-type'),
    /multipart\/encrypted; protocol="application\/pgp-encrypted"/,
  )
  const [version, sealed] = last().parts
  t.match(version, { type: 'application/pgp-encrypted' })
  t.equal(Buffer.from(version?.body ?? []).toString(), 'Version: 1')
  const opened = gpg(['--decrypt'], sealed === undefined ? '' : partBytes(sealed))
  const [inside] = readParts(opened).parts
  t.equal(inside === undefined ? '' : partText(inside).trim(), words)
  t.strictSame(await folders(), before, 'no folder is left')
})

await t.test('a key is used after a yes only, and --plain leaves it aside', async t => {
  const id = await desk.caseFrom(mail([autocrypt(address, key)]), 'director-1')
  const nobody = await desk.run('director-1', ['reply', id], { stdin: words })
  t.equal(nobody.code, 1)
  t.match(nobody.err, '--yes says yes')
  const asker = scriptedAsker('no')
  t.equal((await desk.run('director-1', ['reply', id], { stdin: words, asker })).code, 1)
  t.match(asker.asked, ['Seal it to this key, and send it?'])
  const plain = await desk.run('director-1', ['reply', id, '--plain', '--yes'], { stdin: words })
  t.equal(plain.code, 0)
  t.match(plain.err, 'the key that its sender gave is not used')
})

await t.test('an attached key, and age recipients of both kinds', async t => {
  const attached = await replied(
    mail(['Content-Type: application/pgp-keys; name=key.asc'], armored.replaceAll('\n', '\r\n')),
    '--yes',
  )
  t.match(attached.json, { sealed_with: { kind: 'openpgp', fingerprint, source: 'attached' } })
  const classic = await generateIdentity()
  const hybrid = newAgeIdentity(organisation.primitives)
  const recipients = {
    [classic]: await identityToRecipient(classic),
    [hybrid]: recipientOf(organisation.primitives, hybrid),
  }
  for (const [identity, recipient] of Object.entries(recipients)) {
    const body = `My key:\r\n${recipient.replaceAll(/(.{76})/g, '$1\r\n')}\r\nThank you`
    const { err, json } = await replied(mail([], body), '--yes')
    t.match(json, { sealed_with: { kind: 'age', fingerprint: recipient, source: 'in_text' } }, err)
    const [told, file] = last().parts
    t.match(told === undefined ? '' : partText(told), 'age -d -i')
    t.match(file, { name: 'message.age', isAttached: true })
    const decrypter = new Decrypter()
    decrypter.addIdentity(identity)
    const sealed = armor.decode(Buffer.from(file?.body ?? []).toString())
    t.equal((await decrypter.decrypt(sealed, 'text')).trim(), words)
  }
})

await t.test('what is no key for this sender is none: the answer is not sealed to it', async t => {
  const { code, err } = await replied(mail([autocrypt('other@x.example', key)]), '--yes')
  t.equal(code, 1)
  t.match(err, 'its sender gave no key')
  const rubbish = await replied(mail([autocrypt(address, randomBytes(maxKeyBytes))]), '--yes')
  t.equal(rubbish.code, 1)
  t.match(rubbish.err, 'brings a key that cannot be used')
  t.match(rubbish.err, 'IN THE CLEAR')
})

await t.test('an Autocrypt header is one, for the one sender, within its bounds', t => {
  const header = (...lines: string[]) =>
    readHeader(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'))
  const one = autocrypt(address, Uint8Array.of(1, 2, 3))
  t.same(autocryptKey(header(one), address), Uint8Array.of(1, 2, 3))
  t.same(autocryptKey(header(one), address.toUpperCase()), Uint8Array.of(1, 2, 3))
  t.equal(autocryptKey(header(one, one), address), null, 'two of them')
  t.same(
    autocryptKey(header(one, autocrypt('b@x.example', Uint8Array.of(4))), address),
    Uint8Array.of(1, 2, 3),
  )
  t.equal(autocryptKey(header(autocrypt(address, Uint8Array.of(1), 'critical=x; ')), address), null)
  t.equal(autocryptKey(header(one, 'Content-Type: multipart/report'), address), null)
  t.equal(autocryptKey(header(`Autocrypt: addr=${address}; keydata=!!`), address), null)
  t.equal(autocryptKey(header(`Autocrypt: addr=${address}`), address), null)
  const keydata = (bytes: number) =>
    `Autocrypt: addr=${address}; keydata=${Buffer.alloc(bytes).toString('base64')}`
  t.equal(autocryptKey(header(keydata(maxKeyBytes)), address)?.length, maxKeyBytes)
  t.equal(autocryptKey(header(keydata(maxKeyBytes + 1)), address), null)
  t.equal(autocryptKey(header(keydata(1_048_576)), address), null)
  t.end()
})
