import { call, firefoxPage } from '../browsers.js'
import { cpuQuota } from '../cpu-quota.js'
import { family } from '../process-memory.js'
import { interleave } from '../rounds.js'
import type { Row } from '../row.js'
import type { FormSealed } from '../sealer-page.js'
import { bundled, site } from '../site.js'

const share = 0.25
const waited = 'seconds from pressing "send" to a sealed form, at Safer with a quarter of a core'

export const row: Row = {
  name: 'seal-safer',
  title: 'Sealing a form for 10 readers at Tor Browser’s Safer settings',
  about:
    'Firefox without WebAssembly and without a JIT, as Tor Browser at "Safer" is set; the peer is the same Firefox as it ' +
    'comes. The kernel gives a quarter of one core to the whole browser, with all its processes; beside it stands the same ' +
    'with all that the machine has. The built page seals a filled form in its built Worker: the Worker starts, tests its primitives, verifies the ' +
    'directory, seals the case and the slip, and tests again. All of that is counted.',
  bar: [{ ratio: waited, atMost: 5 }],
  needs: ['firefox-esr', 'cpu-quota'],
  seconds: { quick: 240, full: 480 },
  onlyFull: true,
  async run(run) {
    const { opening, url } = await site(run)
    const script = await bundled('sealer-page')
    // Closed after the browser that is in it.
    const quota = cpuQuota.open(share)
    run.defer(() => quota.closeOnceEmpty())
    async function sealing(
      settings: 'usual' | 'safer',
      engine: 'wasm' | 'pure',
      pace: 'slow' | 'whole',
    ) {
      const page = await firefoxPage(run, settings)
      await page.goto(`${url}/vi/`)
      await page.evaluate(script)
      const given = await opening(engine)
      const { pid } = page.browser().process() ?? {}
      if (pid === undefined) throw new Error('a browser without a process')
      // What they start from here on is in the group, too.
      if (pace === 'slow') for (const one of await family(pid)) quota.add(one)
      return () => call<FormSealed>(page, 'benchSealForm', given)
    }
    const slow = await sealing('safer', 'pure', 'slow')
    const safer = await sealing('safer', 'pure', 'whole')
    const usual = await sealing('usual', 'wasm', 'whole')
    const sealed = await interleave(run.rounds, { slow, safer, usual })
    const all = (name: keyof typeof sealed) =>
      sealed[name].map(({ readyMs, sealMs }) => readyMs + sealMs)
    const last = (name: keyof typeof sealed) => sealed[name].map(({ sealMs }) => sealMs)
    return {
      figures: [
        {
          name: 'at Safer with a quarter of a core, sealing alone',
          unit: 'ms',
          rounds: last('slow'),
        },
        { name: 'at Safer', unit: 'ms', rounds: all('safer') },
        { name: 'at Safer, sealing alone', unit: 'ms', rounds: last('safer') },
        { name: 'with WebAssembly and JIT', unit: 'ms', rounds: all('usual') },
        { name: 'with WebAssembly and JIT, sealing alone', unit: 'ms', rounds: last('usual') },
      ],
      ratios: { [waited]: all('slow').map(ms => ms / 1000) },
    }
  },
}
