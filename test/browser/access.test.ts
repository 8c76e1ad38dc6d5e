// Every page for everybody: no violation that axe knows, 320 pixels wide, in the dark, and the whole path by keyboard alone.
// With text twice as large, and from right to left: test/browser/every-screen.test.ts.
import { randomBytes } from 'node:crypto'
import t from 'tap'
import {
  answer,
  begin,
  choose,
  chromiumDriver,
  comeBack,
  emergencyDoings,
  goOn,
  pilDoings,
  send,
} from '../helper/applicant.js'
import { visitor } from '../helper/chromium.js'
import { pathByKeyboard } from '../helper/keyboard-path.js'
import { look } from '../helper/look.js'
import {
  arrivedCases,
  replyAs,
  routeCase,
  siteOrganisation,
  testSite,
  type TestSite,
} from '../helper/site.js'
import type { HoldReason } from '../../schemas/case.js'
import { textsEn } from '../../web/texts/en.js'
import { textsFr } from '../../web/texts/fr.js'
import { textsVi } from '../../web/texts/vi.js'
import { textsZhHans } from '../../web/texts/zh-hans.js'
import { textsZhHant } from '../../web/texts/zh-hant.js'

const held: Readonly<Record<string, string>> = {
  vi: textsVi.mailbox.heldHint,
  en: textsEn.mailbox.heldHint,
  'zh-Hans': textsZhHans.mailbox.heldHint,
  'zh-Hant': textsZhHant.mailbox.heldHint,
  fr: textsFr.mailbox.heldHint,
}

const other = {
  id: 'legal-aid',
  name: 'Legal aid (example)',
  about: { en: 'Lawyers for people in detention.' },
  status: 'limited' as const,
  checked: new Date().toISOString().slice(0, 10),
  languages: ['en'],
  countries: [],
  url: 'https://legal-aid.example/',
}

/** An addition is owed an answer, and two handlers hold its clock. */
async function hold({ api }: TestSite, caseId: string, reason: HoldReason): Promise<void> {
  await api.db.rows(
    `update cases set due_at = now() + interval '60 hours', hold_asked_by = 'vietnam-1',
       hold_confirmed_by = 'director-1', hold_reason = $2, hold_since = now(),
       hold_until = now() + interval '12 hours', held_ms = 43200000 where id = $1`,
    [caseId, reason],
  )
}

