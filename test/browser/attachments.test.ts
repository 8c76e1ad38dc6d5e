// Files from the page: hidden data taken out, sealed in the Worker, sent over a line that breaks, and opened on the other
// side as what they were. In Chromium, in Firefox, and without WebAssembly and JIT.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Request, Route } from 'playwright-core'
import t from 'tap'
import { maxAttachmentBytes } from '../../schemas/sealed.js'
import { publishDirectory } from '../../src/app/publish-directory.js'
import { attachmentIdentity } from '../../src/core/attachment/sealed-attachment.js'
import { decodeBase64url } from '../../src/core/encoding/base64url.js'
import { openAddition, openAgeFile } from '../../src/core/envelope/open.js'
import { codeToWords } from '../../src/core/receipt/code.js'
import { caseInTeam } from '../helper/api.js'
import type { Sealed } from '../helper/sealed-request.js'
import { chromiumDriver, comeBack, type Driver, firefoxDriver } from '../helper/applicant.js'
import { visitor } from '../helper/chromium.js'
import { firefoxVisitor, torSafer } from '../helper/firefox.js'
import { secret, tellingJpeg } from '../helper/pictures.js'
import { siteOrganisation, testSite, type TestSite } from '../helper/site.js'
import { nothingStored, storedThings } from '../helper/traces.js'
import { textsEn } from '../../web/texts/en.js'

t.setTimeout(300_000)

interface Opened {
  readonly name: string
  readonly stripped: boolean
  readonly bytes: Buffer
}

/** What a handler gets who can open the envelope. */
async function openedFiles({ api }: TestSite, { content }: Sealed): Promise<Opened[]> {
  const { primitives, directory } = api.organisation
  const identity = await attachmentIdentity(primitives, decodeBase64url(content.reply.key))
  const rows = await api.db.rows('select sealed from additions order by at')
  const files: Opened[] = []
  for (const { sealed } of rows) {
    const addition = await openAddition(primitives, [identity], new Uint8Array(Object(sealed)), {
      origin: directory.origin,
      kind: 'addition',
    })
    for (const { bytes, id, identity: key, name, stripped } of addition?.attachments ?? []) {
      const parts = await api.db.rows(
        'select sealed from upload_parts where upload_id = $1 order by from_byte',
        [id],
      )
      const whole = Buffer.concat(parts.map(part => new Uint8Array(Object(part['sealed']))))
      const opened = await openAgeFile(primitives, [key], whole)
      files.push({ name, stripped, bytes: Buffer.from(opened?.plaintext.subarray(0, bytes) ?? []) })
    }
  }
  return files
}

/** What a request says of itself to whoever answers it, with what stands in Base64 as what it means. */
function told(request: Request): string {
  const headers = request.headers()
  const metadata = (headers['upload-metadata'] ?? '')
    .split(/[ ,]/)
    .map(word => Buffer.from(word, 'base64').toString())
  return `${decodeURIComponent(request.url())} ${JSON.stringify(headers)} ${metadata.join(' ')}`
}

async function toTheFiles(driver: Driver, site: TestSite, sealed: Sealed): Promise<void> {
  const words = await codeToWords(sealed.code, 'en')
  await comeBack(driver, site.url, 'en', words.join(' '))
  await driver.click('main .actions button.files')
  await driver.see('#files')
}

