// A row that measures nothing, for the test of the harness; it misbehaves where its environment says so.
import { existsSync, writeFileSync } from 'node:fs'
import { interleave, ratios } from '../../bench/rounds.js'
import type { Row } from '../../bench/row.js'

const does = process.env['KHANCAP_TEST_ROW']

/** Whether no process of the same test was here before. */
function isFirst(): boolean {
  const mark = process.env['KHANCAP_TEST_ROW_MARK'] ?? ''
  if (existsSync(mark)) return false
  writeFileSync(mark, '')
  return true
}

let made = 0

export const row: Row = {
  name: 'trivial-row',
  title: 'Two numbers',
  about: 'Two against one.',
  bar: [{ ratio: 'two, of one', atLeast: 2 }],
  needs: [],
  seconds: { quick: 20, full: 20 },
  async run({ rounds, say, shared }) {
    say('measuring nothing')
    // As a library might that finds itself in a child.
    if (does === 'speaks')
      for (const said of ['ready', 7, { measured: 'much' }, { row: 'other', fault: 'none' }])
        process.send?.(said)
    if (does === 'fails once' && isFirst()) throw new Error('the row has failed')
    if (does === 'dies once' && isFirst()) process.kill(process.pid, 'SIGKILL')
    const setUps = await shared('set-up', async () => ++made)
    const { ones, twos } = await interleave(rounds, { ones: async () => 1, twos: async () => 2 })
    return {
      figures: [{ name: 'ones', unit: '1', rounds: does === 'is no number' ? [Number.NaN] : ones }],
      ratios: { 'two, of one': ratios(twos, ones) },
      notes: [`set up ${setUps} times`],
    }
  },
}
