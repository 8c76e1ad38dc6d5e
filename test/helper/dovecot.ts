// A real Dovecot on loopback, with a folder, a port and users of its own: any user name, one password.
import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ImapFlow } from 'imapflow'
import { inCheckout } from './checkout.js'
import { startOnFreePort } from './free-port.js'
import type { Teardown } from './postgres.js'

export const imapPassword = 'secret'

export interface Dovecot {
  readonly port: number
  /** For KHANCAP_IMAP_URL. */
  url(user: string, rest?: string): string
  /** Puts mails into a mailbox as their arrival would. */
  append(user: string, mails: readonly (string | Uint8Array)[], at?: Date): Promise<void>
  /** Puts mails where a mail server leaves them: any bytes, many at once. In this order; they arrived now. */
  deliver(user: string, mails: readonly Uint8Array[]): Promise<void>
  /** A connection of the test's own. */
  connect(user: string): Promise<ImapFlow>
  /** Whether the folder of taken mails takes any more. */
  letMove(user: string, may: boolean): Promise<void>
  stop(): Promise<void>
  start(): Promise<void>
}

const fixture = (name: string) => inCheckout('test/fixtures', name)

/** @param tls `required`: nobody may log in without STARTTLS */
export async function dovecot(
  t: Teardown,
  options: { readonly tls?: 'required' | 'none'; readonly certificate?: string } = {},
): Promise<Dovecot> {
  const folder = await mkdtemp(join(tmpdir(), 'khancap-dovecot-'))
  const isRoot = process.getuid?.() === 0
  // nobody and nogroup of Debian.
  const owner = isRoot
    ? { uid: 65_534, gid: 65_534 }
    : { uid: process.getuid?.(), gid: process.getgid?.() }
  await chmod(folder, 0o755)
  await mkdir(join(folder, 'mail'))
  if (isRoot) await chown(join(folder, 'mail'), 65_534, 65_534)
  const isTls = options.tls === 'required'
  const config = join(folder, 'dovecot.conf')
  const settingsFor = (port: number) =>
    `base_dir = ${folder}/run
log_path = ${folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = ${isTls ? 'required' : 'no'}
${isTls ? `ssl_cert = <${fixture(options.certificate ?? 'loopback.cert.pem')}\nssl_key = <${fixture('loopback.key.pem')}` : ''}
disable_plaintext_auth = ${isTls ? 'yes' : 'no'}
first_valid_uid = 1
mail_location = maildir:~/Maildir
mail_fsync = never
${isRoot ? '' : `default_internal_user = ${process.env['USER'] ?? 'nobody'}\ndefault_login_user = ${process.env['USER'] ?? 'nobody'}\n`}
passdb {
  driver = static
  args = password=${imapPassword}
}
userdb {
  driver = static
  args = uid=${owner.uid} gid=${owner.gid} home=${folder}/mail/%u
}
namespace inbox {
  inbox = yes
  mailbox Taken {
    auto = create
  }
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
`
  let running: ChildProcess | null = null

  async function start(port: number): Promise<void> {
    const child = spawn('dovecot', ['-F', '-c', config], { stdio: 'ignore' })
    running = child
    const failed = new Promise<never>((_, reject) => {
      child.once('error', reject)
      child.once('exit', () => reject(new Error('dovecot ended')))
    })
    failed.catch(() => {})
    await Promise.race([failed, listening(port)]).catch(async (cause: unknown) => {
      const log = await readFile(join(folder, 'dovecot.log'), 'utf8').catch(() => '')
      throw new Error(`dovecot did not start: ${log}`, { cause })
    })
  }

  async function stop(): Promise<void> {
    const child = running
    running = null
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise(resolve => child.once('exit', resolve))
    child.kill('SIGTERM')
    await ended
  }

  const port = await startOnFreePort(async free => {
    await writeFile(config, settingsFor(free))
    await start(free)
    return free
  })
  t.teardown(async () => {
    await stop()
    await rm(folder, { recursive: true, force: true })
  })

  async function connect(user: string): Promise<ImapFlow> {
    const client = new ImapFlow({
      host: '127.0.0.1',
      port,
      secure: false,
      auth: { user, pass: imapPassword },
      tls: { rejectUnauthorized: false },
      logger: false,
      disableAutoIdle: true,
      ...(isTls ? {} : { doSTARTTLS: false }),
    })
    client.on('error', () => {})
    await client.connect()
    return client
  }

  let delivered = 0

  return {
    port,
    async deliver(user, mails) {
      const maildir = join(folder, 'mail', user, 'Maildir')
      for (const path of ['', 'tmp', 'new', 'cur'])
        await mkdir(join(maildir, path), { recursive: true })
      const own = async (path: string) => {
        if (isRoot) await chown(path, 65_534, 65_534)
      }
      for (const path of ['..', '.', 'tmp', 'new', 'cur']) await own(join(maildir, path))
      for (const mail of mails) {
        // Dovecot orders by the number at the beginning.
        const name = `${1_700_000_000 + delivered++}.M1P1.localhost`
        await writeFile(join(maildir, 'tmp', name), mail)
        await own(join(maildir, 'tmp', name))
        await rename(join(maildir, 'tmp', name), join(maildir, 'new', name))
      }
    },
    async letMove(user, may) {
      const taken = join(folder, 'mail', user, 'Maildir', '.Taken')
      for (const path of ['tmp', 'new', 'cur', '.'])
        await chmod(join(taken, path), may ? 0o700 : 0o500)
    },
    url: (user, rest = '') => `imap://${user}:${imapPassword}@127.0.0.1:${port}/${rest}`,
    connect,
    start: () => start(port),
    stop,
    async append(user, mails, at) {
      const client = await connect(user)
      for (const mail of mails) await client.append('INBOX', Buffer.from(mail), [], at)
      await client.logout()
    },
  }
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const answered = await new Promise<boolean>(resolve => {
      const socket = createConnection(port, '127.0.0.1')
      socket.once('data', () => {
        socket.destroy()
        resolve(true)
      })
      socket.once('error', () => resolve(false))
      socket.setTimeout(2000, () => {
        socket.destroy()
        resolve(false)
      })
    })
    if (answered) return
    await sleep(50)
  }
  throw new Error('nobody listens')
}
