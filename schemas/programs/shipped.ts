// The shipped programs and their words in every language, for tools that need all of them. The pages take one
// language each and import its files directly.
import type { Program } from '../program.js'
import type { Catalogue, SharedWords } from './catalogue.js'
import { emergencyEn } from './emergency.en.js'
import { emergencyFr } from './emergency.fr.js'
import { emergency } from './emergency.js'
import { emergencyVi } from './emergency.vi.js'
import { emergencyZhHans } from './emergency.zh-Hans.js'
import { emergencyZhHant } from './emergency.zh-Hant.js'
import { pilEn } from './pil.en.js'
import { pilFr } from './pil.fr.js'
import { pil } from './pil.js'
import { pilVi } from './pil.vi.js'
import { pilZhHans } from './pil.zh-Hans.js'
import { pilZhHant } from './pil.zh-Hant.js'
import { sharedEn } from './shared.en.js'
import { sharedFr } from './shared.fr.js'
import { sharedVi } from './shared.vi.js'
import { sharedZhHans } from './shared.zh-Hans.js'
import { sharedZhHant } from './shared.zh-Hant.js'

export const shippedPrograms: readonly Program[] = [emergency, pil]

export const shippedCatalogues: readonly Catalogue[] = [
  emergencyEn,
  emergencyVi,
  emergencyZhHans,
  emergencyZhHant,
  emergencyFr,
  pilEn,
  pilVi,
  pilZhHans,
  pilZhHant,
  pilFr,
]

export const shippedWords: readonly SharedWords[] = [
  sharedEn,
  sharedVi,
  sharedZhHans,
  sharedZhHant,
  sharedFr,
]
