// The promises of the port `MailInbox`, held by the mailbox in memory and by the real one: imapflow on a real Dovecot.
import t from 'tap'
import { KhancapError } from '../../schemas/problem.js'
import { openImapInbox } from '../../src/adapters/imapflow/imap-inbox.js'
import type { MailInbox } from '../../src/ports/mail-inbox.js'
import { dovecot, imapPassword } from '../helper/dovecot.js'
import { memoryMailbox, type MemoryMailbox } from '../helper/memory-inbox.js'
import { until } from '../helper/workers.js'

t.setTimeout(300_000)

const server = await dovecot(t)
let users = 0

/** Settled mails are moved away, so that both show them the same: they are gone. */
function realMailbox(): MemoryMailbox {
  const user = `contract${++users}`
  return {
    open: () =>
      openImapInbox({
        host: '127.0.0.1',
        port: server.port,
        secure: false,
        user,
        password: imapPassword,
        path: 'INBOX',
        moveTo: 'Taken',
        ca: null,
      }),
    append: (raw, arrivedAt = Date.now()) => server.append(user, [raw], new Date(arrivedAt)),
  }
}

const raw = (words: string) => Buffer.from(`Subject: x\r\n\r\n${words}\r\n`)

for (const [name, make] of [
  ['in memory', memoryMailbox],
  ['over IMAP', realMailbox],
] as const)
  await t.test(`a mailbox ${name}`, async t => {
    const mailbox = make()
    const inbox = await mailbox.open()
    t.teardown(() => inbox.close())
    const never = new AbortController().signal
    const all = async (of: MailInbox = inbox) => of.uids()

    await t.test('an empty one has nothing to list, fetch or settle', async t => {
      t.strictSame(await all(), [])
      t.strictSame(await inbox.list([]), [])
      t.strictSame(await inbox.list([1, 2]), [])
      t.strictSame(await inbox.fetch([1], 100), [])
      await inbox.settle([])
      await inbox.settle([1])
    })

    const arrivedAt = Date.UTC(2026, 2, 1, 9)
    await t.test('a mail shows its size, its arrival and its bytes', async t => {
      await mailbox.append(raw('one'), arrivedAt)
      await mailbox.append(raw('two'))
      await until(async () => (await all()).length === 2, 'both are there')
      const uids = await all()
      t.strictSame(
        uids,
        uids.toSorted((a, b) => a - b),
      )
      const [first = 0] = uids
      const [listed] = await inbox.list([first])
      t.strictSame(listed, { uid: first, bytes: raw('one').length, arrivedAt })
      const [fetched] = await inbox.fetch([first], 1000)
      t.strictSame({ ...fetched, raw: undefined }, { ...listed, raw: undefined })
      t.equal(Buffer.from(fetched?.raw ?? []).toString(), raw('one').toString())
    })

    await t.test('of a mail that is larger its beginning is given, and its true size', async t => {
      const uids = await all()
      const size = raw('one').length
      for (const bytes of [size - 1, size, size + 1]) {
        const [mail] = await inbox.fetch(uids.slice(0, 1), bytes)
        t.equal(mail?.raw.length, Math.min(bytes, size))
        t.equal(mail?.bytes, size)
      }
    })

    await t.test('what was settled is gone, once and for all', async t => {
      const [first = 0, second = 0] = await all()
      await inbox.settle([first])
      await inbox.settle([first])
      t.strictSame(await all(), [second])
      t.strictSame(await inbox.fetch([first, second], 10).then(mails => mails.length), 1)
      const other = await mailbox.open()
      t.strictSame(await all(other), [second], 'for others too')
      await other.close()
    })

    await t.test('waiting ends with a mail, with its time, and with the signal', async () => {
      const waiting = inbox.waitForMail(60_000, never)
      await mailbox.append(raw('three'))
      await waiting
      await inbox.waitForMail(10, never)
      const stop = new AbortController()
      const stopped = inbox.waitForMail(60_000, stop.signal)
      stop.abort()
      await stopped
      await inbox.waitForMail(60_000, AbortSignal.abort())
    })

    await t.test(
      'after it was closed everything says so, and closing again is nothing',
      async t => {
        await inbox.close()
        await inbox.close()
        const calls: readonly (() => Promise<unknown>)[] = [
          () => inbox.uids(),
          () => inbox.list([1]),
          () => inbox.fetch([1], 10),
          () => inbox.settle([1]),
          () => inbox.waitForMail(10, never),
        ]
        for (const call of calls) {
          const thrown: unknown = await call().catch((error: unknown) => error)
          t.ok(thrown instanceof KhancapError && thrown.code === 'mailbox_unavailable')
        }
      },
    )
  })
