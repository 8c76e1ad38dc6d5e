// An organisation's folder, made to live on a stick that no network ever sees:
//
//   organisation.json      the source, edited by `khancap org` or by hand
//   directory.note         what was published last
//   draft.note             what waits for more signatures
//   keys/root-NAME.age     a key of the root, sealed with its own passphrase; may live on another stick
//   server/receipt.key     what the API needs, in the clear: carry it there, then delete it here
//   server/router.identity what the workers need, in the clear: carry it there, then delete it here
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { NoteSigner } from '../../keys/note.js'
import { printSigningKey, readSigningKey } from '../../keys/signing-key.js'
import { maxDirectoryBytes } from '../../schemas/directory.js'
import { OrganisationSource } from '../../schemas/organisation.js'
import { openWithPassphrase, sealWithPassphrase } from '../../src/core/envelope/passphrase.js'
import { alreadyThere, type Failure, refused } from '../failure.js'
import { readBounded, writePrivately } from '../station/disk.js'
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
  const text = `${JSON.stringify(OrganisationSource.parse(source), null, 2)}\n`
  await writePrivately(join(folder, sourceFile), text)
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

/** Makes a file for a new key of the root, sealed with a passphrase of its own. Never writes over one. */
export async function sealRootKey(
  station: Station,
  options: PassphraseOptions,
  file: string,
  key: NoteSigner,
): Promise<void> {
  const passphrase = await newPassphrase(station, options, null, safe`the root key ${key.name}`)
  const p = await station.primitives()
  const text = printSigningKey(p, key, 'root key')
  const sealed = await station.printer.waiting(
    safe`sealing with the passphrase`,
    sealWithPassphrase(p, text, passphrase, station.environment.workFactor),
  )
  await writePrivatelyOnce(file, sealed)
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
  return withPassphrase(station, options, null, question, async passphrase =>
    readSigningKey(await openWithPassphrase(await station.primitives(), sealed, passphrase)),
  )
}

/** Writes a secret for the server, in the clear; one that is there already waits to be carried away. */
export async function writeServerSecret(folder: string, file: string, text: string): Promise<void> {
  await writePrivatelyOnce(join(folder, file), text)
}

/** @throws Failure where there is one */
export async function expectNoFile(file: string): Promise<void> {
  if ((await readBounded(file, maxSourceBytes)) !== null) throw alreadyThere(file)
}

async function writePrivatelyOnce(file: string, content: string | Uint8Array): Promise<void> {
  await expectNoFile(file)
  await writePrivately(file, content)
}
