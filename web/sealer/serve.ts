// The Worker's side: answers the page's calls one after the other with one set of primitives.
import { rootFingerprint } from '../../keys/root.js'
import { followsDirectory, readDirectory, verifyDirectory } from '../../keys/directory.js'
import { Deployment } from '../../schemas/directory.js'
import { KhancapError } from '../../schemas/problem.js'
import type { ReplyFacts } from '../../schemas/sealed.js'
import type { Primitives } from '../../src/core/crypto/primitives.js'
import { selfTest } from '../../src/core/crypto/self-test.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { utf8 } from '../../src/core/encoding/bytes.js'
import { contentDigest } from '../../src/core/http-signature/profile.js'
import { solvePuzzle, triesOf } from '../../src/core/puzzle/puzzle.js'
import {
  codeToWords,
  newReceiptCode,
  type ReceiptKeys,
  wordLanguageFor,
} from '../../src/core/receipt/code.js'
import type {
  AnswerMessage,
  Asked,
  CallMessage,
  CallName,
  Given,
  SealerFault,
  Served,
} from './calls.js'
import { attaching, lookInto } from './attachments.js'
import { enterWords, factsIn, openMailbox, sealMore, signRemoval } from './mailbox.js'
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
  // A list of words that did not arrive (importScripts).
  if (error instanceof DOMException && error.name === 'NetworkError') return 'server_unreachable'
  return error instanceof KhancapError ? error.code : 'internal'
}

type Answering = { [K in CallName]: (asked: Asked<K>) => Promise<Given<K>> }

function answering(load: () => Promise<Primitives>): Answering {
  let loaded: Primitives | null = null
  let opened: Opened | null = null
  /** By mailbox token. */
  const entered = new Map<string, ReceiptKeys>()
  /** Of the request, from its replies, by mailbox token. */
  const known = new Map<string, ReplyFacts | null>()

  const primitives = () => {
    if (loaded === null) throw new CannotSeal()
    return loaded
  }
  const files = attaching(primitives)
  const directory = () => {
    if (opened === null) throw new KhancapError('directory_missing')
    return opened
  }
  const inForce = () => {
    const found = directory()
    if (found.expired) throw new KhancapError('directory_expired')
    return found
  }
  const keysOf = (token: string) => {
    const keys = entered.get(token)
    if (keys === undefined) throw new KhancapError('receipt_code_invalid')
    return keys
  }
  return {
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
    async enter({ words, pageLanguage }) {
      const keys = await enterWords(primitives(), directory(), words, pageLanguage)
      const token = encodeBase64url(keys.mailboxToken)
      entered.clear()
      known.clear()
      entered.set(token, keys)
      return { token }
    },
    async read({ served, token }) {
      const mailbox = await openMailbox(primitives(), directory(), keysOf(token), served)
      known.set(token, factsIn(mailbox))
      return mailbox
    },
    add: async order =>
      sealMore(primitives(), inForce(), keysOf(order.token), order, known.get(order.token) ?? null),
    remove: async ({ token }) => signRemoval(primitives(), keysOf(token)),
    look: ({ file }) => lookInto(file),
    attach: async order => {
      inForce()
      return files.begin(order)
    },
    attachPart: part => files.part(part),
    attachEnd: order => files.end(order),
  }
}

/** The part of a Worker's global scope that is used here. */
export interface WorkerScope {
  addEventListener(type: 'message', listener: (event: { data: CallMessage }) => void): void
  postMessage(message: AnswerMessage, handedOver: ArrayBuffer[]): void
}

function run<K extends CallName>(calls: Answering, message: CallMessage<K>): Promise<Given<K>> {
  return calls[message.name](message.asked)
}

export function serve(scope: WorkerScope, load: () => Promise<Primitives>): void {
  const calls = answering(load)
  const post = scope.postMessage.bind(scope)
  const answer = async (message: CallMessage) => {
    const { number } = message
    try {
      const given = await run(calls, message)
      // Megabytes of a file change hands: a copy of them would be held on both sides.
      post({ number, given }, given !== null && 'sealed' in given ? [given.sealed.buffer] : [])
    } catch (error) {
      post({ number, fault: faultOf(error) }, [])
    }
  }
  let last: Promise<void> = Promise.resolve()
  scope.addEventListener('message', ({ data }) => {
    last = last.then(() => answer(data))
  })
}
