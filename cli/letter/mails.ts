// The mails of a case, for who answers them: the one that it began with, whose sender is the one to answer, and later ones
// that say they are from the same address. Anybody can add a mail to a case whose letters they saw: a later mail never says
// where the answer goes. What was not looked at is counted: it may be the sender's, and bring a key.
import type { Timestamp } from '../../schemas/encoding.js'
import type { CarriedMail } from '../../schemas/sealed.js'
import { addressesIn } from '../../src/core/mail/address-field.js'
import type { MailHeader } from '../../src/core/mail/header.js'
import type { MailParts } from '../../src/core/mail/parts.js'
import { openMail, type OpenedMail } from '../case/carried-mail.js'
import { mailIn } from '../case/case-mails.js'
import { openParts } from '../case/opened-parts.js'
import { openWithGpg, pgpOf } from '../case/pgp.js'
import type { SealedCase } from '../case/sealed-case.js'
import type { Desk } from '../client/desk.js'
import { Failure, refused } from '../failure.js'
import { type Safe, safe } from '../terminal/safe.js'
import { type OfferedKey, offeredKeys } from './offered-keys.js'

/** Mails that came later and are fetched to see who they are from, the newest first, and their bytes together. */
const maxFetched = 100
const maxFetchedBytes = 67_108_864
/** Later mails of that address whose keys are looked at. */
const maxLater = 20

/** What an answer needs of a mail; the mail itself is let go. */
export interface AnswerableMail {
  readonly header: MailHeader
  /** When the service took it in. */
  readonly arrived: Timestamp
  readonly keys: readonly OfferedKey[]
  /** Something of it is sealed with PGP. */
  readonly isSealed: boolean
  /** Why what is sealed stayed shut; null where it was opened, or nothing is sealed. */
  readonly shut: Safe | null
  /** Whom the sealed part names as its sender, where that is one plain address. */
  readonly sealedFrom: string | null
  /** False where the mail was cut, or has more parts than are looked at. */
  readonly isWhole: boolean
}

export interface AnswerableMails {
  readonly first: AnswerableMail
  /** Its one sender. */
  readonly from: string
  /** Later mails of that address, the newest first. */
  readonly later: readonly AnswerableMail[]
  /** Later ones, of whomever, that could not be looked at, or are too many. */
  readonly unseen: number
}

/**
 * @param isOpened whether what is sealed with PGP is handed to gpg
 * @throws Failure where the mail names no single sender with a plain address
 */
export async function answerableMails(
  desk: Desk,
  sealed: SealedCase,
  isOpened: boolean,
): Promise<AnswerableMails> {
  const { id } = sealed.detail.case
  const carried = mailIn(sealed.content)
  if (carried === null)
    throw refused(
      safe`case ${id} did not come by mail`,
      safe`without --to, --key, --plain and --yes the answer goes to its mailbox here: khancap reply ${id.slice(0, 8)}`,
    )
  const opened = await openMail(desk, id, carried)
  const from = senderIn(opened.parts.header)
  if (from === null)
    throw refused(
      safe`the mail of case ${id} names no single sender with a plain address: it cannot be answered from here`,
      safe`khancap open ${id.slice(0, 8)} shows it; answer by another way, then khancap contacted ${id.slice(0, 8)} --via …`,
    )
  const first = await answerable(opened, from, isOpened)
  const { additions } = await openParts(desk, sealed)
  // Nothing but a mail is added to such a case: whatever else it seems to be was not looked at.
  const others = additions
    .map(({ content }) => (typeof content === 'string' ? null : mailIn(content)))
    .toReversed()
  return { first, from, ...(await laterMails(desk, sealed, from, others, isOpened)) }
}

/** @param carried null for each that could not be had */
async function laterMails(
  desk: Desk,
  sealed: SealedCase,
  from: string,
  carried: readonly (CarriedMail | null)[],
  isOpened: boolean,
): Promise<Pick<AnswerableMails, 'later' | 'unseen'>> {
  const later: AnswerableMail[] = []
  let [bytes, fetched, unseen] = [0, 0, 0]
  for (const mail of carried) {
    // A large one keeps no small one from being looked at.
    const isTooMuch =
      mail === null || fetched === maxFetched || bytes + mail.file.bytes > maxFetchedBytes
    if (isTooMuch || later.length === maxLater) {
      unseen++
      continue
    }
    fetched++
    bytes += mail.file.bytes
    // One in memory at a time; one that cannot be had stands in nobody's way.
    // oxlint-disable-next-line no-await-in-loop
    const opened = await openMail(desk, sealed.detail.case.id, mail).catch((error: unknown) => {
      if (error instanceof Failure && error.exit === 3) throw error
      return null
    })
    if (opened === null) unseen++
    else if (isSame(senderIn(opened.parts.header), from))
      // oxlint-disable-next-line no-await-in-loop
      later.push(await answerable(opened, from, isOpened))
  }
  return { later, unseen }
}

async function answerable(
  { carried, parts }: OpenedMail,
  from: string,
  isOpened: boolean,
): Promise<AnswerableMail> {
  // A mail within the mail is somebody else's, and so is what is sealed in it.
  const own = parts.parts.filter(({ type }) => !type.startsWith('message/'))
  const pgp = pgpOf({ ...parts, parts: own })
  const inside = pgp === null || !isOpened ? null : await openedOrWhy(() => openWithGpg(pgp))
  const isShut = inside instanceof Failure
  const opened = isShut ? null : inside
  return {
    header: parts.header,
    arrived: carried.arrived,
    keys: offeredKeys(parts, opened, from),
    isSealed: pgp !== null,
    shut: isShut ? inside.sentence : null,
    sealedFrom: opened === null ? null : senderIn(opened.header),
    isWhole: carried.whole && parts.whole && (opened?.whole ?? true),
  }
}

async function openedOrWhy(open: () => Promise<MailParts>): Promise<MailParts | Failure> {
  try {
    return await open()
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

/** null where it names none, several, or one that is no plain address. */
function senderIn(header: MailHeader): string | null {
  const fields = header.fields.filter(({ name }) => name === 'from')
  const [only, ...more] = fields.flatMap(({ value }) => [...addressesIn(value)])
  return more.length === 0 ? (only ?? null) : null
}

/** Domains have no letter case; of local parts nobody distinguishes it. */
export function isSame(one: string | null, other: string): boolean {
  return one !== null && one.toLowerCase() === other.toLowerCase()
}
