// The words of an acknowledgement, one file per language. Short sentences, because whoever reads them may be in a hurry and
// in danger; no name of a program or of an organisation, because somebody else may read them too.
import type { Language } from '../../../schemas/encoding.js'

export interface AcknowledgementTexts {
  readonly language: Language
  readonly subject: string
  /** `{by}` is the instant, printed by `instant`. */
  readonly arrived: string
  /** `{hour}`, `{day}`, `{month}` (of `months`), `{year}`; it says that this is UTC. */
  readonly instant: string
  /** The first of a month: not in every language its number. */
  readonly firstDay: string
  /** January first. */
  readonly months: readonly string[]
  readonly machine: string
  readonly unsafe: string
  readonly safer: string
  readonly onion: string
  readonly formAttached: string
  /** Where no file can be attached. */
  readonly formOnPage: string
  readonly danger: string
}
