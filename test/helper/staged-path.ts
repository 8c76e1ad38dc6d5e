// The whole path, step by step, on real adapters, as the fault table runs it: whenever an operation has failed, API and
// workers are thrown away and started again from the store, and the step goes on until it holds.
import { setTimeout as sleep } from 'node:timers/promises'
import { publishDirectory } from '../../src/app/publish-directory.js'
import { currentDirectory } from '../../src/app/current-directory.js'
import { sendNotice } from '../../src/app/send-notice.js'
import { bullmqPostgresQueue, migrateQueue } from '../../src/adapters/bullmq/bullmq-postgres.js'
import { bullmqRedisQueue } from '../../src/adapters/bullmq/bullmq-redis.js'
import { smtpLetterSender } from '../../src/adapters/nodemailer/smtp-letter-sender.js'
import { smtpMailer } from '../../src/adapters/nodemailer/smtp-mailer.js'
import { httpSignal } from '../../src/adapters/http-signal/http-signal.js'
import { webhook } from '../../src/adapters/webhook/webhook.js'
import { noticeEvent } from '../../src/app/notice-event.js'
import { openPool } from '../../src/adapters/postgres/pool.js'
import { postgresStore } from '../../src/adapters/postgres/postgres-store.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { signDeletion } from '../../src/core/receipt/proofs.js'
import { httpApp } from '../../src/http/http-app.js'
import { metricsApp } from '../../src/http/metrics-app.js'
import { httpSettings } from '../../src/http/limits.js'
import type { Queue } from '../../src/ports/queue.js'
import { signalLife } from '../../workers/alive.js'
import { outboxRelay } from '../../workers/relay.js'
import { slipOpener } from '../../workers/slip-opener.js'
import { startWorkers } from '../../workers/workers.js'
import {
  act,
  replyBody,
  sealedAddition,
  sealedLetter,
  sealedNote,
  submit,
  testLog,
  withToken,
} from './api.js'
import type { Sealed } from './sealed-request.js'
import type { Dovecot } from './dovecot.js'
import type { Injector } from './injector.js'
import { type Look, passHalfMinute } from './invariants.js'
import type { Organisation } from './organisation.js'
import type { SmtpSink } from './smtp-sink.js'
import { firstMails, laterMail, lookThroughMailbox } from './staged-mail.js'
import { clientId, sha256, type Row } from './store.js'
import { beginUpload, continueUpload, manifestOf, sealedUpload, tus } from './upload.js'
import { type Backend, contacts } from './workers.js'

const hour = 3_600_000
const hookSecret = `whsec_${'A'.repeat(32)}`
const day = 24 * hour

export interface Ground {
  readonly backend: Backend
  readonly databaseUrl: string
  readonly redis: { readonly url: string; readonly prefix: string }
  readonly sink: SmtpSink
  readonly organisation: Organisation
  /** A watch outside, and how often it was told that all is well. */
  readonly watch: { readonly url: string; readonly pings: () => number }
  /** A program that is told beside the mail. */
  readonly hookUrl: string
  /** Where mails come in. */
  readonly mailbox: { readonly server: Dovecot; readonly user: string }
  /** Two requests: one goes the whole way, the other is left alone until its breach. */
  readonly requests: readonly [Sealed, Sealed]
  readonly injector: Injector
}

type Response = Awaited<ReturnType<typeof submit>>

function openQueue({ backend, databaseUrl, redis }: Ground): Promise<Queue> {
  const tuning = { log: testLog(), backoffMs: 20, lockMs: 1500 }
  return backend === 'redis'
    ? bullmqRedisQueue({ ...redis, ...tuning })
    : bullmqPostgresQueue({ url: databaseUrl, ...tuning })
}

interface Times {
  /** How far the clock of the API is ahead. */
  offset: number
  /** How long notices wait for others. */
  gatherSeconds: number
}

