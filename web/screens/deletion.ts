// "Delete my request": what it means, a second look, and what is true afterwards.
import { bullets, button, h } from '../dom.js'
import { Failed } from '../failed.js'
import { postDeletion } from '../network.js'
import type { Page } from '../page.js'
import { enterWords, type Visit } from './visit.js'

/** @throws Failed */
async function remove(page: Page, { words, token }: Visit): Promise<void> {
  const sealer = await page.sealer()
  await enterWords(page, sealer, words)
  const { body } = await sealer.call('remove', { token })
  try {
    await postDeletion(token, body)
  } catch (error) {
    // It was there a moment ago: an answer got lost on the way, and the request is deleted.
    if (!(error instanceof Failed) || error.failure !== 'mailbox_unknown') throw error
  }
}

/** @param back to the mailbox, with everything still in it */
export function askToDelete(page: Page, now: Visit, back: () => void): void {
  const { deletion: words } = page.words.texts
  const again = () => askToDelete(page, now, back)
  const goOn = () =>
    page.attempt(
      words.deleting,
      () => remove(page, now),
      () => showDeleted(page),
      again,
    )
  page.show(
    again,
    h('h1', { tabindex: -1 }, words.heading),
    h('p', { class: 'lead' }, words.lead),
    bullets(words.means),
    h(
      'div',
      { class: 'actions' },
      button(words.keep, back, 'main'),
      button(words.confirm, goOn, 'delete'),
    ),
  )
}

function showDeleted(page: Page): void {
  const { deletion: words, mailbox } = page.words.texts
  page.show(
    () => showDeleted(page),
    h('h1', { tabindex: -1 }, words.doneHeading),
    h('p', { class: 'notice good', id: 'deleted' }, words.done),
    h(
      'div',
      { class: 'actions' },
      button(mailbox.finish, () => page.leave(), 'main'),
    ),
  )
}
