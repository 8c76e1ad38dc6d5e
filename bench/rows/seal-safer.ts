import { call, firefoxPage } from '../browsers.js'
import { interleave } from '../rounds.js'
import type { Row } from '../row.js'
import type { FormSealed } from '../sealer-page.js'
import { bundled, site } from '../site.js'

const waited = 'seconds from pressing "send" to a sealed form, at Safer'

export const row: Row = {
  name: 'seal-safer',
  title: 'Sealing a form for 10 readers at Tor Browser’s Safer settings',
  about:
    'Firefox without WebAssembly and without a JIT, as Tor Browser at "Safer" is set; the peer is the same Firefox as it ' +
    'comes. The built page seals a filled form in its built Worker: the Worker starts, tests its primitives, verifies the ' +
    'directory, seals the case and the slip, and tests again. All of that is counted.',
  bar: [{ ratio: waited, atMost: 5 }],
  needs: ['firefox-esr'],
  seconds: { quick: 180, full: 300 },
  onlyFull: true,
  async run(run) {
    const { opening, url } = await site(run)
    const script = await bundled('sealer-page')
    async function sealing(settings: 'usual' | 'safer', engine: 'wasm' | 'pure') {
      const page = await firefoxPage(run, settings)
      await page.goto(`${url}/vi/`)
      await page.evaluate(script)
      const given = await opening(engine)
      return () => call<FormSealed>(page, 'benchSealForm', given)
    }
    const safer = await sealing('safer', 'pure')
    const usual = await sealing('usual', 'wasm')
    const sealed = await interleave(run.rounds, { safer, usual })
    const all = (name: keyof typeof sealed) =>
      sealed[name].map(({ readyMs, sealMs }) => readyMs + sealMs)
    const last = (name: keyof typeof sealed) => sealed[name].map(({ sealMs }) => sealMs)
    return {
      figures: [
        { name: 'at Safer, sealing alone', unit: 'ms', rounds: last('safer') },
        { name: 'with WebAssembly and JIT', unit: 'ms', rounds: all('usual') },
        { name: 'with WebAssembly and JIT, sealing alone', unit: 'ms', rounds: last('usual') },
      ],
      ratios: { [waited]: all('safer').map(ms => ms / 1000) },
    }
  },
}
