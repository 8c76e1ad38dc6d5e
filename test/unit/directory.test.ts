// The directory: signed by enough of its root, pinned, bounded in time, chained, and consistent with itself.
// docs/protocol.md, "Directory".
import t from 'tap'
import type { Directory } from '../../schemas/directory.js'
import {
  appendSignature,
  followsDirectory,
  readDirectory,
  signDirectory,
  verifyDirectory,
} from '../../keys/directory.js'
import { directoryFaults } from '../../keys/directory-rules.js'
import { signNote } from '../../keys/note.js'
import { rootFingerprint } from '../../keys/root.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { fromUtf8, hex, utf8 } from '../../src/core/encoding/bytes.js'
import { parseTimestamp } from '../../src/core/encoding/timestamp.js'
import { encodeRecipient } from '../../src/core/envelope/age-keys.js'
import { newPerson, sampleOrganisation, sampleOrigin } from '../helper/sample-content.js'

const p = await nodePrimitives()
const { directory, roots } = sampleOrganisation(p)
const [rootA, rootB, rootC] = roots
if (rootA === undefined || rootB === undefined || rootC === undefined)
  throw new Error('three roots')
const root = await rootFingerprint(p, directory.root)
t.setTimeout(180_000)
const now = parseTimestamp('2026-03-10T00:00:00Z')
const pin = { root, now }
const note = await signDirectory(p, directory, [rootA, rootC])
const invalid = { code: 'directory_invalid' }
const changed = (change: Partial<Directory>): Directory => ({ ...directory, ...change })
const otherHelp = {
  id: 'others',
  name: 'Others',
  about: { en: 'They may help' },
  status: 'open' as const,
  checked: '2026-03-01',
  languages: [],
  countries: [],
}

await t.test('step 1: signed by two of three, it verifies', async t => {
  const verified = await verifyDirectory(p, note, pin)
  t.same(verified.directory, directory)
  t.same(verified.sha256, await p.sha256(note))
  t.same(verified.note, note)
  t.same(fromUtf8(note).split('\n').slice(0, 2), ['khancap/v1/directory', sampleOrigin])
})

await t.test('signatures: any two, not one, not twice the same, not of strangers', async t => {
  for (const signers of [
    [rootA, rootB],
    [rootC, rootB],
    [rootA, rootB, rootC],
  ])
    await t.resolves(verifyDirectory(p, await signDirectory(p, directory, signers), pin))
  const stranger = { name: 'root-b', seed: p.random(32) }
  for (const signers of [[rootA], [rootA, rootA], [rootA, stranger], [stranger]])
    await t.rejects(verifyDirectory(p, await signDirectory(p, directory, signers), pin), invalid)
  const one = await signDirectory(p, directory, [rootA])
  const two = await appendSignature(p, one, rootB)
  await t.resolves(verifyDirectory(p, two, pin))
  t.same(await appendSignature(p, two, rootB), two)
  await t.rejects(appendSignature(p, utf8('x'), rootB), invalid)
})

await t.test('every byte of the note counts', async t => {
  const text = fromUtf8(note)
  const end = text.indexOf('\n\n')
  for (let at = 0; at < note.length; at += at < 200 || at > end ? 1 : 61) {
    const bad = note.slice()
    bad[at] = (bad[at] ?? 0) ^ 1
    await t.rejects(verifyDirectory(p, bad, pin), invalid, `byte ${at}`)
  }
  await t.rejects(verifyDirectory(p, note.subarray(0, -1), pin), invalid)
})

await t.test('the pinned root decides, not the one that stands in the directory', async t => {
  await t.rejects(verifyDirectory(p, note, { root: '00'.repeat(32), now }), invalid)
  const mine = sampleOrganisation(p)
  const forged = await signDirectory(p, { ...mine.directory, origin: sampleOrigin }, mine.roots)
  await t.rejects(verifyDirectory(p, forged, pin), invalid)
  const weaker = changed({ root: { ...directory.root, threshold: 1 } })
  await t.rejects(verifyDirectory(p, await signDirectory(p, weaker, [rootA]), pin), invalid)
})

