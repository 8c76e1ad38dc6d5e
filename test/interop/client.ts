// An applicant's client written from docs/protocol.md, docs/openapi.json and the published vectors, on npm
// `age-encryption` and Node's own cryptography. It shares no line with the project: the documents are enough.
import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  randomBytes,
  randomInt,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { Decrypter, Encrypter, identityToRecipient, Stanza } from 'age-encryption'
import { entropyToMnemonic } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import * as z from 'zod'
import { documented, strictJson } from './documented.js'

// ── Conventions ─────────────────────────────────────────────────────────────────────────────────────────────

const utf8 = (text: string) => Buffer.from(text, 'utf8')
const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
export const sha256 = (...parts: readonly Uint8Array[]) =>
  createHash('sha256').update(Buffer.concat(parts)).digest()

function refuse(why: string): never {
  throw new Error(why)
}

/** Decodes what is canonical: what encodes to the same letters again. */
function decoded(text: string, alphabet: 'base64' | 'base64url', padded = false): Buffer {
  const bytes = Buffer.from(text, alphabet)
  const again = bytes.toString(alphabet)
  if ((padded ? again : again.replace(/=+$/, '')) !== text) refuse('base64 that is not canonical')
  return bytes
}

function instantOf(timestamp: string): number {
  const at = Date.parse(timestamp)
  if (Number.isNaN(at) || at < 0 || new Date(at).toISOString() !== timestamp.replace('Z', '.000Z'))
    refuse('not a timestamp')
  return at
}

// y of the points of small order, without the sign of x, also as it stands unreduced.
const smallOrder = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
])

export function verifies(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const y = Buffer.from(key)
  y[31] = (y[31] ?? 0) & 0x7f
  if (key.length !== 32 || smallOrder.has(y.toString('hex'))) return false
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: base64url(key) }
  return verify(null, message, createPublicKey({ key: jwk, format: 'jwk' }), signature)
}

const secretKey = (seed: Uint8Array) =>
  createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
    format: 'der',
    type: 'pkcs8',
  })

// ── Bech32 ──────────────────────────────────────────────────────────────────────────────────────────────────

const letters = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'

function bech32Checksum(prefix: string, values: readonly number[]): number {
  const stretched = [
    ...Array.from(prefix, letter => letter.charCodeAt(0) >> 5),
    0,
    ...Array.from(prefix, letter => letter.charCodeAt(0) & 31),
  ]
  let sum = 1
  for (const value of [...stretched, ...values]) {
    const top = sum >>> 25
    sum = ((sum & 0x1ffffff) << 5) ^ value
    for (const [bit, generator] of [
      0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3,
    ].entries())
      if (((top >> bit) & 1) === 1) sum ^= generator
  }
  return sum
}

function bech32(prefix: string, bytes: Uint8Array): string {
  const bits = Array.from(bytes, byte => byte.toString(2).padStart(8, '0')).join('')
  const values = (bits.match(/.{1,5}/g) ?? []).map(five => Number.parseInt(five.padEnd(5, '0'), 2))
  const sum = bech32Checksum(prefix, [...values, 0, 0, 0, 0, 0, 0]) ^ 1
  const check = [25, 20, 15, 10, 5, 0].map(shift => (sum >>> shift) & 31)
  return `${prefix}1${[...values, ...check].map(value => letters[value]).join('')}`
}

/** The 1216 bytes of a hybrid recipient. @throws Error where it is none, or no ML-KEM key */
function recipientBytes(recipient: string): Buffer {
  const prefix = 'age1pq'
  if (!recipient.startsWith(`${prefix}1`)) refuse('not a hybrid recipient')
  const values = Array.from(recipient.slice(prefix.length + 1), letter => letters.indexOf(letter))
  if (values.includes(-1) || bech32Checksum(prefix, values) !== 1) refuse('not Bech32')
  const bits = values
    .slice(0, -6)
    .map(value => value.toString(2).padStart(5, '0'))
    .join('')
  const bytes = Buffer.from((bits.match(/.{8}/g) ?? []).map(eight => Number.parseInt(eight, 2)))
  if (bytes.length !== 1216 || bech32(prefix, bytes) !== recipient) refuse('not a recipient')
  for (let at = 0; at < 1152; at += 3) {
    const three = bytes.readUIntLE(at, 3)
    if ((three & 0xfff) >= 3329 || three >> 12 >= 3329) refuse('not an ML-KEM key')
  }
  return bytes
}

// ── Receipt code ────────────────────────────────────────────────────────────────────────────────────────────

