// The desk of a machine without network: cases from a bundle, and acts that are signed, sealed and kept in it until it is
// imported. What was done shows at once, as the handler expects it to end.
import { BundleAct, type BundleCase, maxBundleActs } from '../../schemas/bundle.js'
import type { CaseDetail, CaseList, CaseQuery, CaseSummary, PartKind } from '../../schemas/case.js'
import { maxStretchBytes } from '../../schemas/upload.js'
import type { CaseId, ClientId, Instant } from '../../schemas/encoding.js'
import { afterAct, type CaseAct, mayClose, stopsClock } from '../../src/core/case/states.js'
import { type Bundle, withAct } from '../../src/core/bundle/statements.js'
import type { Primitives } from '../../src/core/crypto/primitives.js'
import { decodeBase64url, encodeBase64url } from '../../src/core/encoding/base64url.js'
import { formatTimestamp, parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { actingKey } from '../client/acting-key.js'
import type { CaseDesk } from '../client/case-desk.js'
import type { Desk } from '../client/desk.js'
import { pastDirectories } from '../client/past-directories.js'
import { pinnedSettings, rememberForWork } from '../client/pinned.js'
import { fromProblem, refused } from '../failure.js'
import { identityAtHand } from '../agent/at-hand.js'
import type { PassphraseOptions, Station } from '../station/station.js'
import { safe } from '../terminal/safe.js'
import { isMissing } from '../station/disk.js'
import { fileSource } from '../station/opened-stream.js'
import { carriedFile, readBundleFile, writeBundleFile } from './bundle-file.js'
import { expectNewest, remember } from './memory.js'

/** @throws Failure, KhancapError of the directory */
export async function openBundleDesk(
  given: Station,
  options: PassphraseOptions,
  file: string,
): Promise<Desk> {
  const pinned = await pinnedSettings(given)
  const { identity, station } = await identityAtHand(given, options, pinned)
  const bundle = await readBundleFile(station, file, identity)
  expectOwn(bundle, pinned)
  const memory = await expectNewest(station, bundle)
  const note = decodeBase64url(bundle.content.directory)
  const { settings, directory } = await rememberForWork(station, pinned, note)
  const { handler, seed } = await actingKey(station, directory, identity)
  await remember(station, { ...memory, worked_on: true, acts: bundle.acts.length })

  let current = bundle
  async function keep(done: Pick<BundleAct, 'case' | 'envelope' | 'act'>): Promise<void> {
    if (current.acts.length >= maxBundleActs)
      throw refused(
        safe`the bundle is full`,
        safe`import it where there is a network (khancap import), then make a new one`,
      )
    const p = await station.primitives()
    const at = formatTimestamp(station.now() - (station.now() % 1000))
    const next = await withAct(p, current, { at, ...done }, seed)
    // The stick first: a memory of an act that is not there would refuse the bundle for ever.
    await writeBundleFile(station, file, identity, next, false)
    current = next
    await remember(station, { ...memory, worked_on: true, acts: next.acts.length })
  }
  return {
    station,
    settings,
    directory,
    identity,
    handler,
    seed,
    cases: casesIn(station, file, () => current, keep, handler.id),
    past: pastDirectories(station, settings, directory, () => Promise.resolve(null)),
  }
}

/** @throws Failure where the bundle is of another organisation */
export function expectOwn(
  { content }: Bundle,
  pinned: { readonly root: string; readonly origin: string | null },
): void {
  if (content.root !== pinned.root || (pinned.origin !== null && content.origin !== pinned.origin))
    throw refused(
      safe`this bundle is from another organisation (${content.origin}) than the one that is pinned here`,
      safe`nothing of it was used; set KHANCAP_CONFIG_DIR to the folder of that organisation`,
    )
}

function casesIn(
  station: Station,
  file: string,
  bundle: () => Bundle,
  keep: (done: Pick<BundleAct, 'case' | 'envelope' | 'act'>) => Promise<void>,
  handler: string,
): CaseDesk {
  const caseOf = (id: CaseId): BundleCase => {
    const found = bundle().content.cases.find(({ detail }) => detail.case.id === id)
    if (found === undefined)
      throw refused(
        safe`case ${id} is not in this bundle`,
        safe`khancap inbox --bundle lists what is`,
      )
    return found
  }
  const shown = async (detail: CaseDetail) => {
    const after = await worked(await station.primitives(), detail, bundle().acts, handler)
    return { ...after, case: atTime(after.case, station.now()) }
  }
  return {
    async list(query) {
      const all = await Promise.all(bundle().content.cases.map(({ detail }) => shown(detail)))
      const cases = all.map(detail => detail.case)
      return pageOf(cases, query, handler, station.now())
    },
    detail: id => shown(caseOf(id).detail),
    envelope: id => Promise.resolve(decodeBase64url(caseOf(id).envelope)),
    async part(id, kind, part) {
      if (kind === 'mails') throw online()
      const carried = caseOf(id).parts.find(one => one.kind === kind && one.id === part)
      const sealed = carried?.sealed ?? writtenHere(bundle().acts, id, kind, part)
      // What did not come along is as bytes that are not what the list says.
      return sealed === null ? new Uint8Array() : decodeBase64url(sealed)
    },
    async attachment(_id, attachment, from) {
      const sealed = await fileSource(carriedFile(file, attachment)).catch((error: unknown) => {
        if (isMissing(error)) throw fromProblem('attachment_unknown', error)
        throw error
      })
      try {
        const stretch = new Uint8Array(maxStretchBytes)
        return stretch.subarray(0, await sealed.fill(from, stretch))
      } finally {
        await sealed.close()
      }
    },
    statistics: () => Promise.reject(online()),
    inboxes: () => Promise.reject(online()),
    async act(id, verb, body) {
      const { envelope_sha256: envelope } = caseOf(id).detail
      const act = BundleAct.shape.act.safeParse({ verb, body })
      if (act.data === undefined) throw online()
      const at = formatTimestamp(station.now() - (station.now() % 1000))
      const p = await station.primitives()
      await afterOne(p, await shown(caseOf(id).detail), act.data, at, handler)
      await keep({ case: id, envelope, act: act.data })
      return (await shown(caseOf(id).detail)).case
    },
  }
}

/** Overdue by the clock of this machine, whatever it was when the bundle was made. */
function atTime(one: CaseSummary, now: Instant): CaseSummary {
  return { ...one, overdue: one.due_at !== null && parseTimestamp(one.due_at) < now }
}

/** As the server lists: by due time, then what is answered and what is closed, the newest first. */
function pageOf(
  all: readonly CaseSummary[],
  query: CaseQuery,
  handler: string,
  now: Instant,
): CaseList {
  const { after, due_within: within, limit, program, scope, team } = query
  const cases = all
    .filter(one => scope !== 'mine' || one.claimed_by === handler)
    .filter(one => scope === 'all' || !isEnded(one))
    .filter(one => team === undefined || one.team === team)
    .filter(one => program === undefined || one.program === program)
    .filter(one => within === undefined || isDueBy(one, now + within * 1000))
    .toSorted((one, other) => byPlace(placeOf(one), placeOf(other)))
  const from = after === undefined ? 0 : cases.findIndex(({ id }) => id === after) + 1
  if (after !== undefined && from === 0)
    throw refused(
      safe`this bundle has no page that ended with ${after}`,
      safe`khancap inbox --bundle without --after lists it from the beginning`,
    )
  const shown = cases.slice(from, from + limit)
  const last = from + limit < cases.length ? (shown.at(-1)?.id ?? null) : null
  return { now: formatTimestamp(now - (now % 1000)), cases: shown, next: last }
}

function isEnded({ state }: CaseSummary): boolean {
  return state === 'closed' || state === 'purged'
}

function isDueBy(one: CaseSummary, at: Instant): boolean {
  return !isEnded(one) && one.due_at !== null && parseTimestamp(one.due_at) <= at
}

type Place = readonly [group: number, at: number, id: string]

function placeOf(one: CaseSummary): Place {
  const { due_at: due, id, received_at: received } = one
  if (isEnded(one)) return [2, -parseTimestamp(received), id]
  return due === null ? [1, -parseTimestamp(received), id] : [0, parseTimestamp(due), id]
}

function byPlace(one: Place, other: Place): number {
  return one[0] - other[0] || one[1] - other[1] || (one[2] < other[2] ? -1 : 1)
}

function online() {
  return refused(safe`this cannot be done without the server`, safe`leave --bundle out`)
}

/** The part that an act without network has brought. */
function writtenHere(
  done: readonly BundleAct[],
  id: CaseId,
  kind: PartKind,
  part: ClientId,
): string | null {
  for (const { act, case: about } of done) {
    if (about !== id) continue
    if (kind === 'replies' && act.verb === 'replies' && act.body.id === part)
      return act.body.team_copy
    if (kind === 'notes' && act.verb === 'notes' && act.body.id === part) return act.body.sealed
  }
  return null
}

/** The case with what was done to it since, as it will stand if the server agrees. */
async function worked(
  p: Primitives,
  detail: CaseDetail,
  done: readonly BundleAct[],
  handler: string,
): Promise<CaseDetail> {
  let after = detail
  // oxlint-disable-next-line no-await-in-loop
  for (const { act, at, case: id } of done)
    if (id === detail.case.id) after = await afterOne(p, after, act, at, handler)
  return after
}

async function listedPart(p: Primitives, part: { id: ClientId; sealed: string }, at: string) {
  const bytes = decodeBase64url(part.sealed)
  const sha256 = encodeBase64url(await p.sha256(bytes))
  return { id: part.id, at, bytes: bytes.length, sha256 }
}

const acts = {
  replies: 'reply',
  contacted: 'contacted',
  notes: 'note',
  close: 'close',
  claim: 'claim',
  release: 'release',
  reopen: 'reopen',
} as const satisfies Record<BundleAct['act']['verb'], CaseAct>

/** @throws Failure where the case is not in a state that allows this */
async function afterOne(
  p: Primitives,
  detail: CaseDetail,
  act: BundleAct['act'],
  at: string,
  by: string,
): Promise<CaseDetail> {
  const { case: before } = detail
  const state = afterAct(acts[act.verb], before.state, before.answered_at !== null)
  if (state === null) throw fromProblem('case_state')
  const stops = stopsClock(acts[act.verb])
  const after: CaseDetail = {
    ...detail,
    case: {
      ...before,
      state,
      ...(stops ? { due_at: null, overdue: false, unread_additions: 0 } : {}),
    },
  }
  const isAnswer = act.verb === 'replies' || act.verb === 'contacted'
  if (isAnswer) after.case.answered_at = before.answered_at ?? at
  if (act.verb === 'claim') after.case.claimed_by = by
  if (act.verb === 'release') after.case.claimed_by = null
  if (act.verb === 'close') {
    if (!mayClose(before.state, act.body.outcome, before.answered_at !== null))
      throw fromProblem('case_state')
    after.outcome = act.body.outcome
  }
  if (act.verb === 'replies') {
    const { id, team_copy: sealed } = act.body
    after.replies = [...detail.replies, { ...(await listedPart(p, { id, sealed }, at)), by }]
  }
  if (act.verb === 'notes') {
    after.notes = [...detail.notes, { ...(await listedPart(p, act.body, at)), by }]
  }
  return after
}
