// Holds a live site against a signed list: every file, its bytes and its headers, and the root that its pages pin. The
// server may lie in any way; nothing is followed, and of no file more is read than it could rightly have.
import { Deployment, maxDirectoryBytes } from '../../schemas/directory.js'
import { maxSiteFileBytes, type SiteList } from '../../schemas/site.js'
import type { Directory } from '../../schemas/directory.js'
import type { Primitives } from '../../src/core/crypto/primitives.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { excerptOf, sameJson } from '../../src/core/form/excerpt.js'
import { type Answer, exchange, type Line } from '../client/exchange.js'
import { browserHeaders, unpacked } from './as-browser.js'
import { Failure } from '../failure.js'
import { type Safe, safe } from '../terminal/safe.js'
import { foreignParts } from './foreign.js'
import { headerFaults } from './headers.js'

export interface Difference {
  readonly path: string
  readonly code:
    | 'missing'
    | 'refused'
    | 'changed'
    | 'script'
    | 'header'
    | 'deployment'
    | 'list_not_signed'
    | 'list_not_in_force'
  readonly words: Safe
}

/** What the site is held against. */
export interface Pin {
  readonly directory: Directory
  readonly root: string
  readonly sequence: number
  /** The directory of now: one may be published while all of it is compared. Null where the server shows none that verifies. */
  readonly newest: () => Promise<Directory | null>
}

/** What is checked where. */
export interface Site {
  /** Scheme, host and port. */
  readonly url: string
  readonly line: Line
  readonly primitives: Primitives
  /** As which it is asked: a server may tell them apart. */
  readonly as: 'tool' | 'browser'
  /** Addresses of the organisation, to which pages may point. */
  readonly addresses: readonly string[]
}

/** Tor builds a circuit for each; a server need not notice. */
const atOnce = 4
/** Room for what was slipped into a file, so that it can be named. */
const moreBytes = 65_536

export async function fetchFrom(
  { as, line, url: site }: Site,
  path: string,
  maxBytes: number,
): Promise<Answer> {
  const url = `${site}${path}`
  const request = { method: 'GET', url, headers: {}, body: null, maxBytes } as const
  if (as === 'tool') return exchange(request, line)
  const answer = await exchange({ ...request, headers: browserHeaders(url), only: true }, line)
  const coding = (answer.headers['content-encoding'] ?? 'identity').toLowerCase()
  return { ...answer, body: await unpacked(answer.body, coding, maxBytes) }
}

/** Every address that shows a file: a page is asked for by its folder too, as browsers do. */
function addressesOf({ manifest }: SiteList): { readonly path: string; readonly name: string }[] {
  return Object.keys(manifest.files).flatMap(name => {
    const folder = name.endsWith(`/${manifest.default_index}`)
      ? [{ path: name.slice(0, -manifest.default_index.length), name }]
      : []
    return [...folder, { path: name, name }]
  })
}

async function compareFile(
  site: Site,
  list: SiteList,
  { path, name }: { readonly path: string; readonly name: string },
): Promise<Difference[]> {
  const bytes = list.bytes[name] ?? 0
  const room = Math.min(2 * bytes + moreBytes, maxSiteFileBytes)
  let answer: Answer
  try {
    answer = await fetchFrom(site, path, room)
  } catch (error) {
    // What cannot be reached is no lie yet: it ends the check.
    if (!(error instanceof Failure) || error.exit !== 1) throw error
    return [{ path, code: 'refused', words: error.sentence }]
  }
  if (answer.status !== 200)
    return [{ path, code: 'missing', words: safe`the server answers ${answer.status}` }]
  const differences: Difference[] = headerFaults(
    answer.headers,
    name,
    list.manifest.default_csp,
    site.addresses,
  ).map(words => ({ path, code: 'header', words }))
  const digest = encodeBase64url(await site.primitives.sha256(answer.body))
  if (digest === list.manifest.files[name]) return differences
  differences.push({
    path,
    code: 'changed',
    words: safe`other bytes than the signed ones (${answer.body.length}, where ${bytes} are signed)`,
  })
  if (!name.endsWith('.html')) return differences
  const known = new Set(addressesOf(list).map(each => each.path))
  const words = foreignParts(new TextDecoder().decode(answer.body), known)
  return [...differences, ...words.map(each => ({ path, code: 'script' as const, words: each }))]
}

/** Whether the pages of this server would pin the organisation that is pinned here. */
async function compareDeployment(
  site: Site,
  list: SiteList,
  directory: Directory,
  root: string,
): Promise<Difference[]> {
  const path = '/deployment.json'
  const { status, body, headers } = await fetchFrom(site, path, 4096)
  const faults: Safe[] =
    status === 200 ? headerFaults(headers, path, list.manifest.default_csp, site.addresses) : []
  const served = Deployment.safeParse(readJson(body))
  const isOurs =
    status === 200 &&
    served.success &&
    served.data.root === root &&
    served.data.origin === directory.origin &&
    served.data.demo === directory.demo
  return [
    ...faults.map(words => ({ path, code: 'header' as const, words })),
    ...(isOurs
      ? []
      : [
          {
            path,
            code: 'deployment' as const,
            words: safe`the pages would pin another organisation than the one that is pinned here`,
          },
        ]),
  ]
}

/** Whether pages would draw the questions of the directory, before they have it, and nothing of the answer stays in a browser. */
async function compareExcerpt(
  site: Site,
  { manifest }: SiteList,
  { directory, newest }: Pin,
): Promise<Difference[]> {
  const path = '/v1/directory/excerpt'
  const { status, body, headers } = await fetchFrom(site, path, maxDirectoryBytes)
  if (status !== 200) return [{ path, code: 'missing', words: safe`the server answers ${status}` }]
  // Of what is not stored, no browser sends a tag back.
  const { etag: _, ...others } = headers
  const differences: Difference[] = headerFaults(
    others,
    `${path}.json`,
    manifest.default_csp,
    site.addresses,
  ).map(words => ({ path, code: 'header', words }))
  const served = readJson(body)
  const isOf = (one: Directory | null) => one !== null && sameJson(served, excerptOf(one))
  if (!isOf(directory) && !isOf(await newest()))
    differences.push({
      path,
      code: 'changed',
      words: safe`the first question would not be drawn from the signed directory`,
    })
  return differences
}

export function readJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return null
  }
}

/**
 * @param told is called after each file
 * @returns differences in the order of the list; none: the site is the signed one
 * @throws Failure where the server could not be reached, and nothing was found until then
 */
export async function compareSite(
  site: Site,
  list: SiteList,
  pin: Pin,
  told: (done: number, all: number) => void,
): Promise<Difference[]> {
  const addresses = addressesOf(list)
  const found: Difference[][] = []
  const lost: unknown[] = []
  let [next, done] = [0, 0]
  const work = async () => {
    while (next < addresses.length && lost.length === 0) {
      const at = next++
      const address = addresses[at]
      if (address === undefined) return
      try {
        found[at] = await compareFile(site, list, address)
        told(++done, addresses.length)
      } catch (error) {
        lost.push(error)
      }
    }
  }
  const ofDeployment = await compareDeployment(site, list, pin.directory, pin.root)
  const ofExcerpt = await compareExcerpt(site, list, pin)
  await Promise.all(Array.from({ length: atOnce }, work))
  const differences = [...ofDeployment, ...ofExcerpt, ...found.flat()]
  if (lost.length > 0 && differences.length === 0) throw lost[0]
  return differences
}
