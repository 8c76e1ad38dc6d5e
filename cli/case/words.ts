// Words for a case while they are being written: what a person wrote in their editor is kept, sealed to their own
// identity, before it is used and until it has been, and offered again. Nothing of it touches the disk in clear.
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { identityRecipient } from '../../keys/identity.js'
import type { CaseId } from '../../schemas/encoding.js'
import { UnfinishedWords } from '../../schemas/settings.js'
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { fromUtf8 } from '../../src/core/encoding/bytes.js'
import { openAgeFile } from '../../src/core/envelope/open.js'
import { sealToSelf } from '../../src/core/envelope/seal.js'
import type { Desk } from '../client/desk.js'
import { asFailure, Failure } from '../failure.js'
import { isMissing, readBounded, writePrivately } from '../station/disk.js'
import { writtenText } from '../station/written-text.js'
import { keptWords } from '../terminal/editor.js'
import { safe } from '../terminal/safe.js'
import { timeWords } from '../terminal/time-words.js'

const maxBytes = 1_048_576
const ending = '.words.age'

export interface Writing {
  readonly about: UnfinishedWords['about']
  readonly case: CaseId
  readonly file: string | undefined
  /** What the editor begins with, where nothing was begun before. */
  readonly begin: string
  readonly instructions: readonly string[]
}

/**
 * Hands what a person writes to `use`. What they wrote in the editor is kept until that has worked, and offered the next
 * time where it fails, or we are ended meanwhile.
 * @throws Failure
 */
export async function withWords<T>(
  desk: Desk,
  writing: Writing,
  use: (text: string) => Promise<T>,
): Promise<T> {
  const { station } = desk
  const fromEditor = writing.file === undefined && station.stdin.isTTY === true
  let isKept = false
  const keep = async (text: string) => {
    isKept = false
    isKept = await keepWords(desk, writing, text)
    return isKept
  }
  const begin = fromEditor ? await begun(desk, writing) : ''
  const text = await writtenText(station, { ...writing, begin, keep })
  try {
    const used = await use(text)
    await dropWords(desk, writing)
    return used
  } catch (error) {
    if (!isKept) throw error
    const failure = asFailure(error)
    throw new Failure(failure.exit, failure.sentence, [...failure.hints, keptWords], {
      cause: error,
      ...(failure.code === null ? {} : { code: failure.code }),
    })
  }
}

/** Cases with words that were begun and not used. */
export async function begunCases(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder)
    return names.filter(name => name.endsWith(ending)).map(name => name.split('.', 1)[0] ?? '')
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

function fileOf({ station }: Desk, { about, case: id }: Writing): string {
  return join(station.folder.drafts, `${id}.${about}${ending}`)
}

/** @returns false where there is nothing to keep */
async function keepWords(desk: Desk, writing: Writing, text: string): Promise<boolean> {
  if (text === '' || text === writing.begin.trim()) return false
  const { directory, identity, station } = desk
  const p = await station.primitives()
  const words: UnfinishedWords = {
    v: 1,
    kind: 'words',
    about: writing.about,
    case: writing.case,
    origin: directory.directory.origin,
    at: formatTimestamp(station.now() - (station.now() % 1000)),
    text,
  }
  const sealed = await sealToSelf(p, JSON.stringify(UnfinishedWords.parse(words)), [
    identityRecipient(p, identity),
  ])
  await writePrivately(fileOf(desk, writing), sealed)
  return true
}

async function dropWords(desk: Desk, writing: Writing): Promise<void> {
  await rm(fileOf(desk, writing), { force: true })
}

/** What the editor begins with: what was begun before, where the person wants that. */
async function begun(desk: Desk, writing: Writing): Promise<string> {
  const words = await wordsIn(desk, writing)
  if (words === null) return writing.begin
  const { asker, printer } = desk.station
  if (!asker.available) return writing.begin
  printer.say(safe`on ${timeWords(words.at)} you began to write this ${writing.about}`)
  const choice = await asker.choose(safe`Go on with it?`, [
    { value: 'go_on', label: safe`go on with it` },
    { value: 'anew', label: safe`begin anew, and forget it` },
  ])
  if (choice === 'go_on') return words.text
  await dropWords(desk, writing)
  return writing.begin
}

/** null where there are none, or none that this identity opens. */
async function wordsIn(desk: Desk, writing: Writing): Promise<UnfinishedWords | null> {
  const sealed = await readBounded(fileOf(desk, writing), maxBytes)
  if (sealed === null) return null
  const { directory, identity, station } = desk
  try {
    const opened = await openAgeFile(await station.primitives(), identity.opening, sealed)
    if (opened === null) return null
    const words = UnfinishedWords.parse(JSON.parse(fromUtf8(opened.plaintext)))
    const isThis =
      words.case === writing.case &&
      words.about === writing.about &&
      words.origin === directory.directory.origin
    return isThis ? words : null
  } catch {
    station.printer.say(safe`warning: what you began to write before is damaged, and was left out`)
    return null
  }
}
