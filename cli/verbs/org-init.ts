// `khancap org init`: makes an organisation's folder, with its root keys, and the two secrets that its server needs.
import { join, resolve } from 'node:path'
import { newSigningKey, printSigningKey } from '../../keys/signing-key.js'
import type { NoteSigner } from '../../keys/note.js'
import { rootFingerprint } from '../../keys/root.js'
import { maxKeyRetentionDays, NoteKey, Root } from '../../schemas/directory.js'
import { Origin } from '../../schemas/encoding.js'
import { shippedPrograms } from '../../schemas/programs/shipped.js'
import type { Primitives } from '../../src/core/crypto/primitives.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { floorToHour, formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { newAgeIdentity, recipientOf } from '../../src/core/envelope/age-keys.js'
import { misused, noHint, refused } from '../failure.js'
import {
  receiptKeyFile,
  rootKeyFile,
  routerIdentityFile,
  sealRootKeys,
  sourceFile,
  sourceText,
  writeTogether,
} from '../organisation/folder.js'
import { announce, orgCommand, tried } from '../organisation/steps.js'
import { isThere, readBounded } from '../station/disk.js'
import { inFours } from '../station/identity.js'
import type { Station, VerbOptions } from '../station/station.js'
import { safe } from '../terminal/safe.js'

export interface OrgInitOptions extends VerbOptions {
  readonly dir: string
  readonly name: string
  readonly origin: string
  readonly address?: readonly string[]
  readonly program?: readonly string[]
  readonly root?: readonly string[]
  readonly rootKey?: readonly string[]
  readonly threshold?: string
  readonly keyRetention: string
  readonly dryRun?: true
}

export async function makeOrganisation(station: Station, options: OrgInitOptions): Promise<void> {
  const folder = resolve(options.dir)
  if ((await readBounded(join(folder, sourceFile), 16_777_216)) !== null)
    throw refused(
      safe`there is an organisation in ${folder} already`,
      safe`--dir takes another, empty folder; this looks at the one that is there: ${orgCommand({ dir: folder }, 'check')}`,
    )
  const p = await station.primitives()
  const names =
    options.root ?? (options.rootKey === undefined ? ['root-1', 'root-2', 'root-3'] : [])
  const made = names.map(name => newSigningKey(p, name))
  const root = rootOf(p, made, options)
  const programs = shippedPrograms.filter(({ id }) => options.program?.includes(id) ?? true)
  const unknown = options.program?.find(id => !programs.some(program => program.id === id))
  if (unknown !== undefined)
    throw misused(
      safe`there is no shipped program ${unknown}`,
      safe`there are ${shippedPrograms.map(({ id }) => id).join(', ')}; khancap org add program takes one of your own`,
    )
  const retention = retentionOf(options.keyRetention)
  const receipt = newSigningKey(p, 'receipt-1')
  const router = newAgeIdentity(p)
  const addresses = [...new Set([options.origin, ...(options.address ?? [])].map(originOf))]
  const from = formatTimestamp(floorToHour(station.now()))

  const what = safe`${folder} is made, with root keys ${root.keys.map(({ name }) => name).join(', ')} (${made.length} of them here), programs ${programs.map(({ id }) => id).join(', ')} and teams ${teamsOf(programs).join(', ')}`
  const keys = made.map(key => ({ key, file: join(folder, rootKeyFile(key.name)) }))
  const secrets = {
    receipt: join(folder, receiptKeyFile),
    router: join(folder, routerIdentityFile),
  }
  await expectEmpty([...keys.map(({ file }) => file), secrets.receipt, secrets.router])
  if (!announce(station, options, what)) return tried(station, options, what)

  const source = sourceText({
    name: options.name,
    demo: false,
    origin: originOf(options.origin),
    addresses,
    minimum_client: 1,
    key_retention_days: retention,
    root,
    receipt_keys: [{ name: receipt.name, key: encodeBase64url(p.ed25519PublicKey(receipt.seed)) }],
    router: [{ recipient: recipientOf(p, router), valid_from: from, valid_until: null }],
    teams: teamsOf(programs).map(id => ({ id, names: {} })),
    handlers: [],
    programs: [...programs],
  })
  // Secrets first: a source without its keys would only look like an organisation.
  await writeTogether([
    ...(await sealRootKeys(station, options, keys)),
    { file: secrets.receipt, content: printSigningKey(p, receipt, 'receipt key') },
    { file: secrets.router, content: routerText(p, router) },
    { file: join(folder, sourceFile), content: source },
  ])
  await report(station, options, folder, root)
}

