// Steps 3 to 5 as the person sees them: test, seal, send, receipt. Whatever fails, the answers are still there, and a
// request whose fate is not known is sent again byte by byte.
import type { Timestamp } from '../../schemas/encoding.js'
import { countryOf } from '../../src/core/form/slip-facts.js'
import { bullets, button, h } from '../dom.js'
import { Failed, type FailureCode } from '../failed.js'
import { postIntake } from '../network.js'
import type { Page, Ways } from '../page.js'
import type { Given } from '../sealer/calls.js'
import type { Sealer } from '../sealer.js'
import { localTime } from '../local-time.js'
import { dayOfDevice } from '../locale.js'
import { fill } from '../texts/texts.js'
import { zoneHere, zoneName, zoneOf } from '../zones.js'
import { openWith } from './come-back.js'
import { handOver } from './hand-over.js'
import { othersFolded } from './others.js'
import { sealAnswers } from './seal-answers.js'
import { withNewest } from './with-newest.js'

/** How often the device works for a busy service before the person is asked to try later. */
const maxPuzzles = 5

const pause = (ms: number) => new Promise<void>(resolve => window.setTimeout(resolve, ms))

/** Failures of the way, not of what was sealed. */
const carriable: readonly FailureCode[] = [
  'offline',
  'too_many_requests',
  'unavailable',
  'refused',
  'untrusted',
  'internal',
]

/**
 * Step 4. Where many send at once the service lets those in first whose devices do some work: here, and nothing is said
 * about anybody by it.
 * @throws Failed
 */
async function submit(
  body: string,
  sealer: Sealer,
  tell: (stage: string) => void,
  page: Page,
): Promise<unknown> {
  const { sending } = page.words.texts
  let solved: Given<'solve'> | undefined
  for (let tries = 0; ; tries++) {
    tell(sending.sending)
    try {
      return await postIntake(body, solved)
    } catch (error) {
      const isBusy = error instanceof Failed && error.failure === 'too_many_requests'
      if (!isBusy || tries >= maxPuzzles || (error.puzzle === null && solved === undefined))
        throw error
      tell(sending.working)
      // Solved, and still no room: the same again in a moment.
      if (error.puzzle === null) await pause(1000 + tries * 1000)
      else solved = await sealer.call('solve', { puzzle: error.puzzle, body })
    }
  }
}

/** @throws Failed */
function deliver(page: Page, tell: (stage: string) => void): Promise<Given<'receipt'>> {
  const send = async () => {
    const sealer = await sealAnswers(page, tell)
    const { sealed } = page.draft
    if (sealed === null) throw new Failed('internal')
    const served = await submit(sealed.body, sealer, tell, page)
    return sealer.call('receipt', { served, sealed, now: Date.now() })
  }
  // With the same id.
  return withNewest(page, send, () => {
    page.draft.sealedOf = null
  })
}

export function sendRequest(page: Page, ways: Ways): void {
  const { sending } = page.words.texts
  const stage = h('p', { role: 'status', class: 'waiting' }, sending.checking)
  const again = () => sendRequest(page, ways)
  page.show(again, h('h1', { tabindex: -1 }, sending.heading), stage, h('p', {}, sending.stay))
  const settle = async () => {
    try {
      const given = await deliver(page, text => {
        stage.textContent = text
      })
      const country = countryOf(page.draft.answers)
      // It has arrived: what was typed is no longer needed here. Where the hour is not proved it is kept until the page is left.
      if (given.due !== null) {
        page.draft.program = null
        page.draft.answers = {}
        page.draft.aside.clear()
        page.draft.sealed = null
      }
      showSent(page, given, country)
    } catch (error) {
      const code = error instanceof Failed ? error.code : ''
      if (code === 'form_invalid') ways.review()
      else if (code === 'intake_conflict')
        page.fail(
          error,
          () => openMine(page, again),
          () => ways.back(),
        )
      else
        page.fail(
          error,
          again,
          () => (code === 'request_too_large' ? ways.review() : ways.back()),
          anotherWay(page, error, again),
        )
    }
  }
  void settle()
}

/** What is sealed can leave without this page, where only the way to the service is at fault. */
function anotherWay(page: Page, error: unknown, back: () => void): HTMLElement | undefined {
  const isTheWay = error instanceof Failed && carriable.includes(error.failure)
  if (!isTheWay || page.draft.sealed === null) return undefined
  return button(page.words.texts.handOver.offer, () => handOver(page, back))
}

/** The mailbox of the words that this page has just made. */
function openMine(page: Page, back: () => void): void {
  openWith(page, page.draft.receiptWords.join(' '), back)
}

/** Where the browser hides its clock: by that of the country. */
function dueThere(page: Page, due: Timestamp, country: string | null): HTMLElement | null {
  const { shared, texts } = page.words
  const timeZone = zoneHere() === 'UTC' ? zoneOf(country) : null
  if (timeZone === null) return null
  const name = zoneName(timeZone, shared.countries)
  return h('p', { id: 'due-there' }, localTime(due, texts.language, { timeZone, name }))
}

/** @param country whose clock is known, and whose others may help: nothing else of what was typed is there any more */
function showSent(page: Page, { due, receipt }: Given<'receipt'>, country: string | null): void {
  const { sent, before, language, mailbox } = page.words.texts
  const { countries } = page.words.shared
  const again = () => showSent(page, { due, receipt }, country)
  page.show(
    again,
    h('h1', { tabindex: -1 }, sent.heading),
    due === null
      ? h(
          'p',
          { class: 'notice', id: 'undated' },
          fill(sent.undated, { date: dayOfDevice(language) }),
        )
      : h(
          'div',
          { class: 'notice good' },
          h('p', { class: 'lead', id: 'due' }, fill(sent.due, { date: localTime(due, language) })),
          h('p', { class: 'hint' }, fill(sent.clock, { zone: zoneName(zoneHere(), countries) })),
          dueThere(page, due, country),
        ),
    h('section', {}, h('h2', {}, sent.nextHeading), bullets(sent.next)),
    h('section', {}, h('h2', {}, sent.dangerHeading), bullets(before.danger)),
    othersFolded(page, country),
    h(
      'details',
      { class: 'proof' },
      h('summary', {}, sent.proof),
      h('p', { class: 'hint' }, sent.proofHint),
      h('pre', { id: 'receipt', tabindex: 0, lang: 'en' }, receipt),
    ),
    h(
      'div',
      { class: 'actions' },
      button(sent.mailbox, () => openMine(page, again), 'main'),
      button(mailbox.finish, () => page.leave()),
    ),
  )
}