await t.test('the fingerprint covers threshold, names and keys, in no order', async t => {
  const [a, b, c] = directory.root.keys
  if (a === undefined || b === undefined || c === undefined) throw new Error('three keys')
  t.match(root, /^[0-9a-f]{64}$/)
  t.equal(await rootFingerprint(p, { threshold: 2, keys: [c, a, b] }), root)
  const others = [
    { threshold: 1, keys: [a, b, c] },
    { threshold: 2, keys: [a, b] },
    { threshold: 2, keys: [a, b, { ...c, name: 'root-d' }] },
    { threshold: 2, keys: [a, b, { ...c, key: a.key }] },
    { threshold: 2, keys: [{ ...a, name: b.name }, { ...b, name: a.name }, c] },
  ]
  for (const other of others) t.not(await rootFingerprint(p, other), root)
  const { createHash } = await import('node:crypto')
  const hash = createHash('sha256').update('khancap/v1/root\0').update(Uint8Array.of(2, 3))
  for (const { name, key } of [a, b, c])
    hash.update(Uint8Array.of(name.length)).update(name).update(Buffer.from(key, 'base64url'))
  t.equal(root, hash.digest('hex'))
})

await t.test(
  'time: valid up to the second before it expires; a client clock may be a day behind',
  async t => {
    const at = (text: string, ms = 0) => ({ root, now: parseTimestamp(text) + ms })
    await t.resolves(verifyDirectory(p, note, at('2026-05-30T00:00:00Z', -1)))
    await t.rejects(verifyDirectory(p, note, at('2026-05-30T00:00:00Z')), {
      code: 'directory_expired',
    })
    await t.resolves(verifyDirectory(p, note, at('2026-02-28T00:00:00Z')))
    const early = at('2026-02-28T00:00:00Z', -1)
    const faults = [{ pointer: '/valid_from', code: 'not_yet_valid' }]
    await t.rejects(verifyDirectory(p, note, early), { ...invalid, faults })
    const unsigned = await signDirectory(p, directory, [rootA])
    const alike = verifyDirectory(p, unsigned, early).catch((error: unknown) => error)
    t.match(await alike, { ...invalid, faults: [] }, 'said of nothing else than what is signed')
    await t.resolves(verifyDirectory(p, note, { root, now: null }), 'of the past')
  },
)

await t.test('form: one mutation each, signed by the root: refused', async t => {
  const json = JSON.stringify(directory)
  const texts: Record<string, string> = {
    'another title': `khancap/v2/directory\n${sampleOrigin}\n${json}\n`,
    'another origin in front': `khancap/v1/directory\nhttps://other.example.org\n${json}\n`,
    'no origin in front': `khancap/v1/directory\n${json}\n`,
    'a line more': `khancap/v1/directory\n${sampleOrigin}\n${json}\nmore\n`,
    'JSON on several lines': `khancap/v1/directory\n${sampleOrigin}\n${JSON.stringify(directory, null, 1)}\n`,
    'a duplicate key': `khancap/v1/directory\n${sampleOrigin}\n${json.replace('{"v":1,', '{"v":1,"v":1,')}\n`,
    'an unknown key': `khancap/v1/directory\n${sampleOrigin}\n${json.replace('{"v":1,', '{"v":1,"w":1,')}\n`,
    'another version': `khancap/v1/directory\n${sampleOrigin}\n${json.replace('{"v":1,', '{"v":2,')}\n`,
    'a byte order mark': `\ufeffkhancap/v1/directory\n${sampleOrigin}\n${json}\n`,
  }
  for (const [name, text] of Object.entries(texts)) {
    const bad = utf8(await signNote(p, text, [rootA, rootB]))
    t.throws(() => readDirectory(bad), invalid, name)
    await t.rejects(verifyDirectory(p, bad, pin), invalid, name)
  }
  const good = `khancap/v1/directory\n${sampleOrigin}\n${json}\n`
  await t.resolves(verifyDirectory(p, utf8(await signNote(p, good, [rootA, rootB])), pin))
})

await t.test(
  'a directory with faults is not signed, and where it was signed elsewhere not believed',
  async t => {
    const bad = changed({ expires: '2026-05-30T00:00:01Z' })
    await t.rejects(signDirectory(p, bad, [rootA]), {
      ...invalid,
      faults: [{ pointer: '/expires', code: 'life_too_long_or_none' }],
    })
    const text = `khancap/v1/directory\n${sampleOrigin}\n${JSON.stringify(bad)}\n`
    const elsewhere = utf8(await signNote(p, text, [rootA, rootB]))
    await t.rejects(verifyDirectory(p, elsewhere, pin), {
      ...invalid,
      faults: [{ pointer: '/expires', code: 'life_too_long_or_none' }],
    })
  },
)

