// What a server may answer in place of the truth. Each is one lie; where it fits, and how it is refused, the tests say.
import type { Lie } from './lying-server.js'

/** One letter after the other, for ever. */
export const drip: Lie = (_asked, answer) => {
  answer.writeHead(200, { 'content-type': 'text/plain' })
  const timer = setInterval(() => answer.write('.'), 50)
  answer.on('close', () => clearInterval(timer))
}

export const flood: Lie = (_asked, answer) => {
  answer.writeHead(200, { 'content-type': 'text/plain' })
  const chunk = Buffer.alloc(65_536, 'a')
  const more = () => {
    while (!answer.destroyed && answer.write(chunk));
  }
  answer.on('drain', more)
  answer.on('error', () => {})
  more()
}

export const tenGigabytes: Lie = (_asked, answer) => {
  answer.writeHead(200, { 'content-length': '10000000000', 'content-type': 'text/plain' })
  answer.write('a')
}

export function elsewhere(url: string, status: number): Lie {
  return (_asked, answer) => void answer.writeHead(status, { location: `${url}/elsewhere` }).end()
}

export const compressed: Lie = (_asked, answer) => {
  answer.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'text/plain' }).end('x')
}

export const endsEarly: Lie = (_asked, answer) => {
  answer.writeHead(200, { 'content-length': '1000', 'content-type': 'text/plain' })
  answer.write('half')
  setTimeout(() => answer.destroy(), 20)
}

export const noHttp: Lie = (asked, _answer) => void asked.socket.end('SSH-2.0-OpenSSH_9.2\r\n')
