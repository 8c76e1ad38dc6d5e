// What the server serves about the organisation. The page draws forms from it at once; sealing waits until the Worker
// has verified it, and if it does not verify everything stops.
import type { Directory } from '../schemas/directory.js'
import type { Program } from '../schemas/program.js'
import { Failed } from './failed.js'
import { fetchDeployment, fetchDirectoryNote } from './network.js'
import type { Sealer } from './sealer.js'
import type { Served } from './sealer/calls.js'

export interface Site {
  readonly deployment: unknown
  readonly note: Uint8Array
  /** Read, not verified. */
  readonly directory: Directory
}

function isDirectory(value: unknown): value is Directory {
  return (
    typeof value === 'object' &&
    value !== null &&
    'programs' in value &&
    Array.isArray(value.programs)
  )
}

/** What a note says, not verified: its JSON is its third line (docs/protocol.md, "Directory"). */
export function readNote(note: Uint8Array): Directory {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(note).split('\n')[2] ?? '')
    if (isDirectory(parsed)) return parsed
  } catch {}
  throw new Failed('directory_invalid')
}

/** @throws Failed */
export async function loadSite(): Promise<Site> {
  const [deployment, note] = await Promise.all([fetchDeployment(), fetchDirectoryNote()])
  return { deployment, note, directory: readNote(note) }
}

/**
 * A sealer that has verified the directory.
 * @param start makes a fresh one
 * @param before the directory that this page has worked with until now: nobody goes back, or aside, from it
 * @throws Failed
 */
export async function openSealer(
  site: Site,
  start: () => Promise<Sealer>,
  { before, channel }: Pick<Served, 'before' | 'channel'>,
): Promise<Sealer> {
  const sealer = await start()
  try {
    const { deployment, note } = site
    await sealer.call('open', { deployment, note, before, channel, now: Date.now() })
    return sealer
  } catch (error) {
    sealer.end()
    throw error
  }
}

/** The programs that are offered now. */
export function programsOf({ directory }: Site): readonly Program[] {
  const now = new Date().toISOString()
  return directory.programs.filter(
    ({ valid_from, valid_until }) =>
      valid_from <= now && (valid_until === null || now < valid_until),
  )
}
