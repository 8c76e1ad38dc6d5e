// The long fuzz: a million executions for each parser, or as many as asked for.
//
// Usage: npm run fuzz [-- --seed N] [-- --count N] [-- TARGET ...]
import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fuzz } from './fuzz.js'
import { targets } from './targets.js'

const say = (text: string) => process.stdout.write(`${text}\n`)

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 32)) },
      count: { type: 'string', default: '1000000' },
    },
  })
  const seed = Number(values.seed)
  const count = Number(values.count)
  say(`seed ${seed}, ${count} executions for each parser`)
  say('parser              executions     taken  slowest    largest   seconds')
  for (const target of await targets()) {
    if (positionals.length > 0 && !positionals.includes(target.name)) continue
    const { tally, found } = await fuzz(target, seed, count)
    const cells = [
      String(tally.executions).padStart(12),
      String(tally.taken).padStart(10),
      `${tally.slowestMilliseconds.toFixed(1)} ms`.padStart(9),
      `${tally.largestBytes} B`.padStart(11),
      tally.seconds.toFixed(0).padStart(10),
    ]
    say(target.name.padEnd(18) + cells.join(''))
    if (found === null) continue
    const folder = join('test/fuzz/corpus', found.target)
    await mkdir(folder, { recursive: true })
    const name = createHash('sha256').update(found.input).digest('hex').slice(0, 12)
    await writeFile(join(folder, name), found.input)
    say(`found: ${found.what}`)
    say(`kept as ${join(folder, name)}: mend it, and say in README.md what it was`)
    process.exitCode = 1
  }
  say(`memory at most ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`)
}

await main()
