// What this machine knows of a case: which envelope it opened, and how far it was read. A server that later serves another
// envelope under the same case, to read what a handler writes to its applicant, is caught by it. Holds case ids, hashes and public keys only.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { CaseId, type Sha256, type SigningKey } from '../../schemas/encoding.js'
import { KnownCase } from '../../schemas/settings.js'
import { refused } from '../failure.js'
import { isMissing, readBounded, writePrivately } from '../station/disk.js'
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
    throw refused(
      safe`the server serves another request under case ${id} than it did before: ${envelope}, and before ${known.envelope}`,
      safe`nothing of it was used; tell the organisation, and wait until it has told you why`,
      safe`an applicant's receipt says which one is theirs: khancap verify receipt FILE --case ${id.slice(0, 8)}`,
    )
}

/** Only for what was opened here; what is left out stays as it was. */
export async function rememberCase(
  folder: string,
  id: CaseId,
  {
    addition_key: key,
    shown,
    ...seen
  }: Pick<KnownCase, 'envelope' | 'closed'> & {
    readonly shown?: Sha256 | undefined
    readonly addition_key?: SigningKey | null
  },
): Promise<void> {
  const before = await recallCase(folder, id)
  const known: KnownCase = {
    v: 1,
    ...seen,
    shown: shown ?? before?.shown ?? null,
    addition_key: key ?? before?.addition_key ?? null,
  }
  await writePrivately(fileOf(folder, id), `${JSON.stringify(known)}\n`)
}

/** Cases that were opened on this machine, and that nobody was seen to have closed since. */
export async function unclosedCases(folder: string): Promise<Set<CaseId>> {
  const unclosed = new Set<CaseId>()
  for (const name of await namesIn(join(folder, 'seen'))) {
    const { data: id } = CaseId.safeParse(name)
    // oxlint-disable-next-line no-await-in-loop
    const known = id === undefined ? null : await recallCase(folder, id)
    if (id !== undefined && known?.closed === false) unclosed.add(id)
  }
  return unclosed
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).toSorted()
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}
