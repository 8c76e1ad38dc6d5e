// The file in which a sealed request travels (docs/protocol.md, "Request file"), its armor, and how it is found in mails
// that were quoted, forwarded, wrapped or damaged.
import t from 'tap'
import { maxSealedBytes, maxSlipBytes } from '../../schemas/sealed.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import {
  armorRequest,
  type CarriedRequest,
  findArmoredRequests,
  maxRequestFileBytes,
  printRequestFile,
  readRequestFile,
} from '../../src/core/envelope/request-file.js'
import { findRequests } from '../../src/core/mail/carried-requests.js'
import { seededRandom } from '../helper/random.js'

const p = await nodePrimitives()
const random = seededRandom(6203)
const bytes = (length: number) => Uint8Array.from({ length }, () => Math.floor(random() * 256))

function request(changes: Partial<CarriedRequest> = {}): CarriedRequest {
  return {
    id: encodeBase64url(bytes(16)),
    directorySequence: 3,
    mailbox: bytes(32),
    slip: bytes(2600),
    envelope: bytes(5000),
    ...changes,
  }
}

await t.test('a request comes out of its file as it went in, at the bounds too', async t => {
  for (const one of [
    request(),
    request({ slip: null }),
    request({ slip: bytes(maxSlipBytes), envelope: bytes(maxSealedBytes) }),
    request({ directorySequence: 1_000_000_000 }),
  ]) {
    const file = await printRequestFile(p, one)
    t.strictSame(await readRequestFile(p, file), one)
    t.ok(file.length <= maxRequestFileBytes)
  }
})

await t.test('what is one too long is not written', async t => {
  for (const one of [
    request({ slip: bytes(maxSlipBytes + 1) }),
    request({ envelope: bytes(maxSealedBytes + 1) }),
    request({ mailbox: bytes(31) }),
    request({ directorySequence: 1_000_000_001 }),
  ])
    await t.rejects(printRequestFile(p, one), RangeError)
})

await t.test('a file that is cut, longer, or has one bit changed is none', async t => {
  const file = await printRequestFile(p, request({ slip: bytes(10), envelope: bytes(40) }))
  for (let at = 0; at < file.length; at++) {
    const changed = Uint8Array.from(file)
    changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
    t.equal(await readRequestFile(p, changed), null, `bit of byte ${at}`)
    t.equal(await readRequestFile(p, file.subarray(0, at)), null, `cut at ${at}`)
  }
  t.equal(await readRequestFile(p, Uint8Array.of(...file, 0)), null)
})

await t.test('lengths that do not fit are refused where the checksum is right', async t => {
  const file = await printRequestFile(p, request({ slip: bytes(10), envelope: bytes(40) }))
  for (const [at, value] of [
    [68, 255],
    [71, 11],
    [85, 39],
    [85, 41],
    [32, 255],
  ] as const) {
    const body = file.slice(0, -32)
    body[at] = value
    t.equal(await readRequestFile(p, Uint8Array.of(...body, ...(await p.sha256(body)))), null)
  }
})

await t.test('an armored file is found whatever the way did to its lines', async t => {
  const file = await printRequestFile(p, request())
  const armor = armorRequest(file)
  t.match(armor, /^-----BEGIN SEALED REQUEST-----\n/)
  t.ok(armor.split('\n').every(line => line.length <= 64))
  const lines = armor.trimEnd().split('\n')
  const ways: Readonly<Record<string, string>> = {
    whole: armor,
    'CR LF': armor.replaceAll('\n', '\r\n'),
    quoted: lines.map(line => `> ${line}`).join('\n'),
    'quoted twice': lines.map(line => `>> ${line}`).join('\n'),
    'one line': lines.join(' '),
    'dashes of a telephone': armor.replaceAll('-----', '\u2014\u2014-'),
    'without dashes': armor.replaceAll('-----', ''),
    'other columns': [
      lines[0],
      ...(lines
        .slice(1, -1)
        .join('')
        .match(/.{1,50}/g) ?? []),
      lines.at(-1),
    ].join('\n'),
    'invisible letters': lines.join('\u200b\n'),
    'spaces that do not break': lines.join('\u00a0\n\u00a0'),
  }
  for (const [name, text] of Object.entries(ways)) {
    const found = findArmoredRequests(`Kính gửi,\n${text}\nCảm ơn`)
    t.strictSame(found.files, [file], name)
    t.match(found.rest, /^Kính gửi,[\s>]+Cảm ơn$/, name)
  }
})

