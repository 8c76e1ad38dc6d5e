// The published vectors of the protocol (test/vectors/v1): made by their generator and by nothing else, and the same
// through every set of primitives. docs/protocol.md, "Test vectors".
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Decrypter } from 'age-encryption'
import t from 'tap'
import * as z from 'zod'
import { Directory } from '../../schemas/directory.js'
import {
  AdditionContent,
  EnvelopeContent,
  LetterMessage,
  NoteMessage,
  ReplyMessage,
  SlipContent,
} from '../../schemas/sealed.js'
import { readDirectory, signDirectory, verifyDirectory } from '../../keys/directory.js'
import { libsodiumPrimitives } from '../../src/core/crypto/libsodium.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { purePrimitives } from '../../src/core/crypto/pure.js'
import { wordLanguages } from '../../src/core/crypto/receipt-words.js'
import { decodeBase64url, encodeBase64url } from '../../src/core/encoding/base64url.js'
import { hex, utf8 } from '../../src/core/encoding/bytes.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { encodeContext } from '../../src/core/envelope/context.js'
import { verifyGrant } from '../../src/core/envelope/grant.js'
import { inspectSealed } from '../../src/core/envelope/inspect.js'
import {
  openAddition,
  openEnvelope,
  openLetter,
  openNote,
  openReply,
  openSlip,
} from '../../src/core/envelope/open.js'
import { letterKeys, letterName, letterNamed } from '../../src/core/mail/letter-name.js'
import { signRequest } from '../../src/core/http-signature/sign.js'
import { expectBody, readSignature } from '../../src/core/http-signature/verify.js'
import { deriveReceiptKeys } from '../../src/core/receipt/code.js'
import { wordsToCode } from '../../src/core/receipt/read-words.js'
import { signAnswer, verifyAddition, verifyAnswer } from '../../src/core/receipt/proofs.js'
import { signReceipt, verifyReceipt } from '../../src/core/receipt/receipt.js'
import { ReceiptContent } from '../../schemas/receipt.js'
import { makeVectors, vectorFolder } from '../vectors/generate.js'

t.setTimeout(180_000)

const folder = vectorFolder(process.cwd())
const names = (await readdir(folder)).filter(name => name.endsWith('.json')).toSorted()
const stored = new Map<string, Record<string, unknown>>()
for (const name of names) {
  const text = await readFile(join(folder, name), 'utf8')
  stored.set(name.replace('.json', ''), z.record(z.string(), z.unknown()).parse(JSON.parse(text)))
}

function text(name: string, field: string): string {
  return z.string().parse(stored.get(name)?.[field])
}
const bytes = (name: string, field: string) => decodeBase64url(text(name, field))
const origin = 'https://help.example.org'

await t.test('the files are what the generator makes', async t => {
  const made = await makeVectors()
  t.same([...stored.keys()].toSorted(), Object.keys(made).toSorted())
  for (const [name, vector] of Object.entries(made))
    t.same(stored.get(name), JSON.parse(JSON.stringify(vector)), name)
})

