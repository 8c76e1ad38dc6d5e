// Step 3 in a file: sealed and tested as on the page. Step 4 is for the person, or for whoever they trust.
import { h } from '../dom.js'
import { Failed } from '../failed.js'
import type { Page, Ways } from '../page.js'
import { handOver } from '../screens/hand-over.js'
import { sealAnswers } from '../screens/seal-answers.js'

export function sealHere(page: Page, ways: Ways): void {
  const { sending } = page.words.texts
  const stage = h('p', { role: 'status', class: 'waiting' }, sending.checking)
  const again = () => sealHere(page, ways)
  page.show(again, h('h1', { tabindex: -1 }, sending.heading), stage, h('p', {}, sending.stay))
  const settle = async () => {
    try {
      await sealAnswers(page, text => {
        stage.textContent = text
      })
      handOver(page, () => ways.back())
    } catch (error) {
      if (error instanceof Failed && error.code === 'form_invalid') ways.review()
      else page.fail(error, again, () => ways.back())
    }
  }
  void settle()
}