await t.test('a damaged armor stays a text, and one after it is found', async t => {
  const file = await printRequestFile(p, request())
  const armor = armorRequest(file)
  const damaged = armor.replace('A', '*')
  const { files, rest } = findArmoredRequests(damaged + armor)
  t.strictSame(files, [file])
  t.ok(rest.includes('*'))
  t.strictSame(findArmoredRequests(armor.slice(0, -30)).files, [])
})

await t.test('thousands of beginnings that never end take no time', async t => {
  const start = performance.now()
  findArmoredRequests('BEGIN SEALED REQUEST'.repeat(200_000))
  findArmoredRequests('BEGIN SEALED REQUEST END SEALED REQUEST'.repeat(100_000))
  const half = 'BEGIN SEALED REQUEST'.repeat(5000)
  findArmoredRequests(`${half}END SEALED REQUEST`.repeat(20))
  t.ok(performance.now() - start < 10_000)
})

const utf8 = (text: string) => new TextEncoder().encode(text)
const base64Lines = (file: Uint8Array) =>
  (
    Buffer.from(file)
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  ).join('\r\n')

function mixed(...parts: readonly string[]): Uint8Array {
  return utf8(
    [
      'From: a@example.org',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      ...parts.flatMap(part => ['--b', part]),
      '--b--',
      '',
    ].join('\r\n'),
  )
}

const text = (words: string) => `Content-Type: text/plain; charset=utf-8\r\n\r\n${words}`
const attached = (file: Uint8Array, type = 'application/octet-stream') =>
  `Content-Type: ${type}; name=request.sealed\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64Lines(file)}`

await t.test('a mail carries a request attached or in its text, also forwarded', async t => {
  const one = request()
  const file = await printRequestFile(p, one)
  const armor = armorRequest(file)
  const html = `<html><style>p{}</style><div>${armor.replaceAll('+', '&#43;').replaceAll('\n', '</div><div>')}</div></html>`
  const whole = mixed(attached(file))
  const cases: Readonly<Record<string, [Uint8Array, boolean]>> = {
    attached: [whole, false],
    'attached as a text': [mixed(attached(file, 'text/plain')), false],
    'attached, with an empty text': [mixed(text('\r\n-- \r\n'), attached(file)), false],
    'attached, with words': [mixed(text('Xin giúp'), attached(file)), true],
    'attached, with a picture': [mixed(attached(file), attached(bytes(9), 'image/png')), true],
    'armor attached': [mixed(attached(utf8(armor))), false],
    inline: [utf8(`Subject: x\r\n\r\n${armor}`), false],
    'inline with words': [utf8(`Subject: x\r\n\r\nHello\r\n${armor}`), true],
    'HTML only': [utf8(`Content-Type: text/html\r\n\r\n${html}`), false],
    'in both forms of a text': [
      mixed(text(armor), `Content-Type: text/html\r\n\r\n${html}`),
      false,
    ],
    'quoted-printable': [
      utf8(
        `Content-Transfer-Encoding: quoted-printable\r\n\r\n${armor.replaceAll('=', '=3D').replaceAll('SEALED', 'SEAL=\r\nED')}`,
      ),
      false,
    ],
    forwarded: [
      mixed(
        `Content-Type: message/rfc822\r\n\r\n${Buffer.from(whole).toString('latin1').replaceAll('=b\r\n', '=c\r\n').replaceAll('--b', '--c')}`,
      ),
      false,
    ],
    'both attached and inline': [mixed(text(armor), attached(file)), false],
  }
  for (const [name, [mail, hasMore]] of Object.entries(cases))
    t.strictSame(await findRequests(p, mail), { requests: [one], hasMore }, name)
})

await t.test('several requests of one mail are all found, and a damaged one is told', async t => {
  const all = [request(), request(), request(), request(), request()]
  const files = await Promise.all(all.map(one => printRequestFile(p, one)))
  const four = await findRequests(p, mixed(...files.slice(0, 4).map(file => attached(file))))
  t.strictSame(four, { requests: all.slice(0, 4), hasMore: false })
  const five = await findRequests(p, mixed(...files.map(file => attached(file))))
  t.strictSame(five, { requests: all.slice(0, 4), hasMore: true }, 'one over')
  const [first = new Uint8Array(), second = new Uint8Array()] = files
  const damaged = await findRequests(p, mixed(attached(first), attached(second.subarray(0, -9))))
  t.strictSame(damaged, { requests: all.slice(0, 1), hasMore: true })
  t.strictSame(await findRequests(p, utf8('Subject: x\r\n\r\nhello')), {
    requests: [],
    hasMore: true,
  })
})
