// Why a process could not start, as one sentence for the person who started it: what is wrong and what to do.
import { KhancapError } from '../schemas/problem.js'
import { logFault } from './app/log-fault.js'
import { configSentences } from './config.js'
import type { Log } from './ports/log.js'

export class StartFailure extends Error {
  constructor(sentence: string, options: { readonly cause?: unknown } = {}) {
    super(sentence, options)
    this.name = 'StartFailure'
  }
}

/** The sentences to print for whatever ended a start. No value of a setting is in them. */
export function startSentences(error: unknown): readonly string[] {
  if (error instanceof StartFailure) return [error.message]
  if (error instanceof KhancapError && error.code === 'config_invalid')
    return configSentences(error)
  if (error instanceof KhancapError && error.code === 'store_unavailable')
    return ['the database cannot be reached: is it running, and is DATABASE_URL right?']
  if (error instanceof KhancapError) return [`${error.message} (${error.code})`]
  return ['something went wrong that should not (internal)']
}

/** Tells the person who started it, and the log where it is no fault of theirs. */
export function tellFailure(log: Log): (error: unknown) => void {
  return error => {
    for (const sentence of startSentences(error)) process.stderr.write(`khancap: ${sentence}\n`)
    if (!(error instanceof StartFailure)) logFault(log, 'process failed', error)
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const code: unknown = Reflect.get(error, 'code')
  return typeof code === 'string' ? code : ''
}

/** Why a port could not be opened. `setting` names what to change. */
export function listenFailure(error: unknown, port: number, setting: string): StartFailure {
  const sentences: Readonly<Record<string, string>> = {
    EADDRINUSE: `port ${port} is taken: stop what uses it, or set ${setting} to another port`,
    EACCES: `port ${port} may not be opened by this user: set ${setting} to a port above 1023`,
    EADDRNOTAVAIL: 'KHANCAP_HOST is not an address of this machine',
    ENOTFOUND: 'KHANCAP_HOST is not a name of this machine',
  }
  return new StartFailure(sentences[codeOf(error)] ?? `port ${port} could not be opened`, {
    cause: error,
  })
}
