// The line to the server: TLS that verifies, or nothing; a SOCKS proxy that resolves names itself, or nothing.
import { readFileSync } from 'node:fs'
import { createServer as createTlsServer } from 'node:https'
import { connect, createServer, type Socket } from 'node:net'
import t from 'tap'
import { freePort } from '../helper/free-port.js'
import { exchange } from '../../cli/client/exchange.js'
import { inCheckout } from '../helper/checkout.js'
import { lyingServer, says } from '../helper/lying-server.js'
import { portOf } from '../helper/smtp-sink.js'

const fixture = (name: string) => readFileSync(inCheckout('test/fixtures', name))
const get = { method: 'GET', headers: {}, body: null, maxBytes: 1000 } as const

interface Proxy {
  readonly url: string
  /** What it was asked to connect to: kind of address, name, port. */
  readonly asked: string[]
}

/** RFC 1928, as far as Tor needs it. Answers in single bytes, as a slow line does. */
async function socksProxy(
  t: Parameters<typeof lyingServer>[0],
  reply: number,
  target: number,
): Promise<Proxy> {
  const asked: string[] = []
  const trickle = async (socket: Socket, bytes: readonly number[]) => {
    for (const byte of bytes) {
      socket.write(Uint8Array.of(byte))
      await new Promise(passed => setTimeout(passed, 2))
    }
  }
  const server = createServer(socket => {
    socket.on('error', () => {})
    let stage = 0
    const take = async (bytes: Buffer): Promise<void> => {
      if (stage === 0) {
        stage = 1
        await trickle(socket, [5, 0])
      } else if (stage === 1) {
        stage = 2
        // What comes next is for whom we connect to.
        socket.pause()
        const length = bytes[4] ?? 0
        asked.push(
          `${bytes[3]} ${bytes.subarray(5, 5 + length).toString()} ${bytes.readUInt16BE(5 + length)}`,
        )
        await trickle(socket, [5, reply, 0, 1, 127, 0, 0, 1, 0, 80])
        if (reply !== 0) {
          socket.end()
          return
        }
        const onward = connect(target, '127.0.0.1')
        onward.on('error', () => socket.destroy())
        onward.pipe(socket)
        socket.off('data', listen)
        socket.pipe(onward)
      }
    }
    const listen = (bytes: Buffer) => void take(bytes)
    socket.on('data', listen)
  })
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
  t.teardown(() => server.close())
  return { url: `socks5h://127.0.0.1:${portOf(server)}`, asked }
}

await t.test('a certificate that nobody vouches for is refused', async t => {
  const server = createTlsServer(
    { key: fixture('loopback.key.pem'), cert: fixture('loopback.cert.pem') },
    (_asked, answer) => void answer.end('never read'),
  )
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
  t.teardown(() => server.close())
  const url = `https://127.0.0.1:${portOf(server)}`
  await t.rejects(exchange({ ...get, url }, { proxy: null }), {
    name: 'Failure',
    message: /^the certificate of https:\/\/127\.0\.0\.1:\d+ does not verify/,
  })
})

await t.test('through the proxy the name goes as it is: nothing is resolved here', async t => {
  const server = await lyingServer(t, { '*': says('through') })
  const proxy = await socksProxy(t, 0, Number(new URL(server.url).port))
  const answer = await exchange(
    { ...get, url: 'http://abcdefghijklmnop.onion:8480/v1/directory' },
    { proxy: proxy.url },
  )
  t.equal(Buffer.from(answer.body).toString(), 'through')
  t.strictSame(proxy.asked, ['3 abcdefghijklmnop.onion 8480'])
  t.strictSame(server.asked, ['GET /v1/directory'])
})

await t.test(
  'a proxy that refuses, or is not there, ends it: there is no direct line instead',
  async t => {
    const server = await lyingServer(t, { '*': says('direct') })
    const refusing = await socksProxy(t, 4, 0)
    for (const proxy of [refusing.url, `socks5h://127.0.0.1:${await freePort()}`])
      await t.rejects(exchange({ ...get, url: server.url }, { proxy }), {
        name: 'Failure',
        message: /^the proxy socks5h:.* did not connect to /,
      })
    t.strictSame(server.asked, [])
  },
)

await t.test('a proxy that says nothing ends with the deadline', async t => {
  const mute = createServer(() => {})
  await new Promise<void>(ready => mute.listen(0, '127.0.0.1', ready))
  t.teardown(() => mute.close())
  const line = { proxy: `socks5h://127.0.0.1:${portOf(mute)}`, seconds: 1 }
  await t.rejects(exchange({ ...get, url: 'http://x.onion' }, line), {
    message: 'the server did not finish its answer within 1 seconds',
  })
})
