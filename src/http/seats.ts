// A bounded number of seats for what takes its time to arrive or to be taken. Nobody is turned away at a full house: whoever has
// held a seat for longest goes, and what comes of a body, or is taken of an answer, earns time, so that those who hold on to seats
// lose them, and who is merely slow gets through.

/** An answer that lies ready, as far as it was seen. */
interface Lying {
  /** When it was first seen, and what had been taken by then. */
  readonly since: number
  readonly from: number
}

export interface Seat {
  /** When its guest came. */
  readonly enteredAt: number
  /** Bytes of a body that it may come to hold in memory; 0 while none is awaited. */
  bytes: number
  /** Since when it is waited for, in milliseconds of the clock; null while it is our turn. */
  waitingSince: number | null
  /** On our turn: since when nothing was taken of an answer that lies ready; null while none does: it is then not sent away. */
  stuckSince: number | null
  /** As it was last seen. */
  taken: number | null
  lying: Lying | null
  readonly guest: Guest
}

export interface Guest {
  readonly sendAway: () => void
  /** Bytes that have come since it was idle. */
  readonly come?: () => number
  /** A number that grows as an answer is taken; null while none lies ready. */
  readonly taken?: () => number | null
}

export interface SeatLimits {
  readonly most: number
  /** Come and waited for more of, in all seats together. */
  readonly mostBytes: number
  /** A seat is its own for so long. */
  readonly graceMs: number
  /**
   * Who came so lately is fresh, once, and goes after all who are not: of a new guest nothing has come for a round trip. But
   * where most of the house is fresh it is new guests that are too many.
   */
  readonly freshMs: number
  /** Who sends a body, or takes an answer, at this rate or faster earns the time that it takes; a body */
  readonly slowestBytesPerSecond: number
  /** earns as if it came no faster than this, so that what is sent at once is no better than what comes over a slow line, */
  readonly likelyBytesPerSecond: number
  /** up to so much. */
  readonly earnMs: number
}

export interface Seats {
  /** @returns null where all are taken by those who came within `graceMs`, and by those whose turn it is not */
  enter(guest: Guest): Seat | null
  /** Says that bytes are on their way to a seat. */
  await(seat: Seat, bytes: number): void
  /** Nothing is waited for: it is our turn. */
  arrived(seat: Seat): void
  leave(seat: Seat): void
  /**
   * Looks who takes their answers, and sends those away that have waited, or left one lying, for longer than they may, and
   * where too many bytes are held, the heaviest.
   */
  sweep(allowedMs: (seat: Seat) => number): void
}

/** How long we have waited for the other side; negative while it is our turn. */
function waitedMs({ waitingSince, stuckSince }: Seat, at: number): number {
  const since = waitingSince ?? stuckSince
  return since === null ? -1 : at - since
}

/** Of a body that is waited for, what has come. */
function heldBytes({ bytes, guest }: Seat): number {
  return bytes === 0 ? 0 : Math.min(bytes, guest.come?.() ?? 0)
}

/** At a full house, how long nothing may be taken of an answer, and how far behind the slowest rate it may fall. */
const stuckMs = 5000

/** What an answer that is taken earns at most. */
const mostEarnedMs = 60_000
/** Of the house, what the fresh may hold before one of them goes: what is left is for bodies that keep pace. */
const freshShare = 0.75

/** In the order in which they go. */
type Standing = 'overdue' | 'fresh' | 'taking'

/** Of one standing, who is furthest over their time. */
interface First {
  readonly seat: Seat
  readonly overMs: number
}

