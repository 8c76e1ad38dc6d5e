// A flood in each of its forms, and one sender in the middle of it who gets through. Over sockets on loopback, with limits
// made small, so that a few connections are a flood.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { IntakeRequest } from '../../schemas/intake.js'
import { utf8 } from '../../src/core/encoding/bytes.js'
import { contentDigest } from '../../src/core/http-signature/profile.js'
import { puzzleHeader, solvePuzzle } from '../../src/core/puzzle/puzzle.js'
import { bodyLimits, type HttpSettings, httpSettings } from '../../src/http/limits.js'
import { sealRequest, submit, testApi, type TestApi } from '../helper/api.js'
import { bodyOf, exchange, listening } from '../helper/raw-http.js'
import { until } from '../helper/workers.js'

t.setTimeout(300_000)

const settings = (changes: Partial<HttpSettings>) => ({
  settings: { ...httpSettings, maxLoopDelayMs: 60_000, ...changes },
})
/** A quarter of it may come at once: so many pass without a puzzle. */
const open = (requests: number, solved = 512): Partial<HttpSettings> => ({
  intakes: { openPerHour: requests * 4, atOnce: { open: 192, solved } },
})
const sealed = async (api: TestApi) => (await sealRequest(api.organisation)).request

async function solve(api: TestApi, request: IntakeRequest, challenge: unknown) {
  const digest = await contentDigest(api.organisation.primitives, utf8(JSON.stringify(request)))
  const solution = await solvePuzzle(String(challenge), digest)
  return { [puzzleHeader]: solution, 'content-digest': digest }
}

const send = (api: TestApi, payload: object, headers: Record<string, string>) =>
  api.app.inject({ method: 'POST', url: '/v1/intakes', payload, headers })

const head = (length: number | 'chunked', more = '') =>
  [
    'POST /v1/intakes HTTP/1.1',
    'host: x',
    'connection: close',
    'content-type: application/json',
    length === 'chunked' ? 'transfer-encoding: chunked' : `content-length: ${length}`,
    `${more}\r\n`,
  ].join('\r\n')

/** Connections that send something and then wait, each told how it ended. */
async function hold(port: number, count: number, words: string): Promise<Held[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const socket = connect(port, '127.0.0.1')
      const held: Held = { socket, received: '', isOver: false }
      socket.on('data', chunk => {
        held.received += chunk.toString()
      })
      socket.on('error', () => {})
      socket.on('close', () => {
        held.isOver = true
      })
      await new Promise<void>(resolve => socket.write(words, () => resolve()))
      return held
    }),
  )
}
interface Held {
  readonly socket: Socket
  received: string
  isOver: boolean
}

await t.test('step 4: beyond the budget a puzzle is asked, and it lets one request in', async t => {
  const api = await testApi(t, settings(open(2)))
  for (let count = 0; count < 2; count++)
    t.equal((await submit(api, await sealed(api))).statusCode, 201, 'at the cap')
  const request = await sealed(api)
  const asked = await submit(api, request)
  t.equal(asked.statusCode, 429, 'one over')
  t.equal(asked.json().code, 'too_many_requests')
  t.equal(asked.headers['retry-after'], '1')
  const headers = await solve(api, request, asked.headers[puzzleHeader])
  const other = await send(api, await sealed(api), headers)
  t.equal(other.json().code, 'request_malformed', 'solved for another request')
  const again = await submit(api, request)
  const solved = await solve(api, request, again.headers[puzzleHeader])
  t.equal((await send(api, request, solved)).statusCode, 201)
  t.equal((await send(api, request, solved)).statusCode, 200, 'again, after a lost answer')
  const next = await sealed(api)
  const used = await send(api, next, await solve(api, next, again.headers[puzzleHeader]))
  t.equal(used.statusCode, 429, 'a challenge is good for one request')
  t.ok(used.headers[puzzleHeader], 'and a new one is asked')
  // Each number is a guess, which fits once in 32.
  const numbers = solved[puzzleHeader].split('.')
  const guessed = numbers.map((part, index) => (index < 4 ? part : `${Number(part) + 1}`)).join('.')
  const forged = { ...solved, [puzzleHeader]: guessed }
  t.equal((await send(api, request, forged)).statusCode, 429)
  t.equal((await api.db.rows('select id from cases')).length, 3)
})

