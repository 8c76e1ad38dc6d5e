// Step 11: twelve words open the mailbox. They stay on the device; only the token made of them is sent.
import { button, form, h, unrecorded } from '../dom.js'
import { Failed } from '../failed.js'
import type { Page } from '../page.js'
import { fill } from '../texts/texts.js'
import { showMailbox } from './mailbox.js'
import { type Visit, visitWith } from './visit.js'

/** What is wrong with words that are no code: by their numbers, never by themselves. */
function sentenceFor(page: Page, { faults }: Failed): string | null {
  const { between, comeBack: words } = page.words.texts
  const numbers = faults.map(({ pointer }) => pointer.slice(1)).join(between)
  const [first] = faults
  if (first?.code === 'word_unknown') return fill(words.unknown, { numbers })
  if (first?.code === 'number_of_words') return fill(words.count, { n: numbers })
  return first?.code === 'checksum' ? words.apart : null
}

/** @throws Failed */
async function visitOrExplain(page: Page, words: string): Promise<Visit> {
  try {
    return await visitWith(page, words)
  } catch (error) {
    if (!(error instanceof Failed) || error.failure !== 'receipt_code_invalid') throw error
    const sentence = sentenceFor(page, error)
    throw sentence === null ? error : new Failed(error.failure, error.code, null, { sentence })
  }
}

/** @param back to where the words are still typed in */
export function openWith(page: Page, words: string, back: () => void): void {
  page.attempt(
    page.words.texts.comeBack.opening,
    () => visitOrExplain(page, words),
    found => showMailbox(page, found),
    back,
  )
}

export function comeBack(page: Page, back: () => void, typed = ''): void {
  const { comeBack: words, back: backLabel } = page.words.texts
  const input = h('textarea', {
    id: 'words',
    rows: 5,
    'aria-describedby': 'words-hint',
    ...unrecorded,
  })
  input.value = typed
  const again = () => comeBack(page, back, input.value)
  page.show(
    again,
    h('h1', { tabindex: -1 }, words.heading),
    h('p', {}, words.lead),
    form(
      () => openWith(page, input.value, again),
      h(
        'div',
        { class: 'field' },
        h('label', { for: 'words', class: 'label' }, words.label),
        h('p', { class: 'hint', id: 'words-hint' }, words.hint),
        input,
      ),
      h(
        'div',
        { class: 'actions' },
        h('button', { class: 'main' }, words.open),
        button(backLabel, back),
      ),
    ),
  )
}
