// An organisation with a published directory, and requests that a page would send to it: a 4 KiB form for ten readers.
import { randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import type { IntakeRequest } from '../schemas/intake.js'
import type { Context, EnvelopeContent } from '../schemas/sealed.js'
import type { VerifiedDirectory } from '../keys/directory.js'
import { identityRecipient, newIdentity } from '../keys/identity.js'
import { openPool } from '../src/adapters/postgres/pool.js'
import { postgresStore } from '../src/adapters/postgres/postgres-store.js'
import { publishDirectory } from '../src/app/publish-directory.js'
import { encodeBase64url } from '../src/core/encoding/base64url.js'
import { sealEnvelope, sealSlip } from '../src/core/envelope/seal.js'
import { deriveReceiptKeys, newReceiptCode } from '../src/core/receipt/code.js'
import type { Store } from '../src/ports/store.js'
import { type Organisation, testOrganisation } from '../test/helper/organisation.js'
import type { Run } from './row.js'

const readers = 10

export interface Published {
  readonly organisation: Pick<Organisation, 'primitives' | 'root'>
  readonly directory: VerifiedDirectory
}

export interface Opened extends Published {
  readonly organisation: Organisation
  readonly pool: Pool
  readonly store: Store
}

/** A store on a migrated database in which the directory is published. */
export async function publishOn(run: Run, url: string): Promise<Opened> {
  const pool = openPool(url)
  run.defer(() => pool.end())
  const store = postgresStore(pool)
  const organisation = await testOrganisation()
  const { primitives, root, note } = organisation
  await publishDirectory({ store, primitives, root, now: Date.now }, note)
  return { organisation, directory: await organisation.verify(note), pool, store }
}

function contextOf({ directory }: Published, kind: Context['kind']): Context {
  return {
    kind,
    channel: 'web',
    origin: directory.directory.origin,
    directory_sequence: directory.directory.sequence,
    directory_sha256: encodeBase64url(directory.sha256),
  }
}

/** What the page of an applicant seals and sends. */
export async function sealRequest(published: Published): Promise<IntakeRequest> {
  const { organisation, directory } = published
  const { primitives, root } = organisation
  const { origin, sequence, router } = directory.directory
  const keys = await deriveReceiptKeys(primitives, newReceiptCode(primitives), { root, origin })
  const content: EnvelopeContent = {
    v: 1,
    kind: 'envelope',
    program: 'emergency',
    form_version: 1,
    language: 'vi',
    page_language: 'vi',
    // Padded to 4 KiB, the smallest bucket (docs/protocol.md, "Padding").
    answers: { what_happened: 'Họ đến nhà tôi lúc nửa đêm. '.repeat(60) },
    promise: 'Somebody answers within 48 hours.',
    reply: {
      recipient: keys.replyRecipient,
      key: encodeBase64url(keys.replyKey),
      addition_key: encodeBase64url(keys.additionKey),
    },
    attachments: [],
    context: contextOf(published, 'envelope'),
  }
  const recipients = Array.from({ length: readers }, (_, index) =>
    identityRecipient(primitives, newIdentity(primitives, `reader-${index}`)),
  )
  const envelope = await sealEnvelope(primitives, content, recipients)
  const slip = await sealSlip(
    primitives,
    {
      v: 1,
      kind: 'slip',
      envelope: encodeBase64url(envelope.sha256),
      program: 'emergency',
      language: 'vi',
      country: 'VN',
      region: null,
      urgency: null,
      deadline: null,
      context: contextOf(published, 'slip'),
    },
    router[0]?.recipient ?? '',
  )
  return {
    id: randomBytes(16).toString('base64url'),
    directory_version: sequence,
    slip: encodeBase64url(slip.bytes),
    envelope: encodeBase64url(envelope.bytes),
    mailbox: encodeBase64url(keys.mailboxHash),
  }
}

/** Bytes of the sealed parts, as they are stored. */
export function storedBytes({ envelope, slip }: IntakeRequest): number {
  return [envelope, slip ?? ''].reduce(
    (sum, text) => sum + Buffer.from(text, 'base64url').length,
    0,
  )
}
