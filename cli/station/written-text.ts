// Text that a person gives to a command: from a file, from stdin, or from their editor. Bounded, and strict UTF-8.
import { fromUtf8 } from '../../src/core/encoding/bytes.js'
import { type Failure, misused, noFile, refused } from '../failure.js'
import { editText } from '../terminal/editor.js'
import { safe } from '../terminal/safe.js'
import { readBounded } from './disk.js'
import type { Station } from './station.js'

/** Characters that can be sealed (schemas/sealed.ts). */
export const maxWords = 20_000
/** Bytes that are read at most, far above what any text may have. */
const maxBytes = 131_072

/** @param file "-" is stdin @throws Failure */
export async function readText(station: Station, file: string): Promise<string> {
  const bytes = file === '-' ? await readInput(station, maxBytes) : await readFile(file)
  try {
    return fromUtf8(bytes)
      .replace(/^\uFEFF/, '')
      .replaceAll('\r\n', '\n')
  } catch {
    throw refused(
      safe`${file === '-' ? 'the input' : file} is not text in UTF-8`,
      safe`save it as plain text in UTF-8 first; a document of an office program is none`,
    )
  }
}

/**
 * What a person wrote to be sealed: from `file`, else from stdin where it is no terminal, else from the editor, which comes
 * back with what was written where that is too long.
 * @param writing `begin` and `instructions` for the editor; `keep` gets what was written there, however it ends
 * @throws Failure
 */
export async function writtenText(
  station: Station,
  writing: {
    readonly file: string | undefined
    readonly begin: string
    readonly instructions: readonly string[]
    readonly keep: (text: string) => Promise<boolean>
  },
): Promise<string> {
  const given = writing.file ?? (station.stdin.isTTY === true ? undefined : '-')
  if (given !== undefined) {
    const text = (await readText(station, given)).trim()
    const fault = faultIn(text)
    if (fault !== null) throw fault
    return text
  }
  for (let text = writing.begin; ; ) {
    text = await editText(station, {
      text,
      keep: writing.keep,
      instructions: [
        ...writing.instructions,
        `At most ${maxWords} characters. Lines that begin with #% are left out; an empty text is not sent.`,
      ],
    })
    const fault = faultIn(text)
    if (fault === null) return text
    if (text === '' || !station.asker.available) throw fault
    station.printer.say(fault.sentence)
    if (!(await station.asker.confirm(safe`Edit it again?`))) throw fault
  }
}

function faultIn(text: string): Failure | null {
  if (text === '')
    return misused(
      safe`nothing was written; nothing was sent`,
      safe`write it above the lines with #% of the editor, or give it with --file F or on stdin`,
    )
  if (text.length <= maxWords) return null
  return refused(
    safe`the text has ${text.length} characters; at most ${maxWords} can be sealed`,
    safe`send it in two parts`,
  )
}

async function readFile(file: string): Promise<Uint8Array> {
  try {
    const bytes = await readBounded(file, maxBytes)
    if (bytes !== null) return bytes
  } catch (error) {
    if (error instanceof RangeError)
      throw refused(
        safe`${file} is larger than ${maxBytes} bytes`,
        safe`is it the right file? what can be sealed has at most ${maxWords} characters`,
      )
    throw error
  }
  throw noFile(file)
}

/** All of stdin. @throws Failure where it is larger than `most` bytes */
export async function readInput(station: Station, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of station.stdin) {
    const chunk = part instanceof Uint8Array ? part : Buffer.from(String(part))
    bytes += chunk.length
    if (bytes > most)
      throw refused(
        safe`the input is larger than ${most} bytes`,
        safe`is it the right file? give a smaller part of it`,
      )
    parts.push(chunk)
  }
  return Buffer.concat(parts)
}
