// What pgbench would do, by the driver: clients that each insert one row of so many bytes, wait, and insert the next.
import { randomUUID } from 'node:crypto'
import pg from 'pg'

export interface InserterTold {
  readonly url: string
  readonly bytes: number
}

export interface InserterAsked {
  readonly clients: number
  readonly ms: number
}

export interface InserterAnswer {
  readonly perSecond: number
}

let told: InserterTold
const open: pg.Client[] = []

async function insert(client: pg.Client, body: Buffer, until: number): Promise<number> {
  let rows = 0
  while (performance.now() < until) {
    await client.query({
      name: 'insert',
      text: 'insert into peer (id, body) values ($1, $2)',
      values: [randomUUID(), body],
    })
    if (performance.now() < until) rows += 1
  }
  return rows
}

async function measure({ clients, ms }: InserterAsked): Promise<InserterAnswer> {
  while (open.length < clients) {
    const client = new pg.Client({ connectionString: told.url })
    await client.connect()
    open.push(client)
  }
  const body = Buffer.alloc(told.bytes, 0x5a)
  const until = performance.now() + ms
  const rows = await Promise.all(open.slice(0, clients).map(client => insert(client, body, until)))
  return { perSecond: (rows.reduce((sum, count) => sum + count, 0) * 1000) / ms }
}

process.on('message', said => {
  if (told === undefined) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    told = said as InserterTold
    process.send?.({})
    return
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  void measure(said as InserterAsked).then(answer => process.send?.(answer))
})
process.once('disconnect', () => process.exit(1))
