// Identities and keys as text: what stock age takes, what a typing error is, what a passphrase protects.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Decrypter, Encrypter } from 'age-encryption'
import t from 'tap'
import {
  identityRecipient,
  identitySigningKey,
  keepNewest,
  newIdentity,
  printIdentity,
  readIdentity,
  rotateIdentity,
} from '../../keys/identity.js'
import {
  decodeSeed,
  encodeSeed,
  newSigningKey,
  printSigningKey,
  readSigningKey,
} from '../../keys/signing-key.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { openWithPassphrase, sealWithPassphrase } from '../../src/core/envelope/passphrase.js'
import { utf8 } from '../../src/core/encoding/bytes.js'
import {
  decodeRecipient,
  encodeIdentity,
  encodeRecipient,
  recipientOf,
} from '../../src/core/envelope/age-keys.js'

t.setTimeout(180_000)

const p = await nodePrimitives()
const malformed = { code: 'identity_malformed' }
const locked = { code: 'identity_locked' }

await t.test('an identity is read as it was printed, with all generations', t => {
  const one = newIdentity(p, 'vi-1')
  const two = rotateIdentity(p, one)
  for (const identity of [one, two, rotateIdentity(p, two)])
    t.same(readIdentity(printIdentity(p, identity)), identity)
  t.equal(two.opening[1], one.opening[0])
  t.same(two.signing[1], one.signing[0])
  t.equal(identityRecipient(p, two), recipientOf(p, two.opening[0] ?? ''))
  t.same(identitySigningKey(p, two).seed, two.signing[0])
  t.same(identitySigningKey(p, two).key, p.ed25519PublicKey(two.signing[0] ?? new Uint8Array(0)))
  t.same(keepNewest(two, 1), {
    handler: 'vi-1',
    opening: two.opening.slice(0, 1),
    signing: two.signing.slice(0, 1),
  })
  t.same(keepNewest(two, 0).opening.length, 1, 'never none')
  t.same(keepNewest(two, 9), two)
  t.end()
})

await t.test('eight generations, and no ninth', t => {
  let identity = newIdentity(p, 'vi-1')
  for (let round = 1; round < 8; round++) identity = rotateIdentity(p, identity)
  t.equal(identity.opening.length, 8)
  t.same(readIdentity(printIdentity(p, identity)), identity)
  t.throws(() => rotateIdentity(p, identity), RangeError)
  const nine = { ...identity, opening: [...identity.opening, encodeIdentity(p.random(32))] }
  t.throws(() => readIdentity(printIdentity(p, nine)), malformed)
  const nineSeeds = { ...identity, signing: [...identity.signing, p.random(32)] }
  t.throws(() => readIdentity(printIdentity(p, nineSeeds)), malformed)
  t.end()
})

await t.test(
  'the text is an age identity file: comments, and identities that age takes',
  async t => {
    const identity = rotateIdentity(p, newIdentity(p, 'vi-1'))
    const lines = printIdentity(p, identity)
      .trimEnd()
      .split('\n')
      .filter(line => !line.startsWith('#'))
    t.same(lines, identity.opening)
    const encrypter = new Encrypter()
    encrypter.addRecipient(identityRecipient(p, identity))
    const decrypter = new Decrypter()
    for (const line of lines) decrypter.addIdentity(line)
    t.equal(await decrypter.decrypt(await encrypter.encrypt('x'), 'text'), 'x')
  },
)

