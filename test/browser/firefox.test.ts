// The same path in a real Firefox, and in one that is set as Tor Browser at "Safer" is: no WebAssembly, no JIT.
import { createServer } from 'node:http'
import type { KeyInput } from 'puppeteer-core'
import t, { type Test } from 'tap'
import {
  answer,
  begin,
  choose,
  comeBack,
  type Driver,
  emergencyDoings,
  firefoxDriver,
  goOn,
  pilDoings,
  send,
} from '../helper/applicant.js'
import { firefoxVisitor, torSafer } from '../helper/firefox.js'
import { pathByKeyboard } from '../helper/keyboard-path.js'
import { additionsAs, arrivedCases, replyAs, routeCase, testSite } from '../helper/site.js'
import { nothingStored, storedThings } from '../helper/traces.js'
import { textsFr } from '../../web/texts/fr.js'
import { fill } from '../../web/texts/texts.js'

const canary = 'Chim hoàng yến đậu trên mái ngói'

/** What Tor Browser, whose clock is hidden, makes of an hour that was typed for a court in Vietnam. */
const hearing = { date: '2027-03-27', time: '08:30', zone: 'Asia/Ho_Chi_Minh' }

async function writeHearing(driver: Driver): Promise<void> {
  await driver.type('#q-next-deadline-day', '27')
  await driver.type('#q-next-deadline-month', '3')
  await driver.type('#q-next-deadline-year', '2027')
  await driver.type('#q-next-deadline-time', '8h30')
}

for (const { name, preferences, engine, language, program, country, handler } of [
  {
    name: 'Firefox, traditional Chinese',
    preferences: {},
    engine: 'wasm',
    language: 'zh-Hant',
    program: 'emergency',
    country: 'TW',
    handler: 'china-1',
  },
  {
    name: 'Tor Browser at "Safer", French',
    preferences: torSafer,
    engine: 'pure',
    language: 'fr',
    program: 'pil',
    country: 'VN',
    handler: 'intake-1',
  },
])
  await t.test(`steps 2 to 11 in ${name}`, async t => {
    const site = await testSite(t)
    const { page, requests, complaints } = await firefoxVisitor(t, preferences)
    const driver = firefoxDriver(page)
    const folder = language.toLowerCase()
    await begin(driver, site.url, folder, program)
    const doings =
      program === 'pil'
        ? { ...pilDoings(language, canary, country), next_deadline: writeHearing }
        : emergencyDoings(language, canary, country)
    await answer(driver, doings)
    const words = await send(driver)
    await driver.see('#due')
    if (program === 'pil')
      t.equal(await driver.textOf('#due + .hint'), fill(textsFr.sent.clock, { zone: 'UTC' }))
    const [arrived] = await arrivedCases(site)
    if (arrived === undefined) throw new Error('nothing arrived')
    t.match(await routeCase(site, arrived), { program, language, country })
    const content = await replyAs(site, handler, arrived, 'Bonjour 您好', language)
    t.match(
      content.answers,
      program === 'pil' ? { summary: canary, next_deadline: hearing } : { what_happened: canary },
    )

    t.notOk(
      requests.some(request => request.url().includes('/a/rest-')),
      'what a first request does not need has not travelled',
    )
    await comeBack(driver, site.url, folder, words.join(' '))
    t.match(await driver.textOf('article.reply'), /Bonjour 您好/)
    await driver.click('main .actions button.main')
    await driver.type('#addition', canary)
    await driver.click(goOn)
    await driver.see('p.notice.good')
    t.match(await additionsAs(site, handler), [{ text: canary }])

    t.strictSame(await page.evaluate(storedThings), nothingStored, 'nothing is stored')
    // Firefox itself draws with a font that it carries as data: that leaves for nowhere.
    const addresses = requests
      .map(request => request.url())
      .filter(address => !address.startsWith('data:'))
    t.strictSame(
      addresses.filter(address => !address.startsWith(`${site.url}/`)),
      [],
      'nothing leaves for elsewhere',
    )
    t.strictSame(
      addresses.filter(
        address => /\/a\/(seal|rest)-/.test(address) && !address.includes(`-${engine}-`),
      ),
      [],
      `only ${engine} was loaded`,
    )
    t.strictSame(complaints, [], 'no error and no refusal of the policy')
  })

await t.test('the whole path by keyboard alone, in Firefox', async t => {
  const site = await testSite(t)
  const { page } = await firefoxVisitor(t)
  const { keyboard } = page
  await page.setViewport({ width: 360, height: 480 })
  const keys = {
    press: (key: KeyInput) => keyboard.press(key === 'Space' ? ' ' : key),
    async pressBack() {
      await keyboard.down('Shift')
      await keyboard.press('Tab')
      await keyboard.up('Shift')
    },
    type: (text: string) => keyboard.type(text),
    ask: (expression: string): Promise<unknown> => page.evaluate(expression),
  }
  // This browser does not tell its driver of a choice of files.
  await pathByKeyboard(t, site, keys, { open: address => page.goto(address), pick: null })
})

/** Another site, which answers once it is let to. */
async function elsewhere(t: Test) {
  let release = () => {}
  const released = new Promise<void>(resolve => {
    release = resolve
  })
  let tellAsked = () => {}
  const asked = new Promise<void>(resolve => {
    tellAsked = resolve
  })
  const server = createServer((_request, response) => {
    tellAsked()
    response.setHeader('content-type', 'text/html')
    void released.then(() => response.end('<title>Elsewhere</title><p>Elsewhere'))
  })
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { url: `http://127.0.0.1:${address.port}/`, asked, release }
}

await t.test('leaving in Firefox covers, forgets and leaves no way back', async t => {
  const site = await testSite(t)
  const { page } = await firefoxVisitor(t)
  const driver = firefoxDriver(page)
  await page.goto(`${site.url}/healthz`)
  const write = async () => {
    await begin(driver, site.url, 'vi', 'emergency')
    await answer(driver, { reply_language: choose('vi'), contact: choose('portal') })
    await driver.type('#q-contact-caution', canary)
  }
  await write()
  // As if the browser had kept the page: driven, it keeps none.
  await page.evaluate(`{
    dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
  }`)
  await driver.see('#start')
  t.notMatch(await page.content(), canary, 'brought back, it begins anew')
  await write()
  const other = await elsewhere(t)
  await page.$eval('#leave', (link, href) => link.setAttribute('href', href), other.url)
  for (let press = 0; press < 3; press++) await page.keyboard.press('Shift')
  await other.asked
  t.strictSame(
    await page.evaluate(`({
      text: document.body.textContent,
      fields: document.querySelectorAll('textarea, input').length,
      cover: getComputedStyle(document.body).visibility,
      title: document.title,
    })`),
    { text: '', fields: 0, cover: 'hidden', title: '' },
    'covered and emptied before the other site has answered',
  )
  t.strictSame(await page.evaluate(storedThings), nothingStored, 'nothing is stored')
  other.release()
  await page.waitForFunction(`document.title === 'Elsewhere'`)
  t.equal(page.url(), other.url)
  await page.goBack()
  t.equal(page.url(), `${site.url}/healthz`, 'Back leads to where it was before')
  t.strictSame(await page.evaluate(storedThings), nothingStored, 'nor afterwards')
  await page.evaluate('history.forward()')
  await page.waitForFunction(`document.title === 'Elsewhere'`)
  t.equal(await page.evaluate('location.href'), other.url, 'this page has no entry any more')
})
