// The page with which a new handler begins: what they need of the organisation, and what they type, from the pinning to
// the first answer. Plain text for a printer: 76 columns, one sheet of paper.
import { languageNamed } from '../station/language.js'
import { widthOf, wrapLine } from '../terminal/width.js'
import { english } from './en.js'
import { french } from './fr.js'
import { vietnamese } from './vi.js'
import type { JoiningWords } from './words.js'
import { simplifiedChinese } from './zh-hans.js'
import { traditionalChinese } from './zh-hant.js'

const columns = 76
const indent = '     '

export const joiningLanguages = [
  english,
  vietnamese,
  simplifiedChinese,
  traditionalChinese,
  french,
] as const

/** The words of a language: as it is named, or as a locale names it, in any case; null where there are none. */
export function joiningWordsOf(language: string): JoiningWords | null {
  return wordsNamed(language) ?? wordsNamed(languageNamed(language) ?? '') ?? null
}

function wordsNamed(tag: string): JoiningWords | undefined {
  return joiningLanguages.find(({ language }) => language.toLowerCase() === tag.toLowerCase())
}

export interface Joining {
  readonly organisation: string
  readonly handler: string
  /** Addresses of the service; the first is the one that is pinned. */
  readonly addresses: readonly string[]
  /** Fingerprint of the root, 64 digits. */
  readonly root: string
  /** YYYY-MM-DD */
  readonly day: string
}

/** Digits of the fingerprint in a row of the page: `khancap init` asks for one after the other. */
export const rowDigits = 16

export function rowsOf(root: string): string[] {
  return Array.from({ length: root.length / rowDigits }, (_row, at) =>
    root.slice(at * rowDigits, (at + 1) * rowDigits),
  )
}

export function joiningPage(words: JoiningWords, joining: Joining): string {
  const { addresses, day, handler, organisation, root } = joining
  const files = { file: `${handler}.json`, sheet: `${handler}-sheet.txt` }
  const filled = (text: string) =>
    text.replace(/\{(file|sheet)\}/g, (_all, name: 'file' | 'sheet') => files[name])
  const paragraph = (text: string, margin: string) =>
    wrapLine(filled(text), columns - margin.length).map(line => `${margin}${line}`)

  const { commands, give, keys, pin, wait, work } = words
  const first = addresses[0] ?? ''
  const pinLines = pinning(handler, first)
  const labels = [words.address, words.fingerprint, words.name]
  const width = Math.max(...labels.map(widthOf)) + 2
  const fact = (label: string, text: string) =>
    `${label}${' '.repeat(width - widthOf(label))}${text}`

  const step = (
    number: number,
    lines: readonly string[],
    { head, mind }: JoiningWords['pin'],
  ): string[] => [
    '',
    ...wrapLine(head, columns - 3).map((line, at) => `${at === 0 ? `${number}. ` : '   '}${line}`),
    ...lines,
    ...paragraph(mind, '   '),
  ]
  const workLines = [
    ['khancap agent start', commands.unlock],
    ['khancap inbox', commands.inbox],
    ['khancap claim CASE', commands.claim],
    ['khancap open CASE', commands.open],
    ['khancap reply CASE', commands.reply],
    ['khancap agent stop', commands.lock],
  ].map(([command = '', what]) => `${indent}${command.padEnd(21)}${what}`)

  return `${[
    `${organisation}${' '.repeat(Math.max(2, columns - widthOf(organisation) - day.length))}${day}`,
    words.title,
    '',
    ...addresses.flatMap((address, at) => {
      const label = at === 0 ? words.address : ''
      // An onion address is nearly as long as a line.
      return width + address.length <= columns
        ? [fact(label, address)]
        : [...(label === '' ? [] : [label]), `${indent}${address}`]
    }),
    ...rowsOf(root).map((row, at) =>
      fact(at === 0 ? words.fingerprint : '', `(${at + 1})  ${row.match(/.{4}/g)?.join(' ')}`),
    ),
    fact(words.name, handler),
    '',
    ...paragraph(words.trust, ''),
    ...step(1, pinLines, pin),
    ...(pinLines.length > 1 ? paragraph(isOnion(first) ? words.onion : words.goesOn, '   ') : []),
    ...step(2, [`${indent}khancap keys new --sheet ${files.sheet}`], keys),
    ...step(3, [`${indent}khancap keys export --out ${files.file}`], give),
    `   ${words.heard} ______________________`,
    ...step(4, [`${indent}khancap doctor`], wait),
    ...step(5, workLines, work),
    '',
    ...paragraph(words.lost, ''),
    '',
    '______________________________',
  ].join('\n')}\n`
}

/** What is too long for a line goes on in the next, at the edge: an onion address fits nowhere else. */
function pinning(handler: string, address: string): string[] {
  const options = [
    `--handler ${handler}`,
    ...(isOnion(address) ? ['--proxy socks5h://127.0.0.1:9050'] : []),
    `--url ${address}`,
  ]
  const line = `${indent}khancap init ${options.toReversed().join(' ')}`
  if (line.length <= columns) return [line]
  const lines = [`${indent}khancap init`]
  for (const option of options) {
    const longer = `${lines.at(-1)} ${option}`
    if (`${longer} \\`.length <= columns) lines[lines.length - 1] = longer
    else lines.push(option)
  }
  return lines.map((one, at) => (at < lines.length - 1 ? `${one} \\` : one))
}

function isOnion(address: string): boolean {
  return new URL(address).hostname.endsWith('.onion')
}
