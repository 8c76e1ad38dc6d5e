// Step 11: an applicant takes everything back over a line that breaks. What the page says is true at each step: nothing is
// said to be deleted that is not, and what is deleted is found to be so, by the page that asked and by the next one.
import t from 'tap'
import type { Page } from 'playwright-core'
import { codeToWords } from '../../src/core/receipt/code.js'
import { caseInTeam } from '../helper/api.js'
import { chromiumDriver, comeBack } from '../helper/applicant.js'
import { visitor } from '../helper/chromium.js'
import { testSite } from '../helper/site.js'

const deletion = '**/v1/mailbox/deletion'
const [keep, remove] = ['main .actions button.main', 'main button.delete']

const site = await testSite(t)
const states = () => site.api.db.rows('select state from cases order by received_at')

/** Somebody in their mailbox, with a request that a team has. */
async function inMailbox(page: Page) {
  const sent = await caseInTeam(site.api)
  const words = (await codeToWords(sent.code, 'en')).join(' ')
  const driver = chromiumDriver(page)
  await comeBack(driver, site.url, 'en', words)
  await driver.see(remove)
  return { driver, words }
}

/** From the mailbox, past the second look. */
async function askedTwice(driver: ReturnType<typeof chromiumDriver>) {
  await driver.click(remove)
  await driver.see(`${keep} + button.delete`)
  await driver.click(remove)
}

await t.test('a wish that never arrives deletes nothing, and is not said to have', async t => {
  const { page } = await visitor(t)
  const { driver, words } = await inMailbox(page)
  await page.route(deletion, route => route.abort('connectionreset'))
  await askedTwice(driver)
  await driver.see('[data-failure="offline"]')
  t.equal(await page.locator('#deleted').count(), 0)
  t.match(await states(), [{ state: 'routed' }])

  // Another page, another time: the request is there, and can be taken back.
  await page.unroute(deletion)
  await comeBack(driver, site.url, 'en', words)
  await askedTwice(driver)
  await driver.see('#deleted')
  t.match(await states(), [{ state: 'purged' }])
})

await t.test('an answer that is lost: asked again, it is deleted, and once', async t => {
  const { page } = await visitor(t)
  const { driver, words } = await inMailbox(page)
  const bodies: string[] = []
  await page.route(deletion, async route => {
    bodies.push(route.request().postData() ?? '')
    if (bodies.length > 1) return route.continue()
    await route.fetch()
    return route.abort('connectionreset')
  })
  await askedTwice(driver)
  await driver.see('[data-failure="offline"]')
  t.equal(await page.locator('#deleted').count(), 0, 'nobody knows yet')
  await driver.click(keep)
  await driver.see('#deleted')
  t.equal(bodies.length, 2)
  t.match(await states(), [{ state: 'purged' }, { state: 'purged' }])
  const acts = await site.api.db.rows(`select 1 from events where kind = 'deleted'`)
  t.equal(acts.length, 2, 'once for each request')

  await comeBack(driver, site.url, 'en', words)
  await driver.see('[data-failure="mailbox_unknown"]')
})

await t.test(
  'an answer that is lost, and a page that was closed: the words open nothing',
  async t => {
    const { page } = await visitor(t)
    const { driver, words } = await inMailbox(page)
    await page.route(deletion, async route => {
      await route.fetch()
      return route.abort('connectionreset')
    })
    await askedTwice(driver)
    await driver.see('[data-failure="offline"]')
    await page.close()

    const later = await visitor(t)
    const again = chromiumDriver(later.page)
    await comeBack(again, site.url, 'en', words)
    await again.see('[data-failure="mailbox_unknown"]')
    t.match(await again.textOf('[data-failure]'), /may have been deleted/)
  },
)
