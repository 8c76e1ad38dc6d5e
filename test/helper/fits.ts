// Whether a screen fits whatever its letters: twice as large, and read from right to left. Looked at inside the page, which is
// put back as it was.
import type { Page } from 'playwright-core'
import type { Test } from 'tap'

/** What does not fit: beyond its place, cut off, or over something else; a way out that takes the screen for itself. */
const misfits = String.raw`() => {
  const width = document.documentElement.clientWidth
  const controls = 'button, input, select, textarea, summary, progress, svg'
  const named = element => element.outerHTML.slice(0, 160)
  const seen = Array.from(document.body.querySelectorAll('*')).filter(
    element =>
      element.closest('.unseen, .hidden-link, .file input, option, optgroup, svg *, noscript') === null &&
      element.checkVisibility({ visibilityProperty: true }) &&
      element.getClientRects().length > 0,
  )
  const found = []
  const tooWide = []
  const boxes = new Set()
  for (const element of seen) {
    const { left, right } = element.getBoundingClientRect()
    const { display, overflowY } = getComputedStyle(element)
    // What somebody types into a line may be longer than the line.
    const isCut =
      display !== 'inline' &&
      element.clientWidth > 0 &&
      element.scrollWidth > element.clientWidth + 1 &&
      !element.matches('input:not([size])')
    if (isCut || left < -1 || right > width + 1) tooWide.push(element)
    const isClosed = overflowY !== 'visible' || element.matches('button, input')
    if (isClosed && !element.matches('textarea, select') && element.scrollHeight > element.clientHeight + 1)
      found.push('cut off below: ' + named(element))
    const hasText = Array.from(element.childNodes).some(node => node.nodeType === 3 && node.data.trim() !== '')
    if (!hasText && !element.matches(controls)) continue
    let box = element
    while (getComputedStyle(box).display === 'inline') box = box.parentElement
    if (box.closest('.top') === null) boxes.add(box)
  }
  for (const element of tooWide)
    if (!tooWide.some(other => other !== element && element.contains(other)))
      found.push('too wide: ' + named(element))
  const placed = Array.from(boxes, box => ({ box, at: box.getBoundingClientRect() }))
  placed.sort((one, other) => one.at.top - other.at.top)
  for (const [index, one] of placed.entries())
    for (const other of placed.slice(index + 1)) {
      // All that follows begins below it.
      if (other.at.top >= one.at.bottom) break
      if (one.box.contains(other.box) || other.box.contains(one.box)) continue
      const across = Math.min(one.at.right, other.at.right) - Math.max(one.at.left, other.at.left)
      const down = Math.min(one.at.bottom, other.at.bottom) - Math.max(one.at.top, other.at.top)
      if (across > 1 && down > 1) found.push('one over the other: ' + named(one.box) + ' and ' + named(other.box))
    }
  const top = document.querySelector('.top')
  if (top !== null && top.offsetHeight > innerHeight / 3) found.push('the bar at the top is too high')
  return found
}`

/** As a pseudo-locale does it: every letter runs from right to left, and so does the page. */
const mirrored = String.raw`() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT, node =>
    node.parentElement.closest('script, style, textarea, noscript') === null && node.data.trim() !== ''
      ? NodeFilter.FILTER_ACCEPT
      : NodeFilter.FILTER_REJECT,
  )
  const before = []
  while (walker.nextNode()) before.push([walker.currentNode, walker.currentNode.data])
  document.documentElement.dir = 'rtl'
  for (const [node, data] of before) node.data = '\u202e' + data + '\u202c'
  return () => {
    document.documentElement.removeAttribute('dir')
    for (const [node, data] of before) node.data = data
  }
}`

const enlarged = `() => {
  document.documentElement.style.fontSize = '200%'
  return () => document.documentElement.removeAttribute('style')
}`

const look = `(() => {
  const misfits = ${misfits}
  const large = ${enlarged}
  const mirrored = ${mirrored}
  const found = {}
  for (const [name, changes] of Object.entries({
    'as it is': [],
    'twice as large': [large],
    'twice as large, from right to left': [large, mirrored],
  })) {
    const undo = changes.map(change => change())
    found[name] = misfits()
    for (const back of undo) back()
  }
  return found
})()`

const nothing = {
  'as it is': [],
  'twice as large': [],
  'twice as large, from right to left': [],
}

export async function fits(t: Test, page: Page, screen: string): Promise<void> {
  t.strictSame(await page.evaluate(look), nothing, `${screen}: everything fits`)
}
