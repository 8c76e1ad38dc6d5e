// The table of settings: what each one takes, its default, who reads it, and what whoever can write it could do.
// docs/configuration.md and .env.example are generated from it. Policy (forms, languages, service levels, teams)
// is not here: it is in the signed directory.
import * as z from 'zod'
import { isLoopback } from './core/encoding/loopback.js'
import { mailboxUrls } from './mailbox-urls.js'

/** The processes that read settings; `npm start` is both halves in one. */
export type Reader = 'start' | 'api' | 'workers' | 'migrate'

interface SettingWords {
  /** What a value must be, as the end of the sentence "must be …". */
  readonly expects: string
  /** The default in words. */
  readonly otherwise: string
  readonly example: string
  readonly readers: readonly Reader[]
  /** Ends with the trust line. */
  readonly about: string
}

export interface Setting<T> extends SettingWords {
  readonly schema: z.ZodType<T, string>
}

const everyone = ['start', 'api', 'workers'] as const

const Path = z
  .string()
  .max(4096)
  .regex(/^[^\0]+$/)
const Port = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .refine(port => port <= 65_535)
const upTo = (most: number) =>
  z
    .string()
    .regex(/^(0|[1-9]\d{0,7})$/)
    .transform(Number)
    .refine(count => count <= most)
const Host = z
  .string()
  .max(253)
  .regex(/^[A-Za-z0-9.-]+$|^[0-9A-Fa-f:.]+$/)
const MailAddress = z.email().max(254)

function urlOf(protocols: readonly string[]) {
  return z
    .string()
    .max(2000)
    .refine(text => URL.canParse(text) && protocols.includes(new URL(text).protocol))
}

const OutsideUrl = urlOf(['https:', 'http:']).refine(text => {
  if (!URL.canParse(text)) return false
  const { hostname, password, protocol, username } = new URL(text)
  return username === '' && password === '' && (protocol === 'https:' || isLoopback(hostname))
})

const ImapUrls = z
  .string()
  .max(8000)
  .refine(text => mailboxUrls(text) !== null)

function setting<T>(schema: z.ZodType<T, string>, words: SettingWords): Setting<T> {
  return { schema, ...words }
}

