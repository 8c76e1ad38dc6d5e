// The applicant's part of the path in a real Chromium on the real API: fill, seal, submit, come back, read, add. And
// what must be true all along: nothing stored, nothing sent elsewhere, nothing readable in what is sent.
import { readFile } from 'node:fs/promises'
import t, { type Test } from 'tap'
import type { Request } from 'playwright-core'
import { Program } from '../../schemas/program.js'
import { verifyAddition } from '../../src/core/receipt/proofs.js'
import { decodeBase64url } from '../../src/core/encoding/base64url.js'
import {
  answer,
  begin,
  chromiumDriver,
  choose,
  comeBack,
  type Doings,
  type Driver,
  emergencyDoings,
  goOn,
  passBy,
  pilDoings,
  send,
  write,
} from '../helper/applicant.js'
import { visitor, type Visitor } from '../helper/chromium.js'
import {
  additionsAs,
  arrivedCases,
  openAs,
  replyAs,
  routeCase,
  siteOrganisation,
  sitePrograms,
  testSite,
} from '../helper/site.js'
import { hour, sha256 } from '../helper/store.js'
import { allTexts } from '../helper/texts.js'
import { nothingStored, storedThings } from '../helper/traces.js'
import { textsEn } from '../../web/texts/en.js'
import { fill } from '../../web/texts/texts.js'

const canary = 'Chim hoàng yến đậu trên mái ngói'

const elsewhere = (requests: readonly Request[], url: string) =>
  requests.map(request => request.url()).filter(address => !address.startsWith(`${url}/`))

const said = (requests: readonly Request[]) =>
  requests.map(request => `${request.url()} ${request.postData() ?? ''}`).join('\n')

async function leftNothing(t: Test, visiting: Visitor, url: string, secrets: readonly string[]) {
  t.strictSame(await visiting.page.evaluate(storedThings), nothingStored, 'nothing is stored')
  t.strictSame(await visiting.context.cookies(), [], 'not even a cookie')
  t.strictSame(elsewhere(visiting.requests, url), [], 'nothing leaves for elsewhere')
  const text = said(visiting.requests)
  for (const secret of secrets) t.notOk(text.includes(secret), `not sent: ${secret}`)
  t.strictSame(visiting.complaints, [], 'no error and no refusal of the policy')
}

