// What is inside, as padded strict JSON, and back. A text is accepted on opening only if it is exactly what sealing
// makes: known keys, no duplicates, its own bucket, and the context of the stanza.
import {
  AdditionContent,
  type Context,
  EnvelopeContent,
  LetterContent,
  NoteContent,
  ReplyContent,
  SlipContent,
} from '../../../schemas/sealed.js'
import { equalBytes, fromUtf8, utf8 } from '../encoding/bytes.js'
import { parseStrictJson, printStrictJson } from '../encoding/strict-json.js'
import { encodeContext } from './context.js'
import { pad, unpad } from './padding.js'

/** Arrays and objects inside each other at most. */
export const maxContentDepth = 6

interface ContentOf {
  readonly envelope: EnvelopeContent
  readonly slip: SlipContent
  readonly addition: AdditionContent
  readonly reply: ReplyContent
  readonly note: NoteContent
  readonly letter: LetterContent
}
export type ContentKind = keyof ContentOf
export type Content<K extends ContentKind> = ContentOf[K]

const contents: { readonly [K in ContentKind]: { parse(value: unknown): Content<K> } } = {
  envelope: EnvelopeContent,
  slip: SlipContent,
  addition: AdditionContent,
  reply: ReplyContent,
  note: NoteContent,
  letter: LetterContent,
}

/**
 * Content as padded text.
 * @throws an error where the content does not fit its schema, or a slip its size
 */
export function printContent<K extends ContentKind>(kind: K, content: Content<K>): Uint8Array {
  const text = pad(kind, utf8(printStrictJson(content)))
  readContent(kind, text, content.context)
  return text
}

/**
 * Reads padded text, which must hold the context of the stanza.
 * @throws an error where anything is not as sealing makes it
 */
export function readContent<K extends ContentKind>(
  kind: K,
  text: Uint8Array,
  context: Context,
): Content<K> {
  const json = parseStrictJson(fromUtf8(unpad(kind, text)), maxContentDepth)
  const content = contents[kind].parse(json)
  if (content.context.kind !== kind) throw new RangeError('content of another kind')
  if (!equalBytes(encodeContext(content.context), encodeContext(context)))
    throw new RangeError('context inside and outside differ')
  return content
}
