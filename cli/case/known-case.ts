// What this machine knows of a case: which envelope it opened, and how far it was read. A server that later serves another
// envelope under the same case, to read what a handler writes to its applicant, is caught by it. Holds case ids and hashes only.
import { join } from 'node:path'
import type { CaseDetail } from '../../schemas/case.js'
import type { CaseId, Sha256 } from '../../schemas/encoding.js'
import { KnownCase } from '../../schemas/settings.js'
import { untrusted } from '../client/case-desk.js'
import { refused } from '../failure.js'
import { readBounded, writePrivately } from '../station/disk.js'
import { safe } from '../terminal/safe.js'

const maxBytes = 1000

const fileOf = (folder: string, id: CaseId) => join(folder, 'seen', id)

/**
 * @param folder the handler's config folder
 * @returns null where this machine has never opened the case
 */
export async function recallCase(folder: string, id: CaseId): Promise<KnownCase | null> {
  const bytes = await readBounded(fileOf(folder, id), maxBytes)
  if (bytes === null) return null
  try {
    return KnownCase.parse(JSON.parse(new TextDecoder().decode(bytes)))
  } catch {
    throw refused(
      safe`what was remembered of case ${id} is damaged: ${fileOf(folder, id)}`,
      safe`delete that file; that the server serves the same request as before is then no longer checked`,
    )
  }
}

/**
 * Holds the server to the envelope that was opened here under this id. Remembers nothing by itself: what has not been
 * opened may be anything.
 * @throws Failure where the server now serves another one
 */
export async function expectKnown(folder: string, id: CaseId, envelope: Sha256): Promise<void> {
  const known = await recallCase(folder, id)
  if (known !== null && known.envelope !== envelope)
    throw untrusted(safe`the server serves another request under case ${id} than it did before`)
}

/** Only for what was opened here. @param shown hash of the last event that was shown, where something was */
export async function rememberCase(
  folder: string,
  { case: { id, state }, envelope_sha256: envelope }: CaseDetail,
  shown?: Sha256,
): Promise<void> {
  const before = await recallCase(folder, id)
  const known: KnownCase = {
    v: 1,
    envelope,
    shown: shown ?? before?.shown ?? null,
    closed: state === 'closed' || state === 'purged',
  }
  await writePrivately(fileOf(folder, id), `${JSON.stringify(known)}\n`)
}
