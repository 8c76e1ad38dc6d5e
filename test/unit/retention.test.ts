// Retention: when a closed case may be purged.
import t from 'tap'
import { purgeAt } from '../../src/core/retention/retention.js'
import { day, exampleDirectory, start } from '../helper/example-directory.js'

await t.test(
  'step 12: a case is purged after the retention of its program, from its close',
  async t => {
    const directory = exampleDirectory()
    t.equal(purgeAt(directory, 'emergency', start), start + 90 * day * 1000)
    t.equal(purgeAt(directory, 'pil', start), start + 365 * day * 1000)
  },
)

await t.test('where the program is not known any more, the longest retention holds', async t => {
  t.equal(purgeAt(exampleDirectory(), 'gone', start), start + 365 * day * 1000)
  t.equal(purgeAt(exampleDirectory(), null, start), start + 365 * day * 1000)
})