/** API and workers as one generation of processes: they share nothing with the next but the store. */
async function openStage(ground: Ground, times: Times) {
  const { organisation, injector, sink, databaseUrl } = ground
  const { primitives, root, receiptKey, router } = organisation
  const pool = openPool(databaseUrl, { connections: 8 })
  const store = injector.wrap('store', postgresStore(pool))
  const log = testLog()
  const mailer = injector.wrap(
    'mailer',
    smtpMailer({ url: `smtp://127.0.0.1:${sink.port}`, from: 'notices@example.org', ca: null }),
  )
  const letters = injector.wrap(
    'letters',
    smtpLetterSender({ url: `smtp://127.0.0.1:${sink.port}`, ca: null }),
  )
  let queue: Queue | null = null
  const notices = {
    store,
    directories: currentDirectory({ store, primitives, root, now: Date.now }),
    mailer,
    hook: injector.wrap(
      'hook',
      webhook({ url: ground.hookUrl, secret: hookSecret, print: noticeEvent, now: Date.now }),
    ),
    contacts: async () => contacts,
    primitives,
    log,
    pace: {
      get gatherSeconds() {
        return times.gatherSeconds
      },
      leaseSeconds: 2,
    },
  }
  const workers = startWorkers({
    ...notices,
    openQueue: injector.openQueue(async () => (queue = await openQueue(ground))),
    slips: slipOpener(primitives, router),
    letters: { sender: letters, from: 'help@example.org' },
    sweepSeconds: 0.1,
  })
  const now = () => Date.now() + times.offset
  const app = await httpApp({
    store,
    primitives,
    log,
    receiptKey,
    directories: currentDirectory({ store, primitives, root, now }),
    settings: { ...httpSettings, maxLoopDelayMs: 60_000 },
    pages: null,
    offlineTemplates: new Map(),
    deployment: { origin: organisation.directory.origin, root, demo: true },
    now,
    onCommitted: () => workers.wake(),
  })
  const metrics = await metricsApp({
    store,
    directories: currentDirectory({ store, primitives, root, now }),
    log,
    now,
  })
  return {
    app,
    metrics,
    store,
    mailer,
    letters,
    notices,
    watched: { store, log, alive: injector.wrap('alive', httpSignal(ground.watch.url)) },
    queue: () => (queue === null ? null : injector.wrap('queue', queue)),
    async close() {
      await workers.close(2000)
      await app.close()
      await metrics.close()
      await pool.end()
    },
  }
}

export interface Walked {
  readonly receipts: ReadonlyMap<string, Uint8Array>
  /** Rungs of the case that was worked on, and of the one that nobody touched. */
  readonly rungs: readonly [number, number]
  readonly restarts: number
  readonly look: Look
  readonly end: () => Promise<void>
}