await t.test(
  'a note of up to a mebibyte is signed and verified, a larger one is neither',
  async t => {
    const [vi] = directory.handlers
    if (vi === undefined) throw new Error('sample expected')
    const of = (count: number): Directory =>
      changed({
        handlers: Array.from({ length: count }, (_, at) => ({
          ...vi,
          id: `vi-${at}`,
          recipients: vi.recipients.map(one => ({ ...one, recipient: newPerson(p).recipient })),
          signing_keys: vi.signing_keys.map(one => ({
            ...one,
            key: encodeBase64url(p.random(32)),
          })),
        })),
      })
    const large = await signDirectory(p, of(400), [rootA, rootB])
    t.ok(large.length > 900_000 && large.length <= 1_048_576, `${large.length} bytes`)
    t.equal((await verifyDirectory(p, large, pin)).directory.handlers.length, 400)
    await t.rejects(signDirectory(p, of(500), [rootA, rootB]), invalid)
    const over = new Uint8Array(1_048_577)
    over.set(large)
    t.throws(() => readDirectory(over), { ...invalid, cause: { message: 'note too large' } })
  },
)

await t.test('faults: one each', async t => {
  const [vi, en] = directory.handlers
  const [program] = directory.programs
  const [routing] = program?.routing ?? []
  if (vi === undefined || en === undefined || program === undefined || routing === undefined)
    throw new Error('sample expected')
  const broken = encodeRecipient(new Uint8Array(1216).fill(255))
  const other = newPerson(p).recipient
  const ladder = program.service_level.ladder
  const withProgram = (change: Partial<typeof program>) =>
    changed({ programs: [{ ...program, ...change }] })
  const withVi = (change: Partial<typeof vi>) => changed({ handlers: [{ ...vi, ...change }, en] })
  const faults: Record<string, [Directory, string, string]> = {
    'a life of 90 days and a second': [
      changed({ expires: '2026-05-30T00:00:01Z' }),
      '/expires',
      'life_too_long_or_none',
    ],
    'no life': [changed({ expires: directory.valid_from }), '/expires', 'life_too_long_or_none'],
    'a day that does not exist': [
      changed({ valid_from: '2026-02-30T00:00:00Z' }),
      '/valid_from',
      'time_impossible',
    ],
    'a program with such a day': [
      withProgram({ valid_until: '2026-02-30T00:00:00Z' }),
      '/programs/0/valid_until',
      'time_impossible',
    ],
    'a handler with such a day': [
      withVi({ valid_until: '2026-02-30T00:00:00Z' }),
      '/handlers/0',
      'time_impossible',
    ],
    'a router with such a day': [
      changed({
        router: [{ recipient: other, valid_from: '2026-02-30T00:00:00Z', valid_until: null }],
      }),
      '/router/0/valid_from',
      'time_impossible',
    ],
    'a team twice': [
      changed({ teams: [...directory.teams, { id: 'vi', names: { en: 'x' } }] }),
      '/teams/2/id',
      'repeated',
    ],
    'a program twice': [changed({ programs: [program, program] }), '/programs/1/id', 'repeated'],
    'a handler twice': [
      changed({
        handlers: [vi, { ...en, id: 'vi-1' }],
      }),
      '/handlers/1/id',
      'repeated',
    ],
    'a root key twice under two names': [
      changed({
        root: {
          threshold: 2,
          keys: [
            ...directory.root.keys,
            { name: 'root-d', key: directory.root.keys[0]?.key ?? '' },
          ],
        },
      }),
      '/root/keys/3/key',
      'repeated',
    ],
    'a root name twice': [
      changed({
        root: {
          threshold: 2,
          keys: [...directory.root.keys, { name: 'root-a', key: encodeBase64url(p.random(32)) }],
        },
      }),
      '/root/keys/3/name',
      'repeated',
    ],
    'a receipt key twice': [
      changed({ receipt_keys: [...directory.receipt_keys, ...directory.receipt_keys] }),
      '/receipt_keys/1/name',
      'repeated',
    ],
    'a recipient of two handlers': [
      changed({ handlers: [vi, { ...en, recipients: vi.recipients }] }),
      '/handlers/1/recipients/0/recipient',
      'repeated',
    ],
    'a recipient of router and handler': [
      changed({ router: vi.recipients }),
      '/handlers/0/recipients/0/recipient',
      'repeated',
    ],
    'a signing key of two handlers': [
      changed({ handlers: [vi, { ...en, signing_keys: vi.signing_keys }] }),
      '/handlers/1/signing_keys/0/key',
      'repeated',
    ],
    'a recipient whose ML-KEM key is none': [
      withVi({
        recipients: [{ ...vi, recipient: broken }].map(
          ({ recipient, valid_from, valid_until }) => ({ recipient, valid_from, valid_until }),
        ),
      }),
      '/handlers/0/recipients/0/recipient',
      'recipient_malformed',
    ],
    'a recipient with a wrong letter': [
      withVi({
        recipients: vi.recipients.map(one => ({
          ...one,
          recipient: one.recipient.replace(/.$/, letter => (letter === 'q' ? 'p' : 'q')),
        })),
      }),
      '/handlers/0/recipients/0/recipient',
      'recipient_malformed',
    ],
    'a team of a handler that does not exist': [
      withVi({ teams: ['vi', 'xx'] }),
      '/handlers/0/teams',
      'team_unknown',
    ],
    'a team of a rule that does not exist': [
      withProgram({ routing: [routing, { ...routing, team: 'xx' }] }),
      '/programs/0/routing/1/team',
      'team_unknown',
    ],
    'a fallback team that does not exist': [
      withProgram({ fallback_team: 'xx' }),
      '/programs/0/fallback_team',
      'team_unknown',
    ],
    'a ladder that goes down': [
      withProgram({ service_level: { ...program.service_level, ladder: ladder.toReversed() } }),
      '/programs/0/service_level/ladder',
      'not_ascending',
    ],
    'a first directory with a previous one': [
      changed({ previous: encodeBase64url(new Uint8Array(32)) }),
      '/previous',
      'chain_impossible',
    ],
    'a second directory without': [changed({ sequence: 2 }), '/previous', 'chain_impossible'],
    'an origin of 111 letters': [
      changed({ origin: `https://${'x'.repeat(103)}` }),
      '/origin',
      'too_long',
    ],
  }
  t.same(directoryFaults(directory), [])
  t.same(directoryFaults(changed({ origin: `https://${'x'.repeat(102)}` })), [])
  for (const [name, [bad, pointer, code]] of Object.entries(faults)) {
    const found = directoryFaults(bad)
    t.ok(
      found.some(fault => fault.pointer === pointer && fault.code === code),
      `${name}: ${JSON.stringify(found)}`,
    )
    await t.rejects(signDirectory(p, bad, [rootA]), invalid, name)
  }
})

