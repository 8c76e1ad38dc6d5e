// Everything that can go wrong has a sentence of its own, keeps what was typed, and never sends in the clear. The lying
// parts are put between server and browser here; the pages themselves have no hook for them.
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import type { Page, Route } from 'playwright-core'
import type { DirectoryExcerpt } from '../../schemas/directory-excerpt.js'
import { publishDirectory } from '../../src/app/publish-directory.js'
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { codeToWords } from '../../src/core/receipt/code.js'
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
import { httpSettings } from '../../src/http/limits.js'
import { caseInTeam, sealRequest, submit } from '../helper/api.js'
import { visitor } from '../helper/chromium.js'
import { look } from '../helper/look.js'
import { testOrganisation } from '../helper/organisation.js'
import {
  arrivedCases,
  openAs,
  siteOrganisation,
  sitePrograms,
  testSite,
  type TestSite,
} from '../helper/site.js'
import { hour } from '../helper/store.js'
import { allTexts } from '../helper/texts.js'
import { textsEn } from '../../web/texts/en.js'

const story = 'Chuyện này không được mất'

const failureOf = async (page: Page) => {
  await page.waitForSelector('[data-failure]')
  return {
    code: await page.getAttribute('[data-failure]', 'data-failure'),
    text: (await page.textContent('[data-failure]')) ?? '',
  }
}

const again = 'main .actions button.main'

/** As a server answers for a file of an earlier version. */
const gone = (route: Route) => route.fulfill({ status: 404, body: 'not found' })

async function filled(driver: Driver, site: TestSite) {
  await begin(driver, site.url, 'en', 'emergency')
  await answer(driver, emergencyDoings('en', story))
  await driver.see('.review')
}

const posts = (page: Page) => {
  const bodies: string[] = []
  page.context().on('request', request => {
    if (request.method() === 'POST') bodies.push(request.postData() ?? '')
  })
  return bodies
}

await t.test(
  'a line that breaks while sending: the same bytes are sent again, and arrive once',
  async t => {
    const site = await testSite(t)
    const { page } = await visitor(t)
    const driver = chromiumDriver(page)
    const bodies = posts(page)
    await filled(driver, site)
    let breaks = 2
    await page.route('**/v1/intakes', async (route: Route) => {
      breaks -= 1
      if (breaks === 1) return route.abort('connectionreset')
      // The second time it is taken in, and only the answer is lost.
      if (breaks === 0) {
        await route.fetch()
        return route.abort('connectionreset')
      }
      return route.continue()
    })
    await send(driver)
    const lost = await failureOf(page)
    t.equal(lost.code, 'offline')
    t.match(lost.text, /cannot arrive twice/)
    t.match(lost.text, /still here/)
    await driver.click(again)
    t.equal((await failureOf(page)).code, 'offline')
    await driver.click(again)
    await driver.see('#due')
    t.equal(bodies.length, 3)
    t.equal(new Set(bodies).size, 1, 'byte by byte the same')
    t.equal((await arrivedCases(site)).length, 1)
  },
)

await t.test('a server that is full says so, each way in its own words', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t)
  const driver = chromiumDriver(page)
  await filled(driver, site)
  const problems = [
    { status: 429, code: 'too_many_requests', failure: 'too_many_requests' },
    { status: 503, code: 'store_unavailable', failure: 'unavailable' },
    { status: 413, code: 'request_too_large', failure: 'request_too_large' },
    { status: 400, code: 'envelope_malformed', failure: 'refused' },
    { status: 500, code: 'internal', failure: 'internal' },
    { status: 502, code: '', failure: 'unavailable' },
  ]
  const left = [...problems]
  await page.route('**/v1/intakes', route => {
    const next = left.shift()
    if (next === undefined) return route.continue()
    const body = next.code === '' ? '<h1>bad gateway</h1>' : JSON.stringify({ code: next.code })
    return route.fulfill({ status: next.status, contentType: 'application/problem+json', body })
  })
  await send(driver)
  const sentences = new Set<string>()
  for (const { failure } of problems) {
    const { code, text } = await failureOf(page)
    t.equal(code, failure)
    sentences.add(text)
    if (code === 'refused') {
      t.notMatch(text, /load/, 'nothing that would lose what was typed')
      const ways = [textsEn.failure.again, textsEn.back, textsEn.handOver.offer]
      t.strictSame(await driver.textsOf('main .actions button'), ways)
    }
    if (code !== 'request_too_large') await driver.click(again)
    else {
      t.strictSame(await driver.textsOf('main .actions button'), [textsEn.back])
      await driver.click(again)
      t.match(await driver.textOf('.review'), story, 'where the longest answers are')
      await send(driver)
    }
  }
  t.equal(sentences.size, 5, 'a sentence of its own for each')
  await driver.see('#due')
  t.equal((await arrivedCases(site)).length, 1)
})

