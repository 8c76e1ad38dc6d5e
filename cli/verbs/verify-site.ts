// `khancap verify site`: holds a live site against the list of files that the pinned organisation has signed.
import { isActive } from '../../keys/keyring.js'
import type { Directory } from '../../schemas/directory.js'
import { maxDirectoryBytes } from '../../schemas/directory.js'
import { maxSiteListBytes, SiteList, siteListPath } from '../../schemas/site.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { pinnedSettings, rememberDirectory } from '../client/pinned.js'
import { failureOf } from '../client/problem.js'
import { Failure, refused } from '../failure.js'
import { compareForms } from '../site/offline-forms.js'
import {
  compareSite,
  type Difference,
  fetchFrom,
  type Pin,
  readJson,
  type Site,
} from '../site/compare.js'
import type { Station, VerbOptions } from '../station/station.js'
import { type Safe, safe } from '../terminal/safe.js'
import { proxyOf, urlOf } from './init.js'

export interface VerifySiteOptions extends VerbOptions {
  readonly proxy?: string
}

/** For all of it: over Tor a site takes a minute or two. */
const wholeSeconds = 900
const maxShown = 40

export async function verifySite(
  station: Station,
  options: VerifySiteOptions,
  given: string,
): Promise<void> {
  const settings = await pinnedSettings(station)
  const proxy = options.proxy === undefined ? settings.proxy : proxyOf(options.proxy)
  const site: Site = {
    url: urlOf(given, safe`the address`),
    line: {
      proxy,
      ended: AbortSignal.timeout(wholeSeconds * 1000),
      printer: station.printer,
    },
    primitives: await station.primitives(),
    as: 'tool',
    addresses: [],
  }
  const directory = await servedDirectory(station, site)
  if (!directory.addresses.includes(site.url))
    station.printer.say(
      safe`warning: the directory does not name ${site.url} as an address; it names ${directory.addresses.join(', ')}`,
    )
  const { list, sha256, differences: ofList } = await signedList(station, site, directory)
  const { addresses } = directory
  const pin: Pin = {
    directory,
    root: settings.root,
    sequence: directory.sequence,
    newest: () =>
      servedDirectory(station, site).catch((error: unknown) => {
        if (error instanceof Failure && error.exit === 3) throw error
        return null
      }),
  }
  const differences = [...ofList]
  if (list !== null) {
    const told = (as: Site['as'], done: number, all: number) => {
      if (done % 10 === 0 || done === all)
        station.printer.say(
          as === 'tool'
            ? safe`${done} of ${all} addresses compared`
            : safe`${done} of ${all} addresses compared, asked as Tor Browser asks`,
        )
    }
    differences.push(...(await compareAll({ ...site, addresses }, list, pin, told)))
  }
  report(station, options, { site, directory, list, sha256, differences })
}

/** The directory that the server serves. What is remembered here decides which one is too old. @throws Failure, KhancapError */
async function servedDirectory(station: Station, site: Site): Promise<Directory> {
  const served = await fetchFrom(site, '/v1/directory', maxDirectoryBytes)
  if (served.status !== 200) throw failureOf(served)
  const settings = await pinnedSettings(station)
  return (await rememberDirectory(station, settings, served.body)).directory.directory
}

/** The site as the tool is shown it and, where that is the signed one, as a browser is. */
async function compareAll(
  site: Site,
  list: SiteList,
  pin: Pin,
  told: (as: Site['as'], done: number, all: number) => void,
): Promise<Difference[]> {
  for (const as of ['tool', 'browser'] as const) {
    const asked = { ...site, as }
    // What the tool is shown already says that the site is another one.
    // oxlint-disable-next-line no-await-in-loop
    const found = await compareSite(asked, list, pin, (done, all) => told(as, done, all))
    // oxlint-disable-next-line no-await-in-loop
    const ofForms = await compareForms(asked, list, pin).catch((error: unknown) => {
      // A server that is gone now takes nothing from what was found before.
      if (found.length === 0) throw error
      return []
    })
    const differences = [...found, ...ofForms]
    if (differences.length > 0)
      return as === 'tool'
        ? differences
        : differences.map(each => ({ ...each, words: safe`to a browser: ${each.words}` }))
  }
  return []
}

