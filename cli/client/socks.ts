// A connection through a SOCKS5 proxy (RFC 1928), as Tor offers it. The proxy resolves the name, so that onion
// addresses work and no name leaks to the local resolver.
import * as net from 'node:net'
import { unavailable } from '../failure.js'
import { safe } from '../terminal/safe.js'

const version = 5
const withoutPassword = 0
const connect = 1
const domainName = 3

/** @throws Failure where the proxy is not there or does not reach the target */
export async function socksConnection(
  proxy: string,
  target: string,
  signal: AbortSignal,
): Promise<net.Socket> {
  const { hostname, port } = new URL(proxy)
  const url = new URL(target)
  const name = new TextEncoder().encode(url.hostname)
  const targetPort = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
  const socket = net.connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) })
  const abort = () => socket.destroy()
  signal.addEventListener('abort', abort, { once: true })
  try {
    const incoming = reader(socket)
    socket.write(Uint8Array.of(version, 1, withoutPassword))
    const greeting = await incoming(2)
    if (greeting[0] !== version || greeting[1] !== withoutPassword)
      throw new Error('the proxy wants a password')
    socket.write(
      Buffer.concat([
        Uint8Array.of(version, connect, 0, domainName, name.length),
        name,
        Uint8Array.of(targetPort >> 8, targetPort & 0xff),
      ]),
    )
    const head = await incoming(4)
    if (head[0] !== version || head[1] !== 0) throw new Error(`reply ${head[1]}`)
    // The bound address and port follow; their length depends on the kind of address.
    const rest = head[3] === 1 ? 4 : head[3] === 4 ? 16 : (await incoming(1))[0]
    await incoming((rest ?? 0) + 2)
    socket.removeAllListeners('readable')
    return socket
  } catch (cause) {
    socket.destroy()
    if (signal.aborted) throw cause
    throw unavailable(
      safe`the proxy ${proxy} did not connect to ${url.host}`,
      safe`is it running? (Tor listens on port 9050, Tor Browser on 9150)`,
    )
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** Reads exactly so many bytes at a time, and leaves the rest in the socket. */
function reader(socket: net.Socket): (bytes: number) => Promise<Uint8Array> {
  return bytes =>
    new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        socket.off('readable', take)
        socket.off('error', fail)
        socket.off('close', close)
        end()
      }
      const fail = (error: Error) => settle(() => reject(error))
      const close = () => fail(new Error('the proxy hung up'))
      const take = () => {
        const read: unknown = socket.read(bytes)
        if (read instanceof Uint8Array) settle(() => resolve(read))
      }
      socket.on('readable', take)
      socket.on('error', fail)
      socket.on('close', close)
      take()
    })
}
