import { setTimeout as sleep } from 'node:timers/promises'
import { verifyDirectory } from '../../keys/directory.js'
import { Deployment } from '../../schemas/directory.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { databasePid } from '../../test/helper/npm-start.js'
import { dataFolder, removeFolder, startService } from '../../test/helper/service.js'
import { intakeLoader } from '../load.js'
import { sealRequest } from '../organisation.js'
import { family, proportional } from '../process-memory.js'
import type { Row } from '../row.js'

const restLimit = 350
const loadLimit = 600
const atRest = `at rest, of ${restLimit} MB`
const underLoad = `under 32 clients, of ${loadLimit} MB`

export const row: Row = {
  name: 'memory',
  title: 'Memory of the whole service',
  about:
    'The process of `npm start` and its PostgreSQL with all its backends, pages shared between processes counted once (Pss). ' +
    'The load is 32 clients that send requests as fast as they are answered; the service thins them to its limit per second.',
  bar: [
    { ratio: atRest, atMost: 1 },
    { ratio: underLoad, atMost: 1 },
  ],
  needs: ['linux'],
  onlyFull: true,
  seconds: { quick: 90, full: 480 },
  async run(run) {
    const home = await dataFolder()
    run.defer(() => removeFolder(home))
    const service = await startService({
      KHANCAP_HOME: home,
      KHANCAP_PORT: '0',
      KHANCAP_METRICS_PORT: '0',
      KHANCAP_OPEN_INTAKES: '10000000',
    })
    run.defer(() => service.stop())
    const server = await databasePid(home)
    // PostgreSQL may be the service's child, and is counted once.
    const pids = async () => [
      ...new Set([
        ...(await family(service.pid)),
        ...(server === null ? [] : await family(server)),
      ]),
    ]
    const { url } = service.ready
    const primitives = await nodePrimitives()
    const { root } = Deployment.parse(await (await fetch(`${url}/deployment.json`)).json())
    const note = new Uint8Array(await (await fetch(service.ready.directory)).arrayBuffer())
    const directory = await verifyDirectory(primitives, note, { root, now: null })
    const request = await sealRequest({ organisation: { primitives, root }, directory })
    const load = await intakeLoader(run, Number(new URL(url).port), request)
    await sleep(run.full ? 15_000 : 2000)
    const rest: number[] = []
    for (let round = 0; round < run.rounds; round++) {
      rest.push(await proportional(await pids()))
      await sleep(1000)
    }
    const busy: number[] = []
    const after: number[] = []
    const taken: number[] = []
    for (let round = 0; round < run.rounds; round++) {
      const loaded = new AbortController()
      let most = 0
      const loading = load(32, run.full ? 10_000 : 2000).finally(() => loaded.abort())
      while (!loaded.signal.aborted) {
        most = Math.max(most, await proportional(await pids()))
        await sleep(200)
      }
      busy.push(most)
      taken.push((await loading).perSecond)
      await sleep(run.full ? 15_000 : 1000)
      after.push(await proportional(await pids()))
    }
    return {
      figures: [
        { name: 'at rest, after the start', unit: 'MB', rounds: rest },
        { name: 'most under 32 clients', unit: 'MB', rounds: busy },
        { name: 'at rest again after each load', unit: 'MB', rounds: after },
        { name: 'intakes meanwhile', unit: '1/s', rounds: taken },
      ],
      ratios: {
        [atRest]: rest.map(mb => mb / restLimit),
        [underLoad]: busy.map(mb => mb / loadLimit),
      },
    }
  },
}
