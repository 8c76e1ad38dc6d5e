// Makes the test vectors of docs/protocol.md from fixed bytes. A vector that was published is never changed: a new
// version of the protocol gets a new folder. README.md says where everything comes from.
import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Directory } from '../../schemas/directory.js'
import type { EnvelopeContent, LetterMessage } from '../../schemas/sealed.js'
import { signDirectory } from '../../keys/directory.js'
import { rootFingerprint } from '../../keys/root.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import type { Primitives } from '../../src/core/crypto/primitives.js'
import { wordLanguages } from '../../src/core/crypto/receipt-words.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { concatBytes, hex, utf8 } from '../../src/core/encoding/bytes.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { decodeIdentity, encodeIdentity, recipientOf } from '../../src/core/envelope/age-keys.js'
import { printContent } from '../../src/core/envelope/content.js'
import { contextStanza, encodeContext } from '../../src/core/envelope/context.js'
import { sealHeader, type Stanza } from '../../src/core/envelope/header.js'
import { parseHeader } from '../../src/core/envelope/parse-header.js'
import { makeGrant } from '../../src/core/envelope/open.js'
import { pad } from '../../src/core/envelope/padding.js'
import {
  sealAddition,
  type Sealed,
  sealEnvelope,
  sealLetter,
  sealNote,
  sealReply,
  sealSlip,
  wrapFileKey,
} from '../../src/core/envelope/seal.js'
import { sealPayload } from '../../src/core/envelope/stream.js'
import { letterKeys, letterName } from '../../src/core/mail/letter-name.js'
import { textEntity } from '../../src/core/mail/entity.js'
import { signRequest } from '../../src/core/http-signature/sign.js'
import { codeToWords, deriveReceiptKeys } from '../../src/core/receipt/code.js'
import { signAddition, signAnswer } from '../../src/core/receipt/proofs.js'
import { signReceipt } from '../../src/core/receipt/receipt.js'
import {
  sampleAddition,
  sampleContext,
  sampleNote,
  sampleOrigin,
  sampleProgram,
  sampleSlip,
} from '../helper/sample-content.js'

export type Vector = Readonly<Record<string, unknown>>

const base = await nodePrimitives()
const b64 = encodeBase64url

/** Bytes that look random and are always the same: SHA-256 of a name and a counter. */
function fixedBytes(name: string, count: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(count / 32) }, (_, at) =>
    createHash('sha256').update(`khancap test vector ${name} ${at}`).digest(),
  )
  return new Uint8Array(Buffer.concat(blocks).subarray(0, count))
}

/** Primitives whose random bytes are fixed, and a list of the draws that went into a file. */
function recorded(name: string): { p: Primitives; draws: Uint8Array[] } {
  const draws: Uint8Array[] = []
  let count = 0
  const p: Primitives = {
    ...base,
    random(bytes) {
      const drawn = fixedBytes(`${name} ${count++}`, bytes)
      // The self-test draws 32 bytes; no part of a file has that size.
      if (bytes !== 32) draws.push(drawn)
      return drawn
    },
  }
  return { p, draws }
}

const identityOf = (name: string) => encodeIdentity(fixedBytes(`identity ${name}`, 32))
const seedOf = (name: string) => fixedBytes(`seed ${name}`, 32)
const handler = identityOf('handler')
const router = identityOf('router')
const stranger = identityOf('stranger')
const handlerRecipient = recipientOf(base, handler)

