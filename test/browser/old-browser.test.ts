// The path in a browser without what came to the standard library after 2018: taken away from the page and from the
// sealing Worker before their scripts run. Syntax of that time is what the build lowers to.
import t from 'tap'
import { answer, begin, chromiumDriver, emergencyDoings, send } from '../helper/applicant.js'
import { visitor } from '../helper/chromium.js'
import { arrivedCases, testSite } from '../helper/site.js'

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
