import { cpuQuota } from '../cpu-quota.js'
import { call, processesOf, startChromium } from '../browsers.js'
import { interleave } from '../rounds.js'
import type { Row } from '../row.js'
import type { FormSealed } from '../sealer-page.js'
import { bundled, site } from '../site.js'

const share = 0.25
const seconds = 'seconds to seal a form, with a quarter of a core'

export const row: Row = {
  name: 'seal-slow-cpu',
  title: 'Sealing a form for 10 readers in Chromium on a slow machine',
  about:
    'The process of the page, with all its threads, gets a quarter of one core from the kernel: the slow-down of the ' +
    'browser’s own tools does not reach Workers. Counted is the sealing: the Worker has started while the person typed.',
  bar: [{ ratio: seconds, atMost: 1 }],
  needs: ['chromium', 'cpu-quota'],
  seconds: { quick: 120, full: 240 },
  onlyFull: true,
  async run(run) {
    const { opening, url } = await site(run)
    const script = await bundled('sealer-page')
    const given = await opening('wasm')
    const browser = await startChromium(run)
    const seal = async (isSlow: boolean) => {
      const context = await browser.newContext()
      const before = new Set(await processesOf(browser, 'renderer'))
      const page = await context.newPage()
      await page.goto(`${url}/vi/`)
      await page.evaluate(script)
      const group = isSlow ? cpuQuota.open(share) : null
      try {
        for (const pid of await processesOf(browser, 'renderer'))
          if (!before.has(pid)) group?.add(pid)
        return await call<FormSealed>(page, 'benchSealForm', given)
      } finally {
        await context.close()
        await group?.closeOnceEmpty()
      }
    }
    const sealed = await interleave(run.rounds, {
      slow: () => seal(true),
      whole: () => seal(false),
    })
    return {
      figures: [
        {
          name: 'the same on a whole core',
          unit: 'ms',
          rounds: sealed.whole.map(one => one.sealMs),
        },
        {
          name: 'start of the Worker before it, slow',
          unit: 'ms',
          rounds: sealed.slow.map(one => one.readyMs),
        },
        {
          name: 'start of the Worker before it, whole core',
          unit: 'ms',
          rounds: sealed.whole.map(one => one.readyMs),
        },
      ],
      ratios: { [seconds]: sealed.slow.map(one => one.sealMs / 1000) },
    }
  },
}
