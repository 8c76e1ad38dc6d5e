// The offline forms that a site hands out, against the signed list: a template that is named there, and in it the directory
// of the pinned organisation.
import { verifyDirectory } from '../../keys/directory.js'
import { maxSiteFileBytes, type SiteList } from '../../schemas/site.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { fromUtf8, utf8 } from '../../src/core/encoding/bytes.js'
import { readOfflineForm } from '../../src/core/offline/offline-form.js'
import type { Answer } from '../client/exchange.js'
import { Failure } from '../failure.js'
import { type Safe, safe } from '../terminal/safe.js'
import { type Difference, fetchFrom, type Site } from './compare.js'
import { downloadFaults } from './headers.js'

interface Looked {
  /** A sentence for each thing that is not as it must be. */
  readonly faults: readonly Safe[]
  /** Number of the directory inside; null where it is none of this organisation's. */
  readonly sequence: number | null
}

async function lookAtForm(
  { primitives }: Pick<Site, 'primitives'>,
  { templates }: SiteList,
  root: string,
  bytes: Uint8Array,
): Promise<Looked> {
  const form = readForm(bytes)
  if (form === null)
    return { faults: [safe`it is no offline form, or was changed`], sequence: null }
  const faults: Safe[] = []
  const digest = encodeBase64url(await primitives.sha256(utf8(form.template)))
  if (!Object.values(templates).includes(digest))
    faults.push(safe`its program is none that is signed`)
  const inside = await verifyDirectory(primitives, form.note, { root, now: null }).catch(() => null)
  if (form.root === root && inside !== null) return { faults, sequence: inside.directory.sequence }
  const words = safe`the directory in it is not of the organisation that is pinned here`
  return { faults: [...faults, words], sequence: null }
}

function readForm(bytes: Uint8Array): ReturnType<typeof readOfflineForm> {
  try {
    return readOfflineForm(fromUtf8(bytes))
  } catch {
    return null
  }
}

/** The forms that a site hands out, each as a download. */
export async function compareForms(
  site: Site,
  list: SiteList,
  pin: { readonly root: string; readonly sequence: number },
): Promise<Difference[]> {
  const differences: Difference[] = []
  for (const language of Object.keys(list.templates)) {
    const path = `/offline/${language}.html`
    let answer: Answer
    try {
      answer = await fetchFrom(site, path, maxSiteFileBytes)
    } catch (error) {
      if (!(error instanceof Failure) || error.exit !== 1) throw error
      differences.push({ path, code: 'refused', words: error.sentence })
      continue
    }
    if (answer.status !== 200) {
      differences.push({ path, code: 'missing', words: safe`the server answers ${answer.status}` })
      continue
    }
    for (const words of downloadFaults(answer.headers, path, site.addresses))
      differences.push({ path, code: 'header', words })
    const { faults, sequence } = await lookAtForm(site, list, pin.root, answer.body)
    for (const words of faults) differences.push({ path, code: 'changed', words })
    if (sequence !== null && sequence < pin.sequence)
      differences.push({
        path,
        code: 'changed',
        words: safe`the directory in it is number ${sequence}, and number ${pin.sequence} is published`,
      })
  }
  return differences
}
