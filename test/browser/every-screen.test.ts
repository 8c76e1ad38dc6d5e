// Every screen that an applicant can come to, in every language, 320 pixels wide: no violation that axe knows, one heading,
// nothing cut off and nothing over anything else, with text twice as large and from right to left too, and no control whose
// content a browser would complete, correct, keep or send away.
import t, { type Test } from 'tap'
import type { Page } from 'playwright-core'
import { visitor } from '../helper/chromium.js'
import { everyScreen } from '../helper/every-screen.js'
import { fits } from '../helper/fits.js'
import { look } from '../helper/look.js'
import { allTexts } from '../helper/texts.js'
import { carelessness } from '../helper/traces.js'

t.setTimeout(900_000)

/** What is shown without scripts, in a page that has some: axe is one. */
async function withoutScripts(t: Test, shown: Page): Promise<Page> {
  const response = await fetch(shown.url())
  const body = (await response.text()).replaceAll(/<\/?noscript>/g, '')
  const { page } = await visitor(t, { width: 320 })
  await page.route('**/*.js', route => route.abort())
  await page.route(shown.url(), route => route.fulfill({ contentType: 'text/html', body }))
  await page.goto(shown.url())
  return page
}

for (const texts of allTexts)
  await t.test(`every screen in ${texts.language}`, async t => {
    t.setTimeout(900_000)
    await everyScreen(t, texts, async (page, screen) => {
      const seen = screen === 'no-scripts' ? await withoutScripts(t, page) : page
      const named = `${texts.language} ${screen}`
      await look(t, seen, named)
      await fits(t, seen, named)
      t.strictSame(await seen.evaluate(carelessness), [], `${named}: nothing is recorded`)
    })
  })
