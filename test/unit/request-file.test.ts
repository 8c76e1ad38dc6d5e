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
const utf8 = (text: string) => new TextEncoder().encode(text)
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

await t.test('the bytes of a small file are these', async t => {
  const file = await printRequestFile(p, {
    id: encodeBase64url(new Uint8Array(16).fill(1)),
    directorySequence: 0x01_02_03,
    mailbox: new Uint8Array(32).fill(2),
    slip: Uint8Array.of(3, 3),
    envelope: Uint8Array.of(4),
  })
  const counted = [
    Buffer.from('sealed-request/1').toString('hex'),
    '01'.repeat(16),
    '00010203',
    '02'.repeat(32),
    '00000002',
    '0303',
    '00000001',
    '04',
  ].join('')
  const checksum = await p.sha256(Buffer.from(counted, 'hex'))
  t.equal(Buffer.from(file).toString('hex'), counted + Buffer.from(checksum).toString('hex'))
  t.equal(maxRequestFileBytes, 108 + maxSlipBytes + maxSealedBytes)
  t.equal(
    armorRequest(file),
    `-----BEGIN SEALED REQUEST-----\n${(
      Buffer.from(file)
        .toString('base64')
        .match(/.{1,64}/g) ?? []
    ).join('\n')}\n-----END SEALED REQUEST-----\n`,
  )
})

/** A file whose checksum is right whatever is in it. */
const withChecksum = async (body: Uint8Array) => Uint8Array.of(...body, ...(await p.sha256(body)))
const body = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts))
const number = (value: number) => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
const start = (sequence: number) =>
  body(utf8('sealed-request/1'), bytes(16), number(sequence), bytes(32))

await t.test('the smallest file is read, and none that is smaller or names nothing', async t => {
  const none = new Uint8Array()
  const read = async (...parts: readonly Uint8Array[]) =>
    readRequestFile(p, await withChecksum(body(...parts)))
  t.match(await read(start(1), number(0), number(1), bytes(1)), {
    slip: null,
    directorySequence: 1,
  })
  t.match(await read(start(1), number(1), bytes(1), number(1), bytes(1)), { directorySequence: 1 })
  t.equal(await read(start(1), number(0), number(0), none), null, 'no envelope')
  t.equal(await read(start(0), number(0), number(1), bytes(1)), null, 'directory 0')
  t.equal(await read(start(1), number(0), number(2), bytes(1)), null, 'envelope cut')
  t.equal(await read(start(1), number(2), bytes(5)), null, 'a slip to the end')
  t.equal(await read(start(1), number(5), bytes(5)), null, 'no room for a length')
  t.equal(await read(start(1), number(3), bytes(5)), null, 'half a length')
  t.equal(await read(start(1)), null, 'no lengths')
  t.equal(await read(utf8('sealed-request/1')), null, 'nothing but the magic')
  t.equal(await readRequestFile(p, none), null)
})

await t.test(
  'only so much of a text is looked through, and only so many files are read',
  async t => {
    const file = await printRequestFile(p, request({ slip: null, envelope: bytes(20) }))
    const armor = armorRequest(file)
    for (const [count, found] of [
      [4, 4],
      [5, 4],
    ] as const) {
      const { files, rest } = findArmoredRequests(armor.repeat(count))
      t.equal(files.length, found)
      t.equal(rest.includes('BEGIN SEALED REQUEST'), count > found)
    }
    const bare = armor.trimEnd().replace(/-+$/, '')
    for (const over of [0, 1]) {
      const text = `${'x'.repeat(4_194_304 - bare.length + over)}${bare}`
      const { files, rest } = findArmoredRequests(text)
      t.equal(files.length, 1 - over)
      t.equal(rest.length, over === 0 ? 4_194_304 - bare.length : text.length)
    }
  },
)

