// What a browser asks a site with, and how it reads what comes compressed: a server that tells the tool from a browser would
// show each what it wants to see. It is Tor Browser that is copied: most of who is in danger comes with it.
import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import { noHint, refused } from '../failure.js'
import { safe } from '../terminal/safe.js'

type Kind = 'document' | 'script' | 'style' | 'image' | 'empty'

const kinds: Readonly<Record<string, Kind>> = {
  html: 'document',
  js: 'script',
  css: 'style',
  svg: 'image',
  png: 'image',
}

const accepts: Readonly<Record<Kind, string>> = {
  document: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  script: '*/*',
  style: 'text/css,*/*;q=0.1',
  image: 'image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
  empty: '*/*',
}

/** As Tor Browser says it on every platform. */
const userAgent = 'Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0'

/** The headers with which Tor Browser asks for an address, in its order. */
export function browserHeaders(address: string): Readonly<Record<string, string>> {
  const { host, hostname, pathname, protocol } = new URL(address)
  const kind = pathname.endsWith('/')
    ? 'document'
    : (kinds[/\.([a-z]+)$/.exec(pathname)?.[1] ?? ''] ?? 'empty')
  const isTrusted = protocol === 'https:' || hostname.endsWith('.onion')
  const isPage = kind === 'document'
  return {
    Host: host,
    'User-Agent': userAgent,
    Accept: accepts[kind],
    'Accept-Language': 'en-US,en;q=0.5',
    'Accept-Encoding': isTrusted ? 'gzip, deflate, br, zstd' : 'gzip, deflate',
    Connection: 'keep-alive',
    ...(isPage ? { 'Upgrade-Insecure-Requests': '1' } : {}),
    ...(isTrusted
      ? {
          'Sec-Fetch-Dest': kind,
          'Sec-Fetch-Mode': isPage ? 'navigate' : kind === 'empty' ? 'cors' : 'no-cors',
          'Sec-Fetch-Site': isPage ? 'none' : 'same-origin',
          ...(isPage ? { 'Sec-Fetch-User': '?1' } : {}),
        }
      : {}),
    Priority: isPage ? 'u=0, i' : 'u=4',
  }
}

const inflations: Readonly<
  Record<string, (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Uint8Array>>
> = {
  gzip: promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.gunzip),
  br: promisify<Uint8Array, zlib.BrotliOptions, Buffer>(zlib.brotliDecompress),
}

/**
 * The bytes that a browser would see. The site is built with copies in gzip and Brotli: another coding is not its own.
 * @throws Failure where it is another coding, damaged, or larger than `maxBytes`
 */
export async function unpacked(
  body: Uint8Array,
  coding: string,
  maxBytes: number,
): Promise<Uint8Array> {
  if (coding === 'identity') return body
  const inflate = inflations[coding]
  if (inflate === undefined)
    throw refused(
      safe`it comes compressed in a way that the site is not built with: ${coding.slice(0, 40)}`,
      noHint,
    )
  try {
    return await inflate(body, { maxOutputLength: maxBytes })
  } catch (error) {
    if (error instanceof RangeError)
      throw refused(safe`it is larger than ${maxBytes} bytes once it is no more compressed`, noHint)
    throw refused(safe`it comes compressed (${coding}), and no browser could read it`, noHint)
  }
}
