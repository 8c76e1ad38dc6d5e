// An act on a case: what it says of the case that it is done to, and how it ends, in a sentence or as JSON.
import type { CaseDetail, CaseSummary } from '../../schemas/case.js'
import type { CaseId } from '../../schemas/encoding.js'
import { beforeHistory } from '../../src/core/case/anchor.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import type { CaseVerb } from '../client/case-desk.js'
import type { Desk } from '../client/desk.js'
import type { Station, VerbOptions } from '../station/station.js'
import { type Safe, safe } from '../terminal/safe.js'
import { dueWords } from '../terminal/time-words.js'
import { brokenIn } from './history.js'
import { holdToEnvelope } from './known-envelope.js'

/**
 * Acts on a case as it was seen here: the signature covers its envelope, the history so far, and the newest directory.
 * @param detail as the server showed it
 * @param part the sealed note, team copy or grant header that the act brings
 * @returns the case afterwards
 */
export async function actOn(
  desk: Desk,
  detail: CaseDetail,
  verb: CaseVerb,
  body: object,
  part: Uint8Array | null = null,
): Promise<CaseSummary> {
  const p = await desk.station.primitives()
  const brokenAt = await brokenIn(p, detail)
  // Nobody vouches for what does not fit together.
  const seen = detail.events.slice(0, brokenAt === null ? undefined : brokenAt - 1)
  return desk.cases.act(detail.case.id, verb, body, {
    after: seen.at(-1)?.hash ?? beforeHistory,
    directory: desk.directory.directory.sequence,
    envelope: detail.envelope_sha256,
    part: part === null ? null : encodeBase64url(await p.sha256(part)),
  })
}

/** Acts on a case that need not be opened for it; held to the envelope that was seen under its id before. */
export async function actUnopened(
  desk: Desk,
  id: CaseId,
  verb: CaseVerb,
  body: object,
): Promise<CaseSummary> {
  const detail = await desk.cases.detail(id)
  await holdToEnvelope(desk.station.folder.path, id, detail.envelope_sha256)
  return actOn(desk, detail, verb, body)
}

export function reportAct(
  station: Station,
  options: VerbOptions,
  done: Safe,
  after: CaseSummary,
): void {
  const { printer } = station
  if (options.json === true) return printer.json({ case: after })
  printer.out(done)
  if (options.bundle !== undefined)
    return printer.say(
      safe`kept in ${options.bundle}, sealed: khancap import sends it from a machine with network`,
    )
  const due = after.due_at === null ? null : parseTimestamp(after.due_at)
  printer.say(
    due === null
      ? safe`nothing is owed to the applicant now`
      : safe`an answer is due: ${dueWords(due, station.now())}`,
  )
}
