// What the first page says once the directory is there: by when an answer comes, where the programs help, who else may.
import { byId, h } from '../dom.js'
import type { Page } from '../page.js'
import { programsOf, type Site } from '../site.js'
import { fill } from '../texts/texts.js'
import { languageList } from './interview.js'
import { othersList } from './others.js'
import { nameOf, promiseOf } from './program-words.js'
import { fillWhere } from './where.js'

function promises(page: Page, site: Site): HTMLElement[] {
  const { language, programs: words } = page.words.texts
  return programsOf(site).map(program =>
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

/** Fills places of the served page that are empty until then. Once. */
export function fillBefore(page: Page, site: Site): void {
  const { when } = page.words.texts
  const place = byId('when')
  const where = byId('where')
  const others = byId('others')
  place?.append(h('h2', {}, when.heading), h('ul', {}, ...promises(page, site)))
  if (where !== null) fillWhere(page, where, site)
  others?.append(othersList(page, null))
}