/** The list that the server serves, where it is one that the organisation stands for now. */
async function signedList(
  station: Station,
  site: Site,
  { site: signed = [], name }: Directory,
): Promise<{ list: SiteList | null; sha256: string; differences: Difference[] }> {
  if (signed.length === 0)
    throw refused(
      safe`${name} has signed no list of its site: nothing can be compared`,
      safe`the organisation signs one with khancap org site --build FOLDER, then khancap org publish`,
    )
  const { status, body } = await fetchFrom(site, siteListPath, maxSiteListBytes)
  const sha256 = encodeBase64url(await site.primitives.sha256(body))
  const fault = (code: Difference['code'], words: Safe) => ({
    list: null,
    sha256,
    differences: [{ path: siteListPath, code, words }],
  })
  if (status !== 200) return fault('missing', safe`the server answers ${status}`)
  const version = signed.find(each => each.sha256 === sha256)
  if (version === undefined)
    return fault(
      'list_not_signed',
      safe`the server's list of files is none that the organisation has signed; signed: ${signed.map(each => each.version).join(', ')}`,
    )
  if (!isActive(version, station.now()))
    return fault(
      'list_not_in_force',
      safe`version ${version.version} counts from ${version.valid_from ?? 'the beginning'} until ${version.valid_until ?? 'further notice'}`,
    )
  const parsed = SiteList.safeParse(readJson(body))
  // Signed, and not understood: a newer program made it.
  if (!parsed.success)
    throw refused(
      safe`the signed list of files has a form that this khancap does not know`,
      safe`update khancap, then try again`,
    )
  return { list: parsed.data, sha256, differences: [] }
}

function report(
  station: Station,
  options: VerifySiteOptions,
  found: {
    readonly site: Site
    readonly directory: Directory
    readonly list: SiteList | null
    readonly sha256: string
    readonly differences: readonly Difference[]
  },
): void {
  const { printer } = station
  const { site, directory, list, sha256, differences } = found
  const isSame = differences.length === 0
  if (options.json === true)
    printer.json({
      url: site.url,
      organisation: directory.name,
      directory: directory.sequence,
      same: isSame,
      version: list?.manifest.version ?? null,
      list: sha256,
      sources: list?.sources ?? null,
      files: list === null ? 0 : Object.keys(list.manifest.files).length,
      differences: differences.map(({ path, code, words }) => ({ path, code, words: words.text })),
    })
  else {
    for (const { path, words } of differences.slice(0, maxShown))
      printer.sentence(safe`differs  ${path}: ${words}`)
    if (differences.length > maxShown)
      printer.sentence(safe`and ${differences.length - maxShown} more; --json shows all`)
    if (isSame && list !== null) {
      printer.sentence(safe`${site.url} is the site that ${directory.name} has signed`)
      printer.sentence(
        safe`  version    ${list.manifest.version}, ${Object.keys(list.manifest.files).length} files`,
      )
      printer.sentence(safe`  list       ${sha256}`)
      printer.sentence(safe`  sources    ${list.sources}`)
      printer.sentence(safe`  directory  ${directory.sequence}, until ${directory.expires}`)
    }
  }
  if (!isSame)
    throw refused(
      safe`${site.url} is not the site that ${directory.name} has signed`,
      safe`tell the organisation by another way than this site; until it has answered, nobody should type anything there`,
      safe`during an upgrade the organisation signs the old and the new version: look once more in an hour`,
    )
  printer.say(
    safe`it was so here and now: a server can show you this and somebody else another page; look again at other times and through Tor`,
  )
}
