// Strict JSON: two readers of the same bytes never see different things.
import fc from 'fast-check'
import t from 'tap'
import { parseStrictJson, printStrictJson } from '../../src/core/encoding/strict-json.js'

t.setTimeout(180_000)

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

await t.test('what JSON writes is read as JSON reads it', t => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }), value => {
      const text = printStrictJson(value)
      fc.pre(!text.includes('"__proto__"'))
      t.strictSame(parseStrictJson(text, 6), JSON.parse(text))
    }),
    { numRuns: 300 },
  )
  t.strictSame(parseStrictJson(' { "a" :\t[ 1 , -2.5e-3,\r\n0, true,false,null ] } \n', 2), {
    a: [1, -0.0025, 0, true, false, null],
  })
  t.equal(parseStrictJson('"\\u00e9\\n\\/\\"\\\\\\ud83c\\udd98"', 0), 'é\n/"\\🆘')
  t.end()
})

await t.test('one mutation each: refused', t => {
  const refused: Record<string, string> = {
    'duplicate key': '{"a":1,"a":1}',
    'duplicate key in another spelling': '{"a":1,"\\u0061":1}',
    'duplicate key deeper': '{"x":{"a":1,"b":2,"a":3}}',
    'the key __proto__': '{"__proto__":{}}',
    'byte order mark': '\ufeff{}',
    'lone high surrogate, escaped': '"\\ud800"',
    'lone low surrogate, escaped': '"\\udc00x"',
    'surrogates in the wrong order': '"\\udc00\\ud800"',
    'lone surrogate in a key': '{"\\ud800":1}',
    'raw lone surrogate': '"\ud800"',
    'raw line feed in a string': '"\n"',
    'raw NUL in a string': '"\u0000"',
    'raw U+001F in a string': '"\u001f"',
    'unknown escape': '"\\x41"',
    'short escape': '"\\u041"',
    'unclosed string': '"abc',
    'trailing comma in an array': '[1,]',
    'trailing comma in an object': '{"a":1,}',
    'missing comma': '[1 2]',
    'missing colon': '{"a" 1}',
    'key without quotes': '{a:1}',
    'single quotes': "'a'",
    'leading zero': '01',
    'plus sign': '+1',
    'bare minus': '-',
    'no digit after the point': '1.',
    'no digit before the point': '.5',
    'number out of range': '1e400',
    'not a number': 'NaN',
    'capital True': 'True',
    comment: '/* */1',
    'two values': '1 2',
    nothing: '',
    'only spaces': '  ',
    'no-break space': '\u00a01',
    'form feed': '\f1',
    'unclosed array': '[',
    'unclosed object': '{"a":1',
    'closed twice': '{}}',
  }
  for (const [name, text] of Object.entries(refused))
    t.throws(() => parseStrictJson(text, 6), SyntaxError, name)
  t.end()
})

await t.test('depth is counted at the cap and one over', t => {
  t.same(parseStrictJson('1', 0), 1)
  t.throws(() => parseStrictJson('[]', 0), SyntaxError)
  t.ok(parseStrictJson(nested(6), 6))
  t.throws(() => parseStrictJson(nested(7), 6), SyntaxError)
  t.ok(parseStrictJson(objects(6), 6))
  t.throws(() => parseStrictJson(objects(7), 6), SyntaxError)
  t.ok(parseStrictJson(`[${nested(5)},${nested(5)}]`, 6), 'siblings do not add up')
  t.throws(() => parseStrictJson('['.repeat(1_000_000), 6), SyntaxError)
  t.end()
})

await t.test('errors hold nothing of the text', t => {
  const canary = 'canary-5f2e'
  for (const text of [`"${canary}`, `{"${canary}" 1}`, canary, `{"a":"${canary}\n"}`])
    try {
      parseStrictJson(text, 6)
      t.fail('accepted')
    } catch (error) {
      t.notMatch(String(error), canary)
    }
  t.end()
})

await t.test('long strings are read without trouble', t => {
  const long = 'x\\n"ế🆘'.repeat(60_000)
  t.equal(parseStrictJson(JSON.stringify(long), 1), long)
  t.end()
})

await t.test('lone surrogates become U+FFFD when written', t => {
  t.equal(printStrictJson({ a: ['\ud800x', '🆘', 'y\udc00'] }), '{"a":["\ufffdx","🆘","y\ufffd"]}')
  t.end()
})

await t.test('values are counted, at the cap and one over', t => {
  const list = (count: number) => JSON.stringify(Array.from({ length: count }, () => 0))
  t.equal(JSON.stringify(parseStrictJson(list(9), 1, 10)), list(9))
  t.throws(() => parseStrictJson(list(10), 1, 10), SyntaxError)
  t.throws(() => parseStrictJson('{"a":{"b":[1,2]}}', 4, 4), SyntaxError)
  t.strictSame(parseStrictJson('{"a":{"b":[1,2]}}', 4, 5), { a: { b: [1, 2] } })
  t.end()
})
