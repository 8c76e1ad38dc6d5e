// The list of others who may help, for people whom no program covers: what each does, in which languages, whether it
// takes on requests, and when somebody last checked.
import type { Directory, OtherHelp } from '../../schemas/directory.js'
import { othersFor } from '../../src/core/eligibility/others.js'
import { h } from '../dom.js'
import { languageName } from '../language-name.js'
import { localDay } from '../local-time.js'
import type { Page } from '../page.js'
import { fill } from '../texts/texts.js'

/** Stays empty where there is nobody to name. @param country null where it is not known */
export function othersList(page: Page, country: string | null): HTMLElement {
  const place = h('section', { class: 'others' })
  const show = (directory: Directory) => {
    const list = listOf(page, directory, country)
    if (list.length > 0) place.append(h('h2', {}, page.words.texts.others.heading), ...list)
  }
  // Links are shown only once they have verified. Where the directory cannot be had, the page says so elsewhere.
  void page.verified.then(first => show(page.directory ?? first))
  return place
}

/** The same behind its heading, on a screen that is about something else. null where there is nobody to name. */
export function othersFolded(page: Page, country: string | null): HTMLElement | null {
  const { directory } = page
  const list = directory === null ? [] : listOf(page, directory, country)
  if (list.length === 0) return null
  const summary = h('summary', {}, page.words.texts.others.heading)
  return h('details', { class: 'others' }, summary, ...list)
}

function listOf(page: Page, directory: Directory, country: string | null): HTMLElement[] {
  const others = othersFor(directory, country, Date.now())
  if (others.length === 0) return []
  return [
    h('p', {}, page.words.texts.others.lead),
    h('ul', {}, ...others.map(other => entryOf(page, other))),
  ]
}

function entryOf(page: Page, { about, checked, contact, languages, name, status, url }: OtherHelp) {
  const { between, language, others: words } = page.words.texts
  const aboutIn = [language, 'en', ...Object.keys(about)].find(key => about[key] !== undefined)
  const spoken = languages.map(tag => languageName(tag, language)).join(between)
  return h(
    'li',
    {},
    h('strong', {}, name),
    aboutIn === undefined ? null : h('p', { lang: aboutIn, dir: 'auto' }, about[aboutIn] ?? ''),
    h('p', {}, words.status[status]),
    spoken === '' ? null : h('p', {}, fill(words.languages, { languages: spoken })),
    contact === undefined ? null : h('p', {}, contact),
    url === undefined
      ? null
      : h(
          'p',
          {},
          h('a', { href: url, rel: 'noopener noreferrer external', target: '_blank' }, url),
        ),
    h(
      'p',
      { class: 'hint' },
      fill(words.checked, { date: localDay(`${checked}T00:00:00Z`, language) }),
    ),
  )
}
