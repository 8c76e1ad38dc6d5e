import { dataFolder, removeFolder, startService } from '../../test/helper/service.js'
import { timed } from '../rounds.js'
import type { Row } from '../row.js'

const limitMs = 3000
const ready = 'until the service is ready, of 3 s'

export const row: Row = {
  name: 'start',
  title: 'Start of the whole service, data present',
  about:
    '`npm start` without npm, on a data folder that an earlier start has filled: from the start of the process to the line ' +
    'that says it is ready, with its PostgreSQL, API, pages and workers.',
  bar: [{ ratio: ready, atMost: 1 }],
  needs: [],
  seconds: { quick: 90, full: 180 },
  async run(run) {
    const home = await dataFolder()
    run.defer(() => removeFolder(home))
    const settings = { KHANCAP_HOME: home, KHANCAP_PORT: '0', KHANCAP_METRICS_PORT: '0' }
    const rounds: number[] = []
    const start = async () => {
      const service = await startService(settings)
      run.defer(() => service.stop())
      return service
    }
    const firstMs = await timed(async () => (await start()).stop())
    for (let round = 0; round < run.rounds; round++) {
      let service: Awaited<ReturnType<typeof start>> | null = null
      rounds.push(
        await timed(async () => {
          service = await start()
        }),
      )
      await (service as Awaited<ReturnType<typeof start>> | null)?.stop()
    }
    return {
      figures: [
        { name: 'until ready', unit: 'ms', rounds },
        { name: 'first start and stop, with nothing there', unit: 'ms', rounds: [firstMs] },
      ],
      ratios: { [ready]: rounds.map(ms => ms / limitMs) },
    }
  },
}
