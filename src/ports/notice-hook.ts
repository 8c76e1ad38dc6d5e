// Notices to a program of the organisation's own (a chat, a pager), beside the mail or in its place. It is told what the
// mail provider is told, and no more.
import type { NoticeMail } from './notice-store.js'

export interface NoticeHook {
  /**
   * Resolves when the receiver has taken the notices. At least once: under the id of the mail each time, so that the
   * receiver can tell a repetition.
   * @throws KhancapError `server_unreachable` where it has not
   */
  tell(mail: NoticeMail): Promise<void>
}
