// Where the agent of a config folder listens: a socket in a folder that only its user can enter. What is looser than that
// is never used, neither to listen nor to ask.
import { createHash } from 'node:crypto'
import { lstat, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { refused } from '../failure.js'
import { isMissing } from '../station/disk.js'
import type { Station } from '../station/station.js'
import { safe } from '../terminal/safe.js'

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
      safe`chmod 700 ${folder}, or set XDG_RUNTIME_DIR to a folder of your own`,
    )
}

/** True where it is there, is ours, and nobody else can use it. A symbolic link never is. */
export async function isOurs(path: string): Promise<boolean> {
  try {
    const { isSymbolicLink, mode, uid } = await lstat(path).then(stats => ({
      isSymbolicLink: stats.isSymbolicLink(),
      mode: stats.mode,
      uid: stats.uid,
    }))
    return !isSymbolicLink && uid === process.getuid?.() && (mode & 0o077) === 0
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}