await t.test(
  'step 11 in Chromium: files outlive lost lines, and tell nothing on the way',
  async t => {
    const site = await testSite(t)
    const sealed = await caseInTeam(site.api)
    const { context, page, requests, complaints } = await visitor(t)
    const driver = chromiumDriver(page)
    await toTheFiles(driver, site, sealed)
    const picture = tellingJpeg(6)
    const film = randomBytes(3_000_000)
    let patches = 0
    const lost: string[] = []
    await context.route('**/v1/uploads/**', async route => {
      const isPatch = route.request().method() === 'PATCH'
      if (isPatch) patches += 1
      if (!isPatch || (patches !== 2 && patches !== 4)) return route.continue()
      lost.push(route.request().url())
      // Half of them arrive before the line is lost.
      if (patches === 4) await route.fetch().catch(() => undefined)
      await route.abort('connectionreset')
    })
    await page.setInputFiles('#files', [
      { name: 'Ảnh chụp.jpg', mimeType: 'image/jpeg', buffer: picture },
      { name: 'film.mp4', mimeType: 'video/mp4', buffer: film },
    ])
    await driver.see('#chosen li:nth-of-type(2)')
    const [first, second] = await driver.textsOf('#chosen li p')
    t.match(first, /will be taken out/)
    t.match(second, /cannot be taken out/)
    await driver.click('main .actions button.main')
    await driver.see('p.fault')
    await driver.click('#agreed')
    await driver.click('main .actions button.main')
    await driver.see('.notice.good')
    t.equal(lost.length, 2, 'the line was lost twice')
    const files = await openedFiles(site, sealed)
    t.match(files, [
      { name: 'Ảnh chụp.jpg', stripped: true },
      { name: 'film.mp4', stripped: false },
    ])
    t.notOk(files[0]?.bytes.includes(secret))
    t.ok(files[1]?.bytes.equals(film), 'byte by byte')
    const said = requests.map(told).join('\n')
    // Each word holds what no random id holds, or is too long to come by chance.
    t.notMatch(said, /film\.mp4|chụp\.jpg|image\/jpeg|video\/mp4/, 'neither names nor kinds')
    t.strictSame(await page.evaluate(storedThings), nothingStored, 'nothing is stored')
    t.strictSame(
      complaints.filter(words => !/ERR_CONNECTION_RESET|409 \(Conflict\)/.test(words)),
      [],
    )
  },
)

await t.test(
  'step 11 in Chromium: who stops takes the file back, and can send it later',
  async t => {
    const site = await testSite(t)
    const sealed = await caseInTeam(site.api)
    const { context, page } = await visitor(t)
    const driver = chromiumDriver(page)
    await toTheFiles(driver, site, sealed)
    await context.route('**/v1/uploads/**', route =>
      route.request().method() === 'PATCH' ? route.abort('connectionreset') : route.continue(),
    )
    const given = context.waitForEvent('request', request => request.method() === 'DELETE')
    await page.setInputFiles('#files', [
      { name: 'a.jpg', mimeType: 'image/jpeg', buffer: tellingJpeg(null) },
    ])
    await driver.click('main .actions button.main')
    await page.waitForSelector('text=The connection was lost')
    await driver.click('main .actions button')
    await driver.see('#chosen li')
    await given
    await context.unroute('**/v1/uploads/**')
    await driver.click('main .actions button.main')
    await driver.see('.notice.good')
    t.equal((await openedFiles(site, sealed)).length, 1)
  },
)

await t.test(
  'step 11 in Chromium: a file that can no longer be read is told, and holds up no other',
  async t => {
    const site = await testSite(t)
    const sealed = await caseInTeam(site.api)
    const folder = await mkdtemp(join(tmpdir(), 'khancap-files-'))
    t.teardown(() => rm(folder, { recursive: true, force: true }))
    const film = join(folder, 'film.mp4')
    const sound = join(folder, 'sound.ogg')
    const note = join(folder, 'note.txt')
    const footage = randomBytes(3_000_000)
    await writeFile(film, footage)
    await writeFile(sound, randomBytes(50_000))
    await writeFile(note, 'What I saw')
    const { context, page, requests } = await visitor(t)
    const driver = chromiumDriver(page)
    await toTheFiles(driver, site, sealed)
    let patches = 0
    await context.route('**/v1/uploads/**', async route => {
      // The stick is pulled out in the middle of the first file.
      if (route.request().method() === 'PATCH' && ++patches === 2) await rm(film)
      return route.continue()
    })
    await page.setInputFiles('#files', [film, sound, note])
    await driver.see('#chosen li:nth-of-type(3)')
    await truncate(sound, 40_000)
    await driver.click('#agreed')
    await driver.click('main .actions button.main')
    await driver.see('#chosen li[data-state="sent"]')
    t.match(await driver.textsOf('#chosen li p'), [
      /can no longer be read/,
      /can no longer be read/,
      /Has arrived/,
    ])
    t.equal(
      (await driver.textsOf('main .actions button.main')).length,
      0,
      'nothing is left to send',
    )
    const methods = requests
      .filter(request => request.url().includes('/v1/uploads/'))
      .map(request => request.method())
    t.notOk(methods.includes('HEAD'), 'nobody asks a line that is not lost')
    t.equal(methods.filter(method => method === 'DELETE').length, 1, 'what had come is given up')
    await writeFile(film, footage)
    await page.setInputFiles('#files', film)
    await driver.click('#agreed')
    t.equal((await driver.textsOf('#chosen li')).length, 3, 'in the place of the one before')
    await driver.click('main .actions button.main')
    await driver.see('.notice.good')
    const files = await openedFiles(site, sealed)
    t.strictSame(
      files.map(({ name }) => name),
      ['note.txt', 'film.mp4'],
    )
    t.ok(files[1]?.bytes.equals(footage), 'byte by byte')
  },
)

