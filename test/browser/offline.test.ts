// Steps 2 to 4 without network: the form as a file, opened from a disk, seals to the directory that is built into it; what
// it sealed is carried by hand, becomes a case, and the receipt code opens the way back.
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import {
  type CarriedRequest,
  isRequestFile,
  readRequestFile,
} from '../../src/core/envelope/request-file.js'
import { inspectSealed } from '../../src/core/envelope/inspect.js'
import { findRequests } from '../../src/core/mail/carried-requests.js'
import {
  answer,
  begin,
  choose,
  chromiumDriver,
  comeBack,
  type Doings,
  type Driver,
  firefoxDriver,
  send,
  write,
} from '../helper/applicant.js'
import { visitor } from '../helper/chromium.js'
import { firefoxVisitor, torSafer } from '../helper/firefox.js'
import { allOfflineTexts, builtTemplate, offlineFile, savedFile } from '../helper/offline-file.js'
import { allTexts } from '../helper/texts.js'
import {
  arrivedCases,
  openAs,
  routeCase,
  siteOrganisation,
  sitePrograms,
  type TestSite,
  testSite,
} from '../helper/site.js'
import { look } from '../helper/look.js'

/** A file has no service workers to ask for. */
const storedByFiles = `(async () => [
  document.cookie,
  localStorage.length,
  sessionStorage.length,
  (await indexedDB.databases()).length,
])()`

const canary = 'Chim hoàng yến đậu trên mái ngói 金絲雀'
const mail = 'lienhe@example.org'

/** The shipped programs with so few questions that the walk through them is short. */
const asked = new Set([
  'reply_language',
  'contact',
  'country',
  'jurisdiction',
  'what_happened',
  'summary',
])
const programs = sitePrograms().map(program => ({
  ...program,
  form: {
    ...program.form,
    questions: program.form.questions.filter(({ key }) => asked.has(key)),
  },
}))
const organisation = await siteOrganisation({ programs, contact: { mail } })
const site = await testSite(t, organisation, {
  offlineTemplates: new Map([['zh-Hant', await builtTemplate('zh-Hant')]]),
})

const emergency = (language: string): Doings => ({
  reply_language: choose(language),
  contact: choose('portal'),
  country: driver => driver.select('#q-country', 'TW'),
  what_happened: write('what_happened', canary),
})

async function fillIn(driver: Driver, language: string, program = 'emergency') {
  await driver.click('#start')
  await driver.click(`[data-program="${program}"]`)
  await answer(driver, emergency(language))
  const words = await send(driver)
  await driver.see('#write-mail')
  return words
}

async function bringIn({ id, directorySequence, envelope, mailbox, slip }: CarriedRequest) {
  const response = await fetch(`${site.url}/v1/intakes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      id,
      directory_version: directorySequence,
      slip: slip === null ? null : encodeBase64url(slip),
      envelope: encodeBase64url(envelope),
      mailbox: encodeBase64url(mailbox),
    }),
  })
  return response.status
}

/** The case that this request became, as a handler reads it. */
async function readCase(place: TestSite, request: CarriedRequest) {
  const arrived = (await arrivedCases(place)).find(({ envelope }) =>
    Buffer.from(envelope).equals(Buffer.from(request.envelope)),
  )
  if (arrived === undefined) throw new Error('it did not arrive')
  const slip = await routeCase(place, arrived)
  for (const handler of ['vietnam-1', 'china-1', 'intake-1']) {
    const content = await openAs(place, handler, arrived.envelope)
    if (content !== null) return { slip, content }
  }
  throw new Error('nobody can open it')
}

const isLocal = (address: string) => /^(file|blob|data):/.test(address)

await t.test(
  'downloaded, opened from the disk without network, carried as a file, read',
  async t => {
    const online = await visitor(t)
    const folder = 'zh-hant'
    await online.page.goto(`${site.url}/${folder}/`)
    const [download] = await Promise.all([
      online.page.waitForEvent('download'),
      online.page.click(`#offline a[download]`),
    ])
    t.equal(download.suggestedFilename(), 'notes-zh-hant.html')
    const file = await savedFile(t, 'zh-Hant', await readFile(await download.path(), 'utf8'))

    const { page, context, requests, complaints } = await visitor(t, { width: 320 })
    await context.setOffline(true)
    const driver = chromiumDriver(page)
    await driver.open(file.address)
    await driver.see('#begin:not([hidden])')
    t.match(await driver.textOf('#until'), /2\d{3}年/)
    await look(t, page, 'before')
    const words = await fillIn(driver, 'zh-Hant')
    await look(t, page, 'what to do with it')
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.click('main section button.main'),
    ])
    t.equal(saved.suggestedFilename(), 'notes.sealed')
    t.equal(
      await page.getAttribute('#write-mail', 'href'),
      `mailto:${mail}?subject=${encodeURIComponent('筆記')}`,
      'the subject says nothing',
    )
    t.strictSame(await page.evaluate(storedByFiles), ['', 0, 0, 0], 'nothing is stored')
    t.strictSame(
      requests.map(request => request.url()).filter(address => !isLocal(address)),
      [],
      'no request was tried',
    )
    t.strictSame(complaints, [])

    const bytes = new Uint8Array(await readFile(await saved.path()))
    t.ok(isRequestFile(bytes))
    const request = await readRequestFile(organisation.primitives, bytes)
    if (request === null) throw new Error('no request file')
    t.equal(inspectSealed(request.envelope).context.channel, 'offline')
    t.equal(await bringIn(request), 201)
    t.equal(await bringIn(request), 200, 'brought in twice it is one case')
    const { content, slip } = await readCase(site, request)
    t.match(slip, { program: 'emergency', language: 'zh-Hant', country: 'TW' })
    t.match(content.answers, { reply_language: 'zh-Hant', country: 'TW', what_happened: canary })
    t.equal(content.page_language, 'zh-Hant')

    const back = chromiumDriver(online.page)
    await comeBack(back, site.url, folder, words.join(' '))
    await back.see('#state')
  },
)

