// The path in a browser without what came to the standard library after 2018: taken away from the page and from the
// sealing Worker before their scripts run. Syntax of that time is what the build lowers to.
import t from 'tap'
import { answer, begin, chromiumDriver, emergencyDoings, send } from '../helper/applicant.js'
import { visitor } from '../helper/chromium.js'
import { look } from '../helper/look.js'
import { arrivedCases, testSite } from '../helper/site.js'
import { allTexts } from '../helper/texts.js'
import { textsFr } from '../../web/texts/fr.js'
import type { Texts } from '../../web/texts/texts.js'

/** Newer than Chrome 67. `globalThis` only in the Worker: what drives the browser needs it in the page. */
const takenAway = `
  for (const [owner, names] of [
    [Array.prototype, 'flat flatMap at findLast findLastIndex toSorted toReversed toSpliced with'],
    [Object.getPrototypeOf(Uint8Array.prototype), 'at findLast findLastIndex toSorted toReversed with'],
    [Uint8Array.prototype, 'toHex toBase64 setFromHex setFromBase64'],
    [Uint8Array, 'fromHex fromBase64'],
    [Array, 'fromAsync'],
    [Object, 'fromEntries hasOwn groupBy'],
    [Map, 'groupBy'],
    [String.prototype, 'at matchAll replaceAll trimStart trimEnd isWellFormed toWellFormed'],
    [Set.prototype, 'union intersection difference isSubsetOf isSupersetOf isDisjointFrom'],
    [Promise, 'allSettled any withResolvers try'],
    [RegExp, 'escape'],
    [Symbol, 'matchAll dispose asyncDispose'],
    [self, 'structuredClone queueMicrotask WeakRef FinalizationRegistry AggregateError Iterator'],
    [crypto, 'randomUUID'],
    [URL, 'canParse parse'],
    [Intl, 'DisplayNames'],
    [self, 'IntersectionObserver'],
    [typeof Element === 'undefined' ? {} : Element.prototype, 'replaceChildren'],
  ])
    for (const name of names.split(' ')) {
      let at = owner
      while (at !== null && !Object.prototype.hasOwnProperty.call(at, name)) at = Object.getPrototypeOf(at)
      if (at !== null) delete at[name]
    }
`

for (const engine of ['wasm', 'pure'])
  await t.test(`a request is sealed with ${engine} and sent`, async t => {
    const site = await testSite(t)
    const { page, complaints } = await visitor(t)
    const driver = chromiumDriver(page)
    await page.addInitScript(takenAway)
    let changed = 0
    await page.route('**/a/seal-*.js', async route => {
      const isWanted = route.request().url().includes(`/a/seal-${engine}-`)
      const response = await route.fetch()
      changed++
      const body = isWanted
        ? `${takenAway}\ndelete self.globalThis;\n${await response.text()}`
        : 'throw new Error("not this one")'
      return route.fulfill({ response, body })
    })
    await begin(driver, site.url, 'vi', 'emergency')
    t.equal(
      await page.evaluate('typeof Array.prototype.at + typeof Object.groupBy'),
      'undefinedundefined',
    )
    await answer(driver, emergencyDoings('vi', 'Tôi cần được giúp'))
    await send(driver)
    await driver.see('#due')
    t.equal((await arrivedCases(site)).length, 1)
    t.ok(changed > 0)
    t.same(
      complaints.filter(text => !text.includes('not this one')),
      [],
    )
  })

/** Until the style sheet speaks. */
const patience = 15_000

const strange = 'async function* {'

for (const { what, languages, answer: body } of [
  { what: 'that is lost on the way', languages: allTexts, answer: null },
  { what: 'that the browser cannot read', languages: allTexts.slice(0, 1), answer: strange },
])
  await t.test(`a first script ${what}: the page says what can be done`, async t => {
    const site = await testSite(t)
    const visit = async ({ before, language, otherWays }: Texts) => {
      const { page } = await visitor(t, { width: 320 })
      let isBroken = true
      await page.route('**/a/page-*.js', route => {
        if (!isBroken) return route.continue()
        return body === null
          ? route.abort('connectionreset')
          : route.fulfill({ contentType: 'text/javascript', body })
      })
      const path = language.toLowerCase()
      await page.goto(`${site.url}/${path}/`)
      t.notOk(await page.isVisible('#lost'), 'nothing flashes')
      t.notOk(await page.isVisible('#start'))
      await page.waitForSelector('#lost .notice', { timeout: 2 * patience })
      const waited = await page.evaluate<number>('performance.now()')
      t.ok(waited > patience - 1000, `${waited} ms`)
      const told = await page.innerText('#lost')
      for (const sentence of [before.lost, before.safer, ...otherWays.ways]) t.match(told, sentence)
      const links = page.locator('#lost a')
      t.strictSame(await links.evaluateAll(all => all.map(link => link.getAttribute('href'))), [
        `/${path}/`,
        '/contact.txt',
        `/offline/${path}.html`,
      ])
      await look(t, page, language)
      isBroken = false
      await links.first().click()
      await page.waitForSelector('#start')
      t.equal(page.url(), `${site.url}/${path}/`)
      t.notOk(await page.isVisible('#lost'))
    }
    await Promise.all(languages.map(visit))
  })

await t.test(
  'a script that comes late takes the warning away, and nothing moves afterwards',
  async t => {
    const site = await testSite(t)
    const { page } = await visitor(t)
    let release = () => {}
    const held = new Promise<void>(resolve => {
      release = resolve
    })
    await page.route('**/a/page-*.js', async route => {
      await held
      return route.continue()
    })
    await page.goto(`${site.url}/en/`, { waitUntil: 'commit' })
    await page.waitForSelector('#lost .notice', { timeout: 2 * patience })
    release()
    await page.waitForSelector('#start', { state: 'visible' })
    t.notOk(await page.isVisible('#lost'))
    const place = await page.locator('#start').boundingBox()
    await page.waitForTimeout(patience + 1000)
    t.strictSame(await page.locator('#start').boundingBox(), place)
    await page.click('#start')
    await page.click('main > .actions:last-child button')
    await page.waitForSelector('#start')
    t.notOk(await page.isVisible('#lost'), 'nor when the page is shown again')
  },
)

await t.test('where scripts are off the page speaks at once, and once', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t, { javaScript: false })
  await page.goto(`${site.url}/fr/`)
  t.ok(await page.isVisible('noscript .notice'))
  t.notOk(await page.isVisible('#safety li'))
  await page.click('#safety summary')
  t.strictSame(await page.locator('#safety li').allTextContents(), textsFr.before.safety)
  t.ok(await page.isVisible('#safety li'))
  await page.waitForTimeout(patience + 1000)
  t.notOk(await page.isVisible('#lost'))
})
