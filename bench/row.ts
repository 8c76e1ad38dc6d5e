// What a row of the benchmarks is: one file in bench/rows/ that exports `row`, named as the file is. A row measures
// itself and its peers in the same run, taking turns, and answers with one ratio for each round.
import type { Figure } from './results.js'

/**
 * What a row stands on: the ratio of this name, as its median over the rounds; in each of them where it says what never
 * happens.
 */
export type Bar = { readonly ratio: string; readonly every?: true } & (
  | { readonly atLeast: number }
  | { readonly atMost: number }
)

/** Programs and powers that not every machine has; needs.ts says how each is looked for. */
export type Need =
  | 'age'
  | 'cc'
  | 'chromium'
  | 'cpu-quota'
  | 'dovecot'
  | 'firefox-esr'
  | 'gpg'
  | 'linux'
  | 'redis-server'

export interface Measured {
  /** Absolute figures, a number for each round. */
  readonly figures: readonly Figure[]
  /** By name, a number for each round; those that a bar names must be there. */
  readonly ratios: Readonly<Record<string, readonly number[]>>
  /** What a reader of the table must know about this very run. */
  readonly notes?: readonly string[]
}

export interface Run {
  /** Full counts; else as little as shows that the row works. */
  readonly full: boolean
  readonly rounds: number
  /** Of this process alone, and removed after it. Other users of the machine may enter. */
  readonly folder: string
  /** What rows of one process have in common: made by the first one that asks for it, the same for those after it. */
  readonly shared: <T>(name: string, make: () => Promise<T>) => Promise<T>
  /** Releases something when the process ends, last one first, also where a row failed or took too long. */
  readonly defer: (release: () => unknown) => void
  /** A line on stderr. */
  readonly say: (line: string) => void
}

export interface Row {
  /** The file's name without its ending. */
  readonly name: string
  /** One line of the table. */
  readonly title: string
  /** What is done, against what, and what is not equal about it: a paragraph of docs/performance.md. */
  readonly about: string
  /** None where a row is there to be compared with. */
  readonly bar: readonly Bar[]
  readonly needs: readonly Need[]
  /** After this many seconds the row has failed: in a quick run, and in a full one. */
  readonly seconds: { readonly quick: number; readonly full: number }
  /** Rows of the same name run in one process, one behind the other, and share what they set up. */
  readonly together?: 'intake' | 'cases'
  /** Left out of a quick run. */
  readonly onlyFull?: true
  readonly run: (run: Run) => Promise<Measured>
}