export interface Keys {
  readonly identity: string
  readonly recipient: string
  readonly token: Buffer
  readonly mailbox: string
  readonly additionSeed: Buffer
  readonly additionKey: string
  readonly replyKey: Buffer
}

export const mintCode = () => randomBytes(16)
export const wordsOf = (code: Uint8Array) => entropyToMnemonic(code, wordlist)

export async function keysOf(code: Uint8Array, root: string, origin: string): Promise<Keys> {
  const salt = sha256(utf8('khancap/v1/deployment\0'), Buffer.from(root, 'hex'), utf8(origin))
  const derive = (name: string) =>
    Buffer.from(hkdfSync('sha256', code, salt, utf8(`khancap/v1/${name}`), 32))
  const identity = bech32('age-secret-key-pq-', derive('reply-identity')).toUpperCase()
  const token = derive('mailbox-token')
  const additionSeed = derive('addition-key')
  const jwk = createPublicKey(secretKey(additionSeed)).export({ format: 'jwk' })
  return {
    identity,
    recipient: await identityToRecipient(identity),
    token,
    mailbox: base64url(sha256(token)),
    additionSeed,
    additionKey: jwk.x ?? refuse('no public key'),
    replyKey: derive('reply-key'),
  }
}

// ── HTTP ────────────────────────────────────────────────────────────────────────────────────────────────────

const patience = 10

/**
 * The same request again, with the same bytes, where no answer came or the service asks to come back.
 * @throws Error whose message is the type of the problem
 */
async function ask(url: string, request: RequestInit = {}, times = 1): Promise<Response> {
  const response = await fetch(url, request).catch((error: unknown) => {
    if (times < patience) return null
    throw error
  })
  if (response?.ok === true) return response
  const later = Number(response === null ? 1 : (response.headers.get('retry-after') ?? Number.NaN))
  if (response !== null && (Number.isNaN(later) || times >= patience))
    return refuse(
      z.object({ type: z.string() }).parse(documented('Problem', await response.json())).type,
    )
  await wait(later * 1000)
  return ask(url, request, times + 1)
}

// ── Signed notes ────────────────────────────────────────────────────────────────────────────────────────────

interface NoteKey {
  readonly name: string
  readonly key: string
}

/** Reads a note of at most 16 signatures. @returns its text and who of `keys` signed */
function readNote(note: string, keys: (text: string) => readonly NoteKey[]) {
  const split = note.indexOf('\n\n')
  if (split < 0 || !note.endsWith('\n')) refuse('not a note')
  const text = note.slice(0, split + 1)
  const lines = note.slice(split + 2, -1).split('\n')
  if (lines.length > 16) refuse('too many signatures')
  const known = keys(text)
  const signers = new Set<string>()
  for (const line of lines) {
    const [, name, value] = /^— ([^\s+]+) ([A-Za-z0-9+/=]+)$/u.exec(line) ?? refuse('not a note')
    if (name === undefined || value === undefined) refuse('not a note')
    const bytes = decoded(value, 'base64', true)
    const signer = known.find(({ name: its, key }) => {
      const id = sha256(utf8(its), Uint8Array.of(0x0a, 0x01), decoded(key, 'base64url'))
      return its === name && id.subarray(0, 4).equals(bytes.subarray(0, 4))
    })
    if (signer === undefined) continue
    if (!verifies(decoded(signer.key, 'base64url'), utf8(text), bytes.subarray(4)))
      refuse('a signature that does not verify')
    signers.add(signer.key)
  }
  return { text, signers }
}

// ── Directory ───────────────────────────────────────────────────────────────────────────────────────────────

const Validity = z.object({ valid_from: z.string(), valid_until: z.string().nullable() })
type Validity = z.infer<typeof Validity>
const Period = z.object({ valid_from: z.string().optional(), valid_until: z.string().optional() })
const Exclusion = Period.extend({
  handlers: z.array(z.string()),
  teams: z.array(z.string()),
  programs: z.array(z.string()),
  languages: z.array(z.string()),
  countries: z.array(z.string()),
  regions: z.array(z.string()),
})
const Opening = Validity.extend({ recipient: z.string() })
const Named = z.object({ name: z.string(), key: z.string() })
const Program = Validity.extend({
  id: z.string(),
  languages: z.array(z.string()),
  countries: z.array(z.string()),
  form: z.object({ version: z.number() }),
  service_level: z.object({ ladder: z.array(z.object({ after_seconds: z.number() })) }),
  promise: z.record(z.string(), z.string()),
  regions: z.array(z.string()).default([]),
  routing: z.array(
    Period.extend({
      languages: z.array(z.string()),
      countries: z.array(z.string()),
      regions: z.array(z.string()).default([]),
      team: z.string(),
    }),
  ),
  fallback_team: z.string(),
  slip: z.enum(['sealed', 'none']),
})
type Program = z.infer<typeof Program>
/** The part of a directory that an applicant needs; the whole is checked against the document before. */
const Directory = z.object({
  origin: z.string(),
  sequence: z.number(),
  previous: z.string().nullable(),
  valid_from: z.string(),
  expires: z.string(),
  minimum_client: z.number(),
  key_retention_days: z.number(),
  root: z.object({ threshold: z.number(), keys: z.array(Named) }),
  receipt_keys: z.array(Named),
  router: z.array(Opening),
  teams: z.array(z.object({ id: z.string() })),
  handlers: z.array(
    Validity.extend({
      id: z.string(),
      recipients: z.array(Opening),
      signing_keys: z.array(z.object({ key: z.string() })),
      teams: z.array(z.string()),
    }),
  ),
  programs: z.array(Program),
  exclusions: z.array(Exclusion).default([]),
})
type Directory = z.infer<typeof Directory>

