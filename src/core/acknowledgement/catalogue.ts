// The languages that acknowledgements can be written in.
import { acknowledgementEn } from './texts/en.js'
import { acknowledgementFr } from './texts/fr.js'
import { acknowledgementVi } from './texts/vi.js'
import { acknowledgementZhHans } from './texts/zh-hans.js'
import { acknowledgementZhHant } from './texts/zh-hant.js'
import type { AcknowledgementTexts } from './texts.js'

/** In the order of the languages that the shipped programs are handled in. */
export const acknowledgementTexts: readonly AcknowledgementTexts[] = [
  acknowledgementVi,
  acknowledgementEn,
  acknowledgementZhHans,
  acknowledgementZhHant,
  acknowledgementFr,
]
