// The one profile of RFC 9421: what is signed verifies, one mutation each does not. docs/protocol.md, "HTTP signature".
import t from 'tap'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { encodeBase64, encodeBase64url } from '../../src/core/encoding/base64url.js'
import { fromHex, utf8 } from '../../src/core/encoding/bytes.js'
import { contentDigest } from '../../src/core/http-signature/profile.js'
import { signRequest } from '../../src/core/http-signature/sign.js'
import {
  expectBody,
  expectFresh,
  readSignature,
  type SignatureFields,
} from '../../src/core/http-signature/verify.js'

const p = await nodePrimitives()
const seed = p.random(32)
const url = 'https://help.example.org/v1/cases/0123456789abcdefghjkmnpqrs/claim?x=1'
const body = utf8('{}')
const nonce = encodeBase64url(p.random(16))
const created = 1_772_445_600_000
const target = { method: 'POST', targetUris: [url], body }
type Target = typeof target

/** Both steps, as the server takes them. */
async function verify(all: SignatureFields, { body: bytes, ...rest }: Target) {
  const claim = readSignature(all, rest, p)
  await expectBody(claim, bytes, p)
  return claim
}

const invalid = { code: 'signature_invalid' }

function fieldsOf(headers: Record<string, string>): SignatureFields {
  return {
    signature: headers['signature'],
    signatureInput: headers['signature-input'],
    contentDigest: headers['content-digest'],
    contentType: headers['content-type'],
  }
}

const headers = await signRequest(p, { method: 'POST', url, body, seed, created, nonce })
const fields = fieldsOf(headers)

await t.test('a signed request verifies, and says who signed what and when', async t => {
  const claim = await verify(fields, target)
  t.same(claim.key, p.ed25519PublicKey(seed))
  t.equal(claim.created, created)
  t.equal(claim.nonce, nonce)
  t.ok(p.ed25519Verify(claim.key, utf8(claim.signatureBase), claim.signature))
  t.equal(
    claim.signatureBase,
    [
      '"@method": POST',
      `"@target-uri": ${url}`,
      `"content-digest": ${await contentDigest(p, body)}`,
      '"content-type": application/json',
      `"@signature-params": ("@method" "@target-uri" "content-digest" "content-type");created=1772445600;nonce="${nonce}";keyid="${encodeBase64url(p.ed25519PublicKey(seed))}";alg="ed25519"`,
    ].join('\n'),
  )
})