await t.test(
  'a service under a flood has the page do some work, and then takes the request',
  async t => {
    const intakes = { openPerHour: 4, atOnce: httpSettings.intakes.atOnce }
    const settings = { ...httpSettings, maxLoopDelayMs: 60_000, intakes }
    const site = await testSite(t, undefined, { settings })
    const { request } = await sealRequest(site.api.organisation)
    t.equal((await submit(site.api, request)).statusCode, 201, 'the last that is taken as it is')
    const { page } = await visitor(t)
    const driver = chromiumDriver(page)
    // On a fast machine the sentence is gone in a moment: each is noted as it comes.
    await page.addInitScript(`
      globalThis.said = []
      new MutationObserver(() => {
        said.push(document.querySelector('[role="status"]')?.textContent ?? '')
      }).observe(document, { childList: true, subtree: true })`)
    await filled(driver, site)
    const bodies = posts(page)
    await send(driver)
    await driver.see('#due')
    t.match(await page.evaluate('said.join()'), /Your device does a little work/)
    t.equal(bodies.length, 2)
    t.equal(new Set(bodies).size, 1, 'byte by byte the same')
    t.equal((await arrivedCases(site)).length, 2)
  },
)

await t.test(
  'keys that change while somebody writes: sealed again to the new ones, without a word',
  async t => {
    const organisation = await siteOrganisation()
    const site = await testSite(t, organisation)
    const { page } = await visitor(t)
    const driver = chromiumDriver(page)
    const bodies = posts(page)
    await filled(driver, site)
    const { primitives, root } = organisation
    const { store } = site.api.db
    const first = await organisation.verify(organisation.note)
    const note = await organisation.sign({}, first)
    await publishDirectory({ store, primitives, root, now: Date.now }, note)
    // The old directory is no longer known to the server: as after its end.
    let refused = 0
    await page.route('**/v1/intakes', async route => {
      if (!(route.request().postData() ?? '').includes('"directory_version":1,'))
        return route.continue()
      refused += 1
      return route.fulfill({
        status: 409,
        contentType: 'application/problem+json',
        body: JSON.stringify({ code: 'directory_stale' }),
      })
    })
    await send(driver)
    await driver.see('#due')
    t.equal(refused, 1)
    const ids = bodies.map(body => String(JSON.parse(body).id))
    t.equal(new Set(ids).size, 1, 'the same request')
    t.equal(new Set(bodies).size, 2, 'sealed anew')
    const [arrived] = await arrivedCases(site)
    const content = await openAs(site, 'vietnam-1', arrived?.envelope ?? new Uint8Array())
    t.match(content, { context: { directory_sequence: 2 }, answers: { what_happened: story } })
  },
)

await t.test('what has arrived already is said, and leads to the request', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t)
  const driver = chromiumDriver(page)
  await filled(driver, site)
  let first = true
  await page.route('**/v1/intakes', async route => {
    if (!first) return route.continue()
    first = false
    await route.fetch()
    return route.abort('connectionreset')
  })
  await send(driver)
  t.equal((await failureOf(page)).code, 'offline')
  // Back, to change an answer: it is another request now, in the place of the one that did arrive.
  await driver.click('main .actions button:nth-of-type(2)')
  await driver.click('main form .actions button:nth-of-type(2)')
  await driver.see('ol.words')
  await driver.click('main .actions:last-child button:nth-of-type(2)')
  await driver.click('[data-key="what_happened"] button')
  await driver.type('#q-what-happened', `${story}, khác đi`)
  await driver.click(goOn)
  await send(driver)
  const { code, text } = await failureOf(page)
  t.equal(code, 'arrived_already')
  t.match(text, /What you have changed since is not in it/)
  t.equal(await driver.textOf(again), 'Look at my request')
  // What was changed is still there, to be copied.
  await driver.click('main .actions button:nth-of-type(2)')
  await driver.click('label.option:has(#saved)')
  await driver.click(goOn)
  t.equal((await failureOf(page)).code, 'arrived_already')
  await driver.click(again)
  await driver.see('#state')
  t.equal((await arrivedCases(site)).length, 1)
})

/** Begins as far as the page lets: what does not verify may stop it before or after a program is chosen. */
async function beginUntilStopped(page: Page, driver: Driver, url: string): Promise<void> {
  await driver.open(`${url}/en/`)
  await driver.click('#start')
  await page.waitForSelector('[data-program="emergency"], [data-failure]')
  await page.click('[data-program="emergency"]', { timeout: 3000 }).catch(() => undefined)
}

await t.test('an expired list of keys stops before anything is typed', async t => {
  const now = Date.now()
  const organisation = await siteOrganisation({
    expires: formatTimestamp(now + hour),
  })
  const site = await testSite(t, organisation)
  const { page } = await visitor(t)
  const driver = chromiumDriver(page)
  await page.clock.setFixedTime(now + 2 * hour)
  await beginUntilStopped(page, driver, site.url)
  const { code, text } = await failureOf(page)
  t.equal(code, 'directory_expired')
  const day = {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'Asia/Ho_Chi_Minh',
  } as const
  const said = new Date(now + 2 * hour).toLocaleDateString('en-GB', day)
  t.match(text, `is wrong: it says ${said}. If so, please set it right`)
  t.match(text, /If the date is right, do not change it: use another way below/)
  t.match(await driver.textOf('main'), /Other safe ways/)
})