/** A directory that verified, and SHA-256 of its note. */
export interface Known {
  readonly directory: Directory
  readonly root: string
  readonly hash: string
}

export function fingerprint(root: Directory['root']): string {
  const parts = root.keys
    .toSorted((one, other) => Buffer.compare(utf8(one.name), utf8(other.name)))
    .flatMap(({ name, key }) => {
      const bytes = utf8(name)
      return [Uint8Array.of(bytes.length), bytes, decoded(key, 'base64url')]
    })
  const counts = Uint8Array.of(root.threshold, root.keys.length)
  return sha256(utf8('khancap/v1/root\0'), counts, ...parts).toString('hex')
}

const day = 86_400_000

function refuseTwice(what: string, names: readonly string[]): void {
  if (new Set(names).size !== names.length) refuse(`${what}: one stands twice`)
}

function checkRules(directory: Directory): void {
  const { root, receipt_keys, router, teams, handlers, programs } = directory
  for (const [what, list] of Object.entries({ root: root.keys, receipt_keys })) {
    refuseTwice(
      `names of ${what}`,
      list.map(one => one.name),
    )
    refuseTwice(
      `keys of ${what}`,
      list.map(one => one.key),
    )
  }
  for (const [what, list] of Object.entries({ teams, handlers, programs }))
    refuseTwice(
      what,
      list.map(one => one.id),
    )
  const recipients = [...router, ...handlers.flatMap(handler => handler.recipients)]
  for (const { recipient } of recipients) recipientBytes(recipient)
  refuseTwice(
    'recipients',
    recipients.map(one => one.recipient),
  )
  refuseTwice(
    'signing keys',
    handlers.flatMap(one => one.signing_keys.map(({ key }) => key)),
  )
  const named = [
    ...handlers.flatMap(handler => handler.teams),
    ...programs.flatMap(program => [
      program.fallback_team,
      ...program.routing.map(row => row.team),
    ]),
  ]
  if (!named.every(team => teams.some(({ id }) => id === team))) refuse('a team that is not there')
  for (const { service_level } of programs) {
    const steps = service_level.ladder.map(rung => rung.after_seconds)
    if (steps.some((step, at) => step < (steps[at - 1] ?? 0))) refuse('a ladder that descends')
  }
  if ((directory.previous === null) !== (directory.sequence === 1)) refuse('previous')
  if (directory.origin.length > 110) refuse('a long origin')
}

/** Verifies a directory against the pinned root, the clock, and the one that is remembered. */
export function verifyDirectory(
  bytes: Uint8Array,
  root: string,
  now: number,
  remembered: Known | null = null,
): Known {
  if (bytes.length > 1_048_576) refuse('a large directory')
  const note = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  let directory: Directory | null = null
  const { signers } = readNote(note, text => {
    const [label, origin, json = '', end, ...more] = text.split('\n')
    if (label !== 'khancap/v1/directory' || end !== '' || more.length > 0) refuse('not a directory')
    directory = Directory.parse(documented('Directory', strictJson(utf8(json), 16)))
    if (directory.origin !== origin) refuse('two origins')
    return directory.root.keys
  })
  const read = Directory.parse(directory)
  if (fingerprint(read.root) !== root) refuse('another root than the pinned one')
  if (signers.size < read.root.threshold) refuse('too few signatures')
  const from = instantOf(read.valid_from)
  const expires = instantOf(read.expires)
  if (expires <= now || expires > from + 90 * day || from > now + day) refuse('not valid now')
  checkRules(read)
  const hash = base64url(sha256(bytes))
  if (remembered !== null && remembered.hash !== hash) {
    const { directory: last } = remembered
    if (read.sequence <= last.sequence || read.origin !== last.origin) refuse('an older directory')
    if (read.sequence === last.sequence + 1 && read.previous !== remembered.hash) refuse('a fork')
  }
  if (read.minimum_client > 1) refuse('a newer client is needed')
  return { directory: read, root, hash }
}

