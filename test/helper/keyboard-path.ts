// The whole path by keyboard alone, in English: from the first page through every kind of question to the receipt, back with
// the twelve words, an answer, an addition, the further questions, a file, and the end of it.
import type { Test } from 'tap'
import { emergencyEn } from '../../schemas/programs/emergency.en.js'
import { textsEn } from '../../web/texts/en.js'
import { fill } from '../../web/texts/texts.js'
import { byKeyboard, type Keyboard, type Keys } from './by-keyboard.js'
import { additionsAs, arrivedCases, replyAs, routeCase, type TestSite } from './site.js'

const { addition, code, comeBack, confirm, deletion, files, mailbox, review, sent } = textsEn
const labelled = (text: string) => `>${text}<`
const heading = (key: string) => emergencyEn.labels[key] ?? key
const valued = (value: string) => `value="${value}"`
const letter = 'We have read it. Who was there?'
const handler = 'vietnam-1'
const story = 'They came this morning.'

/** @param pick chooses a file once the key that `open` presses has brought up the choice; null: this browser cannot tell of it */
type PickFile = ((open: () => Promise<void>) => Promise<void>) | null

interface Walk {
  readonly t: Test
  readonly site: TestSite
  readonly keys: Keys
  readonly by: Keyboard
}

const isFocused = (selector: string) => `document.activeElement.matches('${selector}')`
const next = (by: Keyboard) => by.activate(labelled(textsEn.next))

/** A question that is passed by, or answered by what `act` does. */
async function question({ by }: Walk, key: string, act: () => Promise<void> = async () => {}) {
  await by.screen(heading(key))
  await act()
  await next(by)
}

/** The list of faults has the focus, and leads to where. */
async function followFault({ by }: Walk, target: string): Promise<void> {
  await by.until(isFocused('.faults'))
  await by.activate('<a ')
  await by.until(isFocused(target))
}

async function askForHelp(walk: Walk): Promise<void> {
  const { by, keys, t } = walk
  const tick = (value: string) => () => by.activate(valued(value), 'Space')
  await by.until(`document.querySelector('#begin:not([hidden])') !== null`)
  await keys.press('Tab')
  t.match(await by.focused(), /id="leave-first"/, 'first of all the way out')
  await by.activate('id="start"')
  await by.screen(textsEn.programs.heading)
  await by.activate('data-program="emergency"')
  await question(walk, 'reply_language')
  await followFault(walk, 'input[type="radio"]')
  await keys.press('ArrowDown')
  await next(by)
  await question(walk, 'contact', tick('portal'))
  await question(walk, 'contact_caution')
  await question(walk, 'on_behalf_of', tick('self'))
  await question(walk, 'country', async () => {
    await by.tabTo('<select')
    await keys.type('Viet')
  })
  await question(walk, 'time_pressure', tick('happening_now'))
  await question(walk, 'deadline', async () => {
    for (const [part, typed] of [
      ['day', '27'],
      ['month', '3'],
      ['year', '2027'],
      ['time', '08:30'],
    ]) {
      await by.tabTo(`id="q-deadline-${part}"`)
      await keys.type(typed ?? '')
    }
  })
  await question(walk, 'what_happened', async () => {
    await by.tabTo('<textarea')
    await keys.type(story)
  })
  await question(walk, 'situation', tick('threats'))
  await question(walk, 'defender_link', tick('later'))
  await question(walk, 'help_needed', tick('lawyer'))
  await question(walk, 'alias')
  await question(walk, 'referral')
  await question(walk, 'if_unreachable')
}

/** From the review, which is walked through in both directions, to the receipt. @returns the words */
async function keepAndSend({ by, keys, t }: Walk): Promise<readonly string[]> {
  await by.screen(review.heading)
  await by.tabTo(labelled(textsEn.back))
  await by.tabBackTo('id="leave-first"')
  await by.activate(labelled(review.next))
  await by.screen(code.heading)
  const shown = `Array.from(document.querySelectorAll('ol.words li'), li => li.textContent).join(' ')`
  const words = String(await keys.ask(shown)).split(' ')
  t.equal(words.length, 12)
  await by.activate(labelled(code.showQr))
  await by.until(`document.querySelector('#qr svg') !== null`)
  t.match(await by.focused(), new RegExp(code.hideQr), 'the focus stays where it was')
  await keys.ask(`window.print = () => { document.body.dataset.printed = 'yes' }`)
  await by.activate(labelled(code.print))
  t.equal(await keys.ask('document.body.dataset.printed'), 'yes')
  t.match(await by.focused(), new RegExp(labelled(code.print)))
  await by.activate(labelled(code.next))
  await by.screen(confirm.heading)
  await by.activate(labelled(confirm.send))
  await by.until(isFocused('form .field input'))
  const asked = `Array.from(document.querySelectorAll('form .field input'), input => input.id).join(' ')`
  const [first = '', second = ''] = String(await keys.ask(asked)).split(' ')
  const wordOf = (id: string) => words[Number(id.slice('word-'.length)) - 1] ?? ''
  await keys.type(wordOf(first))
  await by.tabTo(`id="${second}"`)
  await keys.type(wordOf(second))
  await by.activate(labelled(confirm.send))
  await by.screen(sent.heading)
  await by.activate(labelled(sent.proof))
  await by.until(`document.querySelector('details.proof').open`)
  return words
}

