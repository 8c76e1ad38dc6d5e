// One answer, as the mailbox lists it and as whoever answers it reads it again.
import { h } from '../dom.js'
import { localTime } from '../local-time.js'
import type { Page } from '../page.js'
import type { OpenedReply } from '../sealer/calls.js'
import { fill } from '../texts/texts.js'

export function headingOf(page: Page, { at }: OpenedReply): string {
  const { language, mailbox } = page.words.texts
  return fill(mailbox.answerAt, { date: localTime(at, language) })
}

export function letterOf(page: Page, { message }: OpenedReply): HTMLElement {
  return message === null
    ? h('p', { class: 'fault' }, page.words.texts.mailbox.unreadable)
    : h('p', { class: 'letter', lang: message.language, dir: 'auto' }, message.text)
}
