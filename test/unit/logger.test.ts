// The log is an allow-list: what is not named cannot be written, and nothing named holds an address or words.
import fc from 'fast-check'
import t from 'tap'
import { pinoLog, safeFields, turnSink } from '../../src/logger.js'
import type { LogFields } from '../../src/ports/log.js'

function written(act: (log: ReturnType<typeof pinoLog>) => void): string {
  const lines: string[] = []
  act(pinoLog({ write: line => lines.push(line) }))
  return lines.join('')
}

await t.test('a line is JSON with level, time, event and the listed fields', async t => {
  const line = written(log =>
    log.info('request answered', { route: '/v1/cases/:id', method: 'GET', status: 200, ms: 3 }),
  )
  const entry = JSON.parse(line)
  t.match(entry, { level: 'info', msg: 'request answered', route: '/v1/cases/:id', status: 200 })
  t.match(entry.time, /^\d{4}-\d\d-\d\dT/)
  t.notOk('hostname' in entry || 'pid' in entry)
})

await t.test('a field that is not listed is dropped, however deep', async t => {
  const stray: LogFields & Record<string, unknown> = {
    code: 'internal',
    email: 'canary@example.org',
    deep: { case: { email: 'canary@example.org' } },
    err: new Error('canary'),
  }
  t.notMatch(
    written(log => log.error('failed', stray)),
    /canary|example/,
  )
})

await t.test(
  'a text that could be an address, a URL or words is written as a question mark',
  async t => {
    const texts = [
      '10.0.0.7',
      'x-192.168.1.20:443',
      '2001:db8:0:1::7',
      'fe80:0:0:0:1:2:3:4',
      'https://example.org/x',
      'someone@example.org',
      'two words',
      'Nguyễn',
      'a'.repeat(121),
      'line\nbreak',
    ]
    for (const text of texts) t.equal(safeFields({ cause: text })['cause'], '?', text)
    for (const text of ['ECONNREFUSED', '/v1/cases/:id/claim', '/*', 'SIGTERM', '22P02'])
      t.equal(safeFields({ cause: text })['cause'], text)
  },
)

await t.test('lines of one turn leave together, and none waits behind an error', async t => {
  const writes: string[] = []
  const log = pinoLog(turnSink({ write: text => writes.push(text) }))
  const events = () =>
    writes.map(text =>
      text
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line).msg),
    )
  log.info('one')
  log.info('two')
  t.strictSame(events(), [])
  await new Promise(resolve => setImmediate(resolve))
  t.strictSame(events(), [['one', 'two']])
  log.info('three')
  log.error('four')
  t.strictSame(
    events(),
    [
      ['one', 'two'],
      ['three', 'four'],
    ],
    'in their order',
  )
  await new Promise(resolve => setImmediate(resolve))
  t.equal(writes.length, 2, 'each once')
})

await t.test('whatever is handed in, no address comes out', async t => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.emailAddress(), fc.webUrl()), text => {
      const line = written(log => log.warn('event', { cause: text, route: text, code: text }))
      return !line.includes(text)
    }),
  )
  t.pass()
})
