// A mailbox in memory that keeps the promises of the port: what the contract suite holds against the real one.
import { KhancapError } from '../../schemas/problem.js'
import type { MailInbox } from '../../src/ports/mail-inbox.js'

interface Stored {
  readonly uid: number
  readonly raw: Uint8Array
  readonly arrivedAt: number
}

export interface MemoryMailbox {
  readonly open: () => Promise<MailInbox>
  readonly append: (raw: Uint8Array, arrivedAt?: number) => Promise<void>
}

export function memoryMailbox(): MemoryMailbox {
  let mails: Stored[] = []
  let uid = 0
  const waiting = new Set<() => void>()

  function open(): MailInbox {
    let closed = false
    const alive = async <T>(work: () => T): Promise<T> => {
      if (closed) throw new KhancapError('mailbox_unavailable')
      return work()
    }
    const found = (uids: readonly number[]) => mails.filter(mail => uids.includes(mail.uid))
    return {
      uidValidity: 1n,
      uids: () => alive(() => mails.map(mail => mail.uid)),
      list: uids =>
        alive(() => found(uids).map(({ raw, ...mail }) => ({ ...mail, bytes: raw.length }))),
      fetch: (uids, maxBytes) =>
        alive(() =>
          found(uids).map(mail => ({
            ...mail,
            bytes: mail.raw.length,
            raw: mail.raw.subarray(0, maxBytes),
          })),
        ),
      settle: uids =>
        alive(() => {
          mails = mails.filter(mail => !uids.includes(mail.uid))
        }),
      async waitForMail(ms, signal) {
        await alive(() => {})
        if (signal.aborted) return
        await new Promise<void>(resolve => {
          const timer = setTimeout(end, ms)
          function end() {
            clearTimeout(timer)
            signal.removeEventListener('abort', end)
            waiting.delete(end)
            resolve()
          }
          signal.addEventListener('abort', end)
          waiting.add(end)
        })
      },
      async close() {
        closed = true
      },
    }
  }

  return {
    open: async () => open(),
    async append(raw, arrivedAt = Date.now()) {
      mails.push({ uid: ++uid, raw, arrivedAt })
      for (const wake of waiting) wake()
    },
  }
}
