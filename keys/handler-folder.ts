// The layout of a handler's config folder (KHANCAP_CONFIG_DIR). Pure: who writes it (cli/, the demo) brings the disk.
// Folders are 0700, files 0600.
//
//   settings.json     HandlerSettings
//   directory.note    the last verified directory, for work without a network
//   identity.age      an age file sealed with the passphrase; inside, the text of keys/identity.ts
//   identity.json     its PublicIdentity, readable while it is locked
//   drafts/           sealed replies that the server has not confirmed
import { KhancapError } from '../schemas/problem.js'
import { HandlerSettings, PublicIdentity } from '../schemas/settings.js'
import type { Primitives } from '../src/core/crypto/primitives.js'
import { encodeBase64url } from '../src/core/encoding/base64url.js'
import { recipientOf } from '../src/core/envelope/age-keys.js'
import type { Identity } from './identity.js'

export const settingsFile = 'settings.json'
export const directoryFile = 'directory.note'
export const identityFile = 'identity.age'
export const publicIdentityFile = 'identity.json'
/** The key of an age plugin that opens the identity, where one does. */
export const pluginIdentityFile = 'identity.plugin'
export const draftsFolder = 'drafts'

/** The half of an identity that is nobody's secret. */
export function publicIdentity(p: Primitives, identity: Identity): PublicIdentity {
  return {
    v: 1,
    handler: identity.handler,
    recipients: identity.opening.map(opening => recipientOf(p, opening)),
    signing_keys: identity.signing.map(seed => encodeBase64url(p.ed25519PublicKey(seed))),
  }
}

/** Settings of a folder that has just pinned an organisation. */
export function newSettings(pin: {
  url: string
  root: string
  handler?: string | null
  passphraseFile?: string | null
}): HandlerSettings {
  return {
    v: 1,
    url: pin.url,
    origin: null,
    root: pin.root,
    highest_sequence: 0,
    highest_sha256: null,
    handler: pin.handler ?? null,
    language: null,
    passphrase_file: pin.passphraseFile ?? null,
    passphrase_command: null,
    proxy: null,
  }
}

export function printSettings(settings: HandlerSettings): string {
  return print(HandlerSettings, settings)
}

/** @throws KhancapError `config_invalid`, with the faults by name and without values */
export function parseSettings(text: string): HandlerSettings {
  return parse(HandlerSettings, text, 'config_invalid')
}

export function printPublicIdentity(identity: PublicIdentity): string {
  return print(PublicIdentity, identity)
}

/** @throws KhancapError `identity_malformed` */
export function parsePublicIdentity(text: string): PublicIdentity {
  return parse(PublicIdentity, text, 'identity_malformed')
}

/** The part of a zod schema that is used here. */
interface Shape<T> {
  parse(value: unknown): T
  safeParse(value: unknown): {
    data?: T | undefined
    error?: { issues: readonly { path: readonly PropertyKey[]; code: string }[] } | undefined
  }
}

function print<T>(shape: Shape<T>, value: T): string {
  return `${JSON.stringify(shape.parse(value), null, 2)}\n`
}

function parse<T>(shape: Shape<T>, text: string, code: 'config_invalid' | 'identity_malformed'): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new KhancapError(code, { cause })
  }
  const { data, error } = shape.safeParse(value)
  if (data !== undefined) return data
  throw new KhancapError(code, {
    faults: (error?.issues ?? []).slice(0, 50).map(issue => ({
      pointer: issue.path.map(part => `/${String(part)}`).join(''),
      code: issue.code,
    })),
  })
}
