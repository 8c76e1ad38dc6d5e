// How a step of the organisation's side speaks: what will be done, what was, and the way back, for somebody who is careful and
// no engineer. A dry run says the same words.
import type { Station } from '../station/station.js'
import { command, type Safe, safe } from '../terminal/safe.js'
import { shellWord } from '../terminal/shell-word.js'

export interface StepOptions {
  readonly json?: true
  readonly dryRun?: true
}

/** Says what will be done or, in a dry run, what would be. @returns whether it is to be done */
export function announce(
  { printer }: Station,
  { dryRun, json }: StepOptions,
  what: Safe,
  nothing = safe`nothing was written`,
): boolean {
  if (dryRun !== true) {
    printer.say(safe`will be done: ${what}`)
    return true
  }
  const words = safe`would be done: ${what}`
  if (json === true) printer.say(words)
  else printer.sentence(words)
  printer.say(nothing)
  return false
}

/** How a dry run ends for a program, where what is made is no change of the source. */
export function tried({ printer }: Station, { json }: StepOptions, what: Safe): void {
  if (json === true) printer.json({ written: false, change: what.text })
}

/** A command on the same folder, as it is typed. It stands at the end of a line, where nobody takes more for it. */
export function orgCommand({ dir }: { readonly dir: string }, ...words: readonly string[]): Safe {
  const folder = dir === '.' ? [] : ['--dir', shellWord(dir, 'DIR')]
  return command`khancap org ${[...words.map(word => shellWord(word, 'NAME')), ...folder].join(' ')}`
}

export function takenBack(again: Safe): Safe {
  return safe`to take it back: ${again}`
}

/** @param why and what helps in its place */
export function noWayBack(why: Safe): Safe {
  return safe`there is no way back: ${why}`
}
