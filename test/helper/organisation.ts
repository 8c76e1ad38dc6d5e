// A real organisation for tests: keys that sign and open, a directory that verifies, handlers of every role.
import { type DirectoryHandler, Directory } from '../../schemas/directory.js'
import {
  type Identity,
  identityRecipient,
  identitySigningKey,
  newIdentity,
} from '../../keys/identity.js'
import { signDirectory, verifyDirectory, type VerifiedDirectory } from '../../keys/directory.js'
import type { NoteSigner } from '../../keys/note.js'
import { rootFingerprint } from '../../keys/root.js'
import { newSigningKey } from '../../keys/signing-key.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import type { Primitives } from '../../src/core/crypto/primitives.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { newAgeIdentity, recipientOf } from '../../src/core/envelope/age-keys.js'
import { exampleDirectory } from './example-directory.js'

const dayMs = 86_400_000

/** Handler -> team and roles. `left-1` is no longer valid. */
const people: Readonly<Record<string, readonly [string, DirectoryHandler['roles']]>> = {
  'vietnam-1': ['vietnam', ['handler']],
  'vietnam-2': ['vietnam', ['handler']],
  'vietnam-lead': ['vietnam', ['handler', 'lead']],
  'china-1': ['china', ['handler']],
  'china-lead': ['china', ['lead']],
  'intake-1': ['intake', ['handler']],
  'director-1': ['intake', ['director']],
  'left-1': ['vietnam', ['handler']],
}

export interface Organisation {
  readonly primitives: Primitives
  readonly root: string
  readonly rootKey: NoteSigner
  readonly receiptKey: NoteSigner
  readonly router: string
  readonly identities: Readonly<Record<string, Identity>>
  readonly directory: Directory
  readonly note: Uint8Array
  /** The note of a directory that follows, with these changes. */
  readonly sign: (changes: Partial<Directory>, previous?: VerifiedDirectory) => Promise<Uint8Array>
  readonly verify: (note: Uint8Array) => Promise<VerifiedDirectory>
}

export async function testOrganisation(changes: Partial<Directory> = {}): Promise<Organisation> {
  const primitives = await nodePrimitives()
  const now = Date.now()
  const from = formatTimestamp(now - dayMs)
  const always = { valid_from: from, valid_until: null }
  const rootKey = newSigningKey(primitives, 'example/root')
  const receiptKey = newSigningKey(primitives, 'example/receipt')
  const router = newAgeIdentity(primitives)
  const identities: Record<string, Identity> = {}
  const handlers = Object.entries(people).map(([id, [team, roles]]): DirectoryHandler => {
    const identity = newIdentity(primitives, id)
    identities[id] = identity
    const validity =
      id === 'left-1' ? { valid_from: from, valid_until: formatTimestamp(now - 3_600_000) } : always
    return {
      id,
      recipients: [{ recipient: identityRecipient(primitives, identity), ...always }],
      signing_keys: [
        { key: encodeBase64url(identitySigningKey(primitives, identity).key), ...always },
      ],
      roles,
      teams: [team],
      languages: [],
      ...validity,
    }
  })
  const publicKey = (key: NoteSigner) => ({
    name: key.name,
    key: encodeBase64url(primitives.ed25519PublicKey(key.seed)),
  })
  const example = exampleDirectory()
  const directory = Directory.parse({
    ...example,
    valid_from: from,
    expires: formatTimestamp(now + 60 * dayMs),
    root: { threshold: 1, keys: [publicKey(rootKey)] },
    receipt_keys: [publicKey(receiptKey)],
    router: [{ recipient: recipientOf(primitives, router), ...always }],
    handlers,
    programs: example.programs.map(program => ({ ...program, valid_from: from })),
    ...changes,
  })
  const root = await rootFingerprint(primitives, directory.root)
  const verify = (note: Uint8Array) => verifyDirectory(primitives, note, { root, now: null })
  return {
    primitives,
    root,
    rootKey,
    receiptKey,
    router,
    identities,
    directory,
    note: await signDirectory(primitives, directory, [rootKey]),
    verify,
    async sign(later, previous) {
      const link =
        previous === undefined
          ? {}
          : {
              sequence: previous.directory.sequence + 1,
              previous: encodeBase64url(previous.sha256),
            }
      return signDirectory(primitives, { ...directory, ...link, ...later }, [rootKey])
    },
  }
}
