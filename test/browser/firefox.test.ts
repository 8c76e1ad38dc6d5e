// The same path in a real Firefox, and in one that is set as Tor Browser at "Safer" is: no WebAssembly, no JIT.
import t from 'tap'
import {
  answer,
  begin,
  choose,
  comeBack,
  emergencyDoings,
  firefoxDriver,
  goOn,
  pilDoings,
  send,
} from '../helper/applicant.js'
import { firefoxVisitor, torSafer } from '../helper/firefox.js'
import { additionsAs, arrivedCases, replyAs, routeCase, testSite } from '../helper/site.js'
import { nothingStored, storedThings } from '../helper/traces.js'

const canary = 'Chim hoàng yến đậu trên mái ngói'

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
    const doings = program === 'pil' ? pilDoings : emergencyDoings
    await answer(driver, doings(language, canary, country))
    const words = await send(driver)
    await driver.see('#due')
    const [arrived] = await arrivedCases(site)
    if (arrived === undefined) throw new Error('nothing arrived')
    t.match(await routeCase(site, arrived), { program, language, country })
    const content = await replyAs(site, handler, arrived, 'Bonjour 您好', language)
    t.match(content.answers, program === 'pil' ? { summary: canary } : { what_happened: canary })

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

await t.test('leaving in Firefox covers, forgets and leaves no way back', async t => {
  const site = await testSite(t)
  const { page } = await firefoxVisitor(t)
  const driver = firefoxDriver(page)
  await page.goto(`${site.url}/healthz`)
  await begin(driver, site.url, 'vi', 'emergency')
  await answer(driver, { reply_language: choose('vi'), contact: choose('portal') })
  await driver.type('#q-contact-caution', canary)
  // Somewhere that needs no network.
  await page.$eval('#leave', link => link.setAttribute('href', 'about:blank'))
  for (let press = 0; press < 3; press++) await page.keyboard.press('Shift')
  await page.waitForFunction(`location.href === 'about:blank'`)
  await page.goBack()
  t.equal(page.url(), `${site.url}/healthz`, 'Back leads to where it was before')
})