/** Settings may be printed. */
export const settings = {
  KHANCAP_HOME: setting(Path, {
    expects: 'a folder',
    otherwise:
      "the platform's data folder: ~/.local/share/khancap on Linux, /var/lib/khancap there as root",
    example: '/var/lib/khancap',
    readers: everyone,
    about:
      'The data folder: secrets, the signed directory, private contacts, and the embedded database and the demo of `npm start`. Trusted: whoever can write here can replace keys, send notices elsewhere and, in the demo, lose every case.',
  }),
  KHANCAP_HOST: setting(Host, {
    expects: 'an address or a host name of this machine',
    otherwise: '127.0.0.1',
    example: '127.0.0.1',
    readers: ['start', 'api'],
    about:
      'Where the API and the pages listen. The demo listens on loopback only. Trusted: another address than loopback shows the service, without TLS, to that network.',
  }),
  KHANCAP_PORT: setting(Port, {
    expects: 'a port number from 0 to 65535',
    otherwise: '8480',
    example: '8480',
    readers: ['start', 'api'],
    about:
      'The port of the API and the pages; 0 takes a free one. Trusted for availability only: the directory says where clients go.',
  }),
  KHANCAP_METRICS_PORT: setting(Port, {
    expects: 'a port number from 0 to 65535',
    otherwise: '8481',
    example: '8481',
    readers: ['start', 'api'],
    about:
      'The port of the metrics, on loopback always; 0 takes a free one. Trusted for availability only: the metrics hold counts and ages, nothing about a single case.',
  }),
  KHANCAP_OPEN_INTAKES: setting(
    upTo(10_000_000).refine(count => count >= 1),
    {
      expects: 'a number from 1 to 10000000',
      otherwise: '3600',
      example: '',
      readers: ['start', 'api'],
      about:
        'Requests for support an hour that one API process takes in, from all senders together, before it asks their devices to do a little work (a puzzle, a moment to some seconds); a quarter of it may come at once. Nobody is refused above it, and a request now and then passes without work. Trusted for availability only: a low number makes everybody wait for some seconds, a high one lets a flood fill the inbox more cheaply.',
    },
  ),
  KHANCAP_UPLOAD_MB: setting(
    upTo(100).refine(count => count >= 1),
    {
      expects: 'a number from 1 to 100',
      otherwise: '100',
      example: '',
      readers: ['start', 'api'],
      about:
        'Megabytes (1 048 576 bytes) of one attachment at most. Trusted for availability only: attachments are sealed before they come.',
    },
  ),
  KHANCAP_UPLOADS_PER_CASE: setting(upTo(200), {
    expects: 'a number from 0 to 200',
    otherwise: '50',
    example: '',
    readers: ['start', 'api'],
    about:
      'Attachments of one case at most; 0 takes none at all. Trusted for availability only: additions in words are always taken.',
  }),
  KHANCAP_UPLOADS_CASE_MB: setting(upTo(20_000), {
    expects: 'a number from 0 to 20000',
    otherwise: '1000',
    example: '',
    readers: ['start', 'api'],
    about: 'Megabytes of all attachments of one case at most. Trusted for availability only.',
  }),
  KHANCAP_UPLOADS_TOTAL_MB: setting(upTo(10_000_000), {
    expects: 'a number from 0 to 10000000',
    otherwise: '20000',
    example: '',
    readers: ['start', 'api'],
    about:
      'Megabytes of the attachments of all cases at most: what the disk of the database has to spare for them (docs/operations.md, "Disk"). Requests and additions in words are taken beyond it. Trusted for availability only: whoever can raise it can let a flood fill the disk.',
  }),
  KHANCAP_ROOT: setting(z.string().regex(/^[0-9a-f]{64}$/), {
    expects: "64 digits 0-9 and a-f: the root's fingerprint",
    otherwise: 'none; `npm start` takes that of its demo organisation',
    example: '',
    readers: everyone,
    about:
      "The fingerprint of the organisation's root keys. A directory that it does not verify is refused. Trusted: whoever can change it can make the service publish their own keyring; pages and CLI that pinned the true root refuse it.",
  }),
  KHANCAP_DIRECTORY_FILE: setting(Path, {
    expects: 'a file',
    otherwise: 'directory.note in KHANCAP_HOME',
    example: '',
    readers: everyone,
    about:
      'The signed directory that is published at start and whenever the file changes. Not trusted: it is verified against KHANCAP_ROOT, and an older or forked one is refused.',
  }),
  KHANCAP_RECEIPT_KEY_FILE: setting(Path, {
    expects: 'a file',
    otherwise: 'secrets/receipt.key in KHANCAP_HOME',
    example: '',
    readers: ['start', 'api'],
    about:
      'The key that signs receipts. Trusted: whoever can read it can make receipts for requests that never came; it opens nothing.',
  }),
  KHANCAP_ROUTER_IDENTITY_FILE: setting(Path, {
    expects: 'a file',
    otherwise: 'secrets/router.identity in KHANCAP_HOME',
    example: '',
    readers: ['start', 'workers'],
    about:
      'The identity that opens slips, never envelopes. Trusted: whoever can read it learns program, language, country and urgency of the slips that they can get.',
  }),
  KHANCAP_CONTACTS_FILE: setting(Path, {
    expects: 'a file',
    otherwise: 'contacts.json in KHANCAP_HOME',
    example: '',
    readers: ['start', 'workers'],
    about:
      'The private mail addresses of teams and handlers. Trusted: whoever can write it chooses who is told about new cases; whoever can read it learns who the handlers are.',
  }),
  KHANCAP_MAIL_FROM: setting(MailAddress, {
    expects: 'a mail address',
    otherwise: 'none',
    example: 'notices@example.org',
    readers: ['start', 'workers'],
    about:
      'The sender of notices to handlers, and of answers to requests that came by mail: its mailbox should be one of KHANCAP_IMAP_URL, or answers to it are not seen. Needed with KHANCAP_SMTP_URL. Not trusted: it is a name on a mail.',
  }),
  KHANCAP_IMAP_CA_FILE: setting(Path, {
    expects: 'a file',
    otherwise: "none: the system's authorities",
    example: '',
    readers: ['start', 'workers'],
    about:
      "A PEM file with the authority of the certificate of KHANCAP_IMAP_URL's server, for a server that signed its own (Proton Mail Bridge). Trusted: whoever can change it can read the mails on their way.",
  }),
  KHANCAP_SMTP_CA_FILE: setting(Path, {
    expects: 'a file',
    otherwise: "none: the system's authorities",
    example: '',
    readers: ['start', 'workers'],
    about:
      "A PEM file with the authority of the mail server's certificate, for a server that signed its own (Proton Mail Bridge). Trusted: whoever can change it can read the notices on their way.",
  }),
} as const

