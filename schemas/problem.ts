// The one table of problems (RFC 9457): the only place where a code is born, and the one error class that
// carries a code through every layer. No message and no field ever holds a value of an applicant's.
import * as z from 'zod'

/**
 * `retry: 'never'` is refused, `'later'` is unavailable, `'unknown'` is fatal: what became of the state is not
 * known, so the caller logs, ends, and lets recovery run.
 */
export const problems = {
  request_malformed: { status: 400, title: 'The request could not be read', retry: 'never' },
  request_invalid: { status: 400, title: 'The request has faults', retry: 'never' },
  request_too_large: { status: 413, title: 'The request is too large', retry: 'never' },
  request_slow: { status: 408, title: 'The request took too long to arrive', retry: 'later' },
  headers_too_large: {
    status: 431,
    title: 'The headers of the request are too large',
    retry: 'never',
  },
  media_type_unsupported: {
    status: 415,
    title: 'This content type is not taken here',
    retry: 'never',
  },
  not_found: { status: 404, title: 'There is nothing here', retry: 'never' },
  method_not_allowed: {
    status: 405,
    title: 'This address does not take that method',
    retry: 'never',
  },
  envelope_malformed: { status: 400, title: 'The envelope could not be read', retry: 'never' },
  slip_malformed: { status: 400, title: 'The slip could not be read', retry: 'never' },
  sealed_unreadable: { status: 400, title: 'The sealed file could not be opened', retry: 'never' },
  recipient_unusable: {
    status: 400,
    title: 'Nothing can be sealed to this recipient',
    retry: 'never',
  },
  form_invalid: { status: 400, title: 'The answers do not fit the form', retry: 'never' },
  directory_stale: {
    status: 409,
    title: 'The directory has changed: fetch it and seal again',
    retry: 'never',
  },
  directory_invalid: { status: 500, title: 'The directory could not be verified', retry: 'never' },
  directory_expired: { status: 503, title: 'The directory has expired', retry: 'later' },
  directory_missing: { status: 503, title: 'No directory has been published yet', retry: 'later' },
  directory_older: { status: 409, title: 'A newer directory is already known', retry: 'never' },
  directory_forked: {
    status: 409,
    title: 'The directory does not follow the one that is known',
    retry: 'never',
  },
  intake_conflict: {
    status: 409,
    title: 'This id, mailbox or envelope belongs to another intake',
    retry: 'never',
  },
  addition_conflict: {
    status: 409,
    title: 'This addition id was used for something else',
    retry: 'never',
  },
  reply_conflict: { status: 409, title: 'This id was used for something else', retry: 'never' },
  additions_full: {
    status: 409,
    title: 'No more additions are taken for this case',
    retry: 'never',
  },
  upload_unknown: { status: 404, title: 'There is no such upload', retry: 'never' },
  upload_conflict: {
    status: 409,
    title: 'This upload id was used for something else',
    retry: 'never',
  },
  upload_offset: {
    status: 409,
    title: 'The upload goes on at another place: ask where',
    retry: 'never',
  },
  upload_malformed: { status: 400, title: 'This is not a sealed attachment', retry: 'never' },
  upload_incomplete: {
    status: 409,
    title: 'An attachment has not arrived as a whole',
    retry: 'never',
  },
  uploads_full: {
    status: 409,
    title: 'No more attachments are taken for this case',
    retry: 'never',
  },
  uploads_paused: {
    status: 503,
    title: 'There is no room for attachments at the moment',
    retry: 'later',
  },
  attachment_unknown: { status: 404, title: 'There is no such attachment', retry: 'never' },
  tus_unsupported: {
    status: 412,
    title: 'Another version of tus is spoken here: 1.0.0',
    retry: 'never',
  },
  mailbox_unknown: { status: 401, title: 'This code opens no mailbox here', retry: 'never' },
  signature_missing: { status: 401, title: 'The request is not signed', retry: 'never' },
  signature_invalid: { status: 401, title: 'The signature does not verify', retry: 'never' },
  signature_stale: {
    status: 401,
    title: 'The signature is too old or too new: check the clock',
    retry: 'never',
  },
  nonce_used: { status: 401, title: 'This signature was used before', retry: 'never' },
  key_unknown: { status: 401, title: 'The signing key is not in the keyring', retry: 'never' },
  role_missing: { status: 403, title: 'This key may not do that', retry: 'never' },
  case_unknown: { status: 404, title: 'There is no such case for this key', retry: 'never' },
  case_state: { status: 409, title: 'The case is not in a state that allows this', retry: 'never' },
  addition_unseen: {
    status: 409,
    title: 'The applicant has added something since: read it first',
    retry: 'never',
  },
  case_claimed: { status: 409, title: 'Another handler has claimed the case', retry: 'never' },
  case_purged: { status: 410, title: 'The case has been purged', retry: 'never' },
  receipt_invalid: { status: 400, title: 'The receipt does not verify', retry: 'never' },
  receipt_code_invalid: {
    status: 400,
    title: 'These words are not a receipt code',
    retry: 'never',
  },
  identity_locked: {
    status: 400,
    title: 'The identity file does not open with this passphrase',
    retry: 'never',
  },
  identity_malformed: { status: 400, title: 'The identity file could not be read', retry: 'never' },
  router_identity_unknown: {
    status: 503,
    title: 'The routing identity is not the one that the directory names',
    retry: 'later',
  },
  notice_undeliverable: {
    status: 500,
    title: 'Nobody can be told about this case',
    retry: 'never',
  },
  too_many_requests: { status: 429, title: 'Please try again shortly', retry: 'later' },
  overloaded: { status: 503, title: 'Please try again shortly', retry: 'later' },
  store_unavailable: { status: 503, title: 'Please try again shortly', retry: 'later' },
  schema_behind: {
    status: 503,
    title: 'The database is older than this program: run npm run migrate as its owner',
    retry: 'later',
  },
  queue_unavailable: { status: 503, title: 'Please try again shortly', retry: 'later' },
  mail_unavailable: { status: 503, title: 'Mail could not be sent now', retry: 'later' },
  mail_deferred: {
    status: 503,
    title: 'The mail server takes no mail for this address now',
    retry: 'later',
  },
  mail_unconfirmed: {
    status: 503,
    title: 'The mail server did not say whether it took the mail',
    retry: 'later',
  },
  mailbox_unavailable: {
    status: 503,
    title: 'The mail server cannot be reached',
    retry: 'later',
  },
  mailbox_refused: {
    status: 502,
    title: 'The mail server does not let us in: look at the address, user, password and folder',
    retry: 'later',
  },
  mailbox_untrusted: {
    status: 502,
    title: "The mail server's certificate has expired, or is not the one to trust",
    retry: 'later',
  },
  mailbox_stuck: {
    status: 502,
    title: 'Mails that were taken in cannot be moved or marked: look at the quota and the folder',
    retry: 'later',
  },
  part_unknown: { status: 404, title: 'The case has no such part', retry: 'never' },
  mail_refused: { status: 502, title: 'The mail server refused the mail', retry: 'never' },
  server_unreachable: { status: 503, title: 'The server could not be reached', retry: 'later' },
  server_untrusted: {
    status: 502,
    title: 'The server sent something that does not verify',
    retry: 'never',
  },
  primitives_faulty: {
    status: 500,
    title: 'The cryptography of this machine gave a wrong answer',
    retry: 'unknown',
  },
  config_invalid: { status: 500, title: 'The configuration has faults', retry: 'never' },
  internal: { status: 500, title: 'Something went wrong here', retry: 'unknown' },
} as const satisfies Record<
  string,
  { status: number; title: string; retry: 'never' | 'later' | 'unknown' }
