// The page of one language. The build makes one bundle of this and the words of that language.
import { byId, h } from './dom.js'
import { Page, type Surroundings, type Words } from './page.js'
import { fillBefore } from './screens/before.js'
import { comeBack } from './screens/come-back.js'
import { startRequest } from './screens/request.js'
import { sendRequest } from './screens/send.js'
import { startSealer } from './sealer.js'
import { loadSite } from './site.js'

const onTheSite: Surroundings = {
  channel: 'web',
  loadSite,
  startSealer,
  send: sendRequest,
  contact: label => h('a', { href: '/contact.txt' }, label),
}

/** Takes over the page that the server has sent, which can be read without this. */
export function start(words: Words): void {
  const main = byId('main')
  const begin = byId('begin')
  if (main === null || begin === null) return
  const page = new Page(words, onTheSite, main)
  const before = Array.from(main.children).filter(
    (element): element is HTMLElement => element instanceof HTMLElement,
  )
  const home = () => page.show(home, ...before)
  byId('start')?.addEventListener('click', () => startRequest(page, home))
  byId('have-code')?.addEventListener('click', () => comeBack(page, home))
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a.languages'))
    link.addEventListener('click', event => {
      event.preventDefault()
      location.replace(link.href)
    })
  begin.hidden = false
  // Fetched while the person reads. Where it fails it is fetched again when it is needed.
  page.site().then(
    site => fillBefore(page, site),
    () => {},
  )
}