/** @throws Error where a step does not hold within four minutes */
export async function walk(ground: Ground): Promise<Walked> {
  const { injector, mailbox, organisation, requests, databaseUrl, sink, watch } = ground
  const { primitives, root, note } = organisation
  const [worked, left] = requests
  if (ground.backend === 'postgres') await migrateQueue(databaseUrl)
  const pool = openPool(databaseUrl, { connections: 2 })
  const look: Look = async (statement, values = []) =>
    (await pool.query<Row>(statement, [...values])).rows
  const next = await organisation.sign({}, await organisation.verify(note))
  const times = { offset: 0, gatherSeconds: 0 }
  let seen = 0
  let stage = await openStage(ground, times)
  let restarts = 0

  async function restart(): Promise<void> {
    const before = stage
    // As two generations may overlap in a deployment: the new one is there before the old one has ended.
    stage = await openStage(ground, times)
    await before.close()
    restarts += 1
  }

  /** Until it holds: starts everything again after a fault, and lets the half minute of the outbox pass sooner. */
  async function hold(what: string, holds: () => Promise<boolean>): Promise<void> {
    const end = performance.now() + 240_000
    for (let tries = 1; ; tries++) {
      const held = await holds()
      if (injector.struck() > seen) {
        seen = injector.struck()
        await restart()
      } else if (held) return
      if (performance.now() > end) throw new Error(`not within four minutes: ${what}`)
      await sleep(15)
      if (tries % 60 === 0) await passHalfMinute(look)
    }
  }

  /** Asks until the answer is no "later", as a page and the tool do. */
  async function ask(what: string, status: number, request: () => Promise<Response>) {
    let answer: Response | null = null
    await hold(what, async () => {
      answer = await request()
      if (answer.statusCode < 500 && answer.statusCode !== status)
        throw new Error(`${what}: ${answer.statusCode} ${answer.body}`)
      return answer.statusCode === status
    })
  }

  const holdsRow = async (statement: string) => (await look(statement))[0]?.['yes'] === true
  const api = () => ({ app: stage.app, organisation })
  const works = (what: string, method: 'GET' | 'POST', url: string, body?: unknown) =>
    ask(what, 200, () => act(api(), 'vietnam-1', method, url, body))

  /** So much time passes for every open case. */
  async function later(hours: number): Promise<void> {
    const open = `state not in ('closed', 'purged')`
    const earlier = (column: string) => `${column} = ${column} - $1::float8 * interval '1 hour'`
    const times = ['received_at', 'due_at', 'next_rung_at', 'climbed_to'].map(earlier)
    await look(
      `with moved as (update rungs set ${earlier('at')}
         where case_id in (select id from cases where ${open}))
       update cases set ${times.join(', ')} where ${open}`,
      [hours],
    )
  }
  /** So many rungs in all have fired, and whoever is to be told was told. */
  const climbed = (count: number) =>
    hold(`${count} rungs`, () =>
      holdsRow(`select (select count(*) from rungs) = ${count}
        and not exists (select from outbox)
        and not exists (select from notices where settled_at is null) as yes`),
    )

  const receipts = new Map<string, Uint8Array>()
  let caseId = ''
  let path = ''
  const replied = await replyBody({ organisation }, 'vietnam-1', {
    ...worked,
    caseId: '0'.repeat(26),
  })

  const steps: Readonly<Record<string, () => Promise<unknown>>> = {
    publish: () =>
      hold('published', () => {
        const deps = { store: stage.store, primitives, root, now: Date.now }
        return succeeds(publishDirectory(deps, note))
      }),
    async submit() {
      for (const { request, envelope } of requests) {
        await hold('taken in', async () => {
          const { statusCode } = await submit(api(), request)
          return statusCode === 201 || statusCode === 200
        })
        receipts.set(request.id, sha256(envelope))
      }
      // The directory has run out: what was taken in stays taken in.
      times.offset = 70 * day
      await ask('the same again, late', 200, () => submit(api(), worked.request))
      times.offset = 0
    },
    async route() {
      await hold('routed', () =>
        holdsRow(`select count(*) = 2 as yes from cases where state = 'routed'`),
      )
      await climbed(0)
      const [row] = await look('select id from cases where intake = $1', [worked.request.id])
      caseId = String(row?.['id'])
      path = `/v1/cases/${caseId}`
    },
    // Whoever sealed before it is still read, and cases climb the ladder that they were routed by.
    async 'publish again'() {
      await hold('published again', () => {
        const deps = { store: stage.store, primitives, root, now: Date.now }
        return succeeds(publishDirectory(deps, next))
      })
      await restart()
    },
    async watch() {
      await hold('ready', async () => {
        const answer = await stage.app.inject('/readyz')
        return answer.statusCode === 200
      })
      await hold('figures', async () => {
        const answer = await stage.metrics.inject('/metrics')
        return answer.statusCode === 200
      })
      await hold('queue', async () => {
        const queue = stage.queue()
        if (queue === null) return false
        return (await succeeds(queue.pingQueue())) && succeeds(queue.queueDepth())
      })
      await ask('statistics', 200, () =>
        act(api(), 'vietnam-lead', 'GET', '/v1/statistics?weeks=4'),
      )
      const pinged = watch.pings()
      await hold('sign of life', async () => {
        await succeeds(signalLife({ ...stage.watched, sweepSeconds: 60, now: Date.now }))
        return watch.pings() > pinged
      })
      // A relay that looks for what the queue leaves undone: its clock runs fast.
      let ticks = 0
      const relayOf = ({ store, queue }: typeof stage) =>
        outboxRelay({
          store,
          queue,
          perform: async () => undefined,
          log: testLog(),
          ticks: () => (ticks += 20_000),
        })
      let [relayed, relay] = [stage, relayOf(stage)]
      await hold('relay', () => {
        // What was started again has stores of its own.
        if (relayed !== stage) [relayed, relay] = [stage, relayOf(stage)]
        return succeeds(relay(new AbortController().signal))
      })
    },
    async unclaimed() {
      // A mail server that is away for a moment.
      for (const { to } of sink.mails) for (const each of to) sink.refuse[each] = { code: 451 }
      await later(25)
      await hold('a failure', () =>
        holdsRow('select exists (select from notice_lanes where failures > 0) as yes'),
      )
      sink.refuse = {}
      await climbed(6)
      // A job that comes twice.
      const [told] = await look('select id from notices where settled_at is not null limit 1')
      await hold('the same again', () => succeeds(sendNotice(stage.notices, String(told?.['id']))))
    },
    async claim() {
      await works('list', 'GET', '/v1/cases')
      await works('claim', 'POST', `${path}/claim`, {})
      await works('show', 'GET', path)
      await works('envelope', 'GET', `${path}/envelope`)
      const { bytes } = await sealedNote({ organisation }, { caseId, envelope: worked.envelope })
      const id = replied.id
      await works('note', 'POST', `${path}/notes`, {
        id,
        sealed: Buffer.from(bytes).toString('base64url'),
      })
      await works('the note itself', 'GET', `${path}/notes/${id}`)
    },
    async attach() {
      const file = await sealedUpload(organisation, new Uint8Array(100_000))
      const { id, sealed } = file
      const upload = `/v1/uploads/${id}`
      await ask('begun', 201, () => beginUpload(api(), worked.token, file))
      // What landed unseen is asked for, as a page does.
      await hold('uploaded', async () => {
        const head = await tus(api(), worked.token, 'HEAD', upload)
        const at = Number(head.headers['upload-offset'])
        if (head.statusCode !== 200) return false
        if (at === sealed.length) return true
        const to = at === 0 ? 70_000 : sealed.length
        await continueUpload(api(), worked.token, id, at, sealed.subarray(at, to))
        return false
      })
      const given = await sealedUpload(organisation, new Uint8Array(10))
      await ask('begun', 201, () => beginUpload(api(), worked.token, given))
      await hold('given up', async () => {
        const { statusCode } = await tus(api(), worked.token, 'DELETE', `/v1/uploads/${given.id}`)
        return statusCode === 204 || statusCode === 404
      })
      const manifest = await manifestOf(organisation, worked, [file.attachment])
      await ask('named', 201, () =>
        withToken(api(), worked.token, '/v1/mailbox/additions', manifest),
      )
      await works('attachment', 'GET', `${path}/attachments/${id}`)
      await hold('what was given up is gone', () =>
        holdsRow('select count(*) = 1 as yes from uploads'),
      )
    },
    async claimed() {
      await later(16)
      await climbed(8)
    },
    async reply() {
      await works('reply', 'POST', `${path}/replies`, replied)
      const read = [replied.id]
      await ask('collected', 200, () => withToken(api(), worked.token, '/v1/mailbox', { read }))
    },
    async add() {
      const addition = await sealedAddition(organisation, worked, 'more')
      times.gatherSeconds = 60
      await ask('added', 201, () =>
        withToken(api(), worked.token, '/v1/mailbox/additions', addition),
      )
      // Its notice waits for others, and leaves when it has waited long enough.
      await hold('put off', () =>
        holdsRow('select exists (select from notice_lanes where wake_at is not null) as yes'),
      )
      times.gatherSeconds = 0
      // The second clock: 36 of its 72 hours, and all that the other case has left.
      await later(40)
      await climbed(13)
    },
    // What comes by mail: a case of its own, and more for it.
    async mail() {
      const { server, user } = mailbox
      const takeIn = (taken: number) =>
        hold('mails taken in', async () => {
          const looked = await succeeds(
            lookThroughMailbox({ ...stage.notices, letters: stage.letters }, injector, {
              port: server.port,
              user,
            }),
          )
          return looked && holdsRow(`select count(*) = ${taken} as yes from taken_mails`)
        })
      // Nobody takes a mail for its sender at first.
      sink.refuse['somebody@example.org'] = { code: 451 }
      await server.append(user, firstMails)
      await takeIn(2)
      sink.refuse = {}
      await hold('its sender is told', async () => {
        const looked = await succeeds(
          lookThroughMailbox({ ...stage.notices, letters: stage.letters }, injector, {
            port: server.port,
            user,
          }),
        )
        return (
          looked &&
          holdsRow(
            'select count(*) = 0 as yes from taken_mails where acknowledge_until is not null',
          )
        )
      })
      const told = sink.mails.filter(({ to }) => to.includes('somebody@example.org'))
      if (new Set(told.map(({ headers }) => headers.get('message-id'))).size !== 1)
        throw new Error(`the sender was told ${told.length} times`)
      await hold('routed', () =>
        holdsRow(`select not exists (select from cases where state = 'received') as yes`),
      )
      const [made] = await look(`select id from cases where channel = 'mail'`)
      const mailed = String(made?.['id'])
      await server.append(user, [laterMail(mailed)])
      await takeIn(3)
      const carried = await look('select id from mails where case_id = $1', [mailed])
      if (carried.length !== 2) throw new Error(`${carried.length} mails in the case`)
      const url = `/v1/cases/${mailed}/mails/${String(carried[0]?.['id'])}`
      await ask('mail', 200, () => act(api(), 'intake-1', 'GET', url))
    },
    // An answer leaves by mail once the mail server is back; the next one is refused for good.
    async letter() {
      const [made] = await look(
        `select id, encode(sealed, 'hex') as sealed from cases join envelopes on case_id = id where channel = 'mail'`,
      )
      const mailed = String(made?.['id'])
      const envelope = Buffer.from(String(made?.['sealed']), 'hex')
      const answerByMail = async () => {
        const body = await replyBody({ organisation }, 'intake-1', {
          ...worked,
          caseId: mailed,
          envelope,
        })
        const letter = await sealedLetter({ organisation }, 'intake-1', {
          case: mailed,
          reply: body.id,
        })
        await ask('answered by mail', 200, () =>
          act(api(), 'intake-1', 'POST', `/v1/cases/${mailed}/replies`, {
            ...body,
            letter: encodeBase64url(letter),
          }),
        )
      }
      const is = (state: string) =>
        hold(`letter ${state}`, () =>
          holdsRow(`select letter = '${state}' as yes from cases where id = '${mailed}'`),
        )
      await ask('claim', 200, () => act(api(), 'intake-1', 'POST', `/v1/cases/${mailed}/claim`, {}))
      sink.refuse['somebody@sender.example'] = { code: 451 }
      await answerByMail()
      await hold('put off', () =>
        holdsRow('select exists (select from letters where failures > 0) as yes'),
      )
      await ask('letters that wait', 200, () => act(api(), 'intake-1', 'GET', '/v1/inboxes'))
      sink.refuse = {}
      await is('sent')
      sink.refuse['somebody@sender.example'] = { code: 550 }
      await answerByMail()
      await is('undelivered')
      sink.refuse = {}
    },
    async close() {
      const { answer } = replied
      await works('contacted', 'POST', `${path}/contacted`, {
        id: clientId(),
        via: 'phone',
        answer,
      })
      await works('release', 'POST', `${path}/release`, {})
      await works('claim', 'POST', `${path}/claim`, {})
      await works('close', 'POST', `${path}/close`, { outcome: 'supported' })
    },
    async purge() {
      await look(`update cases set purge_at = clock_timestamp() where state = 'closed'`)
      await hold('purged', () =>
        holdsRow(`select exists (select from cases where state = 'purged') as yes`),
      )
    },
    // The applicant of the other case takes it back.
    async delete() {
      const { additionKey, additionSeed, mailboxHash } = left.keys
      const signature = signDeletion(primitives, additionSeed, mailboxHash)
      await hold('deleted', async () => {
        const answer = await withToken(api(), left.token, '/v1/mailbox/deletion', {
          key: encodeBase64url(additionKey),
          signature: encodeBase64url(signature),
        })
        // Whoever got no answer and asks again is told that there is no mailbox.
        return answer.statusCode === 200 || answer.json().code === 'mailbox_unknown'
      })
      await hold('deleted by the sweep', () =>
        holdsRow(
          `select count(*) = 2 as yes from cases where state = 'purged' and purge_at is null`,
        ),
      )
    },
    async end() {
      await hold('mailer closed', () => succeeds(stage.mailer.close()))
      await hold('letters closed', () => succeeds(stage.letters.close()))
      await restart()
    },
  }

  try {
    for (const [name, step] of Object.entries(steps)) {
      injector.arm()
      await step().catch((error: unknown) => {
        throw new Error(`step "${name}"`, { cause: error })
      })
    }
    injector.disarm()
    await restart()
    await hold('at rest', () =>
      holdsRow(`select not exists (select from outbox)
        and not exists (select from notices where settled_at is null) as yes`),
    )
  } finally {
    injector.disarm()
    await stage.close()
    await injector.release()
  }
  const counted = await look(
    `select (select count(*)::int from rungs where case_id = cases.id) as rungs
     from cases order by intake = $1 desc, received_at`,
    [worked.request.id],
  )
  return {
    receipts,
    rungs: [Number(counted[0]?.['rungs']), Number(counted[1]?.['rungs'])],
    restarts,
    look,
    end: () => pool.end(),
  }
}

const succeeds = (what: Promise<unknown>) =>
  what.then(
    () => true,
    () => false,
  )