await t.test(
  'steps 2 to 11 in Vietnamese: an emergency is sealed, read, answered and added to',
  async t => {
    const site = await testSite(t)
    const visiting = await visitor(t)
    const driver = chromiumDriver(visiting.page)
    await begin(driver, site.url, 'vi', 'emergency')
    await answer(driver, emergencyDoings('vi', canary))
    const words = await send(driver)
    await driver.see('#due')
    t.match(await driver.textOf('#due'), /^Bạn sẽ có câu trả lời chậm nhất: .* \(GMT\+7\)\.$/)
    t.equal(words.length, 12)

    const [arrived] = await arrivedCases(site)
    if (arrived === undefined) throw new Error('nothing arrived')
    const slip = await routeCase(site, arrived)
    t.match(slip, { program: 'emergency', language: 'vi', country: 'VN', urgency: 'happening_now' })
    const content = await replyAs(
      site,
      'vietnam-1',
      arrived,
      'Chúng tôi đã đọc.\nXin giữ bình tĩnh.',
      'vi',
    )
    t.strictSame(content.answers, {
      reply_language: 'vi',
      contact: { kind: 'portal' },
      on_behalf_of: 'family',
      person_agrees: 'cannot_be_asked',
      country: 'VN',
      time_pressure: 'happening_now',
      what_happened: canary,
      situation: ['detained', 'health'],
      defender_link: { way_out: 'later' },
      help_needed: ['lawyer', 'family_visit'],
      referral: 'ask_me_each_time',
    })
    t.equal(content.page_language, 'vi')
    t.match(content.promise, /48 giờ/)
    t.equal(await openAs(site, 'china-1', arrived.envelope), null, 'another team cannot open it')
    t.ok(await openAs(site, 'intake-1', arrived.envelope), 'the fallback team can')

    await comeBack(driver, site.url, 'vi', ` ${words.join('  ').toUpperCase()}\n`)
    await driver.see('article.reply')
    t.equal(await visiting.page.getAttribute('#state', 'data-state'), 'answered')
    t.match(await driver.textOf('article.reply'), /Chúng tôi đã đọc\.\nXin giữ bình tĩnh\./)

    await driver.click('main .actions button.main')
    await driver.type('#addition', `${canary}, lần nữa`)
    await driver.click(goOn)
    await driver.see('.notice.good')
    await driver.click('main .actions button:nth-of-type(2)')
    await answer(driver, {
      person: d => d.type('#q-person-native-name', canary),
      detention: async d => {
        await d.type('#q-detention-since-month', '3')
        await d.type('#q-detention-since-year', '2026')
      },
      lawyer: choose(),
      health: passBy,
    })
    await driver.click('main form .early')
    await driver.click('main .actions button.main')
    await driver.see('.notice.good')
    const [text, form] = await additionsAs(site, 'vietnam-1')
    t.match(text, { text: `${canary}, lần nữa`, answers: null })
    t.match(form, {
      text: '',
      form_version: 1,
      answers: { person: { native_name: canary }, detention: { since: { date: '2026-03' } } },
    })
    const [row] = await site.api.db.rows(
      'select sealed, signature from additions order by at limit 1',
    )
    const parts = Object(row)
    t.ok(
      verifyAddition(
        site.api.organisation.primitives,
        decodeBase64url(content.reply.addition_key),
        sha256(parts.sealed),
        new Uint8Array(parts.signature),
      ),
      'whoever has the code signed it',
    )

    // Step 11: taken back, although the first answer to that is lost.
    let isLost = false
    await visiting.page.route('**/v1/mailbox/deletion', async route => {
      if (isLost) return route.continue()
      isLost = true
      await route.fetch()
      return route.abort('connectionreset')
    })
    await driver.click('main button.delete')
    await driver.see('main .actions button.main + button.delete')
    await driver.click('main button.delete')
    await driver.see('[data-failure="offline"]')
    visiting.complaints.length = 0
    await driver.click('main .actions button.main')
    await driver.see('#deleted')
    t.strictSame(await site.api.db.rows('select state from cases'), [{ state: 'purged' }])
    t.equal(await site.api.db.store.purgeDue(10), 1, 'the sweep finds it')
    await comeBack(driver, site.url, 'vi', words.join(' '))
    await driver.see('[data-failure="mailbox_unknown"]')
    visiting.complaints.length = 0
    t.equal(await visiting.page.evaluate('history.length'), 2, 'a blank page, and one address')
    await leftNothing(t, visiting, site.url, [canary, words.slice(0, 2).join(' '), 'happening_now'])
  },
)

await t.test(
  'steps 2 to 11 in English: litigation reaches the fallback team and comes back',
  async t => {
    const site = await testSite(t)
    const visiting = await visitor(t, { width: 1280 })
    const driver = chromiumDriver(visiting.page)
    await begin(driver, site.url, 'en', 'pil')
    await answer(driver, pilDoings('en', canary, 'SG'))
    const words = await send(driver)
    const promised = Date.parse(
      (await driver.textOf('#due')).replace(/^.*by \w+, (.*) \(GMT\+7\)\.$/, '$1 GMT+7'),
    )
    t.ok(
      Math.abs(promised - Date.now() - 7 * 24 * hour) < 1.1 * hour,
      'seven days, as promised, in full hours',
    )
    const [arrived] = await arrivedCases(site)
    if (arrived === undefined) throw new Error('nothing arrived')
    t.match(await routeCase(site, arrived), { program: 'pil', language: 'en', country: 'SG' })
    const content = await replyAs(site, 'intake-1', arrived, 'We have read it.', 'en')
    t.match(content, {
      program: 'pil',
      answers: { summary: canary, jurisdiction: { country: 'SG' } },
    })
    await comeBack(driver, site.url, 'en', words.join(' '))
    await driver.see('article.reply')
    t.match(await driver.textOf('article.reply'), /We have read it\./)
    t.notOk(
      await visiting.page.isVisible('text=Answer further questions'),
      'pil has no second form',
    )
    await leftNothing(t, visiting, site.url, [canary])
  },
)

/** Another row of forms, as a file that `khancap org add program` takes. @param teams those of the site */
async function violationProgram(teams: Readonly<Record<string, string>>): Promise<Program> {
  const program = Program.parse(JSON.parse(await readFile('test/fixtures/violation.json', 'utf8')))
  const team = (id: string) => teams[id] ?? id
  return {
    ...program,
    routing: program.routing.map(row => ({ ...row, team: team(row.team) })),
    fallback_team: team(program.fallback_team),
  }
}

