// Step 3 as the page has it done: tested, then sealed once for the same answers, and begun while the words are copied down.
import { Failed } from '../failed.js'
import type { Page } from '../page.js'
import type { Sealer } from '../sealer.js'

/** The same answers to another program go to other people. */
const sealedOf = ({ program, answers }: Page['draft']) => JSON.stringify([program?.id, answers])

/** Seals, or keeps what is sealed where its fate is not known and the answers are the same. @throws Failed */
async function sealAnew(page: Page, tell: (stage: string) => void): Promise<Sealer> {
  const { sending, language } = page.words.texts
  tell(sending.checking)
  const sealer = await page.freshSealer()
  const { draft } = page
  const { program, entropy, answers } = draft
  if (program === null || entropy === null) throw new Failed('internal')
  const of = sealedOf(draft)
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

/**
 * Seals in a fresh Worker before it is asked for: without a JIT it takes seconds, and twelve words take longer to write down.
 * Where it fails nothing is said; it is tried again, and told, when the person sends.
 */
export function sealAhead(page: Page): void {
  const of = sealedOf(page.draft)
  // In a file there is no other thread: the page would stand still.
  if (page.surroundings.channel !== 'web' || page.draft.sealedOf === of || page.ahead?.of === of)
    return
  const sealing = sealAnew(page, () => {})
  const ahead = sealing.catch(() => null)
  // Ended with the Worker that does it: begun by the line above, which has taken the place of the one before.
  page.ahead = { of, sealer: ahead }
}

/** What was sealed ahead, or sealed now. @throws Failed */
export async function sealAnswers(page: Page, tell: (stage: string) => void): Promise<Sealer> {
  const { ahead, draft } = page
  if (ahead?.of === sealedOf(draft)) {
    tell(page.words.texts.sending.sealing)
    const sealer = await ahead.sealer
    // Left, failed or begun anew meanwhile: then its Worker is gone.
    if (sealer !== null && page.ahead === ahead) {
      // A second attempt is made by a Worker of its own.
      page.ahead = null
      return sealer
    }
  }
  return sealAnew(page, tell)
}
