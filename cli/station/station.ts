// The handler's machine as a command sees it. cli/main.ts makes the real one; a test makes its own.
import type { Readable } from 'node:stream'
import type { Instant } from '../../schemas/encoding.js'
import type { PassphrasePrimitives } from '../../src/core/crypto/primitives.js'
import type { Asker } from '../terminal/asker.js'
import type { FullScreen, Heard } from '../terminal/full-screen.js'
import type { Printer } from '../terminal/printer.js'
import type { ConfigFolder } from './config-folder.js'

/** What the environment says, read once. */
export interface Environment {
  readonly passphraseFile: string | null
  readonly editor: string | null
  /** A folder in memory for a text that is being edited; null where the system has none. */
  readonly memoryFolder: string | null
  /** A folder of this user's for sockets; null where the system has none. */
  readonly runtimeFolder: string | null
  /** As the system names it: vi_VN.UTF-8. */
  readonly locale: string
  /** Base-2 logarithm of scrypt's N for what is sealed with a passphrase. */
  readonly workFactor: number
}

export interface Station {
  readonly environment: Environment
  readonly printer: Printer
  readonly asker: Asker
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly folder: ConfigFolder
  /** The command that starts this tool: a program and its arguments. */
  readonly self: readonly string[]
  /** Takes the terminal over for one view; null where stdout is none. */
  readonly fullScreen: ((heard: Heard) => Promise<FullScreen>) | null
  /** Aborted once nobody reads stdout any more. */
  readonly unheard: AbortSignal
  now(): Instant
  /** True where an agent holds the keys: what stands for them here is nothing that could be kept. */
  readonly isHeld?: true
  /** The same for what a command asks by itself, which keeps no agent from locking; absent where none holds the keys. */
  readonly byItself?: Station
  /** Loaded on first use. What seals tests them before and after. */
  primitives(): Promise<PassphrasePrimitives>
}

/** Where the passphrase comes from, as the line says. */
export interface PassphraseOptions {
  readonly passphraseFile?: string
  readonly passphraseCommand?: string
}

/** Where cases are worked on: at the server, or in a bundle on a stick. */
export interface DeskOptions extends PassphraseOptions {
  readonly bundle?: string
}

/** What each command with a result takes. */
export interface VerbOptions extends DeskOptions {
  readonly json?: true
}
