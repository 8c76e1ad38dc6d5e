// A bounded number of places for what takes its time to arrive. Nobody is turned away at a full house: whoever has held
// the most, for the longest, goes, so that those who hold on to places lose them, and who is merely slow gets through.

export interface Place {
  /** Bytes that it may hold in memory. */
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
  /** A number that grows as an answer is taken; null while none lies ready. */
  readonly taken?: () => number | null
}

export interface PlaceLimits {
  readonly most: number
  /** Of all that are waited for, together. */
  readonly mostBytes: number
  /** A place is its own for so long. */
  readonly graceMs: number
}

export interface Places {
  /** @returns null where all are taken by those who came within `graceMs` */
  enter(guest: Guest): Place | null
  /** Says that bytes are on their way to a place. */
  await(place: Place, bytes: number): void
  /** Nothing is waited for: it is our turn. */
  arrived(place: Place): void
  leave(place: Place): void
  /** Looks who takes their answers, and sends those away that have waited, or left one lying, for longer than they may. */
  sweep(allowedMs: (place: Place) => number): void
}

/** What a place costs beside its bytes: a connection, its buffers. */
const placeBytes = 16_384

/** How long we have waited for the other side; negative while it is our turn. */
function waitedMs({ waitingSince, stuckSince }: Place, at: number): number {
  const since = waitingSince ?? stuckSince
  return since === null ? -1 : at - since
}

/** At a full house, how long nothing may be taken of an answer. */
const stuckMs = 5000

/** @param now milliseconds of a clock that never goes back */
export function places(
  { most, mostBytes, graceMs }: PlaceLimits,
  now: () => number = () => performance.now(),
): Places {
  const held = new Set<Place>()
  /** Of those that are waited for. */
  let bytes = 0

  const isTooMuch = () => bytes > mostBytes

  function forget(place: Place): void {
    if (!held.delete(place)) return
    if (place.waitingSince !== null) bytes -= place.bytes
  }
  function sendAway(place: Place): void {
    forget(place)
    place.guest.sendAway()
  }
  function look(place: Place, at: number): void {
    const taken = place.waitingSince === null ? (place.guest.taken?.() ?? null) : null
    if (taken === null) place.stuckSince = null
    else if (taken !== place.taken) place.stuckSince = at
    place.taken = taken
  }
  function heaviest(except: Place | null): Place | null {
    const at = now()
    let found: Place | null = null
    let weightOfFound = -1
    for (const place of held) {
      if (place === except) continue
      const waited = waitedMs(place, at)
      const weight = waited * (placeBytes + place.bytes)
      const ownMs = place.waitingSince === null ? stuckMs : graceMs
      if (waited < ownMs || weight <= weightOfFound) continue
      found = place
      weightOfFound = weight
    }
    return found
  }
  return {
    enter(guest) {
      if (held.size >= most) {
        const other = heaviest(null)
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
    await(place, announced) {
      if (!held.has(place)) return
      if (place.waitingSince !== null) bytes -= place.bytes
      place.bytes = announced
      place.waitingSince = now()
      bytes += announced
      while (isTooMuch()) {
        const other = heaviest(place)
        if (other === null) break
        sendAway(other)
      }
    },
    arrived(place) {
      if (place.waitingSince !== null && held.has(place)) bytes -= place.bytes
      place.waitingSince = null
      place.bytes = 0
    },
    leave: forget,
    sweep(allowedMs) {
      const at = now()
      for (const place of held) {
        look(place, at)
        if (waitedMs(place, at) > allowedMs(place)) sendAway(place)
      }
    },
  }
}