/** @param now milliseconds of a clock that never goes back */
export function seats(limits: SeatLimits, now: () => number = () => performance.now()): Seats {
  const { most, mostBytes, graceMs, freshMs, earnMs } = limits
  const { slowestBytesPerSecond, likelyBytesPerSecond } = limits
  const earnedMs = (bytes: number) => (bytes / slowestBytesPerSecond) * 1000
  const held = new Set<Seat>()

  function sendAway(seat: Seat): void {
    held.delete(seat)
    seat.guest.sendAway()
  }
  function look(seat: Seat, at: number): void {
    const taken = seat.waitingSince === null ? (seat.guest.taken?.() ?? null) : null
    if (taken === null) seat.stuckSince = null
    else if (taken !== seat.taken) seat.stuckSince = at
    seat.taken = taken
    if (taken === null) seat.lying = null
    else seat.lying ??= { since: at, from: taken }
  }
  /** @returns null for who may not go: within the time of grace, or on our turn with no answer seen to lie ready */
  function standing(seat: Seat, at: number): Standing | null {
    if (seat.waitingSince !== null) {
      if (at - seat.waitingSince < graceMs) return null
      return at - seat.enteredAt < freshMs ? 'fresh' : 'overdue'
    }
    if (seat.lying === null) return null
    return overMs(seat, at) >= stuckMs ? 'overdue' : 'taking'
  }
  /** How long a seat is held beyond what was earned. */
  function overMs(seat: Seat, at: number): number {
    if (seat.waitingSince !== null) {
      const waited = at - seat.waitingSince
      const come = Math.min(heldBytes(seat), (waited * likelyBytesPerSecond) / 1000)
      return waited - Math.min(earnMs, earnedMs(come))
    }
    const { lying, stuckSince, taken } = seat
    if (lying === null || stuckSince === null || taken === null) return Number.NEGATIVE_INFINITY
    const stuck = at - stuckSince
    // A little now and then keeps an answer as long as there are seats, and no longer.
    const behind = at - lying.since - Math.min(mostEarnedMs, earnedMs(taken - lying.from))
    return stuck < stuckMs ? behind : Math.max(stuck, behind)
  }
  function firstToGo(): Seat | null {
    const at = now()
    const first: Partial<Record<Standing, First>> = {}
    let fresh = 0
    for (const seat of held) {
      const its = standing(seat, at)
      if (its === null) continue
      if (its === 'fresh') fresh += 1
      const over = overMs(seat, at)
      if (over > (first[its]?.overMs ?? Number.NEGATIVE_INFINITY))
        first[its] = { seat, overMs: over }
    }
    if (fresh > most * freshShare) return first.fresh?.seat ?? null
    return (first.overdue ?? first.fresh ?? first.taking)?.seat ?? null
  }
  function boundBytes(at: number): void {
    const bodies = [...held].map(seat => ({ seat, bytes: heldBytes(seat) }))
    let bytes = bodies.reduce((sum, each) => sum + each.bytes, 0)
    if (bytes <= mostBytes) return
    const weight = (each: { seat: Seat; bytes: number }) =>
      each.bytes * (1 + waitedMs(each.seat, at))
    for (const each of bodies.toSorted((one, other) => weight(other) - weight(one))) {
      if (bytes <= mostBytes) return
      bytes -= each.bytes
      sendAway(each.seat)
    }
  }
  return {
    enter(guest) {
      if (held.size >= most) {
        const other = firstToGo()
        if (other === null) return null
        sendAway(other)
      }
      const at = now()
      const seat: Seat = {
        enteredAt: at,
        bytes: 0,
        waitingSince: at,
        stuckSince: null,
        taken: null,
        lying: null,
        guest,
      }
      held.add(seat)
      return seat
    },
    await(seat, bytes) {
      seat.bytes = bytes
      seat.waitingSince = now()
      seat.stuckSince = null
      seat.taken = null
      seat.lying = null
    },
    arrived(seat) {
      seat.waitingSince = null
      seat.bytes = 0
    },
    leave: seat => void held.delete(seat),
    sweep(allowedMs) {
      const at = now()
      for (const seat of held) {
        look(seat, at)
        if (waitedMs(seat, at) > allowedMs(seat)) sendAway(seat)
      }
      boundBytes(at)
    },
  }
}
