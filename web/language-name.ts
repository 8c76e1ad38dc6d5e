// The name of a language in another one, where the browser knows it; else its tag.

export function languageName(tag: string, inLanguage: string): string {
  // Browsers before 2020 have no such names.
  if (typeof Intl.DisplayNames === 'undefined') return tag
  return new Intl.DisplayNames([inLanguage], { type: 'language' }).of(tag) ?? tag
}
