// The layout that an event's hash covers, byte by byte (docs/protocol.md, "History").
import { createHash } from 'node:crypto'
import t from 'tap'
import { brokenEvent, eventBytes, type EventFacts } from '../../src/core/case/history.js'

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
