// One mailbox, watched: connect, take in what is there, wait for more. IDLE is a hint only: the mailbox is looked through
// again every minute, because a search may come too early and a push may be lost. The loop around it reconnects.
import type { Country } from '../schemas/encoding.js'
import { maxMailBytes } from '../schemas/sealed.js'
import { InboxFault } from '../schemas/inboxes.js'
import { KhancapError } from '../schemas/problem.js'
import type { AcknowledgeMail } from '../src/app/acknowledge-mail.js'
import type { Acknowledging } from '../src/app/seal-mail.js'
import { type MailDeps, sealMails, type TakenMail } from '../src/app/take-in-mails.js'
import { maxHeaderBytes } from '../src/core/mail/header.js'
import { faultFields } from '../src/app/log-fault.js'
import type { Log } from '../src/ports/log.js'
import type { FetchedMail, ListedMail, MailInbox, OpenMailInbox } from '../src/ports/mail-inbox.js'
import { mailCost } from './mail-pace.js'
import type { AcknowledgementStore } from '../src/ports/acknowledgement-store.js'
import type { MailStore } from '../src/ports/mail-store.js'

export interface WatchedMailbox {
  /** Without address or password. */
  readonly name: string
  readonly open: OpenMailInbox
  readonly program: string | null
  readonly country: Country | null
  readonly acknowledges: Acknowledging | null
  /** Against floods (`mailBucket`); it outlives connections. */
  readonly take: (cost: number, nowMs: number) => number
}