/** Secrets are kept apart from settings and never printed. Each is also read from the file that NAME_FILE names. */
export const secrets = {
  DATABASE_URL: setting(urlOf(['postgres:', 'postgresql:']), {
    expects: 'a URL that begins with postgres: or postgresql:',
    otherwise: 'none; `npm start` runs the embedded PostgreSQL',
    example: 'postgres://khancap:…@127.0.0.1:5432/khancap',
    readers: [...everyone, 'migrate'],
    about:
      'The database. Trusted for durability only: whoever can write there can lose or invent cases, but can read none.',
  }),
  REDIS_URL: setting(urlOf(['redis:', 'rediss:']), {
    expects: 'a URL that begins with redis: or rediss:',
    otherwise: 'none: the queue is in PostgreSQL',
    example: '',
    readers: ['start', 'workers'],
    about:
      'The queue, where it is not in PostgreSQL. Not trusted: it holds ids only and may lose everything; whoever can write there can delay routing and notices by seconds.',
  }),
  KHANCAP_IMAP_URL: setting(ImapUrls, {
    expects:
      'one or more URLs that begin with imap: (STARTTLS) or imaps: (TLS), with user and password, apart by spaces',
    otherwise: 'none: no mail is taken in',
    example: '',
    readers: ['start', 'workers'],
    about:
      'The mailboxes whose mails become cases: `imaps://user:password@host/INBOX?move=Taken&program=pil&country=VN`. The path is the mailbox (INBOX where there is none); `move` a mailbox to move mails to after they were taken in (otherwise they are marked as read); `program` and `country` what is known of every mail there; `address` where people write to it (otherwise the user, if that is a mail address) and what its acknowledgements come from; `acknowledge=no` sends none (docs/operations.md, "Telling senders that their mail came"). Not trusted: the server sees every mail in clear, and could invent or withhold some.',
  }),
  KHANCAP_SMTP_URL: setting(urlOf(['smtp:', 'smtps:']), {
    expects: 'a URL that begins with smtp: (STARTTLS) or smtps: (TLS)',
    otherwise: 'none: handlers look into their inbox, no mail is sent',
    example: '',
    readers: ['start', 'workers'],
    about:
      'The mail server for notices to handlers and acknowledgements to whoever wrote. Not trusted: it sees that somebody is told, and when, never about what.',
  }),
  KHANCAP_WEBHOOK_URL: setting(OutsideUrl, {
    expects: 'a URL that begins with https:, or with http: on loopback, without a user name',
    otherwise: 'none: no program is told',
    example: '',
    readers: ['start', 'workers'],
    about:
      'A program that is told of notices beside the mail, or in its place: webhooks after the Standard Webhooks specification. Names that lead to private addresses are refused. Not trusted: it learns what the mail server learns.',
  }),
  KHANCAP_WEBHOOK_SECRET: setting(
    z.string().regex(/^whsec_(?:[A-Za-z0-9+/]{4}){8,21}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/),
    {
      expects: 'whsec_ and 24 to 64 random bytes in base64',
      otherwise: 'none; needed with KHANCAP_WEBHOOK_URL',
      example: '',
      readers: ['start', 'workers'],
      about:
        'The key that signs webhooks, shared with their receiver. Trusted: whoever can read it can make notices that never were; they hold nothing of a case.',
    },
  ),
  KHANCAP_ALIVE_URL: setting(OutsideUrl, {
    expects: 'a URL that begins with https:, or with http: on loopback, without a user name',
    otherwise: 'none: no watch outside is told',
    example: '',
    readers: ['start', 'workers'],
    about:
      'A watch outside that alarms when it hears nothing (a dead-man switch). The workers ask for it once a minute while deadlines are watched, the outbox moves and notices arrive. Not trusted: it learns that the workers run, and from which address.',
  }),
} as const

export type SettingName = keyof typeof settings
export type SecretName = keyof typeof secrets

/** Variables with our prefix that other programs of the project read: the CLI and the tests. */
export const otherPrograms = /^KHANCAP_(CONFIG_DIR$|DEBUG$|PASSPHRASE|TEST_)/
