// The age plugin protocol (C2SP age-plugin): a program of its own, `age-plugin-NAME`, wraps and unwraps file keys, with a
// hardware key or whatever it stands for. It is found on the PATH, and sees wrapped keys only, never the identity.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { decodeBase64Bare } from '../../src/core/encoding/base64url.js'
import { fromUtf8, utf8 } from '../../src/core/encoding/bytes.js'
import { printStanza, type Stanza } from '../../src/core/envelope/header.js'
import { type Failure, refused, unavailable } from '../failure.js'
import { type Safe, safe } from '../terminal/safe.js'
import type { Station } from './station.js'

type Machine = 'identity-v1' | 'recipient-v1'

/** Somebody has to find the key and touch it. */
const patienceMs = 180_000
const maxLineBytes = 65_536
const maxMessages = 1000

const identityShape = /^AGE-PLUGIN-([A-Z0-9+._-]{1,40})-1[02-9AC-HJ-NP-Z]{6,4000}$/
const recipientShape = /^age1([a-z0-9+._-]{1,40})1[02-9ac-hj-np-z]{6,4000}$/

/** The name in `AGE-PLUGIN-NAME-1…` or `age1name1…`; null where it is neither. */
export function pluginName(key: string): string | null {
  const name = identityShape.exec(key)?.[1]?.toLowerCase() ?? recipientShape.exec(key)?.[1] ?? null
  return name === null || name.startsWith('-') ? null : name
}

/**
 * Has a plugin unwrap the file key of a header.
 * @param identity `AGE-PLUGIN-NAME-1…`
 * @returns null where the header is not for this identity
 * @throws Failure
 */
export async function unwrapWithPlugin(
  station: Station,
  identity: string,
  stanzas: readonly Stanza[],
): Promise<Uint8Array | null> {
  let fileKey: Uint8Array | null = null
  await converse(station, identity, 'identity-v1', {
    say: [
      { args: ['add-identity', identity], body: none },
      ...stanzas.map(({ args, body }) => ({ args: ['recipient-stanza', '0', ...args], body })),
    ],
    hear: ({ args, body }) => {
      if (args[0] !== 'file-key' || args[1] !== '0' || body.length !== 16) return false
      fileKey = body
      return true
    },
  })
  return fileKey
}

/**
 * Has a plugin wrap a file key.
 * @param recipient `age1name1…`
 * @throws Failure
 */
export async function wrapWithPlugin(
  station: Station,
  recipient: string,
  fileKey: Uint8Array,
): Promise<Stanza[]> {
  const stanzas: Stanza[] = []
  await converse(station, recipient, 'recipient-v1', {
    say: [
      { args: ['add-recipient', recipient], body: none },
      { args: ['wrap-file-key'], body: fileKey },
    ],
    hear: ({ args: [command, file, ...args], body }) => {
      if (command !== 'recipient-stanza' || file !== '0' || args.length === 0) return false
      stanzas.push({ args, body })
      return true
    },
  })
  if (stanzas.length === 0)
    throw refused(
      safe`the plugin for ${recipient} wrapped nothing`,
      safe`is the key plugged in, and of this plugin? then run the same command again`,
    )
  return stanzas
}

const none = new Uint8Array()

interface Talk {
  readonly say: readonly Stanza[]
  /** What the plugin came for; false where it is something else. */
  readonly hear: (stanza: Stanza) => boolean
}

async function converse(
  station: Station,
  key: string,
  machine: Machine,
  talk: Talk,
): Promise<void> {
  const name = pluginName(key)
  if (name === null)
    throw refused(
      safe`this is no key of a plugin: ${key.slice(0, 40)}`,
      safe`the plugin prints it: a line that begins with age1 and its name, or AGE-PLUGIN-`,
    )
  const program = `age-plugin-${name}`
  const child = spawn(program, [`--age-plugin=${machine}`], { stdio: 'pipe' })
  const clock = setTimeout(() => child.kill(), patienceMs)
  const failed = new Promise<never>((_resolve, reject) => {
    child.once('error', () =>
      reject(
        unavailable(
          safe`the plugin ${program} is not on this machine`,
          safe`install it, so that ${program} is found on the PATH`,
        ),
      ),
    )
  })
  failed.catch(() => undefined)
  child.stdin.on('error', () => undefined)
  child.stderr.resume()
  try {
    await Promise.race([failed, dialogue(station, child, program, talk)])
  } finally {
    clearTimeout(clock)
    child.kill()
  }
}

