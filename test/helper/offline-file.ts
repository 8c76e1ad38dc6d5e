// An offline form on the disk of an applicant, with whatever directory it is to have inside.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  fillOfflineForm,
  offlineFormName,
  templateName,
} from '../../src/core/offline/offline-form.js'
import type { OfflineTexts } from '../../web/offline/texts.js'
import { offlineEn } from '../../web/offline/texts/en.js'
import { offlineFr } from '../../web/offline/texts/fr.js'
import { offlineVi } from '../../web/offline/texts/vi.js'
import { offlineZhHans } from '../../web/offline/texts/zh-hans.js'
import { offlineZhHant } from '../../web/offline/texts/zh-hant.js'
import { inCheckout } from './checkout.js'
import type { Teardown } from './postgres.js'

export function builtTemplate(language: string): Promise<string> {
  return readFile(inCheckout('build', 'offline', templateName(language)), 'utf8')
}

export interface OfflineFile {
  readonly folder: string
  readonly path: string
  /** As a browser opens it. */
  readonly address: string
}

export async function offlineFile(
  t: Teardown,
  language: string,
  { note, root }: { readonly note: Uint8Array; readonly root: string },
): Promise<OfflineFile> {
  return savedFile(t, language, fillOfflineForm(await builtTemplate(language), { note, root }))
}

/** A file that came from anywhere, saved under the name that it has. */
export async function savedFile(t: Teardown, language: string, html: string): Promise<OfflineFile> {
  const folder = await mkdtemp(join(tmpdir(), 'khancap-offline-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, offlineFormName(language))
  await writeFile(path, html)
  return { folder, path, address: pathToFileURL(path).href }
}

/** What the forms say otherwise than the pages. */
export const allOfflineTexts: readonly OfflineTexts[] = [
  offlineEn,
  offlineFr,
  offlineVi,
  offlineZhHans,
  offlineZhHant,
]
