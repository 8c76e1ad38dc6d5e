// The map of the world as the build drew it, with covered countries in blue, hatched and outlined: colour is never the
// only sign, and a list of the same countries always stands beside it.
import { h } from '../dom.js'

export interface WorldMap {
  readonly width: number
  readonly height: number
  /** By ISO 3166-1 alpha-2: an SVG path. */
  readonly shapes: Readonly<Record<string, string>>
  /** Territories that are too small to be seen. */
  readonly dots: Readonly<Record<string, readonly [number, number]>>
}

/** Which countries are covered, and of which only parts are. */
export interface Covered {
  readonly countries: readonly string[]
  readonly partly: readonly string[]
}

function isWorldMap(value: unknown): value is WorldMap {
  return (
    typeof value === 'object' &&
    value !== null &&
    'shapes' in value &&
    'dots' in value &&
    typeof value.shapes === 'object' &&
    typeof value.dots === 'object'
  )
}

/** @returns null where it cannot be had: the list says the same */
export async function fetchWorldMap(): Promise<WorldMap | null> {
  if (worldMap === null) return null
  try {
    const response = await fetch(worldMap, { credentials: 'omit', referrerPolicy: 'no-referrer' })
    const map: unknown = await response.json()
    return isWorldMap(map) ? map : null
  } catch {
    return null
  }
}

type Attributes = Readonly<Record<string, string | number>>

function s(tag: string, attributes: Attributes, ...children: readonly Element[]): Element {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value))
  element.append(...children)
  return element
}

/** @param id of the hatching, different for each map of a page */
export function drawMap(map: WorldMap, covered: Covered, id: string, label: string): HTMLElement {
  const kindOf = (code: string) =>
    covered.countries.includes(code)
      ? 'covered'
      : covered.partly.includes(code)
        ? 'partly'
        : undefined
  const hatching = s(
    'pattern',
    { id, width: 5, height: 5, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
    s('rect', { width: 5, height: 5, class: 'blue' }),
    s('path', { d: 'M0 0V5', class: 'stripe' }),
  )
  const parts: Element[] = [s('defs', {}, hatching)]
  const land: string[] = []
  const blue: Element[] = []
  for (const [code, path] of Object.entries(map.shapes)) {
    const kind = kindOf(code)
    if (kind === undefined) land.push(path)
    else blue.push(s('path', { d: path, class: kind, fill: `url(#${id})`, 'data-country': code }))
  }
  for (const [code, [x, y]] of Object.entries(map.dots)) {
    const kind = kindOf(code)
    if (kind !== undefined)
      blue.push(s('circle', { cx: x, cy: y, r: 5, class: kind, 'data-country': code }))
  }
  parts.push(s('path', { d: land.join(''), class: 'land' }), ...blue)
  const { width, height } = map
  return h(
    'figure',
    { class: 'map' },
    // An element of another namespace: `h` only appends it.
    s('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label }, ...parts),
  )
}