async function dialogue(
  station: Station,
  child: ChildProcessWithoutNullStreams,
  program: string,
  { hear, say }: Talk,
): Promise<void> {
  const send = (args: readonly string[], body: Uint8Array = none) =>
    void child.stdin.write(printStanza({ args, body }))
  for (const { args, body } of say) send(args, body)
  send(['done'])
  let messages = 0
  for await (const stanza of stanzasOf(child.stdout)) {
    if (++messages > maxMessages) break
    const [command = '', ...args] = stanza.args
    if (command === 'done') return
    if (command === 'error') throw pluginFailure(program, args, stanza.body)
    if (hear(stanza)) send(['ok'])
    else await answer(station, program, command, args, stanza.body, send)
  }
  throw unavailable(
    safe`the plugin ${program} ended in the middle`,
    safe`is the key plugged in, and touched in time? run the same command again`,
  )
}

/** What a plugin asks of the person. Its words are anybody's: they pass the allow-list. */
async function answer(
  station: Station,
  program: string,
  command: string,
  args: readonly string[],
  body: Uint8Array,
  send: (args: readonly string[], body?: Uint8Array) => void,
): Promise<void> {
  const { asker, printer } = station
  const words: Safe = safe`${program}: ${textOf(body)}`
  if (command === 'msg') {
    printer.say(words)
    return send(['ok'])
  }
  if (command === 'request-public' || command === 'request-secret') {
    if (!asker.available) return send(['fail'])
    return send(['ok'], utf8(await asker.secret(words)))
  }
  if (command === 'confirm') {
    if (!asker.available) return send(['fail'])
    const [yes = '', no] = args.map(labelOf)
    const chosen = await asker.choose(words, [
      { value: 'yes', label: safe`${yes}` },
      ...(no === undefined ? [] : [{ value: 'no' as const, label: safe`${no}` }]),
    ])
    return send(['ok', chosen])
  }
  send(['unsupported'])
}

function labelOf(arg: string): string {
  try {
    return textOf(decodeBase64Bare(arg))
  } catch {
    return '-'
  }
}

function pluginFailure(program: string, args: readonly string[], body: Uint8Array): Failure {
  return refused(
    safe`the plugin ${program} could not do it (${args.join(' ')}): ${textOf(body)}`,
    safe`is the key plugged in, and the right one?`,
  )
}

function textOf(body: Uint8Array): string {
  try {
    return fromUtf8(body).slice(0, 1000)
  } catch {
    return ''
  }
}

function foreign(): Failure {
  return unavailable(
    safe`the plugin does not speak the protocol`,
    safe`install it again, in a version of now; khancap doctor tries it`,
  )
}

/** Stanzas as they come: a line `-> …`, then base64 in lines of 64, the last one shorter. */
async function* stanzasOf(stream: AsyncIterable<unknown>): AsyncGenerator<Stanza> {
  let args: string[] | null = null
  let encoded = ''
  for await (const line of linesOf(stream)) {
    if (args === null) {
      if (!line.startsWith('-> ')) throw foreign()
      args = line.slice(3).split(' ')
      continue
    }
    encoded += line
    if (line.length === 64) continue
    yield { args, body: bodyOf(encoded) }
    args = null
    encoded = ''
  }
}

function bodyOf(encoded: string): Uint8Array {
  try {
    return decodeBase64Bare(encoded)
  } catch {
    throw foreign()
  }
}

async function* linesOf(stream: AsyncIterable<unknown>): AsyncGenerator<string> {
  let rest = ''
  for await (const part of stream) {
    if (!(part instanceof Uint8Array)) continue
    rest += Buffer.from(part).toString('latin1')
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > maxLineBytes) throw foreign()
    yield* lines
  }
}

/** The identity in a file as plugins print it, with comments; null where there is none. */
export function firstPluginIdentity(text: string): string | null {
  const line = text
    .split('\n')
    .map(one => one.trim())
    .find(one => one.startsWith('AGE-PLUGIN-'))
  return line === undefined || pluginName(line) === null ? null : line
}