await t.test('a server that calls the keys expired has nobody change a date', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t)
  const driver = chromiumDriver(page)
  await filled(driver, site)
  const bodies = posts(page)
  await page.route('**/v1/intakes', route =>
    route.fulfill({
      status: 503,
      contentType: 'application/problem+json',
      body: JSON.stringify({ code: 'directory_expired' }),
    }),
  )
  await send(driver)
  const { code, text } = await failureOf(page)
  t.equal(code, 'directory_missing')
  t.notMatch(text, /date/)
  t.match(text, /Please try again later.*still here/)
  t.match(await driver.textOf('main'), /Other safe ways/)
  t.equal(new Set(bodies).size, 2, 'sealed once more, with the keys that there are')
  await page.unroute('**/v1/intakes')
  await driver.click(again)
  await driver.see('#due')
  t.equal((await arrivedCases(site)).length, 1)
})

await t.test(
  'a device whose date is long past is told so, and goes on once it is right',
  async t => {
    const site = await testSite(t)
    const { page } = await visitor(t)
    const driver = chromiumDriver(page)
    const bodies = posts(page)
    const onDevice = Date.parse('2021-07-03T12:00:00Z')
    await page.clock.setFixedTime(onDevice)
    for (const { failure, language } of allTexts) {
      await driver.open(`${site.url}/${language.toLowerCase()}/`)
      await driver.click('#start')
      const { code, text } = await failureOf(page)
      t.equal(code, 'device_date')
      const [before = '', after = ''] = failure.device_date.split('{date}')
      t.ok(text.startsWith(before) && text.endsWith(after), text)
      t.match(text.slice(before.length), /^[^.。]*2021/, 'the date that it says')
      await look(t, page, 'a wrong date')
    }
    t.strictSame(bodies, [])
    await driver.open(`${site.url}/en/`)
    await driver.click('#start')
    t.equal((await failureOf(page)).code, 'device_date')
    await page.clock.setFixedTime(Date.now())
    await driver.click(again)
    await driver.see('[data-program="emergency"]')
  },
)

await t.test('a date that goes wrong while somebody types loses nothing', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t)
  const driver = chromiumDriver(page)
  await filled(driver, site)
  await page.clock.setFixedTime(Date.parse('2021-07-03T12:00:00Z'))
  await send(driver)
  const { code, text } = await failureOf(page)
  t.equal(code, 'device_date')
  t.match(text, /What you typed is still here/)
  await page.clock.setFixedTime(Date.now())
  await driver.click(again)
  await driver.see('#due')
  t.equal((await arrivedCases(site)).length, 1)
})

await t.test('a list of keys that was changed on the way is not sealed to', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t)
  const driver = chromiumDriver(page)
  const bodies = posts(page)
  await page.route('**/v1/directory', async route => {
    const response = await route.fetch()
    return route.fulfill({
      response,
      body: (await response.text()).replace('"minimum_client":1', '"minimum_client": 1'),
    })
  })
  await beginUntilStopped(page, driver, site.url)
  const { code, text } = await failureOf(page)
  t.equal(code, 'directory_invalid')
  t.match(text, /To protect you, nothing is sent/)
  t.strictSame(bodies, [])
})

await t.test('a list of keys signed by somebody else is told apart', async t => {
  const site = await testSite(t)
  const other = await testOrganisation({ programs: sitePrograms() })
  const { page } = await visitor(t)
  const driver = chromiumDriver(page)
  await page.route('**/v1/directory', route =>
    route.fulfill({ contentType: 'text/plain', body: Buffer.from(other.note) }),
  )
  await beginUntilStopped(page, driver, site.url)
  t.equal((await failureOf(page)).code, 'root_mismatch')
})

await t.test('a list of keys that is none at all has its sentence too', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t)
  const driver = chromiumDriver(page)
  await page.route('**/v1/directory', route => route.fulfill({ body: 'nothing' }))
  await driver.open(`${site.url}/en/`)
  await driver.click('#start')
  t.equal((await failureOf(page)).code, 'directory_invalid')
  await page.unroute('**/v1/directory')
  await driver.click(again)
  await driver.see('[data-program="emergency"]')
})

const excerpt = '**/v1/directory/excerpt'
const later = '**/a/later-*'

/** Holds back what is asked of an address until it is let go. */
async function hold(page: Page, address: string): Promise<() => void> {
  let letGo = () => {}
  const held = new Promise<void>(resolve => {
    letGo = resolve
  })
  await page.route(address, async route => {
    await held
    return route.fallback()
  })
  return letGo
}

