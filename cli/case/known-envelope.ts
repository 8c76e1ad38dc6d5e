// Which envelope a case has, as this machine first saw it. A server that later serves another one under the same case,
// to read what a handler writes to its applicant, is caught by it. Holds case ids and hashes of sealed bytes only.
import { join } from 'node:path'
import type { CaseId, Sha256 } from '../../schemas/encoding.js'
import { untrusted } from '../client/case-desk.js'
import { readBounded, writePrivately } from '../station/disk.js'
import { safe } from '../terminal/safe.js'

const maxBytes = 100

/**
 * Remembers the envelope of a case at first sight, and holds the server to it from then on.
 * @param folder the handler's config folder
 * @throws Failure where the server now serves another one
 */
export async function holdToEnvelope(folder: string, id: CaseId, sha256: Sha256): Promise<void> {
  const file = join(folder, 'seen', id)
  const seen = await readBounded(file, maxBytes)
  if (seen === null) return await writePrivately(file, `${sha256}\n`)
  if (new TextDecoder().decode(seen).trim() !== sha256)
    throw untrusted(safe`the server serves another request under case ${id} than it did before`)
}