const rootSeeds = ['root-a', 'root-b', 'root-c'].map(name => ({ name, seed: seedOf(name) }))
const receiptKey = { name: 'receipts', seed: seedOf('receipts') }
const publicKey = (key: { name: string; seed: Uint8Array }) => ({
  name: key.name,
  key: b64(base.ed25519PublicKey(key.seed)),
})
const validity = { valid_from: '2026-01-01T00:00:00Z', valid_until: null }
const directory: Directory = {
  v: 1,
  name: 'Test vectors',
  demo: false,
  origin: sampleOrigin,
  addresses: [sampleOrigin],
  sequence: 1,
  previous: null,
  valid_from: '2026-03-01T00:00:00Z',
  expires: '2026-05-30T00:00:00Z',
  minimum_client: 1,
  key_retention_days: 30,
  root: { threshold: 2, keys: rootSeeds.map(publicKey) },
  receipt_keys: [publicKey(receiptKey)],
  router: [{ recipient: recipientOf(base, router), ...validity }],
  teams: [
    { id: 'en', names: { en: 'English' } },
    { id: 'vi', names: { en: 'Vietnamese' } },
  ],
  handlers: [
    {
      id: 'en-1',
      recipients: [{ recipient: handlerRecipient, ...validity }],
      signing_keys: [{ key: b64(base.ed25519PublicKey(seedOf('handler'))), ...validity }],
      roles: ['handler'],
      teams: ['en', 'vi'],
      languages: ['en', 'vi'],
      ...validity,
    },
  ],
  programs: [sampleProgram],
}
const root = await rootFingerprint(base, directory.root)
const entropy = fixedBytes('receipt code', 16)
const codeKeys = await deriveReceiptKeys(base, entropy, { root, origin: sampleOrigin })

const content: EnvelopeContent = {
  v: 1,
  kind: 'envelope',
  program: 'emergency',
  form_version: 1,
  language: 'vi',
  page_language: 'vi',
  answers: {
    situation: 'Tôi cần được giúp đỡ ngay.',
    needs: ['shelter', 'lawyer'],
    phone: { way_out: 'prefer_not' },
  },
  promise: 'Chúng tôi trả lời trong vòng 48 giờ.',
  reply: {
    recipient: codeKeys.replyRecipient,
    key: b64(codeKeys.replyKey),
    addition_key: b64(codeKeys.additionKey),
  },
  attachments: [],
  context: sampleContext('envelope'),
}

/** The fixed values that went into a file, in the order in which they stand in it. */
function ingredients(draws: readonly Uint8Array[]) {
  return {
    file_key: b64(draws.find(drawn => drawn.length === 16) ?? new Uint8Array(0)),
    encapsulation_seeds: draws.filter(drawn => drawn.length === 64).map(b64),
    payload_nonce: b64(draws.filter(drawn => drawn.length === 16)[1] ?? new Uint8Array(0)),
  }
}

async function sealedVector(
  name: string,
  comment: string,
  identity: string,
  seal: (p: Primitives) => Promise<Sealed>,
  inside: { readonly kind: string; readonly context: Parameters<typeof encodeContext>[0] },
): Promise<Vector> {
  const { p, draws } = recorded(name)
  const sealed = await seal(p)
  return {
    comment,
    expect: 'success',
    kind: inside.kind,
    identity,
    recipient: recipientOf(base, identity),
    ...ingredients(draws),
    context: hex(encodeContext(inside.context)),
    content: inside,
    sealed: b64(sealed.bytes),
    sha256: b64(sealed.sha256),
  }
}

interface Parts {
  readonly fileKey: Uint8Array
  readonly stanzas: readonly Stanza[]
  readonly text: Uint8Array
}

