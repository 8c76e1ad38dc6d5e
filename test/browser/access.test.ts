// Every page for everybody: no violation that axe knows, the whole path by keyboard alone, 320 pixels wide, with text
// twice as large, in the dark, and read from right to left.
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
import { look } from '../helper/look.js'
import {
  arrivedCases,
  replyAs,
  routeCase,
  siteOrganisation,
  testSite,
  type TestSite,
} from '../helper/site.js'
import { overflow } from '../helper/traces.js'
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
  const { page } = await visitor(t, { width: 1280 })
  const keys = page.keyboard
  const focused = () => page.evaluate<string>('document.activeElement.outerHTML')
  /** Tabs until something that fits has the focus. */
  const tabTo = async (pattern: RegExp) => {
    for (let presses = 0; presses < 60; presses++) {
      await keys.press('Tab')
      if (pattern.test(await focused())) return
    }
    throw new Error(`not reached: ${pattern}`)
  }
  const next = async () => {
    await tabTo(/>Continue</)
    await keys.press('Enter')
  }
  /** Waits until a screen's heading has the focus. */
  const heading = async (text: string) => {
    let seen = ''
    for (let looks = 0; looks < 600; looks++) {
      seen = await page.evaluate<string>('document.activeElement.textContent')
      if (seen.includes(text)) return
      await page.waitForTimeout(100)
    }
    throw new Error(`not there: ${text}; but: ${seen}`)
  }
  await page.goto(`${site.url}/en/`)
  await page.waitForSelector('#start')
  await tabTo(/id="start"/)
  await keys.press('Enter')
  await heading('Which support')
  await tabTo(/data-program="emergency"/)
  await keys.press('Enter')
  await heading('Which language')
  await tabTo(/radio/)
  await keys.press('ArrowDown')
  await next()
  await heading('reach you safely')
  await tabTo(/radio/)
  await keys.press('Space')
  await next()
  await heading('What must we avoid')
  await next()
  await heading('Who needs help')
  await tabTo(/radio/)
  await keys.press('Space')
  await next()
  await heading('which country')
  await tabTo(/<select/)
  await keys.type('Viet')
  await next()
  await heading('How urgent')
  await tabTo(/radio/)
  await keys.press('Space')
  await next()
  await heading('Is there a date')
  await next()
  await heading('What happened')
  await tabTo(/<textarea/)
  await keys.type('They came this morning.')
  await next()
  await heading('Which of these')
  await tabTo(/value="threats"/)
  await keys.press('Space')
  await next()
  await heading('Which human-rights work')
  await tabTo(/value="later"/)
  await keys.press('Space')
  await next()
  await heading('What help')
  await tabTo(/value="lawyer"/)
  await keys.press('Space')
  await next()
  await heading('A name we may call you')
  await next()
  await heading('may we ask another')
  await next()
  await heading('lose contact')
  await next()
  await heading('Check your answers')
  await tabTo(/Continue to my receipt code/)
  await keys.press('Enter')
  await heading('Your receipt code')
  await tabTo(/I have kept the words/)
  await keys.press('Enter')
  await heading('Do you have the words')
  await tabTo(/id="saved"/)
  await keys.press('Space')
  await tabTo(/Seal and send/)
  await keys.press('Enter')
  await heading('has arrived')
  const [arrived] = await arrivedCases(site)
  if (arrived === undefined) throw new Error('nothing arrived')
  t.match(await routeCase(site, arrived), { country: 'VN', language: 'en' })
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

await t.test('text twice as large, and right to left, at 320 pixels', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t, { width: 320 })
  const driver = chromiumDriver(page)
  await page.addInitScript(`addEventListener('DOMContentLoaded', () => {
    document.documentElement.style.fontSize = '200%'
    document.documentElement.dir = 'rtl'
  })`)
  const fits = async (screen: string) =>
    void t.ok(Number(await page.evaluate(overflow)) <= 0, `${screen}: nothing is cut off`)
  await begin(driver, site.url, 'vi', 'emergency')
  await answer(driver, emergencyDoings('vi', 'Một câu chuyện'), fits)
  await send(driver, fits)
  await driver.see('#due')
  await fits('sent')
})

await t.test(
  'what is typed is not completed, corrected, stored or translated by the browser',
  async t => {
    const site = await testSite(t)
    const { page } = await visitor(t)
    const driver = chromiumDriver(page)
    const careless: string[] = []
    const careful = async (screen: string) => {
      careless.push(
        ...(await page
          .locator('input:not([type=radio]):not([type=checkbox]), textarea')
          .evaluateAll(
            (inputs, where) =>
              inputs
                .filter(
                  input =>
                    input.getAttribute('autocomplete') !== 'off' ||
                    input.getAttribute('spellcheck') !== 'false' ||
                    input.hasAttribute('maxlength'),
                )
                .map(input => `${where}: ${input.outerHTML}`),
            screen,
          )),
      )
    }
    await begin(driver, site.url, 'en', 'emergency')
    t.equal(await page.getAttribute('html', 'translate'), 'no')
    await answer(driver, emergencyDoings('en', 'A story'), careful)
    await send(driver, careful)
    t.strictSame(careless, [])
    t.equal(await page.title(), 'Notes')
  },
)
