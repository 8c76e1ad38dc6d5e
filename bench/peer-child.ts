// Peers of the intake: Fastify with a route that does nothing but read the body, and with one insert of it.
import { randomUUID } from 'node:crypto'
import { fastify } from 'fastify'
import pg from 'pg'

export interface PeerTold {
  /** Where the row goes; null: nowhere. */
  readonly url: string | null
}

async function serve({ url }: PeerTold): Promise<void> {
  const pool = url === null ? null : new pg.Pool({ connectionString: url, max: 10 })
  const app = fastify({ logger: false })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/octet-stream',
    { parseAs: 'buffer' },
    (_request, body, done) => done(null, body),
  )
  app.post('/', async (request, reply) => {
    if (pool !== null)
      await pool.query({
        name: 'insert',
        text: 'insert into peer (id, body) values ($1, $2)',
        values: [randomUUID(), request.body],
      })
    return reply.code(201).send({ ok: true })
  })
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  process.once('SIGTERM', () => {
    void app
      .close()
      .then(() => pool?.end())
      .finally(() => process.exit(0))
  })
  process.send?.({ port: Number(new URL(address).port) })
}

process.once('message', told => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  void serve(told as PeerTold)
})
process.once('disconnect', () => process.exit(1))
