// An inbox of any size: the built tool, as a process of its own, takes no more memory where ten times as many cases wait.
// In a long run that is a hundred thousand.
import t from 'tap'
import { temporaryFolder } from '../helper/cli.js'
import { fillCases } from '../helper/many-cases.js'
import { measured } from '../helper/most-memory.js'
import { office } from '../helper/office.js'
import { tool } from '../helper/terminal.js'

t.setTimeout(600_000)

const isLong = process.env['KHANCAP_TEST_LONG'] === '1'
const [few, many] = isLong ? [10_000, 100_000] : [1000, 10_000]
const page = 200
/**
 * The same page takes as much every time but for some megabytes that Node collects now or later. What held every case would
 * take some 20 more for ten thousand, 200 for a hundred thousand.
 */
const mostMoreMebibytes = isLong ? 48 : 16

const at = await temporaryFolder(t)
const desk = await office(t)
const folder = await desk.folderOf('vietnam-1')

/** The least of three runs: the collector's mood is no property of the tool. @returns MiB that its process had at most */
async function peakOf(cases: number): Promise<number> {
  const peaks: number[] = []
  for (let run = 0; run < 3; run++) {
    // One after the other, as a person would look.
    // oxlint-disable-next-line no-await-in-loop
    const inbox = await measured(at, [tool, 'inbox', '--limit', String(page)], {
      KHANCAP_CONFIG_DIR: folder,
    })
    t.equal(inbox.code, 0, inbox.err)
    t.equal(inbox.out.trimEnd().split('\n').length, page + 1, 'a page below its head')
    t.match(inbox.err, `there are more: khancap inbox --limit ${page} --after`)
    peaks.push(inbox.mebibytes)
  }
  t.comment(`${cases} cases: ${peaks.map(peak => peak.toFixed(1)).join(', ')} MiB`)
  return Math.min(...peaks)
}

await t.test(`${many} open cases take the memory of ${few}`, async t => {
  const query = (text: string, values: readonly unknown[]) => desk.api.db.rows(text, [...values])
  await fillCases(query, few)
  await desk.api.db.rows('vacuum analyze cases')
  const before = await peakOf(few)
  await fillCases(query, many, few)
  await desk.api.db.rows('vacuum analyze cases')
  const after = await peakOf(many)
  t.ok(after < before + mostMoreMebibytes, `${before.toFixed(1)} and ${after.toFixed(1)} MiB`)
})
