// What a page may have left behind or sent away. Each function is run inside the page.

/** Everything that a page can store. Empty lists and strings: nothing was. */
export const storedThings = `(async () => ({
  cookies: document.cookie,
  local: localStorage.length,
  session: sessionStorage.length,
  databases: typeof indexedDB.databases === 'function' ? (await indexedDB.databases()).length : 0,
  caches: typeof caches === 'object' ? (await caches.keys()).length : 0,
  workers: 'serviceWorker' in navigator ? (await navigator.serviceWorker.getRegistrations()).length : 0,
}))()`

export const nothingStored = {
  cookies: '',
  local: 0,
  session: 0,
  databases: 0,
  caches: 0,
  workers: 0,
}

/** How much wider than the window the page is. */
export const overflow = `document.documentElement.scrollWidth - document.documentElement.clientWidth`
