// `khancap org check`: which team every program, language and country reaches, and every hole. Looks at the source in
// the folder; where there is none, at the directory that is pinned here.
import { join, resolve } from 'node:path'
import { readDirectory } from '../../keys/directory.js'
import { type Directory, maxDirectoryBytes } from '../../schemas/directory.js'
import { formatTimestamp, parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { type RoutingCell, routingTable } from '../../src/core/routing/holes.js'
import { fetchDirectory, pinnedSettings, rememberedDirectory } from '../client/pinned.js'
import { Failure, refused } from '../failure.js'
import { readSource, sourceFile } from '../organisation/folder.js'
import { holeWords } from '../organisation/hole-words.js'
import { nextDirectory, whatIsWrong } from '../organisation/next-directory.js'
import { readBounded } from '../station/disk.js'
import type { Station } from '../station/station.js'
import { safe } from '../terminal/safe.js'
import { table } from '../terminal/table.js'

export interface OrgCheckOptions {
  readonly json?: true
  readonly dir?: string
  readonly directory?: string
}

const checkedDays = 30

export async function checkOrganisation(station: Station, options: OrgCheckOptions): Promise<void> {
  const directory = await directoryToCheck(station, options)
  const { faults, holes } = whatIsWrong(directory)
  const at = Math.max(station.now(), parseTimestamp(directory.valid_from))
  const cells = faults.length === 0 ? routingTable(directory, at) : []
  const { printer } = station
  if (options.json === true)
    printer.json({
      organisation: directory.name,
      sequence: directory.sequence,
      cells,
      holes: holes.map(hole => ({ ...hole, at: formatTimestamp(hole.at) })),
      faults,
    })
  else {
    if (cells.length > 0) printer.out(cellTable(cells))
    for (const { code, pointer } of faults)
      printer.out(safe`fault: ${pointer}: ${code.replaceAll('_', ' ')}`)
    for (const hole of holes) printer.out(safe`hole: ${holeWords(hole)}`)
  }
  const wrong = faults.length + holes.length
  if (wrong > 0)
    throw refused(
      wrong === 1
        ? safe`one thing must be mended before it is published`
        : safe`${wrong} things must be mended before it is published`,
    )
  printer.say(safe`every request reaches somebody who can open it`)
}

async function directoryToCheck(station: Station, options: OrgCheckOptions): Promise<Directory> {
  if (options.directory !== undefined) {
    const note = await readBounded(options.directory, maxDirectoryBytes)
    if (note === null) throw refused(safe`there is no file ${options.directory}`)
    return readDirectory(note)
  }
  const folder = resolve(options.dir ?? '.')
  const isHere = (await readBounded(join(folder, sourceFile), 16_777_216)) !== null
  if (isHere || options.dir !== undefined)
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

/** Countries that go the same way share a row. */
function cellTable(cells: readonly RoutingCell[]) {
  const rows = new Map<string, { cell: RoutingCell; countries: string[] }>()
  for (const cell of cells) {
    const key = [cell.program, cell.language, cell.team, cell.reason, cell.readers].join(' ')
    const row = rows.get(key) ?? { cell, countries: [] }
    row.countries.push(cell.country === 'not_covered' ? 'elsewhere' : cell.country)
    rows.set(key, row)
  }
  return table(
    ['PROGRAM', 'ANSWER IN', 'COUNTRY', 'TEAM', 'READERS', 'WHY'].map(word => safe`${word}`),
    [...rows.values()].map(({ cell, countries }) => [
      safe`${cell.program}`,
      safe`${cell.language}`,
      safe`${countries.join(' ')}`,
      safe`${cell.team}`,
      safe`${cell.readers}`,
      safe`${cell.reason.replaceAll('_', ' ')}`,
    ]),
    [null, null, 24, null, null, null],
  )
}
