// `khancap org check`: which team every program, language and country reaches, and every hole. Looks at the source in
// the folder; where there is none, at the directory that is pinned here.
import { resolve } from 'node:path'
import { readDirectory } from '../../keys/directory.js'
import { type Directory, maxDirectoryBytes } from '../../schemas/directory.js'
import { Timestamp } from '../../schemas/encoding.js'
import { formatTimestamp, parseTimestamp } from '../../src/core/encoding/timestamp.js'
import type { Span } from '../../src/core/routing/duty.js'
import { dutyGaps, type RoutingCell, routingTable } from '../../src/core/routing/table.js'
import { fetchDirectory, pinnedSettings } from '../client/pinned.js'
import { rememberedDirectory } from '../client/remembered.js'
import { Failure, misused, noFile, noHint, refused } from '../failure.js'
import { hasSource, readSource } from '../organisation/folder.js'
import { holeWords } from '../organisation/hole-words.js'
import { missingWords } from '../organisation/missing-words.js'
import { ruleWords } from '../organisation/rule-words.js'
import { nextDirectory, whatIsWrong } from '../organisation/next-directory.js'
import { readBounded } from '../station/disk.js'
import type { Station } from '../station/station.js'
import { safe } from '../terminal/safe.js'
import { table } from '../terminal/table.js'

export interface OrgCheckOptions {
  readonly json?: true
  readonly dir?: string
  readonly directory?: string
  readonly at?: string
}

const checkedDays = 30

export async function checkOrganisation(station: Station, options: OrgCheckOptions): Promise<void> {
  const directory = await directoryToCheck(station, options)
  const { faults, holes } = whatIsWrong(directory)
  const isSound = faults.length === 0
  const asked = options.at === undefined ? null : instantAsked(options.at, directory)
  const at = asked ?? Math.max(station.now(), parseTimestamp(directory.valid_from))
  const cells = isSound ? routingTable(directory, at) : []
  const gaps = isSound ? dutyGaps(directory) : []
  const { printer } = station
  if (options.json === true)
    printer.json({
      organisation: directory.name,
      sequence: directory.sequence,
      at: formatTimestamp(at),
      cells,
      duty: gaps.map(({ team, fallback, team_off, both_off }) => ({
        team,
        fallback,
        team_off: team_off.map(spanJson),
        both_off: both_off.map(spanJson),
      })),
      holes: holes.map(hole => ({ ...hole, at: formatTimestamp(hole.at) })),
      faults,
    })
  else {
    if (cells.length > 0) printer.out(cellTable(cells, asked !== null))
    if (isSound) for (const words of ruleWords(directory, gaps)) printer.out(words)
    for (const { code, pointer } of faults)
      printer.out(safe`fault: ${pointer}: ${code.replaceAll('_', ' ')}`)
    for (const hole of holes) printer.out(safe`hole: ${holeWords(hole)}`)
  }
  for (const words of missingWords(directory)) printer.say(words)
  const wrong = faults.length + holes.length
  if (wrong > 0)
    throw refused(
      wrong === 1
        ? safe`one thing must be mended before it is published`
        : safe`${wrong} things must be mended before it is published`,
      safe`khancap org add, remove and rotate change it, or organisation.json by hand; then check again`,
    )
  printer.say(safe`every request reaches somebody who can open it`)
}

const spanJson = ({ from, until }: Span) => ({
  from: formatTimestamp(from),
  until: formatTimestamp(until),
})

function instantAsked(given: string, { valid_from, expires }: Directory): number {
  const at = Timestamp.safeParse(given).success ? Date.parse(given) : Number.NaN
  if (!Number.isNaN(at) && at >= parseTimestamp(valid_from) && at < parseTimestamp(expires))
    return at
  throw misused(
    safe`--at takes a time within the life of the directory: ${valid_from} until ${expires}`,
    noHint,
  )
}

async function directoryToCheck(station: Station, options: OrgCheckOptions): Promise<Directory> {
  if (options.directory !== undefined) {
    const note = await readBounded(options.directory, maxDirectoryBytes)
    if (note === null) throw noFile(options.directory)
    return readDirectory(note)
  }
  const folder = resolve(options.dir ?? '.')
  if (options.dir !== undefined || (await hasSource(folder)))
    return nextDirectory(await readSource(folder), null, { from: station.now(), days: checkedDays })
  return pinnedDirectory(station)
}

async function pinnedDirectory(station: Station): Promise<Directory> {
  const settings = await pinnedSettings(station)
  try {
    return (await fetchDirectory(station, settings)).directory.directory
  } catch (error) {
    const remembered = await rememberedDirectory(station, settings)
    if (!(error instanceof Failure) || error.exit !== 3 || remembered === null) throw error
    station.printer.say(
      safe`the server could not be reached: this is directory ${remembered.directory.sequence}, seen before`,
    )
    return remembered.directory
  }
}

/** Places that go the same way share a row. @param isAt as duty is at the time that was asked for */
function cellTable(cells: readonly RoutingCell[], isAt: boolean) {
  const rows = new Map<string, { cell: RoutingCell; places: string[] }>()
  for (const cell of cells) {
    const { program, language, team, fallback, now, reason, readers } = cell
    const key = [program, language, team, fallback, isAt ? now : '', reason, readers].join(' ')
    const row = rows.get(key) ?? { cell, places: [] }
    row.places.push(placeName(cell))
    rows.set(key, row)
  }
  return table(
    [
      'PROGRAM',
      'ANSWER IN',
      'COUNTRY',
      'TEAM',
      'FALLBACK',
      ...(isAt ? ['THEN'] : []),
      'READERS',
      'WHY',
    ].map(word => safe`${word}`),
    [...rows.values()].map(({ cell, places }) => [
      safe`${cell.program}`,
      safe`${cell.language}`,
      safe`${places.join(' ')}`,
      safe`${cell.team}`,
      safe`${cell.fallback}`,
      ...(isAt ? [safe`${cell.now}`] : []),
      safe`${cell.readers}`,
      safe`${cell.reason.replaceAll('_', ' ')}`,
    ]),
    [null, null, 24, null, null, ...(isAt ? [null] : []), null, null],
  )
}

/** VN: no region known; VN-HN; VN-other: a region that is not named. */
function placeName({ country, region }: RoutingCell): string {
  if (country === 'not_covered') return 'elsewhere'
  if (region === 'elsewhere') return `${country}-other`
  return region ?? country
}
