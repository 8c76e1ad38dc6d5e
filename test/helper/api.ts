// The API on a real store with a real organisation, and the clients that meet it: an applicant who seals, handlers
// who sign.
import { randomBytes } from 'node:crypto'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import type { CaseId } from '../../schemas/encoding.js'
import type {
  AdditionContent,
  CarriedMail,
  Context,
  LetterMessage,
  NoteMessage,
} from '../../schemas/sealed.js'
import type { VerifiedDirectory } from '../../keys/directory.js'
import { activeHandlers } from '../../keys/keyring.js'
import { identityRecipient, identitySigningKey } from '../../keys/identity.js'
import { currentDirectory } from '../../src/app/current-directory.js'
import { publishDirectory } from '../../src/app/publish-directory.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { utf8 } from '../../src/core/encoding/bytes.js'
import { floorToHour, formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { sealAddition, sealLetter, sealNote, sealReply } from '../../src/core/envelope/seal.js'
import { signRequest } from '../../src/core/http-signature/sign.js'
import { signAddition, signAnswer } from '../../src/core/receipt/proofs.js'
import type { HttpDeps } from '../../src/http/deps.js'
import { httpApp } from '../../src/http/http-app.js'
import { httpSettings } from '../../src/http/limits.js'
import type { Log, LogFields } from '../../src/ports/log.js'
import { type Organisation, testOrganisation } from './organisation.js'
import type { Teardown } from './postgres.js'
import { contextFor, type Sealed, type SealChanges, sealedRequest } from './sealed-request.js'
import { clientId, hour, sha256, testStore, type TestStore } from './store.js'

export interface TestLog extends Log {
  readonly lines: { readonly level: string; readonly event: string; readonly fields: LogFields }[]
}

export function testLog(): TestLog {
  const lines: { level: string; event: string; fields: LogFields }[] = []
  const write =
    (level: string) =>
    (event: string, fields: LogFields = {}) => {
      lines.push({ level, event, fields })
    }
  return { lines, info: write('info'), warn: write('warn'), error: write('error') }
}

export interface TestApi {
  readonly app: FastifyInstance
  readonly organisation: Organisation
  readonly db: TestStore
  readonly deps: HttpDeps
  readonly log: TestLog
  /** How often a relay was woken. */
  readonly woken: () => number
}

export async function testApi(
  t: Teardown,
  changes: Partial<HttpDeps> = {},
  organisation?: Organisation,
): Promise<TestApi> {
  const db = await testStore(t)
  const org = organisation ?? (await testOrganisation())
  const { primitives, root } = org
  const now = changes.now ?? Date.now
  await publishDirectory({ store: db.store, primitives, root, now }, org.note)
  const log = testLog()
  let woken = 0
  const deps: HttpDeps = {
    store: db.store,
    primitives,
    log,
    receiptKey: org.receiptKey,
    directories: currentDirectory({ store: db.store, primitives, root, now }),
    // Tests seal in the same process, on machines that do other things too.
    settings: { ...httpSettings, maxLoopDelayMs: 60_000 },
    pages: null,
    offlineTemplates: new Map(),
    deployment: { origin: org.directory.origin, root, demo: org.directory.demo },
    now,
    onCommitted() {
      woken += 1
    },
    ...changes,
  }
  const app = await httpApp(deps)
  t.teardown(() => app.close())
  return { app, organisation: org, db, deps, log, woken: () => woken }
}

export async function sealRequest(
  organisation: Organisation,
  changes: SealChanges = {},
  verified?: VerifiedDirectory,
): Promise<Sealed> {
  const directory = verified ?? (await organisation.verify(organisation.note))
  const recipients = activeHandlers(directory.directory, Date.now(), changes.team ?? 'vietnam')
    .concat(activeHandlers(directory.directory, Date.now(), 'intake'))
    .flatMap(handler => handler.recipients.map(each => each.recipient))
  return sealedRequest(organisation, directory, recipients, changes)
}

export function submit(
  api: Pick<TestApi, 'app'>,
  request: object,
): Promise<LightMyRequestResponse> {
  return api.app.inject({ method: 'POST', url: '/v1/intakes', payload: request })
}

export function withToken(
  api: Pick<TestApi, 'app'>,
  token: string,
  url: string,
  payload: object,
): Promise<LightMyRequestResponse> {
  const headers = { authorization: `Bearer ${token}` }
  return api.app.inject({ method: 'POST', url, payload, headers })
}

export async function sealedAddition(
  organisation: Organisation,
  sealed: Sealed,
  text: string,
  context: Partial<Context> = {},
  mail?: CarriedMail,
) {
  const { primitives } = organisation
  const directory = await organisation.verify(organisation.note)
  const content: AdditionContent = {
    v: 1,
    kind: 'addition',
    text,
    form_version: null,
    answers: null,
    attachments: [],
    ...(mail === undefined ? {} : { mail }),
    context: { ...contextFor(directory, 'addition'), ...context },
  }
  const recipients = activeHandlers(directory.directory, Date.now(), 'vietnam').flatMap(handler =>
    handler.recipients.map(each => each.recipient),
  )
  const file = await sealAddition(primitives, content, recipients)
  return {
    id: clientId(),
    directory_version: directory.directory.sequence,
    sealed: encodeBase64url(file.bytes),
    signature: encodeBase64url(signAddition(primitives, sealed.keys.additionSeed, file.sha256)),
  }
}

/** Takes in a request and routes it to a team, as the worker would. @returns the case */
export async function caseInTeam(
  api: TestApi,
  team: string | null = 'vietnam',
  changes: SealChanges = {},
): Promise<Sealed & { readonly caseId: CaseId }> {
  const sealed = await sealRequest(api.organisation, {
    ...changes,
    ...(team === null ? {} : { team }),
  })
  const answer = await submit(api, sealed.request)
  if (answer.statusCode !== 201) throw new Error(`intake refused: ${answer.body}`)
  const [row] = await api.db.rows('select id from cases where intake = $1', [sealed.request.id])
  const caseId = String(row?.['id'])
  if (team !== null)
    await api.db.store.recordRoute(caseId, {
      program: 'emergency',
      team,
      reason: 'routing_row',
      coverage: 'eligible',
      rule: 'test',
      directorySequence: 1,
      dueAt: Date.now() + 48 * hour,
      nextRungAt: Date.now() + hour,
      noticeId: crypto.randomUUID(),
      outboxId: crypto.randomUUID(),
    })
  return { ...sealed, caseId }
}

export interface SigningChanges {
  readonly seed?: Uint8Array
  readonly created?: number
  readonly nonce?: string
  readonly url?: string
  readonly signedBody?: Uint8Array
  readonly method?: string
  readonly headers?: Record<string, string | undefined>
}

/** A request as a handler's tool makes it. */
export async function signed(
  api: Pick<TestApi, 'organisation'>,
  handler: string,
  method: 'GET' | 'POST',
  url: string,
  body?: unknown,
  changes: SigningChanges = {},
): Promise<InjectOptions> {
  const { organisation } = api
  const identity = organisation.identities[handler]
  const seed =
    changes.seed ??
    (identity === undefined
      ? undefined
      : identitySigningKey(organisation.primitives, identity).seed)
  if (seed === undefined) throw new Error(`no handler ${handler}`)
  const bytes = body === undefined ? new Uint8Array(0) : utf8(JSON.stringify(body))
  const headers = await signRequest(organisation.primitives, {
    method: changes.method ?? method,
    url: `${organisation.directory.addresses[0]}${changes.url ?? url}`,
    body: changes.signedBody ?? bytes,
    seed,
    created: changes.created ?? Date.now(),
    nonce: changes.nonce ?? encodeBase64url(randomBytes(16)),
  })
  const sent = Object.entries({ ...headers, ...changes.headers }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  return {
    method,
    url,
    headers: Object.fromEntries(sent),
    ...(body === undefined ? {} : { payload: Buffer.from(bytes) }),
  }
}

export async function act(
  api: Pick<TestApi, 'app' | 'organisation'>,
  handler: string,
  method: 'GET' | 'POST',
  url: string,
  body?: unknown,
  changes: SigningChanges = {},
): Promise<LightMyRequestResponse> {
  return api.app.inject(await signed(api, handler, method, url, body, changes))
}

/** The proof of an answer by this handler. */
export function answerProof(
  { organisation }: Pick<TestApi, 'organisation'>,
  handler: string,
  envelope: Uint8Array,
  at: number = Date.now(),
) {
  const { primitives, identities } = organisation
  const identity = identities[handler]
  if (identity === undefined) throw new Error(`no handler ${handler}`)
  const written = formatTimestamp(floorToHour(at))
  const { seed } = identitySigningKey(primitives, identity)
  const signature = signAnswer(primitives, seed, sha256(envelope), written)
  return { hour: written, signature: encodeBase64url(signature) }
}

export async function sealedNote(
  api: Pick<TestApi, 'organisation'>,
  sealed: { readonly caseId: CaseId; readonly envelope: Uint8Array },
  message: Partial<NoteMessage> = {},
  handler = 'vietnam-1',
) {
  const { primitives, verify, note } = api.organisation
  const directory = await verify(note)
  const [writer, reader] = [handler, 'vietnam-1'].map(id => api.organisation.identities[id])
  if (writer === undefined || reader === undefined) throw new Error('no handler')
  return sealNote(
    primitives,
    {
      id: clientId(),
      about: 'note',
      case: sealed.caseId,
      envelope: encodeBase64url(sha256(sealed.envelope)),
      by: handler,
      text: 'a note',
      hour: formatTimestamp(floorToHour(Date.now())),
      ...message,
    },
    identitySigningKey(primitives, writer).seed,
    contextFor(directory, 'note'),
    [identityRecipient(primitives, reader)],
  )
}

export async function replyBody(
  api: Pick<TestApi, 'organisation'>,
  handler: string,
  sealed: Sealed & { readonly caseId: CaseId },
  text = 'Chúng tôi sẽ giúp bạn.',
) {
  const { primitives, verify, note } = api.organisation
  const directory = await verify(note)
  const message = { text, language: 'vi', hour: formatTimestamp(floorToHour(Date.now())) }
  const reply = await sealReply(
    primitives,
    message,
    sealed.content.reply,
    contextFor(directory, 'reply'),
  )
  const id = clientId()
  const copy = await sealedNote(api, sealed, { id, about: 'reply', text }, handler)
  return {
    id,
    sealed: encodeBase64url(reply.bytes),
    team_copy: encodeBase64url(copy.bytes),
    answer: answerProof(api, handler, sealed.envelope),
  }
}

/** A letter as a handler's tool makes it, sealed to the router. */
export async function sealedLetter(
  { organisation }: Pick<TestApi, 'organisation'>,
  handler: string,
  message: Pick<LetterMessage, 'case' | 'reply'> & Partial<LetterMessage>,
  signer?: Uint8Array,
): Promise<Uint8Array> {
  const { directory, identities, note, primitives, verify } = organisation
  const identity = identities[handler]
  if (identity === undefined) throw new Error(`no handler ${handler}`)
  const { bytes } = await sealLetter(
    primitives,
    {
      by: handler,
      to: 'somebody@sender.example',
      subject: 'Re: your message',
      in_reply_to: null,
      references: [],
      entity: 'Content-Type: text/plain\r\n\r\nwords\r\n',
      ...message,
    },
    signer ?? identitySigningKey(primitives, identity).seed,
    contextFor(await verify(note), 'letter'),
    directory.router[0]?.recipient ?? '',
  )
  return bytes
}
