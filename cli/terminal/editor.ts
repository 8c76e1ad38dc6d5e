// A text written in the person's own editor. The file stands in memory where the system offers a folder there, only
// its owner can read it, and it is deleted whatever happens.
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { refused } from '../failure.js'
import type { Station } from '../station/station.js'
import { safe } from './safe.js'

/** Lines that begin with it are instructions and are taken out. */
const instruction = '#%'
const endings = ['SIGTERM', 'SIGHUP'] as const
/** Characters of a text that are kept where the editor ends badly: whatever a person can have written. */
const maxKept = 200_000

function interrupted(): void {}

/**
 * @param begin `keep` is given what was written so far where the editor ends badly, or we are ended
 * @returns the text without instructions; empty where nothing was written
 */
export async function editText(
  station: Station,
  begin: {
    readonly text: string
    readonly instructions: readonly string[]
    readonly keep: (text: string) => Promise<void>
  },
): Promise<string> {
  const { environment, folder, printer } = station
  if (environment.memoryFolder === null)
    printer.say(
      safe`warning: this system has no folder in memory; what you write touches the disk while the editor is open`,
    )
  const place = await mkdtemp(join(environment.memoryFolder ?? folder.path, 'khancap-'))
  const file = join(place, 'text.txt')
  const written = async () =>
    (await readFile(file, 'utf8'))
      .split('\n')
      .filter(line => !line.startsWith(instruction))
      .join('\n')
      .trim()
  const keep = async () => {
    try {
      await begin.keep((await written()).slice(0, maxKept))
    } catch {
      printer.say(safe`warning: what was written could not be kept`)
    }
  }
  // Ctrl-C belongs to the editor while it is open. Whoever ends us, as a lost line does, leaves the words sealed.
  const ended = (signal: NodeJS.Signals) => {
    void keep().finally(() => {
      rmSync(place, { recursive: true, force: true })
      process.kill(process.pid, signal)
    })
  }
  process.on('SIGINT', interrupted)
  for (const signal of endings) process.once(signal, ended)
  try {
    const head = begin.instructions.map(line => `${instruction} ${line}\n`).join('')
    await writeFile(file, `${begin.text}\n${head}`, { mode: 0o600, flag: 'wx' })
    await runEditor(environment.editor ?? 'vi', file).catch(async (error: unknown) => {
      await keep()
      throw error
    })
    return await written()
  } finally {
    process.off('SIGINT', interrupted)
    for (const signal of endings) process.off(signal, ended)
    await rm(place, { recursive: true, force: true })
  }
}

async function runEditor(editor: string, file: string): Promise<void> {
  // The editor may come with arguments ("code --wait"); the file is passed apart, never through the shell's words.
  const child =
    process.platform === 'win32'
      ? spawn(`${editor} "${file}"`, { shell: true, stdio: 'inherit' })
      : spawn('/bin/sh', ['-c', `${editor} "$1"`, 'khancap', file], { stdio: 'inherit' })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0)
    throw refused(
      safe`the editor ended ${code === null ? 'by a signal' : `with code ${code}`}; nothing was sent`,
      safe`what you wrote is kept on this machine, sealed: the same command offers it again`,
      safe`set EDITOR to an editor of this machine, or use --file`,
    )
}
