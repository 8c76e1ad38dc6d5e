// No address of an applicant reaches a disk by way of the proxy. Caddy itself is not there when the tests run: this holds the
// text of its configuration, by what Caddy 2.10 names its loggers and the fields of what they say.
import { readFile } from 'node:fs/promises'
import t from 'tap'

interface Line {
  readonly words: readonly string[]
  readonly inside: readonly Line[]
}

/** Lines with their blocks. Where a line ends with a brace, it opens one. */
function parse(text: string): readonly Line[] {
  const top: Line[] = []
  const open = [top]
  for (const line of text.split('\n').map(each => each.trim())) {
    if (line === '' || line.startsWith('#')) continue
    const words = line.split(/\s+/)
    if (line === '}') open.pop()
    else if (words.at(-1) === '{') {
      const inside: Line[] = []
      open.at(-1)?.push({ words: words.slice(0, -1), inside })
      open.push(inside)
    } else open.at(-1)?.push({ words, inside: [] })
  }
  if (open.length !== 1) throw new Error('a block is not closed')
  return top
}

const named = (lines: readonly Line[], name: string) =>
  lines.filter(({ words }) => words[0] === name)

const [options, ...sites] = parse(await readFile('ops/caddy/Caddyfile', 'utf8'))

await t.test('what is written of the server leaves out all that it says of requests', t => {
  t.strictSame(options?.words, [], 'the global options come first')
  const global = options?.inside ?? []
  t.strictSame(named(global, 'debug'), [], 'it would name everybody')
  const logs = named(global, 'log')
  t.strictSame(
    logs.map(({ words }) => words),
    [['log', 'default']],
    'one log, and no other that would take in what this one leaves out',
  )
  const [log] = logs
  const inside = log?.inside ?? []
  t.strictSame(
    inside.map(({ words }) => words),
    [
      ['level', 'INFO'],
      // With all below it: http.log.access, http.log.error, http.handlers, http.stdlib.
      ['exclude', 'http'],
      ['format', 'filter'],
    ],
    'start and certificates are told: nothing else is left out, and nothing let in again',
  )
  const format = inside.at(-1)?.inside ?? []
  t.strictSame(
    format.map(({ words }) => words),
    [['wrap', 'json'], ['fields']],
  )
  const fields = format.at(-1)?.inside ?? []
  for (const field of ['request', 'remote', 'remote_addr', 'remote_ip', 'client_ip', 'user_agent'])
    t.ok(
      fields.some(({ words }) => words[0] === field && words[1] === 'delete'),
      field,
    )
  t.end()
})

await t.test('no site has an access log, and none passes an address on', t => {
  t.equal(sites.length, 1)
  for (const { inside } of sites) {
    const logs = named(inside, 'log')
    t.equal(logs.length, 1)
    for (const log of logs) {
      t.strictSame(log.words, ['log'])
      t.strictSame(
        log.inside.map(({ words }) => words),
        [['output', 'discard']],
      )
    }
    const [proxy] = named(inside, 'reverse_proxy')
    t.strictSame(
      proxy?.inside.map(({ words }) => words.join(' ')),
      [
        'header_up -X-Forwarded-For',
        'header_up -X-Real-Ip',
        'header_up -Forwarded',
        'header_up -User-Agent',
      ],
    )
  }
  t.end()
})

await t.test('the container of the proxy reads this file', async t => {
  const compose = await readFile('docker-compose.yml', 'utf8')
  t.match(compose, './ops/caddy/Caddyfile:/etc/caddy/Caddyfile:ro')
})
