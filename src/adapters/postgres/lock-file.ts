// A file that says who holds something. It appears with its words in it, so that nobody ever reads half a lock and takes
// its holder for dead.
import { randomBytes } from 'node:crypto'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'

const beside = (file: string) => `${file}.${randomBytes(6).toString('hex')}`

const isCode = (error: unknown, code: string) =>
  error instanceof Error && 'code' in error && error.code === code

/** Makes the file with these words. @returns false where it is there already: somebody holds it, or died */
export async function takeLockFile(file: string, words: string): Promise<boolean> {
  const mine = beside(file)
  await writeFile(mine, words, { flag: 'wx', mode: 0o600 })
  try {
    await link(mine, file)
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  } finally {
    await rm(mine, { force: true })
  }
}

/**
 * Removes the file of a dead holder: only if it still says what was read, for another start may have removed it and
 * taken the lock meanwhile. What such a start holds is put back.
 */
export async function removeLockFile(file: string, read: string): Promise<void> {
  const away = beside(file)
  try {
    await rename(file, away)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return
    throw error
  }
  const words = await readFile(away, 'utf8')
  if (words !== read)
    await link(away, file).catch((error: unknown) => {
      if (!isCode(error, 'EEXIST')) throw error
    })
  await rm(away, { force: true })
}
