// The mailbox: where the request stands, by when an answer is due, the answers, and a way to add something.
import type { CaseState } from '../../schemas/case.js'
import { button, h } from '../dom.js'
import { localTime } from '../local-time.js'
import type { Page } from '../page.js'
import type { OpenedReply } from '../sealer/calls.js'
import { fill } from '../texts/texts.js'
import { type Ends, showAddition, startMore } from './addition.js'
import { askToDelete } from './deletion.js'
import { showFiles } from './files.js'
import { othersList } from './others.js'
import { headingOf, letterOf } from './reply.js'
import { type Visit, visitAgain, visitOlder } from './visit.js'

const order: readonly CaseState[] = ['received', 'routed', 'claimed', 'answered']

function stagesOf(page: Page, { mailbox: { view } }: Visit): HTMLElement {
  const words = page.words.texts.mailbox
  const isAnswered = view.answered_at !== null
  const reached = isAnswered ? order.length - 1 : order.indexOf(view.state)
  return h(
    'ol',
    { class: 'stages' },
    ...words.stages.map((stage, index) => {
      const isDone = index <= reached || (view.state === 'closed' && index < order.length - 1)
      return h(
        'li',
        { class: isDone ? 'done' : undefined },
        fill(isDone ? words.reached : words.notYet, { stage }),
      )
    }),
  )
}

function replyOf(page: Page, reply: OpenedReply): HTMLElement {
  return h(
    'article',
    { class: 'reply' },
    h('h3', {}, headingOf(page, reply)),
    letterOf(page, reply),
  )
}

/** Nothing waits in silence: why, and until when. */
function heldLines(page: Page, { hold }: Visit['mailbox']['view']): HTMLElement[] {
  if (hold === null) return []
  const { language, mailbox } = page.words.texts
  const sentence = fill(mailbox.held[hold.reason], { date: localTime(hold.until, language) })
  return [h('p', { id: 'held' }, sentence), h('p', { class: 'hint' }, mailbox.heldHint)]
}

/** What the state alone would say wrongly, or not at all: an answer that is not here, an end without one. */
function endLine(page: Page, now: Visit): string | null {
  const { mailbox } = page.words.texts
  const { replies, view } = now.mailbox
  if (view.state === 'closed' && view.answered_at === null) return mailbox.unanswered
  const isOver = view.state === 'answered' || view.state === 'closed'
  return isOver && replies.length === 0 && !view.older ? mailbox.elsewhere : null
}

/** Fetches again; replies that were opened are named, so that handlers know. */
function refresh(page: Page, now: Visit): void {
  // As many as one request names.
  const opened = now.mailbox.replies.filter(reply => reply.message !== null).slice(-200)
  page.attempt(
    page.words.texts.loading,
    () =>
      visitAgain(
        page,
        now,
        opened.map(reply => reply.id),
      ),
    found => showMailbox(page, found),
    () => showMailbox(page, now),
  )
}

/** One page more: a mailbox may hold more than an old phone can load at once. */
function fetchOlder(page: Page, now: Visit): void {
  page.attempt(
    page.words.texts.loading,
    () => visitOlder(page, now),
    found => showMailbox(page, found),
    () => showMailbox(page, now),
  )
}

export function showMailbox(page: Page, now: Visit, news: string | null = null): void {
  const { texts } = page.words
  const words = texts.mailbox
  const { view, replies } = now.mailbox
  const again = () => showMailbox(page, now)
  const { more } = now
  const form = more?.more ?? null
  const end = endLine(page, now)
  const ends: Ends = {
    back: again,
    sent: found => showMailbox(page, found, texts.addition.done),
  }
  const fileEnds: Ends = {
    back: again,
    sent: found => showMailbox(page, found, texts.files.done),
  }
  page.show(
    again,
    h('h1', { tabindex: -1 }, words.heading),
    news === null ? null : h('p', { class: 'notice good', role: 'status' }, news),
    h(
      'div',
      { class: 'notice' },
      h(
        'p',
        { class: 'lead', id: 'state', 'data-state': view.state },
        view.state === 'answered' && end !== null ? end : words.states[view.state],
      ),
      view.state === 'closed' && end !== null ? h('p', { id: 'end' }, end) : null,
      view.overdue ? h('p', {}, words.late) : null,
      view.due_at !== null && !view.overdue
        ? h('p', { id: 'due' }, fill(words.due, { date: localTime(view.due_at, texts.language) }))
        : null,
      ...heldLines(page, view),
      view.coverage === 'not_covered' ? h('p', {}, words.notCovered) : null,
      h(
        'p',
        { class: 'hint' },
        fill(words.arrived, { date: localTime(view.received_at, texts.language) }),
      ),
    ),
    view.state === 'purged' ? null : stagesOf(page, now),
    h(
      'section',
      {},
      h('h2', {}, words.answers),
      view.older ? button(words.older, () => fetchOlder(page, now)) : null,
      ...(replies.length === 0
        ? [h('p', { class: 'none' }, words.noAnswers)]
        : replies.map(reply => replyOf(page, reply))),
    ),
    view.coverage === 'not_covered' ? othersList(page, null) : null,
    view.additions.length === 0
      ? null
      : h(
          'section',
          {},
          h('h2', {}, words.added),
          h(
            'ul',
            {},
            ...view.additions.map(({ at }) =>
              h('li', {}, fill(words.addedAt, { date: localTime(at, texts.language) })),
            ),
          ),
        ),
    h(
      'div',
      { class: 'actions' },
      view.state === 'purged'
        ? null
        : button(words.add, () => showAddition(page, now, ends), 'main'),
      more === null || form === null || view.answered_at === null || view.state === 'purged'
        ? null
        : button(words.more, () => startMore(page, now, more, form, ends)),
      view.state === 'purged'
        ? null
        : button(texts.files.add, () => showFiles(page, now, fileEnds), 'files'),
      button(words.refresh, () => refresh(page, now)),
      view.state === 'purged'
        ? null
        : button(texts.deletion.heading, () => askToDelete(page, now, again), 'delete'),
      button(words.finish, () => page.leave()),
    ),
  )
}
