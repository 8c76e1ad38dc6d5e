// The mails of a case, opened one after the other: a mail is as large as its sender likes, and a case has many. One that
// cannot be had, or is not what it should be, never stands in the way of the case or of the next.
import { KhancapError } from '../../schemas/problem.js'
import type { CarriedMail, Context } from '../../schemas/sealed.js'
import type { Desk } from '../client/desk.js'
import { asFailure, Failure } from '../failure.js'
import { type Safe, safe } from '../terminal/safe.js'
import {
  mailJson,
  mailLines,
  openMail,
  type OpenedMail,
  saveMail,
  withGpg,
} from './carried-mail.js'
import type { OpenedCase } from './opened-case.js'

/** Bytes of mails that are fetched to be shown; whoever wants more saves them, one by one. */
const maxShownBytes = 67_108_864

/** A mail as it is shown: what was opened is let go. */
export interface ShownMail {
  readonly lines: readonly Safe[]
  readonly json: object
  /** How many of its files were there already; why not all were saved; null where nobody asked for them. */
  readonly left: number | Failure | null
  /** What its subject and first lines say; null where it is not shown. */
  readonly finding: OpenedMail['finding'] | null
  /** Whether it is sealed with PGP, and was not handed to gpg. */
  readonly isPgp: boolean
}

interface MailOptions {
  /** Where they are saved. */
  readonly out?: string | undefined
  /** Whether those sealed with PGP are handed to gpg. */
  readonly gpg?: boolean | undefined
}

/** Only what came by mail carries one: elsewhere anybody may write that there is one. */
export function mailIn(content: {
  readonly context: Context
  readonly mail?: CarriedMail | undefined
}): CarriedMail | null {
  return content.context.channel === 'mail' ? (content.mail ?? null) : null
}

/** The mail that the request came by, then those that were threaded to it. */
export async function showMails(
  desk: Desk,
  { parts, sealed }: OpenedCase,
  options: MailOptions,
): Promise<ShownMail[]> {
  const contents = [sealed.content, ...parts.additions.map(({ content }) => content)]
  const carried = contents
    .map(content => (typeof content === 'string' ? null : mailIn(content)))
    .filter(mail => mail !== null)
  const shown: ShownMail[] = []
  let bytes = 0
  for (const [at, mail] of carried.entries()) {
    bytes += mail.file.bytes
    const isTooMuch = at > 0 && options.out === undefined && bytes > maxShownBytes
    shown.push(
      isTooMuch
        ? unshown(safe`${mail.file.bytes} bytes more; --out DIR saves it`, null)
        : // One in memory at a time.
          // oxlint-disable-next-line no-await-in-loop
          await showMail(desk, sealed, mail, at, options),
    )
  }
  return shown
}

async function showMail(
  desk: Desk,
  { detail }: OpenedCase['sealed'],
  carried: CarriedMail,
  at: number,
  { out, gpg }: MailOptions,
): Promise<ShownMail> {
  const { id } = detail.case
  const sealed = await openMail(desk, id, carried).catch((error: unknown) => {
    if (error instanceof Failure || error instanceof KhancapError) return asFailure(error)
    throw error
  })
  if (sealed instanceof Failure) return unshown(sealed.sentence, out === undefined ? null : sealed)
  // Who asks for gpg is told where it fails.
  const opened = gpg === true ? await withGpg(desk, sealed) : sealed
  return {
    lines: mailLines(desk, opened),
    json: mailJson(opened),
    // What a disk refuses keeps nothing from being read.
    left:
      out === undefined
        ? null
        : await saveMail(desk.station.printer, out, `${id}-mail-${at + 1}`, opened).catch(
            asFailure,
          ),
    finding: opened.finding,
    isPgp: opened.pgp !== null,
  }
}

function unshown(why: Safe, left: ShownMail['left']): ShownMail {
  return {
    lines: [safe`  mail not shown: ${why}`],
    json: { not_shown: why.text },
    left,
    finding: null,
    isPgp: false,
  }
}
