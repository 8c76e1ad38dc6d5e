// What the server serves about the organisation: an excerpt, from which questions may be drawn at once, and the directory,
// without which there is no Worker and nothing is sealed. Only the page decides what becomes of the excerpt (web/page.ts).
import type { Directory } from '../schemas/directory.js'
import type { DirectoryExcerpt, ShownProgram } from '../schemas/directory-excerpt.js'
import { Failed } from './failed.js'
import { fetchDeployment, fetchDirectoryNote, fetchExcerpt } from './network.js'
import type { Sealer } from './sealer.js'
import type { Served } from './sealer/calls.js'

/** What forms are drawn from: not verified, unless it was made of a directory that is. */
export type Site = DirectoryExcerpt

/** What the Worker verifies. */
export interface Signed {
  readonly deployment: unknown
  readonly note: Uint8Array
}

function hasPrograms(value: unknown): value is { readonly programs: readonly unknown[] } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'programs' in value &&
    Array.isArray(value.programs)
  )
}

const isDirectory = (value: unknown): value is Directory => hasPrograms(value)
const isExcerpt = (value: unknown): value is DirectoryExcerpt => hasPrograms(value)

/** What a note says, not verified: its JSON is its third line (docs/protocol.md, "Directory"). */
export function readNote(note: Uint8Array): Directory {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(note).split('\n')[2] ?? '')
    if (isDirectory(parsed)) return parsed
  } catch {}
  throw new Failed('directory_invalid')
}

/** @returns null where the server has something else at its place. @throws Failed */
export async function loadExcerpt(): Promise<Site | null> {
  const excerpt = await fetchExcerpt()
  return isExcerpt(excerpt) ? excerpt : null
}

/** @throws Failed */
export async function loadSigned(): Promise<Signed> {
  const [deployment, note] = await Promise.all([fetchDeployment(), fetchDirectoryNote()])
  return { deployment, note }
}

/** A sealer, and the directory that it has verified. */
interface Opened {
  readonly sealer: Sealer
  readonly directory: Directory
}

/**
 * @param start makes a fresh sealer
 * @param before the directory that this page has worked with until now: nobody goes back, or aside, from it
 * @throws Failed
 */
export async function openSealer(
  { deployment, note }: Signed,
  start: () => Promise<Sealer>,
  { before, channel }: Pick<Served, 'before' | 'channel'>,
): Promise<Opened> {
  const sealer = await start()
  try {
    const asked = { deployment, note, before, channel, now: Date.now() }
    const { directory } = await sealer.call('open', asked)
    return { sealer, directory }
  } catch (error) {
    sealer.end()
    throw error
  }
}

/** The programs that are offered now. */
export function programsOf<P extends ShownProgram>(site: { readonly programs: readonly P[] }): P[] {
  const now = new Date().toISOString()
  return site.programs.filter(
    ({ valid_from, valid_until }) =>
      valid_from <= now && (valid_until === null || now < valid_until),
  )
}