/** Changes the excerpt that questions are drawn from, each time in another way. @returns how often it was asked for */
async function lieInExcerpt(page: Page, change: (json: string, time: number) => string) {
  let times = 0
  await page.route(excerpt, async route => {
    times += 1
    const response = await route.fetch()
    return route.fulfill({ response, body: change(await response.text(), times) })
  })
  return () => times
}

/** What is told at once may come before a program was chosen, or while it is. */
async function beginUntilTold(driver: Driver, url: string) {
  const begun = begin(driver, url, 'en', 'emergency').catch(() => undefined)
  const told = driver.see('[data-failure]').catch(() => undefined)
  await Promise.race([begun, told])
}

/** The second script has run, and what waited for it has been told. (The policy lets no page wait for an expression.) */
async function allThere(page: Page) {
  const condition = `self.arrived !== undefined && document.querySelector('script[src*="/a/later-"]') === null`
  while ((await page.evaluate(condition)) !== true) await wait(50)
}

/** Chooses what a form that nobody has signed asks first, in the page's language. */
async function answerFirst(driver: Driver, url: string) {
  await begin(driver, url, 'en', 'emergency')
  await driver.see('#q-reply-language')
  await choose('en')(driver)
}

const forged = 'We answer within a minute.'
const elsewhere = 'Closed. Write to trap@example.org.'

/** An excerpt, and what has no place in it. */
interface Shown extends DirectoryExcerpt {
  leave_to?: Readonly<Record<string, string>>
  others?: readonly object[]
}

function forge(json: string, change: (shown: Shown) => void): string {
  const shown: Shown = JSON.parse(json)
  change(shown)
  return JSON.stringify(shown)
}

await t.test(
  'step 2: what was typed into a form that nobody has signed is erased, and the signed one begins',
  async t => {
    const site = await testSite(t)
    const { page } = await visitor(t)
    const driver = chromiumDriver(page)
    const bodies = posts(page)
    const letGo = await hold(page, '**/v1/directory')
    const times = await lieInExcerpt(page, (json, time) =>
      forge(json, ({ programs }) => {
        for (const { for_whom = {}, form, out_of_scope = {}, promise } of programs) {
          promise['en'] = `${forged} ${time}`
          for_whom['en'] = elsewhere
          out_of_scope['en'] = elsewhere
          form.questions = form.questions.filter(({ key }) => key === 'contact')
        }
      }),
    )
    // The first time it is the keys that do not verify: to try again does not make the form any better.
    let isTampered = true
    await page.route('**/deployment.json', async route => {
      const response = await route.fetch()
      const served = await response.json()
      const root = isTampered ? `${served.root}`.replace(/.$/, 'x') : served.root
      isTampered = false
      return route.fulfill({ response, body: JSON.stringify({ ...served, root }) })
    })
    await driver.open(`${site.url}/en/`)
    await driver.click('#start')
    t.match(await driver.textOf('[data-program="emergency"]'), forged)
    t.notMatch(await driver.textOf('main'), elsewhere, 'whom it is for, nobody has signed')
    t.equal(await page.locator('[data-program] + .hint').count(), 0)
    await driver.click('[data-program="emergency"]')
    await driver.see('#q-contact')
    await choose('messenger')(driver)
    letGo()
    const first = await failureOf(page)
    t.ok(['root_mismatch', 'directory_invalid'].includes(first.code ?? ''), first.code ?? '')
    t.match(await driver.textOf('main'), /Other safe ways/)
    await driver.click(again)
    await page.waitForSelector('[data-failure="form_changed"]')
    const { text } = await failureOf(page)
    t.match(text, /what you typed into it was erased/)
    t.notMatch(text, /still here/)
    t.equal(await page.locator('main .actions button').count(), 1, 'there is one way')
    await driver.click(again)
    t.notMatch(await driver.textOf('[data-program="emergency"]'), forged)
    t.ok(await page.locator('[data-program="emergency"] + .hint').count(), 'the signed words')
    await driver.click('[data-program="emergency"]')
    await driver.see('#q-reply-language')
    await answer(driver, emergencyDoings('en', story))
    await driver.see('.review')
    t.notMatch(await driver.textOf('main'), forged)
    t.strictSame(bodies, [])
    await send(driver)
    await driver.see('#due')
    t.equal(times(), 1, 'what was drawn is not fetched again')
    const [arrived] = await arrivedCases(site)
    const content = await openAs(site, 'intake-1', arrived?.envelope ?? new Uint8Array())
    t.match(content, { answers: { what_happened: story } })
    t.notMatch(JSON.stringify(content?.answers), 'messenger')
  },
)

