// The twelve steps of the path (docs/protocol.md), against the very process of `npm start`: a real Chromium for the
// applicant, the real command-line tool for the handler, in Vietnamese with all its marks.
import type { Client } from 'pg'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { freePort } from '../helper/free-port.js'
import {
  answer,
  begin,
  chromiumDriver,
  comeBack,
  type Doings,
  type Driver,
  emergencyDoings,
  goOn,
  pilDoings,
  send,
} from '../helper/applicant.js'
import { visitor } from '../helper/chromium.js'
import { khancap } from '../helper/handler.js'
import { visitSite } from '../helper/sender.js'
import { dataFolder, removeFolder, startService } from '../helper/service.js'
import { letHoursPass, onServiceDatabase } from '../helper/service-database.js'
import { CaseList } from '../../schemas/case.js'
import { untilSeen } from '../helper/until-seen.js'

const story =
  'Sáng nay công an đã bắt giữ đồng nghiệp của tôi, một người bảo vệ nhân quyền. Ẳ Ằ Ẵ Ặ ỡ ữ ỵ ỷ đ Đ.'
const replyText = 'Chúng tôi đã đọc yêu cầu của bạn.\nLuật sư sẽ liên lạc trước 18 giờ hôm nay.'
const additionText = 'Họ vừa chuyển bạn ấy đến trại tạm giam khác.'

const programs: readonly {
  readonly program: string
  readonly doings: Doings
  readonly reminderAfterHours: number
}[] = [
  {
    program: 'emergency',
    doings: emergencyDoings('vi', story),
    reminderAfterHours: 25,
  },
  { program: 'pil', doings: pilDoings('vi', story), reminderAfterHours: 24 * 8 },
]

interface Stage {
  readonly home: string
  readonly url: string
  readonly driver: Driver
  readonly station: string
}

async function inbox(station: string, ...flags: string[]) {
  const { stdout } = await khancap(station, ['inbox', '--json', ...flags])
  return CaseList.parse(JSON.parse(stdout)).cases
}

