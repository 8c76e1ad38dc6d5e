// The demo's organisation as data: who is in it (demo/organisation.json), and the signed directory that follows from
// it. A directory is made anew, with the next sequence, where anything that it says has changed or its end is near.
import * as z from 'zod'
import { Directory, DirectoryHandler, Team } from '../schemas/directory.js'
import { type Instant, Slug } from '../schemas/encoding.js'
import { shippedPrograms } from '../schemas/programs/shipped.js'
import { type Program, ServiceLevel } from '../schemas/program.js'
import type { PublicIdentity } from '../schemas/settings.js'
import type { SignedSite } from '../schemas/site.js'
import { signDirectory, type VerifiedDirectory, verifyDirectory } from '../keys/directory.js'
import type { NoteSigner } from '../keys/note.js'
import { rootFingerprint } from '../keys/root.js'
import type { Primitives } from './core/crypto/primitives.js'
import { encodeBase64url } from './core/encoding/base64url.js'
import { floorToHour, formatTimestamp, parseTimestamp } from './core/encoding/timestamp.js'
import { findHoles } from './core/routing/holes.js'
import { StartFailure } from './start-failure.js'

const day = 86_400_000
const lifeDays = 89
/** A directory that ends sooner than this is replaced at the next start. */
const renewDays = 30
/** Fixed, so that a restart changes nothing: keys of the demo have no history. */
const forEver = { valid_from: '2020-01-01T00:00:00Z', valid_until: null }

export const DemoSource = z.strictObject({
  name: z.string().min(1).max(120),
  teams: z.array(Team).min(1).max(100),
  handlers: z
    .array(DirectoryHandler.pick({ id: true, roles: true, teams: true, languages: true }))
    .min(1)
    .max(500),
  programs: z.array(Slug).min(1).max(20).describe('Of the shipped ones'),
  service_levels: z
    .record(Slug, ServiceLevel)
    .default({})
    .describe('By program, in the place of the shipped ones: a ladder in seconds shows the clock'),
})
export type DemoSource = z.infer<typeof DemoSource>

export interface DemoKeys {
  readonly root: NoteSigner
  readonly receipt: NoteSigner
  readonly routerRecipient: string
  readonly handlers: readonly PublicIdentity[]
}

/** The fingerprint that pages and handlers of this demo pin. */
export function demoRoot(primitives: Primitives, keys: DemoKeys): Promise<string> {
  return rootFingerprint(primitives, rootOf(primitives, keys))
}

/**
 * The directory that the demo should publish now.
 * @param latest the one that it published last, or null
 * @param given.address where the service is reached
 * @param given.site the pages that it serves, where they were built
 * @returns `latest` itself where it still says everything, and for long enough
 * @throws StartFailure where the source would leave a case to nobody
 */
export async function demoDirectory(
  primitives: Primitives,
  source: DemoSource,
  keys: DemoKeys,
  given: {
    readonly latest: VerifiedDirectory | null
    readonly address: string
    readonly site?: SignedSite | null
    readonly now: Instant
  },
): Promise<VerifiedDirectory> {
  const { latest, address, site = null, now } = given
  const from = floorToHour(now)
  const wanted: Directory = {
    v: 1,
    name: source.name,
    demo: true,
    // The first address for ever: receipt codes are salted with it.
    origin: latest?.directory.origin ?? address,
    addresses: [address],
    sequence: (latest?.directory.sequence ?? 0) + 1,
    previous: latest === null ? null : encodeBase64url(latest.sha256),
    valid_from: formatTimestamp(from),
    expires: formatTimestamp(from + lifeDays * day),
    minimum_client: 1,
    key_retention_days: 30,
    root: rootOf(primitives, keys),
    receipt_keys: [publicHalf(primitives, keys.receipt)],
    router: [{ recipient: keys.routerRecipient, ...forEver }],
    teams: source.teams,
    handlers: source.handlers.map(handler => handlerOf(handler, keys)),
    programs: source.programs.map(id => programOf(id, source)),
    ...(site === null ? {} : { site: [site] }),
  }
  if (
    latest !== null &&
    whatItSays(latest.directory) === whatItSays(wanted) &&
    parseTimestamp(latest.directory.expires) - now > renewDays * day &&
    parseTimestamp(latest.directory.valid_from) <= now
  )
    return latest
  const [hole] = findHoles(wanted)
  if (hole !== undefined)
    throw new StartFailure(
      `the demo organisation leaves requests to nobody (${hole.code}: ${hole.where}): mend organisation.json`,
    )
  const note = await signDirectory(primitives, wanted, [keys.root])
  return verifyDirectory(primitives, note, { root: await demoRoot(primitives, keys), now })
}

/** Everything but its place in the chain and its time, in the order of the schema. */
function whatItSays(directory: Directory): string {
  const { valid_from } = forEver
  const timeless = { sequence: 1, previous: null, valid_from, expires: valid_from }
  return JSON.stringify(Directory.parse({ ...directory, ...timeless }))
}

function publicHalf(primitives: Primitives, { name, seed }: NoteSigner) {
  return { name, key: encodeBase64url(primitives.ed25519PublicKey(seed)) }
}

function rootOf(primitives: Primitives, keys: DemoKeys): Directory['root'] {
  return { threshold: 1, keys: [publicHalf(primitives, keys.root)] }
}

function handlerOf(handler: DemoSource['handlers'][number], keys: DemoKeys): DirectoryHandler {
  const identity = keys.handlers.find(each => each.handler === handler.id)
  if (identity === undefined) throw new RangeError(`"keys" expected an identity of ${handler.id}`)
  return {
    ...handler,
    recipients: identity.recipients.map(recipient => ({ recipient, ...forEver })),
    signing_keys: identity.signing_keys.map(key => ({ key, ...forEver })),
    ...forEver,
  }
}

function programOf(id: string, source: DemoSource): Program {
  const program = shippedPrograms.find(each => each.id === id)
  if (program === undefined)
    throw new StartFailure(`organisation.json names a program that is not shipped: ${id}`)
  return { ...program, service_level: source.service_levels[id] ?? program.service_level }
}
