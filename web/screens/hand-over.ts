// A sealed request that leaves without this page: as a file to save, as a text to copy, in a mail. It can be opened by
// the organisation alone, so whoever can reach it may carry it.
import type { Directory } from '../../schemas/directory.js'
import { bullets, button, h, unrecorded } from '../dom.js'
import { localTime } from '../local-time.js'
import type { Page } from '../page.js'
import type { SealedRequest } from '../sealer/calls.js'
import { fill } from '../texts/texts.js'
import { promiseOf } from './program-words.js'

/** Says nothing of what it is. */
const fileName = 'notes.sealed'
/** Browsers read a saved file shortly after the click; nobody knows when they are done. */
const keepMs = 60_000

/** Shows what the draft holds sealed. @param back where the person came from */
export function handOver(page: Page, back: () => void): void {
  const { back: backLabel, handOver: words, language, mailbox } = page.words.texts
  const { directory } = page
  const { program, sealed } = page.draft
  if (directory === null || sealed === null || program === null) {
    back()
    return
  }
  const { addresses, expires } = directory
  page.show(
    () => handOver(page, back),
    h('h1', { tabindex: -1 }, words.heading),
    h(
      'div',
      { class: 'notice' },
      h('p', { class: 'lead' }, words.lead),
      h('p', { id: 'until' }, fill(words.until, { date: localTime(expires, language) })),
    ),
    saving(page, sealed),
    copying(page, sealed),
    mailing(page, directory),
    h(
      'section',
      {},
      h('h2', {}, words.nextHeading),
      bullets([...words.next, promiseOf(program, language)]),
      h('p', {}, words.comeBack),
      h('ul', { class: 'addresses' }, ...addresses.map(one => h('li', { lang: 'en' }, one))),
      h('p', {}, words.files),
    ),
    h('section', {}, h('h2', {}, words.eraseHeading), h('p', {}, words.erase)),
    h(
      'div',
      { class: 'actions' },
      button(mailbox.finish, () => page.leave()),
      button(backLabel, back),
    ),
  )
}

function saving(page: Page, { file }: SealedRequest): HTMLElement {
  const { handOver: words } = page.words.texts
  const status = h('p', { role: 'status' })
  const save = () => {
    const address = URL.createObjectURL(new Blob([file.slice()]))
    const link = h('a', { href: address, download: fileName })
    document.body.append(link)
    link.click()
    link.remove()
    window.setTimeout(() => URL.revokeObjectURL(address), keepMs)
    status.textContent = fill(words.saved, { name: fileName })
  }
  return h(
    'section',
    {},
    h('h2', {}, words.saveHeading),
    h('p', {}, words.saveHint),
    h('div', { class: 'actions' }, button(words.save, save, 'main')),
    status,
  )
}

function copying(page: Page, { armored }: SealedRequest): HTMLElement {
  const { handOver: words } = page.words.texts
  const status = h('p', { role: 'status' })
  const text = h('textarea', {
    id: 'armored',
    rows: 6,
    readonly: true,
    lang: 'en',
    'aria-label': words.text,
    ...unrecorded,
  })
  const holder = h('div', { class: 'field', hidden: true }, text)
  const copy = () => {
    text.value = armored
    holder.hidden = false
    text.focus()
    text.select()
    // Works in a file too, where the newer way may be refused.
    const isCopied = document.execCommand('copy')
    status.textContent = isCopied ? words.copied : words.copyYourself
  }
  return h(
    'section',
    {},
    h('h2', {}, words.copyHeading),
    h('p', {}, words.copyHint),
    h('div', { class: 'actions' }, button(words.copy, copy)),
    status,
    holder,
  )
}

/** The subject says as little as the title of the page: what the mail carries is known by itself. */
function mailing(page: Page, { contact }: Directory): HTMLElement | null {
  const { handOver: words, title } = page.words.texts
  if (contact === undefined) return null
  const { mail } = contact
  const to = encodeURIComponent(mail).replace('%40', '@')
  const href = `mailto:${to}?subject=${encodeURIComponent(title)}`
  return h(
    'section',
    {},
    h('h2', {}, words.mailHeading),
    h('p', {}, fill(words.mailHint, { mail })),
    h('p', {}, h('a', { href, id: 'write-mail' }, words.mail)),
    h('p', { class: 'hint' }, words.mailSeen),
  )
}
