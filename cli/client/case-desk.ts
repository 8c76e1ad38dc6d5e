// The handlers' calls of the API (step 9 and 10), each signed (RFC 9421), each answer read through its schema: what
// does not fit is never looked at.
import {
  type ActAnchor,
  CaseDetail,
  CaseList,
  type CaseQuery,
  CaseSummary,
  type PartKind,
} from '../../schemas/case.js'
import type { CaseId, ClientId } from '../../schemas/encoding.js'
import { Inboxes } from '../../schemas/inboxes.js'
import { maxSealedBytes, maxSealedMailBytes } from '../../schemas/sealed.js'
import { maxStretchBytes } from '../../schemas/upload.js'
import { Statistics } from '../../schemas/statistics.js'
import { printAnchor } from '../../src/core/case/anchor.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { fromUtf8, utf8 } from '../../src/core/encoding/bytes.js'
import { parseStrictJson } from '../../src/core/encoding/strict-json.js'
import { signRequest } from '../../src/core/http-signature/sign.js'
import { refused } from '../failure.js'
import type { Station } from '../station/station.js'
import { safe } from '../terminal/safe.js'
import { type Answer, exchange, type Line } from './exchange.js'
import { failureOf } from './problem.js'

/** A page of the inbox, and a case with its whole history, at most. */
const maxPageBytes = 1_048_576
const maxDetailBytes = 67_108_864
/** A row for each program of 104 weeks. */
const maxFiguresBytes = 4_194_304
/** Arrays and objects inside each other in any answer at most. */
const maxDepth = 8

export type CaseVerb =
  | 'claim'
  | 'release'
  | 'replies'
  | 'contacted'
  | 'notes'
  | 'seals'
  | 'close'
  | 'hold'
  | 'unhold'
  | 'reopen'
  | 'reroute'
  | 'coverage'

export interface CaseDesk {
  list(query: CaseQuery): Promise<CaseList>
  detail(id: CaseId): Promise<CaseDetail>
  envelope(id: CaseId): Promise<Uint8Array>
  /** A sealed part of the case; of a reply, the copy for the team. */
  part(id: CaseId, kind: PartKind, part: ClientId): Promise<Uint8Array>
  /** Sealed bytes of an attachment, from a place on: some of them, none behind its end. */
  attachment(id: CaseId, attachment: ClientId, from: number): Promise<Uint8Array>
  /** @returns the case afterwards */
  act(id: CaseId, verb: CaseVerb, body: object, anchor: ActAnchor): Promise<CaseSummary>
  /** The organisation's figures, for leads and directors. */
  statistics(weeks: number): Promise<Statistics>
  /** Whether mails can be taken in. */
  inboxes(): Promise<Inboxes>
}

export function caseDesk(
  station: Station,
  line: Line & { readonly url: string },
  seed: Uint8Array,
): CaseDesk {
  async function call(
    method: 'GET' | 'POST',
    path: string,
    body: object | null,
    maxBytes: number,
  ): Promise<Answer> {
    const p = await station.primitives()
    const url = `${line.url}/v1${path}`
    const bytes = body === null ? new Uint8Array() : utf8(JSON.stringify(body))
    const headers = await signRequest(p, {
      method,
      url,
      body: bytes,
      seed,
      created: station.now(),
      nonce: encodeBase64url(p.random(16)),
    })
    const request = { method, url, headers, body: body === null ? null : bytes, maxBytes }
    const answer = await exchange(request, line)
    if (answer.status !== 200 && answer.status !== 201) throw failureOf(answer)
    return answer
  }

  return {
    async list(query) {
      const search = new URLSearchParams(
        Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
      )
      return read(CaseList, await call('GET', `/cases?${search.toString()}`, null, maxPageBytes))
    },
    async detail(id) {
      const detail = read(CaseDetail, await call('GET', `/cases/${id}`, null, maxDetailBytes))
      if (detail.case.id !== id) throw untrusted(safe`the server sent another case than ${id}`)
      return detail
    },
    async envelope(id) {
      return (await call('GET', `/cases/${id}/envelope`, null, maxSealedBytes)).body
    },
    async statistics(weeks) {
      return read(
        Statistics,
        await call('GET', `/statistics?weeks=${weeks}`, null, maxFiguresBytes),
      )
    },
    async inboxes() {
      return read(Inboxes, await call('GET', '/inboxes', null, maxPageBytes))
    },
    async part(id, kind, part) {
      const maxBytes = kind === 'mails' ? maxSealedMailBytes : maxSealedBytes
      return (await call('GET', `/cases/${id}/${kind}/${part}`, null, maxBytes)).body
    },
    async attachment(id, attachment, from) {
      const path = `/cases/${id}/attachments/${attachment}?from=${from}`
      return (await call('GET', path, null, maxStretchBytes)).body
    },
    async act(id, verb, body, anchor) {
      const path = `/cases/${id}/${verb}?${printAnchor(anchor)}`
      const summary = read(CaseSummary, await call('POST', path, body, maxPageBytes))
      if (summary.id !== id)
        throw untrusted(safe`the server answered about another case than ${id}`)
      return summary
    },
  }
}

/** @throws Failure where the answer is not what this service sends */
function read<T>(shape: { parse(value: unknown): T }, answer: Answer): T {
  try {
    if (answer.contentType !== 'application/json') throw new TypeError('another content type')
    return shape.parse(parseStrictJson(fromUtf8(answer.body), maxDepth))
  } catch {
    throw untrusted(safe`the server's answer is not in the form of this service`)
  }
}

/** @returns a refusal: the server sent something that cannot be right */
export function untrusted(sentence: ReturnType<typeof safe>) {
  return refused(
    sentence,
    safe`nothing of it was used; tell the organisation, and wait until it has told you why`,
  )
}
