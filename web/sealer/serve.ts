// The Worker's side: answers the page's calls one after the other with one set of primitives.
import { rootFingerprint } from '../../keys/root.js'
import { followsDirectory, readDirectory, verifyDirectory } from '../../keys/directory.js'
import { Deployment } from '../../schemas/directory.js'
import { KhancapError } from '../../schemas/problem.js'
import { FileUnreadable } from '../../src/core/attachment/file-unreadable.js'
import type { Primitives } from '../../src/core/crypto/primitives.js'
import { selfTest } from '../../src/core/crypto/self-test.js'
import { utf8 } from '../../src/core/encoding/bytes.js'
import { contentDigest } from '../../src/core/http-signature/profile.js'
import { solvePuzzle, triesOf } from '../../src/core/puzzle/puzzle.js'
import { codeToWords, newReceiptCode, wordLanguageFor } from '../../src/core/receipt/code.js'
import type {
  Answering,
  AnswerMessage,
  CallMessage,
  CallName,
  Given,
  SealerFault,
  Served,
} from './calls.js'
import type { Held } from './later.js'
import { checkReceipt, type Opened, sealRequest } from './seal-request.js'

/** What a directory may ask for at least; raised when a page must know something new. */
const clientVersion = 1

/** The Worker could not get its primitives: another Worker may. */
class CannotSeal extends Error {}
class RootMismatch extends Error {}

async function openDirectory(p: Primitives, served: Served): Promise<Opened> {
  const deployment = Deployment.safeParse(served.deployment)
  if (!deployment.success) throw new KhancapError('directory_invalid')
  const { root, origin } = deployment.data
  if ((await rootFingerprint(p, readDirectory(served.note).root)) !== root) throw new RootMismatch()
  // One that has expired still opens the answers to what was asked before; nothing is sealed with it.
  const { note, now } = served
  const { verified, expired } = await verifyDirectory(p, note, { root, now }).then(
    inForce => ({ verified: inForce, expired: false }),
    async (error: unknown) => {
      if (!(error instanceof KhancapError) || error.code !== 'directory_expired') throw error
      return { verified: await verifyDirectory(p, note, { root, now: null }), expired: true }
    },
  )
  const { directory } = verified
  if (directory.origin !== origin || directory.minimum_client > clientVersion)
    throw new KhancapError('directory_invalid')
  if (served.before !== null)
    followsDirectory(await verifyDirectory(p, served.before, { root, now: null }), verified)
  return { root, verified, expired, channel: served.channel }
}

function faultOf(error: unknown): SealerFault {
  if (error instanceof RootMismatch) return 'root_mismatch'
  if (error instanceof CannotSeal) return 'cannot_seal'
  if (error instanceof FileUnreadable) return 'file_unreadable'
  // A list of words or the second script that did not arrive (importScripts).
  if (error instanceof DOMException && error.name === 'NetworkError') return 'server_unreachable'
  return error instanceof KhancapError ? error.code : 'internal'
}

function answering(load: () => Promise<Primitives>) {
  let loaded: Primitives | null = null
  let opened: Opened | null = null

  const primitives = () => {
    if (loaded === null) throw new CannotSeal()
    return loaded
  }
  const directory = () => {
    if (opened === null) throw new KhancapError('directory_missing')
    return opened
  }
  const inForce = () => {
    const found = directory()
    if (found.expired) throw new KhancapError('directory_expired')
    return found
  }
  const calls: Partial<Answering> = {
    async start() {
      const p = await load().catch((cause: unknown) => {
        throw new CannotSeal('no primitives', { cause })
      })
      await selfTest(p)
      loaded = p
      return { primitives: p.name }
    },
    async open(served) {
      opened = await openDirectory(primitives(), served)
      return { directory: opened.verified.directory }
    },
    async inForce() {
      inForce()
      return null
    },
    async mint({ pageLanguage }) {
      inForce()
      const entropy = newReceiptCode(primitives())
      const language = wordLanguageFor(pageLanguage)
      const words = await codeToWords(entropy, language)
      return { entropy, words, foreign: language !== pageLanguage }
    },
    seal: async order => sealRequest(primitives(), inForce(), order),
    async solve({ puzzle, body }) {
      const digest = await contentDigest(primitives(), utf8(body))
      if (triesOf(puzzle) === null) throw new KhancapError('too_many_requests')
      return { solution: await solvePuzzle(puzzle, digest), digest }
    },
    receipt: async input => checkReceipt(primitives(), directory(), input),
  }
  return { calls, held: { primitives, directory, inForce } }
}

/** The part of a Worker's global scope that is used here. */
export interface WorkerScope {
  addEventListener(type: 'message', listener: (event: { data: CallMessage }) => void): void
  postMessage(message: AnswerMessage, handedOver: ArrayBuffer[]): void
  /** The last script that was asked for after the first one (web/wanted-script.mjs). */
  readonly wantedScript?: string
}

/** The calls that are not here from the start. @throws DOMException where they come over a line, and that is lost */
export type LoadLater = () => Promise<{ answeringLater(held: Held): Partial<Answering> }>

export function serve(
  scope: WorkerScope,
  load: () => Promise<Primitives>,
  loadLater: LoadLater,
): void {
  const { calls, held } = answering(load)
  const run = async <K extends CallName>({ name, asked }: CallMessage<K>): Promise<Given<K>> => {
    if (calls[name] === undefined) Object.assign(calls, (await loadLater()).answeringLater(held))
    const call = calls[name]
    if (call === undefined) throw new KhancapError('internal')
    return call(asked)
  }
  const post = scope.postMessage.bind(scope)
  const answer = async (message: CallMessage) => {
    const { number } = message
    try {
      const given = await run(message)
      // Megabytes of a file change hands: a copy of them would be held on both sides.
      post({ number, given }, given !== null && 'sealed' in given ? [given.sealed.buffer] : [])
    } catch (error) {
      const fault = faultOf(error)
      const missing = (fault === 'server_unreachable' ? scope.wantedScript : null) ?? null
      const faults = error instanceof KhancapError ? error.faults : []
      post({ number, fault, faults, missing }, [])
    }
  }
  let last: Promise<void> = Promise.resolve()
  scope.addEventListener('message', ({ data }) => {
    last = last.then(() => answer(data))
  })
}
