import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { call, chooseFile, processesOf, startChromium } from '../browsers.js'
import { mostAbove } from '../process-memory.js'
import { interleave, ratios } from '../rounds.js'
import type { Row } from '../row.js'
import type { FileSealed, Peer } from '../sealer-page.js'
import { bundled, site } from '../site.js'

const megabytes = 25
const age = 'speed, of npm age-encryption'
const openpgp = 'speed, of openpgp'
const libsodium = 'speed, of libsodium alone'
const block = 'longest task of the page’s thread above 50 ms, ms'
const memory = 'memory above the page’s own for 100 MB, MiB'

export const row: Row = {
  name: 'seal-large-browser',
  title: `Sealing a file of ${megabytes} MB in Chromium`,
  about:
    'The built Worker reads the file from the disk, looks for hidden data, seals it part by part, hands each part to the ' +
    'page and digests the text. The peers run in a Worker of the same page and get the bytes in memory, before their watch ' +
    'starts: npm age-encryption to one hybrid recipient, openpgp to one X25519 key with its own defaults (AES and a hash, by the browser’s own ' +
    'cryptography where it has it), and libsodium’s ChaCha20-Poly1305 alone, chunk by chunk. Memory is the most that the page’s process had while ' +
    '100 MB were sealed, above what it had before.',
  bar: [
    { ratio: age, atLeast: 2 },
    { ratio: openpgp, atLeast: 2 },
    { ratio: libsodium, atLeast: 0.7 },
    { ratio: block, atMost: 50, every: true },
    { ratio: memory, atMost: 64 },
  ],
  needs: ['chromium', 'linux'],
  seconds: { quick: 240, full: 480 },
  onlyFull: true,
  async run(run) {
    const { opening, url } = await site(run)
    const script = await bundled('sealer-page')
    const body = await bundled('peers-page')
    const given = await opening('wasm')
    const [file, large] = [join(run.folder, 'film.mp4'), join(run.folder, 'large.mp4')]
    await writeFile(file, randomBytes(megabytes * 1_000_000))
    await writeFile(large, randomBytes(100_000_000))
    const browser = await startChromium(run)
    const before = new Set(await processesOf(browser, 'renderer'))
    const page = await browser.newPage()
    const worker = '/a/bench-peers.js'
    await page.route(`**${worker}`, route =>
      route.fulfill({ body, contentType: 'text/javascript' }),
    )
    await page.goto(`${url}/vi/`)
    await page.evaluate(script)
    const pids = (await processesOf(browser, 'renderer')).filter(pid => !before.has(pid))

    async function most(): Promise<number> {
      await chooseFile(page, large)
      return mostAbove(pids, () => call<FileSealed>(page, 'benchSealFile', given))
    }
    const sealed = async () => {
      await chooseFile(page, file)
      return call<FileSealed>(page, 'benchSealFile', given)
    }
    const peer = async (name: Peer) => {
      await chooseFile(page, file)
      return call<number>(page, 'benchPeer', { worker, name })
    }
    await sealed()
    const longest: number[] = []
    const ms = await interleave(run.rounds, {
      async ours() {
        const one = await sealed()
        longest.push(one.longestMs)
        return one.ms
      },
      age: () => peer('age'),
      openpgp: () => peer('openpgp'),
      libsodium: () => peer('libsodium'),
    })
    const above = await interleave(run.full ? run.rounds : 1, { most })
    const perSecond = (each: readonly number[]) => each.map(one => (megabytes * 1000) / one)
    return {
      figures: [
        { name: 'ours, read and digested too', unit: 'MB/s', rounds: perSecond(ms.ours) },
        { name: 'npm age-encryption', unit: 'MB/s', rounds: perSecond(ms.age) },
        { name: 'openpgp', unit: 'MB/s', rounds: perSecond(ms.openpgp) },
        { name: 'libsodium alone', unit: 'MB/s', rounds: perSecond(ms.libsodium) },
      ],
      ratios: {
        [age]: ratios(ms.age, ms.ours),
        [openpgp]: ratios(ms.openpgp, ms.ours),
        [libsodium]: ratios(ms.libsodium, ms.ours),
        [block]: longest,
        [memory]: above.most,
      },
    }
  },
}
