// Building elements. Text is always set as text, never as markup.

type Child = Node | string | null

interface Attributes {
  readonly [name: string]: string | number | boolean | undefined
}

/** An element with attributes and children. `false` and `undefined` leave an attribute out, `true` sets it empty. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== false)
      element.setAttribute(name, value === true ? '' : String(value))
  for (const child of children) if (child !== null) element.append(child)
  return element
}

/** A button that submits nothing. */
export function button(label: string, onClick: () => void, className?: string): HTMLButtonElement {
  const element = h('button', { type: 'button', class: className }, label)
  element.addEventListener('click', onClick)
  return element
}

/** A form that is handled here: Enter works, and nothing is ever submitted by the browser. */
export function form(onSubmit: () => void, ...children: readonly Child[]): HTMLFormElement {
  const element = h('form', { autocomplete: 'off', novalidate: true }, ...children)
  element.addEventListener('submit', event => {
    event.preventDefault()
    onSubmit()
  })
  return element
}

export function bullets(texts: readonly string[]): HTMLElement {
  return h('ul', {}, ...texts.map(text => h('li', {}, text)))
}

export function byId(id: string): HTMLElement | null {
  return document.getElementById(id)
}

/** Attributes that keep browsers from storing, correcting, completing or sending off what is typed. */
export const unrecorded = {
  autocomplete: 'off',
  autocorrect: 'off',
  autocapitalize: 'off',
  spellcheck: 'false',
} as const
