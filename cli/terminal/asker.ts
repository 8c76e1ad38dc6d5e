// Questions to the person at the terminal. Where there is none, nothing is asked: the caller says which option is
// missing. Questions are never part of the result: they go to the terminal itself.
import { openSync } from 'node:fs'
import type { Interface } from 'node:readline'
import { ReadStream, WriteStream } from 'node:tty'
import { noHint, refused } from '../failure.js'
import { safe, type Safe } from './safe.js'

export interface Asker {
  /** True where a person can be asked. */
  readonly available: boolean
  /** Reads a line without showing it, not even its length. @throws Failure when cancelled */
  secret(question: Safe): Promise<string>
  /** Reads a line that is seen while it is typed. @throws Failure when cancelled */
  line(question: Safe): Promise<string>
  /** @throws Failure when cancelled */
  confirm(question: Safe): Promise<boolean>
  /** @throws Failure when cancelled */
  choose<T extends string>(question: Safe, choices: readonly Choice<T>[]): Promise<T>
}

export interface Choice<T extends string> {
  readonly value: T
  readonly label: Safe
}

const maxSecretCharacters = 1024
const cancelled = () => refused(safe`cancelled; nothing was done`, noHint)

/** Asks at the terminal that the command was started from, also where stdin or stdout are files. */
export function terminalAsker(): Asker {
  return {
    get available() {
      const lines = openTerminal()
      lines?.close()
      return lines !== null
    },
    async secret(question) {
      using lines = expectTerminal()
      // Awaited here: the terminal is let go when this block ends.
      return await readSecret(lines.input, lines.output, question)
    },
    async line(question) {
      const { createInterface } = await import('node:readline')
      using lines = expectTerminal()
      return await readLine(createInterface({ ...lines, terminal: true, historySize: 0 }), question)
    },
    async confirm(question) {
      const { confirm, isCancel } = await import('@clack/prompts')
      using lines = expectTerminal()
      const answer = await confirm({
        message: question.text,
        initialValue: false,
        input: lines.input,
        output: lines.output,
      })
      if (isCancel(answer)) throw cancelled()
      return answer
    },
    async choose(question, choices) {
      const { select, isCancel } = await import('@clack/prompts')
      using lines = expectTerminal()
      const answer = await select<string>({
        message: question.text,
        options: choices.map(({ value, label }) => ({ value, label: label.text })),
        input: lines.input,
        output: lines.output,
      })
      const chosen = choices.find(({ value }) => value === answer)
      if (isCancel(answer) || chosen === undefined) throw cancelled()
      return chosen.value
    },
  }
}

interface Lines extends Disposable {
  readonly input: ReadStream
  readonly output: WriteStream
  close(): void
}

function expectTerminal(): Lines {
  const lines = openTerminal()
  if (lines === null) throw new Error('there is no terminal to ask at')
  return lines
}

function pauseStdin(): void {
  process.stdin.pause()
}

/** The terminal of this process, also where stdin and stderr are files; null where there is none. */
function openTerminal(): Lines | null {
  if (process.stdin.isTTY && process.stderr.isTTY) {
    const lines = { input: process.stdin, output: process.stderr }
    return { ...lines, close: pauseStdin, [Symbol.dispose]: pauseStdin }
  }
  if (process.platform === 'win32') return null
  try {
    const input = new ReadStream(openSync('/dev/tty', 'r'))
    const output = new WriteStream(openSync('/dev/tty', 'w'))
    const close = () => {
      input.destroy()
      output.destroy()
    }
    return { input, output, close, [Symbol.dispose]: close }
  } catch {
    return null
  }
}

/** Ctrl-C and Ctrl-D cancel. */
function readLine(reader: Interface, question: Safe): Promise<string> {
  return new Promise((resolve, reject) => {
    reader.once('SIGINT', () => reader.close())
    // After an answer the promise is settled, and this changes nothing.
    reader.once('close', () => reject(cancelled()))
    reader.question(`${question.text} `, answer => {
      resolve(answer)
      reader.close()
    })
  })
}

/** Ctrl-C and Ctrl-D cancel, Ctrl-U begins anew, backspace takes back one character. */
function readSecret(input: ReadStream, output: WriteStream, question: Safe): Promise<string> {
  output.write(`${question.text} `)
  input.setRawMode(true)
  input.setEncoding('utf8')
  input.resume()
  let typed: string[] = []
  return new Promise((resolve, reject) => {
    const settle = (end: () => void) => {
      input.off('data', take)
      input.setRawMode(false)
      input.pause()
      output.write('\n')
      end()
    }
    const take = (keys: string) => {
      // An escape begins what an arrow or function key sends: none of it belongs to a passphrase.
      if (keys.startsWith('\u001b')) return
      for (const key of keys) {
        if (key === '\r' || key === '\n') return settle(() => resolve(typed.join('')))
        if (key === '\u0003' || key === '\u0004') return settle(() => reject(cancelled()))
        if (key === '\u0015') typed = []
        else if (key === '\u007f' || key === '\b') typed = typed.slice(0, -1)
        else if (key >= ' ' && typed.length < maxSecretCharacters) typed.push(key)
      }
    }
    input.on('data', take)
  })
}
