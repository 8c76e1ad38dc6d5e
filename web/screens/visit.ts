// A visit to a mailbox: from words to token, from token to what is in it. The words stay with the visit, since a new
// Worker knows nothing of them.
import type { Program } from '../../schemas/program.js'
import type { Answers } from '../../schemas/sealed.js'
import { postMailbox } from '../network.js'
import type { Page } from '../page.js'
import type { Sealer } from '../sealer.js'
import type { OpenedMailbox } from '../sealer/calls.js'
import { programsOf } from '../site.js'
import type { Addition } from './addition.js'
import type { Chosen } from './files.js'

/**
 * What was begun and not sent: who goes back to read an answer again finds it as it was. Like the words it is in memory
 * only, and nothing holds on to it once the page was left.
 */
export interface Unsent {
  text: string
  /** To the further questions. */
  answers: Answers
  files: readonly Chosen[]
  /** What was sent last, until it is known to have arrived. */
  addition: Addition | null
}

const nothingUnsent = (): Unsent => ({ text: '', answers: {}, files: [], addition: null })

export interface Visit {
  readonly words: string
  readonly token: string
  readonly mailbox: OpenedMailbox
  /** The program of the case, where it has further questions. */
  readonly more: Program | null
  readonly unsent: Unsent
}

export async function enterWords(page: Page, sealer: Sealer, words: string): Promise<string> {
  const pageLanguage = page.words.texts.language
  return (await sealer.call('enter', { words, pageLanguage })).token
}

async function look(
  page: Page,
  sealer: Sealer,
  { words, token, unsent }: Pick<Visit, 'words' | 'token' | 'unsent'>,
  read: readonly string[],
  before?: string,
): Promise<Visit> {
  const served = await postMailbox(token, read, before)
  const mailbox = await sealer.call('read', { served, token })
  const programs = page.directory === null ? [] : programsOf(page.directory)
  const more = programs.find(({ id, more: form }) => id === mailbox.view.program && form !== null)
  return { words, token, mailbox, more: more ?? null, unsent }
}

/** @throws Failed */
export async function visitWith(page: Page, words: string): Promise<Visit> {
  const sealer = await page.sealer()
  const token = await enterWords(page, sealer, words)
  return look(page, sealer, { words, token, unsent: nothingUnsent() }, [])
}

/** @param read replies that were opened, so that handlers know. @throws Failed */
export async function visitAgain(page: Page, now: Visit, read: readonly string[]): Promise<Visit> {
  const sealer = await page.sealer()
  await enterWords(page, sealer, now.words)
  return look(page, sealer, now, read)
}

/** The same visit with the replies that come before those that are there. @throws Failed */
export async function visitOlder(page: Page, now: Visit): Promise<Visit> {
  const [oldest] = now.mailbox.replies
  const sealer = await page.sealer()
  await enterWords(page, sealer, now.words)
  const { mailbox } = await look(page, sealer, now, [], oldest?.id)
  const replies = [...mailbox.replies, ...now.mailbox.replies]
  return { ...now, mailbox: { ...mailbox, replies } }
}
