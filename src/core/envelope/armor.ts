// ASCII armor of age files (C2SP age, "ASCII armor"): a strict subset of PEM. Only what comes from elsewhere is
// armored; what we seal never is.
import { decodeBase64 } from '../encoding/base64url.js'

const begin = '-----BEGIN AGE ENCRYPTED FILE-----'
const end = '-----END AGE ENCRYPTED FILE-----'
const columns = 64
const columnBytes = 48
const space = [0x20, 0x09, 0x0a, 0x0d]

/**
 * The file inside an armor. White space may stand around it, lines may end with CR LF.
 * @returns null where the bytes do not begin like an armor
 * @throws an error where they do, but are not one
 */
export function decodeArmor(bytes: Uint8Array): Uint8Array | null {
  const start = bytes.findIndex(byte => !space.includes(byte))
  const intro = bytes.subarray(start, start + begin.length)
  if (start < 0 || String.fromCharCode(...intro) !== begin) return null

  const lines = new TextDecoder('ascii').decode(bytes.subarray(start)).trimEnd().split(/\r?\n/)
  if (lines.shift() !== begin || lines.pop() !== end) throw new SyntaxError('armor without end')
  const isFull = (line: string) => line.length === columns && !line.endsWith('=')
  const last = lines[lines.length - 1]
  if (last === undefined || last === '' || last.length > columns)
    throw new SyntaxError('armor with a bad last line')
  if (!lines.slice(0, -1).every(isFull)) throw new SyntaxError('armor with a short line')
  const decoded = new Uint8Array(lines.length * columnBytes)
  let length = 0
  for (const line of lines) {
    const part = decodeBase64(line)
    decoded.set(part, length)
    length += part.length
  }
  return decoded.subarray(0, length)
}
