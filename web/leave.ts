// Leaving at once: the page is covered, everything typed is forgotten, and another site takes this page's place in the
// history. Also what happens when the page goes away in any other way.

const presses = 3
const withinMs = 5000

export interface Leaving {
  /** Sets the site that opens, once a directory has verified; null: the one that the page came with. */
  setTarget(address: string | null): void
  leave(): void
}

/**
 * @param forget erases what was typed and every key from memory
 */
export function prepareLeaving(forget: () => void): Leaving {
  const links = ['leave', 'leave-first'].flatMap(id => {
    const link = document.getElementById(id)
    return link instanceof HTMLAnchorElement ? [link] : []
  })
  const usual = links.map(link => link.href)

  const wipe = () => {
    forget()
    document.body.textContent = ''
  }
  const leave = () => {
    const target = links[0]?.href ?? 'about:blank'
    document.documentElement.className = 'gone'
    document.title = ' '
    wipe()
    location.replace(target)
  }

  for (const link of links)
    link.addEventListener('click', event => {
      event.preventDefault()
      leave()
    })

  let times: number[] = []
  document.addEventListener('keydown', event => {
    if (event.key !== 'Shift') {
      times = []
      return
    }
    if (event.repeat) return
    const now = performance.now()
    times = times.filter(time => now - time < withinMs).concat(now)
    if (times.length >= presses) leave()
  })

  window.addEventListener('pagehide', wipe)
  // Brought back from the cache of the browser: begin anew.
  window.addEventListener('pageshow', event => {
    if (event.persisted) location.reload()
  })

  return {
    setTarget(address) {
      for (const [index, link] of links.entries()) link.href = address ?? usual[index] ?? link.href
    },
    leave,
  }
}
