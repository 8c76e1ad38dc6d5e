// A reply that was sealed and sent, and not yet confirmed. It lies on disk as the very request: sealed to the applicant
// and to the team, readable to nobody else. Sending it again is the same request, so that no answer comes twice.
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CaseId } from '../../schemas/encoding.js'
import { ReplyDraft } from '../../schemas/draft.js'
import { refused } from '../failure.js'
import { isMissing, readBounded, writePrivately } from '../station/disk.js'
import { safe } from '../terminal/safe.js'

const maxDraftBytes = 2_097_152

const fileOf = (folder: string, id: CaseId) => join(folder, `${id}.json`)

export async function saveDraft(folder: string, draft: ReplyDraft): Promise<void> {
  await writePrivately(fileOf(folder, draft.case), `${JSON.stringify(draft)}\n`)
}

/** @returns null where every reply to this case was confirmed */
export async function findDraft(
  folder: string,
  id: CaseId,
  origin: string,
): Promise<ReplyDraft | null> {
  const bytes = await readBounded(fileOf(folder, id), maxDraftBytes)
  if (bytes === null) return null
  const draft = draftIn(bytes)
  if (draft === null)
    throw refused(
      safe`the answer that was kept in ${fileOf(folder, id)} is damaged`,
      safe`delete that file, and write the answer again; it may have arrived all the same`,
    )
  return draft.case === id && draft.origin === origin ? draft : null
}

function draftIn(bytes: Uint8Array): ReplyDraft | null {
  try {
    return ReplyDraft.parse(JSON.parse(new TextDecoder().decode(bytes)))
  } catch {
    return null
  }
}

export async function dropDraft(folder: string, id: CaseId): Promise<void> {
  await rm(fileOf(folder, id), { force: true })
}

/** Cases with a reply that was not confirmed. */
export async function draftedCases(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder)
    return names.filter(name => name.endsWith('.json')).map(name => name.slice(0, -5))
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}
