// Step 3 on the applicant's device: envelope for the handlers, slip for the router, and the proof of step 5.
import type { VerifiedDirectory } from '../../keys/directory.js'
import { routerRecipient } from '../../keys/keyring.js'
import { IntakeReceipt } from '../../schemas/intake.js'
import { KhancapError } from '../../schemas/problem.js'
import type { Program } from '../../schemas/program.js'
import type { Context, EnvelopeContent, SealedKind, SlipContent } from '../../schemas/sealed.js'
import type { Primitives } from '../../src/core/crypto/primitives.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { newClientId } from '../../src/core/encoding/case-id.js'
import { armorRequest, printRequestFile } from '../../src/core/envelope/request-file.js'
import { sealTogether } from '../../src/core/envelope/seal.js'
import { checkAnswers } from '../../src/core/form/check.js'
import { keepShown } from '../../src/core/form/shown.js'
import { slipFacts } from '../../src/core/form/slip-facts.js'
import { deriveReceiptKeys } from '../../src/core/receipt/code.js'
import { promiseFor, verifyReceipt } from '../../src/core/receipt/receipt.js'
import { recipientsFor } from '../../src/core/routing/readers.js'
import { instantOf } from '../instant-of.js'
import type { Asked, Given, SealedRequest, SealingOrder, Served } from './calls.js'

export interface Opened {
  readonly root: string
  readonly verified: VerifiedDirectory
  /** Nothing new is sealed with it. */
  readonly expired: boolean
  readonly channel: Served['channel']
}

export function contextOf(kind: SealedKind, { channel, verified }: Opened): Context {
  const { origin, sequence } = verified.directory
  const directory_sha256 = encodeBase64url(verified.sha256)
  return { kind, channel, origin, directory_sequence: sequence, directory_sha256 }
}

/** The sentence that was shown, which the case keeps. */
function promiseOf(program: Program, language: string): string {
  const { promise } = program
  return promise[language] ?? promise['en'] ?? Object.values(promise)[0] ?? ''
}

export async function sealRequest(
  p: Primitives,
  opened: Opened,
  order: SealingOrder,
): Promise<SealedRequest> {
  const { directory } = opened.verified
  const program = directory.programs.find(candidate => candidate.id === order.program)
  if (program === undefined) throw new KhancapError('form_invalid')
  const answers = keepShown(program.form, order.answers)
  const faults = checkAnswers(program.form, answers)
  if (faults.length > 0) throw new KhancapError('form_invalid', { faults })

  const facts = slipFacts(program.id, answers, instantOf)
  const readers = recipientsFor(p, directory, facts, order.now)
  const router = routerRecipient(directory, order.now)
  if (readers.length === 0 || router === null) throw new KhancapError('directory_invalid')

  const keys = await deriveReceiptKeys(p, order.entropy, {
    root: opened.root,
    origin: directory.origin,
  })
  const content: EnvelopeContent = {
    v: 1,
    kind: 'envelope',
    program: program.id,
    form_version: program.form.version,
    language: facts.language,
    page_language: order.pageLanguage,
    answers,
    promise: promiseOf(program, order.pageLanguage),
    reply: {
      recipient: keys.replyRecipient,
      key: encodeBase64url(keys.replyKey),
      addition_key: encodeBase64url(keys.additionKey),
    },
    attachments: [],
    context: contextOf('envelope', opened),
  }
  const { envelope, slip } = await sealTogether(p, async seal => {
    const whole = await seal.content('envelope', content, readers)
    if (program.slip === 'none') return { envelope: whole, slip: null }
    const slipContent: SlipContent = {
      v: 1,
      kind: 'slip',
      envelope: encodeBase64url(whole.sha256),
      ...facts,
      context: contextOf('slip', opened),
    }
    return { envelope: whole, slip: await seal.content('slip', slipContent, [router]) }
  })
  const id = order.id ?? newClientId(p)
  const file = await printRequestFile(p, {
    id,
    directorySequence: directory.sequence,
    mailbox: keys.mailboxHash,
    slip: slip?.bytes ?? null,
    envelope: envelope.bytes,
  })
  return {
    id,
    program: program.id,
    file,
    armored: armorRequest(file),
    body: JSON.stringify({
      id,
      directory_version: directory.sequence,
      slip: slip === null ? null : encodeBase64url(slip.bytes),
      envelope: encodeBase64url(envelope.bytes),
      mailbox: encodeBase64url(keys.mailboxHash),
    }),
    envelope: encodeBase64url(envelope.sha256),
    slip: slip === null ? null : encodeBase64url(slip.sha256),
    directory: directory.sequence,
  }
}

const dayMs = 86_400_000

/**
 * That this very request was taken in, and by when an answer is due. Dated ahead, a receipt promises nothing for so long: by
 * more than a day either the device's clock is wrong or the service's, and only the arrival is proved. (Where it is the
 * device's, its directory may still be in force.)
 * @throws KhancapError `receipt_invalid`: what came back does not prove that
 */
export async function checkReceipt(
  p: Primitives,
  opened: Opened,
  { served, sealed, now }: Asked<'receipt'>,
): Promise<Given<'receipt'>> {
  const parsed = IntakeReceipt.safeParse(served)
  if (!parsed.success) throw new KhancapError('receipt_invalid')
  const { receipt } = parsed.data
  const content = await verifyReceipt(p, receipt, opened.verified.directory)
  const due = promiseFor(content, opened.verified.directory, sealed.program)
  if (
    content.intake !== sealed.id ||
    content.envelope !== sealed.envelope ||
    content.slip !== sealed.slip ||
    content.directory !== sealed.directory ||
    due === null
  )
    throw new KhancapError('receipt_invalid')
  // Nothing is taken in that was sealed to a directory which has expired.
  if (parseTimestamp(content.received) > parseTimestamp(opened.verified.directory.expires))
    throw new KhancapError('receipt_invalid')
  const isAhead = parseTimestamp(content.received) > now + dayMs
  return { due: isAhead ? null : due, receipt }
}
