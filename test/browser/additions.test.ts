// Step 11: what is begun in the mailbox outlives going back and looking again, is bounded before it is sealed, and arrives
// once.
import t from 'tap'
import type { Page } from 'playwright-core'
import { codeToWords } from '../../src/core/receipt/code.js'
import { caseInTeam } from '../helper/api.js'
import { chromiumDriver, comeBack, type Driver, goOn } from '../helper/applicant.js'
import { visitor } from '../helper/chromium.js'
import { tellingJpeg } from '../helper/pictures.js'
import { additionsAs, arrivedCases, replyAs, testSite, type TestSite } from '../helper/site.js'

const add = 'main .actions button.main'
const more = 'main .actions button:nth-of-type(2)'
const files = 'main .actions button.files'
const back = 'main .actions button:last-child'
const refresh = 'text=Look again'
const draft = 'Họ đã quay lại sáng nay'
const letter = 'We have read it. Who was there?'
const posting = '**/v1/mailbox/additions'

/** Somebody who has an answer, in their mailbox. */
async function answered(site: TestSite, page: Page): Promise<{ driver: Driver; words: string }> {
  const { code } = await caseInTeam(site.api)
  const [arrived] = await arrivedCases(site)
  if (arrived === undefined) throw new Error('nothing arrived')
  await replyAs(site, 'vietnam-1', arrived, letter, 'en')
  const words = (await codeToWords(code, 'en')).join(' ')
  const driver = chromiumDriver(page)
  await comeBack(driver, site.url, 'en', words)
  await driver.see('article.reply')
  return { driver, words }
}

const posts = (page: Page) => {
  const bodies: string[] = []
  page.on('request', request => {
    if (request.url().endsWith('/v1/mailbox/additions')) bodies.push(request.postData() ?? '')
  })
  return bodies
}

await t.test('what is typed is still there after a look at the answers', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t)
  const { driver, words } = await answered(site, page)
  await driver.click(add)
  t.equal(await page.isVisible(`text=${letter}`), false)
  await driver.click('#answered-to summary')
  t.ok(await page.isVisible(`text=${letter}`), 'the answer can be read beside the field')
  await driver.type('#addition', draft)
  await driver.click(back)
  await driver.see('article.reply')
  await driver.click(add)
  t.equal(await page.inputValue('#addition'), draft)
  await driver.click(back)
  await driver.click(refresh)
  await driver.see('article.reply')
  await driver.click(add)
  t.equal(await page.inputValue('#addition'), draft, 'also after looking again')
  await driver.click(goOn)
  await driver.see('.notice.good')
  await driver.click(add)
  t.equal(await page.inputValue('#addition'), '', 'sent, it is no draft any more')

  await driver.type('#addition', draft)
  await page.goto(`${site.url}/healthz`)
  await page.goBack()
  await driver.click('#have-code')
  await driver.type('#words', words)
  await driver.click(goOn)
  await driver.click(add)
  t.equal(await page.inputValue('#addition'), '', 'whoever leaves leaves nothing')
  await driver.type('#addition', draft)
  await page.evaluate(`window.dispatchEvent(new PageTransitionEvent('pagehide'))`)
  t.equal(await page.evaluate('document.body.textContent'), '')
})

