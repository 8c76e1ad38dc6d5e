// The identity as a command works with it: in the agent where one holds it, else unlocked here for this one command. In
// place of the agent's secrets stand handles, which its primitives take for the true ones.
import type { Identity } from '../../keys/identity.js'
import type { HandlerSettings } from '../../schemas/settings.js'
import type { PassphrasePrimitives } from '../../src/core/crypto/primitives.js'
import { decodeBase64url, encodeBase64url } from '../../src/core/encoding/base64url.js'
import { hex } from '../../src/core/encoding/bytes.js'
import { decodeRecipient, encodeIdentity } from '../../src/core/envelope/age-keys.js'
import { unlockIdentity } from '../station/identity.js'
import type { PassphraseOptions, Station } from '../station/station.js'
import { safe } from '../terminal/safe.js'
import { type AgentLine, agentLine } from './line.js'
import type { AgentIdentity } from '../../schemas/agent.js'

export interface AtHand {
  readonly identity: Identity
  /** The station whose primitives know the identity's keys. */
  readonly station: Station
}

/** @throws Failure, KhancapError `identity_locked`, `identity_malformed` */
export async function identityAtHand(
  station: Station,
  options: PassphraseOptions,
  settings: HandlerSettings | null,
): Promise<AtHand> {
  // Who names a passphrase on the line means that one.
  const isNamed = options.passphraseFile !== undefined || options.passphraseCommand !== undefined
  const held = isNamed ? null : await heldByAgent(station)
  if (held !== null) return held
  const { identity } = await unlockIdentity(station, options, settings)
  return { identity, station }
}

async function heldByAgent(station: Station): Promise<AtHand | null> {
  const line = await agentLine(station)
  if (line === null) return null
  const held = whoIs(line)
  const onDisk = await station.folder.publicIdentity()
  if (held === null || onDisk?.recipients.join() !== held.recipients.join()) {
    line.close()
    if (held !== null)
      station.printer.say(
        safe`warning: the agent holds another identity than this folder: khancap agent stop`,
      )
    return null
  }
  const p = await station.primitives()
  const handles = {
    opening: held.recipients.map(() => p.random(32)),
    signing: held.signing_keys.map(() => p.random(32)),
  }
  const through = (asking: Asking): Station => {
    const primitives = throughAgent(p, line, held, handles, asking)
    return { ...station, isHeld: true, primitives: () => Promise.resolve(primitives) }
  }
  return {
    identity: {
      handler: held.handler,
      opening: handles.opening.map(encodeIdentity),
      signing: handles.signing,
    },
    station: { ...through({}), byItself: through({ by_itself: true }) },
  }
}

/** null where nobody answers: the socket of an agent that was killed. */
export function whoIs(line: AgentLine): AgentIdentity | null {
  try {
    const answer = line.ask({ ask: 'who' })
    return 'identity' in answer ? answer.identity : null
  } catch {
    return null
  }
}

/** Whether somebody has just typed what a question is for. */
interface Asking {
  readonly by_itself?: true
}

function throughAgent(
  p: PassphrasePrimitives,
  line: AgentLine,
  held: AgentIdentity,
  handles: { readonly opening: readonly Uint8Array[]; readonly signing: readonly Uint8Array[] },
  asking: Asking,
): PassphrasePrimitives {
  const [opening, signing] = [places(handles.opening), places(handles.signing)]
  return {
    ...p,
    xwingPublicKey(seed) {
      const recipient = held.recipients[opening.get(hex(seed)) ?? -1]
      return recipient === undefined ? p.xwingPublicKey(seed) : decodeRecipient(recipient)
    },
    xwingDecapsulate(seed, encapsulated) {
      const key = opening.get(hex(seed))
      if (key === undefined) return p.xwingDecapsulate(seed, encapsulated)
      const asked = {
        ask: 'decapsulate',
        key,
        encapsulated: encodeBase64url(encapsulated),
      } as const
      return part(line.ask(asked), 'bytes')
    },
    ed25519PublicKey(seed) {
      const known = held.signing_keys[signing.get(hex(seed)) ?? -1]
      return known === undefined ? p.ed25519PublicKey(seed) : decodeBase64url(known)
    },
    ed25519Sign(seed, bytes) {
      const key = signing.get(hex(seed))
      if (key === undefined) return p.ed25519Sign(seed, bytes)
      const asked = { ask: 'sign', key, bytes: encodeBase64url(bytes), ...asking } as const
      return part(line.ask(asked), 'signature')
    },
  }
}

function places(seeds: readonly Uint8Array[]): ReadonlyMap<string, number> {
  return new Map(seeds.map((handle, index) => [hex(handle), index]))
}

function part(answer: object, name: 'bytes' | 'signature'): Uint8Array {
  const value: unknown = new Map(Object.entries(answer)).get(name)
  if (typeof value !== 'string') throw new TypeError(`the agent gave no ${name}`)
  return decodeBase64url(value)
}