for (const { what, change } of [
  {
    what: 'a program that there is not',
    change: ({ programs }) => {
      for (const program of programs) program.id = `rescue-${program.id}`
    },
  },
  {
    what: 'a site to leave to, and others who help',
    change: shown => {
      shown.leave_to = { en: 'https://example.org/trap' }
      shown.others = [{ name: 'Trap', url: 'https://example.org/trap' }]
    },
  },
] satisfies { what: string; change: (shown: Shown) => void }[])
  await t.test(`step 2: an excerpt with ${what} leads nowhere`, async t => {
    const site = await testSite(t)
    const { page } = await visitor(t)
    const driver = chromiumDriver(page)
    const letGo = await hold(page, '**/v1/directory')
    await lieInExcerpt(page, json => forge(json, change))
    await driver.open(`${site.url}/en/`)
    const leaving = await page.getAttribute('#leave', 'href')
    await allThere(page)
    t.equal(await page.textContent('#when'), '', 'nothing unsigned on the first page')
    t.equal(await page.textContent('#others'), '')
    t.equal(await page.getAttribute('#leave', 'href'), leaving)
    await driver.click('#start')
    await driver.click('[data-program]')
    await page.waitForSelector('main form .label, main form legend')
    letGo()
    t.equal((await failureOf(page)).code, 'form_changed')
    await driver.click(again)
    await driver.see('[data-program="emergency"]')
    t.equal(await page.getAttribute('#leave', 'href'), leaving)
    t.notMatch(await page.content(), /example\.org\/trap|rescue-/)
  })

await t.test('step 2: a program that is withdrawn while somebody writes is told', async t => {
  const organisation = await siteOrganisation()
  const site = await testSite(t, organisation)
  const { page } = await visitor(t)
  const driver = chromiumDriver(page)
  const bodies = posts(page)
  await filled(driver, site)
  const { primitives, root } = organisation
  const { store } = site.api.db
  const programs = sitePrograms().filter(({ id }) => id === 'pil')
  const note = await organisation.sign({ programs }, await organisation.verify(organisation.note))
  await publishDirectory({ store, primitives, root, now: Date.now }, note)
  await page.route('**/v1/intakes', route =>
    route.fulfill({
      status: 409,
      contentType: 'application/problem+json',
      body: JSON.stringify({ code: 'directory_stale' }),
    }),
  )
  // The server itself has it within seconds.
  await page.route('**/v1/directory', route =>
    route.fulfill({ contentType: 'text/plain', body: Buffer.from(note) }),
  )
  await send(driver)
  t.equal((await failureOf(page)).code, 'form_changed')
  t.equal(bodies.length, 1)
  await driver.click(again)
  await driver.see('[data-program="pil"]')
  t.equal(await page.locator('[data-program]').count(), 1)
})

/** Changes a sealing script on its way to the browser. */
async function lie(page: Page, name: string, code: string) {
  await page.route(`**/a/seal-${name}-*.js`, async route => {
    const response = await route.fetch()
    return route.fulfill({ response, body: `${code};\n${await response.text()}` })
  })
}

const wrongDigest = `{
  const right = crypto.subtle.digest.bind(crypto.subtle)
  crypto.subtle.digest = async (...args) => {
    const bytes = new Uint8Array(await right(...args))
    if (self.lying !== false) bytes[0] ^= 1
    return bytes.buffer
  }
}`

await t.test(
  'step 3: primitives that give wrong answers seal nothing, and nothing is sent',
  async t => {
    const site = await testSite(t)
    const { page } = await visitor(t)
    const driver = chromiumDriver(page)
    const bodies = posts(page)
    await lie(page, 'wasm', wrongDigest)
    await beginUntilTold(driver, site.url)
    const { code, text } = await failureOf(page)
    t.equal(code, 'primitives_faulty')
    t.match(text, /nothing is sent/)
    t.strictSame(bodies, [])
    t.match(await driver.textOf('main'), /Other safe ways/)
  },
)

/** Through code and confirmation, up to the moment of sending. */
async function confirmSaved(driver: Driver) {
  await driver.click(again)
  await driver.click(again)
  await driver.click('label.option:has(#saved)')
  await driver.click(goOn)
}

await t.test(
  'step 3: randomness that repeats itself seals nothing, and nothing is sent',
  async t => {
    const site = await testSite(t)
    const { page } = await visitor(t)
    const driver = chromiumDriver(page)
    const bodies = posts(page)
    await lie(page, 'wasm', 'crypto.getRandomValues = array => array.fill(7)')
    await beginUntilTold(driver, site.url)
    t.equal((await failureOf(page)).code, 'primitives_faulty')
    t.strictSame(bodies, [])
  },
)

await t.test(
  'step 3: an engine that breaks while it seals is caught afterwards, and nothing is sent',
  async t => {
    const site = await testSite(t)
    const { page } = await visitor(t)
    const driver = chromiumDriver(page)
    const bodies = posts(page)
    // Right until a key is wrapped, which alone draws 64 bytes at once; wrong from then on.
    await lie(
      page,
      'wasm',
      `self.lying = false
      {
        const draw = crypto.getRandomValues.bind(crypto)
        crypto.getRandomValues = array => {
          if (array.length === 64) self.lying = true
          return draw(array)
        }
      }
      ${wrongDigest}`,
    )
    await filled(driver, site)
    await confirmSaved(driver)
    const { code, text } = await failureOf(page)
    t.equal(code, 'primitives_faulty')
    t.match(text, /What you typed is still here/)
    t.strictSame(bodies, [])
  },
)

