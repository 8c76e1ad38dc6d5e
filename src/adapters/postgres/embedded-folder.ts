// Where the embedded PostgreSQL keeps its files: below the data folder of the service, or, where its user cannot
// enter there (root's home is usually closed), below /var/lib, with a note in the data folder that says so.
import { randomBytes } from 'node:crypto'
import { chown, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { mayWrite, type ServerUser } from './embedded-user.js'

const reason = (error: unknown) =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown'

/** As mkdir -p. Node's own turns in circles for ever where a file system takes no folders, as /proc does. */
async function makeParents(folder: string, mode: number): Promise<void> {
  try {
    await mkdir(folder, { mode })
  } catch (error) {
    const code = reason(error)
    if (code === 'EEXIST' && (await stat(folder)).isDirectory()) return
    if (code !== 'ENOENT' || dirname(folder) === folder) throw error
    await makeParents(dirname(folder), mode)
    await mkdir(folder, { mode })
  }
}

async function makeFolder(folder: string, user: ServerUser): Promise<boolean> {
  await makeParents(folder, 0o700)
  if (user !== null) await chown(folder, user.uid, user.gid)
  return await mayWrite(user, folder)
}

/** @throws Error where the data folder cannot be written */
export async function findFolder(home: string, user: ServerUser): Promise<string> {
  const below = join(home, 'postgres')
  const note = join(home, 'postgres-is-elsewhere')
  try {
    // The server's user must pass through it; each thing of ours in it is closed by itself.
    await makeParents(home, user === null ? 0o700 : 0o711)
    const elsewhere = await readFile(note, 'utf8').catch(() => null)
    if (elsewhere !== null) {
      if (await makeFolder(elsewhere.trim(), user)) return elsewhere.trim()
    } else {
      if (await makeFolder(below, user)) return below
      const other = join('/var/lib/khancap', randomBytes(8).toString('hex'))
      // Before anything is in it: a folder that no note names is never looked for.
      await makeParents('/var/lib/khancap', 0o711)
      if (await makeFolder(other, user)) {
        await writeFile(note, `${other}\n`, { mode: 0o600 })
        return other
      }
    }
  } catch (error) {
    throw new Error(
      `could not write to the data folder ${home} (${reason(error)}): make it writable, or set KHANCAP_HOME to another folder`,
      { cause: error },
    )
  }
  throw new Error(
    `the user that runs PostgreSQL cannot enter ${below}: set KHANCAP_HOME to a folder whose parents everybody may enter`,
  )
}
