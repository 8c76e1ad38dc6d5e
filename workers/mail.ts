// One mailbox, watched: connect, take in what is there, wait for more. IDLE is a hint only: the mailbox is looked through
// again every minute, because a search may come too early and a push may be lost. The loop around it reconnects.
import type { Country } from '../schemas/encoding.js'
import { maxMailBytes } from '../schemas/sealed.js'
import { InboxFault } from '../schemas/inboxes.js'
import { KhancapError } from '../schemas/problem.js'
import { type MailDeps, takeInMails } from '../src/app/take-in-mails.js'
import { faultFields } from '../src/app/log-fault.js'
import type { Log } from '../src/ports/log.js'
import type { ListedMail, MailInbox, OpenMailInbox } from '../src/ports/mail-inbox.js'
import { mailCost } from './mail-pace.js'
import type { MailStore } from '../src/ports/mail-store.js'

export interface WatchedMailbox {
  /** Without address or password. */
  readonly name: string
  readonly open: OpenMailInbox
  readonly program: string | null
  readonly country: Country | null
  readonly acknowledges: boolean
  /** Against floods (`mailBucket`); it outlives connections. */
  readonly take: (cost: number, nowMs: number) => number
}

export interface MailWatchDeps extends MailDeps {
  readonly store: MailDeps['store'] & Pick<MailStore, 'takenUids' | 'noteMailbox'>
  readonly log: Log
  /** Something was committed that has an outbox row. */
  readonly onTaken: () => void
  /** How long nothing needs to be heard before the mailbox is looked through again. */
  readonly lookMs?: number
}

const defaultLookMs = 60_000
/** Mails that are held at once, and their bytes together; a larger one comes alone. */
const groupMails = 32
const groupBytes = 8_388_608
/** UIDs in one command and in one question to the store. */
const chunkUids = 500

/** Runs until the signal is aborted. @throws KhancapError where the mailbox or the store cannot be reached */
export async function watchMailbox(
  deps: MailWatchDeps,
  mailbox: WatchedMailbox,
  signal: AbortSignal,
): Promise<void> {
  await deps.store.noteMailbox(mailbox.name, 'begun')
  try {
    await watchOpened(deps, mailbox, await mailbox.open(), signal)
  } catch (error) {
    if (!signal.aborted) await deps.store.noteMailbox(mailbox.name, inboxFaultOf(error))
    throw error
  }
}

async function watchOpened(
  deps: MailWatchDeps,
  mailbox: WatchedMailbox,
  inbox: MailInbox,
  signal: AbortSignal,
): Promise<void> {
  const watch: Watch = { deps, mailbox, inbox, done: new Set(), signal, faults: [] }
  try {
    while (!signal.aborted) {
      // oxlint-disable-next-line no-await-in-loop
      while ((await lookThrough(watch)) > 0 && !signal.aborted);
      if (signal.aborted) return
      const [fault] = watch.faults
      if (fault !== undefined) {
        // They are where they were. The loop around comes back to them, later and later, and says so each time.
        deps.log.warn('mails not dealt with', { count: watch.faults.length, ...faultFields(fault) })
        throw fault instanceof KhancapError ? fault : new KhancapError('internal', { cause: fault })
      }
      await deps.store.noteMailbox(mailbox.name, 'read')
      await inbox.waitForMail(deps.lookMs ?? defaultLookMs, signal)
    }
  } finally {
    await inbox.close()
  }
}

interface Watch {
  readonly deps: MailWatchDeps
  readonly mailbox: WatchedMailbox
  readonly inbox: MailInbox
  /** UIDs that need no question to the store any more. */
  readonly done: Set<number>
  readonly signal: AbortSignal
  /** Of mails that could not be taken in or settled on this connection: the others are none the worse for them. */
  readonly faults: unknown[]
}