await t.test('how far somebody has come shows in no request', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t)
  const driver = chromiumDriver(page)
  let asked = 0
  await page.route('**/v1/directory', async route => {
    asked += 1
    await route.abort('connectionreset')
  })
  await answerFirst(driver, site.url)
  await allThere(page)
  const [before, began] = [asked, performance.now()]
  for (let presses = 0; presses < 6; presses++) {
    const heading = await driver.textOf('main h1')
    await driver.click(goOn)
    while ((await driver.textOf('main h1')) === heading) await wait(10)
    await driver.click('main .actions button:last-child')
    while ((await driver.textOf('main h1')) !== heading) await wait(10)
  }
  const rounds = Math.ceil((performance.now() - began) / 10_000)
  t.ok(asked > 0 && asked - before <= rounds, `${asked - before} in ${rounds} rounds`)
})

await t.test('where WebAssembly is forbidden the other engine seals', async t => {
  const site = await testSite(t)
  const { page, requests } = await visitor(t)
  const driver = chromiumDriver(page)
  await lie(page, 'wasm', 'WebAssembly.instantiate = async () => { throw new Error("forbidden") }')
  await filled(driver, site)
  await send(driver)
  await driver.see('#due')
  t.ok(requests.some(request => request.url().includes('/a/seal-pure-')))
  t.equal((await arrivedCases(site)).length, 1)
})

await t.test('where nothing can seal, other safe ways are shown', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t)
  const driver = chromiumDriver(page)
  await lie(page, 'wasm', 'throw new Error("old")')
  await lie(page, 'pure', 'throw new Error("old")')
  await beginUntilTold(driver, site.url)
  t.equal((await failureOf(page)).code, 'cannot_seal')
  t.match(await driver.textOf('main'), /Ask a person you trust/)
})

await t.test(
  'what does not arrive at the start is a lost line, and can be fetched again',
  async t => {
    const site = await testSite(t)
    const { page } = await visitor(t)
    const driver = chromiumDriver(page)
    // Without an excerpt the directory itself is waited for.
    await page.route(excerpt, route => route.abort('connectionreset'))
    await page.route('**/v1/directory', route => route.abort('connectionreset'))
    await driver.open(`${site.url}/en/`)
    await driver.click('#start')
    t.equal((await failureOf(page)).code, 'offline')
    await page.unroute('**/v1/directory')
    await driver.click(again)
    await driver.see('[data-program]')
    await page.unroute(excerpt)
    const behind = ['**/deployment.json', '**/v1/directory', '**/a/seal-*']
    const lose = (address: string) => page.route(address, route => route.abort('connectionreset'))
    for (const address of behind) await lose(address)
    await filled(driver, site)
    for (const address of behind) {
      await driver.click(again)
      t.equal((await failureOf(page)).code, 'offline', address)
      await page.unroute(address)
    }
    await driver.click(again)
    await driver.see('ol.words')
  },
)

await t.test(
  'the first question needs one script, and the other may be lost on the way',
  async t => {
    const site = await testSite(t)
    const { page } = await visitor(t)
    const driver = chromiumDriver(page)
    await page.route(later, route => route.abort('connectionreset'))
    await begin(driver, site.url, 'vi', 'emergency')
    await driver.see('#q-reply-language')
    await look(t, page, 'first question')
    await choose('vi')(driver)
    await driver.click(goOn)
    t.equal((await failureOf(page)).code, 'offline')
    await driver.click('main .actions button:nth-of-type(2)')
    await driver.see('#q-reply-language')
    t.ok(await page.isChecked('input[value="vi"]'), 'nothing chosen is lost')
    await page.reload()
    await driver.click('#start')
    await driver.click('[data-program="emergency"]')
    await driver.click(goOn)
    t.equal((await failureOf(page)).code, 'offline', 'also where nothing was chosen')
    await page.unroute(later)
    await driver.click(again)
    await driver.see('.faults')
    await choose('vi')(driver)
    await driver.click(goOn)
    await driver.see('#q-contact')
    await driver.click('main form .actions button:last-child')
    await answer(driver, emergencyDoings('vi', story))
    await send(driver)
    await driver.see('#due')

    await page.route(later, route => route.abort('connectionreset'))
    await driver.open(`${site.url}/vi/`)
    await driver.click('#have-code')
    t.equal((await failureOf(page)).code, 'offline')
    await page.unroute(later)
    await driver.click(again)
    await driver.see('#words')
    await driver.click('main form .actions button:last-child')
    await driver.see('#when [data-promise]')
    t.equal(await page.locator('#when [data-promise]').count(), 2, 'filled as soon as it can be')
  },
)