for (const { name, preferences } of [
  { name: 'Firefox', preferences: {} },
  { name: 'Tor Browser at "Safer"', preferences: torSafer },
])
  await t.test(`in ${name}, carried as the text of a mail`, async t => {
    const file = await offlineFile(t, 'vi', organisation)
    const { page, requests, complaints } = await firefoxVisitor(t, preferences)
    const driver = firefoxDriver(page)
    await driver.open(file.address)
    await driver.see('#begin:not([hidden])')
    await fillIn(driver, 'vi')
    await driver.click('main section:nth-of-type(2) button')
    await driver.see('#armored')
    const text = await page.$eval('#armored', area => ('value' in area ? String(area.value) : ''))
    t.strictSame(
      requests.map(request => request.url()).filter(address => !isLocal(address)),
      [],
      'no request was tried',
    )
    t.strictSame(complaints, [])
    const raw = `From: a@example.org\nTo: ${mail}\nSubject: Ghi =?utf-8?q?ch=C3=BA?=\n\n${text}`
    const found = await findRequests(organisation.primitives, Buffer.from(raw))
    t.equal(found.hasMore, false)
    const [request] = found.requests
    if (request === undefined) throw new Error('no request in the mail')
    t.equal(await bringIn(request), 201)
    const { content } = await readCase(site, request)
    t.match(content.answers, { what_happened: canary })
  })

await t.test('a file with an old, damaged or missing list of keys says what to do', async t => {
  const { note, root } = organisation
  const text = Buffer.from(note).toString()
  const old = await organisation.sign({ expires: formatTimestamp(Date.now() - 1000) })
  const cases = [
    { failure: 'directory_expired', language: 'fr', embedded: { root, note: old } },
    {
      failure: 'directory_invalid',
      language: 'vi',
      embedded: { root, note: Buffer.from(text.replace('"v":1', '"v": 1')) },
    },
    { failure: 'root_mismatch', language: 'zh-Hans', embedded: { root: '0'.repeat(64), note } },
    { failure: 'directory_missing', language: 'en', embedded: null },
  ] as const
  const { page, context } = await visitor(t)
  await context.setOffline(true)
  for (const { embedded, failure, language } of cases) {
    const file = await (embedded === null
      ? savedFile(t, language, await builtTemplate(language))
      : offlineFile(t, language, embedded))
    await page.goto(file.address)
    await page.waitForSelector(`[data-failure="${failure}"]`)
    const words = allOfflineTexts.find(each => each.language === language)?.failure[failure] ?? ''
    const [sentence = ''] = words.split('{date}')
    t.ok(sentence.length > 20)
    t.match(await page.textContent('[data-failure]'), sentence)
    t.equal(await page.locator('#start').count(), 0, 'nothing can be typed in vain')
    await look(t, page, failure)
  }
})

await t.test('where a file gets no Worker it seals all the same', async t => {
  const file = await offlineFile(t, 'fr', organisation)
  const { page } = await visitor(t)
  await page.addInitScript(`delete self.Worker`)
  const driver = chromiumDriver(page)
  await driver.open(file.address)
  await driver.see('#begin:not([hidden])')
  // The page is French; of the languages that are answered in, the person chooses English.
  await fillIn(driver, 'en')
  await driver.see('#until')
})

await t.test('step 4: a page that cannot send hands over what it has sealed', async t => {
  const { page } = await visitor(t)
  const driver = chromiumDriver(page)
  await page.route('**/v1/intakes', route => route.abort())
  await begin(driver, site.url, 'en', 'emergency')
  await answer(driver, emergency('en'))
  await send(driver)
  await driver.see('[data-failure="offline"]')
  const { handOver } = allTexts.find(({ language }) => language === 'en') ?? {}
  await page.click(`text=${handOver?.offer}`)
  await driver.see('#until')
  await look(t, page, 'hand-over')
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.click('main section button.main'),
  ])
  const bytes = new Uint8Array(await readFile(await saved.path()))
  const request = await readRequestFile(organisation.primitives, bytes)
  if (request === null) throw new Error('no request file')
  t.equal(await bringIn(request), 201)
  const { content } = await readCase(site, request)
  t.match(content.answers, { what_happened: canary })
})