export async function fetchDirectory(url: string, root: string): Promise<Known> {
  const response = await ask(`${url}/v1/directory`)
  if (response.headers.get('content-type') !== 'text/plain; charset=utf-8') refuse('not a note')
  return verifyDirectory(new Uint8Array(await response.arrayBuffer()), root, Date.now())
}

function isValid(
  { valid_from, valid_until }: Validity | z.infer<typeof Period>,
  at: number,
): boolean {
  return (
    (valid_from === undefined || instantOf(valid_from) <= at) &&
    (valid_until === undefined || valid_until === null || at < instantOf(valid_until))
  )
}

function newest(generations: readonly z.infer<typeof Opening>[], at: number): string | null {
  const [last] = generations
    .filter(one => isValid(one, at))
    .toSorted((one, other) => instantOf(other.valid_from) - instantOf(one.valid_from))
  return last?.recipient ?? null
}

type Handler = Directory['handlers'][number]

function teamOf({ handlers }: Directory, team: string, at: number): Handler[] {
  return handlers.filter(
    handler =>
      handler.teams.includes(team) &&
      isValid(handler, at) &&
      newest(handler.recipients, at) !== null,
  )
}

/** A recipient for each place; whoever is kept out has one that nobody can open. */
async function recipientsIn(
  directory: Directory,
  teams: readonly string[],
  isOut: (handler: Handler) => boolean,
  at: number,
): Promise<string[]> {
  const readers = [...new Set(teams.flatMap(team => teamOf(directory, team, at)))].slice(0, 64)
  if (readers.every(isOut)) refuse('nobody can read it')
  const nobody = () =>
    identityToRecipient(bech32('age-secret-key-pq-', randomBytes(32)).toUpperCase())
  return Promise.all(
    readers.map(async handler => {
      const recipient = isOut(handler) ? null : newest(handler.recipients, at)
      return recipient ?? (await nobody())
    }),
  )
}

export function programOf({ directory }: Known, id: string, at: number): Program {
  const program = directory.programs.find(one => one.id === id && isValid(one, at))
  return program ?? refuse('no such program')
}

export interface Facts {
  readonly language: string
  readonly country: string
  readonly region: string | null
}

const isIn = (list: readonly string[], value: string | null) =>
  list.length === 0 || (value !== null && list.includes(value))

/** To whom routing gives a request. @throws Error where there is nobody */
export function readersOf(
  { directory }: Known,
  program: Program,
  { language, country, region: named }: Facts,
  at: number,
): Promise<string[]> {
  const within = (list: readonly string[]) => list.filter(one => one.startsWith(`${country}-`))
  const region = named !== null && within([named]).length > 0 ? named : null
  const parts = within(program.regions)
  const isUncovered =
    country !== 'unknown' &&
    !program.countries.includes(country) &&
    (parts.length === 0 || (region !== null && !parts.includes(region)))
  const row = program.routing.find(
    one =>
      isValid(one, at) &&
      (isIn(one.languages, language) ||
        (one.languages.includes('other') && !program.languages.includes(language))) &&
      (isIn(one.countries, country) || (one.countries.includes('not_covered') && isUncovered)) &&
      isIn(one.regions, region),
  )
  const exclusions = directory.exclusions.filter(
    one =>
      isValid(one, at) &&
      isIn(one.programs, program.id) &&
      isIn(one.languages, language) &&
      isIn(one.countries, country) &&
      (one.regions.length === 0 ||
        (region === null ? within(one.regions).length > 0 : one.regions.includes(region))),
  )
  const isOut = ({ id, teams }: Handler) =>
    exclusions.some(
      one => one.handlers.includes(id) || one.teams.some(team => teams.includes(team)),
    )
  const candidates = [
    row?.team ?? program.fallback_team,
    program.fallback_team,
    ...directory.teams.map(team => team.id),
  ]
  const team = candidates.find(one => teamOf(directory, one, at).some(each => !isOut(each)))
  if (team === undefined) refuse('nobody can read it')
  return recipientsIn(directory, [team, program.fallback_team], isOut, at)
}

// ── Sealed files ────────────────────────────────────────────────────────────────────────────────────────────