await t.test('a script that never comes is a lost line after two minutes', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t)
  const driver = chromiumDriver(page)
  await page.clock.install()
  const letGo = [await hold(page, excerpt), await hold(page, later)]
  await driver.open(`${site.url}/en/`)
  await driver.click('#start')
  await driver.see('.waiting')
  await page.clock.fastForward(121_000)
  await driver.click('[data-program="emergency"]')
  await choose('en')(driver)
  await driver.click(goOn)
  await driver.see('.waiting')
  await page.clock.fastForward(121_000)
  t.equal((await failureOf(page)).code, 'offline')
  t.equal(await page.locator('script[src*="/a/later-"]').count(), 0)
  await page.unroute(later)
  await driver.click(again)
  await driver.see('#q-contact')
  for (const one of letGo) one()
})

await t.test(
  'a script that a new version of the site has replaced: the page says what to do',
  async t => {
    const site = await testSite(t)
    const { page } = await visitor(t)
    const driver = chromiumDriver(page)
    await page.route(later, gone)
    await answerFirst(driver, site.url)
    await driver.click(goOn)
    const { code, text } = await failureOf(page)
    t.equal(code, 'page_replaced')
    t.match(text, /must then be entered again/)
    t.notMatch(text, /still here/)
    await page.unroute(later)
    await driver.click(again)
    await driver.click('#start')
    await driver.click('[data-program="emergency"]')
    await driver.see('#q-reply-language')
    t.equal(await page.locator('input:checked').count(), 0)
    await choose('en')(driver)
    await driver.click(goOn)
    await driver.see('#q-contact')
  },
)

await t.test('a warning stays when the rest of the page comes meanwhile', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t)
  const driver = chromiumDriver(page)
  const letKeysGo = await hold(page, '**/v1/directory')
  const letScriptGo = await hold(page, later)
  await lieInExcerpt(page, json =>
    forge(json, ({ programs }) => {
      for (const { promise } of programs) promise['en'] = forged
    }),
  )
  await answerFirst(driver, site.url)
  await driver.click(goOn)
  await driver.see('.waiting')
  letKeysGo()
  t.equal((await failureOf(page)).code, 'form_changed')
  letScriptGo()
  await allThere(page)
  t.equal((await failureOf(page)).code, 'form_changed')
})

await t.test('nothing moves under a finger when the keys come', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t)
  const driver = chromiumDriver(page)
  const letKeysGo = await hold(page, '**/v1/directory')
  await driver.open(`${site.url}/zh-hant/`)
  await driver.see('#start')
  const boxOf = (id: string) => page.locator(`#${id}`).boundingBox()
  const [start, code] = [await boxOf('start'), await boxOf('have-code')]
  letKeysGo()
  await driver.see('[data-promise="emergency"]')
  t.strictSame([await boxOf('start'), await boxOf('have-code')], [start, code])
  await driver.click('#start')
  await driver.see('[data-program="emergency"]')
  t.match(await driver.textOf('#banner'), /示範/, 'a demonstration says so from the next screen on')
})

await t.test('a list of words that does not arrive is a lost line too', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t)
  const driver = chromiumDriver(page)
  await page.route('**/a/words-*', route => route.abort('connectionreset'))
  await filled(driver, site)
  await driver.click(again)
  t.equal((await failureOf(page)).code, 'offline')
  await page.unroute('**/a/words-*')
  await driver.click(again)
  await driver.see('ol.words')
})

await t.test(
  'step 11: the second script of the Worker that does not arrive is one, too',
  async t => {
    const site = await testSite(t)
    const { code } = await caseInTeam(site.api)
    const { page } = await visitor(t)
    const driver = chromiumDriver(page)
    await page.route('**/a/rest-*', route => route.abort('connectionreset'))
    await comeBack(driver, site.url, 'en', (await codeToWords(code, 'en')).join(' '))
    t.equal((await failureOf(page)).code, 'offline')
    await page.unroute('**/a/rest-*')
    await driver.click(again)
    await driver.see('main .actions button.files')
  },
)

await t.test('step 11: one that a new version of the site has replaced is told apart', async t => {
  const site = await testSite(t)
  const { code } = await caseInTeam(site.api)
  const { page } = await visitor(t)
  const driver = chromiumDriver(page)
  await page.route('**/a/rest-*', gone)
  await comeBack(driver, site.url, 'en', (await codeToWords(code, 'en')).join(' '))
  t.equal((await failureOf(page)).code, 'page_replaced')
})

await t.test('a sealing script that was replaced is told before anything is typed', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t)
  const driver = chromiumDriver(page)
  await page.route('**/a/seal-*', gone)
  await driver.open(`${site.url}/en/`)
  await driver.click('#start')
  t.equal((await failureOf(page)).code, 'page_replaced')
  await page.unroute('**/a/seal-*')
  await driver.click(again)
  await driver.click('#start')
  await driver.see('[data-program="emergency"]')
})