await t.test(
  'an armor may be as long as the largest file that was quoted, and no longer',
  async t => {
    const largest = await printRequestFile(
      p,
      request({ slip: bytes(maxSlipBytes), envelope: bytes(maxSealedBytes) }),
    )
    const quoted = armorRequest(largest).replaceAll('\n', '\r\n> ')
    t.strictSame(findArmoredRequests(quoted).files, [largest])
    const letters = Math.ceil(((maxRequestFileBytes * 4) / 3) * (1 + 16 / 64)) + 1000
    const small = armorRequest(
      await printRequestFile(p, request({ slip: null, envelope: bytes(9) })),
    )
    const [before = '', after = ''] = small.split('-----END')
    for (const over of [0, 1]) {
      const length = small.indexOf('END SEALED') - small.indexOf('BEGIN SEALED')
      const padded = `${before}${' '.repeat(letters - length + over)}-----END${after}`
      t.equal(findArmoredRequests(padded).files.length, 1 - over, `${over} over`)
    }
  },
)

await t.test('what stands around an armor stays, but for its dashes', async t => {
  const file = await printRequestFile(p, request({ slip: null, envelope: bytes(20) }))
  const bare = armorRequest(file)
    .trim()
    .replace(/^-+|-+$/g, '')
  const rest = (text: string) => {
    const found = findArmoredRequests(text)
    t.strictSame(found.files, [file])
    return found.rest
  }
  t.equal(rest(`a-b ${bare} c-d`), 'a-b  c-d')
  t.equal(rest(`a${'-'.repeat(20)}${bare}${'-'.repeat(20)}b`), 'ab')
  t.equal(rest(`a${'-'.repeat(21)}${bare}${'-'.repeat(21)}b`), 'a--b')
  t.equal(rest(`${bare}-`), '')
  t.equal(rest(`-${bare}`), '')
  const alone = 'END SEALED REQUEST-- more'
  t.equal(rest(`${alone}${bare}`), alone)
  t.equal(findArmoredRequests(alone).rest, alone)
  t.equal(findArmoredRequests('BEGIN SEALED REQUEST').rest, 'BEGIN SEALED REQUEST')
  t.equal(rest(`BEGIN SEALED REQUEST cut ${bare}`), 'BEGIN SEALED REQUEST cut ')
})

await t.test(
  'padding of base64 and dashes at both ends of an armor are left out of it',
  async t => {
    for (const length of [20, 21, 22]) {
      const file = await printRequestFile(p, request({ slip: null, envelope: bytes(length) }))
      const letters = Buffer.from(file).toString('base64')
      for (const text of [
        `BEGIN SEALED REQUEST${letters}END SEALED REQUEST`,
        `BEGIN SEALED REQUEST${letters.replace(/=+$/, '')}END SEALED REQUEST`,
        `BEGIN SEALED REQUEST${'-'.repeat(20)}\n${letters}\n${'-'.repeat(20)}END SEALED REQUEST`,
      ])
        t.strictSame(findArmoredRequests(text).files, [file])
      for (const text of [
        `BEGIN SEALED REQUEST${letters.slice(0, 9)}-${letters.slice(9)}END SEALED REQUEST`,
        `BEGIN SEALED REQUEST${letters.slice(0, 9)}=${letters.slice(9)}END SEALED REQUEST`,
        `BEGIN SEALED REQUEST${'-'.repeat(21)}${letters}END SEALED REQUEST`,
      ])
        t.strictSame(findArmoredRequests(text).files, [])
    }
  },
)

await t.test('thousands of beginnings that never end take no time', async t => {
  const start = performance.now()
  findArmoredRequests('BEGIN SEALED REQUEST'.repeat(200_000))
  findArmoredRequests('BEGIN SEALED REQUEST END SEALED REQUEST'.repeat(100_000))
  const half = 'BEGIN SEALED REQUEST'.repeat(5000)
  findArmoredRequests(`${half}END SEALED REQUEST`.repeat(20))
  t.ok(performance.now() - start < 10_000)
})

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
