// kill -9 of the whole service at random moments while requests come in: every receipt that a client got has its
// case, its deadline and, after a restart, its routing; no case twice, no reminder twice.
// The full count (200 kills, 2,000 requests) runs with KHANCAP_TEST_LONG=1, a tenth of it otherwise.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import {
  emergencyAnswers,
  lookIntoMailbox,
  type SealedRequest,
  sealRequest,
  submitUntilReceipt,
  visitSite,
} from '../helper/sender.js'
import { smtpSink } from '../helper/smtp-sink.js'
import { seededRandom } from '../helper/random.js'
import {
  dataFolder,
  freePort,
  removeFolder,
  type Service,
  startService,
} from '../helper/service.js'
import { letHoursPass, onServiceDatabase } from '../helper/service-database.js'
import { verifyReceipt } from '../../src/core/receipt/receipt.js'
import type { IntakeReceipt } from '../../schemas/intake.js'

const long = process.env['KHANCAP_TEST_LONG'] === '1'
const kills = long ? 200 : 20
const requests = long ? 2000 : 200
const submitters = 8
const seed = Number(process.env['KHANCAP_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

await t.test(
  'kill -9 at random moments loses and doubles nothing',
  { timeout: 3_600_000 },
  async t => {
    t.comment(`KHANCAP_TEST_SEED=${seed}`)
    const random = seededRandom(seed)
    const sink = await smtpSink({ tls: 'none' })
    t.teardown(() => sink[Symbol.asyncDispose]())
    const home = await dataFolder()
    t.teardown(() => removeFolder(home))
    const port = await freePort()
    const settings = {
      KHANCAP_HOME: home,
      KHANCAP_PORT: String(port),
      KHANCAP_METRICS_PORT: String(await freePort()),
      KHANCAP_SMTP_URL: `smtp://127.0.0.1:${sink.port}`,
      KHANCAP_MAIL_FROM: 'notices@khancap.test',
    }
    let service: Service = await startService(settings)
    t.teardown(() => service.stop())
    await writeFile(
      join(home, 'contacts.json'),
      JSON.stringify({
        teams: Object.fromEntries(
          ['vi', 'zh', 'en', 'fr'].map(team => [team, [`${team}@khancap.test`]]),
        ),
        handlers: {},
      }),
    )
    await service.stop()
    service = await startService(settings)
    const site = await visitSite(service.ready.url)

    const sealed: SealedRequest[] = []
    const languages = ['vi', 'en', 'zh-Hans', 'zh-Hant', 'fr', 'other']
    for (let n = 0; n < requests; n++)
      sealed.push(
        await sealRequest(
          site,
          'emergency',
          emergencyAnswers(`request ${n}`, {
            reply_language: languages[n % languages.length] ?? 'vi',
            country: n % 7 === 0 ? 'FR' : 'VN',
          }),
        ),
      )

    const receipts = new Map<string, IntakeReceipt>()
    const pending = [...sealed]
    let repeated = 0
    const submitter = async () => {
      for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
        const { receipt, tries } = await submitUntilReceipt(() => site.url, next.request)
        if (tries > 1) repeated++
        receipts.set(next.request.id, receipt)
        // Spread the requests over the kills, so that each kill finds some under way.
        await wait(random() * ((kills * 1500 * submitters) / requests))
      }
    }
    const submitting = Promise.all(Array.from({ length: submitters }, submitter))
    let killed = 0
    const killer = async () => {
      for (; killed < kills; killed++) {
        await wait(20 + random() * 1200)
        await service.kill()
        service = await startService(settings)
        if (killed === Math.floor(kills / 2))
          await onServiceDatabase(home, client => letHoursPass(client, 25))
      }
    }
    await killer()
    await submitting
    t.equal(killed, kills, `${kills} kills`)
    t.equal(receipts.size, requests, 'every client has its receipt')
    t.comment(`${requests} requests, ${killed} kills, ${repeated} clients had to repeat`)
    t.ok(repeated > 0, 'some clients were interrupted, otherwise this test shows nothing')

    const settled = async (what: string) => {
      const until = Date.now() + 120_000
      let left = -1
      while (left !== 0 && Date.now() < until) {
        await wait(500)
        left = await onServiceDatabase(home, async client => {
          const { rows } = await client.query<{ left: number }>(what)
          return rows[0]?.left ?? -1
        })
      }
      return left
    }
    await t.test('after the last restart everything is routed and every rung fires', async t => {
      t.equal(
        await settled(`select count(*)::int as left from cases where state = 'received'`),
        0,
        'no case waits for the router',
      )
      // A jump past the last rung: what has not been reminded yet is now.
      await onServiceDatabase(home, client => letHoursPass(client, 49))
      t.equal(
        await settled(
          `select ((select count(*) from cases where next_rung_at is not null)
               + (select count(*) from outbox))::int as left`,
        ),
        0,
        'nothing is left to do',
      )
    })

    await t.test('each receipt has its case, its deadline and its routing', async t => {
      await onServiceDatabase(home, async client => {
        const { rows } = await client.query<{
          intake: string
          state: string
          due: Date | null
          team: string | null
          envelope: Buffer
        }>(
          `select c.intake, c.state, c.due_at as due, c.team, e.sealed as envelope
           from cases c join envelopes e on e.case_id = c.id`,
        )
        t.equal(rows.length, requests, 'one case for each request, none twice')
        const byIntake = new Map(rows.map(row => [row.intake, row]))
        for (const { request } of sealed) {
          const row = byIntake.get(request.id)
          const receipt = receipts.get(request.id)
          if (row === undefined || receipt === undefined) {
            t.fail('a receipt without a case')
            continue
          }
          if (row.due === null) t.fail('a case without a deadline')
          if (row.state !== 'routed' || row.team === null) t.fail(`a case that is ${row.state}`)
          if (row.envelope.toString('base64url') !== request.envelope)
            t.fail('other bytes are stored')
          await verifyReceipt(site.p, receipt.receipt, site.verified.directory)
        }
        const doubled = await client.query(
          `select 1 from rungs group by case_id, kind, recipient, at having count(*) > 1`,
        )
        t.equal(doubled.rowCount, 0, 'no rung twice')
        const ladder = site.verified.directory.programs.find(program => program.id === 'emergency')
        const rungs = await client.query<{ fired: number }>(
          `select count(r.*)::int as fired from cases c left join rungs r on r.case_id = c.id group by c.id`,
        )
        const expected = ladder?.service_level.ladder.length
        t.ok(
          rungs.rows.every(row => row.fired === expected),
          `each case climbed all ${expected} rungs, each once`,
        )
        const notices = await client.query<{ id: string; outcome: string }>(
          `select id, outcome from notices`,
        )
        const told = new Set(notices.rows.filter(row => row.outcome === 'sent').map(row => row.id))
        const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/
        const mailed = new Set(
          sink.mails.map(mail => uuid.exec(mail.headers.get('message-id') ?? '')?.[0] ?? ''),
        )
        t.ok(told.size >= requests, 'notices were sent')
        t.strictSame(
          [...mailed].toSorted(),
          [...told].toSorted(),
          'each notice that counts as sent is a mail, and no mail stands for anything else',
        )
        t.comment(
          `${sink.mails.length} mails for ${told.size} notices, repeated ones with the same id`,
        )
      })
    })

    await t.test('an applicant finds the case with the code', async t => {
      const [first] = sealed
      if (first === undefined) throw new Error('no request')
      const view = await lookIntoMailbox(service.ready.url, first.keys)
      t.equal(view.overdue, true)
      t.equal(view.state, 'routed')
    })
    t.equal(await service.stop(), 0, 'it still stops cleanly')
  },
)
