// A walk to every screen that an applicant can come to, in one language, as the person comes to it: to be drawn, or looked at.
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { Page, Route } from 'playwright-core'
import type { DirectoryExcerpt } from '../../schemas/directory-excerpt.js'
import { maxAttachmentBytes } from '../../schemas/sealed.js'
import type { Texts } from '../../web/texts/texts.js'
import {
  begin,
  chromiumDriver,
  choose,
  comeBack,
  type Doings,
  type Driver,
  goOn,
  passBy,
  pilDoings,
  write,
} from './applicant.js'
import { visitor } from './chromium.js'
import { offlineFile } from './offline-file.js'
import { plainJpeg } from './pictures.js'
import {
  arrivedCases,
  replyAs,
  routeCase,
  siteOrganisation,
  type TestSite,
  testSite,
} from './site.js'

/** Who answers in which language. */
const desks: Readonly<Record<string, string>> = { vi: 'vietnam-1', zh: 'china-1' }
const main = 'main > .actions button.main'
/** Back, or whatever else there is. */
const second = 'main > .actions button:nth-of-type(2)'

const other = (status: 'open' | 'limited' | 'closed', number: number) => ({
  id: `other-${number}`,
  name: `Organisation ${number} (example)`,
  about: { en: 'Lawyers for people in detention.' },
  status,
  checked: new Date().toISOString().slice(0, 10),
  languages: ['en', 'zh-Hant', 'vi'],
  countries: [],
  url: `https://organisation-${number}.example/`,
})
const contact = { mail: 'support@organisation.example', key: 'PUBLIC KEY' }
const others = [other('open', 1), other('limited', 2), other('closed', 3)]
const organisation = await siteOrganisation({ demo: true, others, contact })

interface Walk {
  readonly t: Test
  readonly site: TestSite
  readonly page: Page
  readonly driver: Driver
  readonly texts: Texts
  readonly shoot: (screen: string) => Promise<void>
}

/** Does something with a screen as it stands, 320 pixels wide. */
export type Looker = (page: Page, screen: string) => Promise<void>

/** Each question as it is answered, and what is said between two of them. */
async function walkQuestions({ driver, page, shoot }: Walk, doings: Doings): Promise<void> {
  for (const [key, act] of Object.entries(doings)) {
    await driver.see(`#q-${key.replace(/[^a-z0-9]+/g, '-')}`)
    await act(driver)
    await shoot(key.replaceAll('_', '-'))
    await driver.click(goOn)
    await page.waitForSelector('main h1')
    if ((await page.locator('form, .review').count()) > 0) continue
    await shoot('coverage')
    await driver.click(main)
  }
}

async function walkBefore({ driver, page, shoot, site, texts }: Walk): Promise<void> {
  await driver.open(site.url)
  await shoot('languages')
  await driver.open(`${site.url}/${texts.language.toLowerCase()}/`)
  await driver.see('#where .countries')
  await page.locator('.map-holder').scrollIntoViewIfNeeded()
  await driver.see('.map svg')
  await shoot('before')
  await driver.click('#safety summary')
  await driver.type('#country-search-0', 'a')
  await shoot('place-found')
  await driver.type('#country-search-0', 'xqx')
  await shoot('place-not-found')
}

const emergency = (texts: Texts, words: string): Doings => ({
  reply_language: choose(texts.language),
  contact: async driver => {
    await choose('email')(driver)
    await driver.type('#q-contact-address', 'nobody@example.org')
  },
  contact_caution: write('contact_caution', words.slice(0, 300)),
  on_behalf_of: choose('family'),
  person_agrees: choose('cannot_be_asked'),
  country: driver => driver.select('#q-country', 'UA'),
  time_pressure: choose('happening_now'),
  deadline: async driver => {
    await driver.type('#q-deadline-day', '27')
    await driver.type('#q-deadline-month', '3')
    await driver.type('#q-deadline-year', '2027')
    await driver.type('#q-deadline-time', '08:30')
  },
  what_happened: write('what_happened', words),
  situation: choose('detained', 'health'),
  defender_link: choose('later'),
  help_needed: choose('lawyer', 'medical'),
  alias: passBy,
  referral: passBy,
  if_unreachable: choose('tell_person'),
})

