// Mailboxes to cases, wired but without a process: one loop for each mailbox of KHANCAP_IMAP_URL. It is loaded only
// where that is set.
import { createHash } from 'node:crypto'
import { openImapInbox } from './adapters/imapflow/imap-inbox.js'
import type { CurrentDirectory } from './app/current-directory.js'
import type { RecordedMail } from './app/take-in-mails.js'
import type { Primitives } from './core/crypto/primitives.js'
import { utf8 } from './core/encoding/bytes.js'
import { identitiesIn } from './core/envelope/age-keys.js'
import { letterKeys } from './core/mail/letter-name.js'
import { mailboxUrls } from './mailbox-urls.js'
import type { LetterStore } from './ports/letter-store.js'
import type { Log } from './ports/log.js'
import type { IntakeStore } from './ports/intake-store.js'
import type { MailStore } from './ports/mail-store.js'
import { StartFailure } from './start-failure.js'
import { startLoop } from '../workers/loop.js'
import { mailBucket, type MailPace, usualPace } from '../workers/mail-pace.js'
import { watchMailbox, type WatchedMailbox } from '../workers/mail.js'

export interface ServeMailDeps {
  readonly store: MailStore &
    Pick<IntakeStore, 'recordIntake' | 'findIntake'> &
    Pick<LetterStore, 'failLetter'>
  readonly primitives: Primitives
  readonly directories: CurrentDirectory
  readonly log: Log
  /** KHANCAP_IMAP_URL. */
  readonly urls: string
  /** PEM of the authority to trust; null for the system's. */
  readonly ca: string | null
  /** The text of the routing identity: the keys of digests come from it, one for each generation. */
  readonly identity: string
  readonly onTaken: () => void
  readonly onRecorded?: (mail: RecordedMail) => Promise<void>
  readonly lookMs?: number
  readonly pace?: MailPace
}

/** A wrong password is tried again this often: it may have been mended on the server. */
const longestPauseMs = 60_000

export async function serveMail(
  deps: ServeMailDeps,
): Promise<{ close(graceMs: number): Promise<void> }> {
  const { ca, identity, log, primitives, urls } = deps
  const mailboxes = mailboxUrls(urls)
  if (mailboxes === null) throw new StartFailure('KHANCAP_IMAP_URL holds no mailbox')
  const keys = {
    digestKeys: await digestKeysOf(primitives, identity),
    letterKeys: await letterKeys(primitives, identitiesIn(identity)),
  }
  const stop = new AbortController()
  const cut = new AbortController()
  const loops = mailboxes.map(mailbox => {
    const watched: WatchedMailbox = {
      name: nameOf(mailbox),
      open: () => openImapInbox({ ...mailbox, ca, cut: cut.signal }),
      program: mailbox.program,
      country: mailbox.country,
      acknowledges: mailbox.acknowledges,
      take: mailBucket(deps.pace ?? usualPace),
    }
    return startLoop(
      'mail',
      signal => watchMailbox({ ...deps, ...keys, now: Date.now }, watched, signal),
      { pauseMs: 1000, longestPauseMs, signal: stop.signal, log },
    )
  })
  return {
    async close(graceMs) {
      stop.abort()
      // What is under way has half of the time to end by itself, so that a mail that was taken in is settled, too. Then
      // its connection is cut: a server that says nothing any more would hold it for minutes.
      const patience = setTimeout(() => cut.abort(), graceMs / 2)
      let timer: NodeJS.Timeout | undefined
      const grace = new Promise<void>(resolve => {
        timer = setTimeout(resolve, graceMs)
      })
      await Promise.race([Promise.all(loops.map(({ ended }) => ended)), grace])
      clearTimeout(patience)
      clearTimeout(timer)
    },
  }
}

/** The same after a change of the password; another one for another mailbox. It says nothing of the address. */
function nameOf(mailbox: { host: string; port: number; user: string; path: string }): string {
  const { host, path, port, user } = mailbox
  return createHash('sha256')
    .update(JSON.stringify([host, port, user, path]))
    .digest('base64url')
    .slice(0, 16)
}

/** HKDF of each generation of the routing identity, which the store does not have (docs/decisions/0061-mail-over-imap.md). */
async function digestKeysOf(p: Primitives, identity: string): Promise<Uint8Array[]> {
  const generations = identitiesIn(identity)
  if (generations.length === 0) throw new StartFailure('the routing identity holds no identity')
  return Promise.all(
    generations.map(line =>
      p.hkdfSha256(utf8(line), new Uint8Array(), utf8('khancap/v1/mail-digest'), 32),
    ),
  )
}
