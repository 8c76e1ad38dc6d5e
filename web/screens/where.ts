// Where the programs help, before any question: a map, and the same as a list that can be searched. Not to be in it
// stops nobody, and the list says so.
import type { Directory } from '../../schemas/directory.js'
import type { Program } from '../../schemas/program.js'
import { h, unrecorded } from '../dom.js'
import { type Covered, drawMap, fetchWorldMap } from '../map/world-map.js'
import type { Page } from '../page.js'
import { programsOf } from '../site.js'
import { foldName } from '../fold-name.js'
import { fill } from '../texts/texts.js'
import { nameOf } from './program-words.js'

/** Programs that cover the same places share a map. */
interface Area extends Covered {
  readonly programs: readonly Program[]
}

function areasOf(directory: Directory): Area[] {
  const areas = new Map<string, Area>()
  for (const program of programsOf(directory)) {
    const countries = [...program.countries]
    countries.sort()
    const ofParts = (program.regions ?? []).map(region => region.slice(0, 2))
    const partly = [...new Set(ofParts)].filter(code => !countries.includes(code))
    partly.sort()
    const key = `${countries.join(' ')}/${partly.join(' ')}`
    const programs = [...(areas.get(key)?.programs ?? []), program]
    areas.set(key, { countries, partly, programs })
  }
  return [...areas.values()]
}

/** Matches that are shown for a search at most. */
const most = 12

function searchableList(page: Page, area: Area, id: string): HTMLElement {
  const { texts, shared } = page.words
  const words = texts.where
  const byName = new Intl.Collator(texts.language).compare
  const named = Object.entries(shared.countries).map(([code, name]) => ({
    code,
    name,
    plain: foldName(name),
  }))
  named.sort((one, other) => byName(one.name, other.name))
  const wordFor = (code: string) =>
    area.countries.includes(code)
      ? words.covered
      : area.partly.includes(code)
        ? words.partly
        : words.notCovered
  const input = h('input', { type: 'text', id, ...unrecorded })
  const list = h('ul', { class: 'countries' })
  const status = h('p', { class: 'hint', role: 'status' })
  const show = () => {
    const wanted = foldName(input.value)
    const found =
      wanted === ''
        ? named.filter(({ code }) => wordFor(code) !== words.notCovered)
        : named.filter(({ code, plain }) => plain.includes(wanted) || foldName(code) === wanted)
    list.textContent = ''
    const lines = wanted === '' ? found : found.slice(0, most)
    for (const { code, name } of lines) {
      const isPlain = wanted === '' && wordFor(code) === words.covered
      list.append(h('li', {}, isPlain ? name : fill(words.line, { name, status: wordFor(code) })))
    }
    status.textContent = wanted !== '' && found.length === 0 ? words.none : ''
  }
  input.addEventListener('input', show)
  show()
  return h(
    'div',
    { class: 'field' },
    h('label', { for: id, class: 'label' }, words.search),
    input,
    status,
    list,
  )
}

/** Draws when the place comes near: who starts at once does not wait for a drawing. */
function whenNear(place: HTMLElement, draw: () => void): void {
  if (typeof IntersectionObserver === 'undefined') {
    draw()
    return
  }
  const observer = new IntersectionObserver(
    entries => {
      if (!entries.some(entry => entry.isIntersecting)) return
      observer.disconnect()
      draw()
    },
    { rootMargin: '200px' },
  )
  observer.observe(place)
}

async function showMap(page: Page, holder: HTMLElement, area: Area, id: string): Promise<void> {
  const { where: words } = page.words.texts
  const map = await fetchWorldMap()
  if (map === null) return
  holder.append(drawMap(map, area, id, words.map), h('p', { class: 'hint' }, words.borders))
}

export function fillWhere(page: Page, place: HTMLElement, directory: Directory): void {
  const { language, where: words } = page.words.texts
  const areas = areasOf(directory)
  place.append(h('h2', {}, words.heading), h('p', {}, words.lead))
  for (const [index, area] of areas.entries()) {
    const holder = h('div', { class: 'map-holder' })
    place.append(
      ...(areas.length === 1
        ? []
        : [
            h(
              'h3',
              {},
              area.programs.map(one => nameOf(one, language)).join(page.words.texts.between),
            ),
          ]),
      holder,
      searchableList(page, area, `country-search-${index}`),
    )
    whenNear(holder, () => {
      void showMap(page, holder, area, `hatching-${index}`)
    })
  }
}
