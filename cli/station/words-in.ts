// Text that a person gives to a command: from a file, from stdin, or from their editor. Bounded, and strict UTF-8.
import { fromUtf8 } from '../../src/core/encoding/bytes.js'
import { misused, refused } from '../failure.js'
import { editText } from '../terminal/editor.js'
import { safe } from '../terminal/safe.js'
import { readBounded } from './disk.js'
import type { Station } from './station.js'

/** Bytes at most, far above what any text may have. */
const maxBytes = 131_072

/** @param file "-" is stdin @throws Failure */
export async function readText(station: Station, file: string): Promise<string> {
  const bytes = file === '-' ? await readStdin(station) : await readFile(file)
  try {
    return fromUtf8(bytes)
      .replace(/^\uFEFF/, '')
      .replaceAll('\r\n', '\n')
  } catch {
    throw refused(safe`${file === '-' ? 'the input' : file} is not text in UTF-8`)
  }
}

/** What was written, from `file`, else from stdin where it is no terminal, else from the editor. */
export async function writtenText(
  station: Station,
  file: string | undefined,
  begin: { readonly text: string; readonly instructions: readonly string[] },
): Promise<string> {
  const given = file ?? (station.stdin.isTTY === true ? undefined : '-')
  const text =
    given === undefined ? await editText(station, begin) : (await readText(station, given)).trim()
  if (text === '') throw misused(safe`nothing was written; nothing was sent`)
  return text
}

async function readFile(file: string): Promise<Uint8Array> {
  try {
    const bytes = await readBounded(file, maxBytes)
    if (bytes !== null) return bytes
  } catch (error) {
    if (error instanceof RangeError) throw refused(safe`${file} is larger than ${maxBytes} bytes`)
    throw error
  }
  throw refused(safe`there is no file ${file}`)
}

async function readStdin(station: Station): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of station.stdin) {
    const chunk = part instanceof Uint8Array ? part : Buffer.from(String(part))
    bytes += chunk.length
    if (bytes > maxBytes) throw refused(safe`the input is larger than ${maxBytes} bytes`)
    parts.push(chunk)
  }
  return Buffer.concat(parts)
}
