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
  /** Who is waited for since so lately goes after all others: of a new guest nothing has come for a round trip. */
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

/** Longer than any seat is held: who must go before whom is one number. */
const everMs = 1e10
const never = Number.NEGATIVE_INFINITY

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
  /** How long it is held beyond what was earned; less by `everMs` for who has only come, and once more for who takes an answer. */
  function overMs(seat: Seat, at: number): number {
    if (seat.waitingSince !== null) {
      const waited = at - seat.waitingSince
      if (waited < graceMs) return never
      const come = Math.min(heldBytes(seat), (waited * likelyBytesPerSecond) / 1000)
      const over = waited - Math.min(earnMs, earnedMs(come))
      return waited < freshMs ? over - everMs : over
    }
    const { lying, stuckSince, taken } = seat
    // On our turn, with no answer that was seen to lie ready.
    if (lying === null || stuckSince === null || taken === null) return never
    const stuck = at - stuckSince
    // A little now and then keeps an answer as long as there are seats, and no longer.
    const behind = at - lying.since - earnedMs(taken - lying.from)
    if (stuck >= stuckMs) return Math.max(stuck, behind)
    return behind >= stuckMs ? behind : behind - 2 * everMs
  }
  function firstToGo(): Seat | null {
    const at = now()
    let first: Seat | null = null
    let longest = never
    for (const seat of held) {
      const over = overMs(seat, at)
      if (over <= longest) continue
      first = seat
      longest = over
    }
    return first
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
      const seat: Seat = {
        bytes: 0,
        waitingSince: now(),
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
