// `khancap init`: pins an organisation by the fingerprint of its root. Nothing is written before its directory has
// verified against that fingerprint.
import { newSettings } from '../../keys/handler-folder.js'
import { maxDirectoryBytes } from '../../schemas/directory.js'
import { Origin, Slug } from '../../schemas/encoding.js'
import { type HandlerSettings, Proxy } from '../../schemas/settings.js'
import { fetchDirectory, type Pinned } from '../client/pinned.js'
import { askForRoot, firstDirectory, rootOf } from '../client/first-directory.js'
import { misused, noFile, noHint, refused } from '../failure.js'
import { readBounded } from '../station/disk.js'
import type { Station } from '../station/station.js'
import { type Safe, safe } from '../terminal/safe.js'

export interface InitOptions {
  readonly json?: true
  readonly url: string
  readonly root?: string
  readonly handler?: string
  readonly directory?: string
  readonly proxy?: string
  readonly replace?: true
}

export async function pinOrganisation(station: Station, options: InitOptions): Promise<void> {
  const before = await station.folder.settings()
  const url = urlOf(options.url, safe`--url`)
  const root = options.root === undefined ? await askForRoot(station) : rootOf(options.root)
  const asked = newSettings({ url, root })
  if (before !== null && before.root !== asked.root && options.replace !== true)
    throw refused(
      safe`another organisation is pinned in ${station.folder.path}`,
      safe`set KHANCAP_CONFIG_DIR to another folder to work for both`,
      safe`--replace forgets the one that is there, and which of its directories were seen`,
    )
  const settings: HandlerSettings = {
    ...(before?.root === asked.root ? { ...before, url: asked.url } : asked),
    ...(options.handler === undefined ? {} : { handler: handlerOf(options.handler) }),
    ...(options.proxy === undefined ? {} : { proxy: proxyOf(options.proxy) }),
  }
  const pinned =
    options.directory === undefined
      ? await fetchDirectory(station, settings, firstDirectory)
      : await firstDirectory(station, settings, await noteFrom(options.directory))
  await station.folder.saveSettings(pinned.settings)
  report(station, options, pinned)
}

function report(station: Station, options: InitOptions, { settings, directory }: Pinned): void {
  const { printer } = station
  const { name, demo, origin, sequence, expires, addresses } = directory.directory
  if (options.json === true)
    printer.json({
      organisation: name,
      demo,
      origin,
      url: settings.url,
      root: settings.root,
      directory: sequence,
      expires,
      handler: settings.handler,
      config: station.folder.path,
    })
  else {
    printer.sentence(safe`pinned ${name}`)
    printer.sentence(safe`  directory ${sequence}, valid until ${expires}`)
    printer.sentence(safe`  settings in ${station.folder.path}`)
  }
  if (demo) printer.say(safe`warning: this is a demo organisation: never use it for real cases`)
  if (!addresses.includes(settings.url))
    printer.say(
      safe`warning: the directory does not name ${settings.url} as an address; it names ${addresses.join(', ')}`,
    )
}

/** An address of the service as somebody typed it. @throws Failure */
export function urlOf(given: string, what: Safe): string {
  const url = given.toLowerCase().replace(/\/+$/, '')
  if (!Origin.safeParse(url).success)
    throw misused(
      safe`${what} takes scheme, host and port, without a path: https://help.example`,
      noHint,
    )
  return url
}

function handlerOf(given: string): string {
  if (!Slug.safeParse(given).success)
    throw misused(
      safe`"${given}" is not the name of a handler`,
      safe`it has lower-case letters, digits and hyphens, as in vi-1; the organisation gives it`,
    )
  return given
}

export function proxyOf(given: string): string {
  if (!Proxy.safeParse(given).success)
    throw misused(safe`--proxy takes a SOCKS proxy: socks5h://127.0.0.1:9050`, noHint)
  return given
}

async function noteFrom(file: string): Promise<Uint8Array> {
  const note = await readBounded(file, maxDirectoryBytes)
  if (note === null) throw noFile(file)
  return note
}
