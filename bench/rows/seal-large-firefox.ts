import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { call, firefoxPage } from '../browsers.js'
import { family, mostAbove } from '../process-memory.js'
import type { Row } from '../row.js'
import type { FileSealed } from '../sealer-page.js'
import { bundled, site } from '../site.js'

const megabytes = 100
const memory = `memory above the pages’ own for ${megabytes} MB, MiB`

/** Of a Firefox those processes that hold pages: it names their kind last. */
async function pageProcesses(browser: number): Promise<number[]> {
  const found: number[] = []
  for (const pid of await family(browser)) {
    // oxlint-disable-next-line no-await-in-loop
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (/^.*[\0 ]-contentproc[\0 ].*[\0 ]tab\0*$/s.test(line)) found.push(pid)
  }
  return found
}

export const row: Row = {
  name: 'seal-large-firefox',
  title: `Memory of sealing a file of ${megabytes} MB in Firefox`,
  about:
    'As the memory in the row `seal-large-browser`, in Firefox: the built Worker reads the file from the disk and seals it part by part. Counted is the ' +
    'most that all processes with pages had meanwhile, above what they had before.',
  bar: [{ ratio: memory, atMost: 64 }],
  needs: ['firefox-esr', 'linux'],
  seconds: { quick: 240, full: 480 },
  onlyFull: true,
  async run(run) {
    const { opening, url } = await site(run)
    const script = await bundled('sealer-page')
    const given = await opening('wasm')
    const file = join(run.folder, 'large.mp4')
    await writeFile(file, randomBytes(megabytes * 1_000_000))
    const page = await firefoxPage(run, 'usual')
    await page.goto(`${url}/vi/`)
    await page.evaluate(script)
    const pids = await pageProcesses(page.browser().process()?.pid ?? 0)
    if (pids.length === 0) throw new Error('no process of Firefox holds a page')
    const above: number[] = []
    const seconds: number[] = []
    // The first time the code is compiled.
    for (let round = -1; round < run.rounds; round++) {
      // oxlint-disable no-await-in-loop
      await page.evaluate(`{
        document.querySelector('#bench-file')?.remove()
        const input = document.createElement('input')
        document.body.append(Object.assign(input, { type: 'file', id: 'bench-file' }))
      }`)
      const input = await page.$('input#bench-file')
      await input?.uploadFile(file)
      let ms = 0
      const most = await mostAbove(pids, async () => {
        ms = (await call<FileSealed>(page, 'benchSealFile', given)).ms
      })
      // oxlint-enable no-await-in-loop
      if (round < 0) continue
      above.push(most)
      seconds.push(ms / 1000)
    }
    return {
      figures: [
        { name: 'sealed', unit: 'MB/s', rounds: seconds.map(each => megabytes / each) },
        { name: 'processes with pages', unit: '', rounds: [pids.length] },
      ],
      ratios: { [memory]: above },
    }
  },
}
