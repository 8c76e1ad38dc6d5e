// kill -9 of the whole service at random moments while requests come in: every receipt that a client got has its
// case, its deadline and, after a restart, its routing; no case twice, no reminder twice.
// The full count (200 kills, 2,000 requests) runs with KHANCAP_TEST_LONG=1, a tenth of it otherwise.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { freePort } from '../helper/free-port.js'
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
import { dataFolder, removeFolder, type Service, startService } from '../helper/service.js'
import { letHoursPass, onServiceDatabase } from '../helper/service-database.js'
import { brokenInvariants, type Look, passHalfMinute } from '../helper/invariants.js'
import { type Row, sha256 } from '../helper/store.js'
import { verifyReceipt } from '../../src/core/receipt/receipt.js'
import type { IntakeReceipt } from '../../schemas/intake.js'

const long = process.env['KHANCAP_TEST_LONG'] === '1'
const kills = long ? 200 : 20
const requests = long ? 2000 : 200
const submitters = 8
/** A busy machine needs longer to start the service than the next kill lets it live. */
const patienceMs = 1_200_000
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
    await writeFile(
      join(home, 'contacts.json'),
      JSON.stringify({
        teams: Object.fromEntries(
          ['vi', 'zh', 'en', 'fr'].map(team => [team, [`${team}@khancap.test`]]),
        ),
        handlers: {},
      }),
    )
    let service: Service = await startService(settings, { readyMs: 240_000 })
    t.teardown(() => service.stop())
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
        const { receipt, tries } = await submitUntilReceipt(
          () => site.url,
          next.request,
          patienceMs,
        )
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
        service = await startService(settings, { readyMs: 240_000 })
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

    const look: Look = (statement, values = []) =>
      onServiceDatabase(home, async client => {
        // Instants as the store reads them.
        client.setTypeParser(1184, text => new Date(text).getTime())
        return (await client.query<Row>(statement, [...values])).rows
      })
    /** Waits until nothing is left to do; half minutes of outbox and lanes pass sooner. */
    const settled = async (what: string) => {
      const until = Date.now() + 180_000
      for (let looks = 1; Date.now() < until; looks++) {
        const [row] = await look(`select (${what})::int as left`)
        if (row?.['left'] === 0) return 0
        if (looks % 4 === 0) await passHalfMinute(look)
        await wait(300)
      }
      return -1
    }
    await t.test('after the last restart everything is routed and every rung fires', async t => {
      const unrouted = `select count(*) from cases where state = 'received'`
      t.equal(await settled(unrouted), 0, 'no case waits for the router')
      // A jump past the last rung: what has not been reminded yet is now.
      await onServiceDatabase(home, client => letHoursPass(client, 49))
      t.equal(
        await settled(`select (select count(*) from outbox)
          + (select count(*) from cases where next_rung_at < clock_timestamp())
          + (select count(*) from notices where settled_at is null)`),
        0,
        'nothing is left to do',
      )
    })

    await t.test('each receipt has its case, its deadline and its routing', async t => {
      const sent = new Map(
        sealed.map(({ request }) => [
          request.id,
          sha256(Buffer.from(request.envelope, 'base64url')),
        ]),
      )
      t.strictSame(
        await brokenInvariants(look, { receipts: sent, mails: sink.mails }, { settled: true }),
        [],
      )
      const [counted] = await look(`select count(*)::int as cases,
        (count(*) filter (where state = 'routed' and team is not null and due_at is not null))::int
          as routed from cases`)
      t.strictSame(counted, { cases: requests, routed: requests }, 'one case for each request')
      for (const receipt of receipts.values())
        await verifyReceipt(site.p, receipt.receipt, site.verified.directory)
      const ladder = site.verified.directory.programs.find(program => program.id === 'emergency')
      const expected = ladder?.service_level.ladder.length
      const rungs = await look(
        `select (count(r.*) filter (where r.at <= c.received_at + make_interval(secs => $1)))::int
           as fired
         from cases c left join rungs r on r.case_id = c.id group by c.id`,
        [ladder?.service_level.first_response_seconds],
      )
      t.ok(
        rungs.every(row => row['fired'] === expected),
        `each case climbed all ${expected} rungs up to the breach, each once`,
      )
      const [told] = await look(
        `select count(*)::int as notices from notices where outcome = 'sent'`,
      )
      t.ok(Number(told?.['notices']) >= requests, 'notices were sent')
      t.comment(`${sink.mails.length} mails for ${Number(told?.['notices'])} notices`)
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
