// How much is taken in, and how fast. Numbers that an operator need not know: each is beside its reason.
import { maxReaders } from '../../schemas/directory.js'
import { maxAttachmentBytes, maxSealedBytes, maxSlipBytes } from '../../schemas/sealed.js'
import type { UploadLimits } from '../app/begin-upload.js'
import type { SeatLimits } from './seats.js'

const asText = (bytes: number) => Math.ceil((bytes * 4) / 3)

/** Names, ids, hashes and signatures around the sealed parts of a body. */
const frame = 2048

/** Bytes of a body at most, per kind of route. */
export const bodyLimits = {
  intake: asText(maxSealedBytes) + asText(maxSlipBytes) + frame,
  oneSealed: asText(maxSealedBytes) + frame,
  reply: 3 * asText(maxSealedBytes) + frame,
  grant: asText(8192) + frame,
  handover: asText(maxSealedBytes) + maxReaders * (asText(8192) + 512) + frame,
  /** 200 ids of replies that were read, and small forms. */
  small: 16_384,
} as const

/** Requests that do not arrive, and answers that are not taken. */
export interface ConnectionLimits extends SeatLimits {
  /** Every body may take this long, however small, and so much longer as it would take at the slowest rate. */
  readonly bodyMs: number
  /** An answer of which nothing is taken for so long is given up. Who takes a little now and then keeps it. */
  readonly answerMs: number
}

export interface HttpSettings {
  /** A whole request must have arrived by then. Tor is slow: half a megabyte at 5 KB/s. */
  readonly requestTimeoutMs: number
  /** Above the 60 s that proxies in front of us keep idle connections. */
  readonly keepAliveTimeoutMs: number
  /**
   * Requests per second and route, for everybody together: an onion service shows one address for all, and no
   * address is looked at. What is above is told to come back in a second, so a flood never shuts the door for
   * longer than it lasts. Of the handlers' requests only those count that a key of the keyring has signed.
   */
  readonly perSecond: { readonly applicants: number; readonly handlers: number }
  /** Requests for support, beside the rate: what is above is asked to solve a puzzle first, and then goes before others. */
  readonly intakes: {
    /** Without a puzzle, from all senders together; a quarter of it may come in one burst. */
    readonly openPerHour: number
    /** In the store's hands at a time. What is above waits nowhere: the slower the machine, the sooner it is shed. */
    readonly atOnce: { readonly open: number; readonly solved: number }
  }
  readonly connections: ConnectionLimits
  /** How late the event loop may be, again and again, before requests are told to come back. */
  readonly maxLoopDelayMs: number
  /** How long an answer about readiness is given again. Below the 10 s at which things are usually asked for it. */
  readonly readinessMs: number
  /**
   * Attachments; `atOnce`: bodies that are taken in at the same time, each with a part in memory. At a full house
   * whoever has held a seat for longest loses it, but not before `seatMs`: a part of the smallest size at 5 KB/s. An upload
   * has one seat.
   */
  readonly uploads: UploadLimits & { readonly atOnce: number; readonly seatMs: number }
}

const megabyte = 1_048_576

/** What attachments get where the operator says nothing else. */
export const uploadLimits: UploadLimits = {
  maxBytes: maxAttachmentBytes,
  perCase: 50,
  perCaseBytes: 1000 * megabyte,
  totalBytes: 20_000 * megabyte,
}

export const httpSettings: HttpSettings = {
  requestTimeoutMs: 120_000,
  keepAliveTimeoutMs: 72_000,
  perSecond: { applicants: 300, handlers: 300 },
  // The burst lets a crackdown through, in which a thousand people write in an hour.
  intakes: { openPerHour: 3600, atOnce: { open: 192, solved: 512 } },
  // A request for ten readers has 34 KB: 37 s, which 1 KB/s keeps up with. Half of a gigabyte is never held.
  connections: {
    most: 4000,
    mostBytes: 128 * megabyte,
    graceMs: 0,
    // A head comes one round trip after its connection: over Tor two seconds. Two more until a slow body is known from none.
    freshMs: 4000,
    // A request of 49 KB at 5 KB/s takes ten seconds; who holds a seat and sends nothing goes before it.
    earnMs: 20_000,
    bodyMs: 20_000,
    slowestBytesPerSecond: 2000,
    likelyBytesPerSecond: 5000,
    answerMs: 60_000,
  },
  maxLoopDelayMs: 1000,
  readinessMs: 3000,
  uploads: { ...uploadLimits, atOnce: 256, seatMs: 15_000 },
}
