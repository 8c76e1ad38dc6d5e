// A bounded number of seats for what takes its time to arrive. Nobody is turned away at a full house: whoever has held a
// seat for longest goes, and what comes of a body earns its sender time, so that those who hold on to seats lose them,
// and who is merely slow gets through.

export interface Seat {
  /** Bytes of a body that it may come to hold in memory; 0 while none is awaited. */
  bytes: number
  /** Since when it is waited for, in milliseconds of the clock; null while it is our turn. */
  waitingSince: number | null
  /** On our turn: since when nothing was taken of an answer that lies ready; null while none does: it is then not sent away. */
  stuckSince: number | null
  /** As it was last seen. */
  taken: number | null
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
  /** Who sends a body at this rate or faster earns the time that it takes, */
  readonly slowestBytesPerSecond: number
  /** up to so much. */
  readonly earnMs: number
}

export interface Seats {
  /** @returns null where all are taken by those who came within `graceMs` */
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

/** At a full house, how long nothing may be taken of an answer. */
const stuckMs = 5000

/** @param now milliseconds of a clock that never goes back */
export function seats(limits: SeatLimits, now: () => number = () => performance.now()): Seats {
  const { most, mostBytes, graceMs, slowestBytesPerSecond, earnMs } = limits
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
  }
  /** How long a seat is held beyond what was earned. */
  function heldMs(seat: Seat, at: number): number {
    const earned = (heldBytes(seat) / slowestBytesPerSecond) * 1000
    return waitedMs(seat, at) - Math.min(earnMs, earned)
  }
  function longest(): Seat | null {
    const at = now()
    let found: Seat | null = null
    let longestMs = Number.NEGATIVE_INFINITY
    for (const seat of held) {
      const ownMs = seat.waitingSince === null ? stuckMs : graceMs
      const waited = waitedMs(seat, at)
      if (waited < ownMs || waited <= longestMs) continue
      const ms = heldMs(seat, at)
      if (ms <= longestMs) continue
      found = seat
      longestMs = ms
    }
    return found
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
        const other = longest()
        if (other === null) return null
        sendAway(other)
      }
      const seat: Seat = {
        bytes: 0,
        waitingSince: now(),
        stuckSince: null,
        taken: null,
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
