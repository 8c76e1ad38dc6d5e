// The process: reads the environment once, makes the station, runs the line, sets the exit code. It never ends the
// process by force, so that what was begun is finished and released.
import { accessSync, constants, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { runKhancap } from './run.js'
import type { Environment, Station } from './station/station.js'

const { env, stderr, stdin, stdout } = process

/** Seconds of work for whoever tries passphrases: about one on a laptop of 2024. */
const workFactor = 18

async function realStation(): Promise<Station> {
  const [
    { default: envPaths },
    { configFolder },
    { printer },
    { terminalAsker },
    { expectLocale },
  ] = await Promise.all([
    import('env-paths'),
    import('./station/config-folder.js'),
    import('./terminal/printer.js'),
    import('./terminal/asker.js'),
    import('./terminal/width.js'),
  ])
  const machine = environment()
  expectLocale(machine.locale)
  const folder = given('KHANCAP_CONFIG_DIR') ?? envPaths('khancap', { suffix: '' }).config
  const colour = stdout.isTTY && given('NO_COLOR') === null && env['TERM'] !== 'dumb'
  let primitives: ReturnType<Station['primitives']> | null = null
  return {
    environment: machine,
    printer: printer({
      out: { stream: stdout, terminal: stdout.isTTY, columns: columnsOf(stdout) },
      words: { stream: stderr, terminal: stderr.isTTY, columns: columnsOf(stderr) },
      colour,
    }),
    asker: terminalAsker(),
    stdin,
    folder: configFolder(folder),
    fullScreen:
      stdout.isTTY && env['TERM'] !== 'dumb'
        ? async heard =>
            (await import('./terminal/full-screen.js')).fullScreen(
              { input: stdin, output: stdout, colour },
              heard,
            )
        : null,
    self: [process.execPath, ...process.argv.slice(1, 2)],
    unheard: unheard.signal,
    now: () => Date.now(),
    primitives: () =>
      (primitives ??= import('../src/core/crypto/node.js').then(({ nodePrimitives }) =>
        nodePrimitives(),
      )),
  }
}

function environment(): Environment {
  return {
    passphraseFile: given('KHANCAP_PASSPHRASE_FILE'),
    editor: given('VISUAL') ?? given('EDITOR') ?? (isOnPath('nano') ? 'nano' : null),
    memoryFolder: [given('XDG_RUNTIME_DIR'), '/dev/shm'].find(isUsable) ?? null,
    runtimeFolder: runtimeFolder(),
    locale: given('LC_ALL') ?? given('LC_MESSAGES') ?? given('LANG') ?? '',
    workFactor,
  }
}

function runtimeFolder(): string | null {
  const uid = process.getuid?.()
  if (uid === undefined) return null
  return given('XDG_RUNTIME_DIR') ?? join(tmpdir(), `khancap-${uid}`)
}

/** An empty variable counts as absent. */
function given(name: string): string | null {
  const value = env[name]
  return value === undefined || value === '' ? null : value
}

/** Whoever has chosen no editor finds their way out of nano, not of vi. */
function isOnPath(program: string): boolean {
  return (env['PATH'] ?? '').split(delimiter).some(folder => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

function isUsable(folder: string | null): boolean {
  if (folder === null || process.platform !== 'linux') return false
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

function columnsOf({ columns }: { readonly columns?: number }): number {
  return Math.max(40, columns ?? 80)
}

/** Set where the tool is one file. */
declare const khancapVersion: string | undefined

function version(): string {
  if (typeof khancapVersion === 'string') return khancapVersion
  // From build/cli/ the package is two folders up.
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return /"version": "([^"]+)"/.exec(text)?.[1] ?? 'unknown'
}

const unheard = new AbortController()

/** Runs the line of this process. */
export async function main(): Promise<void> {
  // Whoever reads us may have read enough (`khancap inbox | head`).
  for (const stream of [stdout, stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      if (stream === stdout) unheard.abort()
    })
  if (process.argv[2] === '--agent') return (await import('./agent/serve.js')).serveAgent()
  process.exitCode = await runKhancap(process.argv.slice(2), {
    version: version(),
    station: realStation,
    out: text => void stdout.write(text),
    err: text => void stderr.write(text),
    columns: columnsOf(stdout),
    errColumns: stderr.isTTY ? columnsOf(stderr) : null,
  })
}
