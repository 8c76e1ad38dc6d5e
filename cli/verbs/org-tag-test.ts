// `khancap org tag-test`: how the tags of a directory would sort subjects. Reads raw values of Subject fields from
// stdin, one a line; a line that begins with white space continues the one before (RFC 5322 §2.2.3).
import { resolve } from 'node:path'
import { readDirectory } from '../../keys/directory.js'
import { maxDirectoryBytes } from '../../schemas/directory.js'
import type { Program } from '../../schemas/program.js'
import { shippedPrograms } from '../../schemas/programs/shipped.js'
import { type SubjectFinding, subjectClassifier } from '../../src/core/subject-tags/classify.js'
import { seenDirectory } from '../client/remembered.js'
import { misused, noFile } from '../failure.js'
import { hasSource, readSource } from '../organisation/folder.js'
import { readBounded } from '../station/disk.js'
import type { Station } from '../station/station.js'
import { readInput } from '../station/written-text.js'
import { safe } from '../terminal/safe.js'

export interface OrgTagTestOptions {
  readonly json?: true
  readonly dir?: string
  readonly directory?: string
}

/** Bytes of stdin that are read at most. */
const maxInput = 16_777_216

export async function testTags(station: Station, options: OrgTagTestOptions): Promise<void> {
  const { printer } = station
  const programs = await programsToTest(station, options)
  if (station.stdin.isTTY === true)
    throw misused(
      safe`subjects are read from stdin`,
      safe`printf '%s\\n' 'PIL' | khancap org tag-test`,
    )
  const classifier = subjectClassifier(programs, station.now())
  for (const raw of unfolded(await readInput(station, maxInput))) {
    const finding = classifier.raw(raw)
    if (options.json === true) printer.json(shown(finding))
    else printer.out(inWords(finding))
  }
}

function shown({ decoded, outcome, programs, language }: SubjectFinding) {
  return { decoded, outcome, programs, language }
}

function inWords({ decoded, outcome, programs, language }: SubjectFinding) {
  const of = programs.length === 0 ? '' : ` ${programs.join(' ')}`
  return safe`${outcome}${of} (${language}): ${decoded}`
}

/** Each character of a value is one byte, as it travels. */
function unfolded(bytes: Uint8Array): string[] {
  const lines = Buffer.from(bytes)
    .toString('latin1')
    .split('\n')
    .map(line => line.replace(/\r$/, ''))
  if (lines.at(-1) === '') lines.pop()
  const values: string[] = []
  for (const line of lines) {
    const last = values.length - 1
    if (/^[ \t]/.test(line) && last >= 0) values[last] = `${values[last] ?? ''}\r\n${line}`
    else values.push(line)
  }
  return values
}

/** The folder's, else those of the organisation that is pinned here, else the shipped ones. */
async function programsToTest(
  station: Station,
  options: OrgTagTestOptions,
): Promise<readonly Program[]> {
  if (options.directory !== undefined) {
    const note = await readBounded(options.directory, maxDirectoryBytes)
    if (note === null) throw noFile(options.directory)
    return readDirectory(note).programs
  }
  const folder = resolve(options.dir ?? '.')
  if (options.dir !== undefined || (await hasSource(folder)))
    return (await readSource(folder)).programs
  const seen = await seenDirectory(station)
  if (seen !== null) return seen.directory.programs
  station.printer.say(
    safe`no organisation is here or pinned: these are the tags of the shipped programs`,
  )
  return shippedPrograms
}
