// What in a page that is not the signed one could act: named, so that whoever checks a site sees what was slipped in. The
// verdict never rests on it: a page is sound where its bytes are the signed ones.
import { type Safe, safe } from '../terminal/safe.js'

const maxNamed = 5
const tag = /<([a-z][a-z0-9-]*)\b((?:"[^"]*"|'[^']*'|[^'">])*)>/gi
const attribute = /([^\s"'=<>`/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g
/** The pages have none of these. */
const framing = new Set(['iframe', 'frame', 'object', 'embed', 'applet', 'base', 'portal'])

function attributesOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(attribute)].map(([, name = '', ...values]) => [
      name.toLowerCase(),
      values.find(value => value !== undefined) ?? '',
    ]),
  )
}

function wordsFor(
  name: string,
  attributes: ReadonlyMap<string, string>,
  known: ReadonlySet<string>,
): Safe[] {
  const words: Safe[] = []
  const [src, href] = [attributes.get('src'), attributes.get('href')]
  if (name === 'script' && src === undefined) words.push(safe`a script that stands in the page`)
  if (name === 'script' && src !== undefined && !known.has(src))
    words.push(safe`a script that is not signed: ${src}`)
  if (name === 'link' && href !== undefined && !known.has(href))
    words.push(safe`something loaded that is not signed: ${href}`)
  if (framing.has(name)) words.push(safe`a tag that the pages do not have: ${name}`)
  if (name === 'meta' && attributes.has('http-equiv'))
    words.push(safe`a header in the page: ${attributes.get('http-equiv') ?? ''}`)
  for (const [key, value] of attributes) {
    if (key.startsWith('on')) words.push(safe`a script in a tag: ${key}`)
    if (/^\s*(javascript|data|vbscript):/i.test(value)) words.push(safe`a script in a tag: ${key}`)
  }
  return words
}

/**
 * @param known paths that are signed
 * @returns at most five sentences; none is no proof that nothing acts
 */
export function foreignParts(html: string, known: ReadonlySet<string>): readonly Safe[] {
  const words = [...html.matchAll(tag)].flatMap(([, name = '', text = '']) =>
    wordsFor(name.toLowerCase(), attributesOf(text), known),
  )
  const distinct = new Map(words.map(each => [each.text, each]))
  return [...distinct.values()].slice(0, maxNamed)
}