await t.test('identity text: one mutation each: refused', t => {
  const text = printIdentity(p, newIdentity(p, 'vi-1'))
  const mutations: Record<string, string> = {
    'no handler': text.replace(/# handler: .*\n/, ''),
    'two handlers': text.replace('# handler: vi-1', '# handler: vi-1\n# handler: vi-2'),
    'a handler that is no name': text.replace('# handler: vi-1', '# handler: Vi 1'),
    'no signing seed': text.replace(/# signing seed: .*\n/, ''),
    'a signing seed with a wrong letter': text.replace(
      /(# signing seed: .*)(.)\n/,
      (_, start, last) => `${start}${last === 'Q' ? 'P' : 'Q'}\n`,
    ),
    'no identity': text.replace(/AGE-SECRET-KEY-PQ-1.*\n$/, ''),
    'an identity with a wrong letter': text.replace(/(.)\n$/, letter =>
      letter.startsWith('Q') ? 'P\n' : 'Q\n',
    ),
    'an identity in lower case': text.replace(/AGE-SECRET-KEY-PQ-1.*\n$/, line =>
      line.toLowerCase(),
    ),
    'an X25519 identity beside': `${text}AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0\n`,
    'another line': `${text}hello\n`,
    nothing: '',
  }
  for (const [name, changed] of Object.entries(mutations)) {
    t.not(changed, text, `${name} is a mutation`)
    t.throws(() => readIdentity(changed), malformed, name)
  }
  t.ok(readIdentity(text.replaceAll('\n', '\r\n')), 'lines of another system')
  t.ok(readIdentity(`\n\n${text}# a comment\n`))
  t.end()
})

await t.test('recipients: sizes, case, and keys that are none', t => {
  const publicKey = p.xwingPublicKey(p.random(32))
  t.same(decodeRecipient(encodeRecipient(publicKey)), publicKey)
  t.throws(() => decodeRecipient(encodeRecipient(publicKey).toUpperCase()), RangeError)
  for (const size of [1215, 1217])
    t.throws(() => decodeRecipient(encodeRecipient(new Uint8Array(size))), RangeError)
  for (const [at, low, high] of [
    [0, 0x00, 0x0d],
    [1149, 0x00, 0x0d],
  ] as const) {
    // The first coefficient of a triple is its first byte and the low half of the second: 0xd00 = 3328 is the last.
    const edge = publicKey.slice()
    edge.set([low, ((edge[at + 1] ?? 0) & 0xf0) | high], at)
    t.ok(decodeRecipient(encodeRecipient(edge)), '3328')
    edge[at] = 1
    t.throws(() => decodeRecipient(encodeRecipient(edge)), RangeError, '3329')
  }
  const second = publicKey.slice()
  second.set([(second[1] ?? 0) & 0x0f, 0xd0], 1)
  t.ok(decodeRecipient(encodeRecipient(second)), 'second coefficient 3328')
  second.set([((second[1] ?? 0) & 0x0f) | 0x10, 0xd0], 1)
  t.throws(() => decodeRecipient(encodeRecipient(second)), RangeError, 'second coefficient 3329')
  t.end()
})

await t.test('signing keys as text: read as printed, every wrong letter noticed', t => {
  const key = newSigningKey(p, 'root-a')
  const text = printSigningKey(p, key, 'root key')
  t.same(readSigningKey(text), key)
  t.match(
    text,
    /^# khancap root key\n# name: root-a\n# public key: [A-Za-z0-9_-]{43}\nKHANCAP-SEED-1[0-9A-Z]+\n$/,
  )
  const seed = encodeSeed(key.seed)
  for (let at = 0; at < seed.length; at++) {
    const changed = `${seed.slice(0, at)}${seed[at] === 'Q' ? 'P' : 'Q'}${seed.slice(at + 1)}`
    t.throws(() => decodeSeed(changed), RangeError, `letter ${at}`)
  }
  t.same(decodeSeed(seed.toLowerCase()), key.seed, 'as a hand writes it')
  for (const size of [31, 33])
    t.throws(() => decodeSeed(encodeSeed(new Uint8Array(size))), RangeError)
  for (const bad of [
    '',
    '# name: root-a\n',
    `${seed}\n`,
    `# name: root-a\n${seed}\n${seed}\n`,
    '# name: root-a\nx\n',
  ])
    t.throws(() => readSigningKey(bad), malformed)
  t.end()
})

await t.test('a passphrase protects a text, in whatever form its letters were typed', async t => {
  const passphrase = 'mật khẩu rất dài'
  const file = await sealWithPassphrase(p, 'secret\nế\n', passphrase.normalize('NFD'), 10)
  t.equal(await openWithPassphrase(p, file, passphrase.normalize('NFC')), 'secret\nế\n')
  t.equal(await openWithPassphrase(p, file, passphrase.normalize('NFD')), 'secret\nế\n')
  await t.rejects(openWithPassphrase(p, file, 'mat khau rat dai'), locked)
  await t.rejects(openWithPassphrase(p, file, ''), locked)
  t.match(Buffer.from(file).toString('latin1'), /^age-encryption\.org\/v1\n-> scrypt \S+ 10\n/)
})

await t.test('a file of stock age with letters that are not composed opens too', async t => {
  const encrypter = new Encrypter()
  encrypter.setPassphrase('ế'.normalize('NFD'))
  encrypter.setScryptWorkFactor(8)
  t.equal(await openWithPassphrase(p, await encrypter.encrypt('x'), 'ế'.normalize('NFD')), 'x')
})

await t.test('files that are none, damaged ones, and texts that are none', async t => {
  const file = await sealWithPassphrase(p, 'secret', 'x', 8)
  for (let at = 0; at < file.length; at += 7) {
    const changed = file.slice()
    changed[at] = (changed[at] ?? 0) ^ 1
    await t.rejects(
      openWithPassphrase(p, changed, 'x'),
      { code: at < 33 ? malformed.code : locked.code },
      `${at}`,
    )
  }
  await t.rejects(openWithPassphrase(p, file.subarray(0, -1), 'x'), locked)
  for (const bad of ['', 'age-encryption.org/v1\n', 'age-encryption.org/v1\n-> X25519 x\n'])
    await t.rejects(openWithPassphrase(p, utf8(bad), 'x'), malformed)
  const large = new Uint8Array(1_048_577)
  large.set(file)
  await t.rejects(openWithPassphrase(p, large, 'x'), malformed)
  const encrypter = new Encrypter()
  encrypter.setPassphrase('x')
  encrypter.setScryptWorkFactor(8)
  await t.rejects(
    openWithPassphrase(p, await encrypter.encrypt(Uint8Array.of(0xff)), 'x'),
    malformed,
  )
})

await t.test('the default work factor is that of age', async t => {
  const file = await sealWithPassphrase(p, 'secret', 'x')
  t.match(Buffer.from(file).toString('latin1'), /^age-encryption\.org\/v1\n-> scrypt \S+ 18\n/)
})

await t.test('stock age reads our passphrase file', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'khancap-age-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const identity = newIdentity(p, 'vi-1')
  const text = printIdentity(p, identity)
  await writeFile(
    join(folder, 'identity.age'),
    await sealWithPassphrase(p, text, 'correct horse', 10),
  )
  // age asks for the passphrase on a terminal only: script(1) gives it one, until the text is there.
  const typing = `{ echo 'correct horse'; until [ -s out ]; do sleep 0.1; done; }`
  const script = `${typing} | timeout 60 script -qec 'age -d -o out identity.age' /dev/null`
  await promisify(execFile)('bash', ['-c', script], { cwd: folder, timeout: 90_000 })
  t.equal(await readFile(join(folder, 'out'), 'utf8'), text)
})
