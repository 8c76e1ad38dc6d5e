// The offline form of a language with the directory of now inside: what the API serves, and what a mail may carry.
import type { Language, Timestamp } from '../../schemas/encoding.js'
import { encodeBase64url } from '../core/encoding/base64url.js'
import { utf8 } from '../core/encoding/bytes.js'
import {
  fillOfflineForm,
  offlineFormName,
  type OfflineTemplates,
} from '../core/offline/offline-form.js'
import type { CurrentDirectory } from './current-directory.js'

export interface OfflineForm {
  readonly bytes: Uint8Array
  /** What the file is called for whoever gets it: it says nothing of what it is. */
  readonly name: string
  /** Nothing is sealed with it from then on. */
  readonly expires: Timestamp
}

/** Gives forms of one deployment. Nothing is read from a disk, and nothing is written. */
export interface OfflineForms {
  /**
   * The same bytes for the same directory; may be called concurrently.
   * @param language as a BCP 47 tag, in any case of its letters
   * @returns null where there is no form in this language
   * @throws KhancapError `directory_missing`, `directory_expired`, `directory_invalid`, `store_unavailable`
   */
  form(language: Language): Promise<OfflineForm | null>
}

export function offlineForms(deps: {
  readonly templates: OfflineTemplates
  readonly directories: Pick<CurrentDirectory, 'latest'>
  /** The pinned fingerprint. */
  readonly root: string
}): OfflineForms {
  const { directories, root, templates } = deps
  /** Of the directory that was asked for last. */
  let kept: { readonly directory: string; readonly forms: Map<Language, OfflineForm> } | null = null

  return {
    async form(language) {
      const wanted = language.toLowerCase()
      const found = [...templates].find(([tag]) => tag.toLowerCase() === wanted)
      if (found === undefined) return null
      const { directory, note, sha256 } = await directories.latest()
      const digest = encodeBase64url(sha256)
      if (kept?.directory !== digest) kept = { directory: digest, forms: new Map() }
      const { forms } = kept
      const [tag, template] = found
      const known = forms.get(tag)
      if (known !== undefined) return known
      const form = {
        bytes: utf8(fillOfflineForm(template, { root, note })),
        name: offlineFormName(tag),
        expires: directory.expires,
      }
      forms.set(tag, form)
      return form
    },
  }
}
