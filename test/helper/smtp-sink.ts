// A real SMTP server on loopback that keeps what it is handed. Its key is public: it protects nothing.
import { readFileSync } from 'node:fs'
import type { Server, Socket } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { inCheckout } from './checkout.js'

const fixture = (name: string) => readFileSync(inCheckout('test/fixtures', name), 'utf8')

/** What a client has to trust to talk to the sink over TLS. */
export const loopbackCa = fixture('loopback.cert.pem')

export interface SunkMail {
  readonly from: string
  readonly to: readonly string[]
  readonly encrypted: boolean
  /** Header names in lower case; values unfolded. */
  readonly headers: ReadonlyMap<string, string>
  readonly text: string
  readonly raw: string
}

export interface SmtpSink extends AsyncDisposable {
  readonly port: number
  readonly mails: readonly SunkMail[]
  /** The reply to RCPT TO, or to MAIL FROM and DATA with the keys `from` and `data`; absent is yes. */
  refuse: Record<string, { code: number } | undefined>
  /** True: accepts connections and never says a word more. */
  mute: boolean
  /** Awaited when a mail is there, before the server says so. */
  beforeYes: (() => Promise<void>) | null
  /** True: takes each mail, and its connections end before it has said so. */
  lost: boolean
}

const refusal = (code: number) => Object.assign(new Error('no'), { responseCode: code })

/** The port that a server on loopback was given. */
export function portOf(server: Server): number {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('not listening')
  return address.port
}

export async function smtpSink(
  options: { readonly tls?: 'starttls' | 'implicit' | 'none'; readonly password?: string } = {},
): Promise<SmtpSink> {
  const tls = options.tls ?? 'starttls'
  const mails: SunkMail[] = []
  const sink = {
    mails,
    refuse: {} as SmtpSink['refuse'],
    mute: false,
    lost: false,
    beforeYes: null as SmtpSink['beforeYes'],
  }
  const sockets = new Set<Socket>()
  const server = new SMTPServer({
    secure: tls === 'implicit',
    key: fixture('loopback.key.pem'),
    cert: loopbackCa,
    logger: false,
    authOptional: options.password === undefined,
    disabledCommands: [
      ...(tls === 'starttls' ? [] : ['STARTTLS']),
      ...(options.password === undefined ? ['AUTH'] : []),
    ],
    onAuth(auth, _session, done) {
      if (auth.password === options.password) done(null, { user: auth.username ?? '' })
      else done(refusal(535))
    },
    onConnect(_session, done) {
      if (!sink.mute) done()
    },
    onMailFrom(_address, _session, done) {
      const refused = sink.refuse['from']
      done(refused === undefined ? null : refusal(refused.code))
    },
    onRcptTo(address, _session, done) {
      const refused = sink.refuse[address.address]
      done(refused === undefined ? null : refusal(refused.code))
    },
    onData(stream, session, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        if (sink.refuse['data'] !== undefined) {
          done(refusal(sink.refuse['data'].code))
          return
        }
        const { mailFrom, rcptTo } = session.envelope
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(each => each.address),
          encrypted: session.secure,
          ...parse(Buffer.concat(parts).toString('utf8')),
        })
        const say = async () => {
          await sink.beforeYes?.()
          done()
        }
        if (sink.lost) for (const socket of sockets) socket.destroy()
        else void say()
      })
    },
  })
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('error', () => undefined)
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', () => listening()))
  return Object.assign(sink, {
    port: portOf(server.server),
    async [Symbol.asyncDispose]() {
      await new Promise<void>(closed => server.close(() => closed()))
    },
  })
}

function parse(raw: string): Pick<SunkMail, 'headers' | 'text' | 'raw'> {
  const end = raw.indexOf('\r\n\r\n')
  const lines = raw
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
  const headers = new Map(
    lines.map(line => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
    }),
  )
  return { headers, text: raw.slice(end + 4), raw }
}
