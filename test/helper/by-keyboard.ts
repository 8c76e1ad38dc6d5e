// A person without a pointer, whatever the browser: keys alone, and at each of them a look whether the focus is there and
// can be seen.
import { setTimeout as sleep } from 'node:timers/promises'

export interface Keys {
  press(key: 'Tab' | 'Enter' | 'Space' | 'ArrowDown' | 'PageDown'): Promise<void>
  /** Tab with Shift. */
  pressBack(): Promise<void>
  type(text: string): Promise<void>
  /** What an expression is, inside the page. */
  ask(expression: string): Promise<unknown>
}

export interface Keyboard {
  /** What was wrong with the focus, and where. */
  readonly faults: readonly string[]
  /** Tabs until something has the focus whose markup has this in it. */
  tabTo(part: string): Promise<void>
  tabBackTo(part: string): Promise<void>
  /** The same, then the key that acts on it. */
  activate(part: string, key?: 'Enter' | 'Space'): Promise<void>
  focused(): Promise<string>
  until(expression: string): Promise<void>
  /** Waits until the heading of a screen has the focus. */
  screen(heading: string): Promise<void>
}

const mostStops = 80
const patienceMs = 60_000
const lookMs = 50

/** What is wrong with the focus: lost, unmarked, or under something else, such as the bar that stays at the top. */
const focusFault = `(() => {
  const focused = document.activeElement
  if (focused === null || focused === document.body) return 'lost'
  const shown = focused.matches('.file input') ? focused.nextElementSibling : focused
  const { outlineStyle, outlineWidth } = getComputedStyle(shown)
  const isHeading = focused.matches('h1')
  if (!isHeading && (outlineStyle === 'none' || parseFloat(outlineWidth) < 2)) return 'not marked'
  const { left, right, top, bottom } = shown.getBoundingClientRect()
  const isThere = y => shown.contains(document.elementFromPoint((left + right) / 2, y))
  // Of what is taller than the window, or stands at its end, browsers may show a part; but nothing may cover that.
  const within = [top + 4, (top + bottom) / 2, bottom - 4].filter(y => y >= 0 && y < innerHeight)
  return within.length > 0 && within.every(isThere) ? '' : 'hidden'
})()`

const focusedMarkup = `document.activeElement === document.body ? '' : document.activeElement.outerHTML`

export function byKeyboard(keys: Keys): Keyboard {
  const faults: string[] = []
  const focused = async () => String(await keys.ask(focusedMarkup))
  const look = async () => {
    const fault = String(await keys.ask(focusFault))
    const title = String(await keys.ask(`document.querySelector('h1')?.textContent ?? ''`))
    if (fault !== '') faults.push(`${title}: ${fault}: ${(await focused()).slice(0, 200)}`)
  }
  const walkTo = async (part: string, press: () => Promise<void>) => {
    for (let stop = 0; stop < mostStops; stop++) {
      await press()
      await look()
      if ((await focused()).includes(part)) return
    }
    throw new Error(`not reached: ${part}`)
  }
  const tabTo = (part: string) => walkTo(part, () => keys.press('Tab'))
  const until = async (expression: string) => {
    for (const end = Date.now() + patienceMs; Date.now() < end; await sleep(lookMs))
      // A page that is just giving way to another one answers nothing.
      if ((await keys.ask(expression).catch(() => null)) === true) return
    throw new Error(`never so: ${expression}; but: ${await focused()}`)
  }
  return {
    faults,
    tabTo,
    tabBackTo: part => walkTo(part, () => keys.pressBack()),
    async activate(part, key = 'Enter') {
      await tabTo(part)
      await keys.press(key)
    },
    focused,
    until,
    async screen(heading) {
      const text = JSON.stringify(heading)
      await until(
        `document.activeElement.matches('h1:not(.waiting)') && document.activeElement.textContent === ${text}`,
      )
      await look()
    },
  }
}
