import { randomBytes } from 'node:crypto'
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
const start = 'start up to --version, ms'

export const row: Row = {
  name: 'open-large',
  title: 'Opening 100 MB with the command-line tool',
  about:
    'The tool as handlers get it, one file: the whole process, from its start to its end, on 100 MB of random bytes; nothing is written but for the figure of a full run that ' +
    'says so (ours then also forces the file to disk). The start of Node is in the figures, and apart beside them. Ours ' +
    'opens a post-quantum header, and the identity with a passphrase that costs nothing here (a real one takes a second, unless an agent holds it); stock age has an X25519 key in a file, gpg a key ' +
    'without a passphrase and no compression.',
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
        { name: 'Node alone, which runs nothing', unit: 'ms', rounds: ms.node },
      ],
      ratios: {
        [age]: ratios(ms.age, ms.ours),
        [gpg]: ratios(ms.gpg, ms.ours),
        [memory]: most.mebibytes,
        [start]: ms.version,
      },
    }
  },
}
