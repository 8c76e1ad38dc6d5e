// Step 11: twelve words open the mailbox. They stay on the device; only the token made of them is sent.
import { button, form, h, unrecorded } from '../dom.js'
import type { Page } from '../page.js'
import { showMailbox } from './mailbox.js'
import { visitWith } from './visit.js'

/** @param back to where the words are still typed in */
export function openWith(page: Page, words: string, back: () => void): void {
  page.attempt(
    page.words.texts.comeBack.opening,
    () => visitWith(page, words),
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