await t.test('a program that only the directory knows is asked in its own words', async t => {
  const file = await violationProgram({ east: 'vietnam', coordinators: 'intake' })
  // One kind more than its file has.
  const year = { key: 'since', type: 'year', required: true, ways_out: ['prefer_not'] } as const
  const questions = [...file.form.questions, { ...year, ways_out: [...year.ways_out] }]
  const violation: Program = { ...file, form: { ...file.form, questions } }
  const organisation = await siteOrganisation({ programs: [...sitePrograms(), violation] })
  const site = await testSite(t, organisation)
  const { page } = await visitor(t)
  const driver = chromiumDriver(page)
  const report = async (region: (driver: Driver) => Promise<void>) => {
    // A page of another language than its words: shown in English, and sent all the same.
    await begin(driver, site.url, 'fr', 'violation')
    const doings: Doings = {
      reply_language: choose('en'),
      my_role: choose('witness'),
      event_type: choose('extortion', 'property'),
      when: choose('unknown'),
      event_region: region,
      person_region: choose('UA-63'),
      settlement: write('settlement', canary),
      by_whom_kind: choose('unknown'),
      what_happened: write('what_happened', canary),
      still_dangerous: choose('unknown'),
      evidence_exists: passBy,
      help_needed: choose('lawyer'),
      share_level: passBy,
      contact: passBy,
      since: choose('prefer_not'),
    }
    t.strictSame(
      Object.keys(doings),
      questions.map(({ key }) => key),
      'from the first to the last',
    )
    const told: string[] = []
    await answer(driver, doings, async () => {
      told.push(await driver.textOf('form'))
    })
    const asked = told.join('\n')
    t.match(asked, /answer in\?.*Українська/)
    t.match(asked, /Who are you in this event\?.*It happened to me/)
    t.match(asked, /Town or village.*which coordinator is near/)
    t.match(await driver.textOf('.review'), /Who are you in this event\?Witness/)
    t.match(await driver.textOf('[data-key="person_region"] dd'), 'Kharkiv region')
    await send(driver)
    await driver.see('#due')
    const arrived = (await arrivedCases(site)).at(-1)
    if (arrived === undefined) throw new Error('nothing arrived')
    return arrived
  }
  const answers = { my_role: 'witness', person_region: 'UA-63', settlement: canary }
  const nowhere = await report(choose('unknown'))
  t.match(await routeCase(site, nowhere), { country: 'unknown', region: null })
  const wayOut = { way_out: 'unknown' }
  t.match(await openAs(site, 'intake-1', nowhere.envelope), {
    program: 'violation',
    answers: { ...answers, when: wayOut, event_region: wayOut, since: { way_out: 'prefer_not' } },
    promise: 'A coordinator answers within three days.',
  })
  t.equal(await openAs(site, 'vietnam-1', nowhere.envelope), null)
  const east = await report(write('event_region', 'UA-14'))
  t.match(await routeCase(site, east), { program: 'violation', country: 'UA', region: 'UA-14' })
  t.match(await openAs(site, 'vietnam-1', east.envelope), {
    answers: { ...answers, event_region: 'UA-14', share_level: 'coordinator_only' },
  })
})

await t.test(
  'what a program is for, and what it cannot do, is said before its questions',
  async t => {
    const [like] = sitePrograms()
    if (like === undefined) throw new Error('no program')
    const { out_of_scope: limit, ...silent } = like
    const alone: Program = { ...silent, id: 'violation', names: { en: 'Report of a violation' } }
    const organisation = await siteOrganisation({ programs: [...sitePrograms(), alone] })
    const site = await testSite(t, organisation)
    const { page } = await visitor(t)
    const driver = chromiumDriver(page)
    for (const texts of allTexts) {
      const { language } = texts
      await driver.open(`${site.url}/${language.toLowerCase()}/`)
      await driver.see('#cannot li')
      const told = await driver.textsOf('#cannot li')
      t.equal(told.length, 2, 'who says nothing of it is not spoken for')
      for (const [at, { names, for_whom, out_of_scope }] of sitePrograms().entries()) {
        t.equal(told[at], `${names[language]}${out_of_scope?.[language]}`)
        t.match(await driver.textOf(`#when li:nth-of-type(${at + 1})`), for_whom?.[language])
      }
      t.match(await driver.textOf('#cannot'), texts.before.cannot)
      await driver.click('#start')
      await driver.see('[data-program]')
      t.match(await driver.textOf('[data-program="emergency"]'), like.for_whom?.[language])
      t.equal(await driver.textOf('[data-program="emergency"] + .hint'), limit?.[language])
      t.equal(await page.locator('[data-program="violation"] + .hint').count(), 0)
      t.ok((await driver.textsOf('main > p')).includes(texts.programs.lead))
    }
    const only = await testSite(t, await siteOrganisation({ programs: [like] }))
    await driver.open(`${only.url}/en/`)
    await driver.click('#start')
    await driver.see('[data-program]')
    t.strictSame(await driver.textsOf('main > p'), [], 'of one, no other is spoken of')
  },
)

