// What a mail, or an event, says of notices beyond the first ones: how many, and each case that was closed without an answer,
// because nobody finds that in the inbox any more. Whoever closes cases by the hundred must not hide one among them.
import type { Notice } from '../ports/notice-store.js'

/** Notices that are shown one by one; the others are counted. */
export const shownNotices = 50
/** Cases beyond those that are named where they were closed without an answer. */
const namedClosed = 500

/** Those that an event has: the first ones, and those closed. */
export function namedNotices(notices: readonly Notice[]): readonly Notice[] {
  return [...notices.slice(0, shownNotices), ...closedBeyond(notices).slice(0, namedClosed)]
}

/** Lines of a mail on those that it does not show. */
export function unshownLines(notices: readonly Notice[]): string[] {
  const closed = closedBeyond(notices)
  const others = Math.max(0, notices.length - shownNotices) - closed.length
  const unnamed = closed.length - namedClosed
  return [
    ...(others > 0 ? [`And ${others} more: khancap inbox`, ''] : []),
    ...(closed.length > 0
      ? [
          `And ${closed.length} more closed without an answer:`,
          '',
          ...closed.slice(0, namedClosed).map(({ caseId }) => `    ${caseId}`),
          ...(unnamed > 0 ? [`    and ${unnamed} more: khancap inbox --all`] : []),
          '',
        ]
      : []),
  ]
}

function closedBeyond(notices: readonly Notice[]): Notice[] {
  return notices.slice(shownNotices).filter(({ kind }) => kind === 'closed')
}