const kinds = ['envelope', 'slip', 'addition', 'reply', 'note', 'letter'] as const
const channels = ['web', 'mail', 'offline'] as const
const Context = z.object({
  kind: z.enum(kinds),
  channel: z.enum(channels),
  origin: z.string(),
  directory_sequence: z.number(),
  directory_sha256: z.string(),
})
type Context = z.infer<typeof Context>

export function contextOf({ directory, hash }: Known, kind: Context['kind']): Context {
  return {
    kind,
    channel: 'web',
    origin: directory.origin,
    directory_sequence: directory.sequence,
    directory_sha256: hash,
  }
}

export function contextBytes(context: Context): Buffer {
  const origin = utf8(context.origin)
  const head = Buffer.alloc(11)
  head.set([1, kinds.indexOf(context.kind) + 1, channels.indexOf(context.channel) + 1])
  head.writeBigUInt64BE(BigInt(context.directory_sequence), 3)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(origin.length)
  return Buffer.concat([head, decoded(context.directory_sha256, 'base64url'), length, origin])
}

function readContext(bytes: Buffer): Context {
  if (bytes.length < 45 || bytes[0] !== 1) refuse('not a context')
  const context = Context.parse(
    documented('Context', {
      kind: kinds[(bytes[1] ?? 0) - 1],
      channel: channels[(bytes[2] ?? 0) - 1],
      directory_sequence: Number(bytes.readBigUInt64BE(3)),
      directory_sha256: base64url(bytes.subarray(11, 43)),
      origin: bytes.subarray(45).toString('utf8'),
    }),
  )
  if (bytes.length > 45 + 110 || !contextBytes(context).equals(bytes)) refuse('not a context')
  return context
}

function padme(length: number): number {
  const e = Math.floor(Math.log2(length))
  const unit = 2 ** (e - (Math.floor(Math.log2(e)) + 1))
  return Math.ceil(length / unit) * unit
}

const paddedSize = (kind: Context['kind'], json: number) =>
  kind === 'slip' ? 512 : Math.max(4096, padme(json + 1))

/** Seals a content to hybrid recipients. */
export async function seal(
  content: { readonly context: Context },
  recipients: readonly string[],
): Promise<Buffer> {
  const { context } = content
  const schema = `${context.kind.charAt(0).toUpperCase()}${context.kind.slice(1)}Content`
  const json = utf8(
    JSON.stringify(documented(schema, content), (_key, member: unknown) =>
      typeof member === 'string' ? member.replace(/\p{Surrogate}/gu, '\uFFFD') : member,
    ),
  )
  const text = Buffer.alloc(paddedSize(context.kind, json.length), ' ')
  if (json.length + 1 > text.length) refuse('too long')
  text.set(json)
  text.set([0x0a], text.length - 1)
  await testPrimitives()
  const left = [...new Set(recipients)]
  if (left.length < 1 || left.length > 64) refuse('not one to 64 readers')
  const encrypter = new Encrypter()
  while (left.length > 0)
    for (const recipient of left.splice(randomInt(left.length), 1)) {
      recipientBytes(recipient)
      encrypter.addRecipient(recipient)
    }
  encrypter.addRecipient({
    wrapFileKey: () => [new Stanza(['khancap/ctx-v1'], contextBytes(context))],
  })
  const sealed = Buffer.from(await encrypter.encrypt(text))
  readShape(sealed)
  await testPrimitives()
  return sealed
}

/** What everybody can see of a sealed file. @throws Error where it does not have the shape of the document */
export function readShape(sealed: Buffer): { readonly context: Context; readonly readers: number } {
  const end = sealed.indexOf('\n--- ')
  const stop = sealed.indexOf('\n', end + 1)
  if (sealed.length > 262_144 || end < 0 || stop < 0 || stop >= 131_072) refuse('not a sealed file')
  const [version, ...lines] = sealed.subarray(0, end).toString('latin1').split('\n')
  const mac = sealed.subarray(end + 5, stop).toString('latin1')
  if (version !== 'age-encryption.org/v1') refuse('not a sealed file')
  if (decoded(mac, 'base64').length !== 32) refuse('not a MAC')
  const stanzas: { args: string[]; body: Buffer }[] = []
  while (lines.length > 0) {
    const [arrow, ...args] = (lines.shift() ?? '').split(' ')
    if (arrow !== '->' || !args.every(arg => /^[\x21-\x7e]+$/.test(arg))) refuse('not a stanza')
    const size = lines.findIndex(line => line.length < 64) + 1
    const body = size === 0 ? refuse('not a stanza') : lines.splice(0, size)
    if (body.slice(0, -1).some(line => line.length !== 64)) refuse('not a stanza')
    stanzas.push({ args, body: decoded(body.join(''), 'base64') })
  }
  const last = stanzas.pop()
  if (last?.args.join(' ') !== 'khancap/ctx-v1') refuse('the context does not come last')
  const context = readContext(last.body)
  if (stanzas.length < 1 || stanzas.length > 64) refuse('not one to 64 readers')
  for (const { args, body } of stanzas)
    if (
      args.length !== 2 ||
      args[0] !== 'mlkem768x25519' ||
      decoded(args[1] ?? '', 'base64').length !== 1120 ||
      body.length !== 32
    )
      refuse('another kind of recipient')
  const payload = sealed.length - stop - 1 - 16
  const text = payload - 16 * Math.ceil(payload / (65_536 + 16))
  if (text < 512 || paddedSize(context.kind, text - 1) !== text) refuse('not a size of padding')
  return { context, readers: stanzas.length }
}

