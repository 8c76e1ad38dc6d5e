// A row that measures nothing, for the test of the harness; it fails where its environment says so.
import { interleave, ratios } from '../../bench/rounds.js'
import type { Row } from '../../bench/row.js'

export const row: Row = {
  name: 'trivial-row',
  title: 'Two numbers',
  about: 'Two against one.',
  bar: [{ ratio: 'two, of one', atLeast: 2 }],
  needs: [],
  seconds: { quick: 20, full: 20 },
  async run({ rounds, say }) {
    say('measuring nothing')
    // As a library might that finds itself in a child.
    if (process.env['KHANCAP_TEST_ROW'] === 'speaks')
      for (const said of ['ready', 7, { measured: 'much' }]) process.send?.(said)
    if (process.env['KHANCAP_TEST_ROW'] === 'fails') throw new Error('the row has failed')
    const { ones, twos } = await interleave(rounds, { ones: async () => 1, twos: async () => 2 })
    return {
      figures: [{ name: 'ones', unit: '1', rounds: ones }],
      ratios: { 'two, of one': ratios(twos, ones) },
    }
  },
}
