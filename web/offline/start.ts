// The offline form of one language: the pages' own questions in a file. Its one script is run twice, by the page and by the
// Worker that the page makes of it.
import { byId } from '../dom.js'
import { emptyPlaces } from '../empty-places.js'
import { localTime } from '../local-time.js'
import { Page, type Words } from '../page.js'
import { fillBefore } from '../screens/before.js'
import { startRequest } from '../screens/request.js'
import type { WorkerScope } from '../sealer/serve.js'
import { fill } from '../texts/texts.js'
import { embedded, inThisFile, serveHere } from './here.js'
import { type OfflineTexts, textsOffline } from './texts.js'

declare const self: WorkerScope

export function startOffline(words: Words & { readonly offline: OfflineTexts }): void {
  if (typeof document === 'undefined') serveHere(self)
  else startForm(words, words.offline)
}

function startForm(words: Words, offline: OfflineTexts): void {
  const main = byId('main')
  const begin = byId('begin')
  if (main === null || begin === null) return
  const texts = textsOffline(words.texts, offline)
  const script = document.currentScript?.textContent ?? ''
  const page = new Page({ ...words, texts }, inThisFile(script), main)
  const before = Array.from(main.children).filter(
    (element): element is HTMLElement => element instanceof HTMLElement,
  )
  const home = () => page.show(home, ...before)
  const places = emptyPlaces()
  byId('start')?.addEventListener('click', () => startRequest(page, home))
  home()
  // It is in the file: there by the time somebody goes on.
  page.later().catch(() => {})
  void page.verified.then(directory => fillBefore(page, directory, places))
  byId('lost')?.setAttribute('hidden', '')
  try {
    const end = byId('until')
    const date = localTime(embedded().directory.expires, texts.language)
    if (end !== null) end.textContent = fill(offline.until, { date })
    begin.hidden = false
    // At once: whoever has an old file learns it before anything was typed.
    page.verifyMeanwhile()
  } catch (error) {
    page.fail(error, home)
  }
}
