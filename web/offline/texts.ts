// What the offline form says otherwise than the pages: one catalogue per language beside theirs (web/offline/texts/).
import type { Failures, Texts } from '../texts/texts.js'

export interface OfflineTexts {
  readonly language: string
  readonly lead: string
  /** Until when the file can be used. */
  readonly until: string
  readonly next: readonly string[]
  readonly trace: readonly string[]
  readonly noScript: string
  readonly where: string
  readonly seal: string
  readonly sealing: string
  readonly failure: Pick<
    Failures,
    'directory_expired' | 'directory_invalid' | 'directory_missing' | 'root_mismatch'
  >
}

/** The words of the pages, with those that are otherwise here. */
export function textsOffline(texts: Texts, offline: OfflineTexts): Texts {
  const { failure, lead, next, noScript, seal, sealing, trace, where } = offline
  return {
    ...texts,
    before: { ...texts.before, lead, next, trace, noScript },
    where: { ...texts.where, lead: where },
    confirm: { ...texts.confirm, send: seal },
    sending: { ...texts.sending, heading: sealing },
    failure: { ...texts.failure, ...failure },
  }
}
