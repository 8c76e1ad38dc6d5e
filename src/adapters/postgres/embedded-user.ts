// Which system user runs the embedded PostgreSQL. The server refuses to run as root, so root hands it to somebody
// without rights; everybody else runs it themselves.
import { execFile, spawn } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** `null` means: as the user who runs this process. */
export type ServerUser = { readonly uid: number; readonly gid: number } | null

/** What the children of this adapter see of the environment: nothing of ours, and no locale that translates. */
export const cleanEnvironment = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

async function findUser(name: string): Promise<ServerUser> {
  try {
    const uid = await run('id', ['-u', name])
    const gid = await run('id', ['-g', name])
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  } catch {
    return null
  }
}

/**
 * A user of our own where there is one or one can be made; else the one of an installed PostgreSQL.
 * @throws Error where root finds and makes neither
 */
export async function findServerUser(): Promise<ServerUser> {
  if (process.getuid?.() !== 0) return null
  const own = await findUser('khancap')
  if (own !== null) return own
  const shell = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin']
  // Two first starts at once: one of them makes the user, both find it.
  await run('useradd', [...shell, 'khancap']).catch(() => {})
  const user = (await findUser('khancap')) ?? (await findUser('postgres'))
  if (user === null)
    throw new Error(
      'PostgreSQL does not run as root, and no system user "khancap" could be made for it: add one with "useradd --system khancap", or start as another user',
    )
  return user
}

/** Runs a program to its end as the server's user. @returns exit code and what it wrote to stderr */
export async function runAs(
  user: ServerUser,
  program: string,
  args: readonly string[],
  cwd = '/',
): Promise<{ readonly code: number | null; readonly errors: string }> {
  return await new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: cleanEnvironment,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...user,
    })
    let errors = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-4000)
    })
    child.on('error', reject)
    child.on('close', code => {
      resolve({ code, errors })
    })
  })
}

/** Whether the server's user may enter a folder and write there: each folder above it counts. */
export async function mayWrite(user: ServerUser, folder: string): Promise<boolean> {
  const script = 'cd -- "$1" && test -w . && test -x .'
  return (await runAs(user, '/bin/sh', ['-c', script, 'sh', folder])).code === 0
}

/** Whether the server's user may run a program: each folder above it counts. */
export async function mayRun(user: ServerUser, program: string): Promise<boolean> {
  return await runAs(user, program, ['--version']).then(
    ({ code }) => code === 0,
    () => false,
  )
}