>

export type ProblemCode = keyof typeof problems

/** One fault in a document: where (RFC 6901 pointer) and what (a code), never the value. */
export const Fault = z
  .strictObject({
    pointer: z.string().max(200),
    code: z.string().max(60),
  })
  .meta({ id: 'Fault', description: 'Where a request is wrong and how, without its value' })
export type Fault = z.infer<typeof Fault>

export const Problem = z
  .strictObject({
    type: z.string().max(200).describe('A URI that names the problem: urn:khancap:problem:<code>'),
    title: z.string().max(200),
    status: z.int().min(400).max(599),
    code: z.string().max(60),
    instance: z.string().max(100).optional().describe('The id of the request'),
    retry: z.enum(['never', 'later', 'unknown']),
    errors: z.array(Fault).max(50).optional(),
  })
  .meta({ id: 'Problem', description: 'A problem document (RFC 9457)' })
export type Problem = z.infer<typeof Problem>

/** The one error of the project: a code of the table, perhaps with faults; the cause stays on this machine. */
export class KhancapError extends Error {
  readonly code: ProblemCode
  readonly faults: readonly Fault[]

  constructor(code: ProblemCode, options: { cause?: unknown; faults?: readonly Fault[] } = {}) {
    super(problems[code].title, options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'KhancapError'
    this.code = code
    this.faults = options.faults ?? []
  }
}