/** Keys without an organisation, before anything is announced. @throws Failure */
async function expectEmpty(files: readonly string[]): Promise<void> {
  // The first one is the one that is told.
  // oxlint-disable-next-line no-await-in-loop
  for (const file of files)
    if (await isThere(file))
      throw refused(
        safe`${file} is there already, of something else; it was left as it is`,
        safe`--dir takes another, empty folder; delete what is there only if no organisation was made with it`,
      )
}

/** As the workers read it: an age identity file. */
export function routerText(p: Primitives, identity: string): string {
  return `# khancap routing identity\n# recipient: ${recipientOf(p, identity)}\n${identity}\n`
}

async function report(
  station: Station,
  options: OrgInitOptions,
  folder: string,
  root: Root,
): Promise<void> {
  const { printer } = station
  const fingerprint = await rootFingerprint(await station.primitives(), root)
  if (options.json === true)
    printer.json({ folder, root: fingerprint, threshold: root.threshold, keys: root.keys })
  else {
    printer.sentence(safe`made ${options.name} in ${folder}`)
    printer.sentence(safe`  root fingerprint  ${inFours(Buffer.from(fingerprint, 'hex'))}`)
    printer.sentence(
      safe`  signatures        ${root.threshold} of ${root.keys.map(({ name }) => name).join(', ')}`,
    )
  }
  if (root.threshold === 1)
    printer.say(
      safe`warning: ONE key alone signs for this organisation: whoever gets it can name other handlers, and everybody believes it. It cannot be changed later without a new organisation.`,
    )
  if (root.threshold === root.keys.length && root.threshold > 1)
    printer.say(
      safe`warning: every key must sign: with one that is lost, no directory can be signed any more`,
    )
  printer.say(
    safe`next: carry each root key to its holder's own stick, and leave none of them together with another`,
  )
  printer.say(
    safe`next: print the fingerprint; it goes to every handler on paper, and to the server as KHANCAP_ROOT`,
  )
  printer.say(
    safe`next: carry ${join(folder, 'server')} to the server's secrets, then delete it here`,
  )
  printer.say(
    safe`next: khancap org add handler FILE --team TEAM, for each handler; then khancap org publish`,
  )
  printer.say(
    safe`to take it back: delete ${folder}, as long as nobody has the fingerprint; afterwards there is no way back, only another organisation with another fingerprint`,
  )
}

function rootOf(p: Primitives, made: readonly NoteSigner[], options: OrgInitOptions): Root {
  const keys = [
    ...made.map(({ name, seed }) => ({ name, key: encodeBase64url(p.ed25519PublicKey(seed)) })),
    ...(options.rootKey ?? []).map(publicKeyOf),
  ]
  if (keys.length === 1 && options.threshold === undefined)
    throw misused(
      safe`two of three root keys sign a directory, and here is one`,
      safe`--root and --root-key take more (again for each); --threshold 1 if one person alone shall sign`,
    )
  const root = Root.safeParse({ threshold: Number(options.threshold ?? 2), keys })
  const isDistinct = new Set(keys.map(({ name }) => name)).size === keys.length
  if (root.success && isDistinct) return root.data
  throw misused(
    safe`--threshold takes a number from 1 to the number of root keys, which have names of their own`,
    noHint,
  )
}

function retentionOf(given: string): number {
  const days = Number(given)
  if (Number.isInteger(days) && days >= 1 && days <= maxKeyRetentionDays) return days
  throw misused(safe`--key-retention takes days, from 1 to ${maxKeyRetentionDays}`, noHint)
}

function publicKeyOf(given: string): NoteKey {
  const [name, key] = given.split('=', 2)
  const parsed = NoteKey.safeParse({ name, key })
  if (parsed.success) return parsed.data
  throw misused(
    safe`--root-key takes NAME=KEY, as khancap org root prints it on the other machine`,
    noHint,
  )
}

function originOf(given: string): string {
  const origin = given.toLowerCase().replace(/\/+$/, '')
  if (!Origin.safeParse(origin).success)
    throw misused(safe`"${given}" is not an address: scheme, host and port, without a path`, noHint)
  return origin
}

function teamsOf(programs: typeof shippedPrograms): string[] {
  const used = programs.flatMap(({ fallback_team, routing }) => [
    fallback_team,
    ...routing.map(({ team }) => team),
  ])
  return [...new Set(used)].toSorted()
}
