// What this machine knows of bundles: which was the newest that was worked on, how many acts each had, which of them were
// sent. So an older state that comes back is noticed. Ids and counts only.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { BundleMemory } from '../../schemas/bundle.js'
import type { Bundle } from '../../src/core/bundle/statements.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { refused } from '../failure.js'
import { isMissing, readBounded, writePrivately } from '../station/disk.js'
import type { Station } from '../station/station.js'
import { safe } from '../terminal/safe.js'

const maxBytes = 16_384

const folderOf = (station: Station) => join(station.folder.path, 'bundles')
const fileOf = (station: Station, id: string) => join(folderOf(station), `${id}.json`)

/** @returns a memory without a past where this machine has never seen the bundle */
export async function recallBundle(station: Station, { content }: Bundle): Promise<BundleMemory> {
  const { id, made, origin } = content
  return (
    (await memoryIn(fileOf(station, id))) ?? {
      v: 1,
      id,
      origin,
      made,
      worked_on: false,
      acts: 0,
      sent: [],
    }
  )
}

export async function remember(station: Station, memory: BundleMemory): Promise<void> {
  await writePrivately(fileOf(station, memory.id), `${JSON.stringify(memory)}\n`)
}

/**
 * An older state of a bundle, or one that was made before the newest that was worked on here.
 * @throws Failure
 */
export async function expectNewest(station: Station, bundle: Bundle): Promise<BundleMemory> {
  const { id, made, origin } = bundle.content
  const known = await recallBundle(station, bundle)
  expectNoLoss(known, bundle)
  const others = await memories(station)
  const newer = others.filter(
    other =>
      other.worked_on &&
      other.origin === origin &&
      other.id !== id &&
      parseTimestamp(other.made) > parseTimestamp(made),
  )
  if (newer.length > 0)
    throw refused(
      safe`a newer bundle than this one of ${made} was opened on this machine`,
      safe`what this one shows is out of date; its acts can still be imported: khancap import`,
    )
  return known
}

/** @throws Failure where acts are gone that were in it before */
export function expectNoLoss(known: BundleMemory, { acts }: Bundle): void {
  if (acts.length < known.acts)
    throw refused(
      safe`this is an older state of the bundle: it has ${acts.length} acts, and had ${known.acts}`,
      safe`somebody has put back an old copy; look for the newest one`,
    )
}

async function memories(station: Station): Promise<BundleMemory[]> {
  try {
    const names = (await readdir(folderOf(station))).filter(name => name.endsWith('.json'))
    const found = await Promise.all(names.map(name => memoryIn(join(folderOf(station), name))))
    return found.filter(memory => memory !== null)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

async function memoryIn(file: string): Promise<BundleMemory | null> {
  const bytes = await readBounded(file, maxBytes)
  if (bytes === null) return null
  try {
    return BundleMemory.parse(JSON.parse(new TextDecoder().decode(bytes)))
  } catch {
    throw refused(
      safe`what was remembered of a bundle is damaged: ${file}`,
      safe`delete that file; an old copy of that bundle is then no longer noticed here`,
    )
  }
}
