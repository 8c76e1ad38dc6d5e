// How a word of a receipt code is compared, however it was typed.

/** Letters without case and accents, nothing between syllables: what tells the words of every list apart. */
export function foldWord(word: string): string {
  return word
    .normalize('NFKD')
    .replace(/[\u0300-\u036f\s-]/g, '')
    .toLowerCase()
    .replace(/đ/g, 'd')
}
