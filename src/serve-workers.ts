// The workers' half, wired but without a process: the queue that is configured, the mail server, the routing
// identity. `npm run workers` and `npm start` both run this.
import { readFileSync } from 'node:fs'
import { KhancapError } from '../schemas/problem.js'
import { httpSignal } from './adapters/http-signal/http-signal.js'
import { webhook } from './adapters/webhook/webhook.js'
import { smtpLetterSender } from './adapters/nodemailer/smtp-letter-sender.js'
import { smtpMailer } from './adapters/nodemailer/smtp-mailer.js'
import { offlineForms } from './app/offline-form.js'
import { noticeEvent } from './app/notice-event.js'
import type { LetterDeps } from './app/send-letter.js'
import type { CurrentDirectory } from './app/current-directory.js'
import type { Config, Secrets } from './config.js'
import { contactsFile, lookAtContacts } from './contacts-file.js'
import { builtOfflineTemplates } from './offline-templates.js'
import type { Telling } from './serve-mail.js'
import type { Primitives } from './core/crypto/primitives.js'
import type { LetterSender } from './ports/letter-sender.js'
import type { Log } from './ports/log.js'
import type { NoticeHook } from './ports/notice-hook.js'
import type { Mailer } from './ports/mailer.js'
import type { Queue } from './ports/queue.js'
import type { Store } from './ports/store.js'
import { StartFailure } from './start-failure.js'
import { type SlipOpener, slipOpener } from '../workers/slip-opener.js'
import { startWorkers, type Workers } from '../workers/workers.js'

export interface ServeWorkersDeps {
  readonly config: Pick<
    Config,
    'routerIdentityFile' | 'contactsFile' | 'mailFrom' | 'smtpCaFile' | 'imapCaFile'
  >
  readonly secrets: Pick<
    Secrets,
    'redisUrl' | 'smtpUrl' | 'aliveUrl' | 'imapUrl' | 'webhookUrl' | 'webhookSecret'
  >
  readonly databaseUrl: string
  readonly directories: CurrentDirectory
  /** The pinned fingerprint. */
  readonly root: string
  readonly store: Store
  readonly primitives: Primitives
  readonly log: Log
}

/** While a mail server takes its time, new mails wait. */
const letterTimeoutMs = 15_000

/**
 * A queue that is away does not keep the workers from starting; one that is set up to lose jobs does.
 * @throws StartFailure where the routing identity or a CA file cannot be read, or the queue may not be used; then nothing
 *   runs
 */
export async function serveWorkers(deps: ServeWorkersDeps): Promise<Workers> {
  const { config, secrets, primitives } = deps
  const slips = loadSlipOpener(config.routerIdentityFile, primitives)
  const { letters, mailer } = mailServerOf(deps)
  const contacts = contactsFile(config.contactsFile)
  if (mailer !== null) await lookAtContacts(contacts, deps.log)
  // The queue in PostgreSQL cannot be set up wrong, and the API need not wait for it.
  let opened = secrets.redisUrl === null ? null : await openQueue(deps).catch(awayOrRefused)
  let running: Workers | null = null
  // Whatever may refuse to start comes before the workers run: nobody would own them.
  const mail = await mailWatchOf(deps, () => running?.wake()).catch(async (error: unknown) => {
    await opened?.close()
    throw error
  })
  const workers = startWorkers({
    ...deps,
    slips,
    mailer,
    contacts,
    letters,
    hook: hookOf(secrets),
    alive: secrets.aliveUrl === null ? null : httpSignal(secrets.aliveUrl),
    async openQueue() {
      const first = opened
      opened = null
      return first ?? openQueue(deps)
    },
  })
  running = workers
  return {
    wake: () => workers.wake(),
    async close(graceMs) {
      // Side by side: there is one grace for both.
      await Promise.all([mail?.close(graceMs), workers.close(graceMs)])
    },
  }
}

