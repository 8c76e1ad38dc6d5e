// The words of a mail, and what is attached to it. HTML loses its marks; nothing is rendered. Linear in the text.
import { type MailPart, type MailParts, partText } from './parts.js'

/** Letters of HTML that are read. */
const maxHtml = 1_048_576

/** The part that a mail program would show: plain text, else HTML. */
export function textPart({ parts }: Pick<MailParts, 'parts'>): MailPart | null {
  const shown = parts.filter(({ isAttached }) => !isAttached)
  return (
    shown.find(({ type }) => type === 'text/plain') ??
    shown.find(({ type }) => type === 'text/html') ??
    null
  )
}

export function attachedParts(mail: Pick<MailParts, 'parts'>): MailPart[] {
  const text = textPart(mail)
  return mail.parts.filter(
    part => part !== text && (part.isAttached || !part.type.startsWith('text/')),
  )
}

/** The plain text; where there is none, the letters of the HTML without its marks. */
export function textOf(mail: Pick<MailParts, 'parts'>): string {
  const part = textPart(mail)
  return part === null ? '' : lettersOf(part)
}

export function lettersOf(part: MailPart): string {
  const text = partText(part).replaceAll('\r\n', '\n')
  return part.type === 'text/html' ? htmlText(text.slice(0, maxHtml)) : text
}

const breaks = new Set(['br', 'p', 'div', 'tr', 'li', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'pre'])
const entities: Readonly<Record<string, string>> = {
  '&nbsp;': ' ',
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&#43;': '+',
  '&#47;': '/',
  '&#61;': '=',
}

function htmlText(html: string): string {
  const pieces: string[] = []
  // Where nothing closes any more, it is not looked for again: that would be quadratic.
  const unclosed = new Set<string>()
  const closing = (mark: string, from: number): number => {
    if (unclosed.has(mark)) return -1
    const pattern = new RegExp(mark, 'gi')
    pattern.lastIndex = from
    const at = pattern.exec(html)?.index ?? -1
    if (at < 0) unclosed.add(mark)
    return at
  }
  for (let at = 0; at < html.length; ) {
    const opens = html.indexOf('<', at)
    pieces.push(html.slice(at, opens < 0 ? html.length : opens))
    if (opens < 0) break
    const [, slash = '', name = ''] =
      /^<(\/?)([a-z!][a-z0-9]{0,9})/i.exec(html.slice(opens, opens + 12)) ?? []
    if (name === '') {
      pieces.push('<')
      at = opens + 1
      continue
    }
    const tag = name.toLowerCase()
    const hidden = slash === '' && (tag === 'style' || tag === 'script')
    const hiddenEnd = hidden ? closing(`</${tag}`, opens) : -1
    const ends = closing(html.startsWith('<!--', opens) ? '-->' : '>', Math.max(hiddenEnd, opens))
    if (breaks.has(tag)) pieces.push('\n')
    if (ends < 0) break
    at = html.indexOf('>', ends) + 1
  }
  return pieces
    .join('')
    .replaceAll(/&(?:nbsp|amp|lt|gt|quot|#39|#43|#47|#61);/g, mark => entities[mark] ?? mark)
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
}
