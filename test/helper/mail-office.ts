// An office whose requests come by mail: mails are taken in as the worker does, letters leave to a real SMTP server.
import { routeCase } from '../../src/app/route-case.js'
import { type LetterDeps, sendLetter } from '../../src/app/send-letter.js'
import { takeInMails, type TakenMail } from '../../src/app/take-in-mails.js'
import { smtpLetterSender } from '../../src/adapters/nodemailer/smtp-letter-sender.js'
import { identitiesIn } from '../../src/core/envelope/age-keys.js'
import { letterKeys } from '../../src/core/mail/letter-name.js'
import { slipOpener } from '../../workers/slip-opener.js'
import { type TestLog, testLog } from './api.js'
import { office, type Office } from './office.js'
import type { Teardown } from './postgres.js'
import { loopbackCa, type SmtpSink, smtpSink } from './smtp-sink.js'

export interface MailOffice extends Office {
  readonly sink: SmtpSink
  readonly log: TestLog
  readonly deps: LetterDeps
  /** A mail arrives. @returns what became of it */
  readonly arrive: (mail: string) => Promise<TakenMail | undefined>
  /** A mail arrives and becomes a case, which is routed and claimed. @returns its id */
  readonly caseFrom: (mail: string, handler?: string) => Promise<string>
  /** Sends the letters that have an outbox row. */
  readonly post: (changes?: Partial<LetterDeps>) => Promise<void>
}

export const serviceAddress = 'help@example.org'

export async function mailOffice(t: Teardown): Promise<MailOffice> {
  const desk = await office(t)
  const { api, organisation } = desk
  const { primitives, router } = organisation
  const { store } = api.db
  const { directories } = api.deps
  const sink = await smtpSink()
  t.teardown(() => sink[Symbol.asyncDispose]())
  const log = testLog()
  const slips = slipOpener(primitives, router)
  const deps: LetterDeps = {
    store,
    directories,
    letters: {
      sender: smtpLetterSender({ url: `smtp://127.0.0.1:${sink.port}`, ca: loopbackCa }),
      from: serviceAddress,
    },
    openLetter: slips.openLetter.bind(slips),
    nameLetter: slips.nameLetter.bind(slips),
    primitives,
    log,
  }
  let uid = 0
  async function arrive(mail: string): Promise<TakenMail | undefined> {
    const raw = Buffer.from(mail)
    const facts = {
      mailbox: 'requests',
      uidValidity: 1n,
      program: null,
      country: null,
      acknowledges: null,
    }
    const [taken] = await takeInMails(
      {
        store,
        primitives,
        directories,
        digestKeys: [new Uint8Array(32)],
        letterKeys: await letterKeys(primitives, identitiesIn(router)),
        now: Date.now,
      },
      facts,
      [{ uid: ++uid, bytes: raw.length, arrivedAt: Date.now(), raw }],
    )
    return taken?.status === 'fulfilled' ? taken.value : undefined
  }
  return {
    ...desk,
    sink,
    log,
    deps,
    arrive,
    async caseFrom(mail, handler = 'vietnam-1') {
      await arrive(mail)
      const [row] = await api.db.rows(`select id from cases where state = 'received'`)
      const id = String(row?.['id'])
      const { recipients } = slips
      const openSlip = slips.open.bind(slips)
      await routeCase({ store, directories, openSlip, recipients, primitives, log }, id)
      await desk.run(handler, ['claim', id])
      return id
    },
    async post(changes = {}) {
      for (const { subject } of await api.db.rows(
        `select subject from outbox where name = 'send-letter'`,
      ))
        await sendLetter({ ...deps, ...changes }, String(subject))
    },
  }
}
