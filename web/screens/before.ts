// What the first page says once a directory has verified: whom the programs are for, by when an answer comes, what they
// cannot do, where they help, who else may.
import type { Directory } from '../../schemas/directory.js'
import { h } from '../dom.js'
import type { EmptyPlaces } from '../empty-places.js'
import type { Page } from '../page.js'
import { programsOf } from '../site.js'
import { fill } from '../texts/texts.js'
import { languageList } from './interview.js'
import { othersList } from './others.js'
import { forWhomOf, nameOf, outOfScopeOf, promiseOf } from './program-words.js'
import { fillWhere } from './where.js'

const paragraph = (text: string | null) => (text === null ? null : h('p', {}, text))

function promises(page: Page, directory: Directory): HTMLElement[] {
  const { language, programs: words } = page.words.texts
  return programsOf(directory).map(program =>
    h(
      'li',
      { 'data-promise': program.id },
      h('strong', {}, nameOf(program, language)),
      paragraph(forWhomOf(program, language)),
      h('p', {}, promiseOf(program, language)),
      h('p', {}, fill(words.answersIn, { languages: languageList(page, program) })),
      program.languages.includes(language) ? null : h('p', {}, words.notInYours),
    ),
  )
}

/** Programs that cannot do the same say it together. */
function limits(page: Page, directory: Directory): HTMLElement[] {
  const { between, language } = page.words.texts
  const names = new Map<string, string[]>()
  for (const program of programsOf(directory)) {
    const sentence = outOfScopeOf(program, language)
    if (sentence !== null)
      names.set(sentence, [...(names.get(sentence) ?? []), nameOf(program, language)])
  }
  return [...names].map(([sentence, those]) =>
    h('li', {}, h('strong', {}, those.join(between)), h('p', {}, sentence)),
  )
}

/** Once, with what has verified. */
export function fillBefore(
  page: Page,
  directory: Directory,
  { when, cannot, where, others }: EmptyPlaces,
): void {
  const { heading } = page.words.texts.when
  when?.append(h('h2', {}, heading), h('ul', {}, ...promises(page, directory)))
  const cannots = limits(page, directory)
  if (cannots.length > 0) cannot?.append(h('ul', {}, ...cannots))
  if (where !== null) fillWhere(page, where, directory)
  others?.append(othersList(page, null))
}
