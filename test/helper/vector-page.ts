// What runs in a real browser for the vectors: opens, refuses, derives and seals with the browser's own sets of
// primitives, and asks the built Workers for the same. Bundled by test/browser/vectors.test.ts.
import { IntakeRequest } from '../../schemas/intake.js'
import type { MailboxView } from '../../schemas/mailbox.js'
import { EnvelopeContent } from '../../schemas/sealed.js'
import { verifyDirectory } from '../../keys/directory.js'
import { libsodiumPrimitives } from '../../src/core/crypto/libsodium.js'
import { purePrimitives } from '../../src/core/crypto/pure.js'
import { selfTest } from '../../src/core/crypto/self-test.js'
import { decodeBase64url, encodeBase64url } from '../../src/core/encoding/base64url.js'
import { utf8 } from '../../src/core/encoding/bytes.js'
import { openAddition, openEnvelope, openSlip } from '../../src/core/envelope/open.js'
import { sealEnvelope } from '../../src/core/envelope/seal.js'
import { deriveReceiptKeys } from '../../src/core/receipt/code.js'
import { wordsToCode } from '../../src/core/receipt/read-words.js'
import { hireWorker } from './hired-worker.js'

export interface VectorTask {
  readonly set: 'libsodium' | 'pure'
  /** Sealed vectors: name, kind, identity, bytes. */
  readonly files: readonly { name: string; kind: string; identity: string; sealed: string }[]
  readonly origin: string
  readonly code: { readonly words: readonly string[]; readonly root: string }
  readonly directory: { readonly note: string; readonly root: string; readonly now: number }
  readonly seal: { readonly content: unknown; readonly recipients: readonly string[] }
}

export interface VectorResult {
  /** By name: the content as JSON, `null`, or the code of the refusal. */
  readonly opened: Readonly<Record<string, string>>
  readonly entropies: readonly string[]
  readonly mailbox: string
  readonly handlers: number
  readonly sealed: string
}

const openers = { envelope: openEnvelope, slip: openSlip, addition: openAddition }

export async function runVectors(task: VectorTask): Promise<VectorResult> {
  const p = task.set === 'pure' ? purePrimitives() : await libsodiumPrimitives()
  await selfTest(p)
  const opened: Record<string, string> = {}
  for (const { name, kind, identity, sealed } of task.files) {
    const known = kind === 'slip' || kind === 'addition' ? kind : 'envelope'
    const expected = { origin: task.origin, kind: known } as const
    opened[name] = await openers[known](p, [identity], decodeBase64url(sealed), expected).then(
      content => JSON.stringify(content),
      (error: { code?: string }) => error.code ?? 'another error',
    )
  }
  const entropies: string[] = []
  for (const words of task.code.words)
    entropies.push(encodeBase64url((await wordsToCode(words)).entropy))
  const deployment = { root: task.code.root, origin: task.origin }
  const keys = await deriveReceiptKeys(p, decodeBase64url(entropies[0] ?? ''), deployment)
  const { root, now, note } = task.directory
  const { directory } = await verifyDirectory(p, utf8(note), { root, now })
  const content = EnvelopeContent.parse(task.seal.content)
  return {
    opened,
    entropies,
    mailbox: encodeBase64url(keys.mailboxHash),
    handlers: directory.handlers.length,
    sealed: encodeBase64url((await sealEnvelope(p, content, task.seal.recipients)).bytes),
  }
}

export interface BuiltTask {
  /** The address of a built sealing Worker. */
  readonly worker: string
  readonly deployment: { readonly origin: string; readonly root: string; readonly demo: boolean }
  readonly directory: VectorTask['directory']
  readonly words: readonly string[]
  /** Sealed files that a mailbox serves as replies. */
  readonly replies: readonly string[]
}

export interface BuiltResult {
  readonly primitives: string
  readonly directory: string
  readonly tokens: readonly string[]
  /** As JSON, null where it does not open. */
  readonly messages: readonly string[]
  readonly envelope: string
}

export async function runBuilt(task: BuiltTask): Promise<BuiltResult> {
  const { ask, end } = hireWorker(task.worker)
  try {
    const { primitives } = await ask('start', null)
    const { deployment, directory } = task
    const { note, now } = directory
    const served = { deployment, note: utf8(note), before: null, channel: 'web' as const, now }
    const opened = await ask('open', served)
    const tokens: string[] = []
    for (const words of task.words)
      tokens.push((await ask('enter', { words, pageLanguage: 'en' })).token)
    const hour = '2026-03-01T10:00:00Z'
    const view: MailboxView = {
      state: 'routed',
      program: null,
      team: null,
      received_at: hour,
      due_at: hour,
      overdue: false,
      hold: null,
      answered_at: null,
      coverage: 'unknown',
      directory_version: 1,
      replies: task.replies.map(sealed => ({ id: 'A'.repeat(22), sealed, at: hour })),
      older: false,
      additions: [],
    }
    const token = tokens[tokens.length - 1] ?? ''
    const { replies } = await ask('read', { served: view, token })
    const { body } = await ask('seal', {
      program: 'emergency',
      pageLanguage: 'en',
      answers: { situation: 'x' },
      entropy: new Uint8Array(16),
      id: null,
      now: directory.now,
    })
    return {
      primitives,
      directory: JSON.stringify(opened.directory),
      tokens,
      messages: replies.map(({ message }) => JSON.stringify(message)),
      envelope: IntakeRequest.parse(JSON.parse(body)).envelope,
    }
  } finally {
    end()
  }
}

/** A fresh Worker that is asked to read words: for that it needs its second script. @returns the token, or the fault */
export async function runSecond({
  worker,
  deployment,
  directory,
  words,
}: BuiltTask): Promise<string> {
  const { ask, end } = hireWorker(worker)
  try {
    await ask('start', null)
    const { note, now } = directory
    await ask('open', { deployment, note: utf8(note), before: null, channel: 'web', now })
    const asked = { words: words[0] ?? '', pageLanguage: 'en' }
    return await ask('enter', asked).then(
      ({ token }) => token,
      ({ message }: Error) => message,
    )
  } finally {
    end()
  }
}

Object.assign(globalThis, { runVectors, runBuilt, runSecond })