await t.test('a code of one language opens on the page of another', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t)
  const driver = chromiumDriver(page)
  await begin(driver, site.url, 'zh-hans', 'emergency')
  await answer(driver, emergencyDoings('zh-Hans', canary, 'CN'))
  const words = await send(driver)
  await driver.see('#due')
  t.match(words.join(''), /^\p{Script=Han}{12}$/u)
  await comeBack(driver, site.url, 'fr', words.join(''))
  await driver.see('#state')
  t.equal(await page.getAttribute('#state', 'data-state'), 'received')

  const [arrived] = await arrivedCases(site)
  if (arrived === undefined) throw new Error('nothing arrived')
  await routeCase(site, arrived)
  for (const text of ['第一', '第二']) await replyAs(site, 'china-1', arrived, text, 'zh-Hans')
  // As where they are too many for one answer.
  await page.route('**/v1/mailbox', async route => {
    if (route.request().postData()?.includes('"before"') === true) return route.continue()
    const response = await route.fetch()
    const view = await response.json()
    return route.fulfill({
      response,
      json: { ...view, replies: view.replies.slice(-1), older: true },
    })
  })
  await comeBack(driver, site.url, 'fr', words.join(''))
  await driver.see('article.reply')
  const newest = await driver.textsOf('article.reply')
  t.equal(newest.length, 1)
  const { mailbox } = allTexts.find(({ language }) => language === 'fr') ?? {}
  await page.click(`text=${mailbox?.older}`)
  await driver.see('article.reply + article.reply')
  const all = await driver.textsOf('article.reply')
  t.equal(all.length, 2)
  t.equal(all[1], newest[0], 'older answers come above')
  t.match(all.join(), /第一/)
  t.match(all.join(), /第二/)
  t.equal(await page.locator(`text=${mailbox?.older}`).count(), 0, 'there are no more')
})