await t.test('step 5: a receipt that does not fit is not taken for one', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t)
  const driver = chromiumDriver(page)
  await filled(driver, site)
  await page.route('**/v1/intakes', async route => {
    const response = await route.fetch()
    const served = await response.json()
    const receipt = String(served.receipt).replaceAll(/^(due \S+) 2/gm, '$1 3')
    t.not(receipt, served.receipt)
    return route.fulfill({ response, body: JSON.stringify({ ...served, receipt }) })
  })
  await send(driver)
  t.equal((await failureOf(page)).code, 'receipt_invalid')
  await page.unroute('**/v1/intakes')
  await driver.click(again)
  await driver.see('#due')
  t.equal((await arrivedCases(site)).length, 1)
})

await t.test('step 11: words that are no code, and a code of nobody, are told apart', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t)
  const driver = chromiumDriver(page)
  await comeBack(driver, site.url, 'en', 'abandon abandon abandon')
  const few = await failureOf(page)
  t.equal(few.code, 'receipt_code_invalid')
  t.match(few.text, /Words typed: 3\. A receipt code has 12\./)
  t.match(few.text, /still here/)
  t.strictSame(await driver.textsOf('main .actions button'), ['Back'], 'the same would do nothing')
  await driver.click(again)
  t.equal(await page.inputValue('#words'), 'abandon abandon abandon', 'still typed in')
  for (const { words, sentence } of [
    {
      words: `${'abandon '.repeat(4)}canari ${'abandon '.repeat(5)}zebrafish about`,
      sentence: /Not in the list of words: number 5, 11\./,
    },
    { words: 'abandon '.repeat(12), sentence: /one of them is wrong, or two have changed places/ },
  ]) {
    await driver.type('#words', words)
    await driver.click(goOn)
    const { code, text } = await failureOf(page)
    t.equal(code, 'receipt_code_invalid')
    t.match(text, sentence)
    t.notMatch(text, /abandon|canari|zebrafish/)
    await driver.click(again)
  }
  await driver.type('#words', `${'abandon '.repeat(11)}about`)
  await page.route('**/v1/mailbox', route => route.abort('connectionreset'))
  await driver.click(goOn)
  t.equal((await failureOf(page)).code, 'offline')
  await page.unroute('**/v1/mailbox')
  await driver.click(again)
  t.equal((await failureOf(page)).code, 'mailbox_unknown')
  t.strictSame(await driver.textsOf('main .actions button'), ['Back', 'Try again'])
  await driver.click(again)
  t.equal(await page.inputValue('#words'), `${'abandon '.repeat(11)}about`)
})

await t.test('step 11: a mailbox that is none is not shown', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t)
  const driver = chromiumDriver(page)
  await page.route('**/v1/mailbox', route =>
    route.fulfill({ contentType: 'application/json', body: '{"state":"answered"}' }),
  )
  await comeBack(driver, site.url, 'en', `${'abandon '.repeat(11)}about`)
  t.equal((await failureOf(page)).code, 'untrusted')
})

await t.test('step 11: an addition survives a lost line and new keys', async t => {
  const organisation = await siteOrganisation()
  const site = await testSite(t, organisation)
  const { page } = await visitor(t)
  const driver = chromiumDriver(page)
  await filled(driver, site)
  const words = await send(driver)
  await driver.see('#due')
  await comeBack(driver, site.url, 'en', words.join(' '))
  await driver.click(again)
  await driver.type('#addition', story)
  const answers = ['lost', 'stale']
  await page.route('**/v1/mailbox/additions', route => {
    const next = answers.shift()
    if (next === undefined) return route.continue()
    if (next === 'lost') return route.abort('connectionreset')
    return route.fulfill({
      status: 409,
      contentType: 'application/problem+json',
      body: JSON.stringify({ code: 'directory_stale' }),
    })
  })
  await driver.click(goOn)
  const { code, text } = await failureOf(page)
  t.equal(code, 'offline')
  t.match(text, /What you typed is still here/)
  await driver.click(again)
  await driver.see('.notice.good')
  const rows = await site.api.db.rows('select count(*)::int as n from additions')
  t.strictSame(rows, [{ n: 1 }])

  // What a handler alone may put on record: whoever got no answer is told so, and what to do.
  const look = async (change: string) => {
    await site.api.db.rows(`update cases set due_at = null, next_rung_at = null, ${change}`)
    await comeBack(driver, site.url, 'en', words.join(' '))
    await driver.see('#state')
    return page.textContent('main .notice')
  }
  t.match(await look(`state = 'answered', answered_at = now()`), /reached you in another way/)
  t.match(await look(`state = 'closed', outcome = 'supported'`), /has ended.*in another way/)
  t.match(await look(`answered_at = null`), /has ended.*Nobody has answered you/)
})
