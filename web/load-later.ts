// Fetches the second script of the page. What it brings is handed over in one place of the global scope, which no other
// script of the site looks at.
import { h } from './dom.js'
import { Failed } from './failed.js'
import type { laterScreens } from './later.js'
import { inTime, lostScript } from './network.js'
import type { Words } from './page.js'

type Screens = typeof laterScreens

interface Arrived {
  readonly screens: Screens
  /** What the first script does not have of them. */
  readonly words: Words
}

declare const self: { arrived?: Arrived }

/** @throws Failed */
async function run(script: HTMLScriptElement): Promise<void> {
  const ran = new Promise<boolean>(resolve => {
    script.addEventListener('load', () => resolve(true))
    script.addEventListener('error', () => resolve(false))
  })
  document.head.append(script)
  try {
    if (!(await inTime(ran))) throw (await lostScript(laterScript)) ?? new Failed('offline')
  } finally {
    script.remove()
  }
}

/**
 * A script that does not come can be fetched again.
 * @param time the second one asks in other words: the browser would wait for what it has asked for already
 * @throws Failed
 */
export async function loadLater(words: Words, time: number): Promise<Screens> {
  await run(h('script', { src: time === 1 ? laterScript : `${laterScript}?${time}` }))
  const { arrived } = self
  if (arrived === undefined) throw new Failed('internal')
  const { catalogues, shared, texts } = arrived.words
  Object.assign(words.texts, texts)
  Object.assign(words.shared, shared)
  for (const [index, one] of words.catalogues.entries()) Object.assign(one, catalogues[index])
  return arrived.screens
}
