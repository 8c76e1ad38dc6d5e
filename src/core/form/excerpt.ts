// The part of a directory that pages show before they have the whole, and whether two of them say the same.
import type { Directory } from '../../../schemas/directory.js'
import type { DirectoryExcerpt, ShownProgram } from '../../../schemas/directory-excerpt.js'
import type { Program } from '../../../schemas/program.js'

function shown(program: Program): ShownProgram {
  const { id, names, valid_from, valid_until, languages, countries } = program
  const { regions, form, words, promise, for_whom, out_of_scope } = program
  const offered = { id, names, valid_from, valid_until, languages, countries, regions }
  return { ...offered, form, words, promise, for_whom, out_of_scope }
}

/**
 * No keys, no teams, no rules, no addresses: what is left is a fifth of the bytes, and compresses. Two directories that
 * show the same have the same excerpt.
 */
export function excerptOf({ demo, programs }: Directory): DirectoryExcerpt {
  return { demo, programs: programs.map(shown) }
}

function entriesOf(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, inner]) => inner !== undefined)
}

/** Whether two values are the same JSON, in whatever order their keys stand. */
export function sameJson(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return one === other
  if (Array.isArray(one) !== Array.isArray(other)) return false
  const [mine, theirs] = [entriesOf(one), new Map(entriesOf(other))]
  return (
    mine.length === theirs.size &&
    mine.every(([key, inner]) => theirs.has(key) && sameJson(inner, theirs.get(key)))
  )
}
