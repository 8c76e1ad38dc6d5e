// The word lists of receipt codes (BIP 39, and a Vietnamese one of ours), each loaded only when it is asked for, and the
// checksum over twelve words.
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39'

export const wordLanguages = ['en', 'fr', 'zh-Hans', 'zh-Hant', 'vi'] as const
export type WordLanguage = (typeof wordLanguages)[number]

const loaders: { readonly [L in WordLanguage]: () => Promise<{ wordlist: string[] }> } = {
  en: () => import('@scure/bip39/wordlists/english.js'),
  fr: () => import('@scure/bip39/wordlists/french.js'),
  'zh-Hans': () => import('@scure/bip39/wordlists/simplified-chinese.js'),
  'zh-Hant': () => import('@scure/bip39/wordlists/traditional-chinese.js'),
  vi: () => import('./vietnamese-words.js'),
}

/** 2048 words in the order of their numbers, in NFKD; Vietnamese syllables are joined by a hyphen. */
export async function wordList(language: WordLanguage): Promise<string[]> {
  return (await loaders[language]()).wordlist.map(word => word.normalize('NFKD'))
}

/** Sixteen bytes as twelve words. */
export function wordsOf(entropy: Uint8Array, list: string[]): string[] {
  return entropyToMnemonic(entropy, list).normalize('NFKD').split(/\s/)
}

/** @returns null where the checksum of these words of the list is wrong */
export function entropyOf(words: readonly string[], list: string[]): Uint8Array | null {
  try {
    return mnemonicToEntropy(words.join(' '), list)
  } catch {
    return null
  }
}
