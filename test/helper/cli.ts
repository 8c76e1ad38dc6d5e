// The handlers' tool as a test runs it: in this process, with a folder of its own, and everything that it said.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import {
  identityFile,
  newSettings,
  printPublicIdentity,
  printSettings,
  publicIdentity,
  publicIdentityFile,
  settingsFile,
} from '../../keys/handler-folder.js'
import { printIdentity } from '../../keys/identity.js'
import { runKhancap } from '../../cli/run.js'
import { type ConfigFolder, configFolder } from '../../cli/station/config-folder.js'
import type { Environment } from '../../cli/station/station.js'
import type { Asker } from '../../cli/terminal/asker.js'
import { printer } from '../../cli/terminal/printer.js'
import { sealWithPassphrase } from '../../src/core/envelope/passphrase.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { inCheckout } from './checkout.js'
import type { Organisation } from './organisation.js'
import type { Teardown } from './postgres.js'
import { expectPrinted } from './printed-json.js'

export const passphrase = 'correct horse battery staple'

export interface CliRun {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface CliMachine {
  readonly folder: string
  readonly stdin?: string | Uint8Array
  /** A person types: words come from the editor. */
  readonly typing?: true
  readonly now?: () => number
  readonly asker?: Asker
  readonly environment?: Partial<Environment>
  /** What its disk does instead of what it should. */
  readonly disk?: Partial<ConfigFolder>
  /** Columns of a terminal; a file where it is left out. */
  readonly columns?: number
  readonly colour?: boolean
  /** Aborted once nobody reads what it says. */
  readonly unheard?: AbortSignal
  /** Told what stands on stdout so far, whenever there is more. */
  readonly heard?: (out: string) => void
}

export async function temporaryFolder(t: Teardown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'khancap-cli-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A config folder with a pinned organisation and an unlocked-by-file identity, as a handler would have it. */
export async function handlerFolder(
  t: Teardown,
  organisation: Pick<Organisation, 'identities' | 'root'>,
  handler: string,
  url: string,
): Promise<string> {
  const folder = join(await temporaryFolder(t), handler)
  const identity = organisation.identities[handler]
  if (identity === undefined) throw new Error(`no handler ${handler}`)
  const p = await nodePrimitives()
  const settings = newSettings({
    url,
    root: organisation.root,
    handler,
    passphraseFile: 'passphrase',
  })
  await mkdir(folder, { mode: 0o700 })
  const write = (name: string, content: string | Uint8Array) =>
    writeFile(join(folder, name), content, { mode: 0o600 })
  await write(settingsFile, printSettings(settings))
  await write('passphrase', `${passphrase}\n`)
  await write(identityFile, await sealWithPassphrase(p, printIdentity(p, identity), passphrase, 4))
  await write(publicIdentityFile, printPublicIdentity(publicIdentity(p, identity)))
  return folder
}

/** An asker that gives these answers in turn, and fails where it is asked for more. */
export function scriptedAsker(...answers: readonly string[]): Asker & { asked: string[] } {
  const left = [...answers]
  const asked: string[] = []
  const next = (question: { text: string }) => {
    asked.push(question.text)
    const answer = left.shift()
    if (answer === undefined) throw new Error(`nobody answers "${question.text}"`)
    return answer
  }
  return {
    available: true,
    asked,
    secret: async question => next(question),
    line: async question => next(question),
    confirm: async question => next(question) === 'yes',
    async choose(question, choices) {
      const answer = next(question)
      const chosen = choices.find(({ value }) => value === answer)
      if (chosen === undefined) throw new Error(`${answer} is not offered`)
      return chosen.value
    },
  }
}

const nobody: Asker = {
  available: false,
  secret: () => Promise.reject(new Error('nobody is there')),
  line: () => Promise.reject(new Error('nobody is there')),
  confirm: () => Promise.reject(new Error('nobody is there')),
  choose: () => Promise.reject(new Error('nobody is there')),
}

/** What it prints with `--json` is held to docs/cli.md, whatever the test looks at. */
export async function khancap(args: readonly string[], machine: CliMachine): Promise<CliRun> {
  const said = { out: '', err: '' }
  const into = (stream: 'out' | 'err') =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        said[stream] += chunk.toString('utf8')
        if (stream === 'out') machine.heard?.(said.out)
        done()
      },
    })
  const [out, err] = [into('out'), into('err')]
  const screen = { terminal: machine.columns !== undefined, columns: machine.columns ?? 80 }
  const code = await runKhancap(args, {
    version: '0.0.0',
    out: text => void out.write(text),
    err: text => void err.write(text),
    columns: screen.columns,
    errColumns: machine.columns ?? null,
    station: async () => ({
      environment: {
        passphraseFile: null,
        editor: null,
        memoryFolder: null,
        runtimeFolder: null,
        locale: 'C',
        workFactor: 4,
        ...machine.environment,
      },
      printer: printer({
        out: { stream: out, ...screen },
        words: { stream: err, ...screen },
        colour: machine.colour ?? false,
      }),
      asker: machine.asker ?? nobody,
      stdin: Object.assign(
        Readable.from(machine.stdin === undefined ? [] : [Buffer.from(machine.stdin)]),
        { isTTY: machine.typing ?? false },
      ),
      folder: { ...configFolder(machine.folder), ...machine.disk },
      self: [process.execPath, inCheckout('cli/khancap.mjs')],
      fullScreen: null,
      unheard: machine.unheard ?? new AbortController().signal,
      now: machine.now ?? Date.now,
      primitives: nodePrimitives,
    }),
  })
  if (args.includes('--json')) expectPrinted(args, { code, ...said })
  return { code, ...said }
}
