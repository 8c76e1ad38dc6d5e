import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { verifyDirectory } from '../../keys/directory.js'
import { Deployment } from '../../schemas/directory.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { dataFolder, removeFolder, startService } from '../../test/helper/service.js'
import { sealRequest } from '../organisation.js'
import { freePort, onDatabase, startPostgres } from '../postgres.js'
import { descriptors, family, heapUsed, proportional } from '../process-memory.js'
import { exchange, sealedFile, sendReal } from '../real-senders.js'
import { spread } from '../rounds.js'
import type { Row } from '../row.js'

const gained = 'memory gained after the warm-up, of what the process holds'
const opened = 'files and sockets open at the end beyond those after the first quarter'
const unexpected = 'answers that were not the expected ones'
const grown = 'tables that grew without a reason'

/** Tables that keep something of each request, upload or notice; rows of the others come and go. */
const kept = new Set([
  'intakes',
  'cases',
  'envelopes',
  'events',
  'rungs',
  'notices',
  'notice_lanes',
  'uploads',
  'upload_parts',
  'tallies',
])
/** Rows that may be under way at a moment; the queue cuts the events of each kind of job by 256. */
const underWay = 1000

async function rowsOfTables(url: string): Promise<Map<string, number>> {
  const rows = new Map<string, number>()
  await onDatabase(url, async client => {
    const found = await client.query<{ name: string; short: string }>(
      `select quote_ident(schemaname) || '.' || quote_ident(tablename) as name, tablename as short
       from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
    )
    for (const { name, short } of found.rows) {
      const counted = await client.query<{ n: number }>(`select count(*)::int as n from ${name}`)
      rows.set(short, counted.rows[0]?.n ?? 0)
    }
  })
  return rows
}

/** Until the engine has compiled what runs and its heap has the size that it keeps: a quarter of the run, and longer where that is short. */
function warmUpShare(minutes: number): number {
  return Math.max(0.25, Math.min(0.5, 10 / minutes))
}

/** The lowest of each of so many equal parts: what is left where garbage was just collected. */
function lowestOfEach(numbers: readonly number[], parts: number): number[] {
  return Array.from({ length: parts }, (_, part) =>
    numbers.slice(
      Math.floor((part * numbers.length) / parts),
      Math.floor(((part + 1) * numbers.length) / parts),
    ),
  )
    .filter(each => each.length > 0)
    .map(each => Math.min(...each))
}

/** Least squares. @returns what is gained from the first number to the last one */
function gainOf(numbers: readonly number[]): number {
  const middle = (numbers.length - 1) / 2
  const mean = numbers.reduce((sum, each) => sum + each, 0) / numbers.length
  let [above, below] = [0, 0]
  for (const [at, each] of numbers.entries()) {
    above += (at - middle) * (each - mean)
    below += (at - middle) ** 2
  }
  return below === 0 ? 0 : (above / below) * (numbers.length - 1)
}

export const row: Row = {
  name: 'soak',
  title: 'An hour of mixed traffic',
  about:
    'The whole service in one process, as `npm start` runs it, for 60 minutes (SOAK_MINUTES changes that). Each second two requests, two ' +
    'looks into a mailbox, pages, directories, and what is refused: a body that is no JSON, a wrong token, a connection that ends in the ' +
    'middle; every few seconds an attachment and an offline form. Memory is what the process itself holds (Pss), its gain the slope of all samples ' +
    'after a warm-up of ten minutes, or of a quarter of the run where that is longer, and of half of it where the run is shorter than twenty minutes: ' +
    'by then the engine has compiled what runs, and its heap has found its size. Whether what is gained is a leak is told by the figure beside it, the ' +
    'slope of the heap in use, of which the lowest in each twelfth counts: what garbage collection could not free. Rows of tables are counted in the middle and at the end: those that keep something of each request may grow.',
  bar: [
    { ratio: gained, atMost: 0.1 },
    { ratio: opened, atMost: 10 },
    { ratio: grown, atMost: 0 },
    { ratio: unexpected, atMost: 0 },
  ],
  needs: ['linux'],
  onlyFull: true,
  seconds: { quick: 900, full: 4000 },
  async run(run) {
    const minutes = Number(process.env['SOAK_MINUTES'] ?? (run.full ? 60 : 3))
    const server = await startPostgres(run)
    const database = await server.newDatabase('service')
    const home = await dataFolder()
    run.defer(() => removeFolder(home))
    const metricsPort = await freePort()
    const service = await startService({
      DATABASE_URL: database,
      KHANCAP_HOME: home,
      KHANCAP_PORT: '0',
      KHANCAP_METRICS_PORT: String(metricsPort),
      KHANCAP_OPEN_INTAKES: '10000000',
    })
    run.defer(() => service.stop())
    const { url } = service.ready
    const port = Number(new URL(url).port)
    const primitives = await nodePrimitives()
    const { root } = Deployment.parse(await (await fetch(`${url}/deployment.json`)).json())
    const note = new Uint8Array(await (await fetch(service.ready.directory)).arrayBuffer())
    const directory = await verifyDirectory(primitives, note, { root, now: null })
    const template = await sealRequest({ organisation: { primitives, root }, directory })
    const upload = await sealedFile(primitives, 20_000)

    const tokens: string[] = []
    const counts = { asked: 0, wrong: 0 }
    const json = { 'content-type': 'application/json' }
    async function ask(
      method: string,
      path: string,
      expected: number,
      headers: Record<string, string> = {},
      body: Uint8Array | string = '',
    ): Promise<void> {
      const { status } = await exchange(port, { method, path, headers }, Buffer.from(body), false)
      counts.asked += 1
      if (status !== expected) counts.wrong += 1
    }
    const anyToken = () => tokens[Math.floor(Math.random() * tokens.length)] ?? ''
    const bearer = (token: string) => ({ ...json, authorization: `Bearer ${token}` })
    async function intake(): Promise<void> {
      const { isIn, token } = await sendReal(port, template, false)
      counts.asked += 1
      if (!isIn) counts.wrong += 1
      else if (tokens.push(token) > 200) tokens.shift()
    }
    async function attachment(): Promise<void> {
      const id = randomBytes(16).toString('base64url')
      const tus = { authorization: `Bearer ${anyToken()}`, 'tus-resumable': '1.0.0' }
      await ask('POST', '/v1/uploads', 201, {
        ...tus,
        'upload-length': String(upload.sealed.length),
        'upload-metadata': `id ${Buffer.from(id).toString('base64')}`,
      })
      const part = { 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' }
      await ask('PATCH', `/v1/uploads/${id}`, 204, { ...tus, ...part }, upload.sealed)
    }
    async function brokenLine(): Promise<void> {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => {})
      socket.write(
        'POST /v1/intakes HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 30000\r\n\r\n{',
      )
      await sleep(3000)
      socket.destroy()
    }

    const memory: number[] = []
    const heap: number[] = []
    const files: number[] = []
    const ofPostgres: number[] = []
    let middle = new Map<string, number>()
    const seconds = minutes * 60
    const every = Math.max(2, Math.round(seconds / 120))
    const under = new Set<Promise<void>>()
    const begin = (work: Promise<void>) => {
      const settled = work
        .catch(() => void (counts.wrong += 1))
        .finally(() => under.delete(settled))
      under.add(settled)
    }
    const began = performance.now()
    await intake()
    for (let second = 0; second < seconds; second++) {
      for (let twice = 0; twice < 2; twice++) {
        begin(intake())
        begin(ask('POST', '/v1/mailbox', 200, bearer(anyToken()), '{"read":[]}'))
        begin(ask('GET', '/v1/directory', 200))
        begin(ask('GET', '/vi/', 200))
      }
      begin(ask('POST', '/v1/intakes', 400, json, '[[[[['))
      begin(
        ask(
          'POST',
          '/v1/mailbox',
          401,
          bearer(randomBytes(32).toString('base64url')),
          '{"read":[]}',
        ),
      )
      begin(brokenLine())
      if (second % 4 === 0) begin(attachment())
      if (second % 10 === 0) begin(ask('GET', '/offline/vi.html', 200))
      if (second % every === 0) {
        memory.push(await proportional([service.pid]))
        const used = await heapUsed(metricsPort)
        if (used !== null) heap.push(used)
        files.push(await descriptors(service.pid))
        ofPostgres.push(await proportional(await family(server.pid)))
      }
      if (second === Math.floor(seconds / 2)) middle = await rowsOfTables(database)
      await sleep(Math.max(0, began + (second + 1) * 1000 - performance.now()))
    }
    await Promise.all(under)
    // The workers finish what came last.
    await sleep(15_000)
    const end = await rowsOfTables(database)
    const growing = [...end].filter(
      ([name, rows]) => !kept.has(name) && rows - (middle.get(name) ?? 0) > underWay,
    )
    const quarter = Math.floor(memory.length / 4)
    const warm = warmUpShare(minutes)
    const afterWarmUp = (samples: readonly number[]) =>
      samples.slice(Math.floor(samples.length * warm))
    const settled = afterWarmUp(memory)
    const gain = gainOf(settled)
    const hours = (seconds * (1 - warm)) / 3600
    const reachable = lowestOfEach(afterWarmUp(heap), 12)
    const median = (numbers: readonly number[]) => spread(numbers).median
    const open = median(files.slice(-quarter)) - median(files.slice(quarter, 2 * quarter))
    return {
      figures: [
        { name: 'minutes', unit: '', rounds: [minutes] },
        {
          name: 'memory of the process',
          unit: 'MB',
          rounds: [settled[0] ?? 0, median(settled), settled.at(-1) ?? 0],
        },
        { name: 'slope of it', unit: 'MB/h', rounds: [gain / hours] },
        ...(reachable.length < 2
          ? []
          : [
              { name: 'heap in use, the lowest of each twelfth', unit: 'MB', rounds: reachable },
              {
                name: 'slope of the heap in use',
                unit: 'MB/h',
                rounds: [gainOf(reachable) / hours],
              },
            ]),
        { name: 'memory of PostgreSQL', unit: 'MB', rounds: [median(ofPostgres)] },
        { name: 'files and sockets open', unit: '', rounds: [median(files)] },
        { name: 'requests asked', unit: '', rounds: [counts.asked] },
        { name: 'cases at the end', unit: '', rounds: [end.get('cases') ?? 0] },
      ],
      ratios: {
        [gained]: [gain / median(settled)],
        [opened]: [Math.max(0, open)],
        [grown]: [growing.length],
        [unexpected]: [counts.wrong],
      },
      notes: growing.map(
        ([name, rows]) =>
          `${name}: ${middle.get(name) ?? 0} rows in the middle, ${rows} at the end`,
      ),
    }
  },
}
