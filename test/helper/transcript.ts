// Reads and runs a transcript: command lines with what they print and how they end, as a person would see them.
// test/cli/transcripts/README.md says how one is written; KHANCAP_TEST_UPDATE=1 writes what was said into it.
import { readFile, rm, writeFile } from 'node:fs/promises'
import type { Test } from 'tap'
import { type CliMachine, khancap, scriptedAsker } from './cli.js'
import { filledIn, lineMatcher, namedAgain, type Values } from './transcript-places.js'

export interface Step {
  /** Words behind `khancap`, places not filled in. */
  readonly words: readonly string[]
  /** Lines of stdout that are read, where the line ends with `| head -N`. */
  readonly head: number | null
  readonly machine: string | null
  readonly stdin: string | undefined
  readonly answers: readonly string[] | undefined
  readonly out: readonly string[]
  readonly err: readonly string[]
  readonly code: number
  /** The lines of the transcript that say what is expected. */
  readonly from: number
  readonly until: number
}

/** A file that is made by hand, or (`null`) a file or folder that is deleted. */
export interface FileStep {
  readonly file: string
  readonly text: string | null
}

interface Transcript {
  readonly lines: readonly string[]
  readonly steps: readonly (Step | FileStep)[]
}

export async function readTranscript(path: string): Promise<Transcript> {
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
  const steps: (Step | FileStep)[] = []
  let at = 0
  let machine: string | null = null
  let next: { stdin?: string; answers?: string[] } = {}
  while (at < lines.length) {
    const line = lines[at++] ?? ''
    const [word = '', ...rest] = line.split(' ')
    const value = rest.join(' ')
    if (line === '' || line.startsWith('#')) continue
    if (word === '@file') {
      const end = lines.indexOf('@end', at)
      steps.push({ file: value, text: `${lines.slice(at, end).join('\n')}\n` })
      at = end + 1
    } else if (word === '@delete') steps.push({ file: value, text: null })
    else if (word === '@on') machine = value
    else if (word === '@stdin') next = { ...next, stdin: `${value}\n` }
    else if (word === '@answers') next = { ...next, answers: value.split(' | ') }
    else if (word === '$') {
      const from = at
      while (at < lines.length && lines[at] !== '') at++
      const [program, ...words] = wordsOf(value)
      if (program !== 'khancap') throw new Error(`${path}:${from}: not khancap: ${value}`)
      const head = words.at(-3) === '|' && words.at(-2) === 'head' ? words.at(-1) : undefined
      steps.push({
        words: head === undefined ? words : words.slice(0, -3),
        head: head === undefined ? null : Number(head.slice(1)),
        machine,
        stdin: next.stdin,
        answers: next.answers,
        ...expected(lines.slice(from, at)),
        from,
        until: at,
      })
      next = {}
    } else throw new Error(`${path}:${at}: what is "${line}"?`)
  }
  return { lines, steps }
}

/** Words of a line; quotes keep spaces together. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(match => match[1] ?? match[2] ?? '')
}

function expected(said: readonly string[]): Pick<Step, 'code' | 'err' | 'out'> {
  const exit = /^\[(\d+)\]$/.exec(said.at(-1) ?? '')?.[1]
  const lines = exit === undefined ? said : said.slice(0, -1)
  return {
    code: Number(exit ?? 0),
    out: lines.filter(line => !isWords(line)).map(line => line.replace(/^\\$/, '')),
    err: lines.filter(isWords).map(line => line.slice(2)),
  }
}

const isWords = (line: string) => line.startsWith('! ')

/**
 * Runs every command of a transcript in order, in the folder where the process stands.
 *
 * @param machines whose command it is; the only one where the transcript names none
 * @param values what stands for `{name}`, in commands and in what they say
 */
export async function runTranscript(
  t: Test,
  path: string,
  machines: Readonly<Record<string, CliMachine>>,
  values: Values = {},
): Promise<void> {
  const { lines, steps } = await readTranscript(path)
  const known: Record<string, string> = { ...values }
  const updated = [...lines]
  let shift = 0
  for (const step of steps)
    if ('file' in step) await madeByHand(step, known)
    else {
      const { code, err, out, machine } = await ranStep(step, machines, known)
      const line = `khancap ${step.words.join(' ')}`
      const all = { ...known, config: machine.folder }
      const matches =
        lineMatcher(step.out, all)(out, known) && lineMatcher(step.err, all)(err, known)
      if (process.env['KHANCAP_TEST_UPDATE'] === '1' && !(matches && code === step.code)) {
        const said = transcribed({ code, err, out }, { ...all, ...known })
        updated.splice(step.from + shift, step.until - step.from, ...said)
        shift += said.length - (step.until - step.from)
      }
      const said = `$ ${line}\n--- stdout\n${out}--- stderr\n${err}--- [${code}]`
      t.ok(matches, `${line}: what it says`, {
        diagnostic: false,
        said,
        expected: [...step.out, ...step.err.map(one => `! ${one}`)],
      })
      t.equal(code, step.code, `${line}: exit code`)
    }
  if (updated.join('\n') !== lines.join('\n')) await writeFile(path, `${updated.join('\n')}\n`)
}

async function madeByHand({ file, text }: FileStep, known: Values): Promise<void> {
  if (text === null) await rm(file, { recursive: true })
  else await writeFile(file, filledIn(text, known))
}

async function ranStep(
  step: Step,
  machines: Readonly<Record<string, CliMachine>>,
  known: Values,
): Promise<{ code: number; out: string; err: string; machine: CliMachine }> {
  const machine = machines[step.machine ?? Object.keys(machines)[0] ?? '']
  if (machine === undefined) throw new Error(`there is no machine ${step.machine}`)
  const reader = new AbortController()
  const { log } = console
  // The library of completion prints its script by itself, where the tests print what passed.
  console.log = () => undefined
  const run = await khancap(
    step.words.map(word => filledIn(word, { ...known, config: machine.folder })),
    {
      ...machine,
      ...(step.stdin === undefined ? {} : { stdin: filledIn(step.stdin, known) }),
      ...(step.answers === undefined
        ? {}
        : { asker: scriptedAsker(...step.answers.map(answer => filledIn(answer, known))) }),
      unheard: reader.signal,
      heard(out) {
        if (step.head !== null && out.split('\n').length > step.head) reader.abort()
      },
    },
  ).finally(() => {
    console.log = log
  })
  const read = step.head === null ? run.out : firstLines(run.out, step.head)
  return { ...run, out: read, machine }
}

function firstLines(text: string, count: number): string {
  return text
    .split(/(?<=\n)/)
    .slice(0, count)
    .join('')
}

function transcribed(
  { code, err, out }: { code: number; err: string; out: string },
  values: Values,
): string[] {
  const linesOf = (text: string) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))
  return [
    ...linesOf(namedAgain(out, values)).map(line => (line === '' ? '\\' : line)),
    ...linesOf(namedAgain(err, values)).map(line => `! ${line}`),
    ...(code === 0 ? [] : [`[${code}]`]),
  ]
}
