// Who else may help: only what is open and was checked lately, and whoever is near first.
import t from 'tap'
import { directoryFaults } from '../../keys/directory-rules.js'
import type { OtherHelp } from '../../schemas/directory.js'
import { maxCheckedDays, othersFor } from '../../src/core/eligibility/others.js'
import { exampleDirectory } from '../helper/example-directory.js'

const now = Date.parse('2026-03-02T12:00:00Z')
const other = (id: string, change: Partial<OtherHelp> = {}): OtherHelp => ({
  id,
  name: `Example ${id}`,
  about: { en: 'Lawyers.' },
  status: 'open',
  checked: '2026-02-01',
  languages: ['en'],
  countries: [],
  ...change,
})
const named = (others: OtherHelp[], country: string | null = null) =>
  othersFor({ others }, country, now).map(({ id }) => id)

await t.test('closed, ended, not yet begun and unchecked entries are not shown', async t => {
  t.strictSame(
    named([
      other('open'),
      other('limited', { status: 'limited' }),
      other('closed', { status: 'closed' }),
      other('ended', { valid_until: '2026-03-02T12:00:00Z' }),
      other('later', { valid_from: '2026-03-02T12:00:01Z' }),
      other('stale', { checked: '2025-08-01' }),
      other('ending', { valid_until: '2026-03-02T12:00:01Z' }),
    ]),
    ['open', 'limited', 'ending'],
  )
  const day = (days: number) =>
    new Date(Date.parse('2026-03-02T00:00:00Z') - days * 86_400_000).toISOString().slice(0, 10)
  t.strictSame(
    othersFor(
      {
        others: [
          other('last', { checked: day(maxCheckedDays) }),
          other('over', { checked: day(maxCheckedDays + 1) }),
        ],
      },
      null,
      Date.parse('2026-03-02T00:00:00Z'),
    ).map(({ id }) => id),
    ['last'],
  )
  t.strictSame(othersFor({}, 'FR', now), [])
})

await t.test('for a country: its own first, then those for any, and no others', async t => {
  const list = [
    other('any'),
    other('fr', { countries: ['FR', 'BE'] }),
    other('de', { countries: ['DE'] }),
  ]
  t.strictSame(named(list, 'FR'), ['fr', 'any'])
  t.strictSame(named(list, 'unknown'), ['any', 'fr', 'de'])
  t.strictSame(named(list), ['any', 'fr', 'de'])
})

await t.test('a day that does not exist, or a name twice, is a fault', async t => {
  const faults = (others: OtherHelp[]) =>
    directoryFaults({ ...exampleDirectory(), others })
      .map(({ code, pointer }) => `${pointer} ${code}`)
      .filter(fault => fault.includes('others'))
  t.strictSame(faults([other('a', { checked: '2026-02-30' })]), [
    '/others/0/checked time_impossible',
  ])
  t.strictSame(faults([other('a'), other('a')]), ['/others/1/id repeated'])
})
