// What must hold of the store whatever failed, died or was lost: checked after each run of the fault table and of the
// random runs. Each broken invariant is one sentence; none is good news.
import type { CaseState, EventKind } from '../../schemas/case.js'
import { afterAct, type CaseAct } from '../../src/core/case/states.js'
import { brokenEvent, type EventFacts } from '../../src/core/case/history.js'
import { sha256, type Row } from './store.js'

export type Look = (statement: string, values?: readonly unknown[]) => Promise<Row[]>

/** What the outbox and the lanes would do half a minute later they do now. */
export async function passHalfMinute(look: Look): Promise<void> {
  await look(`update outbox set sent_at = sent_at - interval '31 s'
    where sent_at > clock_timestamp() - interval '31 s'`)
  await look(`update letters set wake_at = wake_at - interval '31 s'`)
  await look(`update notice_lanes set wake_at = wake_at - interval '31 s',
    leased_until = leased_until - interval '31 s', last_sent_at = last_sent_at - interval '31 s'`)
}

/** What the outside was told: a client that holds a receipt, a mail server that took a mail. */
export interface Told {
  /** Intakes that a client holds a receipt for, with the SHA-256 of the envelope that it sent. */
  readonly receipts: ReadonlyMap<string, Uint8Array>
  readonly mails: readonly {
    readonly headers: ReadonlyMap<string, string>
    readonly text: string
  }[]
}

/** The act behind each kind of event; null: a rung, which moves nothing. */
const actOf: Readonly<Record<EventKind, CaseAct | null>> = {
  routed: 'route',
  claimed: 'claim',
  released: 'release',
  handler_left: 'release',
  replied: 'reply',
  contacted: 'contacted',
  noted: 'note',
  reader_added: 'grant',
  rerouted: 'reroute',
  coverage_set: 'cover',
  hold_asked: 'hold',
  held: 'hold',
  hold_ended: 'unhold',
  closed: 'close',
  reopened: 'reopen',
  addition: 'addition',
  undelivered: 'fail',
  deleted: 'delete',
  reminder: null,
  escalation: null,
  breach: null,
}

const telling = `('send-notice', 'send-alarm')`
const rungs = `('reminder', 'escalation', 'breach')`

/** Sentence -> statement that counts what breaks it. They hold in every committed state, however much is under way. */
const always: Readonly<Record<string, string>> = {
  'an intake has not exactly one case': `select count(*) from intakes i
    where (select count(*) from cases c where c.intake = i.id) <> 1
      or not exists (select from cases c where c.id = i.case_id and c.intake = i.id)`,
  'a case has neither a deadline nor an end': `select count(*) from cases
    where due_at is null and answered_at is null and state not in ('closed', 'purged')`,
  'a deadline runs and no rung is next': `select count(*) from cases
    where due_at > clock_timestamp() and next_rung_at is null`,
  'a case that is over has a deadline': `select count(*) from cases
    where state in ('closed', 'purged') and (due_at is not null or next_rung_at is not null)`,
  'a case that is over is never purged': `select count(*) from cases
    where state = 'closed' and purge_at is null`,
  'an open case lost its envelope': `select count(*) from cases
    where state <> 'purged' and not exists (select from envelopes where case_id = cases.id)`,
  // What an applicant deleted goes with the next sweep: until then \`purge_at\` stands.
  'a purged case kept something sealed': `select count(*) from cases where state = 'purged' and purge_at is null and (
    exists (select from envelopes where case_id = cases.id)
    or exists (select from slips where case_id = cases.id)
    or exists (select from replies where case_id = cases.id)
    or exists (select from letters where case_id = cases.id)
    or exists (select from additions where case_id = cases.id)
    or exists (select from notes where case_id = cases.id)
    or exists (select from grants where case_id = cases.id))`,
  'an upload has other bytes than it says': `select count(*) from uploads where expires_at is null
    and bytes <> (select coalesce(sum(length(sealed)), 0) from upload_parts where upload_id = id)`,
  'an upload is named by nothing that is there': `select count(*) from uploads
    where addition_id is not null and not exists (
      select from additions where id = addition_id and additions.case_id = uploads.case_id)`,
  'a slip outlived its routing': `select count(*) from slips join cases on cases.id = case_id
    where state <> 'received' and not (state = 'purged' and purge_at is not null)`,
  'a case waits for the router and nothing asks for it': `select count(*) from cases
    where state = 'received' and not exists (
      select from outbox where subject = cases.id and name = 'route-case')`,
  'a notice waits and nothing asks for it': `select count(*) from notices waiting
    where settled_at is null
      and not exists (
        select from notices join outbox on subject = notices.id::text and name in ${telling}
        where notices.recipient = waiting.recipient)
      and not exists (
        select from notice_lanes lane where lane.recipient = waiting.recipient
          and (wake_at is not null or leased_until is not null))`,
  'an outbox row asks for what has happened': `select count(*) from outbox where not exists (
      select from cases where cases.id = subject and name = 'route-case'
        and (state = 'received' or (state = 'purged' and purge_at is not null)))
    and not exists (
      select from letters where letters.id::text = subject and outcome is null
        and name = 'send-letter')
    and not exists (
      select from notices where notices.id::text = subject and settled_at is null
        and name in ${telling})`,
  'a letter waits and nothing asks for it': `select count(*) from letters
    where outcome is null and wake_at is null and not exists (
      select from outbox where subject = letters.id::text and name = 'send-letter')`,
  'an answer that came back and its notice disagree': `select count(*) from cases where state <> 'purged' and
    (select count(*) from letters where case_id = cases.id and outcome in ('undelivered', 'doubted'))
      <> (select count(*) from notices where case_id = cases.id and kind in ('undelivered', 'unconfirmed'))`,
  'a rung fired twice': `select count(*) from (select from rungs
    group by case_id, kind, recipient, at having count(*) > 1) as twice`,
  'rungs and events of a case disagree': `select count(*) from cases where
    (select count(*) from rungs where case_id = cases.id)
      <> (select count(*) from events where case_id = cases.id and kind in ${rungs})`,
  'a team was told twice, or never, of a new case': `select count(*) from cases
    where state not in ('received', 'purged')
      and (select count(*) from notices where case_id = cases.id and kind = 'new_case')
        <> 1 + (select count(*) from events where case_id = cases.id and kind = 'rerouted')`,
  'an addition and its notice disagree': `select count(*) from cases where state <> 'purged' and
    (select count(*) from additions where case_id = cases.id)
      <> (select count(*) from notices where case_id = cases.id and kind = 'addition')`,
}

