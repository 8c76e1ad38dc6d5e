// What `khancap doctor` says of the mailboxes from which requests are taken, and of answers that leave by mail: a sentence for
// each way in which they fail.
import type { VerifiedDirectory } from '../../keys/directory.js'
import type { Identity } from '../../keys/identity.js'
import type { InboxFault, Inboxes } from '../../schemas/inboxes.js'
import type { HandlerSettings } from '../../schemas/settings.js'
import { actingKey } from '../client/acting-key.js'
import { caseDesk } from '../client/case-desk.js'
import { asFailure, refused } from '../failure.js'
import type { Station } from '../station/station.js'
import { type Safe, safe } from '../terminal/safe.js'
import { spanWords } from '../terminal/time-words.js'
import type { Looked } from './doctor.js'

/** None where none is watched, or where an older server does not say. @throws Failure */
export async function inboxesOf(
  station: Station,
  settings: HandlerSettings,
  directory: VerifiedDirectory,
  identity: Identity,
): Promise<Inboxes> {
  try {
    const { seed } = await actingKey(station, directory, identity)
    const line = { ...settings, printer: station.printer }
    return await caseDesk(station, line, seed).inboxes()
  } catch (error) {
    if (asFailure(error).code !== 'not_found') throw error
    return { inboxes: [], letters: { waiting: 0, oldest_seconds: 0 } }
  }
}

/** By then a mail server that is well has taken what there was. */
const longestWaitSeconds = 600

/** Answers that leave by mail. */
export function examineLetters({ oldest_seconds: ago, waiting }: Inboxes['letters']): Looked<true> {
  if (ago <= longestWaitSeconds)
    return { value: true, sentence: safe`answers that are about to leave by mail: ${waiting}` }
  throw refused(
    safe`the mail server takes no answers (waiting: ${waiting}), since ${spanWords(ago * 1000)}; after an hour they come back to their cases`,
    safe`tell who runs the service: is the mail server up, and does KHANCAP_SMTP_URL fit it?`,
  )
}

/** Who runs the service looks a mailbox through every minute. */
const longestUnreadSeconds = 240

/** Senders are told within the minute; a mail server may be restarted meanwhile. */
const longestUntoldSeconds = 300

export function examineInboxes(inboxes: Inboxes['inboxes']): Looked<true> {
  const unread = inboxes.find(
    ({ fault, read_seconds_ago: ago }) => fault !== null || ago > longestUnreadSeconds,
  )
  if (unread === undefined) {
    const untold = Math.max(0, ...inboxes.map(each => each.unacknowledged_seconds ?? 0))
    if (untold > longestUntoldSeconds)
      throw refused(
        safe`whoever wrote by mail cannot be told that it came, since ${spanWords(untold * 1000)}; the requests are taken in all the same`,
        safe`tell who runs the service: is the mail server of KHANCAP_SMTP_URL up, and may it send from the mailbox's address?`,
      )
    return {
      value: true,
      sentence: safe`requests by mail are taken in (mailboxes: ${inboxes.length})`,
    }
  }
  const since = spanWords(unread.read_seconds_ago * 1000)
  const { mend, sentence } = inboxWords[unread.fault ?? 'internal']
  throw refused(
    safe`${sentence}, since ${since}; nothing is lost, but whoever wrote is waiting`,
    mend,
  )
}

const inboxWords: Readonly<Record<InboxFault, { sentence: Safe; mend: Safe }>> = {
  mailbox_unavailable: {
    sentence: safe`the mail server of a mailbox cannot be reached`,
    mend: safe`tell who runs the service: is the mail server up, and is the way to it open?`,
  },
  mailbox_refused: {
    sentence: safe`the mail server does not let the service into a mailbox`,
    mend: safe`tell who runs the service: user, password or folder in KHANCAP_IMAP_URL`,
  },
  mailbox_untrusted: {
    sentence: safe`the certificate of a mail server has expired, or is not the one to trust`,
    mend: safe`tell who runs the service: renew it there, or mend KHANCAP_IMAP_CA_FILE`,
  },
  mailbox_stuck: {
    sentence: safe`mails that were taken in cannot be moved or marked in their mailbox`,
    mend: safe`tell who runs the service: make room in the mailbox, and look at its folder for taken mails`,
  },
  store_unavailable: {
    sentence: safe`mails cannot be taken in, because the database does not answer`,
    mend: safe`tell who runs the service`,
  },
  internal: {
    sentence: safe`a mailbox is not read`,
    mend: safe`tell who runs the service: the log of the workers says why`,
  },
}
