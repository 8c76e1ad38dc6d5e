// Where somebody could be stuck: keys that ended while they typed, a device whose date is wrong, a page that can seal
// nothing. There is always a next step, and what was typed is there for it.
import t from 'tap'
import type { Page } from 'playwright-core'
import { Directory } from '../../schemas/directory.js'
import { publishDirectory } from '../../src/app/publish-directory.js'
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { codeToWords } from '../../src/core/receipt/code.js'
import { caseInTeam } from '../helper/api.js'
import {
  answer,
  begin,
  choose,
  chromiumDriver,
  comeBack,
  type Driver,
  emergencyDoings,
  goOn,
  send,
} from '../helper/applicant.js'
import { visitor } from '../helper/chromium.js'
import { look } from '../helper/look.js'
import type { Organisation } from '../helper/organisation.js'
import type { Teardown } from '../helper/postgres.js'
import { arrivedCases, openAs, siteOrganisation, testSite, type TestSite } from '../helper/site.js'
import { hour } from '../helper/store.js'
import { textsEn } from '../../web/texts/en.js'

const story = 'Câu chuyện này vẫn còn đây'
const contact = { mail: 'help@organisation.example', key: 'PUBLIC KEY' }
const again = 'main .actions button.main'

const failureOf = async (page: Page) => {
  await page.waitForSelector('[data-failure]')
  return {
    code: await page.getAttribute('[data-failure]', 'data-failure'),
    text: (await page.textContent('[data-failure]')) ?? '',
  }
}

async function filled(driver: Driver, site: TestSite) {
  await begin(driver, site.url, 'en', 'emergency')
  await answer(driver, emergencyDoings('en', story))
  await driver.see('.review')
}

async function publishNext(site: TestSite, organisation: Organisation) {
  const { primitives, root } = organisation
  const first = await organisation.verify(organisation.note)
  const note = await organisation.sign({ expires: formatTimestamp(Date.now() + 72 * hour) }, first)
  await publishDirectory({ store: site.api.db.store, primitives, root, now: Date.now }, note)
  return note
}

const serve = (page: Page, note: Uint8Array) =>
  page.route('**/v1/directory', route =>
    route.fulfill({ contentType: 'text/plain', body: Buffer.from(note) }),
  )

async function arrivedStory(site: TestSite) {
  const arrived = await arrivedCases(site)
  const content = await openAs(site, 'vietnam-1', arrived[0]?.envelope ?? new Uint8Array())
  return {
    cases: arrived.length,
    story: content?.answers['what_happened'],
    context: content?.context,
  }
}

/** A request that is filled in, on a page whose keys have ended since. */
async function expiredMeanwhile(t: Teardown) {
  const organisation = await siteOrganisation({
    contact,
    expires: formatTimestamp(Date.now() + 2 * hour),
  })
  const site = await testSite(t, organisation)
  const { context, page } = await visitor(t)
  const driver = chromiumDriver(page)
  await filled(driver, site)
  const expire = () => page.clock.setFixedTime(Date.now() + 3 * hour)
  return { context, driver, expire, organisation, page, site }
}

await t.test(
  'keys that end while somebody types: the new ones are taken without a word',
  async t => {
    const { driver, expire, organisation, page, site } = await expiredMeanwhile(t)
    await expire()
    await serve(page, await publishNext(site, organisation))
    await send(driver)
    await driver.see('#due')
    t.match(await arrivedStory(site), { cases: 1, story, context: { directory_sequence: 2 } })
  },
)

await t.test(
  'no new keys yet: to try again fetches them, and whom to write to is told in place',
  async t => {
    const { context, driver, expire, organisation, page, site } = await expiredMeanwhile(t)
    await expire()
    await send(driver)
    const { code, text } = await failureOf(page)
    t.equal(code, 'directory_expired')
    t.match(text, /What you typed is still here/)
    const [address, entries] = [page.url(), await page.evaluate('history.length')]
    await page.route('**/contact.txt', route => route.abort('connectionreset'))
    await driver.click('main summary')
    t.equal(
      await driver.textOf('main details pre'),
      `${contact.mail}\n\n${contact.key}`,
      'verified',
    )
    await look(t, page, 'other ways')
    await driver.click(again)
    t.equal((await failureOf(page)).code, 'directory_expired')
    await serve(page, await publishNext(site, organisation))
    await driver.click(again)
    await driver.see('#due')
    t.match(await arrivedStory(site), { cases: 1, story, context: { directory_sequence: 2 } })
    t.strictSame([page.url(), await page.evaluate('history.length')], [address, entries])
    t.equal(context.pages().length, 1)
  },
)

