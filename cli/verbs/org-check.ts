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
import { command, laidOut, type Safe, safe } from '../terminal/safe.js'
import { table } from '../terminal/table.js'
import { widthOf, wrapLine } from '../terminal/width.js'

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
    if (cells.length > 0) printer.out(cellTable(cells, asked !== null, printer.columns))
    if (isSound) for (const words of ruleWords(directory, gaps)) printer.sentence(words)
    for (const { code, pointer } of faults)
      printer.sentence(safe`fault: ${pointer}: ${code.replaceAll('_', ' ')}`)
    for (const hole of holes) printer.sentence(safe`hole: ${holeWords(hole)}`)
  }
  for (const words of missingWords(directory)) printer.say(words)
  const wrong = faults.length + holes.length
  if (wrong > 0)
    throw refused(
      wrong === 1
        ? safe`one thing must be mended before it is published`
        : safe`${wrong} things must be mended before it is published`,
      safe`${command`khancap org add`}, remove and rotate change it, or organisation.json by hand; then check again`,
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

interface Column {
  readonly name: string
  readonly cell: (cell: RoutingCell, places: readonly string[]) => Safe
}

const mostPlaces = 24

/** Which columns become narrower where the terminal has no room for all, and how narrow, one after the other. */
const narrower: readonly (readonly [column: string, least: number])[] = [
  ['WHY', 11],
  ['COUNTRY', 9],
  ['PROGRAM', 8],
  ['FALLBACK', 8],
  ['THEN', 8],
  ['TEAM', 8],
  ['ANSWER IN', 7],
]

/**
 * Places that go the same way share a row.
 *
 * @param isAt as duty is at the time that was asked for
 */
function cellTable(cells: readonly RoutingCell[], isAt: boolean, room: number): Safe {
  const rows = new Map<string, { cell: RoutingCell; places: string[] }>()
  for (const cell of cells) {
    const { program, language, team, fallback, now, reason, readers } = cell
    const key = [program, language, team, fallback, isAt ? now : '', reason, readers].join(' ')
    const row = rows.get(key) ?? { cell, places: [] }
    row.places.push(placeName(cell))
    rows.set(key, row)
  }
  const columns: readonly Column[] = [
    { name: 'PROGRAM', cell: ({ program }) => safe`${program}` },
    { name: 'ANSWER IN', cell: ({ language }) => safe`${language}` },
    { name: 'COUNTRY', cell: (_cell, places) => safe`${places.join(' ')}` },
    { name: 'TEAM', cell: ({ team }) => safe`${team}` },
    { name: 'FALLBACK', cell: ({ fallback }) => safe`${fallback}` },
    ...(isAt ? [{ name: 'THEN', cell: ({ now }: RoutingCell) => safe`${now}` }] : []),
    { name: 'READERS', cell: ({ readers }) => safe`${readers}` },
    { name: 'WHY', cell: ({ reason }) => safe`${reason.replaceAll('_', ' ')}` },
  ]
  const head = columns.map(({ name }) => safe`${name}`)
  const body = [...rows.values()].map(({ cell, places }) =>
    columns.map(column => column.cell(cell, places)),
  )
  const widths = widthsIn(columns, [head, ...body], room)
  const fit = (row: readonly Safe[]) =>
    row.map((cell, at) => {
      const width = widths[at] ?? room
      return laidOut(cell, ({ text }) => wrapLine(text, width).join('\n'))
    })
  return table(fit(head), body.map(fit), widths)
}

function widthsIn(
  columns: readonly Column[],
  rows: readonly (readonly Safe[])[],
  room: number,
): readonly number[] {
  const widths = columns.map(({ name }, at) => {
    const widest = Math.max(...rows.map(row => widthOf(row[at]?.text ?? '')))
    return name === 'COUNTRY' ? Math.min(mostPlaces, widest) : widest
  })
  let over = widths.reduce((sum, width) => sum + width + 2, -2) - room
  for (const [name, least] of narrower) {
    const at = columns.findIndex(column => column.name === name)
    const less = Math.min(over, (widths[at] ?? 0) - least)
    if (less <= 0) continue
    widths[at] = (widths[at] ?? 0) - less
    over -= less
  }
  return widths
}

/** VN: no region known; VN-HN; VN-other: a region that is not named. */
function placeName({ country, region }: RoutingCell): string {
  if (country === 'not_covered') return 'elsewhere'
  if (region === 'elsewhere') return `${country}-other`
  return region ?? country
}
