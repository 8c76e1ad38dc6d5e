// How a change to the source is made: announced, written unless it is a try, said, with a word about publishing and the way back.
import { resolve } from 'node:path'
import type { OrganisationSource } from '../../schemas/organisation.js'
import type { Station, VerbOptions } from '../station/station.js'
import { type Safe, safe } from '../terminal/safe.js'
import { expectCarriedAway, readSource, writeServerSecret, writeSource } from './folder.js'
import { announce } from './steps.js'

export interface EditOptions extends VerbOptions {
  readonly dir: string
  readonly dryRun?: true
}

export interface Change {
  /** Said before it is done, and afterwards. */
  readonly what: Safe
  readonly to: (source: OrganisationSource) => OrganisationSource
  /** For the server: written before the source that names its public half. */
  readonly secret?: { readonly file: string; readonly text: string }
  /** The way back, or that there is none, and what helps. */
  readonly back: (before: OrganisationSource) => readonly Safe[]
}

/** Reads the source, changes it, says what was done. Nothing takes effect before it is published. */
export async function editSource(
  station: Station,
  options: EditOptions,
  { back, secret, to, what }: Change,
): Promise<void> {
  const folder = resolve(options.dir)
  const before = await readSource(folder)
  const changed = to(before)
  if (secret !== undefined) await expectCarriedAway(folder, secret.file)
  const { printer } = station
  const isDone = announce(station, options, what)
  if (isDone) {
    if (secret !== undefined) await writeServerSecret(folder, secret.file, secret.text)
    await writeSource(folder, changed)
  }
  if (options.json === true) printer.json({ folder, written: isDone, change: what.text })
  else if (isDone) printer.sentence(safe`done: ${what}`)
  printer.say(isDone ? safe`it takes effect with khancap org publish` : safe`once it is done:`)
  for (const line of back(before)) printer.say(line)
}
