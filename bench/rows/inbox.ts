import { randomBytes } from 'node:crypto'
import { CaseList } from '../../schemas/case.js'
import { identitySigningKey } from '../../keys/identity.js'
import { signRequest } from '../../src/core/http-signature/sign.js'
import { sharedCases } from '../intake-set-up.js'
import { fillDatabase } from '../many-cases.js'
import { quantile, timed } from '../rounds.js'
import type { Row } from '../row.js'

const limitMs = 50
const first = `the first page, of ${limitMs} ms`
const handler = 'vietnam-1'

export const row: Row = {
  name: 'inbox',
  title: 'First page of an inbox over 100,000 open cases',
  about:
    'A handler asks for the 50 cases that are due first, over HTTP with a signed request, as `khancap inbox` does; the time ' +
    'is that of the client, so that it holds the server’s and a little more. A quick run has 20,000 cases.',
  bar: [{ ratio: first, atMost: 1 }],
  needs: [],
  together: 'cases',
  seconds: { quick: 60, full: 240 },
  async run(run) {
    const set = await sharedCases(run)
    const cases = run.full ? 100_000 : 20_000
    await fillDatabase(set.url, cases)
    const { organisation } = set.opened
    const { primitives, identities, directory } = organisation
    const identity = identities[handler]
    if (identity === undefined) throw new Error(`no handler ${handler}`)
    const { seed } = identitySigningKey(primitives, identity)
    const { child } = await set.startApi()
    const path = '/v1/cases?limit=50'
    const ask = async () => {
      const headers = await signRequest(primitives, {
        method: 'GET',
        url: `${directory.addresses[0]}${path}`,
        body: new Uint8Array(0),
        seed,
        created: Date.now(),
        nonce: randomBytes(16).toString('base64url'),
      })
      return timed(async () => {
        const answer = await fetch(`http://127.0.0.1:${child.ready.port}${path}`, { headers })
        const { cases: page } = CaseList.parse(await answer.json())
        if (page.length !== 50) throw new Error(`${page.length} cases`)
      })
    }
    for (let count = 0; count < 20; count++) await ask()
    const asked = run.full ? 200 : 40
    const medians: number[] = []
    const slowest: number[] = []
    for (let round = 0; round < run.rounds; round++) {
      const times: number[] = []
      for (let count = 0; count < asked; count++) times.push(await ask())
      medians.push(quantile(times, 0.5))
      slowest.push(quantile(times, 0.99))
    }
    return {
      figures: [
        { name: 'the first page, p50', unit: 'ms', rounds: medians },
        { name: 'the first page, p99', unit: 'ms', rounds: slowest },
        { name: 'open cases', unit: '', rounds: [cases] },
      ],
      ratios: { [first]: medians.map(ms => ms / limitMs) },
    }
  },
}
