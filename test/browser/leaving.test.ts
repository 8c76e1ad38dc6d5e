// Leaving: at once, without a way back, and with nothing left in the page.
import t from 'tap'
import type { Page } from 'playwright-core'
import { answer, begin, chromiumDriver, emergencyDoings } from '../helper/applicant.js'
import { visitor } from '../helper/chromium.js'
import { siteOrganisation, testSite } from '../helper/site.js'

const secret = 'Một bí mật'

/** The other site, which is not reached from here: a page that says so. */
async function elsewhere(page: Page, address: string) {
  await page
    .context()
    .route(`${address}**`, route =>
      route.fulfill({ contentType: 'text/html', body: '<title>Elsewhere</title><p>Elsewhere' }),
    )
}

async function typed(page: Page, url: string) {
  const driver = chromiumDriver(page)
  await begin(driver, url, 'vi', 'emergency')
  const { what_happened: _, situation: __, ...doings } = emergencyDoings('vi', secret)
  const early = Object.entries(doings).slice(0, 8)
  await answer(driver, Object.fromEntries(early))
  await driver.type('#q-what-happened', secret)
}

for (const way of ['the button', 'Shift three times', 'the hidden link']) {
  await t.test(`${way} covers, forgets and goes elsewhere; Back does not return`, async t => {
    const site = await testSite(t)
    const { page } = await visitor(t)
    await elsewhere(page, 'https://vi.wikipedia.org/')
    await typed(page, site.url)
    if (way === 'the button') await page.click('#leave')
    if (way === 'the hidden link')
      await page.focus('#leave-first').then(() => page.keyboard.press('Enter'))
    if (way === 'Shift three times')
      for (let press = 0; press < 3; press++) await page.keyboard.press('Shift')
    await page.waitForURL('https://vi.wikipedia.org/')
    t.equal(await page.title(), 'Elsewhere')
    await page.goBack().catch(() => null)
    t.notMatch(page.url(), site.url, 'Back leads to where it was before')
    await page.goForward().catch(() => null)
    t.notMatch(await page.content(), secret)
  })
}

await t.test('two presses of Shift, slow ones, and Shift while writing do nothing', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t)
  await typed(page, site.url)
  await page.focus('#q-what-happened')
  await page.keyboard.press('Shift')
  await page.keyboard.press('Shift')
  await page.keyboard.type('ABC')
  await page.keyboard.press('Shift')
  await page.keyboard.press('Shift')
  t.equal(await page.inputValue('#q-what-happened'), `${secret}ABC`)
})

await t.test('the screen is covered before the other site has answered', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t)
  let release = () => {}
  const held = new Promise<void>(resolve => {
    release = resolve
  })
  await page.context().route('https://vi.wikipedia.org/**', async route => {
    await held
    return route.fulfill({ contentType: 'text/html', body: 'Elsewhere' })
  })
  await typed(page, site.url)
  const covered = await page.evaluate(`(() => {
    document.getElementById('leave').click()
    return {
      text: document.body.textContent,
      fields: document.querySelectorAll('textarea, input').length,
      cover: getComputedStyle(document.body).visibility,
      title: document.title,
    }
  })()`)
  t.strictSame(covered, { text: '', fields: 0, cover: 'hidden', title: '' })
  release()
  await page.waitForURL('https://vi.wikipedia.org/')
})

await t.test(
  'going away in any other way forgets as well, and coming back begins anew',
  async t => {
    const site = await testSite(t)
    const { page } = await visitor(t)
    await typed(page, site.url)
    await page.goto(`${site.url}/healthz`)
    await page.goBack()
    await page.waitForSelector('#start')
    t.notMatch(await page.content(), secret)
    await typed(page, site.url)
    await page.evaluate(`window.dispatchEvent(new PageTransitionEvent('pagehide'))`)
    t.equal(await page.evaluate('document.body.textContent'), '')
  },
)

await t.test('a page that the browser has kept comes back empty, and begins anew', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t, { keepsPages: true })
  // The server has it kept nowhere, and not every browser does as it says.
  await page.route('**/vi/', async route => {
    const response = await route.fetch()
    const { 'cache-control': _, ...headers } = response.headers()
    return route.fulfill({ response, headers })
  })
  const shown: string[] = []
  page.on('console', message => shown.push(message.text()))
  await page.addInitScript(`addEventListener('pageshow', ({ persisted }) => {
    if (persisted) console.log('brought back: ' + document.querySelectorAll('body *').length)
  })`)
  await typed(page, site.url)
  await page.goto(`${site.url}/healthz`)
  await page.goBack()
  await page.waitForSelector('#start')
  t.ok(shown.includes('brought back: 0'), 'it was kept, and nothing is drawn again')
  t.notMatch(await page.content(), secret)
})

await t.test('the organisation names the site that leaving opens', async t => {
  const organisation = await siteOrganisation({ leave_to: { vi: 'https://weather.example/' } })
  const site = await testSite(t, organisation)
  const { page } = await visitor(t)
  await elsewhere(page, 'https://weather.example/')
  await page.goto(`${site.url}/vi/`)
  await page.waitForSelector('#leave[href="https://weather.example/"]')
  await page.click('#leave')
  await page.waitForURL('https://weather.example/')
  t.pass()
})

await t.test(
  'the first page leaves as well, and the choice of a language leaves no entry behind',
  async t => {
    const site = await testSite(t)
    const { page } = await visitor(t)
    await elsewhere(page, 'https://www.wikipedia.org/')
    await page.goto(site.url)
    await page.click('text=Français')
    await page.waitForURL('**/fr/')
    t.equal(await page.evaluate('history.length'), 2, 'a blank page, and this one')
    t.equal(await page.title(), 'Notes')
    await page.goto(site.url)
    for (let press = 0; press < 3; press++) await page.keyboard.press('Shift')
    await page.waitForURL('https://www.wikipedia.org/')
  },
)

await t.test('without scripts the page names other ways, and leaving is a plain link', async t => {
  const contact = { mail: 'help@organisation.example', key: 'PUBLIC KEY' }
  const site = await testSite(t, await siteOrganisation({ contact }))
  const { page } = await visitor(t, { javaScript: false })
  await elsewhere(page, 'https://vi.wikipedia.org/')
  await page.goto(site.url)
  await page.click('text=Tiếng Việt')
  await page.waitForURL('**/vi/')
  t.match(await page.textContent('main'), /Những cách an toàn khác/)
  t.match(await page.textContent('main'), /“Safer”/)
  t.notOk(await page.isVisible('#start'), 'no dead button')
  const address = await page.getAttribute('noscript a, .notice a', 'href')
  const told = await page.request.get(`${site.url}${address}`)
  t.equal(await told.text(), 'help@organisation.example\n\nPUBLIC KEY\n')
  t.match(told.headers()['content-type'], /^text\/plain/)
  t.equal(await page.locator('form').count(), 0, 'nothing that could be sent in the clear')
  await page.click('#leave')
  await page.waitForURL('https://vi.wikipedia.org/')
})
