// The screen for what failed: one sentence, whether anything is lost, and what can be done.
import { bullets, button, h } from './dom.js'
import { Failed, type FailureCode } from './failed.js'
import { dayOfDevice } from './locale.js'
import type { Page } from './page.js'
import { fill } from './texts/texts.js'

/** After these the keys are fetched anew: others may have been published meanwhile. */
export const ofTheKeys: readonly FailureCode[] = [
  'directory_invalid',
  'root_mismatch',
  'directory_expired',
  'device_date',
]

/** After these the person is shown other safe ways. */
export const dead: readonly FailureCode[] = ['cannot_seal', 'primitives_faulty', ...ofTheKeys]

/** After these the same again would end the same. */
const hopeless: readonly FailureCode[] = [
  'receipt_code_invalid',
  'request_too_large',
  'additions_full',
  'uploads_full',
]

export interface WaysOut {
  readonly again: () => void
  readonly back?: (() => void) | undefined
  /** Something else that can be done. */
  readonly instead?: HTMLElement | undefined
  /** Whether the screen to go back to holds something typed; answers of a request are known without. */
  readonly isTyped?: boolean
}

/** What can be done: the same again, unless there is nothing any more that could be done again. */
function waysOf(page: Page, code: FailureCode, ways: WaysOut): HTMLElement[] {
  const { failure, back: backLabel, sent } = page.words.texts
  if (code === 'form_changed') return [button(failure.anew, () => page.beginAnew(), 'main')]
  const { again, back, instead = null } = ways
  // The same words open nothing, and what is full or too large stays so: it is mended where it was typed.
  if (back !== undefined && hopeless.includes(code)) return [button(backLabel, back, 'main')]
  if (back !== undefined && code === 'mailbox_unknown')
    return [button(backLabel, back, 'main'), button(failure.again, again)]
  const first =
    code === 'page_replaced'
      ? button(failure.reload, () => location.reload(), 'main')
      : // What has arrived is looked at; the words for that are there by then.
        button(code === 'arrived_already' ? sent.mailbox : failure.again, again, 'main')
  const others = [back === undefined ? null : button(backLabel, back), instead]
  return [first, ...others.filter(one => one !== null)]
}

export function failureScreen(page: Page, error: unknown, ways: WaysOut): (HTMLElement | null)[] {
  const { failure, language, otherWays } = page.words.texts
  const failed = error instanceof Failed ? error : new Failed('internal')
  const code = failed.failure
  const sentence = failed.sentence ?? fill(failure[code], { date: dayOfDevice(language) })
  const isOthers = code === 'root_mismatch' || code === 'directory_invalid'
  const isKept = code !== 'form_changed'
  const hasTyped = isKept && (ways.isTyped === true || Object.keys(page.draft.answers).length > 0)
  const fate = code === 'page_replaced' ? failure.reenter : failure.kept
  return [
    h('h1', { tabindex: -1 }, failure.heading),
    h(
      'div',
      { class: 'notice', role: 'alert', 'data-failure': code },
      h('p', {}, sentence),
      hasTyped ? h('p', {}, fate) : null,
    ),
    h('div', { class: 'actions' }, ...waysOf(page, code, ways)),
    dead.includes(code) || code === 'directory_missing'
      ? h(
          'section',
          {},
          h('h2', {}, otherWays.heading),
          bullets(otherWays.ways),
          // What a server that serves other keys says of whom to write to is worth as much.
          isOthers && page.directory === null
            ? null
            : h('p', {}, page.surroundings.contact(otherWays.contact)),
        )
      : null,
  ]
}