/** As the service refuses. */
const refuse = (route: Route, status: number, code: string) =>
  route.fulfill({
    status,
    contentType: 'application/problem+json',
    body: JSON.stringify({ code }),
  })

/** From the review over a lost line to the receipt. @returns the words */
async function walkSending({ driver, page, shoot, texts }: Walk): Promise<string> {
  await driver.see('.review')
  await shoot('review')
  await driver.click(main)
  await driver.see('ol.words')
  const words = await driver.textsOf('ol.words li')
  await shoot('code')
  await driver.click('[aria-controls="qr"]')
  await shoot('code-qr')
  await driver.click('main > .actions:last-child button.main')
  await driver.see('#saved')
  await shoot('typed-back')
  await driver.click(goOn)
  await shoot('typed-back-empty')
  for (const input of await page.locator('form .field input').all()) await input.fill('abc')
  await driver.click(goOn)
  await shoot('typed-back-wrong')
  await driver.click('label.option:has(#saved)')
  let release = () => {}
  const held = new Promise<void>(resolve => {
    release = resolve
  })
  await page.route('**/v1/intakes', async route => {
    await held
    return route.abort('connectionreset')
  })
  await driver.click(goOn)
  await page.waitForSelector(`text=${texts.sending.sending}`)
  await shoot('sending')
  release()
  await driver.see('[data-failure="offline"]')
  await shoot('failure-lost-line')
  await page.click(`text=${texts.handOver.offer}`)
  await driver.see('#until')
  await page.click(`text=${texts.handOver.copy}`)
  await shoot('hand-over')
  await page.unroute('**/v1/intakes')
  await page.route('**/v1/intakes', route => refuse(route, 409, 'intake_conflict'))
  await driver.click(second)
  await driver.see('[data-failure="arrived_already"]')
  await shoot('failure-arrived-already')
  await driver.click(second)
  await page.unroute('**/v1/intakes')
  await driver.click('label.option:has(#saved)')
  await driver.click(goOn)
  await driver.see('#due')
  await driver.click('.others summary')
  await driver.click('.proof summary')
  await shoot('receipt')
  await driver.click(main)
  await driver.see('#state')
  await shoot('mailbox-arrived')
  return words.join(' ')
}

/** Files of which one cannot be read when it is to be sent, one is too large, and one is taken back too late. */
async function walkFiles({ t, driver, page, shoot }: Walk): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'khancap-screens-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const inFolder = async (name: string, bytes: Uint8Array, length = bytes.length) => {
    const path = join(folder, name)
    await writeFile(path, bytes)
    await truncate(path, length)
    return path
  }
  const photo = await inFolder('photo-2026-11-22-morning.jpg', plainJpeg)
  const recording = await inFolder('recording.mp4', new Uint8Array(100_000))
  const film = await inFolder('film.mp4', new Uint8Array(0), maxAttachmentBytes + 1)
  await driver.click('main .actions button.files')
  await driver.see('#files')
  await shoot('files')
  await page.setInputFiles('#files', [photo, recording, film])
  await driver.see('#chosen li:nth-of-type(3)')
  await driver.click(main)
  await driver.see('p.fault')
  await shoot('files-chosen')
  await driver.click('#agreed')
  await page.route('**/v1/uploads/**', route => route.abort('connectionreset'))
  // It is named, and nobody hears of it.
  const named = new Promise<void>(resolve => {
    void page.route('**/v1/mailbox/additions', async route => {
      await route.fetch()
      resolve()
      return route.abort('connectionreset')
    })
  })
  await driver.click(main)
  await driver.see('progress')
  await shoot('files-sending')
  await page.unroute('**/v1/uploads/**')
  await named
  await driver.click('main > .actions button')
  await driver.click('#chosen li button')
  await driver.see('#chosen li[data-state="kept"]')
  await page.unroute('**/v1/mailbox/additions')
  await truncate(recording, 1000)
  await driver.click('#agreed')
  await driver.click(main)
  await driver.see('#chosen li:nth-of-type(2) p.fault')
  await shoot('files-left')
  await page.setInputFiles('#files', recording)
  await driver.click('#agreed')
  await driver.click(main)
  await driver.see('.notice.good')
  await shoot('mailbox-files')
}

