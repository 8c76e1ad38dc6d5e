// The three sets of primitives give the same answers to published vectors and to each other, and the self-test catches
// one that lies.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { libsodiumPrimitives } from '../../src/core/crypto/libsodium.js'
import { purePrimitives } from '../../src/core/crypto/pure.js'
import type { Primitives } from '../../src/core/crypto/primitives.js'
import { selfTest } from '../../src/core/crypto/self-test.js'
import { fromHex, hex, utf8 } from '../../src/core/encoding/bytes.js'

t.setTimeout(180_000)

const node = await nodePrimitives()
const libsodium = await libsodiumPrimitives()
const pure = purePrimitives()
const all = [node, libsodium, pure]
const count = (length: number, start = 0) =>
  Uint8Array.from({ length }, (_, at) => (at + start) & 255)
const empty = new Uint8Array(0)

function flip(bytes: Uint8Array): Uint8Array {
  const changed = bytes.slice()
  changed[changed.length - 1] = (changed[changed.length - 1] ?? 0) ^ 1
  return changed
}

t.same(
  all.map(p => p.name),
  ['node', 'libsodium', 'pure'],
)

for (const p of all) {
  await t.test(`${p.name}: published vectors`, async t => {
    t.equal(
      hex(await p.sha256(empty)),
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      'FIPS 180-4',
    )
    t.equal(
      hex(
        await p.hmacSha256(
          new Uint8Array(131).fill(0xaa),
          utf8('Test Using Larger Than Block-Size Key - Hash Key First'),
        ),
      ),
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
      'RFC 4231 case 6',
    )
    t.equal(
      hex(await p.hkdfSha256(count(80), count(80, 0x60), count(80, 0xb0), 82)),
      'b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87',
      'RFC 5869 A.2',
    )
    const sunscreen = utf8(
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
    )
    const key = count(32, 0x80)
    const nonce = fromHex('070000004041424344454647')
    const ad = fromHex('50515253c0c1c2c3c4c5c6c7')
    const sealed = p.aeadSeal(key, nonce, sunscreen, ad)
    t.equal(hex(sealed.subarray(-16)), '1ae10b594f09e26a7e902ecbd0600691', 'RFC 8439 §2.8.2')
    t.equal(hex(sealed.subarray(0, 16)), 'd31a8d34648e60db7b86afbc53ef7ec2')
    t.same(p.aeadOpen(key, nonce, sealed, ad), sunscreen)
    // RFC 8032 §7.1, test 1.
    const seed = fromHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60')
    t.equal(
      hex(p.ed25519PublicKey(seed)),
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    )
    t.equal(
      hex(p.ed25519Sign(seed, empty)),
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    )
  })

  await t.test(`${p.name}: X-Wing answers the draft's first vector`, t => {
    // draft-connolly-cfrg-xwing-kem, appendix C.
    const seed = fromHex('7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26')
    const eseed = fromHex(
      '3cb1eea988004b93103cfb0aeefd2a686e01fa4a58e8a3639ca8a1e3f9ae57e235b8cc873c23dc62b8d260169afa2f75ab916a58d974918835d25e6a435085b2',
    )
    const publicKey = p.xwingPublicKey(seed)
    t.equal(hex(publicKey.subarray(0, 16)), 'e2236b35a8c24b39b10aa1323a96a919')
    const made = p.xwingEncapsulate(publicKey, eseed)
    t.equal(hex(made.encapsulated.subarray(0, 16)), 'b83aa828d4d62b9a83ceffe1d3d3bb1e')
    t.equal(
      hex(made.sharedSecret),
      'd2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384',
    )
    t.same(p.xwingDecapsulate(seed, made.encapsulated), made.sharedSecret)
    t.end()
  })

  await t.test(`${p.name}: sizes are checked, one byte off each way`, t => {
    const refuse = (name: string, call: () => unknown) => t.throws(call, RangeError, name)
    for (const off of [-1, 1]) {
      refuse('key', () => p.aeadSeal(count(32 + off), count(12), empty))
      refuse('nonce', () => p.aeadSeal(count(32), count(12 + off), empty))
      refuse('key', () => p.aeadOpen(count(32 + off), count(12), count(16)))
      refuse('nonce', () => p.aeadOpen(count(32), count(12 + off), count(16)))
      refuse('seed', () => p.xwingPublicKey(count(32 + off)))
      refuse('public key', () => p.xwingEncapsulate(count(1216 + off), count(64)))
      refuse('random', () => p.xwingEncapsulate(p.xwingPublicKey(count(32)), count(64 + off)))
      refuse('seed', () => p.xwingDecapsulate(count(32 + off), count(1120)))
      refuse('encapsulated', () => p.xwingDecapsulate(count(32), count(1120 + off)))
      refuse('seed', () => p.ed25519PublicKey(count(32 + off)))
      refuse('seed', () => p.ed25519Sign(count(32 + off), empty))
      refuse('key', () => p.ed25519Verify(count(32 + off), empty, count(64)))
      t.equal(p.ed25519Verify(p.ed25519PublicKey(count(32)), empty, count(64 + off)), false)
    }
    t.end()
  })

  await t.test(`${p.name}: the cipher takes one chunk at most`, t => {
    const full = p.aeadSeal(count(32), count(12), new Uint8Array(65_536))
    t.equal(full.length, 65_552)
    t.equal(p.aeadOpen(count(32), count(12), full)?.length, 65_536)
    t.throws(() => p.aeadSeal(count(32), count(12), new Uint8Array(65_537)), RangeError)
    t.throws(() => p.aeadOpen(count(32), count(12), new Uint8Array(65_553)), RangeError)
    t.equal(p.aeadOpen(count(32), count(12), new Uint8Array(15)), null)
    t.same(p.aeadOpen(count(32), count(12), p.aeadSeal(count(32), count(12), empty)), empty)
    t.end()
  })

  await t.test(`${p.name}: the cipher seals the same into memory that is there`, t => {
    const memory = new Uint8Array(70_000)
    for (const size of [0, 1, 15, 16, 17, 65_535, 65_536]) {
      const text = count(size)
      for (const ad of [undefined, count(5)]) {
        memory.fill(0xee)
        const into = memory.subarray(7, 7 + size + 16)
        const sealed = p.aeadSeal(count(32), count(12), text, ad, into)
        t.same(sealed, p.aeadSeal(count(32), count(12), text, ad), `${size} bytes`)
        const around = [memory.subarray(0, 7), memory.subarray(7 + size + 16)]
        t.ok(
          around.every(part => part.every(byte => byte === 0xee)),
          'and nothing beside it',
        )
      }
      for (const off of [-1, 1])
        t.throws(
          () => p.aeadSeal(count(32), count(12), text, undefined, new Uint8Array(size + 16 + off)),
          RangeError,
        )
    }
    t.end()
  })

  await t.test(`${p.name}: what was changed does not open or verify`, t => {
    const sealed = p.aeadSeal(count(32), count(12), count(40), count(5))
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice()
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
      t.equal(p.aeadOpen(count(32), count(12), changed, count(5)), null)
    }
    t.equal(p.aeadOpen(count(32), count(12), sealed), null)
    t.equal(p.aeadOpen(count(32), count(12), sealed, count(4)), null)
    t.equal(p.aeadOpen(count(32), count(12, 1), sealed, count(5)), null)
    t.equal(p.aeadOpen(count(32, 1), count(12), sealed, count(5)), null)
    const signature = p.ed25519Sign(count(32), count(9))
    const key = p.ed25519PublicKey(count(32))
    t.ok(p.ed25519Verify(key, count(9), signature))
    for (let at = 0; at < signature.length; at++) {
      const changed = signature.slice()
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
      t.notOk(p.ed25519Verify(key, count(9), changed))
    }
    t.notOk(p.ed25519Verify(key, count(10), signature))
    t.notOk(p.ed25519Verify(p.ed25519PublicKey(count(32, 1)), count(9), signature))
    t.end()
  })

  await t.test(`${p.name}: Ed25519 keys of small order verify nothing`, t => {
    // R = A = a point of small order and S = 0 would verify by the equation alone.
    const points = [
      '0100000000000000000000000000000000000000000000000000000000000000',
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      '0000000000000000000000000000000000000000000000000000000000000000',
      '0000000000000000000000000000000000000000000000000000000000000080',
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
      '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    ]
    for (const key of points)
      for (const point of points)
        for (const text of [utf8('a'), utf8('b'), new Uint8Array(70_000)]) {
          const signature = new Uint8Array(64)
          signature.set(fromHex(point))
          t.notOk(p.ed25519Verify(fromHex(key), text, signature), key)
        }
    t.end()
  })

  await t.test(`${p.name}: an Ed25519 signature has one encoding`, t => {
    const key = p.ed25519PublicKey(count(32))
    const order = 2n ** 252n + 27742317777372353535851937790883648493n
    const number = (bytes: Uint8Array) => BigInt(`0x${hex(bytes.toReversed())}`)
    const encoded = (value: bigint) => fromHex(value.toString(16).padStart(64, '0')).toReversed()
    const sha512 = (bytes: Uint8Array) => createHash('sha512').update(bytes).digest()
    const half = sha512(count(32)).subarray(0, 32)
    half[0] = (half[0] ?? 0) & 248
    half[31] = ((half[31] ?? 0) & 63) | 64
    for (const text of [utf8('a'), new Uint8Array(70_000)]) {
      // S, and S plus the order of the group, stand for the same point.
      const signature = p.ed25519Sign(count(32), text)
      const other = signature.slice()
      other.set(encoded(number(signature.subarray(32)) + order), 32)
      t.ok(p.ed25519Verify(key, text, signature))
      t.notOk(p.ed25519Verify(key, text, other), 'S')
      // The neutral point as R: its y is 1, written as 1 + p.
      const lax = Buffer.concat([encoded(2n ** 255n - 18n), new Uint8Array(32)])
      const challenge = number(sha512(Buffer.concat([lax.subarray(0, 32), key, text])))
      lax.set(encoded((challenge * number(half)) % order), 32)
      t.notOk(p.ed25519Verify(key, text, lax), 'R')
      // The same as the key, with S = 0 and the neutral point as R.
      const neutral = new Uint8Array(64)
      neutral[0] = 1
      t.notOk(p.ed25519Verify(encoded(2n ** 255n - 18n), text, neutral), 'key')
    }
    t.end()
  })

  await t.test(`${p.name}: texts longer than a chunk are signed and verified`, t => {
    const long = new Uint8Array(1_048_576).fill(0x61)
    const signature = p.ed25519Sign(count(32), long)
    t.same(signature, node.ed25519Sign(count(32), long))
    t.ok(p.ed25519Verify(p.ed25519PublicKey(count(32)), long, signature))
    long[1_000_000] = 0
    t.notOk(p.ed25519Verify(p.ed25519PublicKey(count(32)), long, signature))
    t.end()
  })

  await t.test(`${p.name}: random bytes come in every length and differ`, t => {
    for (const length of [0, 1, 16, 65_536, 65_537, 200_000]) {
      const drawn = p.random(length)
      t.equal(drawn.length, length)
      t.equal(Object.getPrototypeOf(drawn), Uint8Array.prototype)
      if (length >= 16) {
        t.notSame(hex(drawn.subarray(0, 16)), hex(p.random(16)))
        t.ok(
          drawn.subarray(-16).some(byte => byte !== 0),
          'to the last byte',
        )
      }
    }
    t.end()
  })

  await t.test(`${p.name}: passes the self-test`, async t => {
    await selfTest(p)
    t.pass()
  })
}