export interface MailWatchDeps extends MailDeps {
  readonly store: MailDeps['store'] &
    Pick<MailStore, 'takenUids' | 'noteMailbox'> &
    Pick<AcknowledgementStore, 'endAbsent'>
  readonly log: Log
  readonly acknowledge: AcknowledgeMail
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
/** Senders are told for so long before new mails are looked for again. */
const tellingMs = 10_000

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
  const watch: Watch = {
    deps,
    mailbox,
    inbox,
    done: new Set(),
    owed: new Set(),
    present: null,
    signal,
    faults: [],
  }
  try {
    while (!signal.aborted) {
      // oxlint-disable-next-line no-await-in-loop
      while ((await lookThrough(watch)) > 0 && !signal.aborted);
      if (signal.aborted) return
      const isAllTold = await tellSenders(watch)
      const [fault] = watch.faults
      if (fault !== undefined) {
        // They are where they were. The loop around comes back to them, later and later, and says so each time.
        deps.log.warn('mails not dealt with', { count: watch.faults.length, ...faultFields(fault) })
        throw fault instanceof KhancapError ? fault : new KhancapError('internal', { cause: fault })
      }
      await deps.store.noteMailbox(mailbox.name, 'read')
      if (isAllTold) await inbox.waitForMail(deps.lookMs ?? defaultLookMs, signal)
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
  /** UIDs of mails that were taken in, and whose senders are to be told before they are settled. */
  readonly owed: Set<number>
  /** What was there at an earlier look, and when. */
  present: { readonly uids: readonly number[]; readonly at: number } | null
  readonly signal: AbortSignal
  /** Of mails that could not be taken in or settled on this connection: the others are none the worse for them. */
  readonly faults: unknown[]
}

/** @returns how many mails were taken in */
async function lookThrough(watch: Watch): Promise<number> {
  const { deps, done, inbox, mailbox, owed, signal } = watch
  const present = await inbox.uids()
  await endAbsent(watch, present)
  const uids = present.filter(uid => !done.has(uid))
  let taken = 0
  for (let at = 0; at < uids.length && !signal.aborted; at += chunkUids) {
    const chunk = uids.slice(at, at + chunkUids)
    const known = await deps.store.takenUids(mailbox.name, inbox.uidValidity, chunk)
    // Taken in, but perhaps not settled before a crash.
    await settle(
      watch,
      chunk.filter(uid => known.get(uid) === 'case'),
    )
    for (const [uid, became] of known) {
      done.add(uid)
      if (became === 'unacknowledged') owed.add(uid)
    }
    const listed = await inbox.list(chunk.filter(uid => !known.has(uid)))
    taken += await takeListed(watch, listed)
  }
  return taken
}

/** Mails that are sealed, and being recorded. */
interface Recording {
  readonly mails: readonly FetchedMail[]
  readonly results: Promise<readonly PromiseSettledResult<TakenMail>[]>
}

/** While one group is recorded the next one is fetched and sealed: one waits for the store, the other computes. */
async function takeListed(watch: Watch, listed: readonly ListedMail[]): Promise<number> {
  const { deps, inbox, signal } = watch
  let taken = 0
  let recording: Recording = { mails: [], results: Promise.resolve([]) }
  const settleRecorded = async () => {
    const recorded = recording
    recording = { mails: [], results: Promise.resolve([]) }
    taken += await settleGroup(watch, recorded)
  }
  try {
    for (const group of groups(listed)) {
      await noteTrying(watch)
      const wait = waitBefore(watch, group)
      if (wait > 0) {
        await settleRecorded()
        await rest(watch, wait)
      }
      if (signal.aborted) break
      // Two of the largest at once would be too many.
      if (bytesOf(group) > groupBytes) await settleRecorded()
      const uids = group.map(({ uid }) => uid)
      const mails = await inbox.fetch(uids, maxMailBytes)
      const record = await sealMails(deps, factsOf(watch), mails)
      await settleRecorded()
      recording = { mails, results: record() }
    }
  } finally {
    // Also where another group failed: what was recorded is settled by the next look where it cannot be now.
    await recording.results
  }
  await settleRecorded()
  return taken
}

/** Nobody is told of a mail that two looks have not found: one may come too early, before a server has all of its list. */
async function endAbsent(watch: Watch, uids: readonly number[]): Promise<void> {
  const { deps, inbox, mailbox, present } = watch
  const at = performance.now()
  if (present !== null && at - present.at < (deps.lookMs ?? defaultLookMs)) return
  watch.present = { uids, at }
  if (present === null) return
  const count = await deps.store.endAbsent(mailbox.name, inbox.uidValidity, [
    ...present.uids,
    ...uids,
  ])
  if (count > 0) deps.log.info('senders of mails that have gone are not told', { count })
}

/** @returns how many were taken in */
async function settleGroup(watch: Watch, { mails, ...recording }: Recording): Promise<number> {
  const { deps, done, owed } = watch
  const results = await recording.results
  const settled: number[] = []
  let owing = 0
  let away: KhancapError | null = null
  for (const [at, result] of results.entries()) {
    const uid = mails[at]?.uid ?? 0
    if (result.status === 'rejected') {
      watch.faults.push(result.reason)
      if (isStoreAway(result.reason)) away = result.reason
      continue
    }
    // Who recorded it first may still have to tell its sender: the next look asks the store.
    if (result.value === 'repeated') continue
    done.add(uid)
    if (result.value === 'unacknowledged') {
      owed.add(uid)
      owing += 1
    }
    // What is no case stays as it is in the mailbox: people read it there.
    else if (result.value !== 'no_case') settled.push(uid)
  }
  const recorded = settled.length + owing
  if (recorded > 0) {
    deps.onTaken()
    deps.log.info('mails taken in', { count: recorded })
  }
  await settle(watch, settled)
  if (away !== null) throw away
  return results.filter(({ status }) => status === 'fulfilled').length
}

function factsOf({ inbox, mailbox }: Watch) {
  return {
    mailbox: mailbox.name,
    uidValidity: inbox.uidValidity,
    program: mailbox.program,
    country: mailbox.country,
    acknowledges: mailbox.acknowledges,
  }
}

/**
 * Tells senders that their mails came, and settles these. What cannot be told now stays unsettled, and is tried again at the
 * next look, as after a crash.
 * @returns false where it stopped to look for new mails
 */
async function tellSenders(watch: Watch): Promise<boolean> {
  const { deps, inbox, owed, signal } = watch
  const end = performance.now() + tellingMs
  const waiting = [...owed]
  for (let at = 0; at < waiting.length; at += groupMails) {
    const uids = waiting.slice(at, at + groupMails)
    // oxlint-disable-next-line no-await-in-loop
    const mails = new Map((await inbox.fetch(uids, maxHeaderBytes)).map(mail => [mail.uid, mail]))
    const told: number[] = []
    let isAway = false
    for (const uid of uids) {
      if (signal.aborted || isAway || performance.now() > end) break
      const mail = mails.get(uid)
      if (mail === undefined) {
        // What a person has moved away is theirs: the next looks end it.
        owed.delete(uid)
        continue
      }
      // oxlint-disable-next-line no-await-in-loop
      const became = await deps.acknowledge(factsOf(watch), mail)
      isAway = became === 'away'
      // To the end of the row where it was not told: it may be this one only that nobody takes now.
      owed.delete(uid)
      if (became === 'done') told.push(uid)
      else owed.add(uid)
    }
    // oxlint-disable-next-line no-await-in-loop
    await settle(watch, told)
    if (isAway || signal.aborted) return true
    if (performance.now() > end) return false
  }
  return true
}

/**
 * How long to wait where the mailbox is flooded, in milliseconds. Meanwhile it does not count as read, and that is an alarm:
 * somebody's mail waits.
 */
function waitBefore({ deps, mailbox }: Watch, group: readonly ListedMail[]): number {
  const cost = group.reduce((sum, { bytes }) => sum + mailCost(Math.min(bytes, maxMailBytes)), 0)
  const ms = mailbox.take(cost, performance.now())
  if (ms > 0) deps.log.warn('a mailbox is flooded: its mails wait', { count: group.length })
  return ms
}

/** Meanwhile it says that it still tries, as often as a quiet mailbox is looked through. */
async function rest(watch: Watch, ms: number): Promise<void> {
  const { deps, signal } = watch
  const end = performance.now() + ms
  for (let left = ms; left > 0 && !signal.aborted; left = end - performance.now()) {
    // oxlint-disable-next-line no-await-in-loop
    await noteTrying(watch)
    // oxlint-disable-next-line no-await-in-loop
    await pause(signal, Math.min(left, deps.lookMs ?? defaultLookMs))
  }
}

/** Of a look that takes long: a mailbox that nobody tries is watched no more, and the alarm would end while mails wait. */
async function noteTrying({ deps, mailbox }: Watch): Promise<void> {
  await deps.store.noteMailbox(mailbox.name, 'begun')
}

async function pause(signal: AbortSignal, ms: number): Promise<void> {
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

const bytesOf = (group: readonly ListedMail[]) =>
  group.reduce((sum, { bytes }) => sum + Math.min(bytes, maxMailBytes), 0)

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