await t.test(
  'step 2: what the program does not cover is said, and never stops anybody',
  async t => {
    const entry = {
      name: 'Aide juridique (exemple)',
      about: { en: 'Lawyers.', fr: 'Des avocats pour les personnes détenues.' },
      status: 'open' as const,
      checked: new Date().toISOString().slice(0, 10),
      languages: ['fr'],
      countries: ['TR'],
      url: 'https://legal-aid.example/',
    }
    const others = [
      { ...entry, id: 'near' },
      { ...entry, id: 'far', name: 'Exemple lointain', countries: ['DE'] },
      { ...entry, id: 'stale', name: 'Exemple ancien', checked: '2020-01-01' },
    ]
    const site = await testSite(t, await siteOrganisation({ others }))
    const { page } = await visitor(t)
    const driver = chromiumDriver(page)
    await begin(driver, site.url, 'fr', 'emergency')
    await choose('fr')(driver)
    await driver.click(goOn)
    t.match(await driver.textOf('.notice'), /Ce programme travaille en\u00a0: Tiếng Việt, English/)
    await driver.click('main .actions button.main')
    const { reply_language: _, country: __, ...rest } = emergencyDoings('fr', canary)
    const early = ['contact', 'contact_caution', 'on_behalf_of', 'person_agrees']
    const before = Object.fromEntries(Object.entries(rest).filter(([key]) => early.includes(key)))
    const after = Object.fromEntries(Object.entries(rest).filter(([key]) => !early.includes(key)))
    await answer(driver, before)
    await driver.select('#q-country', 'TR')
    await driver.click(goOn)
    t.match(await driver.textOf('.notice'), /ne couvre pas actuellement\u00a0: Turquie/)
    await driver.see('.others li')
    const [near, ...more] = await driver.textsOf('.others li')
    t.match(near, /Des avocats pour les personnes détenues\..*Accepte des demandes.*français/)
    t.match(near, /https:\/\/legal-aid\.example\/.*Dernière vérification/)
    t.strictSame(more, [], 'neither those of other countries nor those that nobody has checked')
    await driver.click('main .actions button:nth-of-type(2)')
    await driver.see('#q-country')
    t.equal(await page.inputValue('#q-country'), 'TR', 'the answer is still there')
    await driver.click(goOn)
    await driver.click('main .actions button.main')
    await answer(driver, after)
    await driver.see('.review')
    t.match(await driver.textOf('.notice'), /Vous pouvez tout de même envoyer/)
    const words = await send(driver)
    await driver.see('#due')
    t.notOk(await page.isVisible('.others li'))
    await driver.click('.others summary')
    t.strictSame(await driver.textsOf('.others li'), [near], 'the same beside the receipt')
    t.ok(await page.isVisible('#due'), 'which stays')
    const [arrived] = await arrivedCases(site)
    if (arrived === undefined) throw new Error('nothing arrived')
    t.match(await routeCase(site, arrived), { language: 'fr', country: 'TR' })
    await comeBack(driver, site.url, 'fr', words.join(' '))
    await driver.see('.others li')
    t.match(await driver.textOf('.notice'), /Une personne vous répondra tout de même/)
    t.equal((await driver.textsOf('.others li')).length, 2, 'the country is not known here')
  },
)

await t.test('step 2: "I do not know where" is an answer', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t)
  const driver = chromiumDriver(page)
  await begin(driver, site.url, 'en', 'emergency')
  await answer(driver, emergencyDoings('en', canary, ':unknown'))
  t.match(await driver.textOf('.notice'), /Without a country/)
  await send(driver)
  await driver.see('#due')
  const [arrived] = await arrivedCases(site)
  if (arrived === undefined) throw new Error('nothing arrived')
  t.match(await routeCase(site, arrived), { country: 'unknown' })
})

