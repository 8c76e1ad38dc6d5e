// Step 3 as the page has it done: tested, then sealed once for the same answers.
import { Failed } from '../failed.js'
import type { Page } from '../page.js'
import type { Sealer } from '../sealer.js'

/** Seals, or keeps what is sealed where its fate is not known and the answers are the same. @throws Failed */
export async function sealAnswers(page: Page, tell: (stage: string) => void): Promise<Sealer> {
  const { sending, language } = page.words.texts
  tell(sending.checking)
  const sealer = await page.freshSealer()
  const { draft } = page
  const { program, entropy, answers } = draft
  if (program === null || entropy === null) throw new Failed('internal')
  const of = JSON.stringify(answers)
  if (draft.sealed === null || draft.sealedOf !== of) {
    tell(sending.sealing)
    draft.sealed = await sealer.call('seal', {
      program: program.id,
      pageLanguage: language,
      answers,
      entropy,
      id: draft.sealed?.id ?? null,
      now: Date.now(),
    })
    draft.sealedOf = of
  }
  return sealer
}
