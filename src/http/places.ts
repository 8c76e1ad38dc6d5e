// A bounded number of places for what takes its time to arrive. Nobody is turned away at a full house: whoever has held a
// place for longest goes, and what comes of a body earns its sender time, so that those who hold on to places lose them,
// and who is merely slow gets through.

export interface Place {
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

export interface PlaceLimits {
  readonly most: number
  /** Come and waited for more of, in all places together. */
  readonly mostBytes: number
  /** A place is its own for so long. */
  readonly graceMs: number
  /** Who sends a body at this rate or faster earns the time that it takes, */
  readonly slowestBytesPerSecond: number
  /** up to so much. */
  readonly earnMs: number
}

export interface Places {
  /** @returns null where all are taken by those who came within `graceMs` */
  enter(guest: Guest): Place | null
  /** Says that bytes are on their way to a place. */
  await(place: Place, bytes: number): void
  /** Nothing is waited for: it is our turn. */
  arrived(place: Place): void
  leave(place: Place): void
  /**
   * Looks who takes their answers, and sends those away that have waited, or left one lying, for longer than they may, and
   * where too many bytes are held, the heaviest.
   */
  sweep(allowedMs: (place: Place) => number): void
}

/** How long we have waited for the other side; negative while it is our turn. */
function waitedMs({ waitingSince, stuckSince }: Place, at: number): number {
  const since = waitingSince ?? stuckSince
  return since === null ? -1 : at - since
}

/** Of a body that is waited for, what has come. */
function heldBytes({ bytes, guest }: Place): number {
  return bytes === 0 ? 0 : Math.min(bytes, guest.come?.() ?? 0)
}

/** At a full house, how long nothing may be taken of an answer. */
const stuckMs = 5000

/** @param now milliseconds of a clock that never goes back */
export function places(limits: PlaceLimits, now: () => number = () => performance.now()): Places {
  const { most, mostBytes, graceMs, slowestBytesPerSecond, earnMs } = limits
  const held = new Set<Place>()

  function sendAway(place: Place): void {
    held.delete(place)
    place.guest.sendAway()
  }
  function look(place: Place, at: number): void {
    const taken = place.waitingSince === null ? (place.guest.taken?.() ?? null) : null
    if (taken === null) place.stuckSince = null
    else if (taken !== place.taken) place.stuckSince = at
    place.taken = taken
  }
  /** How long a place is held beyond what was earned. */
  function heldMs(place: Place, at: number): number {
    const earned = (heldBytes(place) / slowestBytesPerSecond) * 1000
    return waitedMs(place, at) - Math.min(earnMs, earned)
  }
  function longest(): Place | null {
    const at = now()
    let found: Place | null = null
    let longestMs = Number.NEGATIVE_INFINITY
    for (const place of held) {
      const ownMs = place.waitingSince === null ? stuckMs : graceMs
      const waited = waitedMs(place, at)
      if (waited < ownMs || waited <= longestMs) continue
      const ms = heldMs(place, at)
      if (ms <= longestMs) continue
      found = place
      longestMs = ms
    }
    return found
  }
  function boundBytes(at: number): void {
    const bodies = [...held].map(place => ({ place, bytes: heldBytes(place) }))
    let bytes = bodies.reduce((sum, each) => sum + each.bytes, 0)
    if (bytes <= mostBytes) return
    const weight = (each: { place: Place; bytes: number }) =>
      each.bytes * (1 + waitedMs(each.place, at))
    for (const each of bodies.toSorted((one, other) => weight(other) - weight(one))) {
      if (bytes <= mostBytes) return
      bytes -= each.bytes
      sendAway(each.place)
    }
  }
  return {
    enter(guest) {
      if (held.size >= most) {
        const other = longest()
        if (other === null) return null
        sendAway(other)
      }
      const place: Place = {
        bytes: 0,
        waitingSince: now(),
        stuckSince: null,
        taken: null,
        guest,
      }
      held.add(place)
      return place
    },
    await(place, bytes) {
      place.bytes = bytes
      place.waitingSince = now()
      place.stuckSince = null
      place.taken = null
    },
    arrived(place) {
      place.waitingSince = null
      place.bytes = 0
    },
    leave: place => void held.delete(place),
    sweep(allowedMs) {
      const at = now()
      for (const place of held) {
        look(place, at)
        if (waitedMs(place, at) > allowedMs(place)) sendAway(place)
      }
      boundBytes(at)
    },
  }
}
