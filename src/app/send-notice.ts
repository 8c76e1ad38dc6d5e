// Tells handlers that something happened to their cases, or records that nobody can be told. At least once: a crash
// between the mail server's yes and our record sends the same mail again, under the same Message-ID.
import type { Contacts } from '../../schemas/contacts.js'
import { KhancapError } from '../../schemas/problem.js'
import { newOutboxId } from '../core/encoding/case-id.js'
import type { Primitives } from '../core/crypto/primitives.js'
import type { Log } from '../ports/log.js'
import type { Mailer } from '../ports/mailer.js'
import type { NoticeHook } from '../ports/notice-hook.js'
import type { NoticeMail, NoticeStore } from '../ports/notice-store.js'
import type { CurrentDirectory } from './current-directory.js'
import { logFault } from './log-fault.js'
import { noticeMail } from './notice-mail.js'
import { noticeRecipients } from './notice-recipients.js'
import { noticeTime } from './notice-time.js'

export interface NoticePace {
  /** From one mail to the next to the same people, where nothing is urgent. */
  readonly gatherSeconds: number
  /** Longer than any attempt of the mail server: after that a sender counts as dead. */
  readonly leaseSeconds: number
}

export interface NoticeDeps {
  readonly store: NoticeStore
  readonly directories: Pick<CurrentDirectory, 'newest'>
  /** null where no mail server is set: without a hook every notice is undeliverable then, and says so. */
  readonly mailer: Mailer | null
  /** A program of the organisation's that is told beside the mail, or in its place. */
  readonly hook?: NoticeHook | null
  /** Read for each mail, so that a change needs no restart. */
  readonly contacts: () => Promise<Contacts>
  readonly primitives: Pick<Primitives, 'random'>
  readonly log: Log
  readonly pace?: Partial<NoticePace>
}

// A flood of cases is twelve mails an hour for a team; the first case of a quiet day is told at once.
const usualPace: NoticePace = { gatherSeconds: 300, leaseSeconds: 120 }
/** Notices that one mail settles. */
const mostNotices = 10_000
/** Attempts that reach nobody until the next ones on the ladder are told instead. */
const triesForEach = 3
const firstRetryMs = 5_000
const longestRetryMs = 300_000

/** @throws KhancapError `store_unavailable`, `config_invalid` (contacts cannot be read) */
export async function sendNotice(deps: NoticeDeps, id: string): Promise<void> {
  const { store, mailer } = deps
  const hook = deps.hook ?? null
  const nobody = mailer === null && hook === null
  const pace = { ...usualPace, ...deps.pace }
  const notice = await store.pendingNotice(id)
  // Its outbox row, if it has one, has done its work.
  if (notice === null) return store.settleNotice(id, 'sent')
  const contacts = await deps.contacts()
  const at = noticeTime(notice, contacts, nobody ? 0 : pace.gatherSeconds)
  if (at > notice.now) return store.putOff(id, at)
  const mail = await store.takeMail(id, {
    mailId: newOutboxId(deps.primitives),
    leaseSeconds: nobody ? 0 : pace.leaseSeconds,
    limit: mostNotices,
  })
  if (mail === null) return
  const { directory } = await deps.directories.newest()
  const levels = noticeRecipients(mail, directory, contacts, mail.now)
  const told = hook !== null && (await tellHook(deps, hook, mail))
  if (nobody) return giveUp(deps, mail, 'no_mail_server')
  if (mailer !== null && levels.length > 0) return deliver({ ...deps, mailer }, mail, levels, told)
  if (told) return store.settleMail(mail, 'sent')
  // Contacts are read anew each time: whoever forgot the file, or a name in it, mends it, and the notice leaves.
  if (mailer !== null)
    deps.log.error('nobody could be told', { cause: 'no_address', count: mail.failures + 1 })
  return tryLater(deps, mail)
}

/** @returns whether the program took it; beside a mail server its refusal is a line in the log, and no more */
async function tellHook(deps: NoticeDeps, hook: NoticeHook, mail: NoticeMail): Promise<boolean> {
  try {
    await hook.tell(mail)
    deps.log.info('hook told', { count: mail.notices.length })
    return true
  } catch (error) {
    if (!(error instanceof KhancapError) || error.code !== 'server_unreachable') throw error
    logFault(deps.log, 'hook not told', error, { count: mail.notices.length })
    return false
  }
}

async function tryLater({ store }: NoticeDeps, mail: NoticeMail): Promise<void> {
  const pause = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(mail.failures, 10))
  await store.failMail(mail, mail.now + pause)
}

async function giveUp(deps: NoticeDeps, mail: NoticeMail, cause: string): Promise<void> {
  await deps.store.settleMail(mail, 'undeliverable')
  const level = cause === 'no_mail_server' ? 'warn' : 'error'
  for (const { caseId, kind } of mail.notices)
    deps.log[level]('notice undeliverable', { case: caseId, code: kind, cause })
}

/** Who refuses is passed over at once, who cannot be reached after three attempts. */
async function deliver(
  deps: NoticeDeps & { readonly mailer: Mailer },
  mail: NoticeMail,
  levels: readonly (readonly string[])[],
  told: boolean,
): Promise<void> {
  const { log, mailer, store } = deps
  const start = Math.floor(mail.failures / triesForEach) % levels.length
  const order = [...levels.slice(start), ...levels.slice(0, start)]
  for (const to of order) {
    try {
      const { refused } = await mailer.sendMail({ ...noticeMail(mail, to !== levels[0]), to })
      await store.settleMail(mail, 'sent')
      reportSent(log, mail, to.length - refused, refused)
      if (to !== levels[0]) log.error('notice passed on', { count: mail.notices.length })
      return
    } catch (error) {
      if (error instanceof KhancapError && error.code === 'mail_refused') {
        logFault(log, 'notice refused', error, { count: mail.notices.length })
        continue
      }
      if (!(error instanceof KhancapError) || error.code !== 'mail_unavailable') throw error
      await tryLater(deps, mail)
      return logFault(log, 'nobody could be told', error, { count: mail.failures + 1 })
    }
  }
  if (told) await store.settleMail(mail, 'sent')
  else await giveUp(deps, mail, 'mail_refused')
}

function reportSent(log: Log, mail: NoticeMail, count: number, refused: number): void {
  for (const { caseId, kind } of mail.notices)
    log.info('notice sent', { case: caseId, code: kind, count })
  if (refused > 0) log.warn('notice refused for some', { count: refused })
}