/** Where the parts began that the page sent, how often it began an upload and gave one up, and what named one. */
function countUploads(requests: readonly Request[]) {
  const of = (method: string, path: RegExp) =>
    requests.filter(request => request.method() === method && path.test(request.url()))
  return {
    begun: of('POST', /\/v1\/uploads$/).length,
    parts: of('PATCH', /\/v1\/uploads\//).map(request => request.headers()['upload-offset']),
    givenUp: of('DELETE', /\/v1\/uploads\//).length,
    named: of('POST', /\/v1\/mailbox\/additions$/).map(request => request.postData() ?? ''),
  }
}

const additions = '**/v1/mailbox/additions'
const film = { name: 'film.mp4', mimeType: 'video/mp4', buffer: randomBytes(600_000) }
const photo = { name: 'photo.jpg', mimeType: 'image/jpeg', buffer: tellingJpeg(null) }

/** As the service answers with a problem. */
const problem = (status: number, code: string) => ({
  status,
  contentType: 'application/problem+json',
  body: JSON.stringify({ code }),
})

await t.test(
  'step 11 in Chromium: a file that has arrived is not sent again where its name is lost',
  async t => {
    const site = await testSite(t)
    const sealed = await caseInTeam(site.api)
    const { page, requests } = await visitor(t)
    const driver = chromiumDriver(page)
    await toTheFiles(driver, site, sealed)
    let names = 0
    await page.route(additions, async route => {
      names += 1
      if (names > 2) return route.continue()
      // The second one is taken in, and only the answer is lost.
      if (names === 2) await route.fetch()
      return route.abort('connectionreset')
    })
    await page.setInputFiles('#files', film)
    await driver.click('#agreed')
    await driver.click('main .actions button.main')
    await page.waitForSelector('text=The connection was lost')
    await driver.see('.notice.good')
    const { begun, parts, givenUp, named } = countUploads(requests)
    t.equal(begun, 1)
    t.ok(parts.length > 1)
    t.equal(new Set(parts).size, parts.length, 'no byte was sent twice')
    t.equal(givenUp, 0)
    t.equal(named.length, 3)
    t.equal(new Set(named).size, 1, 'byte by byte the same')
    const [only, ...others] = await openedFiles(site, sealed)
    t.ok(only?.bytes.equals(film.buffer))
    t.equal(others.length, 0, 'it is there once')
  },
)

await t.test(
  'step 11 in Chromium: what arrived is named later, or given up where it will not be',
  async t => {
    const site = await testSite(t)
    const sealed = await caseInTeam(site.api)
    const { page, requests } = await visitor(t)
    const driver = chromiumDriver(page)
    await toTheFiles(driver, site, sealed)
    const send = () => driver.click('main .actions button.main')
    const naming = () => page.waitForRequest(additions)
    // A line on which nothing moves: who stops need not wait for it. Nor does what was asked there arrive later.
    let isFull = false
    await page.route(additions, route =>
      isFull ? route.fulfill(problem(409, 'additions_full')) : undefined,
    )
    await page.setInputFiles('#files', photo)
    const asked = naming()
    await send()
    await asked
    await driver.click('main .actions button')
    await driver.see('#chosen li[data-state="chosen"]')
    t.match(countUploads(requests), { begun: 1, givenUp: 0 })
    isFull = true
    const given = page.waitForRequest(request => request.method() === 'DELETE')
    await send()
    await driver.see('[data-failure="additions_full"]')
    t.equal(await page.locator('main .actions button').count(), 1, 'back, and no trying again')
    await given
    const { begun, named } = countUploads(requests)
    t.equal(begun, 1)
    t.equal(new Set(named).size, 1)
    t.strictSame(
      await site.api.db.rows('select 1 from uploads where expires_at > clock_timestamp()'),
      [],
      'it holds no place',
    )

    isFull = false
    const askedAgain = naming()
    await driver.click('main .actions button')
    await driver.see('#chosen li')
    await send()
    await askedAgain
    await driver.click('main .actions button')
    const removed = page.waitForRequest(request => request.method() === 'DELETE')
    await driver.click('#chosen li button')
    await removed
    t.equal(await page.locator('#chosen li').count(), 0)
    t.match(countUploads(requests), { begun: 2, givenUp: 2 })
  },
)

await t.test('step 11 in Chromium: what has arrived unseen is not said to be removed', async t => {
  const site = await testSite(t)
  const sealed = await caseInTeam(site.api)
  const { page, requests } = await visitor(t)
  const driver = chromiumDriver(page)
  await toTheFiles(driver, site, sealed)
  const remove = '#chosen li button'
  const list = async () => ({
    states: await page
      .locator('#chosen li')
      .evaluateAll(items => items.map(item => item.getAttribute('data-state'))),
    said: await driver.textsOf('#chosen li p'),
  })
  // It is named, and nobody hears of it.
  const named = new Promise<void>(resolve => {
    void page.route(additions, async route => {
      await route.fetch()
      resolve()
      return route.abort('connectionreset')
    })
  })
  await page.setInputFiles('#files', photo)
  await driver.click('main .actions button.main')
  await named
  await page.waitForSelector('text=The connection was lost')
  await driver.click('main .actions button')
  await driver.see(remove)
  // While that cannot be found out, nothing is said either way.
  await page.route('**/v1/uploads/**', route => route.abort('connectionreset'))
  await driver.click(remove)
  await driver.see('[data-failure="offline"]')
  await driver.click('main .actions button:last-child')
  t.match(await list(), { states: ['chosen'] })
  await page.unroute('**/v1/uploads/**')
  // Nor where something in between knows no such page.
  await page.route('**/v1/uploads/**', route => route.fulfill({ status: 404, body: 'not found' }))
  await driver.click(remove)
  await driver.see('[data-failure="offline"]')
  await driver.click('main .actions button:last-child')
  t.match(await list(), { states: ['chosen'] })
  await page.unroute('**/v1/uploads/**')
  await driver.click(remove)
  await driver.see('#chosen li[data-state="kept"]')
  t.match(await list(), { said: [textsEn.files.tooLate] })
  t.equal(await page.locator(remove).count(), 0)
  t.equal((await openedFiles(site, sealed)).length, 1, 'and so it is')

  // One that was not named is taken back, and a request that comes late no longer names it.
  await page.unroute(additions)
  const held: Route[] = []
  await page.route(additions, route => void held.push(route))
  await page.setInputFiles('#files', { ...photo, name: 'second.jpg' })
  const asked = page.waitForRequest(additions)
  await driver.click('main .actions button.main')
  await asked
  await driver.click('main .actions button')
  await driver.click(remove)
  await page.locator('#chosen li').nth(1).waitFor({ state: 'detached' })
  await driver.see('#chosen li')
  t.match(await list(), { states: ['kept'] })
  const [late] = held
  if (late === undefined) throw new Error('nothing was held')
  t.equal((await late.fetch()).status(), 409)
  t.equal((await openedFiles(site, sealed)).length, 1)
  t.equal(countUploads(requests).begun, 2)
})

for (const { what, refusal } of [
  { what: 'a proxy', refusal: { status: 403, body: '<h1>blocked</h1>' } },
  { what: 'newer keys', refusal: problem(409, 'directory_stale') },
])
  await t.test(
    `step 11 in Chromium: what has arrived unseen is known after a refusal by ${what}`,
    async t => {
      const site = await testSite(t)
      const sealed = await caseInTeam(site.api)
      const { page, requests } = await visitor(t)
      const driver = chromiumDriver(page)
      await toTheFiles(driver, site, sealed)
      let names = 0
      await page.route(additions, async route => {
        names += 1
        if (names > 2) return route.continue()
        if (names === 2) return route.fulfill(refusal)
        // It is named, and nobody hears of it.
        await route.fetch()
        return route.abort('connectionreset')
      })
      await page.setInputFiles('#files', photo)
      await driver.click('main .actions button.main')
      await driver.see('.notice.good')
      t.equal((await openedFiles(site, sealed)).length, 1, 'it is there once')
      t.equal(countUploads(requests).begun, 1, 'and was sent once')
    },
  )

await t.test('step 11 in Chromium: what cannot be found out after a refusal is kept', async t => {
  const site = await testSite(t)
  const sealed = await caseInTeam(site.api)
  const { page, requests } = await visitor(t)
  const driver = chromiumDriver(page)
  await toTheFiles(driver, site, sealed)
  const blocked = { status: 403, body: '<h1>blocked</h1>' }
  let names = 0
  await page.route(additions, async route => {
    names += 1
    if (names > 1) return route.fulfill(blocked)
    await route.fetch()
    return route.abort('connectionreset')
  })
  await page.route('**/v1/uploads/**', route =>
    route.request().method() === 'DELETE' ? route.fulfill(blocked) : route.continue(),
  )
  await page.setInputFiles('#files', photo)
  await driver.click('main .actions button.main')
  await driver.see('[data-failure="refused"]')
  await page.unroute(additions)
  await page.unroute('**/v1/uploads/**')
  await driver.click('main .actions button.main')
  await driver.see('.notice.good')
  t.equal((await openedFiles(site, sealed)).length, 1, 'it is there once')
  t.equal(countUploads(requests).begun, 1, 'and was sent once')
})

await t.test(
  'step 11 in Chromium: files outlive a directory that is published between them',
  async t => {
    const organisation = await siteOrganisation()
    const site = await testSite(t, organisation)
    const sealed = await caseInTeam(site.api)
    const { page, requests } = await visitor(t)
    const driver = chromiumDriver(page)
    await toTheFiles(driver, site, sealed)
    const { primitives, root } = organisation
    const note = await organisation.sign({}, await organisation.verify(organisation.note))
    const { store } = site.api.db
    let names = 0
    await page.route(additions, async route => {
      if (++names > 1) return route.continue()
      await publishDirectory({ store, primitives, root, now: Date.now }, note)
      return route.fulfill(problem(409, 'directory_stale'))
    })
    // The server itself has it within seconds.
    await page.route('**/v1/directory', route =>
      names === 0
        ? route.continue()
        : route.fulfill({ contentType: 'text/plain', body: Buffer.from(note) }),
    )
    await page.setInputFiles('#files', [photo, film])
    await driver.click('#agreed')
    await driver.click('main .actions button.main')
    await driver.see('.notice.good')
    t.strictSame(
      (await openedFiles(site, sealed)).map(({ name }) => name),
      [photo.name, film.name],
    )
    const { begun, named } = countUploads(requests)
    t.equal(begun, 2)
    t.strictSame(
      named.map(body => JSON.parse(body).directory_version),
      [1, 2, 2],
    )
  },
)

await t.test('step 11 in Chromium: a lost line and a busy service are told apart', async t => {
  const site = await testSite(t)
  const sealed = await caseInTeam(site.api)
  const { page } = await visitor(t)
  const driver = chromiumDriver(page)
  await toTheFiles(driver, site, sealed)
  const problems = [
    problem(429, 'too_many_requests'),
    problem(503, 'overloaded'),
    problem(500, 'internal'),
  ]
  const { lost, busy } = textsEn.files
  let obstacle: ReturnType<typeof problem> | 'line' | null = 'line'
  const hinder = (route: Route) => {
    if (obstacle === null) return route.continue()
    return obstacle === 'line' ? route.abort('connectionreset') : route.fulfill(obstacle)
  }
  const said = (sentence: string) => page.waitForSelector(`[role="status"]:text("${sentence}")`)
  /** The pause in between ends at once. */
  const meet = async (next: typeof obstacle) => {
    obstacle = next
    await page.evaluate(`window.dispatchEvent(new Event('online'))`)
    await said(next === 'line' ? lost : busy)
  }
  await page.route('**/v1/uploads', hinder)
  await page.setInputFiles('#files', photo)
  await driver.click('main .actions button.main')
  await said(lost)
  for (const one of problems) {
    await meet(one)
    await meet('line')
  }
  // The same in the middle of a file, and where it is named.
  await page.route('**/v1/uploads/**', hinder)
  await page.unroute('**/v1/uploads')
  for (const one of problems) {
    await meet(one)
    await meet('line')
  }
  await page.route(additions, hinder)
  await page.unroute('**/v1/uploads/**')
  for (const one of problems) {
    await meet(one)
    await meet('line')
  }
  obstacle = null
  await page.evaluate(`window.dispatchEvent(new Event('online'))`)
  await driver.see('.notice.good')
  t.equal((await openedFiles(site, sealed)).length, 1)
})

await t.test(
  'step 11 in Chromium: a file that is too large is told, and holds up no other',
  async t => {
    const site = await testSite(t)
    const sealed = await caseInTeam(site.api)
    const folder = await mkdtemp(join(tmpdir(), 'khancap-files-'))
    t.teardown(() => rm(folder, { recursive: true, force: true }))
    const { page, requests } = await visitor(t)
    const driver = chromiumDriver(page)
    await toTheFiles(driver, site, sealed)
    const paths: string[] = []
    for (const [name, bytes] of Object.entries({
      'largest.mp4': maxAttachmentBytes,
      'larger.mp4': maxAttachmentBytes + 1,
      'note.txt': 10,
    })) {
      const path = join(folder, name)
      paths.push(path)
      // Nothing of it is on the disk.
      await writeFile(path, '')
      await truncate(path, bytes)
    }
    await page.setInputFiles('#files', paths)
    await driver.see('#chosen li:nth-of-type(3)')
    const { hidden } = textsEn.files
    t.strictSame(await driver.textsOf('#chosen li p'), [
      hidden.other,
      hidden.too_large,
      hidden.other,
    ])
    await driver.click('#chosen li:nth-of-type(1) button')
    await page.locator('#chosen li:nth-of-type(3)').waitFor({ state: 'detached' })
    await driver.click('#agreed')
    await driver.click('main .actions button.main')
    await driver.see('.notice.good, #chosen li[data-state="sent"]')
    t.equal(countUploads(requests).begun, 1)
    t.strictSame(
      (await openedFiles(site, sealed)).map(({ name }) => name),
      ['note.txt'],
    )
  },
)

for (const { status, failure } of [
  { status: 409, failure: 'uploads_full' },
  { status: 503, failure: 'uploads_paused' },
] as const)
  await t.test(
    `step 11 in Chromium: a service without room (${failure}) says so, and nothing is lost`,
    async t => {
      const site = await testSite(t)
      const sealed = await caseInTeam(site.api)
      const { page } = await visitor(t)
      const driver = chromiumDriver(page)
      const send = () => driver.click('main .actions button.main')
      const back = () => driver.click('main .actions button:last-child')
      await comeBack(driver, site.url, 'en', (await codeToWords(sealed.code, 'en')).join(' '))
      await driver.click('main .actions button.main')
      await driver.type('#addition', 'What I saw')
      await driver.click('main form .actions button:last-child')
      await driver.click('main .actions button.files')
      await page.route('**/v1/uploads', route => route.fulfill(problem(status, failure)))
      await page.setInputFiles('#files', photo)
      await send()
      t.match(await driver.textOf(`[data-failure="${failure}"]`), textsEn.failure[failure])
      await back()
      t.match(await driver.textsOf('#chosen li span'), [photo.name], 'it is still chosen')
      await back()
      await driver.click('main .actions button.main')
      await driver.see('#addition')
      t.equal(await page.inputValue('#addition'), 'What I saw')
      await driver.click('main form .actions button:last-child')
      await page.unroute('**/v1/uploads')
      await driver.click('main .actions button.files')
      await send()
      await driver.see('.notice.good')
      t.match(await openedFiles(site, sealed), [{ name: photo.name }])
    },
  )

for (const { name, preferences } of [
  { name: 'Firefox', preferences: {} },
  { name: 'Tor Browser at "Safer"', preferences: torSafer },
])
  await t.test(`step 11 in ${name}: a picture arrives without what it hid`, async t => {
    const site = await testSite(t)
    const sealed = await caseInTeam(site.api)
    const folder = await mkdtemp(join(tmpdir(), 'khancap-files-'))
    t.teardown(() => rm(folder, { recursive: true, force: true }))
    const file = join(folder, 'photo.jpg')
    await writeFile(file, tellingJpeg(3))
    const { page } = await firefoxVisitor(t, preferences)
    const driver = firefoxDriver(page)
    await toTheFiles(driver, site, sealed)
    const input = await page.$('input#files')
    await input?.uploadFile(file)
    await driver.see('#chosen li')
    t.match((await driver.textsOf('#chosen li p'))[0], /will be taken out/)
    await driver.click('main .actions button.main')
    await driver.see('.notice.good')
    const [only] = await openedFiles(site, sealed)
    t.match(only, { name: 'photo.jpg', stripped: true })
    t.notOk(only?.bytes.includes(secret))
  })