/** These hold once nothing is under way any more. */
const atRest: Readonly<Record<string, string>> = {
  'a case was never routed': `select count(*) from cases where state = 'received'`,
  'an outbox row never took effect': 'select count(*) from outbox',
  'a letter was neither sent nor given up': 'select count(*) from letters where outcome is null',
  'a notice was neither sent nor given up': 'select count(*) from notices where settled_at is null',
  'a rung is due and did not fire': `select count(*) from cases
    where next_rung_at < clock_timestamp() - interval '30 s'`,
  'an upload is over and was not deleted': `select count(*) from uploads
    where expires_at < clock_timestamp() - interval '30 s'`,
  'a purge is due and did not happen': `select count(*) from cases
    where purge_at < clock_timestamp() - interval '30 s'`,
}

async function countBroken(look: Look, table: Readonly<Record<string, string>>): Promise<string[]> {
  const counts = Object.values(table).map((statement, index) => `(${statement}) as n${index}`)
  const [row = {}] = await look(`select ${counts.join(', ')}`)
  return Object.keys(table).flatMap((sentence, index) => {
    const count = Number(row[`n${index}`])
    return count === 0 ? [] : [`${sentence} (${count})`]
  })
}

interface HistoryRow {
  readonly number: number
  readonly kind: EventKind
  readonly at: number
  readonly handler: string | null
  readonly detail: string | null
  readonly signature_base: string | null
  readonly signature: Uint8Array | null
  readonly key: Uint8Array | null
  readonly previous: Uint8Array | null
  readonly hash: Uint8Array
}

interface HeldCase {
  readonly id: string
  readonly state: CaseState
  readonly owes: boolean
  /** Notices of reminders, escalations and breaches beyond one for each rung. */
  readonly extra: number
  readonly events: readonly HistoryRow[]
}

/** Walks the graph of core/case/states along the history. @returns what does not fit, or null */
function strayed({ id, state, owes, extra, events }: HeldCase): string | null {
  let now: CaseState = 'received'
  let answered = false
  let owed = true
  let left = 0
  // Answers that are not known to have come back.
  let standing = 0
  for (const { detail, kind, number } of events) {
    const act = actOf[kind]
    if (act === null) continue
    if (act === 'reply' || act === 'contacted') standing += 1
    if (act === 'fail') {
      if (detail?.endsWith(' doubted') === true) continue
      standing -= 1
      const isFollowed = detail?.endsWith(' answered_since') === true
      if (isFollowed && now === 'closed') continue
      answered = standing > 0
      owed ||= !isFollowed
    }
    const after = afterAct(act, now, answered)
    if (after === null) return `${id}: event ${number}, ${kind}, cannot happen while ${now}`
    // A team that owes an answer is reminded of a case whose handler has left, too.
    if (kind === 'handler_left' && owed) left += 1
    if (act === 'reply' || act === 'contacted') answered = true
    if (act === 'reply' || act === 'contacted' || act === 'close') owed = false
    if (act === 'addition') owed = true
    if (act === 'reopen') owed = !answered
    now = after
  }
  if (state === 'purged') now = afterAct('purge', now, answered) ?? now
  if (now !== state) return `${id}: its history ends at ${now}, its row says ${state}`
  if (state !== 'purged' && owed !== owes)
    return `${id}: ${owed ? 'owes an answer and has no deadline' : 'has a deadline and owes nothing'}`
  if (state !== 'purged' && extra !== left)
    return `${id}: ${extra} notices beyond its rungs, and ${left} handlers left while it owed an answer`
  return null
}

