import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { shippedPrograms } from '../../schemas/programs/shipped.js'
import { openPool } from '../../src/adapters/postgres/pool.js'
import { postgresStore } from '../../src/adapters/postgres/postgres-store.js'
import { publishDirectory } from '../../src/app/publish-directory.js'
import { dovecot } from '../../test/helper/dovecot.js'
import { exampleDirectory } from '../../test/helper/example-directory.js'
import { testOrganisation } from '../../test/helper/organisation.js'
import { startPostgres } from '../postgres.js'
import { spread } from '../rounds.js'
import type { Row, Run } from '../row.js'

const speed = 'mails a second'
const growth = 'memory in the last third, of the first third'

interface Taken {
  readonly perSecond: number
  /** Twice a second, MiB. */
  readonly memory: readonly number[]
}

const mail = (at: number) =>
  Buffer.from(
    `From: a@example.org\r\nMessage-ID: <${at}@x>\r\nSubject: =?UTF-8?B?SOG7lyB0cuG7oyBraOG6qW4gY+G6pXA=?=\r\n\r\n${'word '.repeat(at % 2000)}\r\n`,
  )

async function setUp(run: Run) {
  const server = await startPostgres(run)
  const mailServer = await dovecot({ teardown: run.defer })
  run.defer(() => mailServer.stop())
  const tags = new Map(shippedPrograms.map(({ id, tags: own }) => [id, own]))
  const organisation = await testOrganisation({
    programs: exampleDirectory().programs.map(program => ({
      ...program,
      tags: tags.get(program.id) ?? [],
    })),
  })
  const { note, primitives, root } = organisation
  const identityFile = join(run.folder, 'router')
  await writeFile(identityFile, organisation.router)
  const child = fileURLToPath(new URL('../../test/helper/mail-child.js', import.meta.url))
  let count = 0

  /** An old mailbox, taken in by a fresh process on a fresh database. */
  return async (mails: number): Promise<Taken> => {
    const user = `old-${++count}`
    await mailServer.deliver(
      user,
      Array.from({ length: mails }, (_, at) => mail(at)),
    )
    const url = await server.newDatabase(`mails_${count}`)
    const pool = openPool(url)
    const args = [child, url, mailServer.url(user), root, identityFile]
    try {
      await publishDirectory({ store: postgresStore(pool), primitives, root, now: Date.now }, note)
      const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
      const exited = once(started, 'exit')
      run.defer(() => started.kill('SIGKILL'))
      const memory: number[] = []
      let began = performance.now()
      createInterface({ input: started.stdout }).on('line', line => {
        const { event, rss } = JSON.parse(line)
        if (event === 'watching') began = performance.now()
        if (event === 'memory') memory.push(Number(rss) / 1_048_576)
      })
      for (;;) {
        // oxlint-disable-next-line no-await-in-loop
        const { rows } = await pool.query<{ n: number }>('select count(*)::int as n from cases')
        if (rows[0]?.n === mails) break
        if (started.exitCode !== null) throw new Error('the process that takes mails in has ended')
        // oxlint-disable-next-line no-await-in-loop
        await sleep(50)
      }
      const perSecond = (mails * 1000) / (performance.now() - began)
      started.kill('SIGKILL')
      await exited
      return { perSecond, memory }
    } finally {
      await pool.end()
    }
  }
}

/** The most in the last third of the time, of the most in the first. */
function grown({ memory }: Taken): number {
  const third = Math.floor(memory.length / 3)
  const most = (from: number, to: number) => Math.max(...memory.slice(from, to))
  return most(2 * third, memory.length) / most(0, third)
}

export const row: Row = {
  name: 'mail',
  title: 'Mail intake from Dovecot',
  about:
    'A real Dovecot holds an old mailbox of mails of up to 10 KB, with a keyword of a program in the subject; a process ' +
    'takes them in at its first start, each sealed to its readers and recorded as a case in a transaction that is forced ' +
    'to disk. Counted from the moment the process watches until the last case is there. The bar on memory compares the ' +
    'most in the last third of the time with the most in the first.',
  bar: [
    { ratio: speed, atLeast: 50 },
    { ratio: growth, atMost: 1.3 },
  ],
  needs: ['dovecot'],
  seconds: { quick: 240, full: 1200 },
  onlyFull: true,
  async run(run) {
    const mails = run.full ? 10_000 : 400
    const takeIn = await setUp(run)
    const taken: Taken[] = []
    // oxlint-disable-next-line no-await-in-loop
    for (let round = 0; round < run.rounds; round++) taken.push(await takeIn(mails))
    return {
      figures: [
        {
          name: 'most memory of the process',
          unit: 'MiB',
          rounds: taken.map(({ memory }) => spread(memory).maximum),
        },
      ],
      ratios: { [speed]: taken.map(({ perSecond }) => perSecond), [growth]: taken.map(grown) },
      notes: [`Mails in each round: ${mails}.`],
    }
  },
}