await t.test('the three agree on everything that is drawn', async t => {
  const seed = fc.uint8Array({ minLength: 32, maxLength: 32 })
  const some = fc.uint8Array({ maxLength: 300 })
  await fc.assert(
    fc.asyncProperty(seed, seed, some, some, async (one, two, text, more) => {
      const nonce = two.subarray(0, 12)
      const eseed = Uint8Array.from([...two, ...one])
      const answers = await Promise.all(
        all.map(async p => {
          const publicKey = p.xwingPublicKey(one)
          const made = p.xwingEncapsulate(publicKey, eseed)
          const signature = p.ed25519Sign(one, text)
          return [
            await p.sha256(text),
            await p.hmacSha256(more, text),
            await p.hkdfSha256(text.length === 0 ? one : text, more, two, 64),
            p.aeadSeal(one, nonce, text, more),
            publicKey,
            made.encapsulated,
            made.sharedSecret,
            p.xwingDecapsulate(one, made.encapsulated),
            p.xwingDecapsulate(two, made.encapsulated),
            p.ed25519PublicKey(one),
            signature,
          ].map(hex)
        }),
      )
      t.same(answers[1], answers[0])
      t.same(answers[2], answers[0])
    }),
    { numRuns: 25 },
  )
})

await t.test('an encapsulated key of small order is an error, in all three', t => {
  const made = node.xwingEncapsulate(node.xwingPublicKey(count(32)), count(64))
  const share = made.encapsulated.slice()
  share.fill(0, 1088)
  for (const p of all) t.throws(() => p.xwingDecapsulate(count(32), share), p.name)
  t.end()
})