await t.test('a solution for which there is no room now is as good a moment later', async t => {
  const perSecond = { applicants: 1, handlers: 1 }
  const api = await testApi(t, settings({ ...open(1), perSecond }))
  t.equal((await submit(api, await sealed(api))).statusCode, 201)
  const requests = [await sealed(api), await sealed(api), await sealed(api)]
  const solutions = await Promise.all(
    requests.map(async request => {
      const asked = await submit(api, request)
      return solve(api, request, asked.headers[puzzleHeader])
    }),
  )
  const shed: number[] = []
  await Promise.all(
    requests.map(async (request, index) => {
      for (;;) {
        const answer = await send(api, request, solutions[index] ?? {})
        if (answer.statusCode === 201) return
        t.equal(answer.statusCode, 429)
        t.notOk(answer.headers[puzzleHeader], 'nothing new to solve')
        shed.push(index)
        await new Promise(resolve => setTimeout(resolve, 200))
      }
    }),
  )
  t.ok(shed.length > 0)
  t.equal((await api.db.rows('select id from cases')).length, 4)
})

await t.test(
  'worthless requests by the hundred take the open door, and no solver waits for it',
  async t => {
    const api = await testApi(t, settings(open(5)))
    const worthless = await Promise.all(Array.from({ length: 30 }, () => sealed(api)))
    const real = await sealed(api)
    const flood = async () => (await Promise.all(worthless.map(each => submit(api, each)))).length
    await flood()
    const asked = await submit(api, real)
    t.equal(asked.statusCode, 429)
    const headers = await solve(api, real, asked.headers[puzzleHeader])
    const [, answer] = await Promise.all([flood(), send(api, real, headers), flood()])
    t.equal(answer.statusCode, 201)
    const [row] = await api.db.rows('select count(*)::int as cases from cases')
    t.ok(Number(row?.['cases']) <= 7, 'of the flood a handful: no case without work or a budget')
  },
)

await t.test('a process that drowns asks for a puzzle too, and takes who solved it', async t => {
  const api = await testApi(t, settings({ maxLoopDelayMs: -1 }))
  const request = await sealed(api)
  const asked = await submit(api, request)
  t.equal(asked.statusCode, 503)
  t.equal(asked.json().code, 'overloaded')
  const headers = await solve(api, request, asked.headers[puzzleHeader])
  t.equal((await send(api, request, headers)).statusCode, 201)
})

await t.test(
  'slow clients cannot hold all places: the heaviest are cut off, a slow sender gets through',
  async t => {
    const connections = { ...httpSettings.connections, most: 20 }
    const api = await testApi(t, settings({ connections }))
    const port = await listening(api.app)
    const slow = [
      ...(await hold(port, 10, '')),
      ...(await hold(port, 10, 'POST /v1/intakes HTTP/1.1\r\nhost: x\r\n')),
      ...(await hold(port, 10, `${head(bodyLimits.intake)}{`)),
    ]
    t.teardown(() => slow.forEach(({ socket }) => socket.destroy()))
    const text = JSON.stringify(await sealed(api))
    const size = Math.ceil(text.length / 10)
    const parts = Array.from({ length: 10 }, (_, index) =>
      text.slice(index * size, (index + 1) * size),
    )
    const answer = await exchange(port, [head(text.length), ...parts], 50)
    t.match(answer, /^HTTP\/1\.1 201 /)
    await until(() => slow.filter(({ isOver }) => isOver).length >= 11, 'the slow are cut off', 60)
    t.ok(
      slow.some(({ received }) => received.startsWith('HTTP/1.1 408 ')),
      'and told why',
    )
  },
)

await t.test('half-sent bodies are bounded together, and the largest goes first', async t => {
  const connections = { ...httpSettings.connections, mostBytes: 3 * bodyLimits.intake }
  const api = await testApi(t, settings({ connections }))
  const port = await listening(api.app)
  const [small] = await hold(port, 1, `${head(1000)}{`)
  const most = ' '.repeat(Math.ceil(bodyLimits.intake * 0.9))
  const large = await hold(port, 8, `${head(bodyLimits.intake)}${most}`)
  t.teardown(() => [...large, small].forEach(each => each?.socket.destroy()))
  await until(() => large.filter(({ isOver }) => isOver).length >= 5, 'the large go', 60)
  t.equal(small?.isOver, false, 'a small one that came first is still waited for')
})

await t.test('a body that never ends is ended, in chunks or announced', async t => {
  const connections = {
    ...httpSettings.connections,
    bodyMs: 300,
    slowestBytesPerSecond: 10_000_000,
  }
  const api = await testApi(t, settings({ connections }))
  const port = await listening(api.app)
  for (const words of [`${head(1000)}{`, `${head('chunked')}1\r\n{\r\n`]) {
    const answer = words.includes('chunked')
      ? await exchange(port, [words, ...Array.from({ length: 4000 }, () => '1\r\n \r\n')], 25)
      : await exchange(port, [words])
    t.match(answer, /^HTTP\/1\.1 (408|413) /)
  }
})

