// Runs a transcript: command lines with what they print and how they end, as a person would see them.
//
//   $ khancap keys list          a command; what follows is what it says
//   a line                       on stdout; … stands for anything within a line, a line of ... for any lines
//   ! a line                     on stderr
//   [1]                          the exit code, where it is not 0
//   @file NAME                   the lines up to @end become a file
//   @stdin TEXT                  what the next command reads
//   @answers A | B               what the person at the terminal answers to the next command
//   # …                          a comment
import { readFile, writeFile } from 'node:fs/promises'
import type { Test } from 'tap'
import { type CliMachine, type CliRun, khancap, scriptedAsker } from './cli.js'

interface Step {
  readonly line: string
  readonly stdin: string | undefined
  readonly answers: readonly string[] | undefined
  readonly out: readonly string[]
  readonly err: readonly string[]
  readonly code: number
}

/** Runs every command of a transcript in order, in the folder where the process stands. */
export async function runTranscript(t: Test, file: string, machine: CliMachine): Promise<void> {
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
  let at = 0
  let next: { stdin?: string; answers?: string[] } = {}
  while (at < lines.length) {
    const line = lines[at++] ?? ''
    if (line === '' || line.startsWith('#')) continue
    const [word = '', ...rest] = line.split(' ')
    const value = rest.join(' ')
    if (word === '@file') {
      const end = lines.indexOf('@end', at)
      await writeFile(value, `${lines.slice(at, end).join('\n')}\n`)
      at = end + 1
    } else if (word === '@stdin') next = { ...next, stdin: `${value}\n` }
    else if (word === '@answers') next = { ...next, answers: value.split(' | ') }
    else if (word === '$') {
      const out: string[] = []
      const err: string[] = []
      let code = 0
      while (at < lines.length && !/^(\$|#|@)/.test(lines[at] ?? '') && lines[at] !== '') {
        const said = lines[at++] ?? ''
        const exit = /^\[(\d+)\]$/.exec(said)?.[1]
        if (exit !== undefined) code = Number(exit)
        else if (said.startsWith('! ')) err.push(said.slice(2))
        else out.push(said)
      }
      await runStep(
        t,
        { line: value, stdin: next.stdin, answers: next.answers, out, err, code },
        machine,
      )
      next = {}
    } else throw new Error(`${file}:${at}: what is "${line}"?`)
  }
}

async function runStep(t: Test, step: Step, machine: CliMachine): Promise<void> {
  const [program, ...args] = wordsOf(step.line)
  if (program !== 'khancap') throw new Error(`not khancap: ${step.line}`)
  const run: CliRun = await khancap(args, {
    ...machine,
    ...(step.stdin === undefined ? {} : { stdin: step.stdin }),
    ...(step.answers === undefined ? {} : { asker: scriptedAsker(...step.answers) }),
  })
  const said = `$ ${step.line}\n--- stdout\n${run.out}--- stderr\n${run.err}--- [${run.code}]`
  t.ok(matches(run.out, step.out), `${step.line}: stdout`, {
    diagnostic: false,
    said,
    expected: step.out,
  })
  t.ok(matches(run.err, step.err), `${step.line}: stderr`, {
    diagnostic: false,
    said,
    expected: step.err,
  })
  t.equal(run.code, step.code, `${step.line}: exit code`)
}

function matches(said: string, expected: readonly string[]): boolean {
  const pattern = expected
    .map(line =>
      line === '...'
        ? '(?:.*\n)*?'
        : `${line
            .split('…')
            .map(part => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
            .join('.+')}\n`,
    )
    .join('')
  return new RegExp(`^${pattern}$`).test(said)
}

/** Words of a line; quotes keep spaces together. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(match => match[1] ?? match[2] ?? '')
}