await t.test('what does not fit is said at its place, and what was typed stays', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t)
  const driver = chromiumDriver(page)
  await begin(driver, site.url, 'en', 'emergency')
  await driver.see('fieldset')
  await driver.click(goOn)
  t.match(await driver.textOf('.faults'), /so that we can reply to you/)
  t.ok(await page.evaluate(`document.activeElement.className === 'faults'`), 'it has the focus')
  await driver.click('.faults a')
  t.equal(await page.evaluate('document.activeElement.name'), 'q-reply-language')
  t.equal(new URL(page.url()).hash, '', 'the address stays as it was')
  const doings = emergencyDoings('en', canary)
  await answer(driver, {
    reply_language: choose('en'),
    contact: choose('email'),
  })
  t.match(await driver.textOf('.faults'), /Please answer this/, 'an address is needed for e-mail')
  await driver.type('#q-contact-address', 'a@b.example')
  await driver.click(goOn)
  const long = 'đ'.repeat(501)
  await driver.see('#q-contact-caution')
  await driver.type('#q-contact-caution', long)
  await driver.click(goOn)
  t.match(await driver.textOf('.faults'), /501 of 500 characters/)
  t.equal(await page.inputValue('#q-contact-caution'), long, 'nothing is cut off')
  await driver.type('#q-contact-caution', long.slice(1))
  await driver.click(goOn)
  const { reply_language: _, contact: __, contact_caution: ___, deadline: ____, ...rest } = doings
  const early = ['on_behalf_of', 'person_agrees', 'country', 'time_pressure']
  const part = (wanted: boolean) =>
    Object.fromEntries(Object.entries(rest).filter(([key]) => early.includes(key) === wanted))
  await answer(driver, part(true))
  await driver.type('#q-deadline-day', '31')
  await driver.type('#q-deadline-month', '4')
  await driver.type('#q-deadline-year', '2026')
  await driver.click(goOn)
  t.match(await driver.textOf('.faults'), textsEn.faults.not_a_date)
  await driver.type('#q-deadline-year', '26')
  await driver.click(goOn)
  t.match(await driver.textOf('.faults'), textsEn.faults.not_a_year)
  await driver.type('#q-deadline-day', '')
  await driver.type('#q-deadline-year', '２０２６')
  await driver.type('#q-deadline-time', '24:00')
  await driver.click(goOn)
  t.match(await driver.textOf('.faults'), textsEn.faults.day_missing)
  await driver.type('#q-deadline-day', '３０')
  await driver.click(goOn)
  t.match(await driver.textOf('.faults'), textsEn.faults.not_a_time)
  t.equal(await page.inputValue('#q-deadline-time'), '24:00')
  t.equal(await page.inputValue('#q-deadline-year'), '2026')
  for (const part of ['day', 'month', 'year'])
    t.equal(await page.getAttribute(`#q-deadline-${part}`, 'inputmode'), 'numeric', part)
  t.equal(await page.getAttribute('#q-deadline-time', 'inputmode'), null, 'with a colon')
  await driver.type('#q-deadline-time', '0830')
  await driver.click(goOn)
  await answer(driver, part(false))
  t.match(await driver.textsOf('[data-key="deadline"] dd'), ['30 April 2026, 08:30 (Vietnam)'])

  // A change of mind at the end can ask something new.
  await driver.click('[data-key="on_behalf_of"] button')
  await choose('self')(driver)
  await driver.click(goOn)
  await driver.see('.review')
  t.equal(await page.locator('[data-key="person_agrees"]').count(), 0)
  await driver.click('[data-key="what_happened"] button')
  t.equal(await page.inputValue('#q-what-happened'), canary)
  await write('what_happened', `${canary}!`)(driver)
  await driver.click(goOn)
  await send(driver)
  await driver.see('#due')
  const [arrived] = await arrivedCases(site)
  if (arrived === undefined) throw new Error('nothing arrived')
  t.match(await routeCase(site, arrived), { deadline: '2026-04-30T01:30:00Z' })
  const content =
    (await openAs(site, 'vietnam-1', arrived.envelope)) ??
    (await openAs(site, 'intake-1', arrived.envelope))
  t.match(content?.answers, {
    what_happened: `${canary}!`,
    contact: { kind: 'email', address: 'a@b.example' },
    deadline: { date: '2026-04-30', time: '08:30', zone: 'Asia/Saigon' },
  })
  t.notOk(Object.hasOwn(content?.answers ?? {}, 'person_agrees'))
})

await t.test('what was typed for one program is there again after a look at the other', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t)
  const driver = chromiumDriver(page)
  const backToPrograms = async (steps: number) => {
    for (let step = 0; step < steps; step++) {
      const shown = await driver.textOf('main h1')
      await driver.click('main form .actions button:last-child')
      await page.locator('main h1').filter({ hasNotText: shown }).waitFor()
    }
    await driver.see('[data-program]')
  }
  await begin(driver, site.url, 'vi', 'emergency')
  const { reply_language, contact } = emergencyDoings('vi', canary)
  if (reply_language === undefined || contact === undefined) throw new Error('no such question')
  await answer(driver, { reply_language, contact })
  await driver.type('#q-contact-caution', canary)
  await backToPrograms(3)
  await driver.click('[data-program="pil"]')
  await driver.see('#q-reply-language')
  t.equal(await page.locator('input:checked').count(), 0, 'the other one is empty')
  await choose('en')(driver)
  await backToPrograms(1)
  await driver.click('[data-program="emergency"]')
  t.ok(await page.isChecked('input[value="vi"]'))
  for (const _ of ['language', 'contact']) await driver.click(goOn)
  await driver.see('#q-contact-caution')
  t.equal(await page.inputValue('#q-contact-caution'), canary)
  await backToPrograms(3)
  await driver.click('[data-program="pil"]')
  t.ok(await page.isChecked('input[value="en"]'), 'and so is the other')
  t.strictSame(await page.evaluate(storedThings), nothingStored)
})

