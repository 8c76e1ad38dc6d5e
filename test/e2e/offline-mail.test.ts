// A form without network, there and back: the file that a service hands out, filled in in a real Chromium that is offline;
// what it sealed travels by mail, once as a file and once as a text in a mail, through a real Dovecot into the very process of
// `npm start`; the command-line tool opens it, and the twelve words lead back to it (steps 2 to 4m, 9 and 11).
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { CaseList } from '../../schemas/case.js'
import { answer, chromiumDriver, comeBack, emergencyDoings, send } from '../helper/applicant.js'
import { visitor } from '../helper/chromium.js'
import { dovecot } from '../helper/dovecot.js'
import { freePort } from '../helper/free-port.js'
import { khancap } from '../helper/handler.js'
import { savedFile } from '../helper/offline-file.js'
import { dataFolder, removeFolder, startService } from '../helper/service.js'
import { untilSeen } from '../helper/until-seen.js'

t.setTimeout(600_000)

const asFile = 'Gửi bằng tệp: họ bắt em tôi sáng nay. Ẳ Ằ Ẵ Ặ ỡ ữ.'
const asText = 'Gửi bằng chữ: họ đe dọa gia đình tôi tối qua. Ẳ Ằ Ẵ Ặ ỡ ữ.'

/** As a mail program of somebody who helps sends a file along. */
const mailWithFile = (file: Uint8Array) =>
  [
    'From: courier@sender.example',
    'To: help@organisation.example',
    'Subject: notes',
    'Message-ID: <file@sender.example>',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="between"',
    '',
    '--between',
    'Content-Type: text/plain; charset=utf-8',
    '',
    '',
    '--between',
    'Content-Type: application/octet-stream; name="notes.sealed"',
    'Content-Disposition: attachment; filename="notes.sealed"',
    'Content-Transfer-Encoding: base64',
    '',
    ...(Buffer.from(file)
      .toString('base64')
      .match(/.{1,76}/g) ?? []),
    '--between--',
    '',
  ].join('\r\n')

/** As somebody answers an old mail and pastes the text in. */
const mailWithText = (armored: string) =>
  [
    'From: courier@sender.example',
    'To: help@organisation.example',
    'Subject: Re: holiday',
    'Message-ID: <text@sender.example>',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    ...armored.trim().split('\n'),
    '',
  ].join('\r\n')

await t.test(
  'what the form without network sealed comes by mail, is opened, and answers',
  async t => {
    const mailboxes = await dovecot(t)
    const home = await dataFolder()
    t.teardown(() => removeFolder(home))
    const service = await startService({
      KHANCAP_HOME: home,
      KHANCAP_PORT: String(await freePort()),
      KHANCAP_METRICS_PORT: String(await freePort()),
      KHANCAP_IMAP_URL: mailboxes.url('requests', 'INBOX?address=help@organisation.example'),
    })
    t.teardown(() => service.stop())
    const { url } = service.ready
    const station = join(home, 'demo', 'handlers', 'vi-1')
    const handler = async (...args: string[]) => {
      const run = await khancap(station, args)
      if (run.code !== 0) throw new Error(run.stderr)
      return run.stdout
    }

    const form = await fetch(`${url}/offline/vi.html`)
    t.equal(form.status, 200)
    const file = await savedFile(t, 'vi', await form.text())
    const { page, context, complaints } = await visitor(t)
    await context.setOffline(true)
    const driver = chromiumDriver(page)
    const fillIn = async (story: string) => {
      await driver.open(file.address)
      await driver.click('#start')
      await driver.click('[data-program="emergency"]')
      await answer(driver, emergencyDoings('vi', story))
      const words = await send(driver)
      await driver.see('#until')
      return words
    }
    const words = await fillIn(asFile)
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.click('main section button.main'),
    ])
    const sealed = await readFile(await saved.path())
    t.notOk(sealed.includes(Buffer.from(asFile)))
    await fillIn(asText)
    await driver.click('main section:nth-of-type(2) button')
    const armored = await page.inputValue('#armored')
    t.strictSame(complaints, [])

    await mailboxes.append('requests', [mailWithFile(sealed), mailWithText(armored)])
    let said = ''
    const cases = await untilSeen(
      async () => {
        const { code, stdout, stderr } = await khancap(station, ['inbox', '--all', '--json'])
        // Busy, or not reached: who waits looks again.
        said = stderr
        if (code !== 0) return null
        const routed = CaseList.parse(JSON.parse(stdout)).cases.filter(
          one => one.channel === 'offline' && one.state === 'routed',
        )
        return routed.length < 2 ? null : routed
      },
      'both cases are routed',
      180,
    ).catch((error: unknown) => {
      throw new Error(`the tool said last: ${said}`, { cause: error })
    })
    t.equal(cases.length, 2)
    t.ok(cases.every(one => one.due_at !== null))
    const opened: string[] = []
    for (const one of cases) opened.push(await handler('open', one.id, '--json'))
    for (const story of [asFile, asText])
      t.equal(opened.filter(text => text.includes(story)).length, 1, story)

    const id = cases[opened.findIndex(text => text.includes(asFile))]?.id ?? ''
    await handler('claim', id)
    const reply = await khancap(station, ['reply', id], 'Chúng tôi đã đọc.')
    t.equal(reply.code, 0, reply.stderr)
    await context.setOffline(false)
    await comeBack(driver, url, 'vi', words.join(' '))
    await driver.see('article.reply')
    t.match(await driver.textOf('article.reply'), 'Chúng tôi đã đọc.')
  },
)
