// What runs in a real browser for the vectors: opens, refuses, derives and seals with the browser's own sets of
// primitives. Bundled by test/browser/vectors.test.ts.
import { EnvelopeContent } from '../../schemas/sealed.js'
import { verifyDirectory } from '../../keys/directory.js'
import { libsodiumPrimitives } from '../../src/core/crypto/libsodium.js'
import { purePrimitives } from '../../src/core/crypto/pure.js'
import { selfTest } from '../../src/core/crypto/self-test.js'
import { decodeBase64url, encodeBase64url } from '../../src/core/encoding/base64url.js'
import { utf8 } from '../../src/core/encoding/bytes.js'
import { openAddition, openEnvelope, openSlip } from '../../src/core/envelope/open.js'
import { sealEnvelope } from '../../src/core/envelope/seal.js'
import { deriveReceiptKeys, wordsToCode } from '../../src/core/receipt/code.js'

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

Object.assign(globalThis, { runVectors })