await t.test('each time that does not exist is named by its place', async t => {
  const [vi, en] = directory.handlers
  const [program] = directory.programs
  const [routing] = program?.routing ?? []
  const [router] = directory.router
  if (!vi || !en || !program || !routing || !router) throw new Error('sample expected')
  const never = '2026-02-30T00:00:00Z'
  const exclusion = {
    handlers: ['vi-1'],
    teams: [],
    programs: [],
    languages: [],
    countries: [],
    regions: [],
  }
  const duty = { team: 'vi', handlers: [] }
  const tag = { text: 'URGENT', language: null, literal: true }
  const places: [string, Partial<Directory>][] = []
  const both = (at: string, make: (period: object) => object, isNamed = true) => {
    for (const end of ['valid_from', 'valid_until'])
      places.push([isNamed ? `${at}/${end}` : at, make({ [end]: never })])
  }
  both('/exclusions/1', period => ({ exclusions: [exclusion, { ...exclusion, ...period }] }), false)
  both(
    '/others/1',
    period => ({ others: [otherHelp, { ...otherHelp, id: 'x', ...period }] }),
    false,
  )
  places.push([
    '/others/1/checked',
    { others: [otherHelp, { ...otherHelp, id: 'x', checked: '2026-02-30' }] },
  ])
  for (const times of [
    { from: never, until: '2026-03-01T00:00:00Z' },
    { from: '2026-02-01T00:00:00Z', until: never },
  ])
    places.push([
      '/duty/1/times',
      {
        duty: [
          { ...duty, times: [] },
          { ...duty, times: [times] },
        ],
      },
    ])
  const second = { ...program, id: 'pil' }
  both(
    '/programs/1',
    period => ({ programs: [program, { ...second, routing: [{ ...routing, ...period }] }] }),
    false,
  )
  both(
    '/programs/1',
    period => ({ programs: [program, { ...second, tags: [{ ...tag, ...period }] }] }),
    false,
  )
  both('/programs/1', period => ({ programs: [program, { ...second, ...period }] }))
  const other = { ...router, recipient: newPerson(p).recipient }
  both('/router/1', period => ({ router: [router, { ...other, ...period }] }))
  const handler = (change: object) => ({ handlers: [vi, { ...en, ...change }] })
  both('/handlers/1', handler, false)
  for (const list of ['recipients', 'signing_keys'] as const)
    both(
      '/handlers/1',
      period => handler({ [list]: en[list].map(one => ({ ...one, ...period })) }),
      false,
    )
  places.push(['/valid_from', { valid_from: never }], ['/expires', { expires: never }])
  for (const [pointer, change] of places)
    t.strictSame(directoryFaults(changed(change)), [{ pointer, code: 'time_impossible' }], pointer)
  t.equal(places.length, 23)
})

