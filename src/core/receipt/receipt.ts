// The receipt (step 5): a signed note that proves offline what was taken in, in which hour, and by when an answer was
// promised. The server cannot tell programs apart, so the promise of each one stands in it.
import type { Directory } from '../../../schemas/directory.js'
import type { Timestamp } from '../../../schemas/encoding.js'
import { ReceiptContent } from '../../../schemas/receipt.js'
import { KhancapError } from '../../../schemas/problem.js'
import { type NoteSigner, signNote, verifyNote } from '../../../keys/note.js'
import type { Primitives } from '../crypto/primitives.js'
import { ceilToHour, parseTimestamp } from '../encoding/timestamp.js'

const title = 'khancap/v1/receipt'
/** Letters of a receipt at most. */
const maxLetters = 4096
const single = ['origin', 'intake', 'envelope', 'slip', 'received', 'directory'] as const

function printFields(content: ReceiptContent): string {
  const { origin, intake, envelope, slip, received, due, directory } = content
  const lines = [
    title,
    `origin ${origin}`,
    `intake ${intake}`,
    `envelope ${envelope}`,
    `slip ${slip ?? '-'}`,
    `received ${received}`,
    ...due.map(({ program, by }) => `due ${program} ${by}`),
    `directory ${directory}`,
  ]
  return `${lines.join('\n')}\n`
}

/**
 * Reads the text of a receipt: exactly these lines in this order.
 * @throws an error on anything else
 */
function readFields(text: string): ReceiptContent {
  const lines = text.split('\n')
  const valuesOf = (name: string) =>
    lines.filter(line => line.startsWith(`${name} `)).map(line => line.slice(name.length + 1))
  const [origin, intake, envelope, slip, received, directory] = single.map(
    name => valuesOf(name)[0],
  )
  const due = valuesOf('due').map(value => {
    const [program, by] = value.split(' ')
    return { program, by }
  })
  const content = ReceiptContent.parse({
    origin,
    intake,
    envelope,
    slip: slip === '-' ? null : slip,
    received,
    due,
    directory: Number(directory),
  })
  if (new Set(content.due.map(({ program }) => program)).size !== content.due.length)
    throw new SyntaxError('a program twice')
  // Printed again it is the same text: there is no other line, order or spelling.
  if (printFields(content) !== text) throw new SyntaxError('another spelling')
  return content
}

/**
 * Signs a receipt.
 * @param key the deployment's receipt key; its name and public half stand in the directory
 */
export function signReceipt(
  p: Primitives,
  content: ReceiptContent,
  key: NoteSigner,
): Promise<string> {
  return signNote(p, printFields(content), [key])
}

/**
 * Verifies a receipt against a verified directory; needs no network.
 * @throws KhancapError `receipt_invalid`
 */
export async function verifyReceipt(
  p: Primitives,
  note: string,
  directory: Directory,
): Promise<ReceiptContent> {
  try {
    if (note.length > maxLetters) throw new RangeError('note too long')
    const verified = await verifyNote(p, note, directory.receipt_keys)
    if (verified === null || verified.signers.length === 0) throw new RangeError('not signed')
    const content = readFields(verified.text)
    if (content.origin !== directory.origin) throw new RangeError('another deployment')
    return content
  } catch (cause) {
    throw new KhancapError('receipt_invalid', { cause })
  }
}

/**
 * The hour by which an answer to a request for this program is due at the latest.
 * @param directory the one that the request was sealed with
 * @returns null where the receipt promises nothing for the program, or less than the directory does
 */
export function promiseFor(
  receipt: ReceiptContent,
  directory: Directory,
  program: string,
): Timestamp | null {
  const by = receipt.due.find(each => each.program === program)?.by
  const level = directory.programs.find(({ id }) => id === program)?.service_level
  if (by === undefined || level === undefined) return null
  // Arrival is known to the hour.
  const seconds = 3600 + level.first_response_seconds
  const latest = ceilToHour(parseTimestamp(receipt.received) + seconds * 1000)
  return parseTimestamp(by) <= latest ? by : null
}
