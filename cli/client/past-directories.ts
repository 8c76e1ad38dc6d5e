// Directories of the past: what was sealed or signed under them is checked with them. Each is fetched once, verified
// against the pinned root, held to the chain of hashes that ends in the directory of today, and kept.
import { join } from 'node:path'
import { maxDirectoryBytes } from '../../schemas/directory.js'
import { KhancapError } from '../../schemas/problem.js'
import type { HandlerSettings } from '../../schemas/settings.js'
import { type VerifiedDirectory, verifyDirectory } from '../../keys/directory.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { Failure } from '../failure.js'
import { readBounded, writePrivately } from '../station/disk.js'
import type { Station } from '../station/station.js'
import { exchange } from './exchange.js'

const folderName = 'directories'
/** Over Tor each takes its second; nobody waits for years of them. */
const maxSteps = 200

export interface PastDirectories {
  /** @returns null where it is not to be had, or does not belong to the chain: then nothing can be said with it */
  bySequence(sequence: number): Promise<VerifiedDirectory | null>
}

/** @param fetched where there is no network: nothing */
export function pastDirectories(
  station: Station,
  settings: HandlerSettings,
  newest: VerifiedDirectory,
  fetched: (sequence: number) => Promise<Uint8Array | null> = sequence =>
    fetchNote(station, settings, sequence),
): PastDirectories {
  /** From the newest backwards without a gap. */
  const chain: VerifiedDirectory[] = [newest]
  let isEnded = false
  let walking: Promise<unknown> = Promise.resolve()

  async function before({ directory }: VerifiedDirectory): Promise<VerifiedDirectory | null> {
    const { origin, previous, sequence } = directory
    if (previous === null) return null
    const file = join(station.folder.path, folderName, `${sequence - 1}.note`)
    const kept = await readBounded(file, maxDirectoryBytes)
    const fits = async (note: Uint8Array) => {
      const p = await station.primitives()
      const verified = await verifyDirectory(p, note, { root: settings.root, now: null })
      return verified.directory.sequence === sequence - 1 &&
        verified.directory.origin === origin &&
        encodeBase64url(verified.sha256) === previous
        ? verified
        : null
    }
    const known = kept === null ? null : await fits(kept).catch(none)
    if (known !== null) return known
    const note = await fetched(sequence - 1)
    const verified = note === null ? null : await fits(note).catch(none)
    if (verified !== null) await writePrivately(file, verified.note)
    return verified
  }

  async function walkTo(sequence: number): Promise<void> {
    while (!isEnded && chain.length <= maxSteps) {
      const oldest = chain.at(-1) ?? newest
      if (oldest.directory.sequence <= sequence) return
      // Each needs the one after it, which names its hash.
      // oxlint-disable-next-line no-await-in-loop
      const one = await before(oldest)
      if (one === null) isEnded = true
      else chain.push(one)
    }
  }

  return {
    async bySequence(sequence) {
      const walk = walking.then(() => walkTo(sequence))
      walking = walk.catch(() => undefined)
      await walk
      return chain.find(({ directory }) => directory.sequence === sequence) ?? null
    },
  }
}

/** Keeps the directory that another one takes the place of: it is wanted again. */
export async function keepDirectory(station: Station, directory: VerifiedDirectory): Promise<void> {
  const name = `${directory.directory.sequence}.note`
  await writePrivately(join(station.folder.path, folderName, name), directory.note)
}

/** A server that does not have it, or cannot be reached, only leaves something unproven. */
async function fetchNote(
  { printer }: Station,
  settings: HandlerSettings,
  sequence: number,
): Promise<Uint8Array | null> {
  try {
    const answer = await exchange(
      {
        method: 'GET',
        url: `${settings.url}/v1/directories/${sequence}`,
        headers: {},
        body: null,
        maxBytes: maxDirectoryBytes,
      },
      { proxy: settings.proxy, printer },
    )
    return answer.status === 200 ? answer.body : null
  } catch (error) {
    if (error instanceof Failure) return null
    throw error
  }
}

function none(error: unknown): null {
  if (error instanceof KhancapError) return null
  throw error
}
