// The headers of a file of the site: the signed policy, the type that makes a browser take the file for what it is, and none
// that is not known to do nothing: whatever is not on the list could load something, keep something, or tell somebody.
import { downloadPolicy, hashedName, keptForever } from '../../schemas/site.js'
import type { Headers } from '../client/exchange.js'
import { type Safe, safe } from '../terminal/safe.js'

const required: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

/**
 * What a server and a proxy before it may add: none of it acts on a page, but to take powers from it. ETag and Last-Modified
 * are not among it. A browser sends them back when it asks for a file that it has, so that one for each visitor makes them
 * known again; and it asks, whatever Cache-Control says, at a reload, or where Age, Date, Vary or Pragma make it.
 */
const harmless = new Set([
  'accept-ranges',
  'age',
  'cache-control',
  'connection',
  'content-encoding',
  'content-length',
  'content-security-policy',
  'content-type',
  'cross-origin-embedder-policy',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'date',
  'expires',
  'keep-alive',
  'origin-agent-cluster',
  'permissions-policy',
  'pragma',
  'referrer-policy',
  'server',
  'strict-transport-security',
  'transfer-encoding',
  'vary',
  'via',
  'x-content-type-options',
  'x-dns-prefetch-control',
  'x-download-options',
  'x-frame-options',
  'x-permitted-cross-domain-policies',
  'x-xss-protection',
])

/** Another way to the same machine (RFC 7838): a port, and no other host. */
const sameHost = /^(clear|([a-z0-9-]+="?:\d{1,5}"?(; *(ma|persist)=\d+)*(, *)?)+)$/

function isHarmless(header: string, value: string, addresses: readonly string[]): boolean {
  if (header === 'alt-svc') return sameHost.test(value)
  // Tor Browser offers to go there.
  if (header === 'onion-location')
    return addresses.some(address => value === address || value.startsWith(`${address}/`))
  return harmless.has(header)
}

/** Whether browsers keep nothing of it, or what never changes. */
function cachingFaults(headers: Headers, name: string): Safe[] {
  const caching = headers['cache-control']
  if (caching === undefined) return [safe`there is no Cache-Control: browsers may keep it`]
  const isForever = hashedName.test(name) && caching === keptForever
  if (isForever || caching === 'no-store') return []
  return [safe`its Cache-Control is not as it must be: ${caching.slice(0, 100)}`]
}

const types: Readonly<Record<string, RegExp>> = {
  html: /^text\/html$/,
  js: /^(text|application)\/javascript$/,
  css: /^text\/css$/,
  json: /^application\/json$/,
  svg: /^image\/svg\+xml$/,
}

/** @returns a sentence for each header that is not as it must be */
export function headerFaults(
  headers: Headers,
  name: string,
  policy: string,
  addresses: readonly string[],
): Safe[] {
  const faults: Safe[] = []
  const given = headers['content-security-policy']
  if (given === undefined) faults.push(safe`there is no Content-Security-Policy`)
  else if (given !== policy)
    faults.push(safe`the Content-Security-Policy is not as it must be: ${given.slice(0, 300)}`)
  for (const [header, value] of Object.entries(required))
    if (headers[header] !== value)
      faults.push(safe`${header} is ${headers[header] ?? 'missing'}, and not ${value}`)
  for (const [header, value] of Object.entries(headers))
    if (!isHarmless(header, value, addresses))
      faults.push(safe`a header that does not belong there: ${header}`)
  faults.push(...cachingFaults(headers, name))
  const expected = types[/\.([a-z]+)$/.exec(name)?.[1] ?? '']
  const [type = '', ...parameters] = (headers['content-type'] ?? '')
    .split(';')
    .map(part => part.trim().toLowerCase())
  if (expected !== undefined && !expected.test(type))
    faults.push(safe`it is served as ${type === '' ? 'nothing' : type}`)
  // In another character set the same bytes are another page.
  for (const parameter of parameters)
    if (!/^charset="?utf-8"?$/.test(parameter))
      faults.push(safe`it is served with ${parameter.slice(0, 60)}, and not as UTF-8`)
  return faults
}

/** The same of an offline form: a download, in which nothing runs in the site's own name. */
export function downloadFaults(
  headers: Headers,
  name: string,
  addresses: readonly string[],
): Safe[] {
  const { 'content-disposition': disposition = '', ...others } = headers
  const faults = headerFaults(others, name, downloadPolicy, addresses)
  if (!/^attachment\b/.test(disposition)) faults.push(safe`it is not served as a download`)
  return faults
}
