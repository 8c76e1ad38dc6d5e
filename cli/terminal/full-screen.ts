// The whole terminal for one view: the alternate screen, keys one by one, resizing. The terminal is given back as it was
// however the process ends, short of kill -9.
import { writeSync } from 'node:fs'
import type { ReadStream, WriteStream } from 'node:tty'
import { type Style, style } from './printer.js'
import { joined, type Safe } from './safe.js'

// DEC private modes: alternate screen with saved cursor, no cursor, no wrapping at the right edge.
const enter = '\u001b[?1049h\u001b[?25l\u001b[?7l'
const leave = '\u001b[?7h\u001b[?25h\u001b[?1049l'
const home = '\u001b[H'
const toEndOfLine = '\u001b[K'
const toEndOfScreen = '\u001b[J'
const bell = '\u0007'

const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export type Key = 'quit' | 'refresh' | 'up' | 'down' | 'page-up' | 'page-down' | 'first' | 'last'

const keys: Readonly<Record<string, Key>> = {
  q: 'quit',
  Q: 'quit',
  '\u0003': 'quit',
  '\u0004': 'quit',
  r: 'refresh',
  '\u000c': 'refresh',
  k: 'up',
  '\u001b[A': 'up',
  '\u001bOA': 'up',
  j: 'down',
  '\u001b[B': 'down',
  '\u001bOB': 'down',
  ' ': 'page-down',
  '\u001b[6~': 'page-down',
  '\u001b[5~': 'page-up',
  g: 'first',
  '\u001b[H': 'first',
  G: 'last',
  '\u001b[F': 'last',
}

export interface FullScreen extends Disposable {
  readonly columns: number
  readonly rows: number
  readonly style: Style
  /** Shows these lines and nothing else. Lines that are too many are left out. */
  show(lines: readonly Safe[]): void
  bell(): void
}

export interface Heard {
  readonly key: (key: Key) => void
  /** The screen has another size, or was taken away and given back. */
  readonly redraw: () => void
}

/** Takes the terminal over. Dispose gives it back. */
export function fullScreen(
  terminal: {
    readonly input: ReadStream
    readonly output: WriteStream & { readonly fd: number }
    readonly colour: boolean
  },
  heard: Heard,
): FullScreen {
  const { input, output } = terminal
  let taken = false

  const say = (text: string) => void output.write(text)
  // Past every buffer: it must be out before the process is gone.
  const sayLast = (text: string) => {
    try {
      writeSync(output.fd, text)
    } catch {
      // A terminal that was closed needs nothing back; one that is full takes it later.
      say(text)
    }
  }
  const take = () => {
    if (taken) return
    taken = true
    if (input.isTTY) {
      input.setRawMode(true)
      input.resume()
    }
    say(enter)
  }
  const giveBack = () => {
    if (!taken) return
    taken = false
    sayLast(leave)
    if (input.isTTY) {
      input.setRawMode(false)
      input.pause()
    }
  }
  const ended = (signal: NodeJS.Signals) => {
    giveBack()
    process.kill(process.pid, signal)
  }
  const suspended = () => {
    giveBack()
    process.kill(process.pid, 'SIGSTOP')
  }
  const continued = () => {
    take()
    heard.redraw()
  }
  const typed = (chunk: Uint8Array | string) => {
    const text = chunk.toString()
    if (text === '\u001a') return suspended()
    // An escape sequence is one key; letters that were typed fast are one each.
    for (const press of text.startsWith('\u001b') ? [text] : text) {
      const key = keys[press]
      if (key !== undefined) heard.key(key)
    }
  }

  input.on('data', typed)
  output.on('resize', heard.redraw)
  process.on('exit', giveBack)
  process.on('SIGCONT', continued)
  for (const signal of endings) process.once(signal, ended)
  take()

  return {
    get columns() {
      return output.columns
    },
    get rows() {
      return output.rows
    },
    style: style(terminal.colour),
    show(lines) {
      if (!taken) return
      const fitting = lines.slice(0, output.rows)
      const text = joined(fitting, `${toEndOfLine}\r\n`).text
      say(`${home}${text}${toEndOfLine}${fitting.length < output.rows ? toEndOfScreen : ''}`)
    },
    bell: () => say(bell),
    [Symbol.dispose]() {
      input.off('data', typed)
      output.off('resize', heard.redraw)
      process.off('exit', giveBack)
      process.off('SIGCONT', continued)
      for (const signal of endings) process.off(signal, ended)
      giveBack()
    },
  }
}