/** Files that must be refused: the parts of a good one, with one mutation, under a true MAC. */
async function refusedVectors(): Promise<Record<string, Vector>> {
  const fileKey = fixedBytes('refused file key', 16)
  const nonce = fixedBytes('refused nonce', 16)
  const wrapped = await wrapFileKey(base, n => fixedBytes('refused seed', n), fileKey, [
    handlerRecipient,
  ])
  const good: Parts = {
    fileKey,
    stanzas: [...wrapped, contextStanza(content.context)],
    text: printContent('envelope', content),
  }
  const build = async (change: Partial<Parts>) => {
    const parts = { ...good, ...change }
    const header = await sealHeader(base, fileKey, parts.stanzas)
    return concatBytes(header, await sealPayload(base, fileKey, nonce, parts.text))
  }
  const file = await build({})
  const { length } = parseHeader(file)
  const json = new TextDecoder().decode(good.text).trimEnd()
  const text = (changed: string) => build({ text: pad('envelope', utf8(changed)) })
  const large = new Uint8Array(4352).fill(0x20)
  large.set(utf8(json))
  large[4351] = 0x0a
  const flipped = file.slice()
  // The second last letter of the MAC: A, or B where it is A.
  flipped[length - 3] = flipped[length - 3] === 0x41 ? 0x42 : 0x41
  const context = good.stanzas.slice(-1)
  const refused = (
    comment: string,
    stage: 'shape' | 'opening',
    bytes: Uint8Array,
    identity = handler,
  ) => ({
    comment,
    expect: 'refused',
    stage,
    kind: 'envelope',
    identity,
    sealed: b64(bytes),
  })
  const slip = await sealSlip(recorded('slip as envelope').p, sampleSlip(), handlerRecipient)
  return {
    envelope_mac_changed: refused('one letter of the header MAC is wrong', 'opening', flipped),
    envelope_context_missing: refused(
      'there is no context stanza',
      'shape',
      await build({ stanzas: wrapped }),
    ),
    envelope_context_first: refused(
      'the context stanza stands before the recipient',
      'shape',
      await build({ stanzas: [...context, ...wrapped] }),
    ),
    envelope_context_twice: refused(
      'there are two context stanzas',
      'shape',
      await build({ stanzas: [...good.stanzas, ...context] }),
    ),
    envelope_x25519_beside: refused(
      'a stanza of another kind stands beside the recipient',
      'shape',
      await build({
        stanzas: [{ args: ['X25519', 'A'.repeat(43)], body: new Uint8Array(32) }, ...good.stanzas],
      }),
    ),
    envelope_trailing_byte: refused(
      'a byte follows the last chunk',
      'shape',
      concatBytes(file, Uint8Array.of(0)),
    ),
    envelope_payload_changed: refused(
      'the last byte of the payload is wrong',
      'opening',
      file.map((byte, at) => (at === file.length - 1 ? byte ^ 1 : byte)),
    ),
    envelope_bucket_too_large: refused(
      'the padding is one bucket too large',
      'opening',
      await build({ text: large }),
    ),
    envelope_not_a_bucket: refused(
      'the text has 4097 bytes, which is no bucket',
      'shape',
      await build({ text: new Uint8Array(4097).fill(0x20) }),
    ),
    envelope_duplicate_key: refused(
      'a key stands twice',
      'opening',
      await text(json.replace('{"v":1,', '{"v":1,"v":1,')),
    ),
    envelope_unknown_key: refused(
      'a key is not known',
      'opening',
      await text(json.replace('{"v":1,', '{"v":1,"w":1,')),
    ),
    envelope_byte_order_mark: refused(
      'a byte order mark stands in front',
      'opening',
      await build({
        text: (() => {
          const marked = new Uint8Array(4096).fill(0x20)
          marked.set(utf8(`\ufeff${json}`))
          marked[4095] = 0x0a
          return marked
        })(),
      }),
    ),
    envelope_lone_surrogate: refused(
      'a string holds a lone surrogate',
      'opening',
      await text(json.replace('shelter', 'shelter\\ud800')),
    ),
    envelope_depth_seven: refused(
      'objects stand seven deep',
      'opening',
      await text(json.replace('"shelter"', '{"a":{"a":{"a":{"a":"x"}}}}')),
    ),
    envelope_context_differs: refused(
      'the context inside names another directory',
      'opening',
      await text(json.replace('"directory_sequence":3', '"directory_sequence":4')),
    ),
    envelope_is_a_slip: refused('a slip is presented as an envelope', 'opening', slip.bytes),
  }
}

const letterMessage: LetterMessage = {
  case: '0123456789abcdefghjkmnpqrs',
  reply: b64(fixedBytes('reply id', 16)),
  by: 'en-1',
  to: 'somebody@sender.example',
  subject: 'Trả lời: thư của bạn [case 0123-4567]',
  in_reply_to: '<second@sender.example>',
  references: ['<first@sender.example>', '<second@sender.example>'],
  entity: textEntity('Chúng tôi đã nhận.'),
}

