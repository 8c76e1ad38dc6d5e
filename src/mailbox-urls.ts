// KHANCAP_IMAP_URL as what it says: one or more mailboxes, each with what is known of its mails.
import { isMailAddress } from './core/mail/mail-address.js'

export interface MailboxUrl {
  readonly host: string
  readonly port: number
  readonly secure: boolean
  readonly user: string
  readonly password: string
  readonly path: string
  readonly moveTo: string | null
  readonly program: string | null
  readonly country: string | null
  /** Where people write to it; null where it is not known. */
  readonly address: string | null
  /** Whether its senders are told by mail that theirs has come. */
  readonly acknowledges: boolean
}

const maxMailboxes = 16
const known = new Set(['move', 'program', 'country', 'address', 'acknowledge'])

/** @returns null where any of them does not fit */
export function mailboxUrls(text: string): readonly MailboxUrl[] | null {
  const words = text.split(/\s+/).filter(word => word !== '')
  if (words.length === 0 || words.length > maxMailboxes) return null
  const mailboxes: MailboxUrl[] = []
  for (const word of words) {
    const mailbox = mailboxUrl(word)
    if (mailbox === null) return null
    mailboxes.push(mailbox)
  }
  return mailboxes
}

function mailboxUrl(word: string): MailboxUrl | null {
  if (!URL.canParse(word)) return null
  const url = new URL(word)
  const { searchParams: given } = url
  const country = given.get('country')
  const acknowledge = given.get('acknowledge') ?? 'yes'
  const address = given.get('address')
  const secure = url.protocol === 'imaps:'
  const fits =
    (secure || url.protocol === 'imap:') &&
    url.hostname !== '' &&
    url.username !== '' &&
    url.hash === '' &&
    [...given.keys()].every(key => known.has(key) && given.getAll(key).length === 1) &&
    ['yes', 'no'].includes(acknowledge) &&
    (address === null || isMailAddress(address)) &&
    (country === null || /^[A-Z]{2}$/.test(country))
  if (!fits) return null
  try {
    const path = decodeURIComponent(url.pathname.replace(/^\//, ''))
    const user = decodeURIComponent(url.username)
    return {
      host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: url.port === '' ? (secure ? 993 : 143) : Number(url.port),
      secure,
      user,
      password: decodeURIComponent(url.password),
      path: path === '' ? 'INBOX' : path,
      moveTo: given.get('move'),
      program: given.get('program'),
      country,
      address: address ?? (isMailAddress(user) ? user : null),
      acknowledges: acknowledge === 'yes',
    }
  } catch {
    return null
  }
}
