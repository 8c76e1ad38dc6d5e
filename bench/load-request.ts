// What processes that make load share: requests that were made before and differ in a few letters, and the answers to them.
import { randomBytes } from 'node:crypto'

/** Where in the request each one has other characters: of base64url, so many. */
export interface Varying {
  readonly at: number
  readonly characters: number
}

const letters = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
let page = Buffer.alloc(0)
let drawn = 0

/** Writes other letters where a request varies, into the bytes themselves: no copy is made for each. */
export function vary(request: Buffer, varying: readonly Varying[]): void {
  for (const { at, characters } of varying) {
    if (drawn + characters > page.length) {
      page = randomBytes(65_536)
      drawn = 0
    }
    for (let index = 0; index < characters; index++)
      request[at + index] = letters[(page[drawn + index] ?? 0) & 63] ?? 0
    drawn += characters
  }
}

export interface Answer {
  readonly status: number
  readonly retry: boolean
}

/** @returns null where more is to come */
export function readAnswer(text: string): Answer | null {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return null
  const head = text.slice(0, end)
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
  if (text.length < end + 4 + length) return null
  return { status: Number(head.slice(9, 12)), retry: /\r\nretry-after:/i.test(head) }
}
