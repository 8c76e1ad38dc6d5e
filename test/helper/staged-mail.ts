// Step 4m of the staged path: mails in a real mailbox, looked through once for each call as the worker does.
import { openImapInbox } from '../../src/adapters/imapflow/imap-inbox.js'
import { type AcknowledgeDeps, acknowledger } from '../../src/app/acknowledge-mail.js'
import type { MailInbox } from '../../src/ports/mail-inbox.js'
import { watchMailbox, type MailWatchDeps } from '../../workers/mail.js'
import type { Injector } from './injector.js'
import { imapPassword } from './dovecot.js'

const mail = (subject: string, ...header: string[]) =>
  [
    'From: somebody@example.org',
    `Subject: ${subject}`,
    `Message-ID: <${subject.length}@example.org>`,
    ...header,
    '',
    'words',
    '',
  ].join('\r\n')

/** What becomes a case, and what becomes nothing. */
export const firstMails = [
  mail('PIL', 'Return-Path: <somebody@example.org>'),
  mail('out of office', 'Auto-Submitted: auto-replied'),
] as const

/** What is added to this case, which came by mail. */
export function laterMail(caseId: string): string {
  const token = `${caseId.slice(0, 4)}-${caseId.slice(4, 8)}`.toUpperCase()
  return mail(`Re: [case ${token}] hello`)
}

/** Looks through the mailbox once. @throws whatever the worker would end its step with */
export async function lookThroughMailbox(
  deps: Omit<MailWatchDeps, 'acknowledge' | 'digestKeys' | 'now' | 'onTaken' | 'lookMs'> &
    Pick<AcknowledgeDeps, 'letters' | 'store'>,
  injector: Injector,
  { port, user }: { readonly port: number; readonly user: string },
): Promise<void> {
  const stop = new AbortController()
  const settings = {
    host: '127.0.0.1',
    port,
    secure: false,
    user,
    password: imapPassword,
    path: 'INBOX',
    moveTo: null,
    ca: null,
  }
  const open = async (): Promise<MailInbox> => {
    const inbox = await injector.open('inbox', () => openImapInbox(settings))
    return {
      uidValidity: inbox.uidValidity,
      uids: () => inbox.uids(),
      list: uids => inbox.list(uids),
      fetch: (uids, maxBytes) => inbox.fetch(uids, maxBytes),
      settle: uids => inbox.settle(uids),
      // Waiting comes after everything that was there.
      async waitForMail(ms, signal) {
        await inbox.waitForMail(ms, signal)
        stop.abort()
      },
      close: () => inbox.close(),
    }
  }
  const digestKeys = [new Uint8Array(32).fill(7)]
  const mailbox = {
    name: 'staged',
    open,
    program: null,
    country: null,
    acknowledges: { address: 'help@example.org', own: new Set<string>() },
    take: () => 0,
  }
  const now = Date.now
  const acknowledge = acknowledger({
    ...deps,
    addressKeys: digestKeys,
    nameKey: new Uint8Array(32).fill(8),
    offlineForm: async () => null,
    now,
    restMs: 0,
    leaseSeconds: 2,
  })
  await watchMailbox(
    { ...deps, acknowledge, digestKeys, now, onTaken: () => {}, lookMs: 1 },
    mailbox,
    stop.signal,
  )
}
