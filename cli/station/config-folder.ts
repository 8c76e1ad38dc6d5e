// The config folder on disk: settings, the remembered directory, the identity, drafts. Its layout is
// keys/handler-folder.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  directoryFile,
  draftsFolder,
  identityFile,
  parsePublicIdentity,
  parseSettings,
  pluginIdentityFile,
  printPublicIdentity,
  printSettings,
  publicIdentityFile,
  settingsFile,
} from '../../keys/handler-folder.js'
import { KhancapError } from '../../schemas/problem.js'
import type { HandlerSettings, PublicIdentity } from '../../schemas/settings.js'
import { refused } from '../failure.js'
import { safe } from '../terminal/safe.js'
import { firstPluginIdentity } from './age-plugin.js'
import { isMissing, isOpenToOthers, readBounded, writePrivately } from './disk.js'

const maxFileBytes = 262_144

export interface ConfigFolder {
  readonly path: string
  readonly identityFile: string
  readonly drafts: string
  /** null where no organisation was pinned yet. */
  settings(): Promise<HandlerSettings | null>
  saveSettings(settings: HandlerSettings): Promise<void>
  /** The last directory that verified, as it came; null where there was none. */
  directoryNote(): Promise<Uint8Array | null>
  saveDirectoryNote(note: Uint8Array): Promise<void>
  /** null where none was made yet. */
  publicIdentity(): Promise<PublicIdentity | null>
  sealedIdentity(): Promise<Uint8Array | null>
  /** Replaces what is sealed, with the same identity inside. */
  saveSealedIdentity(sealed: Uint8Array): Promise<void>
  /** The key of a plugin that opens the identity in place of a passphrase; null where there is none. */
  pluginIdentity(): Promise<string | null>
  savePluginIdentity(key: string | null): Promise<void>
  saveIdentity(sealed: Uint8Array, identity: PublicIdentity): Promise<void>
  /** Files and folders that other users of the machine may read or change. */
  openToOthers(): Promise<readonly string[]>
}

/** @throws Failure that names each fault, and no value */
function settingsIn(file: string, bytes: Uint8Array): HandlerSettings {
  try {
    return parseSettings(new TextDecoder().decode(bytes))
  } catch (error) {
    if (!(error instanceof KhancapError)) throw error
    throw refused(
      safe`${file} has faults`,
      ...error.faults.map(({ code, pointer }) => safe`${pointer}: ${code.replaceAll('_', ' ')}`),
      safe`khancap init writes it anew, once that file is moved away`,
    )
  }
}

export function configFolder(path: string): ConfigFolder {
  const at = (name: string) => join(path, name)
  return {
    path,
    identityFile: at(identityFile),
    drafts: at(draftsFolder),
    async settings() {
      const bytes = await readBounded(at(settingsFile), maxFileBytes)
      return bytes === null ? null : settingsIn(at(settingsFile), bytes)
    },
    saveSettings: settings => writePrivately(at(settingsFile), printSettings(settings)),
    async directoryNote() {
      const { maxDirectoryBytes } = await import('../../schemas/directory.js')
      return readBounded(at(directoryFile), maxDirectoryBytes)
    },
    saveDirectoryNote: note => writePrivately(at(directoryFile), note),
    async publicIdentity() {
      const bytes = await readBounded(at(publicIdentityFile), maxFileBytes)
      return bytes === null ? null : parsePublicIdentity(new TextDecoder().decode(bytes))
    },
    sealedIdentity: () => readBounded(at(identityFile), maxFileBytes),
    saveSealedIdentity: sealed => writePrivately(at(identityFile), sealed),
    async pluginIdentity() {
      const bytes = await readBounded(at(pluginIdentityFile), maxFileBytes)
      return bytes === null ? null : firstPluginIdentity(new TextDecoder().decode(bytes))
    },
    async savePluginIdentity(key) {
      if (key === null) await rm(at(pluginIdentityFile), { force: true })
      else await writePrivately(at(pluginIdentityFile), `${key}\n`)
    },
    async saveIdentity(sealed, identity) {
      // The secret first: a public half that is behind is made anew from it, the other way round it could not be.
      await writePrivately(at(identityFile), sealed)
      await writePrivately(at(publicIdentityFile), printPublicIdentity(identity))
    },
    async openToOthers() {
      const checked = ['.', settingsFile, identityFile].map(async name => {
        try {
          return (await isOpenToOthers(at(name))) ? [at(name)] : []
        } catch (error) {
          if (isMissing(error)) return []
          throw error
        }
      })
      return (await Promise.all(checked)).flat()
    },
  }
}
