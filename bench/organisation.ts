// An organisation with a published directory, and requests that a page would send to it: a 4 KiB form for ten readers.
import type { Pool } from 'pg'
import type { IntakeRequest } from '../schemas/intake.js'
import type { VerifiedDirectory } from '../keys/directory.js'
import { identityRecipient, newIdentity } from '../keys/identity.js'
import { openPool } from '../src/adapters/postgres/pool.js'
import { postgresStore } from '../src/adapters/postgres/postgres-store.js'
import { publishDirectory } from '../src/app/publish-directory.js'
import type { Store } from '../src/ports/store.js'
import { type Organisation, testOrganisation } from '../test/helper/organisation.js'
import { sealedRequest } from '../test/helper/sealed-request.js'
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

/** What the page of an applicant seals and sends. */
export async function sealRequest({ organisation, directory }: Published): Promise<IntakeRequest> {
  const { primitives } = organisation
  const recipients = Array.from({ length: readers }, (_, index) =>
    identityRecipient(primitives, newIdentity(primitives, `reader-${index}`)),
  )
  // Padded to 4 KiB, the smallest bucket (docs/protocol.md, "Padding").
  const answers = { what_happened: 'Họ đến nhà tôi lúc nửa đêm. '.repeat(60) }
  const { request } = await sealedRequest(organisation, directory, recipients, { answers })
  return request
}

/** Bytes of the sealed parts, as they are stored. */
export function storedBytes({ envelope, slip }: IntakeRequest): number {
  return [envelope, slip ?? ''].reduce(
    (sum, text) => sum + Buffer.from(text, 'base64url').length,
    0,
  )
}