await t.test('where the browser hides its clock, an hour is on that of the country', async t => {
  for (const zone of ['UTC', 'Atlantic/Reykjavik']) {
    const site = await testSite(t)
    const { page } = await visitor(t, { zone })
    const driver = chromiumDriver(page)
    await begin(driver, site.url, 'en', 'emergency')
    await answer(driver, {
      ...emergencyDoings('en', canary),
      deadline: async () => {
        await driver.type('#q-deadline-day', '30')
        await driver.type('#q-deadline-month', '4')
        await driver.type('#q-deadline-year', '2026')
        await driver.type('#q-deadline-time', '08:30')
        const offered = await driver.textsOf('#q-deadline-zone option')
        t.equal(offered[0], 'Vietnam', 'not called the clock of this device')
        t.ok(offered.some(line => line.endsWith(' (UTC)')))
      },
    })
    t.match(await driver.textsOf('[data-key="deadline"] dd'), ['30 April 2026, 08:30 (Vietnam)'])
    await send(driver)
    t.equal(await driver.textOf('#due + .hint'), fill(textsEn.sent.clock, { zone: 'UTC' }))
    const due = new Date(Date.now() + 48 * hour).toLocaleDateString('en-GB', {
      timeZone: 'Asia/Ho_Chi_Minh',
      dateStyle: 'full',
    })
    t.match(await driver.textOf('#due-there'), new RegExp(`^${due}, \\d\\d:\\d\\d \\(Vietnam\\)$`))
    const [arrived] = await arrivedCases(site)
    if (arrived === undefined) throw new Error('nothing arrived')
    t.match(await routeCase(site, arrived), { deadline: '2026-04-30T01:30:00Z' }, zone)
  }
})

await t.test('whoever writes from abroad says on which of two clocks an hour is', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t, { zone: 'Europe/Paris' })
  const driver = chromiumDriver(page)
  await begin(driver, site.url, 'en', 'emergency')
  await answer(driver, {
    ...emergencyDoings('en', canary),
    deadline: async () => {
      await driver.type('#q-deadline-day', '30')
      await driver.type('#q-deadline-month', '4')
      await driver.type('#q-deadline-year', '2026')
      await driver.type('#q-deadline-time', '08:30')
      const offered = await driver.textsOf('#q-deadline-zone option')
      t.strictSame(offered.slice(0, 3), [textsEn.question.choose, 'this device: France', 'Vietnam'])
      await driver.click(goOn)
      t.match(await driver.textOf('.faults'), textsEn.faults.zone_missing)
      await page.selectOption('#q-deadline-zone', { label: 'Vietnam' })
    },
  })
  t.match(await driver.textsOf('[data-key="deadline"] dd'), ['30 April 2026, 08:30 (Vietnam)'])
  await send(driver)
  await driver.see('#due')
  t.equal(await page.locator('#due-there').count(), 0, 'the clock of the device is known')
})

await t.test('where the clock is hidden and no country tells it, the person finds it', async t => {
  const site = await testSite(t)
  const { page } = await visitor(t, { zone: 'UTC' })
  const driver = chromiumDriver(page)
  await page.clock.setFixedTime(Date.now())
  await begin(driver, site.url, 'en', 'emergency')
  await answer(driver, {
    ...emergencyDoings('en', canary, ':unknown'),
    deadline: async () => {
      await driver.type('#q-deadline-day', '30')
      await driver.type('#q-deadline-month', '4')
      await driver.type('#q-deadline-year', '2026')
      await driver.type('#q-deadline-time', '08:30')
      t.equal(await page.inputValue('#q-deadline-zone'), '', 'none is guessed')
      await driver.click(goOn)
      t.match(await driver.textOf('.faults'), textsEn.faults.zone_missing)
      const now = Number(await page.evaluate('Date.now()')) + 7 * 60_000
      await page.clock.setFixedTime(now)
      await page.focus('#q-deadline-zone')
      const clock = new Date(now + 3 * hour).toISOString().slice(11, 16)
      const label = fill(textsEn.clock.line, { time: clock, zone: 'UTC+3' })
      await page.selectOption('#q-deadline-zone', { label })
    },
  })
  t.match(await driver.textsOf('[data-key="deadline"] dd'), ['30 April 2026, 08:30 (UTC+3)'])
  await driver.click('[data-key="deadline"] button')
  t.equal(await page.inputValue('#q-deadline-zone'), 'UTC+0300', 'what was chosen stays')
  await driver.click(goOn)
  await send(driver)
  await driver.see('#due')
  const [arrived] = await arrivedCases(site)
  if (arrived === undefined) throw new Error('nothing arrived')
  t.match(await routeCase(site, arrived), { deadline: '2026-04-30T05:30:00Z' })
})