await t.test(
  '100 MB of brackets are refused by their length, and what fits is refused by its depth',
  async t => {
    const api = await testApi(t)
    const port = await listening(api.app)
    const announced = await exchange(port, [`${head(100_000_000)}[[[[[[[[[[`])
    t.match(announced, /^HTTP\/1\.1 413 /)
    const brackets = '['.repeat(65_536)
    const chunk = `${brackets.length.toString(16)}\r\n${brackets}\r\n`
    const chunks = Array.from({ length: Math.ceil(bodyLimits.intake / 65_536) + 1 }, () => chunk)
    const streamed = await exchange(port, [head('chunked'), ...chunks])
    t.match(streamed, /^HTTP\/1\.1 413 /)
    const fitting = await exchange(port, [head(bodyLimits.intake), '['.repeat(bodyLimits.intake)])
    t.equal(bodyOf(fitting).code, 'request_malformed')
  },
)

await t.test(
  'who was refused before the end of the body keeps no place by sending the rest',
  async t => {
    const connections = { ...httpSettings.connections, most: 5 }
    const api = await testApi(t, settings({ connections, maxLoopDelayMs: -1 }))
    const port = await listening(api.app)
    const refused = await hold(
      port,
      5,
      head(1000).replace('connection: close', 'connection: keep-alive'),
    )
    t.teardown(() => refused.forEach(({ socket }) => socket.destroy()))
    await until(
      () => refused.every(({ received }) => received.includes('overloaded')),
      'all are refused',
      60,
    )
    for (const { socket } of refused) socket.write(' '.repeat(1000))
    t.match(
      await exchange(port, ['GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n']),
      /^HTTP\/1\.1 200 /,
    )
  },
)

await t.test('what is cut off leaves no place behind', async t => {
  const connections = { ...httpSettings.connections, most: 5 }
  const api = await testApi(t, settings({ connections }))
  const port = await listening(api.app)
  for (let round = 0; round < 5; round++) {
    const held = await hold(port, 10, `${head(1000)}{`)
    held.forEach(({ socket }) => socket.destroy())
    await until(() => held.every(({ isOver }) => isOver), 'all are cut off', 60)
  }
  const text = JSON.stringify(await sealed(api))
  t.match(await exchange(port, [head(text.length), text]), /^HTTP\/1\.1 201 /)
  await new Promise<void>((resolve, reject) => {
    const check = (tries: number) =>
      api.app.server.getConnections((error, count) => {
        if (error !== null) reject(error)
        else if (count === 0 || tries > 500) {
          t.equal(count, 0)
          resolve()
        } else setTimeout(check, 20, tries + 1)
      })
    check(0)
  })
})

await t.test(
  'who sends the next request before the answer has come is cut off, and nothing is opened',
  async t => {
    const home = await mkdtemp(join(tmpdir(), 'khancap-test-'))
    t.teardown(() => rm(home, { recursive: true, force: true }))
    await writeFile(join(home, 'form-ABCDEF23.js'), 'x'.repeat(300_000))
    const api = await testApi(t, { pages: home })
    const port = await listening(api.app)
    let opened = 0
    api.app.server.on('request', request => {
      if (!request.socket.destroyed) opened += 1
    })
    const get = 'GET /form-ABCDEF23.js HTTP/1.1\r\nhost: x\r\n\r\n'
    const many = await hold(port, 1, get.repeat(1300))
    t.teardown(() => many[0]?.socket.destroy())
    await until(() => many.every(({ isOver }) => isOver), 'the connection ends', 60)
    t.equal(opened, 1, 'the first')
    t.ok(api.log.lines.filter(({ event }) => event === 'request answered').length <= 1)

    const inTurn = await hold(port, 1, get)
    t.teardown(() => inTurn[0]?.socket.destroy())
    for (let answered = 1; answered <= 20; answered++) {
      await until(
        () => {
          const parts = inTurn[0]?.received.split('\r\n\r\n') ?? []
          return parts.length === answered + 1 && parts.at(-1)?.length === 300_000
        },
        'the answer is whole',
        60,
      )
      t.equal(inTurn[0]?.isOver, false)
      inTurn[0]?.socket.write(get)
    }
    const files = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const answer = await fetch(`http://127.0.0.1:${port}/form-ABCDEF23.js`)
        return (await answer.text()).length
      }),
    )
    t.strictSame([...new Set(files)], [300_000])
    const text = JSON.stringify(await sealed(api))
    const answer = await exchange(port, [head(text.length, 'expect: 100-continue\r\n'), text], 50)
    t.match(answer, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 201 /)
  },
)
