// The process: reads the environment once, makes the station, runs the line, sets the exit code. It never ends the
// process by force, so that what was begun is finished and released.
import { accessSync, constants, readFileSync } from 'node:fs'
import { runKhancap } from './run.js'
import type { Environment, Station } from './station/station.js'

const { env, stderr, stdin, stdout } = process

/** Seconds of work for whoever tries passphrases: about one on a laptop of 2024. */
const workFactor = 18

async function realStation(): Promise<Station> {
  const [{ default: envPaths }, { configFolder }, { printer }, { terminalAsker }] =
    await Promise.all([
      import('env-paths'),
      import('./station/config-folder.js'),
      import('./terminal/printer.js'),
      import('./terminal/asker.js'),
    ])
  const folder = given('KHANCAP_CONFIG_DIR') ?? envPaths('khancap', { suffix: '' }).config
  let primitives: ReturnType<Station['primitives']> | null = null
  return {
    environment: environment(),
    printer: printer({
      out: { stream: stdout, terminal: stdout.isTTY, columns: columns() },
      words: { stream: stderr, terminal: stderr.isTTY, columns: columns() },
      colour: stdout.isTTY && given('NO_COLOR') === null && env['TERM'] !== 'dumb',
    }),
    asker: terminalAsker(),
    stdin,
    folder: configFolder(folder),
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
    editor: given('VISUAL') ?? given('EDITOR'),
    memoryFolder: [given('XDG_RUNTIME_DIR'), '/dev/shm'].find(isUsable) ?? null,
    locale: given('LC_ALL') ?? given('LC_MESSAGES') ?? given('LANG') ?? '',
    workFactor,
  }
}

/** An empty variable counts as absent. */
function given(name: string): string | null {
  const value = env[name]
  return value === undefined || value === '' ? null : value
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

function columns(): number {
  return Math.max(40, stdout.columns ?? 80)
}

function version(): string {
  // From build/cli/ the package is two folders up.
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return /"version": "([^"]+)"/.exec(text)?.[1] ?? 'unknown'
}

// Whoever reads us may have read enough (`khancap inbox | head`).
for (const stream of [stdout, stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })

process.exitCode = await runKhancap(process.argv.slice(2), {
  version: version(),
  station: realStation,
  out: text => void stdout.write(text),
  err: text => void stderr.write(text),
  columns: columns(),
})