await t.test('the longest and the shortest life; what stands twice is named by its place', t => {
  const life = (expires: string) => directoryFaults(changed({ expires }))
  t.strictSame(life('2026-05-30T00:00:00Z'), [])
  t.strictSame(life('2026-03-01T00:00:01Z'), [])
  t.strictSame(directoryFaults(changed({ others: [otherHelp, otherHelp] })), [
    { pointer: '/others/1/id', code: 'repeated' },
  ])
  const [router] = directory.router
  if (router === undefined) throw new Error('sample expected')
  t.strictSame(directoryFaults(changed({ router: [router, router] })), [
    { pointer: '/router/1/recipient', code: 'repeated' },
  ])
  const broken = { ...router, recipient: encodeRecipient(new Uint8Array(1216).fill(255)) }
  t.strictSame(directoryFaults(changed({ router: [router, broken] })), [
    { pointer: '/router/1/recipient', code: 'recipient_malformed' },
  ])
  t.end()
})

await t.test('every name in exclusions and duty exists, each fault by its place', t => {
  const exclusion = {
    handlers: ['vi-1', 'en-1'],
    teams: ['vi', 'en'],
    programs: ['emergency'],
    languages: [],
    countries: [],
    regions: [],
  }
  const [from, later, until] = [
    '2026-03-01T00:00:00Z',
    '2026-03-01T12:00:00Z',
    '2026-03-02T00:00:00Z',
  ] as const
  const duty = {
    team: 'vi',
    handlers: ['vi-1', 'en-1'],
    times: [
      { from, until: later },
      { from: later, until },
    ],
  }
  t.strictSame(directoryFaults(changed({ exclusions: [exclusion], duty: [duty] })), [])
  const unknown = (pointer: string, kind: string) => [{ pointer, code: `${kind}_unknown` }]
  for (const [list, kind] of [
    ['handlers', 'handler'],
    ['teams', 'team'],
    ['programs', 'program'],
  ] as const)
    t.strictSame(
      directoryFaults(
        changed({ exclusions: [exclusion, { ...exclusion, [list]: [...exclusion[list], 'xx'] }] }),
      ),
      unknown(`/exclusions/1/${list}`, kind),
    )
  t.strictSame(
    directoryFaults(changed({ duty: [duty, { ...duty, team: 'xx' }] })),
    unknown('/duty/1/team', 'team'),
  )
  t.strictSame(
    directoryFaults(changed({ duty: [duty, { ...duty, handlers: ['vi-1', 'xx'] }] })),
    unknown('/duty/1/handlers', 'handler'),
  )
  for (const wrong of [
    { from, until: from },
    { from: until, until: from },
  ])
    t.strictSame(
      directoryFaults(changed({ duty: [duty, { ...duty, times: [...duty.times, wrong] }] })),
      [{ pointer: '/duty/1/times', code: 'not_ascending' }],
    )
  t.end()
})

await t.test('a ladder may have two rungs at one time', t => {
  const [program] = directory.programs
  const [rung] = program?.service_level.ladder ?? []
  if (program === undefined || rung === undefined) throw new Error('sample expected')
  const ladder = (...seconds: number[]) =>
    directoryFaults(
      changed({
        programs: [
          {
            ...program,
            service_level: {
              ...program.service_level,
              ladder: seconds.map(after_seconds => ({ ...rung, after_seconds })),
            },
          },
        ],
      }),
    ).length
  t.strictSame([ladder(0, 0, 5, 5), ladder(0, 5, 4), ladder(1, 0)], [0, 1, 1])
  t.end()
})

