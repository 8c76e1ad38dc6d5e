// The workers as a process starts and stops them: what refuses to start leaves nothing running, and a mail server that
// says nothing any more holds no stop up.
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { serveWorkers, type ServeWorkersDeps } from '../../src/serve-workers.js'
import { temporaryFolder } from '../helper/cli.js'
import type { Teardown } from '../helper/postgres.js'
import { portOf } from '../helper/smtp-sink.js'
import { bench, postgresQueue, until } from '../helper/workers.js'

t.setTimeout(120_000)

const b = await bench(t, postgresQueue)

async function given(t: Teardown, imapUrl: string | null, imapCaFile: string | null) {
  const folder = await temporaryFolder(t)
  const routerIdentityFile = join(folder, 'router')
  await writeFile(routerIdentityFile, b.organisation.router)
  const calls: string[] = []
  const store = new Proxy(b.db.store, {
    get(target, name, receiver) {
      calls.push(String(name))
      return Reflect.get(target, name, receiver)
    },
  })
  const deps: ServeWorkersDeps = {
    config: {
      routerIdentityFile,
      contactsFile: join(folder, 'contacts.json'),
      mailFrom: null,
      smtpCaFile: null,
      imapCaFile,
    },
    secrets: {
      redisUrl: null,
      smtpUrl: null,
      aliveUrl: null,
      imapUrl,
      webhookUrl: null,
      webhookSecret: null,
    },
    databaseUrl: b.db.url,
    directories: b.directories,
    root: b.organisation.root,
    store,
    primitives: b.organisation.primitives,
    log: b.log,
  }
  return { deps, calls }
}

const answers: Readonly<Record<string, string>> = {
  CAPABILITY: '* CAPABILITY IMAP4rev1\r\n',
  SELECT: '* 1 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 2] x\r\n* FLAGS (\\Seen)\r\n',
  UID: '* SEARCH 1\r\n',
}

/** An IMAP server that stops in the middle of a word. @param silence the command that it does not answer any more */
async function stalled(t: Teardown, silence: RegExp) {
  const sockets = new Set<Socket>()
  let isSilent = false
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    if (silence.test('greeting')) {
      isSilent = true
      return
    }
    socket.write('* OK ready\r\n')
    let text = ''
    socket.on('data', bytes => {
      text += bytes.toString()
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const [tag = '', ...words] = text.slice(0, end).split(' ')
        text = text.slice(end + 2)
        isSilent ||= silence.test(words.join(' '))
        if (isSilent) continue
        socket.write(`${answers[(words[0] ?? '').toUpperCase()] ?? ''}${tag} OK done\r\n`)
      }
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return {
    url: `imap://somebody:secret@127.0.0.1:${portOf(server)}`,
    isSilent: () => isSilent,
    isLeft: () => sockets.size === 0,
  }
}

await t.test('a CA file that cannot be read ends the start, and nothing runs on', async t => {
  const { calls, deps } = await given(t, 'imap://somebody:secret@127.0.0.1:1', '/nowhere/ca.pem')
  await t.rejects(serveWorkers(deps), { message: /KHANCAP_IMAP_CA_FILE/ })
  await sleep(1000)
  t.notOk(calls.includes('climbDueRungs'), 'no sweep that nobody can stop')
})

for (const [when, silence] of [
  ['before it greets', /^greeting$/],
  ['in the middle of a fetch', /^UID FETCH/i],
] as const)
  await t.test(`a mail server that goes silent ${when} holds no stop up`, async t => {
    const server = await stalled(t, silence)
    const { deps } = await given(t, server.url, null)
    const workers = await serveWorkers(deps)
    await until(server.isSilent, 'silent')
    await workers.close(4000)
    await until(server.isLeft, 'the connection is cut, not left to its own time-out')
  })
