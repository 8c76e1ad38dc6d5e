// What a machine tells whoever wrote a mail: that it came, by when a person answers, and where it is safer to write. Nothing
// of the mail is repeated, and nothing in it says what it was about (docs/protocol.md, step 4m).
import type { Instant, Language, Origin } from '../../../schemas/encoding.js'
import { formatTimestamp } from '../encoding/timestamp.js'
import { acknowledgementTexts } from './catalogue.js'
import type { AcknowledgementTexts } from './texts.js'

export interface AcknowledgedFacts {
  /** Languages of the catalogue, one part of the text for each. */
  readonly languages: readonly Language[]
  /** A full hour. */
  readonly answerBy: Instant
  readonly addresses: readonly Origin[]
  /** Whether the form was asked for, and whether it goes with the mail. */
  readonly form: 'attached' | 'on_page' | null
}

/**
 * The languages to write in: the one that was found, both scripts where Chinese does not say which, and where nothing tells
 * every language that the program is handled in.
 * @param found BCP 47, or 'und'
 * @returns languages of the catalogue, one at least
 */
export function acknowledgementLanguages(
  found: string,
  handled: readonly Language[],
): readonly Language[] {
  const known = acknowledgementTexts.map(({ language }) => language)
  if (known.includes(found)) return [found]
  const chinese = known.filter(language => found === 'zh' && language.startsWith('zh'))
  if (chinese.length > 0) return chinese
  const own = known.filter(language => handled.includes(language))
  return own.length > 0 ? own : known
}

/** Subject and plain text, in each of the languages one after the other. */
export function printAcknowledgement(facts: AcknowledgedFacts): {
  readonly subject: string
  readonly text: string
} {
  const texts = acknowledgementTexts.filter(({ language }) => facts.languages.includes(language))
  return {
    subject: texts.map(({ subject }) => subject).join(' / '),
    text: texts.map(each => textIn(each, facts)).join('\n\n* * *\n\n'),
  }
}

function textIn(texts: AcknowledgementTexts, facts: AcknowledgedFacts): string {
  const { addresses, answerBy, form } = facts
  const onions = addresses.filter(isOnion)
  const pages = addresses.filter(address => !isOnion(address))
  const places = [
    ...(pages.length === 0 ? [] : [[texts.safer, ...pages].join('\n')]),
    ...(onions.length === 0
      ? []
      : [[pages.length === 0 ? texts.safer : texts.onion, ...onions].join('\n')]),
  ]
  return [
    texts.arrived.replace('{by}', instantIn(texts, answerBy)),
    texts.machine,
    texts.unsafe,
    ...places,
    ...(form === 'attached' ? [texts.formAttached] : form === null ? [] : [texts.formOnPage]),
    texts.danger,
  ].join('\n\n')
}

function isOnion(address: Origin): boolean {
  return /\.onion(?::\d+)?$/.test(address)
}

function instantIn({ firstDay, instant, months }: AcknowledgementTexts, at: Instant): string {
  const [year = '', month = '', day = '', hour = ''] = formatTimestamp(at).split(/[-T:]/)
  return instant
    .replace('{year}', year)
    .replace('{month}', months[Number(month) - 1] ?? month)
    .replace('{day}', day === '01' ? firstDay : String(Number(day)))
    .replace('{hour}', hour)
}