async function walkBack(walk: Walk, words: string, story: string): Promise<void> {
  const { driver, page, shoot, site, texts } = walk
  const path = texts.language.toLowerCase()
  const visit = async () => {
    await comeBack(driver, site.url, path, words)
    await driver.see('#state')
  }
  const [arrived] = (await arrivedCases(site)).slice(-1)
  if (arrived === undefined) throw new Error('nothing arrived')
  await routeCase(site, arrived)
  const change = (what: string) =>
    site.api.db.rows(`update cases set ${what} where id = $1`, [arrived.caseId])
  const lookAgain = async (screen: string) => {
    await page.click(`main .actions >> text=${texts.mailbox.refresh}`)
    await driver.see('#state')
    await shoot(screen)
  }
  await driver.open(`${site.url}/${path}/`)
  await driver.click('#have-code')
  await driver.type('#words', words)
  await shoot('come-back')
  await visit()
  await shoot('mailbox-waiting')
  await change(`due_at = now() - interval '3 hours'`)
  await lookAgain('mailbox-late')
  await change(`state = 'closed', outcome = 'no_contact', due_at = null, next_rung_at = null`)
  await lookAgain('mailbox-unanswered')
  await change(`state = 'routed', outcome = null, due_at = now() + interval '48 hours'`)
  const [desk = ''] = texts.language.split('-')
  await replyAs(site, desks[desk] ?? 'intake-1', arrived, story, texts.language)
  await visit()
  await driver.see('article.reply')
  await shoot('mailbox-reply')
  await walkFiles(walk)
  await change(`state = 'closed', outcome = 'supported', due_at = null, next_rung_at = null`)
  await lookAgain('mailbox-closed')
  await page.route('**/v1/mailbox', async route => {
    const response = await route.fetch()
    const view = { ...(await response.json()), state: 'purged', due_at: null }
    return route.fulfill({ response, json: view })
  })
  await lookAgain('mailbox-purged')
  await page.unroute('**/v1/mailbox')
  await visit()
  await driver.click(main)
  await driver.see('#addition')
  await driver.click(goOn)
  await shoot('addition-empty')
  await driver.type('#addition', story)
  await driver.click(goOn)
  await driver.see('.notice.good')
  await change(`due_at = now() + interval '60 hours', hold_asked_by = 'vietnam-1',
    hold_confirmed_by = 'director-1', hold_reason = 'contact_unsafe', hold_since = now(),
    hold_until = now() + interval '12 hours', held_ms = 43200000`)
  await visit()
  await shoot('mailbox-added-held')
  await driver.click('main .actions button:nth-of-type(2)')
  await driver.see('main form .early')
  for (let first = true; (await page.locator('main form .early').count()) > 0; first = false) {
    const id = (await page.locator('main form [id^="q-"]').first().getAttribute('id')) ?? ''
    if (first) await page.locator('main form input[type="text"]').first().fill(story.slice(0, 40))
    await shoot(`further${id.slice(1)}`)
    await driver.click(goOn)
    await driver.see('main h1')
  }
  await shoot('further-review')
  await visit()
  await driver.click('main button.delete')
  await driver.see('main button.main')
  await shoot('deletion')
  await driver.click('main button.delete')
  await driver.see('#deleted')
  await shoot('deleted')
  await comeBack(driver, site.url, path, words)
  await driver.see('[data-failure="mailbox_unknown"]')
  await shoot('failure-mailbox-unknown')
}

/** Questions of the other program, with a list of two rows, a date that is none, and an hour on a clock that is not known. */
async function walkLitigation(walk: Walk, story: string): Promise<void> {
  const { driver, shoot, site, texts } = walk
  await begin(driver, site.url, texts.language.toLowerCase(), 'pil')
  await walkQuestions(walk, {
    ...pilDoings(texts.language, story),
    contact: async () => {
      await choose('messenger')(driver)
      await driver.type('#q-contact-address', '@nobody')
    },
    jurisdiction: () => driver.select('#q-jurisdiction-country', ':unknown'),
    next_deadline: async () => {
      await driver.type('#q-next-deadline-day', '31')
      await driver.type('#q-next-deadline-month', '2')
      await driver.type('#q-next-deadline-year', '2027')
      await driver.click(goOn)
      await driver.see('.faults')
      await shoot('fault-date')
      await driver.type('#q-next-deadline-day', '28')
      await driver.type('#q-next-deadline-time', '08:30')
      await driver.click(goOn)
      await driver.see('.faults')
      await shoot('fault-clock')
      await driver.select('#q-next-deadline-zone', 'UTC-0930')
    },
    public_interest: async () => {
      await driver.type('#q-public-interest', 'a'.repeat(1501))
      await driver.click(goOn)
      await driver.see('.faults')
      await shoot('fault-too-long')
      await driver.type('#q-public-interest', story)
    },
    opponent: choose('police'),
    budget: driver => driver.click('#q-budget > div > button'),
  })
  await driver.see('.review')
  await shoot('review-pil')
}

