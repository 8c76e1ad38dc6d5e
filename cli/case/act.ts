// An act on a case: what it says of the case that it is done to, and how it ends, in a sentence or as JSON.
import type { CaseDetail, CaseSummary } from '../../schemas/case.js'
import type { CaseId, Sha256 } from '../../schemas/encoding.js'
import { beforeHistory, detailOf } from '../../src/core/case/anchor.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import type { CaseVerb } from '../client/case-desk.js'
import type { Desk } from '../client/desk.js'
import type { Station, VerbOptions } from '../station/station.js'
import { type Safe, safe } from '../terminal/safe.js'
import { dueWords } from '../terminal/time-words.js'
import { brokenIn } from './history.js'
import { expectKnown, recallCase } from './known-case.js'

/** Ends what is owed, of what its writer had seen. */
const ending: readonly CaseVerb[] = ['replies', 'contacted', 'close']

/**
 * The last event that was seen here. Where something was added since the case was last opened here, the event before it:
 * nobody answers what they have not read.
 */
export async function lastSeen(desk: Desk, detail: CaseDetail): Promise<Sha256> {
  const { seen } = await seenOf(desk, detail)
  return seen.at(-1)?.hash ?? beforeHistory
}

async function seenOf(desk: Desk, detail: CaseDetail) {
  const brokenAt = await brokenIn(await desk.station.primitives(), detail)
  // Nobody vouches for what does not fit together.
  const sound = detail.events.slice(0, brokenAt === null ? undefined : brokenAt - 1)
  const known = await recallCase(desk.station.folder.path, detail.case.id)
  const shown = sound.findIndex(({ hash }) => hash === known?.shown)
  const unread = sound.findIndex(({ kind }, at) => kind === 'addition' && at > shown)
  const isUnread = shown >= 0 && unread >= 0
  return { sound, seen: isUnread ? sound.slice(0, unread) : sound, isUnread }
}

/** Says, before somebody writes, that there is something that they have not read. */
export async function sayUnread(desk: Desk, detail: CaseDetail): Promise<void> {
  const { isUnread } = await seenOf(desk, detail)
  const { id, unread_additions: unread } = detail.case
  if (isUnread && unread > 0)
    desk.station.printer.say(
      safe`warning: the applicant has added something since case ${id} was last opened here: khancap open ${id.slice(0, 8)} shows it; an answer that is written without it leaves its clock running`,
    )
}

/**
 * Acts on a case as it was seen here: the signature covers its envelope, the history so far, and the newest directory.
 * @param detail as the server showed it
 * @param parts the sealed note or team copy that the act brings, then the headers of its grants
 * @param after the last event that was seen when the act was decided on; what was seen until now, where it is left out
 * @returns the case afterwards
 */
export async function actOn(
  desk: Desk,
  detail: CaseDetail,
  verb: CaseVerb,
  body: object,
  parts: readonly Uint8Array[] = [],
  after?: Sha256,
): Promise<CaseSummary> {
  const p = await desk.station.primitives()
  const { seen, sound } = await seenOf(desk, detail)
  const last = (ending.includes(verb) ? seen : sound).at(-1)?.hash ?? beforeHistory
  return desk.cases.act(detail.case.id, verb, body, {
    after:
      after === undefined
        ? last
        : (sound.find(({ hash }) => hash === after)?.hash ?? beforeHistory),
    directory: desk.directory.directory.sequence,
    envelope: detail.envelope_sha256,
    parts: (await Promise.all(parts.map(part => p.sha256(part)))).map(encodeBase64url),
    detail: detailOf(verb, body),
  })
}

/** Acts on a case that need not be opened for it; held to the envelope that was opened under its id before. */
export async function actUnopened(
  desk: Desk,
  id: CaseId,
  verb: CaseVerb,
  body: object,
): Promise<CaseSummary> {
  const detail = await desk.cases.detail(id)
  await expectKnown(desk.station.folder.path, id, detail.envelope_sha256)
  return actOn(desk, detail, verb, body)
}

/** @param more what a program is told beside the case */
export function reportAct(
  station: Station,
  options: VerbOptions,
  done: Safe,
  after: CaseSummary,
  more: object = {},
): void {
  const { printer } = station
  if (options.json === true) return printer.json({ case: after, ...more })
  printer.sentence(done)
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
  if (after.unread_additions > 0)
    printer.say(
      safe`${after.unread_additions} additions of the applicant's wait to be read: khancap open ${after.id.slice(0, 8)}`,
    )
}