/** @returns how many mails were taken in */
async function lookThrough(watch: Watch): Promise<number> {
  const { deps, done, inbox, mailbox, signal } = watch
  const uids = (await inbox.uids()).filter(uid => !done.has(uid))
  let taken = 0
  for (let at = 0; at < uids.length && !signal.aborted; at += chunkUids) {
    const chunk = uids.slice(at, at + chunkUids)
    const known = await deps.store.takenUids(mailbox.name, inbox.uidValidity, chunk)
    // Taken in, but perhaps not settled before a crash.
    await settle(
      watch,
      chunk.filter(uid => known.get(uid) === 'case'),
    )
    for (const uid of known.keys()) done.add(uid)
    const listed = await inbox.list(chunk.filter(uid => !known.has(uid)))
    for (const group of groups(listed)) {
      await keepPace(watch, group)
      if (signal.aborted) break
      taken += await takeGroup(watch, group)
    }
  }
  return taken
}

async function takeGroup(watch: Watch, group: readonly ListedMail[]): Promise<number> {
  const { deps, done, inbox, mailbox } = watch
  const mails = await inbox.fetch(
    group.map(({ uid }) => uid),
    maxMailBytes,
  )
  const facts = {
    mailbox: mailbox.name,
    uidValidity: inbox.uidValidity,
    program: mailbox.program,
    country: mailbox.country,
    acknowledges: mailbox.acknowledges,
  }
  const results = await takeInMails(deps, facts, mails)
  const settled: number[] = []
  let away: KhancapError | null = null
  for (const [at, result] of results.entries()) {
    const uid = mails[at]?.uid ?? 0
    if (result.status === 'rejected') {
      watch.faults.push(result.reason)
      if (isStoreAway(result.reason)) away = result.reason
      continue
    }
    done.add(uid)
    // What is no case stays as it is in the mailbox: people read it there.
    if (result.value !== 'no_case') settled.push(uid)
  }
  if (settled.length > 0) {
    deps.onTaken()
    deps.log.info('mails taken in', { count: settled.length })
  }
  await settle(watch, settled)
  if (away !== null) throw away
  return results.filter(({ status }) => status === 'fulfilled').length
}

/** Waits where the mailbox is flooded. While it waits it does not count as read, and that is an alarm: somebody's mail waits. */
async function keepPace(
  { deps, mailbox, signal }: Watch,
  group: readonly ListedMail[],
): Promise<void> {
  const cost = group.reduce((sum, { bytes }) => sum + mailCost(Math.min(bytes, maxMailBytes)), 0)
  const ms = mailbox.take(cost, performance.now())
  if (ms === 0) return
  deps.log.warn('a mailbox is flooded: its mails wait', { count: group.length })
  await new Promise<void>(resolve => {
    const timer = setTimeout(end, ms)
    function end() {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
  })
}

/** A mailbox that is full or forbids it is an alarm, and keeps no mail from being taken in. */
async function settle({ faults, inbox }: Watch, uids: readonly number[]): Promise<void> {
  try {
    await inbox.settle(uids)
  } catch (error) {
    if (!(error instanceof KhancapError) || error.code !== 'mailbox_stuck') throw error
    faults.push(error)
  }
}

function inboxFaultOf(error: unknown): InboxFault {
  return InboxFault.safeParse(error instanceof KhancapError ? error.code : null).data ?? 'internal'
}

/** No mail can be taken in: fetching more of them would be for nothing. */
function isStoreAway(reason: unknown): reason is KhancapError {
  return reason instanceof KhancapError && reason.code === 'store_unavailable'
}

function* groups(listed: readonly ListedMail[]): Generator<ListedMail[]> {
  let group: ListedMail[] = []
  let bytes = 0
  for (const mail of listed) {
    const size = Math.min(mail.bytes, maxMailBytes)
    if (group.length >= groupMails || (group.length > 0 && bytes + size > groupBytes)) {
      yield group
      group = []
      bytes = 0
    }
    group.push(mail)
    bytes += size
  }
  if (group.length > 0) yield group
}