/** A letter, its name, and one that somebody else has signed. */
async function letterVectors(): Promise<Record<string, Vector>> {
  const { p, draws } = recorded('letter')
  const context = sampleContext('letter')
  const recipient = recipientOf(base, router)
  const letter = await sealLetter(p, letterMessage, seedOf('handler'), context, recipient)
  const another: Primitives = {
    ...recorded('letter of another').p,
    ed25519Sign: (seed, text) =>
      base.ed25519Sign(b64(seed) === b64(seedOf('handler')) ? seedOf('stranger') : seed, text),
  }
  const forged = await sealLetter(another, letterMessage, seedOf('handler'), context, recipient)
  const id = 'b7d04c1e-90a1-4f5e-8c61-3a2e64d0f7a9'
  const [key] = await letterKeys(base, [router])
  if (key === undefined) throw new Error('a key expected')
  const { bytes, sha256 } = letter
  return {
    letter: {
      comment: 'a reply as it leaves by mail, signed by the handler of directory.json',
      expect: 'success',
      kind: 'letter',
      identity: router,
      recipient,
      ...ingredients(draws),
      context: hex(encodeContext(context)),
      writer_seed: b64(seedOf('handler')),
      writer_key: b64(base.ed25519PublicKey(seedOf('handler'))),
      message: letterMessage,
      id,
      name: await letterName(base, key, id),
      sealed: b64(bytes),
      sha256: b64(sha256),
    },
    letter_signed_by_another: {
      comment: 'the signature is not that of the key beside it',
      expect: 'refused',
      stage: 'opening',
      kind: 'letter',
      identity: router,
      sealed: b64(forged.bytes),
    },
  }
}