await t.test('a recipient that nobody can seal to is found before it is published', async t => {
  const [vi, en] = directory.handlers
  if (vi === undefined || en === undefined) throw new Error('sample expected')
  const lowOrder = p.xwingPublicKey(p.random(32))
  lowOrder.fill(0, 1184)
  const recipients = [
    { recipient: encodeRecipient(lowOrder), valid_from: vi.valid_from, valid_until: null },
  ]
  await t.rejects(signDirectory(p, changed({ handlers: [{ ...vi, recipients }, en] }), [rootA]), {
    ...invalid,
    faults: [{ pointer: '/handlers/0/recipients', code: 'recipient_unusable' }],
  })
  await t.rejects(signDirectory(p, changed({ router: recipients }), [rootA]), {
    ...invalid,
    faults: [{ pointer: '/router/0', code: 'recipient_unusable' }],
  })
})

await t.test('chain: what may follow what', async t => {
  const sign = async (change: Partial<Directory>) =>
    verifyDirectory(p, await signDirectory(p, changed(change), [rootA, rootB]), pin)
  const first = await sign({})
  const second = await sign({ sequence: 2, previous: encodeBase64url(first.sha256) })
  const third = await sign({ sequence: 3, previous: encodeBase64url(second.sha256) })
  const older = { code: 'directory_older' }
  const forked = { code: 'directory_forked' }
  t.doesNotThrow(() => followsDirectory(null, third))
  t.doesNotThrow(() => followsDirectory(first, first), 'the same again')
  t.doesNotThrow(() => followsDirectory(first, second))
  t.doesNotThrow(() => followsDirectory(first, third), 'one was missed')
  t.throws(() => followsDirectory(second, first), older)
  t.throws(() => followsDirectory(third, first), older)
  const twin = await sign({ name: 'Another' })
  t.throws(() => followsDirectory(first, twin), forked, 'the same number, other bytes')
  const stray = await sign({ sequence: 2, previous: encodeBase64url(twin.sha256) })
  t.throws(() => followsDirectory(first, stray), forked, 'follows another one')
  const moved = await sign({
    sequence: 3,
    previous: encodeBase64url(second.sha256),
    origin: 'https://moved.example.org',
  })
  t.throws(() => followsDirectory(first, moved), forked, 'another deployment')
  t.equal(hex(first.sha256).length, 64)
})

await t.test('a note of 1,048,576 bytes is signed and read, and none of one more', async t => {
  const tongues = Array.from({ length: 26 * 26 }, (_, at) =>
    String.fromCharCode(97 + Math.floor(at / 26), 97 + (at % 26)),
  )
  /** Letters in all, 400 at most in each text. */
  const filled = (letters: number): Directory => {
    let left = letters
    const others = Array.from({ length: 20 }, (_, at) => ({
      ...otherHelp,
      id: `others-${at}`,
      about: Object.fromEntries(
        tongues.slice(0, 150).map(tongue => {
          const length = Math.min(400, Math.max(1, left))
          left -= length
          return [tongue, 'x'.repeat(length)]
        }),
      ),
    }))
    return changed({ others })
  }
  const sign = (letters: number) => signDirectory(p, filled(letters), [rootA, rootC])
  // Texts have a letter at least: what one grows by, another had already.
  let letters = 900_000
  for (let times = 0; times < 3; times++) letters += 1_048_576 - (await sign(letters)).length
  const full = await sign(letters)
  t.equal(full.length, 1_048_576)
  t.equal(readDirectory(full).others?.length, 20)
  await t.rejects(sign(letters + 1), invalid)
  const longer = filled(letters + 1)
  const over = utf8(
    await signNote(p, `khancap/v1/directory\n${sampleOrigin}\n${JSON.stringify(longer)}\n`, [
      rootA,
      rootC,
    ]),
  )
  t.throws(() => readDirectory(over), invalid)
})

await t.test('a note has a title, an origin and one line, and nothing else', async t => {
  const [title = '', origin = '', json = ''] = fromUtf8(note).split('\n')
  const read = async (...lines: readonly string[]) =>
    readDirectory(utf8(await signNote(p, lines.join('\n'), [rootA, rootC])))
  t.same(await read(title, origin, json, ''), directory)
  for (const lines of [
    ['khancap/v1/other', origin, json, ''],
    [title, origin, ''],
    [title, origin, json, '', ''],
    [title, origin, json, 'more', ''],
  ])
    await t.rejects(read(...lines), invalid, String(lines.length))
})
