// Answers that are not taken, over sockets on loopback: larger than what the kernel holds for a connection.
import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { watchConnections } from '../../src/http/connections.js'
import { type ConnectionLimits, httpSettings } from '../../src/http/limits.js'
import { until } from '../helper/workers.js'

t.setTimeout(120_000)

const answerBytes = 60_000_000
const answer = Buffer.alloc(answerBytes, 'x')

/** A server with one large answer. @returns connects, asks, and leaves the answer lying */
async function serving(t: Test, changes: Partial<ConnectionLimits>) {
  const server = createServer((_request, response) => response.end(answer))
  const end = watchConnections(server, { ...httpSettings.connections, ...changes }, socket =>
    socket.destroy(),
  )
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    end()
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const open = () =>
    new Promise<number>((resolve, reject) =>
      server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
    )
  async function ask(): Promise<Socket> {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    t.teardown(() => socket.destroy())
    await new Promise<void>(resolve => {
      socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n', () => resolve())
    })
    return socket
  }
  return { ask, open }
}

await t.test('an answer that nobody reads is given up', async t => {
  const { ask, open } = await serving(t, { answerMs: 500 })
  await ask()
  await until(async () => (await open()) === 1, 'it is open', 60)
  await until(async () => (await open()) === 0, 'it is given up', 60)
  t.pass()
})

await t.test('one that is read slowly is not, although it was written at once', async t => {
  const { ask } = await serving(t, { answerMs: 2000 })
  const began = performance.now()
  const socket = await ask()
  let received = 0
  socket.on('data', chunk => {
    received += chunk.length
    socket.pause()
    setTimeout(() => socket.resume(), 5)
  })
  await new Promise<void>(resolve => {
    const timer = setInterval(() => {
      if (received < answerBytes && !socket.destroyed) return
      clearInterval(timer)
      resolve()
    }, 20)
  })
  t.ok(received > answerBytes, `${received} bytes`)
  t.ok(performance.now() - began > 2500, 'it took longer than it may lie untouched')
})

await t.test('at a full house it makes room, and who comes is served', async t => {
  const { ask, open } = await serving(t, { answerMs: 60_000, most: 3 })
  for (let each = 0; each < 3; each++) await ask()
  await until(async () => (await open()) === 3, 'all are open', 60)
  let isServed = false
  await until(
    async () => {
      const socket = await ask()
      await Promise.race([
        new Promise<void>(resolve => socket.once('data', () => resolve())),
        new Promise<void>(resolve => socket.once('close', () => resolve())),
      ])
      isServed = socket.bytesRead > 0
      return isServed
    },
    'another is served',
    60,
  )
  t.ok(isServed)
})
