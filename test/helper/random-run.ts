// One random run: 50 applicants and the handlers of some of them, over HTTP, while everything that serves them is
// killed and frozen. Clients do what a page and the command-line tool do: the same bytes again until there is an answer.
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { IntakeReceipt } from '../../schemas/intake.js'
import type { VerifiedDirectory } from '../../keys/directory.js'
import { identitySigningKey } from '../../keys/identity.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { utf8 } from '../../src/core/encoding/bytes.js'
import { floorToHour, formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { type Sealer, sealTogether } from '../../src/core/envelope/seal.js'
import { signRequest } from '../../src/core/http-signature/sign.js'
import { signAnswer } from '../../src/core/receipt/proofs.js'
import { verifyReceipt } from '../../src/core/receipt/receipt.js'
import { replyBody, sealedAddition, sealRequest } from './api.js'
import { contextFor, type Sealed } from './sealed-request.js'
import { exampleDirectory } from './example-directory.js'
import type { Look } from './invariants.js'
import { type Organisation, testOrganisation } from './organisation.js'
import { clientId, sha256 } from './store.js'

/** What is left undone for so long is never done. Processes start slowly where many do. */
export const patienceMs = process.env['KHANCAP_TEST_LONG'] === '1' ? 1_800_000 : 300_000

/** A ladder of seconds: reminders, the lead, the director, the breach. */
const level = {
  first_response_seconds: 4,
  addition_response_seconds: 4,
  ladder: [
    { after_seconds: 1, kind: 'reminder', to: 'team', only: 'unclaimed' },
    { after_seconds: 2, kind: 'reminder', to: 'team', only: 'unanswered' },
    { after_seconds: 3, kind: 'escalation', to: 'lead', only: 'unanswered' },
    { after_seconds: 4, kind: 'breach', to: 'director', only: 'unanswered' },
  ],
} as const

/** A request with ciphertext of its own, which only a reader could tell from others, and the slip that belongs to it. */
interface Variant {
  readonly sealed: Sealed
  readonly envelope: Uint8Array
  readonly slip: string
}

/** Sealed once and sent many times, to each database once: the server cannot tell. */
export interface Sealings {
  readonly organisation: Organisation
  readonly variants: readonly Variant[]
  readonly additions: ReadonlyMap<Sealed, Awaited<ReturnType<typeof sealedAddition>>>
  readonly reply: { readonly sealed: string; readonly team_copy: string }
}

async function variantOf(
  seal: Sealer,
  directory: VerifiedDirectory,
  sealed: Sealed,
): Promise<Variant> {
  const envelope = Uint8Array.from(sealed.envelope)
  envelope.set(randomBytes(16), envelope.length - 16)
  const slip = await seal.content(
    'slip',
    {
      v: 1,
      kind: 'slip',
      envelope: encodeBase64url(sha256(envelope)),
      program: 'emergency',
      language: 'vi',
      country: 'VN',
      region: null,
      urgency: null,
      deadline: null,
      context: contextFor(directory, 'slip'),
    },
    [directory.directory.router[0]?.recipient ?? ''],
  )
  return { sealed, envelope, slip: encodeBase64url(slip.bytes) }
}

/** @param count how many requests one database can be sent */
export async function sealings(count: number): Promise<Sealings> {
  const organisation = await testOrganisation({
    programs: exampleDirectory().programs.map(program => ({
      ...program,
      valid_from: '2020-01-01T00:00:00Z',
      service_level: { ...level, ladder: [...level.ladder] },
    })),
  })
  const { verify, note } = organisation
  const requests: Sealed[] = []
  for (let made = 0; made < 3; made++) requests.push(await sealRequest(organisation))
  const additions = new Map<Sealed, Awaited<ReturnType<typeof sealedAddition>>>()
  for (const sealed of requests)
    additions.set(sealed, await sealedAddition(organisation, sealed, 'more'))
  const [first] = requests
  if (first === undefined) throw new Error('no request')
  const directory = await verify(note)
  const variants = await sealTogether(organisation.primitives, async seal => {
    const made: Variant[] = []
    for (let at = 0; at < count; at++)
      made.push(await variantOf(seal, directory, requests[at % requests.length] ?? first))
    return made
  })
  const reply = await replyBody({ organisation }, 'vietnam-1', { ...first, caseId: '0'.repeat(26) })
  return {
    organisation,
    variants,
    additions,
    reply: { sealed: reply.sealed, team_copy: reply.team_copy },
  }
}

export interface Clients {
  readonly url: string
  readonly sealings: Sealings
  readonly random: () => number
  /** How many requests this database was sent. */
  readonly sent: { count: number }
  /** Asks the store until it answers. */
  readonly look: Look
  /** Intakes with a receipt, and the hash of the envelope that was sent. */
  readonly receipts: Map<string, Uint8Array>
}

interface Answer {
  /** 599: there was none. */
  readonly status: number
  readonly text: string
}

async function post(
  url: string,
  body: string | Uint8Array,
  headers: Record<string, string>,
): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
      signal: AbortSignal.timeout(10_000),
    })
    return { status: response.status, text: await response.text() }
  } catch (error) {
    return {
      status: 599,
      text: error instanceof Error ? `${error.message} ${String(error.cause)}` : '',
    }
  }
}

