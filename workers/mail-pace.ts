// A quota for one mailbox: a flood of mails takes no more of the machine and the store than this, and waits in the mailbox
// for the rest. Nothing is dropped, and the clock of a mail that waits runs from its arrival.

export interface MailPace {
  /** What may come at once. A mail costs one, and one more for each MiB. */
  readonly burst: number
  /** What comes back in each second. */
  readonly perSecond: number
}

/** Above the first look at a full mailbox of ten thousand; afterwards 18 000 mails an hour. */
export const usualPace: MailPace = { burst: 20_000, perSecond: 5 }

export function mailCost(bytes: number): number {
  return 1 + Math.floor(bytes / 1_048_576)
}

/**
 * @returns what takes `cost` out at a time in milliseconds, and says how many of them to wait before going on: what is taken
 *   beyond what is there is owed
 */
export function mailBucket(pace: MailPace): (cost: number, nowMs: number) => number {
  let left = pace.burst
  let at = Number.NEGATIVE_INFINITY
  return (cost, nowMs) => {
    const passed = at === Number.NEGATIVE_INFINITY ? 0 : Math.max(0, nowMs - at)
    left = Math.min(pace.burst, left + (passed / 1000) * pace.perSecond) - cost
    at = Math.max(at, nowMs)
    return left >= 0 ? 0 : Math.ceil((-left / pace.perSecond) * 1000)
  }
}
