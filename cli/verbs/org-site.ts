// `khancap org site`: puts the list of a site's files into the organisation's source, so that the next directory signs it.
// What was built is compared with its list first: nobody signs what they have not looked at.
import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { maxSites } from '../../schemas/directory.js'
import type { OrganisationSource } from '../../schemas/organisation.js'
import {
  maxSiteFileBytes,
  maxSiteListBytes,
  SiteList,
  siteListPath,
  type SignedSite,
} from '../../schemas/site.js'
import type { Primitives } from '../../src/core/crypto/primitives.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { equalBytes } from '../../src/core/encoding/bytes.js'
import { templateName } from '../../src/core/offline/offline-form.js'
import { misused, noHint, refused } from '../failure.js'
import { type EditOptions, editSource } from '../organisation/edit.js'
import { readSource } from '../organisation/folder.js'
import { orgCommand, takenBack } from '../organisation/steps.js'
import { readJson } from '../site/compare.js'
import { readBounded } from '../station/disk.js'
import type { Station } from '../station/station.js'
import { type Safe, safe } from '../terminal/safe.js'

export interface OrgSiteOptions extends EditOptions {
  readonly build?: string
  readonly only?: true
  readonly drop?: string
}

export async function signSite(station: Station, options: OrgSiteOptions): Promise<void> {
  if (options.build !== undefined && options.drop !== undefined)
    throw misused(safe`--build puts a version in, --drop takes one out: one at a time`, noHint)
  if (options.drop !== undefined) return dropSite(station, options, options.drop)
  if (options.build === undefined) return listSites(station, options)
  const added = await siteIn(await station.primitives(), resolve(options.build))
  await editSource(station, options, {
    what:
      options.only === true
        ? safe`version ${added.version} of the site alone, list ${added.sha256}`
        : safe`version ${added.version} of the site, list ${added.sha256}`,
    to: source => {
      const others = (source.site ?? []).filter(({ sha256 }) => sha256 !== added.sha256)
      const kept = options.only === true ? [] : others
      if (kept.length >= maxSites)
        throw refused(
          safe`a directory names ${maxSites} versions of the site at most`,
          safe`--only leaves this one alone; --drop takes one out`,
        )
      return { ...source, site: [added, ...kept] }
    },
    back: before => [
      (before.site ?? []).some(({ sha256 }) => sha256 === added.sha256)
        ? safe`it stood there before: there is nothing to take back`
        : takenBack(orgCommand(options, 'site', '--drop', added.sha256)),
      ...(options.only === true
        ? goneFrom(before, added).map(one => broughtBack(options, one))
        : []),
    ],
  })
}

const goneFrom = ({ site = [] }: OrganisationSource, { sha256 }: SignedSite) =>
  site.filter(one => one.sha256 !== sha256)

function broughtBack(options: EditOptions, { version }: SignedSite): Safe {
  return safe`to bring version ${version} back, where you have its build in FOLDER: ${orgCommand(options, 'site', '--build', 'FOLDER')}`
}

async function listSites(station: Station, options: OrgSiteOptions): Promise<void> {
  const { site = [] } = await readSource(resolve(options.dir))
  if (options.json === true) return station.printer.json({ site })
  if (site.length === 0) station.printer.say(safe`no version of the site stands there`)
  for (const { version, sha256 } of site) station.printer.out(safe`${version}  ${sha256}`)
}

async function dropSite(station: Station, options: OrgSiteOptions, given: string): Promise<void> {
  const { site = [] } = await readSource(resolve(options.dir))
  const meant = site.filter(({ version, sha256 }) => version === given || sha256.startsWith(given))
  const [only] = meant
  if (only === undefined || meant.length > 1)
    throw refused(
      only === undefined
        ? safe`no version of the site is called ${given}`
        : safe`${given} means more than one version of the site`,
      safe`khancap org site shows them; give the first letters of its list`,
    )
  await editSource(station, options, {
    what: safe`version ${only.version} of the site (${only.sha256}) is gone`,
    to: source => ({ ...source, site: goneFrom(source, only) }),
    back: () => [broughtBack(options, only)],
  })
}

/** @throws Failure where the files in the folder are not those of its list */
async function siteIn(p: Primitives, folder: string): Promise<SignedSite> {
  const bytes = await readBounded(join(folder, siteListPath), maxSiteListBytes)
  if (bytes === null)
    throw refused(
      safe`there is no list of files in ${folder}`,
      safe`npm run build writes one into build/web`,
    )
  const parsed = SiteList.safeParse(readJson(bytes))
  if (!parsed.success)
    throw refused(
      safe`the list of files in ${folder} is none that this khancap knows`,
      safe`build the site with the checkout that this khancap is from: npm run build`,
    )
  const { manifest, templates } = parsed.data
  const { files, version } = manifest
  for (const [name, sha256] of Object.entries(files)) {
    const content = await readBounded(join(folder, name), maxSiteFileBytes)
    if (content === null)
      throw refused(
        safe`${name} stands in the list, and is not in ${folder}`,
        safe`npm run build makes the folder anew`,
      )
    if (encodeBase64url(await p.sha256(content)) !== sha256)
      throw refused(
        safe`${name} is not the file that stands in the list`,
        safe`npm run build makes the folder anew`,
      )
    await expectPacked(folder, name, content)
  }
  await expectNothingElse(folder, new Set(Object.keys(files)))
  for (const [language, sha256] of Object.entries(templates)) {
    const name = join('offline', templateName(language))
    const template = await readBounded(join(folder, '..', name), maxSiteFileBytes)
    if (template === null || encodeBase64url(await p.sha256(template)) !== sha256)
      throw refused(
        safe`${name} beside ${folder} is not the file that stands in the list`,
        safe`npm run build makes both anew`,
      )
  }
  return { version, sha256: encodeBase64url(await p.sha256(bytes)) }
}

const unpacked = {
  gz: (bytes: Uint8Array) => gunzipSync(bytes, { maxOutputLength: maxSiteFileBytes }),
  br: (bytes: Uint8Array) => brotliDecompressSync(bytes, { maxOutputLength: maxSiteFileBytes }),
} as const

/** Browsers get the compressed file: it must be this one. */
async function expectPacked(folder: string, name: string, content: Uint8Array): Promise<void> {
  for (const kind of ['gz', 'br'] as const) {
    const packed = await readBounded(join(folder, `${name}.${kind}`), maxSiteFileBytes)
    if (packed === null) continue
    let inside: Uint8Array | null = null
    try {
      inside = unpacked[kind](packed)
    } catch {}
    if (inside === null || !equalBytes(inside, content))
      throw refused(
        safe`${name}.${kind} is not ${name}, compressed`,
        safe`npm run build makes the folder anew`,
      )
  }
}

async function expectNothingElse(folder: string, known: ReadonlySet<string>): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const entry of entries.filter(each => !each.isDirectory())) {
    const name = join(entry.parentPath, entry.name).slice(folder.length).replaceAll('\\', '/')
    if (name !== siteListPath && !known.has(name.replace(/\.(br|gz)$/, '')))
      throw refused(
        safe`${name} lies in ${folder}, and does not stand in the list`,
        safe`take it out, or let npm run build make the folder anew`,
      )
  }
}
