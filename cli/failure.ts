// How a command ends badly: one sentence in lower case, hints that say what to do, and an exit code
// (1 refused, 2 usage, 3 unavailable). Whoever makes one says the next step, or says with `noHint` that the sentence does.
import { KhancapError, problems, type ProblemCode } from '../schemas/problem.js'
import { command, type Safe, safe } from './terminal/safe.js'

export type ExitCode = 1 | 2 | 3

export class Failure extends Error {
  readonly exit: ExitCode
  readonly sentence: Safe
  readonly hints: readonly Safe[]
  /** Where it stands for a code of the table of problems. */
  readonly code: ProblemCode | null

  constructor(
    exit: ExitCode,
    sentence: Safe,
    hints: readonly Safe[],
    options: { code?: ProblemCode; cause?: unknown } = {},
  ) {
    super(sentence.text, options.cause === undefined ? {} : { cause: options.cause })
    this.code = options.code ?? null
    this.name = 'Failure'
    this.exit = exit
    this.sentence = sentence
    this.hints = hints
  }
}

/** In the place of hints: the sentence itself says what to type, or that somebody's own no was heard. */
export const noHint = 'no hint'

/** What to do next. It is never left out unseen. */
type NextStep = readonly [Safe, ...Safe[]] | readonly [...Safe[], Safe] | readonly [typeof noHint]

export function refused(sentence: Safe, ...hints: NextStep): Failure {
  return new Failure(1, sentence, said(hints))
}

export function misused(sentence: Safe, ...hints: NextStep): Failure {
  return new Failure(2, sentence, said(hints))
}

export function unavailable(sentence: Safe, ...hints: NextStep): Failure {
  return new Failure(3, sentence, said(hints))
}

function said(hints: readonly (Safe | typeof noHint)[]): readonly Safe[] {
  return hints.filter(hint => hint !== noHint)
}

/** Where a file was named that is not there. */
export function noFile(file: string): Failure {
  return refused(
    safe`there is no file ${file}`,
    safe`is its name spelled right, and the stick in? a name without / is looked for in the folder where you are`,
  )
}

/** Where something would have been written over. */
export function alreadyThere(file: string): Failure {
  return refused(
    safe`${file} exists already; it was left as it is`,
    safe`give another name, or move that one away first`,
  )
}

/** What was thrown, as sentence, hints and exit code. */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown
  if (thrown instanceof KhancapError) return fromProblem(thrown.code, thrown)
  const system = systemFailure(thrown)
  if (system !== null) return system
  return new Failure(
    1,
    safe`something went wrong in khancap itself`,
    [safe`run it again with --trace to see where, and report it`],
    { cause: thrown },
  )
}

/** The failure that a code of the table of problems stands for. */
export function fromProblem(code: ProblemCode, cause?: unknown): Failure {
  const { title, retry } = problems[code]
  const { hints, sentence } = sentences[code] ?? {
    sentence: safe`${title.charAt(0).toLowerCase() + title.slice(1)}`,
    hints: [otherwise[retry]],
  }
  return new Failure(retry === 'later' ? 3 : 1, sentence, hints, { code, cause })
}

/** What to do about what has no words of its own below. */
const otherwise = {
  later: safe`run the same command again in a few minutes; if it stays like that, tell the organisation`,
  never: safe`${command`khancap doctor`} looks for what is wrong here; if it finds nothing, tell the organisation`,
  unknown: safe`${command`khancap doctor`} looks for what is wrong here; if it finds nothing, tell the organisation`,
} as const

type Words = { readonly sentence: Safe; readonly hints: readonly [Safe, ...Safe[]] }