/**
 * Opens a sealed file. @returns null where it is for somebody else
 * @throws Error where it is not what was expected
 */
export async function open(
  sealed: Buffer,
  identity: string,
  expected: {
    readonly kind: Context['kind']
    readonly origin: string
    /** The directory that the reader knows, where it knows one. */
    readonly known?: Known
  },
): Promise<unknown> {
  const { context } = readShape(sealed)
  if (context.kind !== expected.kind || context.origin !== expected.origin) refuse('not expected')
  const { known } = expected
  if (known?.directory.sequence === context.directory_sequence)
    if (known.hash !== context.directory_sha256) refuse('another directory')
  const decrypter = new Decrypter()
  decrypter.addIdentity(identity)
  let text: Buffer
  try {
    text = Buffer.from(await decrypter.decrypt(sealed))
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('no identity matched')) return null
    throw error
  }
  return readText(text, context)
}

/** The content of a padded text. */
export function readText(text: Buffer, context: Context): unknown {
  const length = text.lastIndexOf('}') + 1
  const json = text.subarray(0, length)
  const rest = text.subarray(length).toString('latin1')
  if (json[0] !== 0x7b || !/^ *\n$/.test(rest)) refuse('not a padded object')
  if (text.length !== paddedSize(context.kind, length)) refuse('not a size of padding')
  const schema = `${context.kind.charAt(0).toUpperCase()}${context.kind.slice(1)}Content`
  const content = documented(schema, strictJson(json, 6))
  const inside = Context.parse(z.object({ context: z.unknown() }).parse(content).context)
  if (!contextBytes(inside).equals(contextBytes(context))) refuse('two contexts')
  return content
}

// ── Known answers ───────────────────────────────────────────────────────────────────────────────────────────

const Vector = z.object({ sealed: z.string(), message: z.object({ text: z.string() }) })
const vector = Vector.parse(JSON.parse(await readFile('test/vectors/v1/reply.json', 'utf8')))

/** The worked example of "Receipt code", and the published reply to it. @throws Error where one comes out otherwise */
async function testPrimitives(): Promise<void> {
  const origin = 'https://help.example.org'
  const code = Buffer.from('dddcf6c03bd4c82d9ee7e694e9b68e63', 'hex')
  const root = 'b6f780b139b54924ba007df8b98f024e2c1b908fcdac755d26d66b943126dc5b'
  const keys = await keysOf(code, root, origin)
  const mailbox = '69ee58ab7c342fed6c893efe705016bf06becb4d659db3b7d209334cb3fa2839'
  const addition = 'a65ed228b688dd0e3486adc9f1617e10884721e0c0c0afeae998fb0154d2548d'
  const { text } = await readReply(decoded(vector.sealed, 'base64url'), keys, { origin })
  if (
    decoded(keys.mailbox, 'base64url').toString('hex') !== mailbox ||
    decoded(keys.additionKey, 'base64url').toString('hex') !== addition ||
    text !== vector.message.text
  )
    refuse('the primitives are not what they should be')
}

// ── Request and receipt ─────────────────────────────────────────────────────────────────────────────────────

export type Answers = Readonly<Record<string, unknown>>

export interface Request {
  readonly program: string
  readonly pageLanguage: string
  readonly answers: Answers
}

/** When the applicant's own date is: its time or the start of the day, on the clock of its zone or of UTC. */
export function deadlineOf(answer: unknown): string | null {
  const read = z
    .object({ date: z.string(), time: z.string().optional(), zone: z.string().optional() })
    .safeParse(answer)
  if (!read.success || read.data.date.length !== 10) return null
  const { date, time = '00:00', zone = 'UTC' } = read.data
  const wanted = Date.parse(`${date}T${time}:00Z`)
  // The zone's clock, written as if it were UTC; "sv" writes it the ISO way.
  const clock = (at: number) =>
    Date.parse(`${new Date(at).toLocaleString('sv', { timeZone: zone }).replace(' ', 'T')}Z`)
  let at = wanted
  for (const _ of [1, 2]) at -= clock(at) - wanted
  return new Date(at).toISOString().replace('.000Z', 'Z')
}