async function walkFailures({ driver, page, shoot, site, texts }: Walk): Promise<void> {
  const path = texts.language.toLowerCase()
  await comeBack(driver, site.url, path, 'abc')
  await driver.see('[data-failure]')
  await shoot('failure-words')
  await page.route('**/v1/directory', route => route.fulfill({ body: 'nothing' }))
  await driver.open(`${site.url}/${path}/`)
  await driver.click('#start')
  await driver.see('[data-failure]')
  await shoot('failure-keys')
  await page.unroute('**/v1/directory')

  const changed = '**/v1/directory/excerpt'
  let letGo = () => {}
  const held = new Promise<void>(resolve => {
    letGo = resolve
  })
  await page.route('**/v1/directory', async route => {
    await held
    return route.continue()
  })
  await page.route(changed, async route => {
    const response = await route.fetch()
    const excerpt: DirectoryExcerpt = await response.json()
    for (const { promise } of excerpt.programs) promise[texts.language] = 'Nobody has signed this.'
    return route.fulfill({ response, json: excerpt })
  })
  await driver.open(`${site.url}/${path}/`)
  await driver.click('#start')
  await driver.see('[data-program]')
  letGo()
  await driver.see('[data-failure="form_changed"]')
  await shoot('failure-form-changed')
  await page.unroute(changed)
  await page.unroute('**/v1/directory')

  await page.route('**/a/later-*', route => route.fulfill({ status: 404, body: 'not found' }))
  await begin(driver, site.url, path, 'emergency')
  await choose(texts.language)(driver)
  await driver.click(goOn)
  await driver.see('[data-failure="page_replaced"]')
  await shoot('failure-page-replaced')
  await page.unroute('**/a/later-*')
}

async function walkOutside({ t, site, texts }: Walk, look: Looker): Promise<void> {
  const { page } = await visitor(t, { width: 320, javaScript: false, locale: texts.language })
  await page.goto(`${site.url}/${texts.language.toLowerCase()}/`)
  await look(page, 'no-scripts')
  const here = await visitor(t, { width: 320, locale: texts.language })
  await here.context.setOffline(true)
  await here.page.goto((await offlineFile(t, texts.language, organisation)).address)
  await here.page.waitForSelector('#begin:not([hidden])')
  await look(here.page, 'offline-form')
}

export async function everyScreen(t: Test, texts: Texts, look: Looker): Promise<void> {
  const site = await testSite(t, organisation)
  const enter = async (zone = 'Asia/Ho_Chi_Minh'): Promise<Walk> => {
    const { page } = await visitor(t, { width: 320, locale: texts.language, zone })
    const shoot = (screen: string) => look(page, screen)
    return { t, site, page, driver: chromiumDriver(page), texts, shoot }
  }
  const walk = await enter()
  const { driver, shoot } = walk
  const story = [...texts.sent.next, ...texts.before.danger].join('\n')
  await walkBefore(walk)
  await driver.open(`${site.url}/${texts.language.toLowerCase()}/`)
  await driver.click('#start')
  await driver.see('[data-program]')
  await shoot('programs')
  await driver.click('[data-program="emergency"]')
  await driver.see('fieldset')
  await driver.click(goOn)
  await driver.see('.faults')
  await shoot('fault-required')
  await walkQuestions(walk, emergency(texts, story))
  await walkBack(walk, await walkSending(walk), story)
  // Whose browser hides its clock is offered those of anywhere.
  await walkLitigation(await enter('UTC'), story)
  await walkFailures(walk)
  await walkOutside(walk, look)
}