await t.test('answers to further questions, and chosen files, wait as well', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t)
  const { driver } = await answered(site, page)
  await driver.click(more)
  await driver.type('#q-person-native-name', draft)
  await driver.click(back)
  await driver.click(files)
  await page.setInputFiles('#files', [
    { name: 'photo.jpg', mimeType: 'image/jpeg', buffer: tellingJpeg(null) },
    { name: 'other.jpg', mimeType: 'image/jpeg', buffer: tellingJpeg(null) },
  ])
  await driver.see('#chosen li:nth-of-type(2)')
  await driver.click('#chosen li:nth-of-type(2) button')
  await driver.click(back)
  await driver.click(refresh)
  await driver.see('article.reply')
  await driver.click(more)
  t.equal(await page.inputValue('#q-person-native-name'), draft)
  await driver.click(back)
  await driver.click(files)
  t.match(await driver.textsOf('#chosen li span'), ['photo.jpg'])
  await driver.click('main .actions button.main')
  await driver.see('.notice.good')
  await driver.click(files)
  await driver.see('#files')
  t.equal(await page.locator('#chosen li').count(), 0, 'what has arrived waits no longer')
  await driver.click(back)
  await driver.click(more)
  await driver.click('main form .early')
  await driver.click(add)
  await driver.see('.notice.good')
  const [, form] = await additionsAs(site, 'vietnam-1')
  t.match(form, { answers: { person: { native_name: draft } } })
  await driver.click(more)
  t.equal(await page.inputValue('#q-person-native-name'), '')
})

await t.test('an addition is sent up to its longest, and one that is longer is told', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t)
  const { driver } = await answered(site, page)
  const bodies = posts(page)
  await driver.click(add)
  await driver.type('#addition', 'x'.repeat(8000))
  t.equal(await page.textContent('.count'), '')
  await driver.type('#addition', 'x'.repeat(8001))
  t.match(await page.textContent('.count'), /8001 of 10000 characters/)
  for (const tooLong of ['x'.repeat(10_001), `${'x'.repeat(9999)}🙂`]) {
    await driver.type('#addition', tooLong)
    await driver.click(goOn)
    t.match(await driver.textOf('p.fault'), /10001 of 10000 characters/)
    t.equal(await page.inputValue('#addition'), tooLong, 'nothing is cut off')
  }
  t.strictSame(bodies, [])
  // Accents that come as characters of their own make nothing longer.
  await driver.type('#addition', 'e\u0301'.repeat(10_000))
  await driver.click(goOn)
  await driver.see('.notice.good')
  const [addition] = await additionsAs(site, 'vietnam-1')
  t.equal(addition?.text, 'é'.repeat(10_000))
})

await t.test('answers that do not fit are told before they are sealed', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t)
  const { driver } = await answered(site, page)
  const bodies = posts(page)
  await driver.click(more)
  await driver.type('#q-person-native-name', 'x'.repeat(121))
  // Past the look that going on takes.
  await driver.click('main form .early')
  await driver.see('.faults')
  await driver.click(add)
  await driver.see('.faults')
  t.strictSame(bodies, [])
  await driver.click('.faults a')
  t.match(await driver.textOf('p.fault'), /121 of 120 characters/)
  await driver.type('#q-person-native-name', 'x'.repeat(120))
  await driver.click(goOn)
  await driver.see('.review')
  t.equal(await page.locator('.faults').count(), 0)
  await driver.click(add)
  await driver.see('.notice.good')
  const [form] = await additionsAs(site, 'vietnam-1')
  t.match(form, { answers: { person: { native_name: 'x'.repeat(120) } } })
})

await t.test('an addition whose answer was lost arrives once, also after going back', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t)
  const { driver } = await answered(site, page)
  const bodies = posts(page)
  await page.route(posting, async route => {
    if (bodies.length > 1) return route.continue()
    await route.fetch()
    return route.abort('connectionreset')
  })
  await driver.click(add)
  await driver.type('#addition', draft)
  await driver.click(goOn)
  await driver.see('[data-failure="offline"]')
  await driver.click('main .actions button:nth-of-type(2)')
  t.equal(await page.inputValue('#addition'), draft)
  await driver.click(goOn)
  await driver.see('.notice.good')
  t.equal(bodies.length, 2)
  t.equal(new Set(bodies).size, 1, 'byte by byte the same')
  t.equal((await additionsAs(site, 'vietnam-1')).length, 1)
  await driver.click(add)
  await driver.type('#addition', draft)
  await driver.click(goOn)
  await driver.see('.notice.good')
  t.equal((await additionsAs(site, 'vietnam-1')).length, 2, 'said again on purpose, it is another')
})
