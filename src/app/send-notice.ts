// Tells handlers that something happened to a case, or records that nobody can be told. At least once: a crash between
// the mail server's yes and our record sends the same mail again, under the same Message-ID.
import type { Contacts } from '../../schemas/contacts.js'
import { KhancapError } from '../../schemas/problem.js'
import type { Log } from '../ports/log.js'
import type { Mailer } from '../ports/mailer.js'
import type { Notice, NoticeStore } from '../ports/notice-store.js'
import type { CurrentDirectory } from './current-directory.js'
import { noticeMail } from './notice-mail.js'
import { noticeRecipients } from './notice-recipients.js'

export interface NoticeDeps {
  readonly store: NoticeStore
  readonly directories: Pick<CurrentDirectory, 'newest'>
  /** null where no mail server is set: then every notice is undeliverable, and says so. */
  readonly mailer: Mailer | null
  /** Read for each notice, so that a change needs no restart. */
  readonly contacts: () => Promise<Contacts>
  readonly log: Log
}

/** @throws KhancapError `mail_unavailable`, `store_unavailable`, `config_invalid` (contacts cannot be read) */
export async function sendNotice(deps: NoticeDeps, id: string): Promise<void> {
  const notice = await deps.store.pendingNotice(id)
  if (notice === null) return
  const undeliverable = async (cause: string) => {
    await deps.store.settleNotice(id, 'undeliverable')
    const level = cause === 'no_mail_server' ? 'warn' : 'error'
    deps.log[level]('notice undeliverable', { case: notice.caseId, code: notice.kind, cause })
  }
  if (deps.mailer === null) return undeliverable('no_mail_server')
  const to = await recipientsOf(deps, notice)
  if (to.length === 0) return undeliverable('no_address')
  try {
    const { refused } = await deps.mailer.sendMail({ ...noticeMail(notice), to })
    await deps.store.settleNotice(id, 'sent')
    const fields = { case: notice.caseId, code: notice.kind, count: to.length - refused }
    deps.log.info('notice sent', fields)
    if (refused > 0) deps.log.warn('notice refused for some', { ...fields, count: refused })
  } catch (error) {
    if (!(error instanceof KhancapError) || error.code !== 'mail_refused') throw error
    return undeliverable('mail_refused')
  }
}

async function recipientsOf(deps: NoticeDeps, notice: Notice): Promise<readonly string[]> {
  const { directory } = await deps.directories.newest()
  return noticeRecipients(notice, directory, await deps.contacts(), notice.now)
}
