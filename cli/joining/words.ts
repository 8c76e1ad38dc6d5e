// The words of the page with which a new handler begins, in each language: what stands beside the commands. {file} and
// {sheet} are names of files.

export interface JoiningWords {
  readonly language: string
  readonly title: string
  readonly address: string
  readonly fingerprint: string
  readonly name: string
  readonly trust: string
  /** What is done in each step, and what to mind there. */
  readonly pin: Step
  readonly keys: Step
  readonly give: Step
  readonly wait: Step
  readonly work: Step
  /** Before a line to write on: who heard the groups being read. */
  readonly heard: string
  /** Beside each command of the last step. */
  readonly commands: {
    readonly unlock: string
    readonly inbox: string
    readonly claim: string
    readonly open: string
    readonly reply: string
    readonly lock: string
  }
  readonly lost: string
  /** Below the first command, where it goes on in the next line: of an onion address, and of any other. */
  readonly onion: string
  readonly goesOn: string
}

interface Step {
  readonly head: string
  readonly mind: string
}
