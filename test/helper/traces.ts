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

/**
 * Controls that a browser may complete, correct, or fill again after a reload, or whose content it may have looked at
 * elsewhere; and a page that may be translated.
 */
export const carelessness = `(() => {
  const unwritten = ['radio', 'checkbox', 'file']
  const wanted = { spellcheck: 'false', autocorrect: 'off', autocapitalize: 'off' }
  const isCareless = control => {
    if (control.getAttribute('autocomplete') !== 'off') return true
    if (control.matches('select') || unwritten.includes(control.type)) return false
    const isLax = ([name, value]) => control.getAttribute(name) !== value
    return control.hasAttribute('maxlength') || Object.entries(wanted).some(isLax)
  }
  const controls = Array.from(document.querySelectorAll('input, textarea, select'))
  const { translate, lang } = document.documentElement
  const isOpen = translate || document.documentElement.getAttribute('writingsuggestions') !== 'false'
  const others = document.querySelectorAll('body [translate], body [writingsuggestions], [contenteditable]')
  return [...controls.filter(isCareless), ...others].map(each => each.outerHTML).concat(isOpen ? [lang] : [])
})()`
