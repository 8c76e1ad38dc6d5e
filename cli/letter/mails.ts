// The mails of a case, for who answers them: the one that it began with, whose sender is the one to answer, and the newest
// that says it is from the same address. Anybody can add a mail to a case whose letters they saw: a later mail never says
// where the answer goes.
import type { CarriedMail } from '../../schemas/sealed.js'
import { addressesIn } from '../../src/core/mail/address-field.js'
import { openMail, type OpenedMail } from '../case/carried-mail.js'
import { mailIn } from '../case/case-mails.js'
import { openParts } from '../case/opened-parts.js'
import type { SealedCase } from '../case/sealed-case.js'
import type { Desk } from '../client/desk.js'
import { Failure, refused } from '../failure.js'
import { safe } from '../terminal/safe.js'

/** Mails that came later and are looked at, from the newest on, and their bytes together. */
const maxLater = 5
const maxLaterBytes = 67_108_864

export interface AnswerableMails {
  readonly first: OpenedMail
  /** Its one sender. */
  readonly from: string
  /** Later mails of that address, the newest first. */
  readonly later: readonly OpenedMail[]
}

/** @throws Failure where the mail names no single sender with a plain address */
export async function answerableMails(desk: Desk, sealed: SealedCase): Promise<AnswerableMails> {
  const { id } = sealed.detail.case
  const carried = mailIn(sealed.content)
  if (carried === null) throw refused(safe`case ${id} did not come by mail`)
  const first = await openMail(desk, id, carried)
  const from = senderOf(first)
  if (from === null)
    throw refused(
      safe`the mail of case ${id} names no single sender with a plain address: it cannot be answered from here`,
      safe`khancap open ${id.slice(0, 8)} shows it; answer by another way, then khancap contacted ${id.slice(0, 8)} --via …`,
    )
  const { additions } = await openParts(desk, sealed)
  const others = additions
    .map(({ content }) => (typeof content === 'string' ? null : mailIn(content)))
    .filter(mail => mail !== null)
    .toReversed()
  return { first, from, later: await laterMails(desk, sealed, from, others) }
}

async function laterMails(
  desk: Desk,
  sealed: SealedCase,
  from: string,
  carried: readonly CarriedMail[],
): Promise<OpenedMail[]> {
  const found: OpenedMail[] = []
  let bytes = 0
  for (const mail of carried.slice(0, maxLater)) {
    bytes += mail.file.bytes
    if (bytes > maxLaterBytes) break
    // One in memory at a time; one that cannot be had stands in nobody's way.
    // oxlint-disable-next-line no-await-in-loop
    const opened = await openMail(desk, sealed.detail.case.id, mail).catch((error: unknown) => {
      if (error instanceof Failure && error.exit === 3) throw error
      return null
    })
    if (opened !== null && isSame(senderOf(opened), from)) found.push(opened)
  }
  return found
}

/** null where it names none, several, or one that is no plain address. */
export function senderOf({ parts: { header } }: OpenedMail): string | null {
  const fields = header.fields.filter(({ name }) => name === 'from')
  const [only, ...more] = fields.flatMap(({ value }) => [...addressesIn(value)])
  return more.length === 0 ? (only ?? null) : null
}

/** Domains have no letter case; of local parts nobody distinguishes it. */
export function isSame(one: string | null, other: string): boolean {
  return one !== null && one.toLowerCase() === other.toLowerCase()
}
