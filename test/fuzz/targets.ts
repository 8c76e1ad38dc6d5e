// The parsers that read what strangers send, each with seeds, the words of its format, and what must hold: it gives back
// the same bytes, or refuses with the error that it promises. Anything else is a finding.
import { deepStrictEqual } from 'node:assert/strict'
import * as z from 'zod'
import { directoryFaults } from '../../keys/directory-rules.js'
import { readDirectory, signDirectory } from '../../keys/directory.js'
import { printIdentity, readIdentity } from '../../keys/identity.js'
import { readNote } from '../../keys/note.js'
import { KhancapError, type ProblemCode } from '../../schemas/problem.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import type { Primitives } from '../../src/core/crypto/primitives.js'
import { beforeHistory, printAnchor, readAnchor } from '../../src/core/case/anchor.js'
import { wordLanguages } from '../../src/core/crypto/receipt-words.js'
import {
  encodeBase64,
  encodeBase64Bare,
  encodeBase64url,
} from '../../src/core/encoding/base64url.js'
import { concatBytes, equalBytes, fromUtf8, utf8 } from '../../src/core/encoding/bytes.js'
import { parseStrictJson, printStrictJson } from '../../src/core/encoding/strict-json.js'
import { decodeIdentity, encodeIdentity, recipientOf } from '../../src/core/envelope/age-keys.js'
import { decodeArmor } from '../../src/core/envelope/armor.js'
import { maxContentDepth, printContent, readContent } from '../../src/core/envelope/content.js'
import { decodeContext, encodeContext } from '../../src/core/envelope/context.js'
import { parseHeader } from '../../src/core/envelope/parse-header.js'
import { printRequestFile, readRequestFile } from '../../src/core/envelope/request-file.js'
import { inspectSealed } from '../../src/core/envelope/inspect.js'
import { pad } from '../../src/core/envelope/padding.js'
import { sealEnvelope, sealSlip } from '../../src/core/envelope/seal.js'
import { printParams } from '../../src/core/http-signature/profile.js'
import { signRequest } from '../../src/core/http-signature/sign.js'
import { readSignature } from '../../src/core/http-signature/verify.js'
import { codeToWords } from '../../src/core/receipt/code.js'
import { wordReader } from '../../src/core/receipt/read-words.js'
import { signReceipt, verifyReceipt } from '../../src/core/receipt/receipt.js'
import {
  sampleContext,
  sampleEnvelope,
  sampleOrganisation,
  sampleSlip,
} from '../helper/sample-content.js'

export interface Target {
  readonly name: string
  readonly seeds: readonly Uint8Array[]
  readonly words: readonly string[]
  readonly maxBytes: number
  /** @returns whether the input was taken; throws a Finding where what must hold does not */
  run(input: Uint8Array): boolean | Promise<boolean>
}

/** What a parser must never do. */
export class Finding extends Error {}

function hold(what: string, isTrue: boolean): void {
  if (!isTrue) throw new Finding(what)
}

/** Errors by which the parts of core refuse; a TypeError only from the decoder of UTF-8. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof SyntaxError ||
    error instanceof RangeError ||
    error instanceof z.ZodError ||
    (error instanceof TypeError &&
      'code' in error &&
      error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
  )
}

function isProblem(error: unknown, code: ProblemCode): boolean {
  return error instanceof KhancapError && error.code === code
}

/** A stack that ran out is a RangeError too, and never a refusal. */
function isExhausted(error: unknown): boolean {
  const cause = error instanceof KhancapError ? error.cause : error
  return (
    cause instanceof RangeError && /call stack|Invalid (array|string) length/.test(cause.message)
  )
}

/** @returns null where it was refused as promised */
function read<T>(parse: () => T, isPromised: (error: unknown) => boolean): T | null {
  try {
    return parse()
  } catch (error) {
    if (isPromised(error) && !isExhausted(error)) return null
    throw new Finding(`an error that was not promised: ${String(error)}`, { cause: error })
  }
}

async function readLater<T>(
  parse: () => Promise<T>,
  isPromised: (error: unknown) => boolean,
): Promise<T | null> {
  return parse().catch((error: unknown) => {
    if (isPromised(error) && !isExhausted(error)) return null
    throw new Finding(`an error that was not promised: ${String(error)}`, { cause: error })
  })
}

