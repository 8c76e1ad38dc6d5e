// `khancap open --file` for a file that is too large to be held: opened as a stream, shown once all of it has opened.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { expectPinned } from '../case/pinned-context.js'
import { sayPart, sayRaw, saySaving } from '../case/saving.js'
import { fileSource, openStream } from '../station/opened-stream.js'
import { expectNoBundle } from '../stick/bundle-file.js'
import { safe } from '../terminal/safe.js'
import { type FileDesk, notOurs, type ShownFile } from './open.js'

/** Characters of a text that go to the terminal. */
const maxShownCharacters = 65_536

export async function openLargeFile(
  { out, raw, unlocked }: FileDesk,
  file: string,
): Promise<ShownFile> {
  const { directory, identity, station } = await unlocked()
  const { printer } = station
  const reading = textReader()
  let hasBegun = false
  let saved: string | null = null
  const opened = await openStream(
    await station.primitives(),
    identity.opening,
    await fileSource(file),
    {
      // Under a name of ours, from the header, which no two files share: what is inside has no say in it.
      target:
        out === undefined && raw === undefined
          ? null
          : header => {
              const digest = createHash('sha256').update(header).digest('hex').slice(0, 8)
              saved = raw ?? join(out ?? '.', `file-${digest}.bin`)
              saySaving(printer, saved)
              return saved
            },
      begun: part => sayPart(printer, part),
      expect(context) {
        if (context === null)
          printer.say(
            safe`context absent: nothing in this file says for whom or when it was sealed`,
          )
        else expectPinned(station, directory, context)
      },
      chunk(text) {
        if (!hasBegun) expectNoBundle(file, text)
        hasBegun = true
        reading.take(text)
      },
      progress(done, all) {
        printer.progress(safe`opening: ${Math.floor((100 * done) / all)} %`)
      },
    },
  ).finally(() => printer.progress(null))
  if (opened === null) throw notOurs(file)
  const { bytes, context } = opened
  const text = reading.end()
  if (raw !== undefined) sayRaw(printer, raw)
  const json = { kind: context?.kind ?? 'file', context, bytes, text, saved }
  if (text === null)
    return {
      json,
      lines: [safe`${bytes} bytes that are not text; --out DIR saves them`],
      remark: null,
    }
  const { block } = await import('../case/form-lines.js')
  return {
    json,
    lines: [block(printer, text)],
    remark: safe`shown: the first ${text.length} characters of ${bytes} bytes; --out DIR saves all`,
  }
}

/** Keeps the beginning of a text, and whether all of it is text. */
function textReader() {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let head: string | null = ''
  const decode = (bytes?: Uint8Array) => {
    if (head === null) return
    try {
      const text = decoder.decode(bytes, { stream: bytes !== undefined })
      if (head.length < maxShownCharacters) head = `${head}${text}`.slice(0, maxShownCharacters)
    } catch {
      head = null
    }
  }
  return {
    take: decode,
    end: () => {
      decode()
      return head
    },
  }
}