for (const { language, program, dark, width, handler } of [
  { language: 'vi', program: 'emergency', dark: false, width: 320, handler: 'vietnam-1' },
  { language: 'en', program: 'pil', dark: true, width: 320, handler: 'intake-1' },
  { language: 'zh-Hans', program: 'emergency', dark: false, width: 1280, handler: 'china-1' },
  { language: 'zh-Hant', program: 'pil', dark: false, width: 320, handler: 'china-1' },
  { language: 'fr', program: 'pil', dark: false, width: 320, handler: 'intake-1' },
])
  await t.test(`every page of ${program} in ${language}, ${width} pixels wide`, async t => {
    const site = await testSite(t, await siteOrganisation({ others: [other] }))
    const { page } = await visitor(t, { width, dark })
    const driver = chromiumDriver(page)
    const folder = language.toLowerCase()
    const seen = (screen: string) => look(t, page, screen)
    await driver.open(`${site.url}/`)
    await seen('languages')
    await driver.open(`${site.url}/${folder}/`)
    await driver.see('#start')
    await seen('before')
    await driver.see('#where .countries')
    await page.locator('.map-holder').scrollIntoViewIfNeeded()
    await driver.see('.map svg')
    const covered = ['CN', 'HK', 'ID', 'KH', 'LA', 'MM', 'MO', 'MY', 'PH', 'SG', 'TH', 'TW', 'VN']
    const blue = await page
      .locator('.map [data-country]')
      .evaluateAll(shapes => shapes.map(shape => shape.getAttribute('data-country')))
    t.strictSame(new Set(blue), new Set(covered), 'blue on the map')
    t.equal(await page.locator('.countries li').count(), covered.length, 'the same in the list')
    t.equal(await page.locator('#when [data-promise]').count(), 2, 'by when an answer comes')
    t.equal((await driver.textsOf('#others li')).length, 1, 'who else may help')
    await driver.type('#country-search-0', 'VIET')
    await seen('where')
    await driver.type('#country-search-0', 'xqx')
    t.ok(await driver.textOf('#where [role="status"]'), 'an unknown name stops nobody')
    await driver.click('#start')
    await driver.see('[data-program]')
    await seen('programs')
    await driver.click(`[data-program="${program}"]`)
    await driver.see('fieldset')
    await driver.click(goOn)
    await driver.see('.faults')
    await seen('fault')
    const doings = program === 'pil' ? pilDoings : emergencyDoings
    await answer(driver, doings(language, 'Một câu chuyện', 'VN'), seen)
    const words = await send(driver, async screen => {
      if (screen === 'code') await driver.click('[aria-controls="qr"]')
      await seen(screen)
    })
    await driver.see('#due')
    await driver.click('.others summary')
    t.equal((await driver.textsOf('.others li')).length, 1, 'who else may help, beside the receipt')
    await driver.click('.proof summary')
    await seen('sent')
    const [arrived] = await arrivedCases(site)
    if (arrived === undefined) throw new Error('nothing arrived')
    await routeCase(site, arrived)
    await replyAs(site, handler, arrived, 'Xin chào', 'vi')
    await hold(site, arrived.caseId, 'contact_unsafe')
    await driver.open(`${site.url}/${folder}/`)
    await driver.click('#have-code')
    await seen('come back')
    await comeBack(driver, site.url, folder, words.join(' '))
    await driver.see('article.reply')
    t.equal(await driver.textOf('#held + .hint'), held[language], 'a hold is told')
    t.match(await driver.textOf('#held'), /20\d\d/, 'with its end')
    await seen('mailbox')
    await driver.click('main button.delete')
    await driver.see('main button.delete')
    await seen('deletion')
    await driver.click('main .actions button.main')
    await driver.see('article.reply')
    if (program === 'emergency') {
      await driver.click('main .actions button:nth-of-type(2)')
      await driver.see('main form .early')
      for (let number = 1; (await page.locator('main form .early').count()) > 0; number++) {
        await seen(`further question ${number}`)
        await driver.click(goOn)
        await driver.see('main h1')
      }
      await seen('further answers')
      await comeBack(driver, site.url, folder, words.join(' '))
      await driver.see('article.reply')
    }
    await driver.click('main .actions button.main')
    await driver.see('#addition')
    await driver.click(goOn)
    await seen('addition')
    await comeBack(driver, site.url, folder, 'abc')
    await driver.see('[data-failure]')
    await seen('failure')
  })

await t.test('the whole path by keyboard alone', async t => {
  const site = await testSite(t)
  // As much as a phone shows above its keys.
  const { page } = await visitor(t, { width: 360, height: 480 })
  const keys = {
    press: (key: string) => page.keyboard.press(key),
    pressBack: () => page.keyboard.press('Shift+Tab'),
    type: (text: string) => page.keyboard.type(text),
    ask: (expression: string) => page.evaluate(expression),
  }
  await pathByKeyboard(t, site, keys, {
    open: address => page.goto(address),
    async pick(open) {
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), open()])
      await chooser.setFiles({
        name: 'recording.mp4',
        mimeType: 'video/mp4',
        buffer: randomBytes(1000),
      })
    },
  })
})

await t.test('a choice that may stay open can be taken back, by keyboard too', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t, { width: 320 })
  const driver = chromiumDriver(page)
  await begin(driver, site.url, 'vi', 'emergency')
  const { if_unreachable: _, ...before } = emergencyDoings('vi', 'Một câu chuyện')
  await answer(driver, before)
  await driver.see('#q-if-unreachable')
  const clear = page.getByRole('button', { name: textsVi.question.clear })
  t.equal(await clear.count(), 0, 'nothing is chosen yet')
  await choose('tell_person')(driver)
  await driver.see('#q-if-unreachable-details')
  await look(t, page, 'chosen')
  await page.focus('input[value="tell_person"]')
  await page.keyboard.press('Tab')
  t.ok(await clear.evaluate(button => button.matches(':focus')), 'it comes after the choice')
  await page.keyboard.press('Enter')
  t.equal(await page.locator('input:checked').count(), 0)
  t.equal(await clear.count(), 0)
  t.equal(await page.evaluate('document.activeElement.value'), 'nothing', 'the focus stays there')
  t.notOk(await page.isVisible('#q-if-unreachable-details'), 'what hung on it is gone')
  await look(t, page, 'taken back')
  await driver.click(goOn)
  t.equal(await driver.textOf('[data-key="if_unreachable"] dd.none'), textsVi.review.none)
  await driver.click('[data-key="on_behalf_of"] button')
  await driver.see('input[value="family"]')
  t.equal(await clear.count(), 0, 'what must be answered stays answered')
})