/** Random bytes that are the same in every run, so that a seed gives the same run. */
export function fixedPrimitives(p: Primitives): Primitives {
  let count = 0
  return {
    ...p,
    random(bytes) {
      const drawn = new Uint8Array(bytes)
      let state = 0x9e3779b9 ^ ++count
      for (let at = 0; at < bytes; at++) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
        drawn[at] = state >>> 24
      }
      return drawn
    },
  }
}

/** Words as they stand, bars between them. */
const listed = (...rows: readonly string[]) => rows.flatMap(row => row.split('|'))

/** The text of UTF-8, or null: what arrives as text has been decoded by others. */
function textOf(input: Uint8Array): string | null {
  try {
    return fromUtf8(input)
  } catch {
    return null
  }
}

function printHeader({ stanzas, mac }: ReturnType<typeof parseHeader>): Uint8Array {
  const lines = ['age-encryption.org/v1']
  for (const { args, body } of stanzas) {
    lines.push(`-> ${args.join(' ')}`)
    const text = encodeBase64Bare(body)
    for (let at = 0; at <= text.length; at += 64) lines.push(text.slice(at, at + 64))
  }
  return utf8(`${lines.join('\n')}\n--- ${encodeBase64Bare(mac)}\n`)
}

export async function targets(): Promise<Target[]> {
  const p = fixedPrimitives(await nodePrimitives())
  /** Every signature verifies: what stands behind it is what is tried. */
  const trusting: Primitives = { ...p, ed25519Verify: () => true }
  const identity = encodeIdentity(new Uint8Array(32).fill(5))
  const recipient = recipientOf(p, identity)
  const content = sampleEnvelope(p, recipient)
  const organisation = sampleOrganisation(p)
  const envelope = await sealEnvelope(p, content, [recipient])
  const slip = await sealSlip(p, sampleSlip(), recipient)
  const header = (bytes: Uint8Array) => bytes.subarray(0, parseHeader(bytes).length)
  const context = sampleContext('envelope')
  const texts = (list: readonly string[]) => list.map(text => utf8(text))

  const ageHeader: Target = {
    name: 'age-header',
    seeds: [
      header(slip.bytes),
      header(envelope.bytes),
      slip.bytes,
      utf8(`age-encryption.org/v1\n-> X a\nAAAA\n--- ${'A'.repeat(43)}\n`),
      utf8(
        `age-encryption.org/v1\n-> a\n\n-> b c d\n${'A'.repeat(64)}\n\n--- ${'A'.repeat(43)}\nx`,
      ),
    ],
    words: listed(
      '-> |---|--- |\n|\r\n| |=',
      'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
      'age-encryption.org/v1\n',
    ),
    maxBytes: 200_000,
    run(input) {
      read(
        () => inspectSealed(input),
        error => isProblem(error, 'envelope_malformed'),
      )
      const parsed = read(() => parseHeader(input), isRefusal)
      if (parsed === null) return false
      hold('the same bytes', equalBytes(printHeader(parsed), input.subarray(0, parsed.length)))
      hold('a MAC of 32 bytes', parsed.mac.length === 32 && parsed.length <= 131_072)
      const covered = fromUtf8(parsed.covered)
      hold(
        'the MAC covers all before it',
        covered.endsWith('\n---') && input.length >= covered.length,
      )
      return true
    },
  }

  const contextBytes: Target = {
    name: 'context',
    seeds: (['envelope', 'slip', 'addition', 'reply', 'note'] as const).map(kind =>
      encodeContext(sampleContext(kind)),
    ),
    words: listed('https://|http://|http://[::1]:8480|:65535|.|\u0001|\u0005'),
    maxBytes: 4096,
    run(input) {
      const parsed = read(() => decodeContext(input), isRefusal)
      if (parsed === null) return false
      hold('the same bytes', equalBytes(encodeContext(parsed), input))
      return true
    },
  }

  const json: Target = {
    name: 'plaintext-json',
    seeds: [
      utf8(printStrictJson(content)),
      ...texts([
        '{"a":[1,2.5,-0,1e3,true,false,null,"\\u00e9\\ud83d\\ude00"],"b":{"c":{"d":[]}}}',
        '[[[[[[1]]]]]]',
        '{"__proto__x":1,"constructor":2,"toString":"\\"\\\\\\/\\b\\f\\n\\r\\t"}',
        ' {\t"x" : [ ] }\r\n',
      ]),
    ],
    words: listed(
      '{|}|[|]|,|:|"|""|"__proto__"|\\ud800|\\udc00|\\u0000|{}|[]|null|true|-|e5|1e400',
      '\ufeff|"a":1,|\\|\\u00|"v":1',
    ),
    maxBytes: 100_000,
    run(input) {
      const text = textOf(input)
      if (text === null) return false
      const parsed = read(
        () => ({ value: parseStrictJson(text, maxContentDepth) }),
        error => error instanceof SyntaxError,
      )
      const padded = read(() => pad('envelope', input), isRefusal)
      const whole = padded && read(() => readContent('envelope', padded, context), isRefusal)
      hold('a content is JSON', whole === null || parsed !== null)
      if (parsed === null) return false
      deepStrictEqual(parsed.value, JSON.parse(text), 'as the platform reads it')
      const again = parseStrictJson(printStrictJson(parsed.value), maxContentDepth)
      // Text has no minus zero.
      deepStrictEqual(JSON.stringify(again), JSON.stringify(parsed.value), 'printed and read again')
      if (whole !== null)
        deepStrictEqual(readContent('envelope', printContent('envelope', whole), context), whole)
      return true
    },
  }

  const slipContext = sampleContext('slip')
  const slipText: Target = {
    name: 'slip',
    seeds: [
      printContent('slip', sampleSlip()),
      printContent('slip', {
        ...sampleSlip(),
        country: 'unknown',
        region: 'TH-10',
        urgency: null,
        deadline: '2026-03-01T10:00:00Z',
      }),
    ],
    words: listed('null|"unknown"|"TH"| |\n|}|{|"v":1,|"other"|"2026-02-31T10:00:00Z"'),
    maxBytes: 4096,
    run(input) {
      const parsed = read(() => readContent('slip', input, slipContext), isRefusal)
      if (parsed === null) return false
      hold('one size', input.length === 512)
      deepStrictEqual(readContent('slip', printContent('slip', parsed), slipContext), parsed)
      return true
    },
  }

  const small = { ...organisation.directory, handlers: organisation.directory.handlers.slice(0, 1) }
  const note = await signDirectory(p, small, organisation.roots)
  const directoryNote: Target = {
    name: 'directory-note',
    seeds: [note, utf8(`a\n\n\u2014 b ${encodeBase64(new Uint8Array(68))}\n`)],
    words: listed(
      '\n|\n\n|\u2014 |\u2014 root-a |=|==|{}|[]|null|"sequence":2|"previous":null',
      '"2026-02-31T00:00:00Z"|"threshold":3|age1pq1|https://help.example.org',
    ),
    maxBytes: 100_000,
    run(input) {
      const text = textOf(input)
      const directory = read(
        () => readDirectory(input),
        error => isProblem(error, 'directory_invalid'),
      )
      const signed =
        text === null
          ? null
          : read(
              () => readNote(text),
              error => isRefusal(error),
            )
      if (signed !== null) {
        const lines = signed.signatures.map(
          ({ name, keyId, signature }) =>
            `\u2014 ${name} ${encodeBase64(concatBytes(keyId, signature))}\n`,
        )
        hold('the same bytes', `${signed.text}\n${lines.join('')}` === text)
      }
      if (directory === null) return false
      directoryFaults(directory)
      const body = `khancap/v1/directory\n${directory.origin}\n${printStrictJson(directory)}\n`
      deepStrictEqual(readDirectory(utf8(`${body}\n\u2014 a AAAAAAAA\n`)), directory)
      return true
    },
  }

  const receipt = {
    origin: organisation.directory.origin,
    intake: encodeBase64url(new Uint8Array(16).fill(1)),
    envelope: encodeBase64url(new Uint8Array(32).fill(2)),
    slip: encodeBase64url(new Uint8Array(32).fill(3)),
    received: '2026-03-02T10:00:00Z',
    due: [
      { program: 'emergency', by: '2026-03-04T10:00:00Z' },
      { program: 'pil', by: '2026-03-05T10:00:00Z' },
    ],
    directory: 1,
  }
  const receiptNotes = [
    await signReceipt(p, receipt, organisation.receipt),
    await signReceipt(p, { ...receipt, slip: null, directory: 999 }, organisation.receipt),
  ]
  const receiptNote: Target = {
    name: 'receipt-note',
    seeds: texts(receiptNotes),
    words: listed(
      '\n|\n\n| |-|slip -|directory 01|directory 1e0|directory +1|0|received |due ',
      'khancap/v1/receipt|2026-02-31T10:00:00Z|\u2014 receipts ',
    ),
    maxBytes: 8192,
    async run(input) {
      const text = textOf(input)
      if (text === null) return false
      const content = await readLater(
        () => verifyReceipt(trusting, text, organisation.directory),
        error => isProblem(error, 'receipt_invalid'),
      )
      if (content === null) return false
      const made = await signReceipt(p, content, organisation.receipt)
      const body = (of: string) => of.slice(0, of.lastIndexOf('\n\n'))
      hold('the same lines', body(made) === body(text))
      return true
    },
  }

  const readWords = wordReader()
  const codes = await Promise.all(
    wordLanguages.flatMap(language =>
      [0, 77, 255].map(async byte =>
        (await codeToWords(new Uint8Array(16).fill(byte), language)).join(' '),
      ),
    ),
  )
  const receiptWords: Target = {
    name: 'receipt-words',
    seeds: [...texts(codes), utf8((codes[8] ?? '').replace(/ /g, ''))],
    words: listed(
      'abandon|zoo|abaisser|zoologie|的|歇|、|。|,|\u00a0|\u3000|\u0301|\ufb01|İ|ß|\u200b',
      'ABANDON| ',
    ),
    maxBytes: 20_000,
    async run(input) {
      const text = textOf(input)
      if (text === null) return false
      const code = await readLater(
        () => readWords(text),
        error => isProblem(error, 'receipt_code_invalid'),
      )
      if (code === null) return false
      hold('sixteen bytes', code.entropy.length === 16)
      const words = await codeToWords(code.entropy, code.language)
      deepStrictEqual(await readWords(words.join(' '), code.language), code)
      return true
    },
  }

  const url = 'https://help.example.org/v1/cases/0123456789abcdefghjkmnpqrs/claim'
  const body = utf8('{}')
  const fields = await signRequest(p, {
    method: 'POST',
    url,
    body,
    seed: new Uint8Array(32).fill(4),
    created: 1_772_447_400_000,
    nonce: encodeBase64url(new Uint8Array(16).fill(6)),
  })
  const signatureHeaders: Target = {
    name: 'signature-headers',
    seeds: texts([
      ['signature-input', 'signature', 'content-digest', 'content-type']
        .map(name => fields[name] ?? '')
        .join('\n'),
    ]),
    words: listed(
      'khancap=|sig1=|("@method")|;created=1|;created=01|;expires=1|;nonce=""',
      ';alg="rsa"|;keyid="a"|:|==| |"|\n|, |sha-512=:|;tag="x"|999999999999',
    ),
    maxBytes: 20_000,
    run(input) {
      const text = textOf(input)
      if (text === null) return false
      const [signatureInput, signature, contentDigest, contentType] = text.split('\n')
      const claim = read(
        () =>
          readSignature(
            { signatureInput, signature, contentDigest, contentType },
            { method: 'POST', targetUris: [url] },
            trusting,
          ),
        error => isProblem(error, 'signature_invalid') || isProblem(error, 'signature_missing'),
      )
      if (claim === null) return false
      const { created, nonce, key } = claim
      const params = { created: created / 1000, nonce, keyId: encodeBase64url(key) }
      hold('the same parameters', signatureInput === `khancap=${printParams(params)}`)
      hold('the same signature', signature === `khancap=:${encodeBase64(claim.signature)}:`)
      hold('the same digest', contentDigest === claim.digest)
      hold('the type', contentType === 'application/json')
      return true
    },
  }

  const armored = (bytes: Uint8Array, lineEnd: string) => {
    const lines = encodeBase64(bytes).match(/.{1,64}/g) ?? []
    const all = ['-----BEGIN AGE ENCRYPTED FILE-----', ...lines, '-----END AGE ENCRYPTED FILE-----']
    return utf8(`${all.join(lineEnd)}${lineEnd}`)
  }
  const armor: Target = {
    name: 'armor',
    seeds: [
      armored(slip.bytes.subarray(0, 300), '\n'),
      armored(slip.bytes.subarray(0, 96), '\r\n'),
      armored(new Uint8Array(1), '\n'),
    ],
    words: listed(
      '-----BEGIN AGE ENCRYPTED FILE-----|-----END AGE ENCRYPTED FILE-----|\n|\r\n|=',
      '==| |\t|AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA|\n\n',
      '-----',
    ),
    maxBytes: 100_000,
    run(input) {
      const bytes = read(() => decodeArmor(input), isRefusal)
      if (bytes === null) return false
      const text = Buffer.from(input).toString('latin1').trim().replaceAll('\r\n', '\n')
      hold('the same letters', Buffer.from(armored(bytes, '\n')).toString().trim() === text)
      return true
    },
  }

  const carried = {
    id: encodeBase64url(new Uint8Array(16).fill(3)),
    directorySequence: 3,
    mailbox: new Uint8Array(32).fill(4),
    envelope: new Uint8Array(40).fill(5),
  }
  const requestFile: Target = {
    name: 'request-file',
    seeds: [
      await printRequestFile(p, { ...carried, slip: new Uint8Array(9).fill(6) }),
      await printRequestFile(p, { ...carried, slip: null }),
    ],
    words: listed('sealed-request/1|\0\0\0\0|\0\0\0\x28', 'sealed-request/2'),
    maxBytes: 1000,
    async run(input) {
      // The checksum is made right: what is behind it is looked at too.
      const isSeed = (await readRequestFile(p, input)) !== null
      const body = isSeed ? input.subarray(0, -32) : input
      const request = await readRequestFile(p, concatBytes(body, await p.sha256(body)))
      if (request === null) return false
      const printed = await printRequestFile(p, request)
      hold('the same bytes', equalBytes(printed.subarray(0, -32), body))
      return true
    },
  }

  const key = { handler: 'vi-1', opening: [identity], signing: [new Uint8Array(32).fill(8)] }
  const identityFile: Target = {
    name: 'identity-file',
    seeds: texts([printIdentity(p, key)]),
    words: listed(
      '\n|\r\n|# handler: |# signing seed: |# recipient: |#|AGE-SECRET-KEY-PQ-1',
      'KHANCAP-SEED-1|vi-2| ',
    ),
    maxBytes: 20_000,
    run(input) {
      const text = textOf(input)
      if (text === null) return false
      const parsed = read(
        () => readIdentity(text),
        error => isProblem(error, 'identity_malformed'),
      )
      if (parsed === null) return false
      for (const opening of parsed.opening) hold('a seed', decodeIdentity(opening).length === 32)
      deepStrictEqual(readIdentity(printIdentity(p, parsed)), parsed)
      return true
    },
  }

  const hash = encodeBase64url(new Uint8Array(32).fill(9))
  const anchors = [[], [hash], [hash, hash, beforeHistory]].map((parts, at) =>
    printAnchor({
      after: beforeHistory,
      directory: 12,
      envelope: hash,
      parts,
      detail: ['applicant_asked 2026-11-25T08:30:00Z', null, 'vietnam'][at] ?? null,
    }),
  )
  const actQuery: Target = {
    name: 'act-query',
    seeds: texts(anchors.map(anchor => `?${anchor}`)),
    words: listed(
      '?|&|after=|directory=|envelope=|part=|detail=|+|:|.|..|-|_|=|%41|1000000001|0|999999999',
    ),
    maxBytes: 8192,
    run(input) {
      const text = textOf(input)
      if (text === null) return false
      const anchor = read(() => readAnchor(text), isRefusal)
      if (anchor === null) return false
      hold('the same letters', `?${printAnchor(anchor)}` === text)
      return true
    },
  }

  return [
    ageHeader,
    contextBytes,
    json,
    slipText,
    directoryNote,
    receiptNote,
    receiptWords,
    signatureHeaders,
    armor,
    requestFile,
    identityFile,
    actQuery,
  ]
}