/** Tries until there is an answer that is no "later". @throws Error where patience ends */
async function insist(
  attempt: () => Promise<Answer>,
  later: readonly number[] = [],
): Promise<Answer> {
  const until = performance.now() + patienceMs
  for (let tries = 1; ; tries++) {
    const answer = await attempt()
    const { status, text } = answer
    if (status < 500 && ![429, ...later].includes(status)) return answer
    if (performance.now() > until)
      throw new Error(`no answer in ${patienceMs} ms and ${tries} tries: ${status} ${text}`)
    // As pages and the tool do: ever slower, and not all at the same moment.
    await sleep(Math.min(1000, 50 * 2 ** tries) * (0.5 + Math.random() / 2))
  }
}

interface Sent {
  readonly id: string
  readonly token: string
  readonly sealed: Sealed
  readonly envelope: Uint8Array
}

/** @throws Error where there is no receipt, or it does not verify */
async function submit(clients: Clients): Promise<Sent> {
  const { sealings, url } = clients
  const { variants, organisation } = sealings
  const variant = variants[clients.sent.count++]
  if (variant === undefined) throw new Error('no request is left')
  const { sealed, envelope, slip } = variant
  const token = randomBytes(32)
  const id = clientId()
  const body = JSON.stringify({
    ...sealed.request,
    id,
    slip,
    envelope: encodeBase64url(envelope),
    mailbox: encodeBase64url(sha256(token)),
  })
  const answer = await insist(() => post(`${url}/v1/intakes`, body, {}))
  if (answer.status !== 200 && answer.status !== 201)
    throw new Error(`intake refused: ${answer.status} ${answer.text}`)
  const { receipt } = IntakeReceipt.parse(JSON.parse(answer.text))
  await verifyReceipt(organisation.primitives, receipt, organisation.directory)
  clients.receipts.set(id, sha256(envelope))
  return { id, token: encodeBase64url(token), sealed, envelope }
}

/** An act of a handler; "not found" until the case is routed. A conflict ends it: the act was done, or is too late. */
async function act(clients: Clients, path: string, body: object): Promise<void> {
  const { primitives, identities, directory } = clients.sealings.organisation
  const identity = identities['vietnam-1']
  if (identity === undefined) throw new Error('no handler')
  const { seed } = identitySigningKey(primitives, identity)
  const bytes = utf8(JSON.stringify(body))
  const answer = await insist(async () => {
    const headers = await signRequest(primitives, {
      method: 'POST',
      url: `${directory.addresses[0]}${path}`,
      body: bytes,
      seed,
      created: Date.now(),
      nonce: encodeBase64url(randomBytes(16)),
    })
    return post(`${clients.url}${path}`, bytes, headers)
  }, [404])
  if (answer.status !== 200 && answer.status !== 409)
    throw new Error(`act refused: ${path} ${answer.status} ${answer.text}`)
}

function proof({ organisation }: Sealings, envelope: Uint8Array) {
  const { primitives, identities } = organisation
  const identity = identities['vietnam-1']
  if (identity === undefined) throw new Error('no handler')
  const { seed } = identitySigningKey(primitives, identity)
  const hour = formatTimestamp(floorToHour(Date.now()))
  const signature = signAnswer(primitives, seed, sha256(envelope), hour)
  return { hour, signature: encodeBase64url(signature) }
}

/** What becomes of a case: each plan is a beginning of the next. */
async function workOn(clients: Clients, sent: Sent): Promise<void> {
  const { random, sealings, look, url } = clients
  const plan = Math.floor(random() * 10)
  if (plan < 5) return
  await sleep(random() * 2500)
  const [row] = await look('select case_id from intakes where id = $1', [sent.id])
  const path = `/v1/cases/${String(row?.['case_id'])}`
  await act(clients, `${path}/claim`, {})
  if (plan < 6) return
  await sleep(random() * 1000)
  const answer = proof(sealings, sent.envelope)
  if (random() < 0.3)
    await act(clients, `${path}/contacted`, { id: clientId(), via: 'phone', answer })
  else await act(clients, `${path}/replies`, { id: clientId(), ...sealings.reply, answer })
  if (plan < 8) return
  const addition = sealings.additions.get(sent.sealed)
  if (plan < 9 && addition !== undefined) {
    const body = JSON.stringify({ ...addition, id: clientId() })
    const added = await insist(() =>
      post(`${url}/v1/mailbox/additions`, body, { authorization: `Bearer ${sent.token}` }),
    )
    if (added.status !== 201) throw new Error(`addition refused: ${added.status} ${added.text}`)
    return
  }
  await act(clients, `${path}/close`, { outcome: 'supported' })
  if (random() < 0.5)
    await look(`update cases set purge_at = clock_timestamp() where id = $1 and state = 'closed'`, [
      row?.['case_id'],
    ])
}

/** Resolves when each applicant has a receipt and each handler an answer. */
export async function flow(clients: Clients, cases: number): Promise<void> {
  const applicants = Array.from({ length: cases }, async () => {
    await sleep(clients.random() * 1500)
    await workOn(clients, await submit(clients))
  })
  await Promise.all(applicants)
}
