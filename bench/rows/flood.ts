import { setTimeout as sleep } from 'node:timers/promises'
import { startChild } from '../children.js'
import { cpuQuota } from '../cpu-quota.js'
import type {
  FloodAnswer,
  FloodAsked,
  FloodKind,
  FloodTold,
  RateAnswer,
  RateAsked,
} from '../flood-child.js'
import { intakeSetUp } from '../intake-set-up.js'
import { manyRequests } from '../load.js'
import { sealRequest } from '../organisation.js'
import { exchange, sealedFile, sendReal, type Sent } from '../real-senders.js'
import { quantile } from '../rounds.js'
import type { Measured, Row } from '../row.js'

const share = 0.25
const bar = 'real senders who get through, of all, in the worst of the five floods'
const worthless = 'worthless requests'
/** What comes in the last flood, of what the API can do. */
const times = 10
/** How long the flood goes on once the last real sender has come. */
const lastMs = 10_000

const post = (length: string) =>
  `POST /v1/intakes HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${length}\r\n\r\n`

export const row: Row = {
  name: 'flood',
  title: 'Five floods, and one real sender among a hundred',
  about:
    'The API has the limits of a deployment and is held to a quarter of a core, so that one machine can make a flood of ten times what it ' +
    'can do. 1,000 clients at 5 KB/s; 200 uploads at 5 KB/s; 200 bodies that never end; 50 connections that pour brackets, each announcing ' +
    '100 MB; and valid requests at ten times the rate that 32 clients get out of the same API, made before and sent whether those before were ' +
    'answered or not, on up to 3,000 connections. Meanwhile real senders come, a hundredth of the flood: they behave as the page does, press again where it asks them to (counted beside), and every second one has a line of 5 KB/s. A quick run has fewer of both. ' +
    'The flood lasts until the last of them has had ten seconds more. A sender counts whose request is in after six tries at most; in the flood of uploads half of them have an attachment that must arrive, too.',
  bar: [{ ratio: bar, atLeast: 0.99 }],
  needs: ['linux', 'cpu-quota'],
  seconds: { quick: 240, full: 1800 },
  onlyFull: true,
  async run(run) {
    const set = await intakeSetUp(run)
    const quota = cpuQuota.open(share)
    run.defer(() => quota.close())
    const { child } = await set.startApi({ limited: true })
    const { port } = child.ready
    const free = await set.startApi()
    const template = await sealRequest(set.opened)
    const flood = await startChild<object>(run, 'flood-child', { port } satisfies FloodTold)
    quota.add(child.pid)
    quota.add(free.child.pid)
    await free.load(32, 2000)
    const { perSecond: sustainable } = await free.load(32, run.full ? 5000 : 3000)
    await free.child.end()

    const reals = run.full ? 100 : 30
    const scale = run.full ? 1 : 0.3
    const many = (connections: number) => Math.ceil(connections * scale)

    /** @returns what became of each; the last ones may end after the flood: they are waited for */
    async function among(everyMs: number, isDone: (sent: Sent, index: number) => Promise<boolean>) {
      const sending: Promise<{ readonly sent: Sent; readonly isDone: boolean }>[] = []
      for (let index = 0; index < reals; index++) {
        sending.push(
          sendReal(port, template, index % 2 === 1).then(async sent => ({
            sent,
            isDone: sent.isIn && (await isDone(sent, index)),
          })),
        )
        await sleep(everyMs)
      }
      return Promise.all(sending)
    }

    /** Whether a small attachment arrives. */
    async function uploads(token: string): Promise<boolean> {
      const { id, sealed } = await sealedFile(set.opened.organisation.primitives, 20_000)
      const tus = { authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0' }
      for (let tries = 0; tries < 20; tries++) {
        const begun = await exchange(
          port,
          {
            method: 'POST',
            path: '/v1/uploads',
            headers: {
              ...tus,
              'upload-length': String(sealed.length),
              'upload-metadata': `id ${Buffer.from(id).toString('base64')}`,
            },
          },
          new Uint8Array(0),
          false,
        )
        const at = begun.status === 201 ? '0' : ''
        if (at !== '') {
          const { status } = await exchange(
            port,
            {
              method: 'PATCH',
              path: `/v1/uploads/${id}`,
              headers: {
                ...tus,
                'upload-offset': at,
                'content-type': 'application/offset+octet-stream',
              },
            },
            sealed,
            true,
          )
          if (status === 204) return true
        }
        await sleep(1000)
      }
      return false
    }

    /** Cases of the flood's own, so that its uploads are let in. */
    async function uploadHeads(count: number): Promise<string[]> {
      const heads: string[] = []
      while (heads.length < count) {
        const { isIn, token } = await sendReal(port, template, false)
        if (!isIn) continue
        const { id, sealed } = await sealedFile(set.opened.organisation.primitives, 1_000_000)
        const tus = `host: x\r\nauthorization: Bearer ${token}\r\ntus-resumable: 1.0.0`
        await exchange(
          port,
          {
            method: 'POST',
            path: '/v1/uploads',
            headers: {
              authorization: `Bearer ${token}`,
              'tus-resumable': '1.0.0',
              'upload-length': String(sealed.length),
              'upload-metadata': `id ${Buffer.from(id).toString('base64')}`,
            },
          },
          new Uint8Array(0),
          false,
        )
        heads.push(
          `PATCH /v1/uploads/${id} HTTP/1.1\r\n${tus}\r\nupload-offset: 0\r\ncontent-type: application/offset+octet-stream\r\ncontent-length: ${sealed.length}\r\n\r\n`,
        )
      }
      return heads
    }

    const figures: Measured['figures'][number][] = [
      { name: 'what the API can do: requests of 32 clients', unit: '1/s', rounds: [sustainable] },
    ]
    const shares: number[] = []
    async function measure(
      kind: FloodKind | typeof worthless,
      everyMs: number,
      begin: (ms: number) => Promise<string>,
      isDone: (sent: Sent, index: number) => Promise<boolean> = async () => true,
    ): Promise<string> {
      const flooding = begin(everyMs * reals + lastMs)
      // The flood is there before those who are held against it.
      await sleep(1000)
      const ended = await among(everyMs, isDone)
      const note = await flooding
      const got = ended.filter(one => one.isDone).length / reals
      shares.push(got)
      const took = ended.filter(one => one.sent.isIn).map(one => one.sent.ms / 1000)
      figures.push(
        { name: `${kind}: real senders who get through`, unit: '', rounds: [got] },
        {
          name: `${kind}: until their receipt, half of them`,
          unit: 's',
          rounds: [quantile(took, 0.5)],
        },
        {
          name: `${kind}: until their receipt, 99 of 100`,
          unit: 's',
          rounds: [quantile(took, 0.99)],
        },
        {
          name: `${kind}: pressed again, for each`,
          unit: '',
          rounds: [ended.reduce((sum, one) => sum + one.sent.presses, 0) / reals],
        },
        {
          name: `${kind}: puzzles for each`,
          unit: '',
          rounds: [ended.reduce((sum, one) => sum + one.sent.puzzles, 0) / reals],
        },
      )
      run.say(`${kind}: ${got}; ${note}`)
      return `${kind}: ${note}.`
    }
    const held =
      (kind: FloodKind, connections: number, heads: readonly string[]) => async (ms: number) => {
        const asked: FloodAsked = { kind, connections, heads, ms }
        const { most, opened, megabytes } = await flood.ask<FloodAnswer>(asked)
        return `${most} connections at the same time, ${opened} in all, ${megabytes.toFixed(0)} MB`
      }

    const everyMs = run.full ? 300 : 200
    const slowHead = post(`content-length: ${JSON.stringify(template).length}`)
    const notes = [
      await measure('slow clients', everyMs, held('slow clients', many(1000), [slowHead])),
      await measure(
        'bodies that never end',
        everyMs,
        held('bodies that never end', many(200), [post('transfer-encoding: chunked')]),
      ),
      await measure(
        'brackets',
        everyMs,
        held('brackets', many(50), [post('content-length: 100000000')]),
      ),
      await measure(
        'uploads',
        everyMs,
        held('uploads', many(200), await uploadHeads(many(200))),
        async ({ token }, index) => index % 2 === 0 || uploads(token),
      ),
      // Ten times what it can do, of which a hundredth is real: one real sender for each ten requests that it can take.
      await measure(worthless, Math.max(50, (100 * 1000) / (times * sustainable)), async ms => {
        const asked: RateAsked = {
          ...manyRequests(template),
          perSecond: times * sustainable,
          connections: many(3000),
          ms,
        }
        const { sent, notSent, statuses, seconds } = await flood.ask<RateAnswer>(asked)
        const told = Object.entries(statuses).map(([status, count]) => `${count} with ${status}`)
        const rate = (sent / seconds / sustainable).toFixed(1)
        return (
          `${sent} sent, ${rate} times what the API can do, ${notSent} more not sent because all connections waited; ` +
          `answered: ${told.join(', ')}`
        )
      }),
    ]
    return { figures, ratios: { [bar]: [Math.min(...shares)] }, notes }
  },
}
