// What is different in every run of a transcript has a name there: {case} is a value that the test knows, {time} any
// time. {hash-1} is any hash at first, and from then on that one.

export type Values = Readonly<Record<string, string>>

/** What each kind of place can hold. Those that stand first are looked for first where a transcript is written anew. */
const kinds: Readonly<Record<string, string>> = {
  recipient: 'age1pq1[02-9ac-hj-np-z]{1900,2000}',
  time: '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC',
  instant: '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ',
  day: '\\d{4}-\\d\\d-\\d\\d',
  rows: '[0-9a-f]{4}(?: [0-9a-f]{4}){15}',
  fingerprint: '[0-9a-f]{4}(?: [0-9a-f]{4}){7}',
  row: '[0-9a-f]{4}(?: [0-9a-f]{4}){3}',
  sha256: '[0-9a-f]{64}',
  id: '[0-9a-hjkmnp-tv-z]{26}',
  hash: '[A-Za-z0-9_-]{43}',
  request: '[A-Za-z0-9_-]{21}[AQgw]',
  left: '\\d+ (?:d|h|min)(?: \\d+ (?:h|min))?',
  start: '[A-Za-z0-9_-]{11,12}',
  set: '[0-9a-f]{8}',
  number: '\\d+',
}
/** Too common to be put in the place of what was said. */
const neverPutIn = new Set(['start', 'set', 'number'])

const place = /\{([a-z][a-z0-9]*(?:-[a-z0-9]+)*)\}/g

export function filledIn(text: string, values: Values): string {
  return text.replace(place, (whole, name: string) => values[name] ?? whole)
}

const escaped = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

/** @returns whether what was said is that; what a numbered place held is added to `known` */
export function lineMatcher(
  expected: readonly string[],
  values: Values,
): (said: string, known: Record<string, string>) => boolean {
  const groups = new Map<string, string>()
  const pattern = expected.map(line => `${linePattern(line, values, groups)}\n`).join('')
  const regex = new RegExp(`^${pattern}$`)
  return (said, known) => {
    const match = regex.exec(said)
    for (const [name, group] of groups) known[name] = match?.groups?.[group] ?? known[name] ?? ''
    return match !== null
  }
}

function linePattern(line: string, values: Values, groups: Map<string, string>): string {
  let pattern = ''
  let at = 0
  for (const { 0: whole, 1: name = '', index } of line.matchAll(place)) {
    pattern += escaped(line.slice(at, index))
    at = index + whole.length
    const [, kind = name, number] = /^([a-z0-9]+)-(\d+)$/.exec(name) ?? []
    const known = values[name]
    const held = kinds[kind]
    if (known !== undefined) pattern += escaped(known)
    else if (held === undefined) throw new Error(`what is ${whole}?`)
    else if (number === undefined) pattern += `(?:${held})`
    else if (groups.has(name)) pattern += `\\k<${groups.get(name)}>`
    else {
      groups.set(name, `${kind}${number}`)
      pattern += `(?<${kind}${number}>${held})`
    }
  }
  return pattern + escaped(line.slice(at))
}

/** What was said, with a place for each value that is known and for everything that looks like one of a kind. */
export function namedAgain(said: string, values: Values): string {
  const longestFirst = Object.entries(values).toSorted(
    ([, one], [, other]) => other.length - one.length,
  )
  let text = said
  for (const [name, value] of longestFirst)
    if (value.length > 3) text = text.replaceAll(value, `{${name}}`)
  for (const [kind, held] of Object.entries(kinds))
    if (!neverPutIn.has(kind))
      text = text.replaceAll(new RegExp(`(?<![\\w-])${held}(?![\\w-])`, 'g'), `{${kind}}`)
  return text
}
