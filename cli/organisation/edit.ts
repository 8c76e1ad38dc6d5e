// How a change to the source ends: shown, written unless it is a try, and a word about publishing.
import { resolve } from 'node:path'
import type { OrganisationSource } from '../../schemas/organisation.js'
import type { Station, VerbOptions } from '../station/station.js'
import { type Safe, safe } from '../terminal/safe.js'
import { readSource, writeSource } from './folder.js'

export interface EditOptions extends VerbOptions {
  readonly dir: string
  readonly dryRun?: true
}

/** Reads the source, changes it, says what was done. Nothing takes effect before it is published. */
export async function editSource(
  station: Station,
  options: EditOptions,
  change: (source: OrganisationSource) => OrganisationSource,
  done: Safe,
): Promise<void> {
  const folder = resolve(options.dir)
  const changed = change(await readSource(folder))
  const isTry = options.dryRun === true
  if (!isTry) await writeSource(folder, changed)
  const { printer } = station
  if (options.json === true) return printer.json({ folder, written: !isTry, change: done.text })
  printer.out(isTry ? safe`would be done: ${done}` : done)
  printer.say(isTry ? safe`nothing was written` : safe`it takes effect with khancap org publish`)
}