await t.test('a GET is signed too, over the digest of nothing', async t => {
  const empty = new Uint8Array(0)
  const get = await signRequest(p, { method: 'GET', url, body: empty, seed, created, nonce })
  t.equal(get['content-digest'], 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:')
  t.equal(get['content-type'], 'application/json')
  await t.resolves(verify(fieldsOf(get), { method: 'GET', targetUris: [url], body: empty }))
})

await t.test('the Ed25519 key of RFC 9421 B.1.4 signs as there', async t => {
  // B.2.6 has other components; the key and the algorithm are what is compared.
  const known = fromHex('9f8362f87a484a954e6e740c5b4c0e84229139a20aa8ab56ff66586f6a7d29c5')
  t.equal(encodeBase64url(p.ed25519PublicKey(known)), 'JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs')
  const base = [
    '"date": Tue, 20 Apr 2021 02:07:55 GMT',
    '"@method": POST',
    '"@path": /foo',
    '"@authority": example.com',
    '"content-type": application/json',
    '"content-length": 18',
    '"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
  ].join('\n')
  t.equal(
    encodeBase64(p.ed25519Sign(known, utf8(base))),
    'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==',
  )
})

await t.test('any address of the directory may be meant, none other', async t => {
  const others = ['https://a.onion/v1/x', url, 'https://b.example.org/v1/x']
  const claim = await verify(fields, { ...target, targetUris: others })
  t.match(claim.signatureBase, `"@target-uri": ${url}\n`)
  await t.rejects(verify(fields, { ...target, targetUris: [others[0] ?? ''] }), invalid)
  await t.rejects(verify(fields, { ...target, targetUris: [] }), invalid)
})

await t.test('not signed at all', async t => {
  const missing = { code: 'signature_missing' }
  await t.rejects(verify({ ...fields, signature: undefined }, target), missing)
  await t.rejects(verify({ ...fields, signatureInput: undefined }, target), missing)
  await t.rejects(verify({}, target), missing)
})

await t.test('the request was changed: one mutation each', async t => {
  const changes: Record<string, [Partial<SignatureFields>, Partial<typeof target>]> = {
    method: [{}, { method: 'GET' }],
    'method in lower case': [{}, { method: 'post' }],
    path: [{}, { targetUris: [url.replace('claim', 'close')] }],
    query: [{}, { targetUris: [url.replace('x=1', 'x=2')] }],
    'no query': [{}, { targetUris: [url.replace('?x=1', '')] }],
    scheme: [{}, { targetUris: [url.replace('https', 'http')] }],
    body: [{}, { body: utf8('{} ') }],
    'body and its digest': [
      { contentDigest: await contentDigest(p, utf8('[]')) },
      { body: utf8('[]') },
    ],
    'content type': [{ contentType: 'text/plain' }, {}],
    'content type with a parameter': [{ contentType: 'application/json; charset=utf-8' }, {}],
    'no content type': [{ contentType: undefined }, {}],
    'no digest': [{ contentDigest: undefined }, {}],
    'digest by another algorithm': [
      { contentDigest: fields.contentDigest?.replace('sha-256', 'sha-512') },
      {},
    ],
    'two digests': [{ contentDigest: `${fields.contentDigest}, ${fields.contentDigest}` }, {}],
  }
  for (const [name, [field, request]] of Object.entries(changes))
    await t.rejects(verify({ ...fields, ...field }, { ...target, ...request }), invalid, name)
})

await t.test('the signature itself: one mutation each', async t => {
  const input = fields.signatureInput ?? ''
  const other = encodeBase64url(p.ed25519PublicKey(p.random(32)))
  const inputs: Record<string, string> = {
    'another label': input.replace('khancap=', 'sig1='),
    'a component less': input.replace(' "content-type"', ''),
    'a component more': input.replace('"content-type")', '"content-type" "date")'),
    'components in another order': input.replace(
      '"@method" "@target-uri"',
      '"@target-uri" "@method"',
    ),
    'parameters in another order': input.replace(
      /;created=(\d+);nonce="([^"]+)"/,
      ';nonce="$2";created=$1',
    ),
    'another time': input.replace('created=1772445600', 'created=1772445601'),
    'a time with a zero in front': input.replace('created=1772445600', 'created=01772445600'),
    'no time': input.replace(/;created=\d+/, ''),
    'another nonce': input.replace(nonce, encodeBase64url(p.random(16))),
    'a short nonce': input.replace(nonce, nonce.slice(4)),
    'no nonce': input.replace(/;nonce="[^"]+"/, ''),
    'another key': input.replace(/keyid="[^"]+"/, `keyid="${other}"`),
    'another algorithm': input.replace('alg="ed25519"', 'alg="hmac-sha256"'),
    'no algorithm': input.replace(';alg="ed25519"', ''),
    'an expiry': `${input};expires=1772445700`,
    'two signatures': `${input}, ${input.replace('khancap=', 'other=')}`,
    'a space more': input.replace('" "', '"  "'),
  }
  for (const [name, signatureInput] of Object.entries(inputs)) {
    t.not(signatureInput, input, `${name} is a mutation`)
    await t.rejects(verify({ ...fields, signatureInput }, target), invalid, name)
  }
  const value = fields.signature ?? ''
  const signatures: Record<string, string> = {
    'another label': value.replace('khancap=', 'sig1='),
    'no colons': value.replaceAll(':', ''),
    'another signature': value.replace(/:(.)/, (_, letter) => (letter === 'A' ? ':B' : ':A')),
    'not canonical': value.replace(/.==:$/, letter => (letter.startsWith('A') ? 'B==:' : 'x==:')),
    'too short': value.replace(/....==:$/, '==:'),
    'two signatures': `${value}, ${value}`,
  }
  for (const [name, signature] of Object.entries(signatures)) {
    t.not(signature, value, `${name} is a mutation`)
    await t.rejects(verify({ ...fields, signature }, target), invalid, name)
  }
})

await t.test('a nonce that is not canonical base64url, though well signed, is refused', async t => {
  const odd = `${nonce.slice(0, -1)}B`
  const forged = { method: 'POST', url, body, seed, created, nonce: odd }
  await t.rejects(signRequest(p, forged), RangeError)
  for (const length of [15, 17])
    await t.rejects(
      signRequest(p, { ...forged, nonce: encodeBase64url(p.random(length)) }),
      RangeError,
    )
})

await t.test('fresh: within a minute, before or after, and not a millisecond more', t => {
  const claim = { created }
  const stale = { code: 'signature_stale' }
  for (const near of [0, 60_000, -60_000]) t.doesNotThrow(() => expectFresh(claim, created + near))
  for (const far of [60_001, -60_001, 86_400_000])
    t.throws(() => expectFresh(claim, created + far), stale)
  t.end()
})

await t.test('parts of a second do not matter', async t => {
  const late = await signRequest(p, {
    method: 'POST',
    url,
    body,
    seed,
    created: created + 999,
    nonce,
  })
  t.same(late, headers)
})
