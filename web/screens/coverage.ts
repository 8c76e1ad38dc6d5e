// What a program does not cover, said as soon as it is known. It never stops anybody.
import { checkEligibility } from '../../src/core/eligibility/eligibility.js'
import { slipFacts } from '../../src/core/form/slip-facts.js'
import { button, h } from '../dom.js'
import type { Page } from '../page.js'
import { fill } from '../texts/texts.js'
import { ask, type Interview, languageList } from './interview.js'
import { othersList } from './others.js'

/** What the program does not cover. @param key only what the answer to this question tells; null: everything */
export function coverageNotes(
  page: Page,
  { program, answers }: Interview,
  key: string | null,
): string[] {
  const { texts, shared } = page.words
  const facts = slipFacts(program.id, answers, () => null)
  const { languageHandled, reasons } = checkEligibility(program, facts)
  const country = shared.countries[facts.country] ?? facts.country
  const [place] = reasons
  const notes: string[] = []
  const isAsked = (...keys: string[]) => key === null || keys.includes(key)
  if (isAsked('reply_language') && answers['reply_language'] !== undefined && !languageHandled)
    notes.push(fill(texts.coverage.languageNotHandled, { languages: languageList(page, program) }))
  if (isAsked('country', 'jurisdiction') && place === 'country_not_covered')
    notes.push(fill(texts.coverage.notCovered, { country }))
  if (isAsked('region') && place === 'region_not_covered')
    notes.push(fill(texts.coverage.regionNotCovered, { country }))
  if (isAsked('region') && place === 'region_unknown')
    notes.push(fill(texts.coverage.regionUnknown, { country }))
  if (key === null && place === 'country_unknown') notes.push(texts.coverage.unknown)
  return notes
}

export function showCoverage(
  page: Page,
  interview: Interview,
  key: string,
  notes: readonly string[],
  proceed: () => void,
): void {
  const { coverage } = page.words.texts
  const facts = slipFacts(interview.program.id, interview.answers, () => null)
  const isOutside = checkEligibility(interview.program, facts).coverage === 'not_covered'
  page.show(
    () => showCoverage(page, interview, key, notes, proceed),
    h('h1', { tabindex: -1 }, coverage.heading),
    h(
      'div',
      { class: 'notice' },
      ...notes.map(note => h('p', {}, note)),
      h('p', {}, coverage.stillSend),
    ),
    isOutside ? othersList(page, facts.country) : null,
    h(
      'div',
      { class: 'actions' },
      button(coverage.goOn, proceed, 'main'),
      button(coverage.change, () => ask(page, interview, key)),
    ),
  )
}
