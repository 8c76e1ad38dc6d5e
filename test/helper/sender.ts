// An applicant without a browser: fetches and verifies the directory, seals with core, and talks to
// the API over real connections. Invented roles, never people.
import { setTimeout as wait } from 'node:timers/promises'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import type { Primitives } from '../../src/core/crypto/primitives.js'
import { newClientId } from '../../src/core/encoding/case-id.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { sealEnvelope, sealSlip } from '../../src/core/envelope/seal.js'
import { slipFacts } from '../../src/core/form/slip-facts.js'
import { deriveReceiptKeys, newReceiptCode, type ReceiptKeys } from '../../src/core/receipt/code.js'
import { recipientsFor } from '../../src/core/routing/readers.js'
import { routerRecipient } from '../../keys/keyring.js'
import { type VerifiedDirectory, verifyDirectory } from '../../keys/directory.js'
import { Deployment } from '../../schemas/directory.js'
import { IntakeReceipt, type IntakeRequest } from '../../schemas/intake.js'
import { MailboxView } from '../../schemas/mailbox.js'
import type { Answers } from '../../schemas/sealed.js'

export interface Site {
  readonly url: string
  readonly p: Primitives
  readonly root: string
  readonly verified: VerifiedDirectory
}

export interface SealedRequest {
  readonly request: IntakeRequest
  readonly entropy: Uint8Array
  readonly keys: ReceiptKeys
}

export async function visitSite(url: string): Promise<Site> {
  const p = await nodePrimitives()
  const deployment = Deployment.parse(await (await fetch(`${url}/deployment.json`)).json())
  const note = new Uint8Array(await (await fetch(`${url}/v1/directory`)).arrayBuffer())
  const verified = await verifyDirectory(p, note, { root: deployment.root, now: Date.now() })
  return { url, p, root: deployment.root, verified }
}

/** A short emergency, complete as far as the form requires. */
export function emergencyAnswers(words: string, over: Answers = {}): Answers {
  return {
    reply_language: 'vi',
    contact: { kind: 'portal' },
    on_behalf_of: 'colleague',
    person_agrees: 'cannot_be_asked',
    country: 'VN',
    time_pressure: 'happening_now',
    what_happened: words,
    situation: ['detained'],
    defender_link: { way_out: 'later' },
    help_needed: ['lawyer'],
    referral: 'ask_me_each_time',
    ...over,
  }
}

export async function sealRequest(
  site: Site,
  program: string,
  answers: Answers,
): Promise<SealedRequest> {
  const { p, verified } = site
  const { directory } = verified
  const entropy = newReceiptCode(p)
  const keys = await deriveReceiptKeys(p, entropy, { root: site.root, origin: directory.origin })
  const facts = slipFacts(program, answers, () => null)
  const offered = directory.programs.find(candidate => candidate.id === program)
  if (offered === undefined) throw new Error(`no program ${program}`)
  const readers = recipientsFor(p, directory, facts, Date.now())
  const context = {
    channel: 'web' as const,
    origin: directory.origin,
    directory_sequence: directory.sequence,
    directory_sha256: encodeBase64url(verified.sha256),
  }
  const envelope = await sealEnvelope(
    p,
    {
      v: 1,
      kind: 'envelope',
      program,
      form_version: offered.form.version,
      language: facts.language,
      page_language: 'vi',
      answers,
      promise: offered.promise['vi'] ?? '',
      reply: {
        recipient: keys.replyRecipient,
        key: encodeBase64url(keys.replyKey),
        addition_key: encodeBase64url(keys.additionKey),
      },
      attachments: [],
      context: { ...context, kind: 'envelope' },
    },
    readers,
  )
  const slip = await sealSlip(
    p,
    {
      v: 1,
      kind: 'slip',
      envelope: encodeBase64url(envelope.sha256),
      ...facts,
      context: { ...context, kind: 'slip' },
    },
    routerRecipient(directory, Date.now()) ?? '',
  )
  return {
    entropy,
    keys,
    request: {
      id: newClientId(p),
      directory_version: directory.sequence,
      slip: encodeBase64url(slip.bytes),
      envelope: encodeBase64url(envelope.bytes),
      mailbox: encodeBase64url(keys.mailboxHash),
    },
  }
}

export function postJson(url: string, body: unknown, headers: Record<string, string> = {}) {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  })
}

/**
 * Sends until there is a receipt, the same id and bytes each time, as the page does.
 * @throws Error where the server refuses, or there is no receipt within `withinMs`
 */
export async function submitUntilReceipt(
  url: () => string,
  request: IntakeRequest,
  withinMs = 120_000,
): Promise<{ receipt: IntakeReceipt; tries: number }> {
  const until = Date.now() + withinMs
  for (let tries = 1; Date.now() < until; tries++) {
    const response = await postJson(`${url()}/v1/intakes`, request).catch(() => null)
    if (response !== null && (response.status === 200 || response.status === 201)) {
      const receipt = IntakeReceipt.safeParse(await response.json().catch(() => null))
      if (receipt.success) return { receipt: receipt.data, tries }
    } else if (response !== null && response.status < 500 && response.status !== 429) {
      throw new Error(`refused with ${response.status}: ${await response.text()}`)
    } else await response?.body?.cancel().catch(() => undefined)
    await wait(50)
  }
  throw new Error('no receipt in time')
}

export async function lookIntoMailbox(url: string, keys: ReceiptKeys): Promise<MailboxView> {
  const response = await postJson(
    `${url}/v1/mailbox`,
    {},
    { authorization: `Bearer ${encodeBase64url(keys.mailboxToken)}` },
  )
  if (!response.ok) throw new Error(`mailbox: ${response.status} ${await response.text()}`)
  return MailboxView.parse(await response.json())
}
