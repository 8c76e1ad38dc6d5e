// A text written in the person's own editor. The file stands in memory where the system offers a folder there, only
// its owner can read it, and it is deleted whatever happens.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Failure, refused } from '../failure.js'
import type { Station } from '../station/station.js'
import { safe } from './safe.js'

/** Lines that begin with it are instructions and are taken out. */
const instruction = '#%'
const textFile = 'text.txt'
/** What editors write beside the file when their terminal goes away: nano, Emacs. */
const spareFiles = [`${textFile}.save`, `#${textFile}#`]
const endings = ['SIGTERM', 'SIGHUP'] as const
/** Characters of a text that are kept: whatever a person can have written. */
const maxKept = 200_000
/** How long an editor may take to write down what it holds once we are ended. */
const lastMs = 2000

function interrupted(): void {}

/**
 * @param begin `keep` is given what was written, however the editor ends, before its file is deleted; false where there was
 * nothing to keep
 * @returns the text without instructions; empty where nothing was written
 */
export async function editText(
  station: Station,
  begin: {
    readonly text: string
    readonly instructions: readonly string[]
    readonly keep: (text: string) => Promise<boolean>
  },
): Promise<string> {
  const { environment, folder, printer } = station
  if (environment.memoryFolder === null)
    printer.say(
      safe`warning: this system has no folder in memory; what you write touches the disk while the editor is open`,
    )
  const place = await mkdtemp(join(environment.memoryFolder ?? folder.path, 'khancap-'))
  const file = join(place, textFile)
  const heard = endingHeard()
  // Ctrl-C belongs to the editor while it is open.
  process.on('SIGINT', interrupted)
  try {
    const head = begin.instructions.map(line => `${instruction} ${line}\n`).join('')
    await writeFile(file, `${begin.text}\n${head}`, { mode: 0o600, flag: 'wx' })
    const editor = openEditor(environment.editor ?? 'vi', file)
    const outcome = await Promise.race([editor.code, heard.signal])
    // Whoever ends us, as a lost line does, ends the editor too, and leaves the words sealed.
    if (typeof outcome === 'string') await editor.end(outcome)
    const text =
      outcome === 0 ? await writtenIn(file) : await writtenIn(await newestIn(place)).catch(() => '')
    const isKept = await begin.keep(text.slice(0, maxKept)).catch(() => {
      printer.say(safe`warning: what was written could not be kept`)
      return false
    })
    if (outcome === 0) return text
    throw endedBadly(outcome, isKept)
  } finally {
    await rm(place, { recursive: true, force: true })
    process.off('SIGINT', interrupted)
    heard.end()
  }
}

/** Holds back the first signal that would end us; `end` lets it. */
function endingHeard(): { readonly signal: Promise<NodeJS.Signals>; readonly end: () => void } {
  let first: NodeJS.Signals | null = null
  const told: ((name: NodeJS.Signals) => void)[] = []
  const signal = new Promise<NodeJS.Signals>(resolve => void told.push(resolve))
  const hear = (name: NodeJS.Signals) => {
    first ??= name
    for (const tell of told) tell(name)
  }
  for (const name of endings) process.on(name, hear)
  return {
    signal,
    end() {
      for (const name of endings) process.off(name, hear)
      if (first !== null) process.kill(process.pid, first)
    },
  }
}

async function writtenIn(file: string): Promise<string> {
  return (await readFile(file, 'utf8'))
    .split('\n')
    .filter(line => !line.startsWith(instruction))
    .join('\n')
    .trim()
}

/** What the editor wrote last, wherever it did. */
async function newestIn(place: string): Promise<string> {
  const files = [textFile, ...spareFiles].map(name => join(place, name))
  const times = await Promise.all(
    files.map(async file => (await stat(file).catch(() => null))?.mtimeMs ?? 0),
  )
  return files[times.lastIndexOf(Math.max(...times))] ?? join(place, textFile)
}

interface OpenEditor {
  /** How it ended; null: by a signal. */
  readonly code: Promise<number | null>
  /** Passes a signal on, and gives it the time to write down what it holds. */
  readonly end: (signal: NodeJS.Signals) => Promise<void>
}

/** What is more to a shell than a command and its words. */
const compound = /[;&|()`\n]/
/** A command with settings of its own before it, as in "LANG=C vi". */
const withSettings = /^\s*[a-z_]\w*=/i

function openEditor(editor: string, file: string): OpenEditor {
  // A signal is meant for the editor: its shell makes room for it, or else outlives it.
  const plain = withSettings.test(editor) ? 'exec env' : 'exec'
  const first = compound.test(editor) ? 'trap : HUP TERM;' : plain
  // The editor may come with arguments ("code --wait"); the file is passed apart, never through the shell's words.
  const child =
    process.platform === 'win32'
      ? spawn(`${editor} "${file}"`, { shell: true, stdio: 'inherit' })
      : spawn('/bin/sh', ['-c', `${first} ${editor} "$1"`, 'khancap', file], { stdio: 'inherit' })
  const code = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  return {
    code,
    async end(signal) {
      child.kill(signal)
      await Promise.race([code.catch(() => null), pause(lastMs)])
    },
  }
}

function endedBadly(outcome: number | NodeJS.Signals | null, isKept: boolean): Failure {
  const sentence = safe`the editor ended ${typeof outcome === 'number' ? `with code ${outcome}` : 'by a signal'}; nothing was sent`
  const instead = safe`set EDITOR to an editor of this machine, or use --file`
  return isKept ? refused(sentence, keptWords, instead) : refused(sentence, instead)
}

/** Said only where it is so. */
export const keptWords = safe`what you wrote is kept on this machine, sealed: the same command offers it again`
