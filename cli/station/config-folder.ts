// The config folder on disk: settings, the remembered directory, identities, drafts. Its layout is keys/handler-folder.
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  directoryFile,
  draftsFolder,
  identitiesFolder,
  identityFile,
  parsePublicIdentity,
  parseSettings,
  printPublicIdentity,
  printSettings,
  publicIdentityFile,
  settingsFile,
} from '../../keys/handler-folder.js'
import { maxDirectoryBytes } from '../../schemas/directory.js'
import type { HandlerSettings, PublicIdentity } from '../../schemas/settings.js'
import { refused } from '../failure.js'
import { safe } from '../terminal/safe.js'
import { isMissing, isOpenToOthers, readBounded, writeNew, writePrivately } from './disk.js'

const maxSettingsBytes = 65_536
const maxIdentityBytes = 65_536

export interface StoredIdentity {
  readonly generation: number
  readonly file: string
  readonly public: PublicIdentity
  readonly openToOthers: boolean
}

export interface ConfigFolder {
  readonly path: string
  /** null where no organisation was pinned yet. */
  settings(): Promise<HandlerSettings | null>
  saveSettings(settings: HandlerSettings): Promise<void>
  /** The last directory that verified, as it came; null where there was none. */
  directoryNote(): Promise<Uint8Array | null>
  saveDirectoryNote(note: Uint8Array): Promise<void>
  /** Oldest first. */
  identities(): Promise<readonly StoredIdentity[]>
  sealedIdentity(generation: number): Promise<Uint8Array>
  /** Adds a generation; never touches another one. @returns its number */
  addIdentity(sealed: Uint8Array, identity: PublicIdentity): Promise<number>
  readonly drafts: string
}

export function configFolder(path: string): ConfigFolder {
  const at = (name: string) => join(path, name)
  return {
    path,
    drafts: at(draftsFolder),
    async settings() {
      const bytes = await readBounded(at(settingsFile), maxSettingsBytes)
      return bytes === null ? null : parseSettings(new TextDecoder().decode(bytes))
    },
    saveSettings: settings => writePrivately(at(settingsFile), printSettings(settings)),
    directoryNote: () => readBounded(at(directoryFile), maxDirectoryBytes),
    saveDirectoryNote: note => writePrivately(at(directoryFile), note),
    async identities() {
      const found: StoredIdentity[] = []
      for (const generation of await generations(at(identitiesFolder))) {
        const file = at(identityFile(generation))
        const text = await readBounded(at(publicIdentityFile(generation)), maxIdentityBytes)
        if (text === null)
          throw refused(
            safe`the public half of identity ${generation} is missing: ${at(publicIdentityFile(generation))}`,
            safe`khancap keys recover makes both files again from the printed sheet`,
          )
        found.push({
          generation,
          file,
          public: parsePublicIdentity(new TextDecoder().decode(text)),
          openToOthers: await isOpenToOthers(file),
        })
      }
      return found
    },
    async sealedIdentity(generation) {
      const sealed = await readBounded(at(identityFile(generation)), maxIdentityBytes)
      if (sealed === null) throw refused(safe`there is no identity ${generation} in ${path}`)
      return sealed
    },
    async addIdentity(sealed, identity) {
      await mkdir(at(identitiesFolder), { recursive: true, mode: 0o700 })
      const generation = ((await generations(at(identitiesFolder))).at(-1) ?? 0) + 1
      // The public half first: without it the sealed half cannot be found, and a lone public half is harmless.
      await writePrivately(at(publicIdentityFile(generation)), printPublicIdentity(identity))
      await writeNew(at(identityFile(generation)), sealed)
      return generation
    },
  }
}

async function generations(folder: string): Promise<number[]> {
  let names: string[]
  try {
    names = await readdir(folder)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
  return names
    .map(name => /^([1-9]\d{0,3})\.age$/.exec(name)?.[1])
    .filter(digits => digits !== undefined)
    .map(Number)
    .toSorted((a, b) => a - b)
}
