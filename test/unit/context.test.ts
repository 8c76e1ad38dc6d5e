// The context stanza's bytes: one spelling of each context, and nothing else is one. docs/protocol.md, "Context".
import t from 'tap'
import { concatBytes } from '../../src/core/encoding/bytes.js'
import { maxContentDepth } from '../../src/core/envelope/content.js'
import { decodeContext, encodeContext } from '../../src/core/envelope/context.js'
import { sampleContext, sampleOrigin } from '../helper/sample-content.js'

await t.test('a context has one spelling', t => {
  for (const kind of ['envelope', 'slip', 'addition', 'reply', 'note', 'letter'] as const)
    for (const channel of ['web', 'mail', 'offline'] as const) {
      const context = { ...sampleContext(kind), channel }
      t.same(decodeContext(encodeContext(context)), context)
    }
  const bytes = encodeContext(sampleContext('envelope'))
  t.equal(
    Buffer.from(bytes).toString('hex'),
    `0101010000000000000003${'07'.repeat(32)}0018${Buffer.from(sampleOrigin).toString('hex')}`,
  )
  const change = (at: number, to: number) => {
    const changed = bytes.slice()
    changed[at] = to
    return changed
  }
  const refused: Record<string, Uint8Array> = {
    'version 0': change(0, 0),
    'version 2': change(0, 2),
    'kind 0': change(1, 0),
    'kind 7': change(1, 7),
    'channel 0': change(2, 0),
    'channel 4': change(2, 4),
    'sequence 0': change(10, 0),
    'sequence above a billion': change(3, 1),
    'length one less': change(44, bytes.length - 46),
    'a length of 256 more': change(43, 1),
    'length one more': change(44, bytes.length - 44),
    'a byte more': concatBytes(bytes, Uint8Array.of(0x67)),
    'a byte less': bytes.subarray(0, -1),
    'origin with a path': change(bytes.length - 1, 0x2f),
    'origin in capitals': change(bytes.length - 1, 0x47),
    'origin that is not UTF-8': change(bytes.length - 1, 0xff),
    'no origin': concatBytes(bytes.subarray(0, 43), Uint8Array.of(0, 0)),
    nothing: new Uint8Array(0),
  }
  for (const [name, changed] of Object.entries(refused))
    t.throws(() => decodeContext(changed), name)
  t.end()
})

await t.test('what is inside a sealed file is 6 deep at most', t => {
  t.equal(maxContentDepth, 6)
  t.end()
})
