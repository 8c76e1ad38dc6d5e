// MIME entities of letters (RFC 2045, 2046, 3156): their Content- fields, an empty line, their body. 7 bit, lines that end
// with CRLF and have 76 letters at most, so that no server on the way has a reason to change them.
import { encodeBase64 } from '../encoding/base64url.js'
import { utf8 } from '../encoding/bytes.js'

const lineLetters = 76

/** Words in the clear. */
export function textEntity(text: string): string {
  const lines = text.replaceAll(/\r\n?/g, '\n').trimEnd().split('\n')
  const quoted = lines.map(quotedPrintable).join('\r\n')
  const coded = inLines(encodeBase64(utf8(`${lines.join('\r\n')}\r\n`)))
  const isShorter = coded.length < quoted.length
  return entity(
    {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Transfer-Encoding': isShorter ? 'base64' : 'quoted-printable',
    },
    isShorter ? coded : quoted,
  )
}

/** RFC 3156 §4. @param armor what gpg made of an entity, as ASCII @param boundary stands in nothing else */
export function encryptedEntity(armor: string, boundary: string): string {
  return parts(
    `multipart/encrypted; protocol="application/pgp-encrypted"; boundary="${boundary}"`,
    boundary,
    [
      entity({ 'Content-Type': 'application/pgp-encrypted' }, 'Version: 1'),
      entity(
        {
          'Content-Type': 'application/octet-stream; name="encrypted.asc"',
          'Content-Disposition': 'inline; filename="encrypted.asc"',
        },
        armor.replaceAll(/\r\n?|\n/g, '\r\n').trimEnd(),
      ),
    ],
  )
}

/** Words in the clear that say what the file beside them is. @param armor an age file, armored */
export function attachedEntity(words: string, armor: string, boundary: string): string {
  return parts(`multipart/mixed; boundary="${boundary}"`, boundary, [
    textEntity(words),
    entity(
      {
        'Content-Type': 'application/octet-stream; name="message.age"',
        'Content-Disposition': 'attachment; filename="message.age"',
      },
      armor.replaceAll(/\r\n?|\n/g, '\r\n').trimEnd(),
    ),
  ])
}

function entity(fields: Readonly<Record<string, string>>, body: string): string {
  const header = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${header.join('')}\r\n${body}\r\n`
}

function parts(type: string, boundary: string, entities: readonly string[]): string {
  const open = entities.map(each => `--${boundary}\r\n${each}`)
  return entity({ 'Content-Type': type }, `${open.join('')}--${boundary}--`)
}

function inLines(text: string): string {
  return text.match(/.{1,76}/g)?.join('\r\n') ?? ''
}

/** RFC 2045 §6.7; also "From " and dots at the start of a line, which servers change. */
function quotedPrintable(line: string): string {
  const bytes = utf8(line)
  const out: string[] = []
  let current = ''
  for (const [at, byte] of bytes.entries()) {
    const letter = String.fromCharCode(byte)
    const isLast = at === bytes.length - 1
    const isPlain =
      (byte >= 0x21 && byte <= 0x7e && letter !== '=') ||
      ((byte === 0x20 || byte === 0x09) && !isLast)
    const isTouchy = at === 0 && (letter === '.' || letter === 'F')
    const piece =
      isPlain && !isTouchy ? letter : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`
    if (current.length + piece.length > lineLetters - 1) {
      out.push(`${current}=`)
      current = ''
    }
    current += piece
  }
  return [...out, current].join('\r\n')
}
