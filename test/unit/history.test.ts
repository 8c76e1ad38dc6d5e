// The layout that an event's hash covers, byte by byte (docs/protocol.md, "History").
import { createHash } from 'node:crypto'
import t from 'tap'
import { ActQuery, CaseEvent } from '../../schemas/case.js'
import { maxReaders } from '../../schemas/directory.js'
import { beforeHistory, printAnchor, readAnchor } from '../../src/core/case/anchor.js'
import { brokenEvent, eventBytes, type EventFacts } from '../../src/core/case/history.js'
import { printParams, signatureBase } from '../../src/core/http-signature/profile.js'

const id = '0123456789abcdefghjkmnpqrs'
const facts: EventFacts = {
  case: id,
  number: 258,
  previous: null,
  at: 1_772_447_400_999,
  kind: 'claimed',
  handler: 'vi-1',
  detail: null,
  request: null,
}
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const ascii = (text: string) => Buffer.from(text).toString('hex')

await t.test('an event without a request', async t => {
  t.equal(
    hex(eventBytes(facts)),
    [
      ascii('khancap/v1/event\0'),
      ascii(id),
      '00000102',
      '00'.repeat(32),
      // The millisecond does not travel.
      (1_772_447_400).toString(16).padStart(16, '0'),
      `0007${ascii('claimed')}`,
      `0004${ascii('vi-1')}`,
      '0000',
      '00',
    ].join(''),
  )
})

await t.test('an event with a request, a detail in UTF-8 and one before it', async t => {
  const request = {
    signatureBase: '"@method": POST',
    signature: new Uint8Array(64).fill(1),
    key: new Uint8Array(32).fill(2),
  }
  const previous = new Uint8Array(32).fill(3)
  const bytes = hex(eventBytes({ ...facts, previous, detail: 'đ', request }))
  t.ok(bytes.includes('03'.repeat(32)))
  t.ok(
    bytes.endsWith(`0002c49101000f${ascii('"@method": POST')}${'01'.repeat(64)}${'02'.repeat(32)}`),
  )
})

await t.test('parts of another length are refused, at the cap and one over', async t => {
  const request = (length: number) => ({
    signatureBase: 'x'.repeat(length),
    signature: new Uint8Array(64),
    key: new Uint8Array(32),
  })
  t.ok(eventBytes({ ...facts, request: request(65_535) }))
  t.throws(() => eventBytes({ ...facts, request: request(65_536) }), RangeError)
  t.throws(() => eventBytes({ ...facts, case: `${id}x` }), RangeError)
  t.throws(() => eventBytes({ ...facts, previous: new Uint8Array(31) }), RangeError)
  const short = { ...request(1), key: new Uint8Array(31) }
  t.throws(() => eventBytes({ ...facts, request: short }), RangeError)
})

await t.test('a history without events is whole', async t => {
  const sha256 = async (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()
  t.equal(await brokenEvent({ sha256 }, id, []), null)
})

await t.test('an act names as many parts as a handing-over brings, and fits the history', t => {
  const hash = 'A'.repeat(42)
  const anchor = (count: number) => ({
    after: beforeHistory,
    directory: 1_000_000_000,
    envelope: `${hash}E`,
    parts: Array.from({ length: count }, (_, at) => `${hash}${'AEIMQUYc'[at % 8] ?? ''}`),
    detail: 'x '.repeat(32),
  })
  const most = 1 + maxReaders
  for (const count of [0, 1, 2, most])
    t.strictSame(readAnchor(`?${printAnchor(anchor(count))}`), anchor(count), `${count} parts`)
  t.equal(readAnchor(`?${printAnchor(anchor(most + 1))}`), null)
  const plain = (count: number) => printAnchor({ ...anchor(count), detail: null })
  t.equal(readAnchor(`?${plain(1)}.`), null)
  t.equal(readAnchor(`?${plain(0)}&part=`), null)
  t.equal(readAnchor(`?${plain(0)}&detail=`), null)
  t.equal(readAnchor(`?${printAnchor(anchor(0))}x`), null, 'one letter over')
  for (const wrong of ['a b', 'a%20b', 'a&b', 'a.b'])
    t.equal(readAnchor(`?${plain(0)}&detail=${wrong}`), null, wrong)
  const query = printAnchor(anchor(most))
  t.ok(ActQuery.safeParse(Object.fromEntries(new URLSearchParams(query))).success)
  const more = Object.fromEntries(new URLSearchParams(printAnchor(anchor(most + 1))))
  t.notOk(ActQuery.safeParse(more).success)
  const base = signatureBase(
    {
      method: 'POST',
      url: `https://${'x'.repeat(102)}/v1/cases/${id}/reroute?${query}`,
      digest: `sha-256=:${'A'.repeat(44)}:`,
    },
    printParams({ created: 9_999_999_999, nonce: 'A'.repeat(22), keyId: `${hash}A` }),
  )
  const { request } = CaseEvent.shape
  const written = { signature_base: base, signature: 'A'.repeat(86), key: `${hash}A` }
  t.ok(request.safeParse(written).success, `${base.length} letters`)
  t.end()
})
