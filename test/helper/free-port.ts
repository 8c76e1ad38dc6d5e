// A port of this machine that nobody listens on at the moment. Between this and the listening somebody else may take it:
// what listens itself asks for port 0 instead, and what starts a server tries again with another port.
import { once } from 'node:events'
import { createServer } from 'node:net'

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port is free')
  return address.port
}

/**
 * Starts something on a free port; where somebody else has taken the port meanwhile, on another one.
 * @param start throws where it does not run on that port
 */
export async function startOnFreePort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    const port = await freePort()
    try {
      return await start(port)
    } catch (error) {
      if (tries === 5) throw error
    }
  }
}