const sentences: Partial<Record<ProblemCode, Words>> = {
  sealed_unreadable: {
    sentence: safe`the sealed file is damaged, or not what it claims to be`,
    hints: [safe`nothing of it was shown; ask for it again, and tell the organisation`],
  },
  directory_invalid: {
    sentence: safe`the directory is not signed by the root that is pinned here`,
    hints: [
      safe`nothing was sent; do not work with this server until the organisation has told you why`,
      safe`if the organisation has changed its root key, pin it with khancap init --replace`,
    ],
  },
  directory_expired: {
    sentence: safe`the organisation's directory has expired`,
    hints: [
      safe`the organisation must publish a new one (khancap org publish)`,
      safe`check the clock of this machine with khancap doctor`,
    ],
  },
  directory_missing: {
    sentence: safe`the organisation has not published a directory yet`,
    hints: [safe`khancap org publish makes one`],
  },
  identity_locked: {
    sentence: safe`the passphrase does not open the identity`,
    hints: [safe`capitals, spaces and the layout of the keyboard count`],
  },
  identity_malformed: {
    sentence: safe`the identity file could not be read`,
    hints: [safe`khancap keys recover makes it again from the printed sheet`],
  },
  signature_stale: {
    sentence: safe`the server finds the signature too old or too new`,
    hints: [safe`check the clock of this machine with khancap doctor`],
  },
  signature_invalid: {
    sentence: safe`the server could not verify the signature of the request`,
    hints: [safe`the directory must name the address that you use: khancap doctor compares them`],
  },
  directory_stale: {
    sentence: safe`the organisation has published a new directory in the meantime`,
    hints: [safe`run the command again: it seals to those who read now`],
  },
  key_unknown: {
    sentence: safe`the server does not know this key`,
    hints: [
      safe`give the output of khancap keys export to the organisation`,
      safe`khancap keys list says which identities are in the directory`,
    ],
  },
  role_missing: {
    sentence: safe`this handler may not do that`,
    hints: [safe`roles and teams stand in the directory; ask the organisation`],
  },
  case_unknown: {
    sentence: safe`there is no such case for this handler`,
    hints: [safe`khancap inbox --all lists the cases that you can see`],
  },
  case_state: {
    sentence: safe`the case is not in a state that allows this`,
    hints: [
      safe`${command`khancap open`} shows its state and history; khancap reopen takes up a closed case`,
    ],
  },
  addition_unseen: {
    sentence: safe`the applicant has added something since this case was read here`,
    hints: [safe`read it first: khancap open shows it`],
  },
  case_claimed: {
    sentence: safe`another handler has claimed the case`,
    hints: [safe`khancap inbox says who; ask them to release it`],
  },
  case_purged: {
    sentence: safe`the case was deleted when its retention ended`,
    hints: [safe`nothing of it can be brought back; its applicant can send a new request`],
  },
  receipt_invalid: {
    sentence: safe`the receipt does not verify`,
    hints: [safe`it was changed, or it is not from this organisation`],
  },
  primitives_faulty: {
    sentence: safe`the cryptography of this machine gave a wrong answer; nothing was sealed or opened`,
    hints: [safe`use another machine, and tell the organisation`],
  },
}

/** What the system refused, in words of ours; null where it is not known what it means. */
function systemFailure(thrown: unknown): Failure | null {
  if (!(thrown instanceof Error) || !('code' in thrown)) return null
  const where = 'path' in thrown && typeof thrown.path === 'string' ? thrown.path : 'it'
  const because = ({ hints, sentence }: Failure) =>
    new Failure(1, sentence, hints, { cause: thrown })
  const ended = (sentence: Safe, ...hints: NextStep) => because(refused(sentence, ...hints))
  switch (thrown.code) {
    case 'ENOENT':
      return because(noFile(where))
    case 'EACCES':
    case 'EPERM':
      return ended(
        safe`this user may not use ${where}`,
        safe`whose is it? give a place of your own, or ask whoever set up this machine`,
      )
    case 'EISDIR':
      return ended(safe`${where} is a folder, not a file`, safe`give the name of a file in it`)
    case 'ENOTDIR':
      return ended(
        safe`a part of ${where} is a file, not a folder`,
        safe`give a path on which every part but the last is a folder`,
      )
    case 'EEXIST':
      return because(alreadyThere(where))
    case 'ENOSPC':
    case 'EDQUOT':
      return ended(
        safe`the disk is full`,
        safe`make room on it, or give a place on another one; then run the same command again`,
      )
    case 'EROFS':
      return ended(
        safe`the disk is read-only`,
        safe`some sticks have a switch for that; or give a place on another one`,
      )
    case 'EIO':
    case 'ENODEV':
    case 'ENXIO':
      return ended(
        safe`the disk or stick does not answer any more`,
        safe`is the stick still in? put it back, or take another one; then run the same command again`,
      )
    default:
      return null
  }
}
