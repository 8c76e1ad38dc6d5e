// What the first page says once a directory has verified: by when an answer comes, where the programs help, who else may.
import type { Directory } from '../../schemas/directory.js'
import { h } from '../dom.js'
import type { EmptyPlaces } from '../empty-places.js'
import type { Page } from '../page.js'
import { programsOf } from '../site.js'
import { fill } from '../texts/texts.js'
import { languageList } from './interview.js'
import { othersList } from './others.js'
import { nameOf, promiseOf } from './program-words.js'
import { fillWhere } from './where.js'

function promises(page: Page, directory: Directory): HTMLElement[] {
  const { language, programs: words } = page.words.texts
  return programsOf(directory).map(program =>
    h(
      'li',
      { 'data-promise': program.id },
      h('strong', {}, nameOf(program, language)),
      h('p', {}, promiseOf(program, language)),
      h('p', {}, fill(words.answersIn, { languages: languageList(page, program) })),
      program.languages.includes(language) ? null : h('p', {}, words.notInYours),
    ),
  )
}

/** Once, with what has verified. */
export function fillBefore(
  page: Page,
  directory: Directory,
  { when, where, others }: EmptyPlaces,
): void {
  const { heading } = page.words.texts.when
  when?.append(h('h2', {}, heading), h('ul', {}, ...promises(page, directory)))
  if (where !== null) fillWhere(page, where, directory)
  others?.append(othersList(page, null))
}
