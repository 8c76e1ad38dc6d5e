import type { Browser } from 'playwright-core'
import { startChromium } from '../browsers.js'
import { interleave } from '../rounds.js'
import type { Row } from '../row.js'
import { site } from '../site.js'

const usual = 'seconds to the first question'
const slow = 'seconds to the first question, processor four times slower'

/** A line as a telephone far away has it: one megabit a second both ways, answers begin after 400 ms. */
const line = {
  offline: false,
  latency: 400,
  downloadThroughput: 125_000,
  uploadThroughput: 125_000,
}

/** Presses what the person presses as soon as it can be pressed; says when the question can be read. */
const hasty = `window.benchReadable = new Promise(resolve => {
  const seen = element => element !== null && element.getClientRects().length > 0
  const look = () => {
    if (seen(document.querySelector('[id^="q-"]'))) {
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now())))
      return
    }
    for (const selector of ['#start', '[data-program="emergency"]']) {
      const button = document.querySelector(selector)
      if (seen(button) && button.dataset.pressed === undefined) {
        button.dataset.pressed = ''
        button.click()
      }
    }
    setTimeout(look, 5)
  }
  document.addEventListener('DOMContentLoaded', look)
})`

async function firstQuestion(browser: Browser, url: string, slowDown: number): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 } })
  try {
    const page = await context.newPage()
    const session = await context.newCDPSession(page)
    await session.send('Network.enable')
    await session.send('Network.emulateNetworkConditions', line)
    await session.send('Emulation.setCPUThrottlingRate', { rate: slowDown })
    await page.addInitScript(hasty)
    await page.goto(`${url}/vi/`, { waitUntil: 'commit' })
    return Number(await page.evaluate('window.benchReadable')) / 1000
  } finally {
    await context.close()
  }
}

export const row: Row = {
  name: 'first-question',
  title: 'The first question at 1 Mbit/s and 400 ms',
  about:
    'From the address to the first question of the emergency form, in a Chromium that has never been there, each button ' +
    'pressed as soon as it can be. The browser’s own tools hold the line to 1 Mbit/s and let each answer begin 400 ms ' +
    'after it was asked for; connecting and TLS are not in it, as with the peers. In the same set-up PrivateBin took 0.7 s, ' +
    'Hush Line 2.8 s, SecureDrop 5.5 s and GlobaLeaks 10.2 s.',
  bar: [
    { ratio: usual, atMost: 1.2 },
    { ratio: slow, atMost: 2 },
  ],
  needs: ['chromium'],
  seconds: { quick: 120, full: 240 },
  onlyFull: true,
  async run(run) {
    const { url } = await site(run)
    const browser = await startChromium(run)
    await firstQuestion(browser, url, 1)
    const seconds = await interleave(run.rounds, {
      usual: () => firstQuestion(browser, url, 1),
      slow: () => firstQuestion(browser, url, 4),
    })
    return { figures: [], ratios: { [usual]: seconds.usual, [slow]: seconds.slow } }
  },
}