async function returnAndRead({ by, keys }: Walk, words: readonly string[]): Promise<void> {
  await by.until(`document.querySelector('#begin:not([hidden])') !== null`)
  await by.activate('id="have-code"')
  await by.screen(comeBack.heading)
  await by.tabTo('id="words"')
  await keys.type(words.join(' '))
  await by.activate(labelled(comeBack.open))
  await by.screen(mailbox.heading)
  const isRead = `(() => {
    const { bottom } = document.querySelector('article.reply .letter').getBoundingClientRect()
    return bottom <= innerHeight
  })()`
  for (let page = 0; page < 10 && (await keys.ask(isRead)) !== true; page++) {
    await keys.press('PageDown')
    // A browser that scrolls smoothly takes a moment.
    await by.until(`new Promise(told => setTimeout(() => told(true), 300))`)
  }
  await by.until(isRead)
}

async function addSomething({ by, keys, t }: Walk): Promise<void> {
  await by.activate(labelled(mailbox.add))
  await by.screen(addition.heading)
  await by.activate('<summary')
  await by.until(`document.querySelector('#answered-to').open`)
  await by.activate(labelled(addition.send))
  await by.until(isFocused('#addition'))
  t.equal(await keys.ask(`document.querySelector('.fault').textContent`), addition.empty)
  await keys.type(story)
  await by.activate(labelled(addition.send))
  await by.screen(mailbox.heading)
  await by.until(`document.querySelector('.notice.good[role="status"]') !== null`)
}

async function answerFurther(walk: Walk): Promise<void> {
  const { by, keys, t } = walk
  await by.activate(labelled(mailbox.more))
  await question(walk, 'person', async () => {
    await by.tabTo('id="q-person-native-name"')
    await keys.type(story)
    await by.tabTo('id="q-person-year-of-birth"')
    await keys.type('85')
  })
  await followFault(walk, '#q-person-year-of-birth')
  // What stands there is marked by then, as when it is tabbed to, or is written on.
  await keys.ask(`document.activeElement.select()`)
  await keys.type('1985')
  await next(by)
  await question(walk, 'detention')
  await question(walk, 'lawyer', async () => {
    await by.activate(valued('yes'), 'Space')
    await by.activate(labelled(textsEn.question.clear))
    await by.until(isFocused(`input[${valued('yes')}]`))
  })
  await question(walk, 'health')
  await question(walk, 'dependants')
  await question(walk, 'others_asked')
  await question(walk, 'referees', async () => {
    await by.activate(labelled(textsEn.question.addRow))
    await by.until(isFocused('#q-referees-1'))
    await by.activate(labelled(fill(textsEn.question.removeRow, { n: 2 })))
    await by.until(isFocused('#q-referees-0'))
  })
  await by.screen(heading('budget'))
  await by.activate(labelled(review.heading))
  await by.screen(review.heading)
  t.ok(await keys.ask(`document.querySelector('.review').textContent.includes('1985')`))
  await by.activate(labelled(addition.send))
  await by.screen(mailbox.heading)
  await by.until(`document.querySelector('.notice.good[role="status"]') !== null`)
}

async function sendFile({ by, keys }: Walk, pick: NonNullable<PickFile>): Promise<void> {
  await by.activate(labelled(files.add))
  await by.screen(files.heading)
  await by.tabTo('id="files"')
  await pick(() => keys.press('Space'))
  await by.screen(files.heading)
  await by.activate(labelled(files.send))
  await by.until(isFocused('#agreed'))
  await keys.press('Space')
  await by.activate(labelled(files.send))
  await by.screen(mailbox.heading)
  await by.until(`document.querySelector('.notice.good[role="status"]') !== null`)
}

/** @param open brings up a page, as an address that is typed does */
export async function pathByKeyboard(
  t: Test,
  site: TestSite,
  keys: Keys,
  { open, pick }: { readonly open: (address: string) => Promise<unknown>; readonly pick: PickFile },
): Promise<void> {
  const by = byKeyboard(keys)
  const walk = { t, site, keys, by }
  await open(`${site.url}/en/`)
  await askForHelp(walk)
  const words = await keepAndSend(walk)
  const [arrived] = await arrivedCases(site)
  if (arrived === undefined) throw new Error('nothing arrived')
  t.match(await routeCase(site, arrived), { country: 'VN', language: 'en' })
  const { answers } = await replyAs(site, handler, arrived, letter, 'en')
  t.match(answers, { what_happened: story, deadline: { date: '2027-03-27', time: '08:30' } })
  await open(`${site.url}/en/`)
  await returnAndRead(walk, words)
  await addSomething(walk)
  await answerFurther(walk)
  if (pick !== null) await sendFile(walk, pick)
  const [text, form, manifest] = await additionsAs(site, handler)
  t.match(text, { text: story })
  t.match(form, { answers: { person: { native_name: story, year_of_birth: '1985' } } })
  t.equal(manifest !== undefined, pick !== null, 'a file has followed')
  await by.activate(labelled(deletion.heading))
  await by.screen(deletion.heading)
  await by.activate(labelled(deletion.confirm))
  await by.screen(deletion.doneHeading)
  t.strictSame(await site.api.db.rows('select state from cases'), [{ state: 'purged' }])
  await keys.ask(`document.querySelector('#leave').setAttribute('href', '/healthz')`)
  await by.activate(labelled(mailbox.finish))
  await by.until(`location.pathname === '/healthz'`)
  t.strictSame(by.faults, [], 'the focus is never lost, and always seen')
}
