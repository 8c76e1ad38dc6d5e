import { createCipheriv, randomBytes } from 'node:crypto'
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { sharedIntake } from '../intake-set-up.js'
import { warmUp } from '../load.js'
import { interleave } from '../rounds.js'
import type { Row } from '../row.js'

/** Writes of one PostgreSQL page, each forced to disk. @returns how many a second */
function syncs(file: string, ms: number): number {
  const page = randomBytes(8192)
  const fd = openSync(file, 'w')
  let count = 0
  const began = performance.now()
  while (performance.now() - began < ms) {
    writeSync(fd, page, 0, page.length, (count % 64) * page.length)
    fdatasyncSync(fd)
    count += 1
  }
  closeSync(fd)
  return (count * 1000) / (performance.now() - began)
}

/** 64 KiB at a time, as age's format has it. @returns MB a second */
function chachaPoly(ms: number): number {
  const key = randomBytes(32)
  const chunk = randomBytes(65_536)
  let count = 0
  const began = performance.now()
  while (performance.now() - began < ms) {
    const nonce = Buffer.alloc(12)
    nonce.writeUInt32BE(count, 8)
    const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 })
    cipher.update(chunk)
    cipher.final()
    cipher.getAuthTag()
    count += 1
  }
  return (count * chunk.length) / 1000 / (performance.now() - began)
}

export const row: Row = {
  name: 'floors',
  title: 'What the machine gives',
  about:
    'Limits that the other rows stand beside: how often a second one process can force a page to disk, what Fastify takes with a route ' +
    'that only reads the bytes of a request, and what node:crypto seals. What PostgreSQL and Fastify take with one insert of the same bytes is in ' +
    'the row `intake`, which is held against it.',
  bar: [],
  needs: [],
  together: 'intake',
  seconds: { quick: 60, full: 180 },
  async run(run) {
    const ms = run.full ? 3000 : 400
    const set = await sharedIntake(run)
    const empty = await set.startPeer(false)
    await warmUp(32, empty)
    const rates = await interleave(run.rounds, {
      sync: async () => syncs(join(run.folder, 'sync'), ms),
      chacha: async () => chachaPoly(ms / 2),
      empty: async () => (await empty(32, ms)).perSecond,
    })
    return {
      figures: [
        { name: '8 KiB written and forced to disk (fdatasync)', unit: '1/s', rounds: rates.sync },
        { name: 'Fastify, empty route, 32 clients', unit: '1/s', rounds: rates.empty },
        { name: 'ChaCha20-Poly1305 by node:crypto', unit: 'MB/s', rounds: rates.chacha },
      ],
      ratios: {},
      notes: [`Bytes of a body: ${set.bytes}.`],
    }
  },
}
