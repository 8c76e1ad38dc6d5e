// What the signed history proves of a hold: the server's word for one is no more than that.
import type { CaseSummary } from '../../schemas/case.js'
import type { CheckedEvent, CheckedHistory } from './history.js'

/** Verified acts about this very hold, since one was last ended. */
function actsOf(
  history: CheckedHistory,
  { reason, until }: Pick<NonNullable<CaseSummary['hold']>, 'reason' | 'until'>,
) {
  const verified = history.events.filter(({ signature }) => signature === 'verified')
  const ended = verified.findLastIndex(({ event }) => event.kind === 'hold_ended')
  return verified.slice(ended + 1).filter(({ event }) => event.detail === `${reason} ${until}`)
}

/** The act in which somebody else than this handler asked for the hold; null where none is verified. */
export function askedByAnother(
  history: CheckedHistory,
  hold: NonNullable<CaseSummary['hold']>,
  handler: string,
): CheckedEvent | null {
  return (
    actsOf(history, hold).findLast(
      ({ event }) => event.kind === 'hold_asked' && event.handler !== handler,
    ) ?? null
  )
}

/** Whether this handler has signed that they ask for the hold. */
export function askedByThemselves(
  history: CheckedHistory,
  hold: NonNullable<CaseSummary['hold']>,
  handler: string,
): boolean {
  return actsOf(history, hold).some(
    ({ event }) => event.kind === 'hold_asked' && event.handler === handler,
  )
}

/** Whether those whom the server names have asked for this hold, and confirmed it, both with their own signature. */
export function isHoldProven(
  history: CheckedHistory,
  hold: NonNullable<CaseSummary['hold']>,
): boolean {
  const acts = actsOf(history, hold)
  const by = (kind: string, handler: string) =>
    acts.findIndex(({ event }) => event.kind === kind && event.handler === handler)
  const asked = by('hold_asked', hold.asked_by)
  if (hold.confirmed_by === null || asked < 0) return asked >= 0
  return hold.confirmed_by !== hold.asked_by && by('held', hold.confirmed_by) > asked
}
