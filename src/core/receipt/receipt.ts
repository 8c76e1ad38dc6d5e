// The receipt (step 5): a signed note that proves offline what was taken in, in which hour, and by when an answer was
// promised.
import type { Directory } from '../../../schemas/directory.js'
import { ReceiptContent } from '../../../schemas/receipt.js'
import { KhancapError } from '../../../schemas/problem.js'
import { type NoteSigner, signNote, verifyNote } from '../../../keys/note.js'
import type { Primitives } from '../crypto/primitives.js'

const title = 'khancap/v1/receipt'
/** Letters of a receipt at most. */
const maxLetters = 4096
const fields = ['origin', 'intake', 'envelope', 'slip', 'received', 'due', 'directory'] as const

function printFields(content: ReceiptContent): string {
  const lines = fields.map(name => `${name} ${content[name] ?? '-'}`)
  return `${title}\n${lines.join('\n')}\n`
}

/**
 * Reads the text of a receipt: exactly these lines in this order.
 * @throws an error on anything else
 */
function readFields(text: string): ReceiptContent {
  const values = new Map<string, string>()
  for (const [index, line] of text.split('\n').slice(1, -1).entries()) {
    const name = fields[index]
    if (name === undefined || !line.startsWith(`${name} `)) throw new SyntaxError('another line')
    values.set(name, line.slice(name.length + 1))
  }
  const slip = values.get('slip')
  const content = ReceiptContent.parse({
    origin: values.get('origin'),
    intake: values.get('intake'),
    envelope: values.get('envelope'),
    slip: slip === '-' ? null : slip,
    received: values.get('received'),
    due: values.get('due'),
    directory: Number(values.get('directory')),
  })
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
  return signNote(p, printFields(ReceiptContent.parse(content)), [key])
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
