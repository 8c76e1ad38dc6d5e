// The statements of a bundle (docs/protocol.md, "Bundle"): the content, signed by the handler who made it, and a chain of
// acts, each signed and bound to the one before, so that none can be changed, moved or taken out of the middle.
import {
  BundleAct,
  BundleContent,
  BundleFile,
  type BundleStatement,
} from '../../../schemas/bundle.js'
import { KhancapError } from '../../../schemas/problem.js'
import type { Primitives } from '../crypto/primitives.js'
import { decodeBase64url, encodeBase64url } from '../encoding/base64url.js'
import { concatBytes, utf8 } from '../encoding/bytes.js'

const labels = {
  content: utf8('khancap/v1/bundle\0'),
  act: utf8('khancap/v1/bundle-act\0'),
} as const

export interface Bundle {
  readonly file: BundleFile
  readonly content: BundleContent
  readonly acts: readonly BundleAct[]
}

/** What is signed: the label and the hash of the text, which may have millions of letters. */
async function signedBytes(p: Primitives, label: Uint8Array, text: string): Promise<Uint8Array> {
  return concatBytes(label, await p.sha256(utf8(text)))
}

async function sign(
  p: Primitives,
  seed: Uint8Array,
  label: Uint8Array,
  statement: object,
): Promise<BundleStatement> {
  const text = JSON.stringify(statement)
  return {
    text,
    key: encodeBase64url(p.ed25519PublicKey(seed)),
    signature: encodeBase64url(p.ed25519Sign(seed, await signedBytes(p, label, text))),
  }
}

/** Where the chain ends: the hash that the next act names. */
async function endOf(p: Primitives, file: BundleFile): Promise<string> {
  const last = file.acts.at(-1) ?? file.content
  return encodeBase64url(await p.sha256(utf8(last.text)))
}

/** A bundle without acts. @param seed of the handler's signing key */
export async function newBundle(
  p: Primitives,
  content: BundleContent,
  seed: Uint8Array,
): Promise<Bundle> {
  const file: BundleFile = {
    v: 1,
    kind: 'bundle_file',
    content: await sign(p, seed, labels.content, BundleContent.parse(content)),
    acts: [],
  }
  return { file, content, acts: [] }
}

/** The bundle with one more act at its end. @throws ZodError above 500 acts */
export async function withAct(
  p: Primitives,
  bundle: Bundle,
  done: Pick<BundleAct, 'at' | 'case' | 'envelope' | 'act'>,
  seed: Uint8Array,
): Promise<Bundle> {
  const act = BundleAct.parse({
    v: 1,
    kind: 'act',
    bundle: bundle.content.id,
    number: bundle.acts.length + 1,
    previous: await endOf(p, bundle.file),
    ...done,
  })
  const acts = [...bundle.file.acts, await sign(p, seed, labels.act, act)]
  return { ...bundle, file: { ...bundle.file, acts }, acts: [...bundle.acts, act] }
}

/**
 * Reads the text of a bundle and checks every signature.
 * @param keys signing keys of the handler, base64url: nobody else's statements count
 * @throws KhancapError `sealed_unreadable`
 */
export async function readBundle(
  p: Primitives,
  text: string,
  keys: readonly string[],
): Promise<Bundle> {
  try {
    const file = BundleFile.parse(JSON.parse(text))
    const verified = async (label: Uint8Array, statement: BundleStatement): Promise<unknown> => {
      const bytes = await signedBytes(p, label, statement.text)
      const [key, signature] = [
        decodeBase64url(statement.key),
        decodeBase64url(statement.signature),
      ]
      if (!keys.includes(statement.key) || !p.ed25519Verify(key, bytes, signature))
        throw new RangeError('a statement that the handler has not signed')
      return JSON.parse(statement.text)
    }
    const content = BundleContent.parse(await verified(labels.content, file.content))
    const acts: BundleAct[] = []
    for (const statement of file.acts) {
      const act = BundleAct.parse(await verified(labels.act, statement))
      const before = { ...file, acts: file.acts.slice(0, acts.length) }
      const fits =
        act.bundle === content.id &&
        act.number === acts.length + 1 &&
        // Each needs the hash of the one before.
        act.previous === (await endOf(p, before))
      if (!fits) throw new RangeError('an act out of its place')
      acts.push(act)
    }
    return { file, content, acts }
  } catch (cause) {
    throw new KhancapError('sealed_unreadable', { cause })
  }
}