/** All vectors by name. */
export async function makeVectors(): Promise<Record<string, Vector>> {
  const envelope = await sealEnvelope(recorded('envelope').p, content, [handlerRecipient])
  const slip = { ...sampleSlip(), envelope: b64(envelope.sha256) }
  const addition = await sealAddition(recorded('addition').p, sampleAddition(), [handlerRecipient])
  const message = { text: 'Chúng tôi đã nhận.', language: 'vi', hour: '2026-03-02T11:00:00Z' }
  const replyContext = sampleContext('reply')
  const replyDraws = recorded('reply')
  const reply = await sealReply(replyDraws.p, message, content.reply, replyContext)
  const noteContext = sampleContext('note')
  const noteMessage = { ...sampleNote(), envelope: b64(envelope.sha256) }
  const teamNote = await sealNote(recorded('note').p, noteMessage, seedOf('handler'), noteContext, [
    handlerRecipient,
  ])
  const grantDraws = recorded('grant')
  const order = {
    caseId: '0123456789abcdefghjkmnpqrs',
    reader: 'en-2',
    recipient: recipientOf(base, stranger),
    seed: seedOf('handler'),
  }
  const grant = await makeGrant(grantDraws.p, [handler], envelope.bytes, order)
  if (grant === null) throw new Error('grant expected')
  const note = await signDirectory(base, directory, rootSeeds.slice(0, 2))
  const receiptContent = {
    origin: sampleOrigin,
    intake: b64(fixedBytes('intake', 16)),
    envelope: b64(envelope.sha256),
    slip: null,
    received: '2026-03-02T10:00:00Z',
    due: [{ program: 'emergency', by: '2026-03-04T11:00:00Z' }],
    directory: 1,
  }
  const request = {
    method: 'POST',
    url: `${sampleOrigin}/v1/cases/0123456789abcdefghjkmnpqrs/claim`,
    body: '{}',
    created: '2026-03-02T10:30:00Z',
    nonce: b64(fixedBytes('nonce', 16)),
  }
  const words: Record<string, string> = {}
  for (const language of wordLanguages)
    words[language] = (await codeToWords(entropy, language)).join(' ')
  const hour = '2026-03-02T11:00:00Z'

  return {
    envelope: await sealedVector(
      'envelope',
      'one recipient',
      handler,
      p => sealEnvelope(p, content, [handlerRecipient]),
      content,
    ),
    slip: await sealedVector(
      'slip',
      'goes with the envelope',
      router,
      p => sealSlip(p, slip, recipientOf(base, router)),
      slip,
    ),
    addition: {
      ...(await sealedVector(
        'addition',
        'signed with the addition key of the receipt code',
        handler,
        p => sealAddition(p, sampleAddition(), [handlerRecipient]),
        sampleAddition(),
      )),
      addition_seed: b64(codeKeys.additionSeed),
      addition_key: b64(codeKeys.additionKey),
      signature: b64(signAddition(base, codeKeys.additionSeed, addition.sha256)),
    },
    reply: {
      comment: 'to the reply recipient of the receipt code, with its reply key',
      expect: 'success',
      kind: 'reply',
      identity: codeKeys.replyIdentity,
      recipient: codeKeys.replyRecipient,
      reply_key: b64(codeKeys.replyKey),
      ...ingredients(replyDraws.draws),
      context: hex(encodeContext(replyContext)),
      message,
      sealed: b64(reply.bytes),
      sha256: b64(reply.sha256),
    },
    note: {
      comment: 'a note for the team, signed inside',
      expect: 'success',
      identity: handler,
      writer_seed: b64(seedOf('handler')),
      writer_key: b64(base.ed25519PublicKey(seedOf('handler'))),
      context: hex(encodeContext(noteContext)),
      message: noteMessage,
      sealed: b64(teamNote.bytes),
      sha256: b64(teamNote.sha256),
    },
    grant: {
      comment: 'lets a stranger read the envelope of envelope.json',
      expect: 'success',
      case: order.caseId,
      reader: order.reader,
      reader_identity: stranger,
      reader_recipient: order.recipient,
      encapsulation_seed: b64(
        grantDraws.draws.find(drawn => drawn.length === 64) ?? new Uint8Array(0),
      ),
      granter_seed: b64(order.seed),
      granter_key: b64(base.ed25519PublicKey(order.seed)),
      header: b64(grant.header),
      signature: b64(grant.signature),
    },
    'receipt-code': {
      comment: 'a code, its words, and the keys that it stands for on this deployment',
      entropy: b64(entropy),
      words,
      root,
      origin: sampleOrigin,
      reply_identity: codeKeys.replyIdentity,
      reply_seed: b64(decodeIdentity(codeKeys.replyIdentity)),
      reply_recipient: codeKeys.replyRecipient,
      reply_key: b64(codeKeys.replyKey),
      mailbox_token: b64(codeKeys.mailboxToken),
      mailbox: b64(codeKeys.mailboxHash),
      addition_seed: b64(codeKeys.additionSeed),
      addition_key: b64(codeKeys.additionKey),
    },
    directory: {
      comment: 'signed by two of three',
      seeds: Object.fromEntries(rootSeeds.map(({ name, seed }) => [name, b64(seed)])),
      root,
      now: '2026-03-10T00:00:00Z',
      directory,
      note: new TextDecoder().decode(note),
      sha256: b64(await base.sha256(note)),
    },
    receipt: {
      comment: 'verifies with the receipt key of directory.json',
      seed: b64(receiptKey.seed),
      content: receiptContent,
      note: await signReceipt(base, receiptContent, receiptKey),
    },
    answer: {
      comment: 'a handler says that the envelope of envelope.json was answered in this hour',
      seed: b64(seedOf('handler')),
      key: b64(base.ed25519PublicKey(seedOf('handler'))),
      envelope_sha256: b64(envelope.sha256),
      hour,
      signature: b64(signAnswer(base, seedOf('handler'), envelope.sha256, hour)),
    },
    'http-signature': {
      comment: 'a claim by the handler of directory.json',
      seed: b64(seedOf('handler')),
      ...request,
      headers: await signRequest(base, {
        ...request,
        body: utf8(request.body),
        created: parseTimestamp(request.created),
        seed: seedOf('handler'),
      }),
    },
    ...(await letterVectors()),
    ...(await refusedVectors()),
    envelope_for_a_stranger: {
      comment: 'the file is whole, but for somebody else',
      expect: 'no match',
      kind: 'envelope',
      identity: stranger,
      sealed: b64(envelope.bytes),
    },
  }
}

export const vectorFolder = (root: string) => join(root, 'test', 'vectors', 'v1')

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = vectorFolder(process.cwd())
  await mkdir(folder, { recursive: true })
  for (const [name, vector] of Object.entries(await makeVectors()))
    await writeFile(join(folder, `${name}.json`), `${JSON.stringify(vector, null, 2)}\n`)
}
