// The requests of the pages, all to their own origin. Nothing is retried here: every failure is a value that the
// page has a sentence for, and the same bytes can be sent again.
import { puzzleHeader } from '../src/core/puzzle/puzzle.js'
import { Failed, type FailureCode } from './failed.js'
import type { Given } from './sealer/calls.js'

const timeoutMs = 120_000

const failures: Readonly<Record<string, FailureCode>> = {
  too_many_requests: 'too_many_requests',
  overloaded: 'too_many_requests',
  directory_missing: 'directory_missing',
  // Of the date of this device the Worker alone speaks: a server that withholds the newer keys would have it set back.
  directory_expired: 'directory_missing',
  mailbox_unknown: 'mailbox_unknown',
  case_purged: 'mailbox_unknown',
  additions_full: 'additions_full',
  uploads_full: 'uploads_full',
  uploads_paused: 'uploads_paused',
  request_too_large: 'request_too_large',
  intake_conflict: 'arrived_already',
  request_slow: 'offline',
}

/** The sentence for a problem, by its code first and by its status where the code is not known here. */
function failureFor(status: number, code: string): FailureCode {
  const known = failures[code]
  if (known !== undefined) return known
  if (status === 429) return 'too_many_requests'
  if (status === 413) return 'request_too_large'
  if (status === 502 || status === 503 || status === 504) return 'unavailable'
  return status >= 500 ? 'internal' : 'refused'
}

function codeOf(problem: unknown): string {
  if (typeof problem !== 'object' || problem === null || !('code' in problem)) return ''
  return typeof problem.code === 'string' ? problem.code : ''
}

/** What has not come in this time is a lost line. @throws Failed */
export async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: number | undefined
  const lost = new Promise<never>((_, reject) => {
    timer = window.setTimeout(() => reject(new Failed('offline', 'timeout')), timeoutMs)
  })
  try {
    return await Promise.race([work, lost])
  } finally {
    window.clearTimeout(timer)
  }
}

/** @throws Failed */
export async function request(address: string, init: RequestInit = {}): Promise<Response> {
  const answered = fetch(address, {
    credentials: 'omit',
    cache: 'no-store',
    redirect: 'error',
    referrerPolicy: 'no-referrer',
    ...init,
  }).catch(() => {
    throw new Failed('offline')
  })
  const response = await inTime(answered)
  if (response.ok) return response
  const problem: unknown = await inTime(response.json().catch(() => null))
  const code = codeOf(problem)
  throw new Failed(
    failureFor(response.status, code),
    code === '' ? String(response.status) : code,
    response.headers.get(puzzleHeader),
  )
}

/** What a server says of a file that is no longer there; others may stand in between and refuse for reasons of their own. */
const goneCodes = ['not_found', '404', '410']

/**
 * Why a script of the site has not come; null where it can be had. After a new version of the site it is no longer there, and
 * only a new page knows the new one.
 */
export async function lostScript(address: string): Promise<Failed | null> {
  try {
    // What the browser has already is not fetched once more.
    await request(address, { cache: 'default' })
    return null
  } catch (error) {
    if (!(error instanceof Failed)) throw error
    if (goneCodes.includes(error.code)) return new Failed('page_replaced')
    return error.failure === 'refused' ? new Failed('offline') : error
  }
}

/** A body that stops in the middle is a lost connection; one that is no JSON is not ours. */
async function bodyOf(response: Response): Promise<unknown> {
  const read = response.text().catch(() => {
    throw new Failed('offline')
  })
  const text = await inTime(read)
  try {
    return JSON.parse(text)
  } catch {
    throw new Failed('untrusted')
  }
}

async function post(
  address: string,
  body: string,
  token?: string,
  solved?: Given<'solve'>,
): Promise<unknown> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`
  if (solved !== undefined) {
    headers[puzzleHeader] = solved.solution
    headers['content-digest'] = solved.digest
  }
  return bodyOf(await request(address, { method: 'POST', headers, body }))
}

/**
 * As the page itself asks ahead (web/html/render.ts): Firefox takes what has come only for a request without cache mode,
 * redirect mode and referrer policy of its own. The page's own policies still keep it here.
 */
const asAskedAhead: RequestInit = {
  credentials: 'same-origin',
  cache: 'default',
  redirect: 'follow',
  referrerPolicy: '',
}

export async function fetchExcerpt(): Promise<unknown> {
  return bodyOf(await request('/v1/directory/excerpt', asAskedAhead))
}

export async function fetchDeployment(): Promise<unknown> {
  return bodyOf(await request('/deployment.json'))
}

export async function fetchDirectoryNote(): Promise<Uint8Array> {
  const response = await request('/v1/directory')
  const read = response.arrayBuffer().catch(() => {
    throw new Failed('offline')
  })
  return new Uint8Array(await inTime(read))
}

/** @param solved where the service is busy and has asked for it */
export function postIntake(body: string, solved?: Given<'solve'>): Promise<unknown> {
  return post('/v1/intakes', body, undefined, solved)
}

/** @param before only replies that are older than this one */
export function postMailbox(
  token: string,
  read: readonly string[],
  before?: string,
): Promise<unknown> {
  return post('/v1/mailbox', JSON.stringify({ read, before }), token)
}

export function postAddition(token: string, body: string): Promise<unknown> {
  return post('/v1/mailbox/additions', body, token)
}

export function postDeletion(token: string, body: string): Promise<unknown> {
  return post('/v1/mailbox/deletion', body, token)
}
