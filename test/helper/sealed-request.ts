// A request as the page of an applicant seals it, with what the applicant keeps. For tests and benchmarks: it knows neither
// the runner of the tests nor a server.
import type { IntakeRequest } from '../../schemas/intake.js'
import type { CarriedMail, Context, EnvelopeContent } from '../../schemas/sealed.js'
import type { VerifiedDirectory } from '../../keys/directory.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { newClientId } from '../../src/core/encoding/case-id.js'
import { sealEnvelope, sealSlip } from '../../src/core/envelope/seal.js'
import { deriveReceiptKeys, newReceiptCode } from '../../src/core/receipt/code.js'
import type { Organisation } from './organisation.js'

/** A request that an applicant's page made, with what the applicant keeps. */
export interface Sealed {
  readonly request: IntakeRequest
  readonly content: EnvelopeContent
  readonly envelope: Uint8Array
  readonly token: string
  readonly keys: Awaited<ReturnType<typeof deriveReceiptKeys>>
  /** The receipt code. */
  readonly code: Uint8Array
}

export interface SealChanges {
  /** On the slip: the applicant's own date. */
  readonly deadline?: string
  readonly envelope?: Partial<Context>
  readonly slip?: Partial<Context> | null
  readonly team?: string
  readonly canary?: string
  readonly answers?: EnvelopeContent['answers']
  readonly mail?: CarriedMail
  /** Anything else that the applicant writes into the envelope. */
  readonly content?: Partial<EnvelopeContent>
}

export function contextFor(directory: VerifiedDirectory, kind: Context['kind']): Context {
  return {
    kind,
    channel: 'web',
    origin: directory.directory.origin,
    directory_sequence: directory.directory.sequence,
    directory_sha256: encodeBase64url(directory.sha256),
  }
}

export async function sealedRequest(
  { primitives, root }: Pick<Organisation, 'primitives' | 'root'>,
  directory: VerifiedDirectory,
  recipients: readonly string[],
  changes: SealChanges = {},
): Promise<Sealed> {
  const { origin, sequence } = directory.directory
  const code = newReceiptCode(primitives)
  const keys = await deriveReceiptKeys(primitives, code, { root, origin })
  const context = { ...contextFor(directory, 'envelope'), ...changes.envelope }
  const content: EnvelopeContent = {
    v: 1,
    kind: 'envelope',
    program: 'emergency',
    form_version: 1,
    language: 'vi',
    page_language: 'vi',
    answers: changes.answers ?? { what: changes.canary ?? 'Tôi cần giúp đỡ' },
    promise: 'Somebody answers within 48 hours.',
    reply: {
      recipient: keys.replyRecipient,
      key: encodeBase64url(keys.replyKey),
      addition_key: encodeBase64url(keys.additionKey),
    },
    attachments: [],
    ...(changes.mail === undefined ? {} : { mail: changes.mail }),
    ...changes.content,
    context,
  }
  const envelope = await sealEnvelope(primitives, content, recipients)
  const slip =
    changes.slip === null
      ? null
      : await sealSlip(
          primitives,
          {
            v: 1,
            kind: 'slip',
            envelope: encodeBase64url(envelope.sha256),
            program: 'emergency',
            language: 'vi',
            country: 'VN',
            region: null,
            urgency: null,
            deadline: changes.deadline ?? null,
            context: { ...context, kind: 'slip', ...changes.slip },
          },
          directory.directory.router[0]?.recipient ?? '',
        )
  return {
    request: {
      id: newClientId(primitives),
      directory_version: sequence,
      slip: slip === null ? null : encodeBase64url(slip.bytes),
      envelope: encodeBase64url(envelope.bytes),
      mailbox: encodeBase64url(keys.mailboxHash),
    },
    content,
    envelope: envelope.bytes,
    token: encodeBase64url(keys.mailboxToken),
    keys,
    code,
  }
}
