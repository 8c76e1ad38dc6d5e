// Where the agent of a config folder listens: a socket in a folder that only its user can enter. What is looser than that
// is never used, neither to listen nor to ask.
import { createHash } from 'node:crypto'
import { lstat, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { refused } from '../failure.js'
import { isMissing } from '../station/disk.js'
import type { Station } from '../station/station.js'
import { type Safe, safe } from '../terminal/safe.js'
import { shellWord } from '../terminal/shell-word.js'

export interface AgentPlace {
  readonly folder: string
  readonly socket: string
  /** What a client must show: whoever can read it may use the agent. */
  readonly token: string
}

/** null where the system has no such place (Windows: its pipes have no owner that Node could check). */
export function agentPlace({ environment, folder }: Station): AgentPlace | null {
  if (environment.runtimeFolder === null) return null
  const name = createHash('sha256').update(folder.path).digest('hex').slice(0, 16)
  const at = join(environment.runtimeFolder, 'khancap')
  return { folder: at, socket: join(at, `${name}.sock`), token: join(at, `${name}.token`) }
}

/** Makes the folder, and refuses one that others could enter. @throws Failure */
export async function claimPlace({ folder }: AgentPlace): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if (!(await isOurs(folder)))
    throw refused(
      safe`${folder} belongs to somebody else, or others may enter it; no agent was started`,
      safe`set XDG_RUNTIME_DIR to a folder of your own, or: chmod 700 ${shellWord(folder, 'FOLDER')}`,
    )
}

/** What of a place is there and cannot be trusted: nothing is asked there, or is told to stop. */
export interface Loose {
  readonly sentence: Safe
  readonly mend: Safe
}

/** null where nothing is in the way of asking, be it that there is nothing at all. */
export async function looseAt({ folder, socket, token }: AgentPlace): Promise<Loose | null> {
  for (const path of [folder, socket, token]) {
    // Each is only worth looking at where the one before is ours.
    // oxlint-disable-next-line no-await-in-loop
    const whose = await whoseIs(path)
    if (whose === 'nobodys') return null
    if (whose === 'others')
      return {
        sentence: safe`${path} is a link or belongs to somebody else: an agent there is not asked`,
        mend: safe`set XDG_RUNTIME_DIR to a folder of your own, then: khancap agent start`,
      }
    if (whose === 'open')
      return {
        sentence: safe`others may use ${path}: an agent there is not asked`,
        mend: safe`chmod ${path === folder ? '700' : '600'} ${shellWord(path, 'PATH')}`,
      }
  }
  return null
}

/** True where it is there, is ours, and nobody else can use it. */
export async function isOurs(path: string): Promise<boolean> {
  return (await whoseIs(path)) === 'ours'
}

type Whose = 'ours' | 'open' | 'others' | 'nobodys'

/** `open` where it is ours and others may use it. A symbolic link is never ours. */
async function whoseIs(path: string): Promise<Whose> {
  try {
    const stats = await lstat(path)
    if (stats.isSymbolicLink() || stats.uid !== process.getuid?.()) return 'others'
    return (stats.mode & 0o077) === 0 ? 'ours' : 'open'
  } catch (error) {
    if (isMissing(error)) return 'nobodys'
    throw error
  }
}