const isText = (value: unknown): value is string => typeof value === 'string'

/** The facts of a slip, from the answers. */
export function factsOf(program: string, answers: Answers) {
  const pick = (test: (value: string) => boolean, ...values: readonly unknown[]) =>
    values.filter(isText).find(test) ?? null
  const jurisdiction = z.object({ country: z.unknown() }).safeParse(answers['jurisdiction']).data
  const urgencies = ['happening_now', 'within_48h', 'within_7d', 'ongoing', 'past']
  const isRegion = (text: string) => /^[A-Z]{2}-[A-Z0-9]{1,3}$/.test(text)
  const region = pick(isRegion, answers['region'], answers['event_region'])
  return {
    program,
    language: pick(() => true, answers['reply_language']) ?? 'other',
    country:
      pick(() => true, answers['country'], jurisdiction?.country, region?.slice(0, 2)) ?? 'unknown',
    region,
    urgency: pick(text => urgencies.includes(text), answers['time_pressure']),
    deadline: deadlineOf(answers['deadline'] ?? answers['next_deadline']),
  }
}

export interface Submission {
  readonly body: {
    readonly id: string
    readonly directory_version: number
    readonly slip: string | null
    readonly envelope: string
    readonly mailbox: string
  }
  readonly envelope: Buffer
  readonly slip: Buffer | null
}

/** Steps 2 and 3: everything that is sent, and nothing is sent yet. */
export async function sealRequest(
  known: Known,
  keys: Keys,
  request: Request,
  now = Date.now(),
): Promise<Submission> {
  const program = programOf(known, request.program, now)
  const facts = factsOf(program.id, request.answers)
  const written = {
    v: 1,
    kind: 'envelope',
    program: program.id,
    form_version: program.form.version,
    language: facts.language,
    page_language: request.pageLanguage,
    answers: request.answers,
    promise: program.promise[request.pageLanguage] ?? refuse('no promise'),
    reply: {
      recipient: keys.recipient,
      key: base64url(keys.replyKey),
      addition_key: keys.additionKey,
    },
    attachments: [],
    context: contextOf(known, 'envelope'),
  }
  const envelope = await seal(written, await readersOf(known, program, facts, now))
  const router = newest(known.directory.router, now) ?? refuse('no router')
  const content = {
    v: 1,
    kind: 'slip',
    envelope: base64url(sha256(envelope)),
    ...facts,
    context: contextOf(known, 'slip'),
  }
  const slip = program.slip === 'sealed' ? await seal(content, [router]) : null
  const body = documented('IntakeRequest', {
    id: base64url(randomBytes(16)),
    directory_version: known.directory.sequence,
    slip: slip === null ? null : base64url(slip),
    envelope: base64url(envelope),
    mailbox: keys.mailbox,
  })
  return { body, envelope, slip }
}

