// The page of one language. The build makes one bundle of this and the words of that language.
import { byId, h } from './dom.js'
import { emptyPlaces } from './empty-places.js'
import type { laterScreens } from './later.js'
import { Failed } from './failed.js'
import { loadLater } from './load-later.js'
import { inTime, request } from './network.js'
import { Page, type Words } from './page.js'
import { startRequest } from './screens/request.js'
import { startSealer } from './sealer.js'
import { loadExcerpt, loadSigned } from './site.js'

/** Letters of an address and a key. */
const maxContact = 20_000

/** The address and key that can be written to. @throws Failed */
async function contactOf(page: Page): Promise<string> {
  const contact = page.directory?.contact
  if (contact !== undefined) return [contact.mail, contact.key].join('\n\n')
  const response = await request('/contact.txt')
  const read = response.text().catch(() => {
    throw new Failed('offline')
  })
  return (await inTime(read)).slice(0, maxContact)
}

/** Told in its place when it is opened: behind a link the page would go, and what was typed with it. */
function showContact(page: Page, label: string): HTMLElement {
  const place = h('div', { role: 'status' })
  let isAsked = false
  const details = h('details', {}, h('summary', {}, label), place)
  const tell = (element: HTMLElement) => {
    place.textContent = ''
    place.append(element)
  }
  details.addEventListener('toggle', () => {
    const { failure, loading } = page.words.texts
    if (!details.open || isAsked) return
    isAsked = true
    tell(h('p', {}, loading))
    contactOf(page)
      .then(text => tell(h('pre', { tabindex: 0, lang: 'en' }, text)))
      .catch((error: unknown) => {
        isAsked = false
        const code = error instanceof Failed ? error.failure : 'internal'
        tell(h('p', { class: 'fault' }, failure[code]))
      })
  })
  return details
}

/** Takes over the page that the server has sent, which can be read without this. */
export function start(words: Words): void {
  const main = byId('main')
  const begin = byId('begin')
  if (main === null || begin === null) return
  let screens: typeof laterScreens | null = null
  let tries = 0
  const places = emptyPlaces()
  const onTheSite = {
    channel: 'web',
    loadExcerpt,
    loadSigned,
    startSealer,
    loadLater: async () => {
      tries += 1
      const come = await loadLater(words, tries)
      screens = come
      page.sealer().catch(() => {})
      void page.verified.then(directory => come.fillBefore(page, directory, places))
      return come
    },
    contact: (label: string): HTMLElement => showContact(page, label),
  } as const
  const page = new Page(words, onTheSite, main)
  const before = Array.from(main.children).filter(
    (element): element is HTMLElement => element instanceof HTMLElement,
  )
  const home = () => page.show(home, ...before)
  byId('start')?.addEventListener('click', () => startRequest(page, home))
  byId('have-code')?.addEventListener('click', () => {
    page.leaveList()
    page.withLater(() => screens?.comeBack(page, home), home)
  })
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a.languages'))
    link.addEventListener('click', event => {
      event.preventDefault()
      location.replace(link.href)
    })
  begin.hidden = false
  byId('lost')?.setAttribute('hidden', '')
  // Fetched while the person reads, one after the other, and the keys behind them: the first question needs only the first.
  // Where one fails it is fetched again when it is needed.
  page
    .excerpt()
    .then(() => page.later())
    .catch(() => {})
}