const node = await nodePrimitives()
for (const p of [node, await libsodiumPrimitives(), purePrimitives()])
  await t.test(`${p.name}: every vector`, async t => {
    const identities = (name: string) => [text(name, 'identity')]
    const open = {
      envelope: (name: string) =>
        openEnvelope(p, identities(name), bytes(name, 'sealed'), { origin, kind: 'envelope' }),
      slip: (name: string) =>
        openSlip(p, identities(name), bytes(name, 'sealed'), { origin, kind: 'slip' }),
      addition: (name: string) =>
        openAddition(p, identities(name), bytes(name, 'sealed'), { origin, kind: 'addition' }),
    }
    const schemas = { envelope: EnvelopeContent, slip: SlipContent, addition: AdditionContent }
    for (const name of ['envelope', 'slip', 'addition'] as const) {
      const content = schemas[name].parse(stored.get(name)?.['content'])
      t.same(await open[name](name), content, name)
      t.same(inspectSealed(bytes(name, 'sealed')), { context: content.context, recipients: 1 })
      t.equal(hex(encodeContext(content.context)), text(name, 'context'))
      t.same(await p.sha256(bytes(name, 'sealed')), bytes(name, 'sha256'))
    }

    const message = ReplyMessage.parse(stored.get('reply')?.['message'])
    const key = bytes('reply', 'reply_key')
    const expected = { origin, kind: 'reply' } as const
    t.same(
      await openReply(p, identities('reply'), bytes('reply', 'sealed'), key, expected),
      message,
    )

    const forTeam = { origin, kind: 'note' } as const
    t.same(await openNote(p, identities('note'), bytes('note', 'sealed'), forTeam), {
      ...NoteMessage.parse(stored.get('note')?.['message']),
      key: text('note', 'writer_key'),
    })

    const letter = (name: string) =>
      openLetter(p, identities(name), bytes(name, 'sealed'), { origin, kind: 'letter' })
    t.same(await letter('letter'), {
      ...LetterMessage.parse(stored.get('letter')?.['message']),
      key: text('letter', 'writer_key'),
    })
    t.same(await p.sha256(bytes('letter', 'sealed')), bytes('letter', 'sha256'))
    const [nameKey] = await letterKeys(p, identities('letter'))
    if (nameKey === undefined) throw new Error('a key expected')
    t.equal(await letterName(p, nameKey, text('letter', 'id')), text('letter', 'name'))
    t.equal(await letterNamed(p, [nameKey], text('letter', 'name')), text('letter', 'id'))

    const header = bytes('grant', 'header')
    const envelope = bytes('envelope', 'sealed')
    t.same(
      await openEnvelope(
        p,
        [text('grant', 'reader_identity')],
        envelope,
        { origin, kind: 'envelope' },
        [header],
      ),
      stored.get('envelope')?.['content'],
    )
    const claim = {
      caseId: text('grant', 'case'),
      envelopeSha256: bytes('envelope', 'sha256'),
      header,
      reader: text('grant', 'reader'),
    }
    t.ok(await verifyGrant(p, claim, bytes('grant', 'granter_key'), bytes('grant', 'signature')))

    const additionHash = await p.sha256(bytes('addition', 'sealed'))
    const additionKey = bytes('addition', 'addition_key')
    t.ok(verifyAddition(p, additionKey, additionHash, bytes('addition', 'signature')))
    const [hash, hour] = [bytes('answer', 'envelope_sha256'), text('answer', 'hour')]
    t.ok(verifyAnswer(p, bytes('answer', 'key'), hash, hour, bytes('answer', 'signature')))
    t.same(signAnswer(p, bytes('answer', 'seed'), hash, hour), bytes('answer', 'signature'))

    const code = 'receipt-code'
    const keys = await deriveReceiptKeys(p, bytes(code, 'entropy'), {
      root: text(code, 'root'),
      origin: text(code, 'origin'),
    })
    t.equal(keys.replyIdentity, text(code, 'reply_identity'))
    t.equal(keys.replyRecipient, text(code, 'reply_recipient'))
    t.same(keys.replyKey, bytes(code, 'reply_key'))
    t.same(keys.mailboxToken, bytes(code, 'mailbox_token'))
    t.same(keys.mailboxHash, bytes(code, 'mailbox'))
    t.same(keys.additionSeed, bytes(code, 'addition_seed'))
    t.same(keys.additionKey, bytes(code, 'addition_key'))
    const words = z.record(z.string(), z.string()).parse(stored.get(code)?.['words'])
    t.same(Object.keys(words), wordLanguages)
    for (const language of wordLanguages) {
      const read = await wordsToCode(words[language] ?? '', language)
      t.equal(encodeBase64url(read.entropy), text(code, 'entropy'), language)
    }

    const note = utf8(text('directory', 'note'))
    const now = parseTimestamp(text('directory', 'now'))
    const verified = await verifyDirectory(p, note, { root: text('directory', 'root'), now })
    t.same(verified.directory, stored.get('directory')?.['directory'])
    t.same(verified.sha256, bytes('directory', 'sha256'))
    const seeds = z.record(z.string(), z.string()).parse(stored.get('directory')?.['seeds'])
    const signers = ['root-a', 'root-b'].map(name => ({
      name,
      seed: decodeBase64url(seeds[name] ?? ''),
    }))
    t.same(await signDirectory(p, Directory.parse(verified.directory), signers), note)

    const receipt = ReceiptContent.parse(stored.get('receipt')?.['content'])
    t.same(await verifyReceipt(p, text('receipt', 'note'), readDirectory(note)), receipt)
    const receiptKey = { name: 'receipts', seed: bytes('receipt', 'seed') }
    t.equal(await signReceipt(p, receipt, receiptKey), text('receipt', 'note'))

    const signature = 'http-signature'
    const headers = z.record(z.string(), z.string()).parse(stored.get(signature)?.['headers'])
    const request = {
      method: text(signature, 'method'),
      url: text(signature, 'url'),
      body: utf8(text(signature, 'body')),
      created: parseTimestamp(text(signature, 'created')),
      nonce: text(signature, 'nonce'),
    }
    t.same(await signRequest(p, { ...request, seed: bytes(signature, 'seed') }), headers)
    const claimed = readSignature(
      {
        signature: headers['signature'],
        signatureInput: headers['signature-input'],
        contentDigest: headers['content-digest'],
        contentType: headers['content-type'],
      },
      { method: request.method, targetUris: [request.url] },
      p,
    )
    await expectBody(claimed, request.body, p)
    t.equal(claimed.created, request.created)

    let refused = 0
    for (const [name, vector] of stored) {
      if (vector['expect'] === 'no match') t.equal(await open.envelope(name), null, name)
      if (vector['expect'] !== 'refused') continue
      refused++
      const opening: Promise<unknown> =
        vector['kind'] === 'letter' ? letter(name) : open.envelope(name)
      await t.rejects(opening, { code: 'sealed_unreadable' }, name)
      const inspect = () => inspectSealed(bytes(name, 'sealed'))
      if (vector['stage'] === 'shape') t.throws(inspect, { code: 'envelope_malformed' }, name)
      else t.doesNotThrow(inspect, name)
    }
    t.equal(refused, 17)
  })

await t.test('age-encryption opens every file that is expected to open', async t => {
  for (const [name, vector] of stored) {
    if (vector['expect'] !== 'success' || vector['sealed'] === undefined) continue
    const decrypter = new Decrypter()
    decrypter.addIdentity(text(name, 'identity'))
    const opened: unknown = JSON.parse(await decrypter.decrypt(bytes(name, 'sealed'), 'text'))
    if (!['reply', 'note', 'letter'].includes(name)) t.same(opened, vector['content'], name)
    else t.match(opened, { v: 1, kind: name, message: JSON.stringify(vector['message']) })
  }
})