await t.test(
  'where nothing can seal, the address is fetched and shown beside what was typed',
  async t => {
    const site = await testSite(t, await siteOrganisation({ contact }))
    const { page } = await visitor(t)
    const driver = chromiumDriver(page)
    let letGo = () => {}
    const held = new Promise<void>(resolve => {
      letGo = resolve
    })
    await page.route('**/a/seal-*', async route => {
      await held
      return route.fulfill({ contentType: 'text/javascript', body: 'throw new Error("old")' })
    })
    await begin(driver, site.url, 'en', 'emergency')
    await choose('en')(driver)
    await driver.click(goOn)
    await driver.see('#q-contact')
    letGo()
    const { code, text } = await failureOf(page)
    t.equal(code, 'cannot_seal')
    t.match(text, /still here/)
    t.strictSame(
      await driver.textsOf('main section li'),
      textsEn.otherWays.ways,
      'none that has the page loaded again',
    )
    await page.route('**/contact.txt', route => route.abort('connectionreset'))
    await driver.click('main summary')
    await page.waitForSelector('main details .fault')
    t.match(await driver.textOf('main details'), /The connection was lost/)
    await page.unroute('**/contact.txt')
    await driver.click('main summary')
    await driver.click('main summary')
    t.equal(await driver.textOf('main details pre'), `${contact.mail}\n\n${contact.key}\n`)
    t.equal(page.url(), `${site.url}/en/`)
    await page.unroute('**/a/seal-*')
    await driver.click(again)
    await driver.see('#q-contact')
    await driver.click('main form .actions button:last-child')
    t.ok(await page.isChecked('input[value="en"]'), 'nothing chosen is lost')
  },
)

await t.test(
  'step 11: whoever came back while the list of keys was bad gets in once it is not',
  async t => {
    const site = await testSite(t)
    const { code } = await caseInTeam(site.api)
    const { page } = await visitor(t)
    const driver = chromiumDriver(page)
    await page.route('**/v1/directory', async route => {
      const response = await route.fetch()
      const body = (await response.text()).replace('"minimum_client":1', '"minimum_client": 1')
      return route.fulfill({ response, body })
    })
    await comeBack(driver, site.url, 'en', (await codeToWords(code, 'en')).join(' '))
    const failure = await failureOf(page)
    t.equal(failure.code, 'directory_invalid')
    t.match(failure.text, /still here/)
    await page.unroute('**/v1/directory')
    await driver.click(again)
    await driver.see('#state')
  },
)

await t.test(
  'step 5: on a device that is days behind, what has arrived is said to have arrived',
  async t => {
    const behind = 3 * 24 * hour
    const made = await siteOrganisation()
    // One whose keys were valid at that time, too.
    const long = formatTimestamp(Date.now() - 20 * 24 * hour)
    const older = Directory.parse(
      JSON.parse(JSON.stringify(made.directory).replaceAll(made.directory.valid_from, long)),
    )
    const note = await made.sign(older)
    const site = await testSite(t, { ...made, note, directory: older })
    const { page } = await visitor(t)
    const driver = chromiumDriver(page)
    const onDevice = Date.now() - behind
    await page.clock.setFixedTime(onDevice)
    await filled(driver, site)
    await send(driver)
    await driver.see('#undated')
    t.equal(await driver.textOf('main h1'), 'Your request has arrived')
    const day = new Date(onDevice).toLocaleDateString('en-GB', {
      day: 'numeric',
      month: 'long',
      year: 'numeric',
      timeZone: 'Asia/Ho_Chi_Minh',
    })
    t.match(await driver.textOf('#undated'), `it says ${day}. Please set it right`)
    t.equal(await page.locator('#due').count(), 0, 'no hour is promised')
    await look(t, page, 'arrived, without an hour')
    await driver.click(again)
    await driver.see('#state')
    t.match(await arrivedStory(site), { cases: 1, story })
  },
)
