// An organisation's folder, made to live on a stick that no network ever sees:
//
//   organisation.json      the source, edited by `khancap org` or by hand
//   directory.note         what was published last
//   draft.note             what waits for more signatures
//   keys/root-NAME.age     a key of the root, sealed with its own passphrase; may live on another stick
//   server/receipt.key     what the API needs, in the clear: carry it there, then delete it here
//   server/router.identity what the workers need, in the clear: carry it there, then delete it here
import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { NoteSigner } from '../../keys/note.js'
import { printSigningKey, readSigningKey } from '../../keys/signing-key.js'
import { maxDirectoryBytes } from '../../schemas/directory.js'
import { OrganisationSource } from '../../schemas/organisation.js'
import { openWithPassphrase, sealWithPassphrase } from '../../src/core/envelope/passphrase.js'
import { alreadyThere, type Failure, refused } from '../failure.js'
import {
  allOrNone,
  isThere,
  readBounded,
  syncFolder,
  writeNew,
  writePrivately,
} from '../station/disk.js'
import { newPassphrase, withPassphrase } from '../station/passphrase.js'
import type { PassphraseOptions, Station } from '../station/station.js'
import { type Safe, safe } from '../terminal/safe.js'

export const sourceFile = 'organisation.json'
export const directoryFile = 'directory.note'
export const draftFile = 'draft.note'
export const receiptKeyFile = 'server/receipt.key'
export const routerIdentityFile = 'server/router.identity'

const maxKeyBytes = 65_536
const maxSourceBytes = 4 * maxDirectoryBytes

export const rootKeyFile = (name: string) => `keys/root-${name.replaceAll('/', '-')}.age`

export async function hasSource(folder: string): Promise<boolean> {
  return (await readBounded(join(folder, sourceFile), maxSourceBytes)) !== null
}

/** @throws Failure that names each fault, never a value */
export async function readSource(folder: string): Promise<OrganisationSource> {
  const bytes = await readBounded(join(folder, sourceFile), maxSourceBytes)
  if (bytes === null)
    throw refused(
      safe`there is no ${sourceFile} in ${folder}`,
      safe`khancap org init makes an organisation; --dir says where it is`,
    )
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    throw refused(
      safe`${join(folder, sourceFile)} is not JSON`,
      safe`was it edited by hand? look at the last change; a copy on another stick may be whole`,
    )
  }
  const parsed = OrganisationSource.safeParse(json)
  if (parsed.success) return parsed.data
  throw faulty(
    safe`${join(folder, sourceFile)} has faults`,
    parsed.error.issues.map(({ code, path }) => ({
      pointer: path.map(part => `/${String(part)}`).join(''),
      code,
    })),
  )
}

export async function writeSource(folder: string, source: OrganisationSource): Promise<void> {
  await writePrivately(join(folder, sourceFile), sourceText(source))
}

export function sourceText(source: OrganisationSource): string {
  return `${JSON.stringify(OrganisationSource.parse(source), null, 2)}\n`
}

/** A refusal with up to ten faults as hints. */
export function faulty(
  sentence: Safe,
  faults: readonly { readonly pointer: string; readonly code: string }[],
): Failure {
  const shown = faults
    .slice(0, 10)
    .map(({ code, pointer }) => safe`${pointer || '/'}: ${code.replaceAll('_', ' ')}`)
  const more = faults.length > shown.length ? [safe`and ${faults.length - shown.length} more`] : []
  return refused(
    sentence,
    ...shown,
    ...more,
    safe`correct these places, then run the same command again`,
  )
}

/** @returns null where there is none */
export function readNoteFile(folder: string, file: string): Promise<Uint8Array | null> {
  return readBounded(join(folder, file), maxDirectoryBytes)
}

export function writeNoteFile(folder: string, file: string, note: Uint8Array): Promise<void> {
  return writePrivately(join(folder, file), note)
}

export function dropDraftNote(folder: string): Promise<void> {
  return rm(join(folder, draftFile), { force: true })
}

/** Seals new keys of the root, each with a passphrase of its own. All are asked for before anything is made. */
export async function sealRootKeys(
  station: Station,
  options: PassphraseOptions,
  keys: readonly { readonly key: NoteSigner; readonly file: string }[],
): Promise<readonly NewFile[]> {
  const asked: { file: string; text: string; passphrase: string }[] = []
  const p = await station.primitives()
  for (const { file, key } of keys) {
    const text = printSigningKey(p, key, 'root key')
    // Each is typed by its holder.
    // oxlint-disable-next-line no-await-in-loop
    const passphrase = await newPassphrase(station, options, null, safe`the root key ${key.name}`)
    asked.push({ file, text, passphrase })
  }
  const sealing = async (): Promise<readonly NewFile[]> => {
    const sealed: NewFile[] = []
    for (const { file, passphrase, text } of asked) {
      // Each takes much memory.
      // oxlint-disable-next-line no-await-in-loop
      const content = await sealWithPassphrase(p, text, passphrase, station.environment.workFactor)
      sealed.push({ file, content })
    }
    return sealed
  }
  return station.printer.waiting(safe`sealing with the passphrase`, sealing())
}

export async function openRootKey(
  station: Station,
  options: PassphraseOptions,
  file: string,
): Promise<NoteSigner> {
  const sealed = await readBounded(file, maxKeyBytes)
  if (sealed === null)
    throw refused(
      safe`there is no root key ${file}`,
      safe`--key says where it is, on this stick or on another one`,
    )
  const question = safe`passphrase for ${file}:`
  return withPassphrase(
    station,
    options,
    null,
    question,
    async passphrase =>
      readSigningKey(await openWithPassphrase(await station.primitives(), sealed, passphrase)),
    { what: safe`the root key ${file}` },
  )
}

/** Writes a secret for the server, in the clear; one that is there already waits to be carried away. */
export async function writeServerSecret(folder: string, file: string, text: string): Promise<void> {
  await writeTogether([{ file: join(folder, file), content: text }])
}

/** @throws Failure where a secret for the server still waits to be carried away */
export async function expectCarriedAway(folder: string, file: string): Promise<void> {
  if (await isThere(join(folder, file)))
    throw refused(
      safe`${join(folder, file)} is still here: it was made for the server`,
      safe`carry it to the server, then delete it here, then run this again`,
    )
}

/** @throws Failure where there is one */
export async function expectNoFile(file: string): Promise<void> {
  if (await isThere(file)) throw alreadyThere(file)
}

export interface NewFile {
  readonly file: string
  readonly content: string | Uint8Array
}

/** Writes files that must not exist yet: all of them, or none, also where somebody ends us in between. @throws Failure */
export async function writeTogether(files: readonly NewFile[]): Promise<void> {
  await allOrNone(async ours => {
    for (const { content, file } of files) {
      // One after the other: the last one may name those before.
      // oxlint-disable no-await-in-loop
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      await expectNoFile(file)
      await writeNew(file, content, () => ours(file))
      await syncFolder(dirname(file))
      // oxlint-enable no-await-in-loop
    }
  })
}
