// The headers of a file of the site: the signed policy, nothing that would load or keep more than it, and the type that
// makes a browser take the file for what it is.
import type { Headers } from '../client/exchange.js'
import { type Safe, safe } from '../terminal/safe.js'

const required: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

/** Each of these loads something, keeps something, or tells somebody. */
const forbidden = [
  'set-cookie',
  'refresh',
  'link',
  'service-worker-allowed',
  'sourcemap',
  'x-sourcemap',
  'nel',
  'report-to',
  'reporting-endpoints',
  'content-disposition',
]

const types: Readonly<Record<string, RegExp>> = {
  html: /^text\/html$/,
  js: /^(text|application)\/javascript$/,
  css: /^text\/css$/,
  json: /^application\/json$/,
  svg: /^image\/svg\+xml$/,
}

/** @returns a sentence for each header that is not as it must be */
export function headerFaults(headers: Headers, name: string, policy: string): Safe[] {
  const faults: Safe[] = []
  const given = headers['content-security-policy']
  if (given === undefined) faults.push(safe`there is no Content-Security-Policy`)
  else if (given !== policy)
    faults.push(safe`the Content-Security-Policy is not the signed one: ${given.slice(0, 300)}`)
  for (const [header, value] of Object.entries(required))
    if (headers[header] !== value)
      faults.push(safe`${header} is ${headers[header] ?? 'missing'}, and not ${value}`)
  for (const header of forbidden)
    if (headers[header] !== undefined)
      faults.push(safe`a header that does not belong there: ${header}`)
  const expected = types[/\.([a-z]+)$/.exec(name)?.[1] ?? '']
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (expected !== undefined && !expected.test(type))
    faults.push(safe`it is served as ${type === '' ? 'nothing' : type}`)
  return faults
}
