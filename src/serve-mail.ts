// Mailboxes to cases, wired but without a process: one loop for each mailbox of KHANCAP_IMAP_URL. It is loaded only
// where that is set.
import { createHash } from 'node:crypto'
import { openImapInbox } from './adapters/imapflow/imap-inbox.js'
import type { CurrentDirectory } from './app/current-directory.js'
import { acknowledger, type AcknowledgeDeps } from './app/acknowledge-mail.js'
import type { Acknowledging } from './app/seal-mail.js'
import { turns } from './app/turns.js'
import { baseAddress } from './core/mail/answer-to.js'
import { isMailAddress } from './core/mail/mail-address.js'
import type { Primitives } from './core/crypto/primitives.js'
import { utf8 } from './core/encoding/bytes.js'
import { identitiesIn } from './core/envelope/age-keys.js'
import { letterKeys } from './core/mail/letter-name.js'
import { type MailboxUrl, mailboxUrls } from './mailbox-urls.js'
import type { AcknowledgementStore } from './ports/acknowledgement-store.js'
import type { LetterSender } from './ports/letter-sender.js'
import type { LetterStore } from './ports/letter-store.js'
import type { Log } from './ports/log.js'
import type { IntakeStore } from './ports/intake-store.js'
import type { MailStore } from './ports/mail-store.js'
import { StartFailure } from './start-failure.js'
import { startLoop } from '../workers/loop.js'
import { mailBucket, type MailPace, usualPace } from '../workers/mail-pace.js'
import { watchMailbox, type WatchedMailbox } from '../workers/mail.js'

export interface Telling
  extends Pick<
    AcknowledgeDeps,
    'offlineForm' | 'restMs' | 'mostPerDay' | 'mostFormsPerDay' | 'leaseSeconds'
  > {
  readonly letters: LetterSender
  /** The address that notices to handlers come from. */
  readonly mailFrom: string | null
}

export interface ServeMailDeps {
  readonly store: MailStore &
    AcknowledgementStore &
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
  /** What tells senders that their mails came; without it nobody is told. */
  readonly telling?: Telling | null
  readonly lookMs?: number
  readonly pace?: MailPace
}

/** Mails of all mailboxes that are recorded at once: fewer than the store has connections, which others need too. */
const mostRecordings = 4
/** A wrong password is tried again this often: it may have been mended on the server. */
const longestPauseMs = 60_000

export async function serveMail(
  deps: ServeMailDeps,
): Promise<{ close(graceMs: number): Promise<void> }> {
  const { ca, identity, log, primitives, urls } = deps
  const telling = deps.telling ?? nobodyTold
  const mailboxes = mailboxUrls(urls)
  if (mailboxes === null) throw new StartFailure('KHANCAP_IMAP_URL holds no mailbox')
  const keys = {
    digestKeys: await keysOf(primitives, identity, 'khancap/v1/mail-digest'),
    letterKeys: await letterKeys(primitives, identitiesIn(identity)),
  }
  const [nameKey = new Uint8Array()] = keys.letterKeys
  const addressKeys = await keysOf(primitives, identity, 'khancap/v1/acknowledged')
  const own = ownAddresses(mailboxes, telling.mailFrom)
  lookAtMailFrom(log, mailboxes, telling.mailFrom)
  await lookAtPrograms(deps, mailboxes)
  const stop = new AbortController()
  const cut = new AbortController()
  const inTurn = turns(mostRecordings)
  const loops = mailboxes.map(mailbox => {
    const watched: WatchedMailbox = {
      name: nameOf(mailbox),
      open: () => openImapInbox({ ...mailbox, ca, cut: cut.signal }),
      program: mailbox.program,
      country: mailbox.country,
      acknowledges: acknowledgingOf(log, telling, mailbox, own),
      take: mailBucket(deps.pace ?? usualPace),
    }
    const now = Date.now
    const acknowledge = acknowledger({ ...deps, ...telling, addressKeys, nameKey, now })
    return startLoop(
      'mail',
      signal => watchMailbox({ ...deps, ...keys, acknowledge, inTurn, now }, watched, signal),
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

const nobodyTold = { letters: null, mailFrom: null, offlineForm: async () => null }

/** Whoever writes from one of these is one of us: answering would go round in circles. */
function ownAddresses(mailboxes: readonly MailboxUrl[], mailFrom: string | null) {
  const addresses = [mailFrom, ...mailboxes.flatMap(({ address, user }) => [address, user])]
  return new Set(
    addresses
      .filter(each => each !== null)
      .filter(isMailAddress)
      .map(baseAddress),
  )
}

/** Answers to what handlers write, and bounces of it, go to this address. */
function lookAtMailFrom(log: Log, mailboxes: readonly MailboxUrl[], mailFrom: string | null): void {
  if (mailFrom === null || ownAddresses(mailboxes, null).has(baseAddress(mailFrom))) return
  log.warn('answers to our answers, and bounces, are not seen: no mailbox has this address', {
    setting: 'KHANCAP_MAIL_FROM',
  })
}

/** A program that the directory does not have counts as none: the subject tells then. */
async function lookAtPrograms(
  { directories, log }: Pick<ServeMailDeps, 'directories' | 'log'>,
  mailboxes: readonly MailboxUrl[],
): Promise<void> {
  const verified = await directories.newest().catch(() => null)
  if (verified === null) return
  const known = new Set(verified.directory.programs.map(({ id }) => id))
  const count = mailboxes.filter(({ program }) => program !== null && !known.has(program)).length
  if (count > 0)
    log.warn('mailboxes name a program that is not in the directory', {
      setting: 'KHANCAP_IMAP_URL',
      count,
    })
}

function acknowledgingOf(
  log: Log,
  { letters }: Pick<AcknowledgeDeps, 'letters'>,
  { acknowledges, address }: MailboxUrl,
  own: ReadonlySet<string>,
): Acknowledging | null {
  if (!acknowledges || letters === null) return null
  if (address !== null) return { address, own }
  log.warn('senders are not told that their mails came: a mailbox has no address', {
    setting: 'KHANCAP_IMAP_URL',
  })
  return null
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
async function keysOf(p: Primitives, identity: string, use: string): Promise<Uint8Array[]> {
  const generations = identitiesIn(identity)
  if (generations.length === 0) throw new StartFailure('the routing identity holds no identity')
  return Promise.all(
    generations.map(line => p.hkdfSha256(utf8(line), new Uint8Array(), utf8(use), 32)),
  )
}
