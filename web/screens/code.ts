// The receipt code, before anything is sent: twelve words to keep, and a look whether they were kept.
import { encode } from 'uqr'
import { foldWord } from '../../src/core/receipt/fold-word.js'
import { button, form, h, unrecorded } from '../dom.js'
import type { Page } from '../page.js'
import { fill } from '../texts/texts.js'
import { sealAhead } from './seal-answers.js'

const svg = 'http://www.w3.org/2000/svg'

/** A QR code as one SVG path: black on white, whatever the colours of the page. */
function qrCode(text: string, label: string): Element {
  const { data, size } = encode(text, { border: 4 })
  const cells = data.flatMap((row, y) =>
    row.flatMap((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : [])),
  )
  const picture = document.createElementNS(svg, 'svg')
  const attributes = {
    viewBox: `0 0 ${size} ${size}`,
    role: 'img',
    'aria-label': label,
    class: 'qr',
  }
  for (const [name, value] of Object.entries(attributes)) picture.setAttribute(name, value)
  const ground = document.createElementNS(svg, 'path')
  ground.setAttribute('d', `M0 0h${size}v${size}h-${size}z`)
  ground.setAttribute('fill', '#fff')
  const ink = document.createElementNS(svg, 'path')
  ink.setAttribute('d', cells.join(''))
  ink.setAttribute('fill', '#000')
  picture.append(ground, ink)
  return picture
}

export function showCode(page: Page, back: () => void): void {
  if (page.draft.entropy !== null) {
    drawCode(page, back)
    return
  }
  const { texts } = page.words
  page.attempt(
    texts.code.making,
    async () => (await page.sealer()).call('mint', { pageLanguage: texts.language }),
    ({ entropy, words, foreign }) => {
      page.draft.entropy = entropy
      page.draft.receiptWords = words
      page.draft.foreignWords = foreign
      drawCode(page, back)
    },
    back,
  )
}

function drawCode(page: Page, back: () => void): void {
  const { code, back: backLabel, language } = page.words.texts
  const { receiptWords, foreignWords } = page.draft
  const holder = h('div', { class: 'qr-holder', id: 'qr' })
  const toggle = button(code.showQr, () => {
    const isShown = holder.childElementCount > 0
    holder.textContent = ''
    if (!isShown) holder.append(qrCode(receiptWords.join(' '), code.qr))
    toggle.textContent = isShown ? code.showQr : code.hideQr
    toggle.setAttribute('aria-expanded', String(!isShown))
  })
  toggle.setAttribute('aria-expanded', 'false')
  toggle.setAttribute('aria-controls', 'qr')
  page.show(
    () => drawCode(page, back),
    h('h1', { tabindex: -1 }, code.heading),
    h('p', { class: 'lead unprinted' }, code.lead),
    h(
      'ol',
      { class: 'words', lang: foreignWords ? 'en' : language },
      ...receiptWords.map(word => h('li', {}, word)),
    ),
    foreignWords ? h('p', { class: 'hint unprinted' }, code.foreign) : null,
    h('p', { class: 'unprinted' }, code.keep),
    h(
      'div',
      { class: 'actions unprinted' },
      toggle,
      button(code.print, () => window.print()),
    ),
    holder,
    h(
      'div',
      { class: 'actions unprinted' },
      button(code.next, () => showConfirm(page, back, null), 'main'),
      button(backLabel, back),
    ),
  )
  sealAhead(page)
}

/** Two different places, from the platform's randomness: a habit of looking at the first word only must not pass. */
function twoPlaces(): [number, number] {
  const drawn = crypto.getRandomValues(new Uint8Array(2))
  const first = (drawn[0] ?? 0) % 12
  const second = (first + 1 + ((drawn[1] ?? 0) % 11)) % 12
  return first < second ? [first, second] : [second, first]
}

function showConfirm(page: Page, back: () => void, asked: [number, number] | null): void {
  const { confirm } = page.words.texts
  const places = asked ?? twoPlaces()
  const fault = h('div', { role: 'alert' })
  const inputs = places.map(place => {
    const id = `word-${place + 1}`
    const input = h('input', { type: 'text', id, ...unrecorded })
    const label = h('label', { for: id, class: 'label' }, fill(confirm.word, { n: place + 1 }))
    return { place, input, element: h('div', { class: 'field' }, label, input) }
  })
  const saved = h('input', { type: 'checkbox', id: 'saved', autocomplete: 'off' })
  const tell = (sentence: string, target: HTMLElement) => {
    fault.textContent = ''
    fault.append(h('p', { class: 'fault' }, sentence))
    target.focus()
  }
  const submit = () => {
    for (const { input } of inputs) input.removeAttribute('aria-invalid')
    if (!saved.checked) {
      const empty = inputs.find(({ input }) => input.value.trim() === '')
      if (empty !== undefined) {
        tell(confirm.neither, empty.input)
        return
      }
      const wrong = inputs.find(
        ({ input, place }) =>
          foldWord(input.value) !== foldWord(page.draft.receiptWords[place] ?? ''),
      )
      if (wrong !== undefined) {
        wrong.input.setAttribute('aria-invalid', 'true')
        tell(fill(confirm.wrong, { n: wrong.place + 1 }), wrong.input)
        return
      }
    }
    const ways = { back: () => showConfirm(page, back, places), review: back }
    page.withLater(later => later.send(page, ways))
  }
  page.show(
    () => showConfirm(page, back, places),
    h('h1', { tabindex: -1 }, confirm.heading),
    form(
      submit,
      h('p', {}, confirm.lead),
      fault,
      ...inputs.map(({ element }) => element),
      h('p', {}, confirm.or),
      h('label', { class: 'option' }, saved, h('span', {}, confirm.saved)),
      h(
        'div',
        { class: 'actions' },
        h('button', { class: 'main' }, confirm.send),
        button(confirm.again, () => drawCode(page, back)),
      ),
    ),
  )
}