async function post(url: string, body: unknown, token?: Buffer) {
  const response = await ask(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${base64url(token)}` }),
    },
    body: JSON.stringify(body),
  })
  const said: unknown = await response.json()
  return { status: response.status, said }
}

/** What a receipt says, once its signature has verified. */
export function readReceipt(note: string, { directory }: Known) {
  const { text, signers } = readNote(note, () => directory.receipt_keys)
  if (signers.size === 0) refuse('a receipt that nobody signed')
  const [label, ...lines] = text.split('\n')
  const promises = lines.filter(line => line.startsWith('due '))
  const names = ['origin', 'intake', 'envelope', 'slip', 'received']
  const order = [...names, ...promises.map(() => 'due'), 'directory']
  const values = order.map((name, at) => {
    const line = lines[at] ?? ''
    return line.startsWith(`${name} `) ? line.slice(name.length + 1) : refuse(`no ${name}`)
  })
  const ended = lines.length === order.length + 1 && lines[order.length] === ''
  if (label !== 'khancap/v1/receipt' || !ended) refuse('no receipt')
  const [origin, intake, envelope, slip, received = ''] = values
  const sequence = values.at(-1)
  const due = promises.map(line => {
    const [, program, by = ''] = line.split(' ')
    instantOf(by)
    if (!by.endsWith(':00:00Z')) refuse('not an hour')
    return { program, by }
  })
  if (!received.endsWith(':00:00Z')) refuse('not an hour')
  if (!/^[1-9]\d*$/.test(sequence ?? '')) refuse('not a sequence')
  const content = {
    origin,
    intake,
    envelope,
    slip: slip === '-' ? null : slip,
    received,
    due,
    directory: Number(sequence),
  }
  instantOf(received)
  if (origin !== directory.origin) refuse('a receipt from elsewhere')
  return documented('ReceiptContent', content)
}

const IntakeReceipt = z.object({ id: z.string(), receipt: z.string() })

/** Step 4, again with the same bytes where no answer came, and step 5: the receipt is compared with what was sent. */
export async function submit(url: string, known: Known, submission: Submission) {
  const { body, envelope, slip } = submission
  const { status, said } = await post(`${url}/v1/intakes`, body)
  const answer = IntakeReceipt.parse(documented('IntakeReceipt', said))
  const receipt = readReceipt(answer.receipt, known)
  if (
    answer.id !== body.id ||
    receipt.intake !== body.id ||
    receipt.envelope !== base64url(sha256(envelope)) ||
    receipt.slip !== (slip === null ? null : base64url(sha256(slip))) ||
    receipt.directory !== known.directory.sequence
  )
    refuse('a receipt for something else')
  return { status, note: answer.receipt, receipt }
}

// ── Mailbox ─────────────────────────────────────────────────────────────────────────────────────────────────

const Mailbox = z.object({
  state: z.string(),
  program: z.string().nullable(),
  team: z.string().nullable(),
  due_at: z.string().nullable(),
  replies: z.array(z.object({ id: z.string(), sealed: z.string(), at: z.string() })),
  additions: z.array(z.object({ id: z.string() })),
})
type Mailbox = z.infer<typeof Mailbox>

export async function lookIntoMailbox(
  url: string,
  keys: Keys,
  read: readonly string[] = [],
): Promise<Mailbox> {
  const body = documented('MailboxRequest', { read })
  const { said } = await post(`${url}/v1/mailbox`, body, keys.token)
  return Mailbox.parse(documented('MailboxView', said))
}

const Reply = z.object({ message: z.string(), mac: z.string() })
const Message = z.object({ text: z.string(), language: z.string(), hour: z.string() })

/** The message of a reply, read only after its MAC has verified. @throws Error where it is not for this code */
export async function readReply(
  sealed: Buffer,
  keys: Keys,
  expected: { readonly origin: string; readonly known?: Known },
): Promise<z.infer<typeof Message>> {
  const opened = await open(sealed, keys.identity, { ...expected, kind: 'reply' })
  const { message, mac } = Reply.parse(opened ?? refuse('a reply to somebody else'))
  const own = createHmac('sha256', keys.replyKey)
    .update('khancap/v1/reply\0')
    .update(message)
    .digest()
  const its = decoded(mac, 'base64url')
  if (its.length !== own.length || !timingSafeEqual(its, own)) refuse('a reply that is not true')
  return Message.parse(documented('ReplyMessage', strictJson(utf8(message), 6)))
}

export function signAddition(keys: Keys, sealed: Uint8Array): Buffer {
  const message = Buffer.concat([utf8('khancap/v1/addition\0'), sha256(sealed)])
  return sign(null, message, secretKey(keys.additionSeed))
}

/** Seals, signs and sends something more, to those whom the mailbox and the directory name. */
export async function add(
  url: string,
  known: Known,
  keys: Keys,
  mailbox: Mailbox,
  text: string,
): Promise<string> {
  const { directory } = known
  const fallbacks = directory.programs
    .filter(({ id }) => mailbox.program === null || id === mailbox.program)
    .map(program => program.fallback_team)
  const teams = mailbox.team === null ? fallbacks : [mailbox.team, ...fallbacks]
  const now = Date.now()
  const exclusions = directory.exclusions.filter(
    one => isValid(one, now) && (mailbox.program === null || isIn(one.programs, mailbox.program)),
  )
  const isOut = (handler: Handler) =>
    exclusions.some(
      one =>
        one.handlers.includes(handler.id) || one.teams.some(each => handler.teams.includes(each)),
    )
  const readers = await recipientsIn(directory, teams, isOut, now)
  const content = {
    v: 1,
    kind: 'addition',
    text,
    form_version: null,
    answers: null,
    attachments: [],
    context: contextOf(known, 'addition'),
  }
  const sealed = await seal(content, readers)
  const body = documented('AdditionRequest', {
    id: base64url(randomBytes(16)),
    directory_version: directory.sequence,
    sealed: base64url(sealed),
    signature: base64url(signAddition(keys, sealed)),
  })
  const { said } = await post(`${url}/v1/mailbox/additions`, body, keys.token)
  return z.object({ id: z.literal(body.id) }).parse(documented('AdditionReceipt', said)).id
}