function factsOf(row: HistoryRow): Omit<EventFacts, 'case'> & { readonly hash: Uint8Array } {
  const { signature_base: signatureBase, signature, key, ...rest } = row
  const isSigned = signatureBase !== null && signature !== null && key !== null
  return { ...rest, request: isSigned ? { signatureBase, signature, key } : null }
}

async function brokenHistories(look: Look, since: number): Promise<string[]> {
  const cases = await look(
    `select cases.id, state, due_at is not null as owes,
       ((select count(*) from notices where case_id = cases.id and kind in ${rungs})
         - (select count(*) from rungs where case_id = cases.id))::int as extra from cases
     where received_at >= to_timestamp($1::float8 / 1000)`,
    [since],
  )
  const events = new Map<string, HistoryRow[]>()
  for (const { case_id: id, ...event } of await look(
    `select events.* from events join cases on cases.id = case_id
     where received_at >= to_timestamp($1::float8 / 1000) order by case_id, number`,
    [since],
  )) {
    const known = events.get(String(id)) ?? []
    // The columns of the table are the fields of the row.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    known.push(event as unknown as HistoryRow)
    events.set(String(id), known)
  }
  const broken: string[] = []
  for (const row of cases) {
    const id = String(row['id'])
    const held: HeldCase = {
      id,
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      state: row['state'] as CaseState,
      owes: row['owes'] === true,
      extra: Number(row['extra']),
      events: events.get(id) ?? [],
    }
    const stray = strayed(held)
    if (stray !== null) broken.push(`the states are no path in the graph: ${stray}`)
    const number = await brokenEvent(
      { sha256: async bytes => sha256(bytes) },
      id,
      held.events.map(factsOf),
    )
    if (number !== null) broken.push(`the history of ${id} is broken at event ${number}`)
  }
  return broken
}

async function brokenReceipts(look: Look, { receipts }: Told): Promise<string[]> {
  const rows = await look(
    `select intake, encode(envelope_sha256, 'hex') as envelope from cases
     where intake = any($1::text[])`,
    [[...receipts.keys()]],
  )
  const envelopes = new Map(rows.map(row => [String(row['intake']), String(row['envelope'])]))
  return [...receipts].flatMap(([intake, envelope]) => {
    const recorded = envelopes.get(intake)
    if (recorded === undefined) return [`a receipt without a case: ${intake}`]
    const isSame = recorded === Buffer.from(envelope).toString('hex')
    return isSame ? [] : [`other bytes are recorded than were sent: ${intake}`]
  })
}

const letterName =
  /^<([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})[0-9a-f]{32}@/

/** What was sent as an answer is a letter that is, or was, on record; perhaps twice, under one name. */
function letterOf(mail: Told['mails'][number]): string | null {
  const named = letterName.exec(mail.headers.get('message-id') ?? '')
  return named === null ? null : named.slice(1).join('-')
}

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/

/**
 * A notice may be mailed twice under one Message-ID, which shows as one mail; it is never mailed under two, and nothing
 * else is mailed but acknowledgements. Notices of purged cases are gone: their mails are told by the cases that they name.
 */
async function brokenMails(look: Look, { mails }: Told, settled: boolean): Promise<string[]> {
  const notices = await look('select coalesce(mail_id, id) as mail, outcome from notices')
  const purged = await look(`select id from cases where state = 'purged'`)
  const letters = new Set((await look('select id from letters')).map(row => String(row['id'])))
  const known = new Set(notices.map(row => String(row['mail'])))
  const gone = new Set(purged.map(row => String(row['id'])))
  const mailed = new Set<string>()
  const broken: string[] = []
  for (const mail of mails) {
    // What tells whoever wrote a mail that it came is no notice.
    if (mail.headers.get('auto-submitted') === 'auto-replied') continue
    const letter = letterOf(mail)
    if (letter !== null) {
      if (!letters.has(letter)) broken.push(`a mail without a letter: ${letter}`)
      continue
    }
    const id = uuid.exec(mail.headers.get('message-id') ?? '')?.[0] ?? ''
    mailed.add(id)
    if (known.has(id)) continue
    // Quoted-printable: a line may go on in the next one.
    const text = mail.text.replaceAll('=\r\n', '')
    const about = [...text.matchAll(/^Case: +(\S+)\r?$/gm)].map(([, named]) => named ?? '')
    if (!about.some(named => gone.has(named))) broken.push(`a mail without a notice: ${id}`)
  }
  if (!settled) return broken
  for (const { mail, outcome } of notices)
    if (outcome === 'sent' && !mailed.has(String(mail)))
      broken.push(`a notice counts as sent and is no mail: ${String(mail)}`)
  return broken
}

/**
 * @param settled nothing is under way any more: what was owed must have happened
 * @param since histories of cases that came before are not read again (milliseconds)
 * @returns a sentence for each broken invariant
 */
export async function brokenInvariants(
  look: Look,
  told: Told,
  { settled, since = 0 }: { readonly settled: boolean; readonly since?: number },
): Promise<string[]> {
  return [
    ...(await countBroken(look, always)),
    ...(settled ? await countBroken(look, atRest) : []),
    ...(await brokenHistories(look, since)),
    ...(await brokenReceipts(look, told)),
    ...(await brokenMails(look, told, settled)),
  ]
}
