// The demo's files: every key of an organisation in one folder, which is why it is never for a real case. What is
// missing is made, what is there is kept; each file appears at once or not at all, so that a kill leaves no half.
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Contacts } from '../schemas/contacts.js'
import { KhancapError } from '../schemas/problem.js'
import type { PublicIdentity } from '../schemas/settings.js'
import { newIdentity, printIdentity } from '../keys/identity.js'
import {
  identityFile,
  newSettings,
  parsePublicIdentity,
  parseSettings,
  printPublicIdentity,
  printSettings,
  publicIdentity,
  publicIdentityFile,
  settingsFile,
} from '../keys/handler-folder.js'
import type { NoteSigner } from '../keys/note.js'
import { newSigningKey, printSigningKey, readSigningKey } from '../keys/signing-key.js'
import type { Config } from './config.js'
import { sealWithPassphrase } from './core/envelope/passphrase.js'
import type { PassphrasePrimitives, Primitives } from './core/crypto/primitives.js'
import { encodeBase64url } from './core/encoding/base64url.js'
import { newAgeIdentity, recipientOf } from './core/envelope/age-keys.js'
import { type DemoKeys, DemoSource } from './demo-organisation.js'
import { StartFailure } from './start-failure.js'

/** The passphrase lies beside the identity: slowing its guesser down would only slow the CLI down. */
const workFactor = 12
const passphraseFile = 'passphrase'

export type DemoFiles = Pick<
  Config,
  'home' | 'directoryFile' | 'receiptKeyFile' | 'routerIdentityFile' | 'contactsFile'
>

export function demoFolder(home: string): string {
  return join(home, 'demo')
}

export function demoHandlerFolder(home: string, handler: string): string {
  return join(demoFolder(home), 'handlers', handler)
}

/**
 * Who is in the organisation: the file in the data folder where somebody put one, else the one that is shipped.
 * @throws StartFailure
 */
export async function readDemoSource(home: string): Promise<DemoSource> {
  const own = join(demoFolder(home), 'organisation.json')
  const shipped = fileURLToPath(new URL('../../demo/organisation.json', import.meta.url))
  const text = (await readText(own)) ?? (await readText(shipped))
  if (text === null) throw new StartFailure('demo/organisation.json is missing from the project')
  try {
    return DemoSource.parse(JSON.parse(text))
  } catch (cause) {
    throw new StartFailure(
      `demo/organisation.json in KHANCAP_HOME could not be read: mend it, or delete it to use the shipped one`,
      { cause },
    )
  }
}

/** Every key of the demo, made where it is missing. */
export async function demoKeys(
  primitives: PassphrasePrimitives,
  files: DemoFiles,
  source: DemoSource,
): Promise<DemoKeys> {
  const folder = demoFolder(files.home)
  const root = await signingKey(primitives, join(folder, 'root', 'root.key'), 'demo/root')
  const receipt = await signingKey(primitives, files.receiptKeyFile, 'demo/receipt')
  const router = await keptText(files.routerIdentityFile, () => {
    const identity = newAgeIdentity(primitives)
    const recipient = recipientOf(primitives, identity)
    return `# khancap routing identity (demo)\n# recipient: ${recipient}\n${identity}\n`
  })
  const lines = router.split('\n').filter(line => line !== '' && !line.startsWith('#'))
  const handlers: PublicIdentity[] = []
  for (const { id } of source.handlers)
    handlers.push(await handlerIdentity(primitives, demoHandlerFolder(files.home, id), id))
  await keptText(files.contactsFile, () => `${JSON.stringify(exampleContacts(source), null, 2)}\n`)
  return { root, receipt, routerRecipient: recipientOf(primitives, lines[0] ?? ''), handlers }
}

/** Points each handler's folder at this server, so that the printed line just works. */
export async function pointHandlers(
  home: string,
  source: DemoSource,
  pin: { readonly url: string; readonly root: string },
): Promise<void> {
  for (const { id } of source.handlers) {
    const file = join(demoHandlerFolder(home, id), settingsFile)
    const text = await readText(file)
    // What the handler's tool remembers stays, as long as it is about this organisation.
    const kept = text === null ? null : settingsOf(text)
    const settings =
      kept === null || kept.root !== pin.root
        ? newSettings({ ...pin, handler: id, passphraseFile })
        : { ...kept, url: pin.url }
    const printed = printSettings(settings)
    if (printed !== text) await place(file, printed)
  }
}

/** Writes a file so that it appears at once or not at all, for its owner alone. */
export async function place(file: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const beside = `${file}.${process.pid}.new`
  await rm(beside, { force: true })
  await writeFile(beside, content, { mode: 0o600, flag: 'wx', flush: true })
  await chmod(beside, 0o600)
  await rename(beside, file)
}

export async function readText(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

async function keptText(file: string, make: () => string): Promise<string> {
  const kept = await readText(file)
  if (kept !== null) return kept
  const made = make()
  await place(file, made)
  return made
}

async function signingKey(p: Primitives, file: string, name: string): Promise<NoteSigner> {
  const text = await keptText(file, () => printSigningKey(p, newSigningKey(p, name), `${name} key`))
  return readSigningKey(text)
}

/** The folder of one handler's tool: an identity that a passphrase in the same folder opens. */
async function handlerIdentity(
  primitives: PassphrasePrimitives,
  folder: string,
  id: string,
): Promise<PublicIdentity> {
  const sealed = await readText(join(folder, identityFile))
  const shown = await readText(join(folder, publicIdentityFile))
  if (sealed !== null && shown !== null) return parsePublicIdentity(shown)
  const identity = newIdentity(primitives, id)
  const passphrase = encodeBase64url(primitives.random(18))
  const made = publicIdentity(primitives, identity)
  const file = await sealWithPassphrase(
    primitives,
    printIdentity(primitives, identity),
    passphrase,
    workFactor,
  )
  await place(join(folder, passphraseFile), `${passphrase}\n`)
  await place(join(folder, identityFile), file)
  await place(join(folder, publicIdentityFile), printPublicIdentity(made))
  return made
}

function settingsOf(text: string): ReturnType<typeof parseSettings> | null {
  try {
    return parseSettings(text)
  } catch (error) {
    if (error instanceof KhancapError) return null
    throw error
  }
}

/** Addresses that can never exist (RFC 2606). */
function exampleContacts(source: DemoSource): Contacts {
  return Contacts.parse({
    teams: Object.fromEntries(source.teams.map(({ id }) => [id, [`team-${id}@demo.invalid`]])),
    handlers: Object.fromEntries(source.handlers.map(({ id }) => [id, [`${id}@demo.invalid`]])),
  })
}
