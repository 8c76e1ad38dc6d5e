// A visit to a mailbox: from words to token, from token to what is in it. The words stay with the visit, since a new
// Worker knows nothing of them.
import type { Program } from '../../schemas/program.js'
import { Failed, postMailbox } from '../network.js'
import type { Page } from '../page.js'
import type { Sealer } from '../sealer.js'
import type { OpenedMailbox } from '../sealer/calls.js'
import { programsOf } from '../site.js'

export interface Visit {
  readonly words: string
  readonly token: string
  readonly mailbox: OpenedMailbox
  /** The program of the case, where it has further questions. */
  readonly more: Program | null
}

export async function enterWords(page: Page, sealer: Sealer, words: string): Promise<string[]> {
  const pageLanguage = page.words.texts.language
  return (await sealer.call('enter', { words, pageLanguage })).tokens
}

async function look(
  page: Page,
  sealer: Sealer,
  words: string,
  token: string,
  read: readonly string[],
): Promise<Visit> {
  const served = await postMailbox(token, read)
  const mailbox = await sealer.call('read', { served, token })
  const programs = programsOf(await page.site())
  const more = programs.find(({ id, more: form }) => id === mailbox.view.program && form !== null)
  return { words, token, mailbox, more: more ?? null }
}

/** Nearly always the words stand for one mailbox; where two lists of words fit, the second is tried too. @throws Failed */
export async function visitWith(page: Page, words: string): Promise<Visit> {
  const sealer = await page.sealer()
  const [first = '', ...others] = await enterWords(page, sealer, words)
  try {
    return await look(page, sealer, words, first, [])
  } catch (error) {
    const [other] = others
    const isUnknown = error instanceof Failed && error.failure === 'mailbox_unknown'
    if (!isUnknown || other === undefined) throw error
    return look(page, sealer, words, other, [])
  }
}

/** @param read replies that were opened, so that handlers know. @throws Failed */
export async function visitAgain(
  page: Page,
  { words, token }: Visit,
  read: readonly string[],
): Promise<Visit> {
  const sealer = await page.sealer()
  await enterWords(page, sealer, words)
  return look(page, sealer, words, token, read)
}
