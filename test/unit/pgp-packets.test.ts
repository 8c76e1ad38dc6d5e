// Mails that are sealed with PGP: what of them is handed to gpg. A passphrase that a sender chose is never asked for.
import t from 'tap'
import { openWithGpg } from '../../cli/case/pgp.js'
import { sealedToKeys } from '../../cli/case/pgp-packets.js'
import { partText } from '../../src/core/mail/parts.js'
import { keyRing } from '../helper/key-ring.js'

t.setTimeout(120_000)

const address = 'team@example.org'
const ring = await keyRing(t)
ring.makeKey(address)
const before = process.env['GNUPGHOME']
process.env['GNUPGHOME'] = ring.home
t.teardown(() => {
  if (before === undefined) delete process.env['GNUPGHOME']
  else process.env['GNUPGHOME'] = before
})

const passphrase = ['--pinentry-mode', 'loopback', '--passphrase', 'x', '--symmetric']
const toTeam = ['--trust-model', 'always', '-r', address, '--encrypt']
const words = 'Xin chào'
const hex = (bytes: Uint8Array | null) => Buffer.from(bytes ?? []).toString('hex')

await t.test('what is sealed to a passphrase only is not handed to gpg', async t => {
  const sealed = ring.gpg(passphrase, words)
  const armored = ring.gpg(['--armor', ...passphrase], words)
  for (const bytes of [sealed, armored]) t.equal(sealedToKeys(bytes), null)
  const path = process.env['PATH']
  process.env['PATH'] = '/nowhere'
  t.teardown(() => (process.env['PATH'] = path))
  await t.rejects(openWithGpg({ bytes: armored, isMime: false }), {
    message: /sealed to no key: to a passphrase/,
  })
})

await t.test('what is sealed to a key is handed on as it is, without armor', async t => {
  const sealed = ring.gpg(toTeam, words)
  t.equal(hex(sealedToKeys(sealed)), hex(sealed))
  const armored = ring.gpg(['--enarmor'], sealed).toString()
  const message = armored.replaceAll('ARMORED FILE', 'MESSAGE').replaceAll('\n', '\r\n')
  t.equal(hex(sealedToKeys(Buffer.from(message))), hex(sealed))
  const { parts } = await openWithGpg({ bytes: Buffer.from(message), isMime: false })
  t.strictSame(parts.map(partText), [words])
})

await t.test('of what is sealed to both the passphrase is left out', async t => {
  const both = ring.gpg([...passphrase, ...toTeam], words)
  const kept = sealedToKeys(both)
  t.ok(kept !== null && kept.length < both.length)
  const { parts } = await openWithGpg({ bytes: both, isMime: false })
  t.strictSame(parts.map(partText), [words])
})

await t.test('a passphrase that lies deeper is not asked for either', async t => {
  const deep = ring.gpg(
    ['--compress-algo', 'none', '--no-literal', ...toTeam],
    ring.gpg(passphrase, words),
  )
  t.equal(hex(sealedToKeys(deep)), hex(deep))
  await t.rejects(openWithGpg({ bytes: deep, isMime: false }), {
    message: /sealed to no key: to a passphrase/,
  })
})

await t.test('what is no message is none, however it is cut', t => {
  for (const text of ['', 'words', '-----BEGIN PGP MESSAGE-----', '\u00ff', '\u0084'])
    t.equal(sealedToKeys(Buffer.from(text, 'latin1')), null)
  const sealed = ring.gpg(toTeam, words)
  for (let length = 0; length < sealed.length; length++)
    t.doesNotThrow(() => sealedToKeys(sealed.subarray(0, length)))
  t.end()
})