await t.test('the self-test refuses a set of primitives in which any one lies', async t => {
  let stale: Uint8Array | null = null
  const once = node.random(32)
  const lies: Record<string, Partial<Primitives>> = {
    'hash of zeros': { sha256: async () => new Uint8Array(32) },
    'hash with a wrong bit': { sha256: async b => flip(await node.sha256(b)) },
    'MAC of zeros': { hmacSha256: async () => new Uint8Array(32) },
    'MAC that refuses the empty key': {
      hmacSha256: async (k, b) => (k.length === 0 ? new Uint8Array(32) : node.hmacSha256(k, b)),
    },
    'derivation of zeros': { hkdfSha256: async (_i, _s, _f, n) => new Uint8Array(n) },
    'derivation that ignores the empty salt': {
      hkdfSha256: async (i, s, f, n) =>
        s.length === 0 ? new Uint8Array(n) : node.hkdfSha256(i, s, f, n),
    },
    'cipher that seals to zeros': { aeadSeal: (_k, _n, b) => new Uint8Array(b.length + 16) },
    'cipher that leaves the text as it is': {
      aeadSeal: (_k, _n, b) => Uint8Array.from([...b, ...new Uint8Array(16)]),
    },
    'cipher that gives its first answer for ever': {
      aeadSeal: (k, n, b) => (stale ??= node.aeadSeal(k, n, b)),
    },
    'cipher that ignores the nonce': { aeadSeal: (k, _n, b) => node.aeadSeal(k, count(12), b) },
    'cipher that leaves memory as it is': {
      aeadSeal: (k, n, b, ad, into) => into ?? node.aeadSeal(k, n, b, ad),
    },
    'bulk cipher that leaves memory as it is': { bulkSealer: async () => async () => undefined },
    'bulk cipher that ignores the nonce': {
      bulkSealer: async key => async (_nonce, plain, into) =>
        into.set(node.aeadSeal(key, count(12, 1), plain)),
    },
    'bulk cipher that ignores the key': {
      bulkSealer: async () => async (nonce, plain, into) =>
        into.set(node.aeadSeal(count(32, 1), nonce, plain)),
    },
    'cipher that opens to zeros': { aeadOpen: (_k, _n, b) => new Uint8Array(b.length - 16) },
    'cipher that opens nothing': { aeadOpen: () => null },
    'cipher that opens what was changed': {
      aeadOpen: (k, n, b) => node.aeadOpen(k, n, b) ?? new Uint8Array(b.length - 16),
    },
    'public key of zeros': { xwingPublicKey: () => new Uint8Array(1216) },
    'shared secret of zeros': {
      xwingEncapsulate: (k, r) => ({
        ...node.xwingEncapsulate(k, r),
        sharedSecret: new Uint8Array(32),
      }),
    },
    'encapsulation that ignores its random bytes': {
      xwingEncapsulate: k => node.xwingEncapsulate(k, new Uint8Array(64)),
    },
    'encapsulated key with a wrong bit': {
      xwingEncapsulate: (k, r) => {
        const made = node.xwingEncapsulate(k, r)
        return { ...made, encapsulated: flip(made.encapsulated) }
      },
    },
    'decapsulation to zeros': { xwingDecapsulate: () => new Uint8Array(32) },
    'signing key of zeros': { ed25519PublicKey: () => new Uint8Array(32) },
    'signature of zeros': { ed25519Sign: () => new Uint8Array(64) },
    'signature that never verifies': { ed25519Verify: () => false },
    'signature that always verifies': { ed25519Verify: () => true },
    'random zeros': { random: n => new Uint8Array(n) },
    'random bytes that are all the same': {
      random: n => new Uint8Array(n).fill(node.random(1)[0] ?? 0),
    },
    'random bytes that come twice': { random: n => once.slice(0, n) },
    'too few random bytes': { random: n => node.random(n - 1) },
    'an engine that throws': {
      xwingPublicKey: () => {
        throw new Error('abort')
      },
    },
  }
  for (const [name, lie] of Object.entries(lies))
    await t.rejects(selfTest({ ...node, ...lie }), { code: 'primitives_faulty' }, name)
})

await t.test('random bytes of the browser sets never come from libsodium', t => {
  const drawn: number[] = []
  const original = crypto.getRandomValues.bind(crypto)
  t.intercept(crypto, 'getRandomValues', {
    value: (into: Uint8Array) => {
      drawn.push(into.length)
      return original(into)
    },
  })
  for (const p of [libsodium, pure]) p.random(40)
  t.same(drawn, [40, 40])
  t.end()
})

await t.test('libsodium is the build that has WebAssembly and nothing else', async t => {
  const entry = import.meta.resolve('libsodium-wrappers')
  t.match(entry, /\/dist\/modules-esm\/libsodium-wrappers\.mjs$/)
  // Without WebAssembly it must fail, not fall back.
  const script = `
    delete globalThis.WebAssembly
    const { default: sodium } = await import(${JSON.stringify(entry)})
    await sodium.ready.then(() => console.log('runs'), () => console.log('refuses'))`
  const ran = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
  t.equal((await ran).stdout.trim(), 'refuses')
})