async function walk(t: Test, stage: Stage, part: (typeof programs)[number]): Promise<void> {
  const { home, url, driver, station } = stage
  const { program } = part
  const one = async (client: Client, query: string, values: readonly unknown[] = []) =>
    (await client.query<Record<string, unknown>>(query, [...values])).rows[0] ?? {}

  let words: string[] = []
  let caseId = ''
  await t.test('steps 2 to 4: the form is filled, sealed and sent in the browser', async t => {
    await begin(driver, url, 'vi', program)
    await answer(driver, part.doings)
    words = await send(driver)
    await driver.see('#due')
    t.equal(words.length, 12, 'twelve words')
    t.match(await driver.textOf('#due'), /Bạn sẽ có câu trả lời chậm nhất/)
  })

  await t.test('step 5: intake, case and deadline are on record together', async t => {
    const row = await onServiceDatabase(home, client =>
      one(
        client,
        `select c.id, c.due_at > now() as promised, e.sealed is not null as sealed
           from cases c join intakes i on i.id = c.intake join envelopes e on e.case_id = c.id
          where c.state in ('received', 'routed') order by c.received_at desc limit 1`,
      ),
    )
    t.match(row, { promised: true, sealed: true })
    caseId = String(row['id'])
  })

  await t.test(
    'steps 6 and 7: the outbox is relayed, the slip routes the case to its team',
    async t => {
      const row = await untilSeen(
        async () =>
          (await inbox(station)).find(line => line.id === caseId && line.state === 'routed') ??
          null,
        'routed',
        60,
      )
      t.match(row, { program, team: 'vi', readable: true, overdue: false })
      await untilSeen(
        () =>
          onServiceDatabase(home, async client => {
            const left = await one(
              client,
              `select (select count(*) from outbox)::int + (select count(*) from slips)::int as left`,
            )
            return left['left'] === 0 ? left : null
          }),
        'outbox',
        60,
      )
    },
  )

  await t.test('step 8: time passes without an answer, and a reminder fires once', async t => {
    await onServiceDatabase(home, client => letHoursPass(client, part.reminderAfterHours))
    const reminders = await untilSeen(
      () =>
        onServiceDatabase(home, async client => {
          const found = await one(
            client,
            `select count(*)::int as fired, count(distinct (kind, recipient, at))::int as distinct_rungs
               from rungs where case_id = $1`,
            [caseId],
          )
          return found['fired'] === 0 ? null : found
        }),
      'reminder',
      60,
    )
    t.equal(reminders['fired'], reminders['distinct_rungs'])
  })

  await t.test('step 9: the handler claims the case and opens it on this machine', async t => {
    const before = await khancap(station, ['inbox'])
    t.match(before.stdout, caseId.slice(0, 8))
    t.match(await khancap(station, ['claim', caseId.slice(0, 8)]), { code: 0 })
    const opened = await khancap(station, ['open', caseId])
    t.equal(opened.code, 0, opened.stderr)
    const flat = opened.stdout.replace(/\s*\n\s*\|?\s*/g, ' ')
    t.ok(flat.includes(story), 'every mark is there')
    t.match(opened.stdout, /reminder|breach/)
  })

  await t.test('step 10: the handler replies, and the clock stops', async t => {
    const replied = await khancap(station, ['reply', caseId], replyText)
    t.equal(replied.code, 0, replied.stderr)
    const [line] = (await inbox(station, '--all')).filter(row => row.id === caseId)
    t.match(line, { state: 'answered', due_at: null, overdue: false })
  })

  await t.test('step 11: the applicant comes back with the words, reads, and adds', async t => {
    await comeBack(driver, url, 'vi', words.join(' '))
    await driver.see('article.reply')
    const read = await driver.textOf('article.reply')
    for (const line of replyText.split('\n')) t.ok(read.includes(line), line)
    await driver.click('main .actions button.main')
    await driver.type('#addition', additionText)
    await driver.click(goOn)
    await driver.see('.notice.good')
    const opened = await khancap(station, ['open', caseId])
    t.ok(opened.stdout.includes(additionText), 'the handler reads what was added')
    const again = await khancap(station, ['reply', caseId], 'Cảm ơn bạn, chúng tôi đã biết.')
    t.equal(again.code, 0, again.stderr)
  })

  await t.test('step 12: closed, and after its time purged; a tombstone stays', async t => {
    t.match(await khancap(station, ['close', caseId, '--outcome', 'supported']), { code: 0 })
    await onServiceDatabase(home, client =>
      client.query(`update cases set purge_at = now() where id = $1 and purge_at is not null`, [
        caseId,
      ]),
    )
    const left = await untilSeen(
      () =>
        onServiceDatabase(home, async client => {
          const found = await one(
            client,
            `select state, outcome, program,
               (select count(*)::int from envelopes where case_id = c.id) as envelopes,
               (select count(*)::int from replies where case_id = c.id) as replies,
               (select count(*)::int from additions where case_id = c.id) as additions
             from cases c where id = $1`,
            [caseId],
          )
          return found['state'] === 'purged' ? found : null
        }),
      'purge',
      60,
    )
    t.match(left, { outcome: 'supported', program, envelopes: 0, replies: 0, additions: 0 })
    const opened = await khancap(station, ['open', caseId])
    t.equal(opened.code, 1, 'nobody opens it any more')
    await comeBack(driver, url, 'vi', words.join(' '))
    await driver.see('[data-failure="mailbox_unknown"]')
  })
}

await t.test('the whole path, from an empty folder', { timeout: 600_000 }, async t => {
  const home = await dataFolder()
  t.teardown(() => removeFolder(home))
  const service = await startService({
    KHANCAP_HOME: home,
    KHANCAP_PORT: String(await freePort()),
    KHANCAP_METRICS_PORT: String(await freePort()),
  })
  t.teardown(() => service.stop())
  const { url } = service.ready
  const station = await untilSeen(
    async () => {
      const line = /KHANCAP_CONFIG_DIR=(\S+) npx khancap inbox/.exec(service.stderr())
      return line?.[1] ?? null
    },
    'the line to try',
    60,
  )
  t.equal(station, join(home, 'demo', 'handlers', 'vi-1'))

  await t.test('step 1: the directory is published and verifies against its root', async t => {
    const { verified } = await visitSite(url)
    t.equal(verified.directory.demo, true)
    t.strictSame(
      verified.directory.programs.map(program => program.id),
      ['emergency', 'pil'],
    )
  })
  const { page } = await visitor(t)
  const stage = {
    home,
    url,
    driver: chromiumDriver(page),
    station,
  }
  for (const part of programs)
    await t.test(`a request to the program ${part.program}`, t => walk(t, stage, part))
  t.match(service.stderr(), /demo/i, 'it says that its keys are for a demo')
  t.equal(await service.stop(), 0, 'SIGTERM is a clean stop')
  t.equal(service.stdout().split('\n').filter(Boolean).length, 1, 'one line on stdout, no more')
})