/** Loads its library where mailboxes are set, and not otherwise. */
async function mailWatchOf(
  deps: ServeWorkersDeps,
  onTaken: () => void,
): Promise<{ close(graceMs: number): Promise<void> } | null> {
  const { imapUrl } = deps.secrets
  if (imapUrl === null) return null
  const { serveMail } = await import('./serve-mail.js')
  const { imapCaFile, routerIdentityFile } = deps.config
  const ca =
    imapCaFile === null
      ? null
      : readTextFile(imapCaFile, 'KHANCAP_IMAP_CA_FILE names a file that cannot be read')
  const identity = readTextFile(routerIdentityFile, 'the routing identity cannot be read')
  const letters = acknowledgementsOf(deps)
  const watch = await serveMail({
    ...deps,
    urls: imapUrl,
    ca,
    identity,
    onTaken,
    telling:
      letters === null
        ? null
        : { letters, mailFrom: deps.config.mailFrom, offlineForm: formsToAttach(deps) },
  })
  return {
    async close(graceMs) {
      await watch.close(graceMs)
      await letters?.close()
    },
  }
}

function formsToAttach({ directories, root }: ServeWorkersDeps): Telling['offlineForm'] {
  const forms = offlineForms({ templates: builtOfflineTemplates(), directories, root })
  return async language => {
    const form = await forms.form(language)
    return form === null ? null : { name: form.name, type: 'text/html', bytes: form.bytes }
  }
}

/** Loads its library when it is needed: that takes as long as all the rest of a start. */
async function openQueue({ secrets, databaseUrl, log }: ServeWorkersDeps): Promise<Queue> {
  if (secrets.redisUrl !== null) {
    const { bullmqRedisQueue } = await import('./adapters/bullmq/bullmq-redis.js')
    return bullmqRedisQueue({ url: secrets.redisUrl, log })
  }
  const { bullmqPostgresQueue, migrateQueue } = await import('./adapters/bullmq/bullmq-postgres.js')
  await migrateQueue(databaseUrl)
  return bullmqPostgresQueue({ url: databaseUrl, log })
}

function awayOrRefused(error: unknown): null {
  if (error instanceof KhancapError && error.code === 'queue_unavailable') return null
  if (error instanceof Error && !(error instanceof KhancapError))
    throw new StartFailure(error.message, { cause: error })
  throw error
}

function loadSlipOpener(file: string, primitives: Primitives): SlipOpener {
  const advice =
    'KHANCAP_ROUTER_IDENTITY_FILE must name the routing identity that `khancap org init` made for the workers'
  const text = readTextFile(file, `the routing identity cannot be read: ${advice}`)
  try {
    return slipOpener(primitives, text)
  } catch (cause) {
    throw new StartFailure(`the routing identity's file holds no identity: ${advice}`, { cause })
  }
}

/** The way to handlers, and to those who wrote by mail. */
function mailServerOf(deps: ServeWorkersDeps): {
  readonly mailer: Mailer | null
  readonly letters: LetterDeps['letters']
} {
  const { config, secrets, log } = deps
  const { mailFrom } = config
  if (secrets.smtpUrl === null || mailFrom === null) {
    log.warn('no mail server is set: nobody is told by mail', { setting: 'KHANCAP_SMTP_URL' })
    return { mailer: null, letters: null }
  }
  const access = { url: secrets.smtpUrl, ca: smtpCaOf(deps) }
  return {
    mailer: smtpMailer({ ...access, from: mailFrom }),
    letters: { sender: smtpLetterSender(access), from: mailFrom },
  }
}

/** What acknowledges mails: new ones wait for it, so that its patience is short. */
function acknowledgementsOf(deps: ServeWorkersDeps): LetterSender | null {
  const { smtpUrl } = deps.secrets
  return smtpUrl === null
    ? null
    : smtpLetterSender({ url: smtpUrl, ca: smtpCaOf(deps), timeoutMs: letterTimeoutMs })
}

function smtpCaOf({ config: { smtpCaFile } }: ServeWorkersDeps): string | null {
  return smtpCaFile === null
    ? null
    : readTextFile(smtpCaFile, 'KHANCAP_SMTP_CA_FILE names a file that cannot be read')
}

function hookOf({ webhookSecret, webhookUrl }: ServeWorkersDeps['secrets']): NoticeHook | null {
  if (webhookUrl === null || webhookSecret === null) return null
  return webhook({ url: webhookUrl, secret: webhookSecret, print: noticeEvent, now: Date.now })
}

function readTextFile(path: string, sentence: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new StartFailure(sentence, { cause })
  }
}
