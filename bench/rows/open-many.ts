import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { handler, stockAge } from '../handler.js'
import { runProgram } from '../programs.js'
import { interleave, ratios, timed } from '../rounds.js'
import type { Row } from '../row.js'

const age = 'speed, of stock age run for each file'
const alone = 'the same with a process of ours for each file'
const fileBytes = 10_000

export const row: Row = {
  name: 'open-many',
  title: 'Opening 1,000 files of 10 KB in one command',
  about:
    'Files of random bytes, each with a header of its own: `khancap open --file` with all of them in one line (three hundred in a quick ' +
    'run), and stock age run once for each of two hundred (of forty in a quick run), one after the other: what is compared is the time ' +
    'for a file, what Node takes to start another program included. The second ratio is what is left where we, too, are run for each file. The identity of this ' +
    'row has a passphrase that costs nothing, as has that of age: a real one costs a second once for each command, where no agent holds it. Ours is one process, whose start is in the figures; it ' +
    'opens the identity once, and a post-quantum header for each file, where age opens an X25519 one. Nothing is written.',
  bar: [{ ratio: age, atLeast: 2.5 }],
  needs: ['age'],
  seconds: { quick: 120, full: 300 },
  async run(run) {
    const count = run.full ? 1000 : 300
    /** Each run of age takes as long as the one before. */
    const times = run.full ? 200 : 40
    const { khancap, seal, setting } = await handler(run)
    const place = (name: string) => join(run.folder, name)
    const names = Array.from({ length: count }, (_, index) => String(index).padStart(4, '0'))
    const stock = stockAge(run)
    await writeFile(place('plain'), randomBytes(fileBytes))
    await runProgram(stock.seal(place('plain'), place('theirs.age')))
    for (const name of names) {
      // oxlint-disable-next-line no-await-in-loop
      await writeFile(place(`${name}.age`), await seal(randomBytes(fileBytes)))
    }
    const line = khancap('open', '--file', ...names.map(name => place(`${name}.age`)))
    async function oneByOne(): Promise<void> {
      for (let time = 0; time < times; time++) {
        // One after the other is what is compared.
        // oxlint-disable-next-line no-await-in-loop
        await runProgram(stock.open(place('theirs.age')))
      }
    }
    const few = names.slice(0, run.full ? 50 : 10)
    async function ownOneByOne(): Promise<void> {
      // oxlint-disable-next-line no-await-in-loop
      for (const name of few)
        await runProgram(khancap('open', '--file', place(`${name}.age`)), setting)
    }
    const contenders = {
      ours: () => runProgram(line, setting),
      alone: () => timed(ownOneByOne),
      age: () => timed(oneByOne),
    }
    const ms = await interleave(run.rounds, contenders)
    const ours = ms.ours.map(all => all / count)
    const theirs = ms.age.map(all => all / times)
    const one = ms.alone.map(all => all / few.length)
    return {
      figures: [
        { name: 'ours, all files', unit: 'ms', rounds: ms.ours },
        { name: 'ours, for each file', unit: 'ms', rounds: ours },
        { name: 'ours, a process for each file', unit: 'ms', rounds: one },
        { name: 'stock age, for each file', unit: 'ms', rounds: theirs },
      ],
      ratios: { [age]: ratios(theirs, ours), [alone]: ratios(theirs, one) },
      notes: [`Files: ${count}.`],
    }
  },
}
