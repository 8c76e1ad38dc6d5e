// The figures as a picture: an SVG file that any browser and printer shows, with its labels as text, a description for
// who does not see it, and nothing that runs or is loaded.
import type { Statistics, StatisticsRow } from '../../schemas/statistics.js'

/** What a bar is made of, from the bottom up. Told apart by label and order too, not by colour alone. */
const parts = [
  { name: 'within', label: 'answered in time', colour: '#2f6f4f' },
  { name: 'breached', label: 'answered late, or not at all', colour: '#b3261e' },
] as const
const others = { label: 'time still runs, or closed without an answer', colour: '#aab3bb' }
const keptBack = { label: 'kept back (small counts)', colour: 'url(#small)' }

const width = 960
const left = 64
const right = 24
const panelHeight = 200
const panelGap = 96
const top = 112
const plotWidth = width - left - right
const weekMs = 7 * 86_400_000

type Attributes = Readonly<Record<string, string | number>>

function escaped(words: string): string {
  return words
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

function element(name: string, attributes: Attributes, ...inside: readonly string[]): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escaped(String(value))}"`)
    .join('')
  return inside.length === 0
    ? `<${name}${written}/>`
    : `<${name}${written}>${inside.join('')}</${name}>`
}

function text(x: number, y: number, words: string, attributes: Attributes = {}): string {
  return element('text', { x, y, 'font-size': 13, ...attributes }, escaped(words))
}

/** The smallest of 1, 2, 5 times a power of ten that needs at most five lines. */
function stepFor(most: number): number {
  for (let power = 1; ; power *= 10)
    for (const times of [1, 2, 5]) if (most / (times * power) <= 5) return times * power
}

function bar(row: StatisticsRow, x: number, barWidth: number, scale: number, floor: number) {
  if (row.received === null) {
    const mark = { x, y: floor - 14, width: barWidth, height: 14, fill: 'url(#small)' }
    return element('rect', mark, element('title', {}, `${row.week.slice(0, 10)}: 1 to 4`))
  }
  const { received, within, breached } = row
  const told = parts.map(part => ({ ...part, count: row[part.name] ?? 0 }))
  const rest = received - told.reduce((sum, { count }) => sum + count, 0)
  const isSplit = within !== null && breached !== null
  const above = isSplit ? { ...others, count: rest } : { ...keptBack, count: rest }
  let y = floor
  return [...told, above]
    .filter(({ count }) => count > 0)
    .map(({ label, colour, count }) => {
      const height = count * scale
      y -= height
      const title = `${row.week.slice(0, 10)}, ${label}: ${count}`
      const place = { x, y: y.toFixed(1), width: barWidth, height: height.toFixed(1) }
      return element('rect', { ...place, fill: colour }, element('title', {}, escaped(title)))
    })
    .join('')
}

function panel(
  program: string,
  rows: readonly StatisticsRow[],
  weeks: readonly number[],
  offset: number,
): string {
  const floor = offset + panelHeight
  const most = Math.max(5, ...rows.map(({ received }) => received ?? 0))
  const step = stepFor(most)
  const highest = Math.ceil(most / step) * step
  const scale = panelHeight / highest
  const slot = plotWidth / weeks.length
  const barWidth = Math.max(2, Math.min(40, slot * 0.72))
  const lines: string[] = [
    text(left, offset - 14, program, { 'font-weight': 'bold', 'font-size': 16 }),
  ]
  for (let count = 0; count <= highest; count += step) {
    const y = floor - count * scale
    lines.push(
      element('line', { x1: left, y1: y, x2: width - right, y2: y, stroke: '#d5dade' }),
      text(left - 8, y + 4, String(count), { 'text-anchor': 'end' }),
    )
  }
  const every = Math.ceil(weeks.length / 12)
  for (const [at, week] of weeks.entries()) {
    const middle = left + slot * (at + 0.5)
    if (at % every === 0)
      lines.push(
        text(middle, floor + 20, new Date(week).toISOString().slice(5, 10), {
          'text-anchor': 'middle',
        }),
      )
    const row = rows.find(each => Date.parse(each.week) === week)
    if (row !== undefined) lines.push(bar(row, middle - barWidth / 2, barWidth, scale, floor))
  }
  lines.push(text(left, floor + 42, timesOf(rows), { fill: '#45505a' }))
  return lines.join('\n')
}

/** Hours of the last week that tells them. */
function timesOf(rows: readonly StatisticsRow[]): string {
  const last = rows.findLast(({ median_hours }) => median_hours !== null)
  if (last === undefined) return 'hours to the answer: too few to tell'
  const { week, median_hours, p90_hours, worst_hours } = last
  return `week of ${week.slice(0, 10)}: answered after ${median_hours} h (median), ${p90_hours} h (9 of 10), ${worst_hours} h (worst)`
}

function legend(): string {
  const entries = [...parts, others, keptBack]
  const column = plotWidth / 2
  return entries
    .map(({ label, colour }, at) => {
      const x = left + (at % 2) * column
      const y = 56 + Math.floor(at / 2) * 22
      return (
        element('rect', { x, y: y - 11, width: 14, height: 14, fill: colour }) +
        text(x + 22, y, label)
      )
    })
    .join('\n')
}

const hatching = element(
  'pattern',
  { id: 'small', width: 6, height: 6, patternUnits: 'userSpaceOnUse' },
  element('rect', { width: 6, height: 6, fill: '#ffffff' }),
  element('path', { d: 'M0 6L6 0', stroke: '#45505a', 'stroke-width': 1.2 }),
)

export function drawChart({ from, until, rows, smallest_count }: Statistics): string {
  const weeks: number[] = []
  for (let week = Date.parse(from); week < Date.parse(until); week += weekMs) weeks.push(week)
  const programs = [...new Set(rows.map(({ program }) => program))]
  const height = top + Math.max(1, programs.length) * (panelHeight + panelGap)
  const title = `Requests by week of arrival, ${from.slice(0, 10)} to ${until.slice(0, 10)}`
  const about = `Stacked bars for each program and week: what was answered in time, late, or not. Counts from 1 to ${smallest_count - 1} are kept back.`
  const size = { width, height, viewBox: `0 0 ${width} ${height}` }
  const look = { 'font-family': 'sans-serif', fill: '#1b2329' }
  const panels = programs.map((program, at) =>
    panel(
      program ?? 'program not known',
      rows.filter(row => row.program === program),
      weeks,
      top + 24 + at * (panelHeight + panelGap),
    ),
  )
  const body = [
    element('title', { id: 'title' }, escaped(title)),
    element('desc', { id: 'about' }, escaped(about)),
    element('defs', {}, hatching),
    element('rect', { width, height, fill: '#ffffff' }),
    text(left, 28, title, { 'font-size': 20, 'font-weight': 'bold' }),
    legend(),
    ...(panels.length > 0 ? panels : [text(left, top + 40, 'nothing arrived in these weeks')]),
  ]
  const root = {
    xmlns: 'http://www.w3.org/2000/svg',
    role: 'img',
    'aria-labelledby': 'title about',
    ...size,
    ...look,
  }
  return `${element('svg', root, `\n${body.join('\n')}\n`)}\n`
}
