import { createCipheriv, randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { handler, stockAge, stockGpg } from '../handler.js'
import { type Line, mostMemory, runProgram } from '../programs.js'
import { interleave, ratios } from '../rounds.js'
import type { Row } from '../row.js'

const megabytes = 100
const age = 'speed, of stock age'
const gpg = 'speed, of gpg'
const memory = 'most memory of the process, MiB'
const bare = 'speed of the bare cipher in Node, of stock age'
const start = 'start up to --version, ms'

const bareOpener = 'bench/bare-opener.cjs'

/** The same chunk so many times, sealed as that program opens it. */
function bareChunks(count: number): Buffer {
  const options = { authTagLength: 16 }
  const sealing = createCipheriv(
    'chacha20-poly1305',
    new Uint8Array(32),
    new Uint8Array(12),
    options,
  )
  const chunk = Buffer.concat([
    sealing.update(randomBytes(65_536)),
    sealing.final(),
    sealing.getAuthTag(),
  ])
  return Buffer.concat(Array.from({ length: count }, () => chunk))
}

export const row: Row = {
  name: 'open-large',
  title: 'Opening 100 MB with the command-line tool',
  about:
    'The tool as handlers get it, one file: the whole process, from its start to its end, on 100 MB of random bytes; nothing is written but for the figure of a full run that ' +
    'says so (ours then also forces the file to disk). The start of Node is in the figures, and apart beside them. Ours ' +
    'opens a post-quantum header, and the identity with a passphrase that costs nothing here (a real one takes a second, unless an agent holds it); stock age has an X25519 key in a file, gpg a key ' +
    'without a passphrase and no compression. What Node takes for its start, the reading and the cipher alone, with a key that is given and nothing loaded, ' +
    'stands beside them against stock age: ours cannot be faster than that.',
  bar: [
    { ratio: age, atLeast: 0.6 },
    { ratio: gpg, atLeast: 0.6 },
    { ratio: memory, atMost: 150 },
    { ratio: start, atMost: 150 },
  ],
  needs: ['age', 'gpg', 'linux'],
  seconds: { quick: 120, full: 240 },
  async run(run) {
    const { khancap, seal, setting } = await handler(run)
    const place = (name: string) => join(run.folder, name)
    const plain = randomBytes(megabytes * 1_000_000)
    await writeFile(place('plain'), plain)
    await writeFile(place('ours.age'), await seal(plain))
    await writeFile(place('bare'), bareChunks(Math.ceil(plain.length / 65_536)))
    const [stock, pgp] = [stockAge(run), stockGpg(run)]
    await runProgram(stock.seal(place('plain'), place('theirs.age')))
    await runProgram(pgp.seal(place('plain'), place('theirs.gpg')))
    const mine = khancap('open', '--file', place('ours.age'))
    const ours = (line: Line) => runProgram(line, setting)
    async function saved(): Promise<number> {
      const ms = await ours([...mine, '--out', place('opened')])
      await rm(place('opened'), { recursive: true })
      return ms
    }
    const contenders = {
      ours: () => ours(mine),
      age: () => runProgram(stock.open(place('theirs.age'))),
      gpg: () => runProgram(pgp.open(place('theirs.gpg'))),
      bare: () => runProgram([process.execPath, bareOpener, place('bare')]),
      node: () => runProgram([process.execPath, '-e', '0']),
      version: () => ours(khancap('--version')),
    }
    await interleave(1, contenders)
    const ms = await interleave(run.rounds, contenders)
    const toDisk = await interleave(run.full ? run.rounds : 0, { saved })
    const [, file, ...args] = mine
    // The same each time.
    const most = await interleave(run.full ? run.rounds : 1, {
      mebibytes: () => mostMemory(run.folder, [file ?? '', ...args], setting),
    })
    return {
      figures: [
        { name: 'ours, opened and checked', unit: 'ms', rounds: ms.ours },
        ...(run.full ? [{ name: 'ours, saved in a file', unit: 'ms', rounds: toDisk.saved }] : []),
        { name: 'stock age', unit: 'ms', rounds: ms.age },
        { name: 'gpg', unit: 'ms', rounds: ms.gpg },
        {
          name: 'Node that reads and opens the same chunks, and does nothing else',
          unit: 'ms',
          rounds: ms.bare,
        },
        { name: 'Node alone, which runs nothing', unit: 'ms', rounds: ms.node },
      ],
      ratios: {
        [age]: ratios(ms.age, ms.ours),
        [gpg]: ratios(ms.gpg, ms.ours),
        [bare]: ratios(ms.age, ms.bare),
        [memory]: most.mebibytes,
        [start]: ms.version,
      },
    }
  },
}
