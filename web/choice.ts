// The first page: only languages. The page of a language takes this one's place in the history.
import { prepareLeaving } from './leave.js'

prepareLeaving(() => {})

for (const link of document.querySelectorAll<HTMLAnchorElement>('a.choice'))
  link.addEventListener('click', event => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    location.replace(link.href)
  })
