// Names without case and accents, so that a search finds them on any keyboard.

export function foldName(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f\s’'.-]/g, '')
    .toLowerCase()
    .replace(/đ/g, 'd')
}
