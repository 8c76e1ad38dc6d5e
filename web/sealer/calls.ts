// What the page asks of its sealing Worker, and what comes back. Everything here crosses a thread by structured clone, but
// for the sealed parts of a file, whose memory is handed over and back; of what the receipt code stands for, only the mailbox token ever
// leaves the Worker.
import type { Directory } from '../../schemas/directory.js'
import type { Timestamp } from '../../schemas/encoding.js'
import type { MailboxView } from '../../schemas/mailbox.js'
import type { Fault, ProblemCode } from '../../schemas/problem.js'
import type { Answers, Attachment, Channel, ReplyMessage } from '../../schemas/sealed.js'

/** What the server served: nothing in it is trusted before the Worker has verified it. */
export interface Served {
  readonly deployment: unknown
  readonly note: Uint8Array
  /** The directory that this page has worked with until now; null for the first. */
  readonly before: Uint8Array | null
  /** How what is sealed here will travel. */
  readonly channel: Exclude<Channel, 'mail'>
  readonly now: number
}

export interface SealingOrder {
  readonly program: string
  readonly pageLanguage: string
  readonly answers: Answers
  readonly entropy: Uint8Array
  /** Of an attempt whose fate is not known; null for the first. */
  readonly id: string | null
  readonly now: number
}

export interface SealedRequest {
  readonly id: string
  readonly program: string
  /** The JSON that is posted, byte by byte the same on every attempt. */
  readonly body: string
  /** The same as a file, and as text, for ways without this page (docs/protocol.md, "Request file"). */
  readonly file: Uint8Array
  readonly armored: string
  readonly envelope: string
  readonly slip: string | null
  /** Sequence of the directory that it was sealed with. */
  readonly directory: number
}

export interface OpenedReply {
  readonly id: string
  readonly at: Timestamp
  /** null: it does not open, or its writer did not prove to have opened the case. */
  readonly message: ReplyMessage | null
}

export interface OpenedMailbox {
  readonly view: Omit<MailboxView, 'replies'>
  readonly replies: readonly OpenedReply[]
}

export interface AdditionOrder {
  /** Of the mailbox: the words were entered before. */
  readonly token: string
  readonly text: string
  readonly answers: Answers | null
  readonly formVersion: number | null
  /** Files that have arrived: such an addition is for whoever can open the request. */
  readonly attachments: readonly Attachment[]
  readonly program: string | null
  readonly team: string | null
  readonly now: number
}

export interface SealedAddition {
  readonly id: string
  readonly body: string
}

/** Each call: what is asked, what comes back. */
export interface Calls {
  /** Loads the primitives and tests them. */
  start: { asked: null; given: { primitives: string } }
  /** Verifies the directory against the pinned root. One that has expired is good for reading answers only. */
  open: { asked: Served; given: { directory: Directory } }
  /** Whether something new can be sealed with it. */
  inForce: { asked: null; given: null }
  mint: {
    asked: { pageLanguage: string }
    given: { entropy: Uint8Array; words: string[]; foreign: boolean }
  }
  seal: { asked: SealingOrder; given: SealedRequest }
  /** The work that a busy service asks for before it takes this body. */
  solve: {
    asked: { puzzle: string; body: string }
    given: { solution: string; digest: string }
  }
  receipt: {
    asked: { served: unknown; sealed: SealedRequest; now: number }
    /** `due`: null where the receipt is dated too far ahead of the device for its hour to be believed. */
    given: { due: Timestamp | null; receipt: string }
  }
  /** Reads typed words, and gives the token of the mailbox that they stand for. */
  enter: { asked: { words: string; pageLanguage: string }; given: { token: string } }
  /** Opens what a mailbox holds, with the code that belongs to this token. */
  read: { asked: { served: unknown; token: string }; given: OpenedMailbox }
  add: { asked: AdditionOrder; given: SealedAddition }
  /** The signed wish to delete the case of this mailbox. */
  remove: { asked: { token: string }; given: { body: string } }
  /** Whether hidden data can be taken out of a file. */
  look: {
    asked: { file: File }
    given: { outcome: 'stripped' | 'damaged' | 'other' | 'too_large' }
  }
  /** Begins to seal a file, which had so many bytes when it was chosen; the one before is forgotten. */
  attach: { asked: { file: File; bytes: number }; given: { id: string; bytes: number } }
  attachPart: {
    /** `spare`: the memory of a part that was sent, handed back. */
    asked: { id: string; from: number; to: number; spare: ArrayBuffer | null }
    given: { sealed: Uint8Array<ArrayBuffer> }
  }
  /** All of it was sealed: what names it. */
  attachEnd: { asked: { id: string }; given: { attachment: Attachment } }
}

export type CallName = keyof Calls
export type Asked<K extends CallName> = Calls[K]['asked']
export type Given<K extends CallName> = Calls[K]['given']
export type Answering = { [K in CallName]: (asked: Asked<K>) => Promise<Given<K>> }

/** What changes hands with a call. */
export function handedOver(asked: Asked<CallName>): ArrayBuffer[] {
  return asked !== null && 'spare' in asked && asked.spare !== null ? [asked.spare] : []
}

export type CallMessage<K extends CallName = CallName> = {
  [N in K]: { readonly number: number; readonly name: N; readonly asked: Asked<N> }
}[K]

/** Codes of the project's table, and three that only a page knows. */
export type SealerFault = ProblemCode | 'root_mismatch' | 'cannot_seal' | 'file_unreadable'

export interface FaultMessage {
  readonly number: number
  readonly fault: SealerFault
  /** What is wrong with what was asked, without its values. */
  readonly faults: readonly Fault[]
  /** The address of the script that did not come, where that is the fault. */
  readonly missing: string | null
}

export type AnswerMessage =
  | { readonly number: number; readonly given: Given<CallName> }
  | FaultMessage
