// The sealing Worker reads with the project's schemas, and with web/sealer/small-zod.ts in the place of zod. Both must take
// the same values, refuse the same ones, and give the same out: examples of each, changed at random places.
import { build, type Plugin } from 'esbuild'
import t from 'tap'
import * as z from 'zod'
import { Deployment, Directory } from '../../schemas/directory.js'
import { IntakeReceipt } from '../../schemas/intake.js'
import { MailboxView } from '../../schemas/mailbox.js'
import { ReceiptContent } from '../../schemas/receipt.js'
import {
  AdditionContent,
  Context,
  EnvelopeContent,
  NoteMessage,
  ReplyContent,
  ReplyMessage,
  SlipContent,
} from '../../schemas/sealed.js'
import { shippedPrograms } from '../../schemas/programs/shipped.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { exampleDirectory, recipientShape } from '../helper/example-directory.js'
import { inCheckout } from '../helper/checkout.js'
import { seededRandom } from '../helper/random.js'
import {
  sampleAddition,
  sampleContext,
  sampleEnvelope,
  sampleNote,
  sampleOrigin,
  sampleSlip,
} from '../helper/sample-content.js'

const seed = Number(process.env['KHANCAP_TEST_SEED'] ?? 20_260_311)
const changes = process.env['KHANCAP_TEST_LONG'] === '1' ? 5000 : 60

/** Everything that the Worker reads with. */
const schemas = {
  AdditionContent,
  Context,
  Deployment,
  Directory,
  EnvelopeContent,
  IntakeReceipt,
  MailboxView,
  NoteMessage,
  ReceiptContent,
  ReplyContent,
  ReplyMessage,
  SlipContent,
}
type Name = keyof typeof schemas

interface Reader {
  safeParse(value: unknown): { success: boolean; data?: unknown }
}
const isReader = (value: unknown): value is Reader =>
  typeof value === 'object' && value !== null && 'safeParse' in value

/** The same files as the Worker's script has them. */
async function asInTheWorker(): Promise<Record<string, Reader>> {
  const files = ['directory', 'intake', 'mailbox', 'receipt', 'sealed']
  const contents = files.map(name => `export * from './schemas/${name}.js'`).join('\n')
  const { lean } = z
    .object({ lean: z.function() })
    .parse(await import(inCheckout('web', 'lean.mjs')))
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: inCheckout(), loader: 'ts' },
    bundle: true,
    format: 'esm',
    write: false,
    plugins: [z.custom<Plugin>(value => typeof value === 'object').parse(lean())],
    logOverride: { 'import-is-undefined': 'silent' },
  })
  const code = outputFiles[0]?.text ?? ''
  t.notMatch(code, 'node_modules/zod', 'zod is not in it')
  const found: unknown = await import(`data:text/javascript,${encodeURIComponent(code)}`)
  return Object.fromEntries(
    Object.entries(z.record(z.string(), z.unknown()).parse({ ...Object(found) })).flatMap(
      ([name, one]) => (isReader(one) ? [[name, one]] : []),
    ),
  )
}

const p = await nodePrimitives()
const sha = 'A'.repeat(43)
const id = 'A'.repeat(22)
const at = '2026-03-01T10:00:00Z'
const envelope = sampleEnvelope(p, recipientShape(7))
const validity = { valid_from: at, valid_until: null }

const examples: readonly (readonly [Name, unknown])[] = [
  ['Directory', exampleDirectory()],
  [
    'Directory',
    {
      ...exampleDirectory(),
      programs: shippedPrograms,
      exclusions: [
        {
          handlers: ['vietnam-1'],
          teams: [],
          programs: ['emergency'],
          languages: ['vi', 'other'],
          countries: ['VN', 'unknown'],
          regions: ['VN-SG'],
          valid_until: at,
        },
      ],
      duty: [{ team: 'vietnam', handlers: [], times: [{ from: at, until: at }] }],
      others: [
        {
          id: 'another',
          name: 'Another',
          about: { en: 'About', 'zh-Hans': '关于' },
          status: 'open',
          checked: '2026-02-01',
          languages: ['en'],
          countries: [],
          url: 'https://example.org/',
        },
      ],
      contact: { mail: 'help@example.org', key: 'armored' },
      leave_to: { vi: 'https://vi.wikipedia.org/' },
    },
  ],
  ['Deployment', { origin: sampleOrigin, root: 'a'.repeat(64), demo: false }],
  ['Context', sampleContext('envelope')],
  ['EnvelopeContent', envelope],
  [
    'EnvelopeContent',
    {
      ...envelope,
      attachments: [
        {
          id,
          identity: `AGE-SECRET-KEY-PQ-1${'Q'.repeat(58)}`,
          bytes: 5,
          name: 'ảnh.jpg',
          type: 'image/jpeg',
          digest: sha,
          stripped: true,
        },
      ],
    },
  ],
  ['SlipContent', { ...sampleSlip(), also: ['pil'], deadline: at, region: 'VN-SG' }],
  ['AdditionContent', { ...sampleAddition(), answers: envelope.answers, form_version: 1 }],
  [
    'ReplyContent',
    {
      v: 1,
      kind: 'reply',
      message: '{}',
      mac: sha,
      context: sampleContext('reply'),
    },
  ],
  [
    'ReplyMessage',
    {
      text: 'Xin chào',
      language: 'vi',
      hour: at,
      facts: { program: 'pil', language: 'other', country: 'VN', region: null },
    },
  ],
  ['NoteMessage', sampleNote()],
  ['IntakeReceipt', { id, receipt: 'a note' }],
  [
    'ReceiptContent',
    {
      origin: sampleOrigin,
      intake: id,
      envelope: sha,
      slip: null,
      received: at,
      due: [{ program: 'emergency', by: at }],
      directory: 1,
    },
  ],
  [
    'MailboxView',
    {
      state: 'answered',
      program: 'emergency',
      team: null,
      received_at: at,
      due_at: null,
      overdue: false,
      hold: { until: at, reason: 'cannot_work' },
      answered_at: at,
      coverage: 'eligible',
      directory_version: 3,
      replies: [{ id, sealed: 'AAAA', at }],
      older: false,
      additions: [{ id, at }],
    },
  ],
  ['Directory', { ...exampleDirectory(), router: [{ recipient: recipientShape(9), ...validity }] }],
]

/** JSON tells neither a missing member from an undefined one, nor the order of what it does not show. */
const shown = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    inner === undefined ? '(undefined)' : Object.is(inner, -0) ? '(-0)' : inner,
  )

interface Place {
  readonly holder: Record<string, unknown>
  readonly key: string
}

function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return []
  const holder: Record<string, unknown> = Object(value)
  return Object.keys(holder).flatMap(key => [{ holder, key }, ...placesIn(holder[key])])
}

const odd = [
  null,
  undefined,
  true,
  0,
  -0,
  1,
  -1,
  1.5,
  90,
  3651,
  1_000_000_001,
  2 ** 53,
  Number.NaN,
  '',
  'a',
  'vi',
  'VN',
  'other',
  at,
  '2026-02-30T25:00:00Z',
  sha,
  `${'A'.repeat(42)}B`,
  id,
  [],
  {},
  [null],
  ['a', 'a'],
  { way_out: 'unknown' },
  { date: '2026', more: 1 },
  JSON.parse('{"__proto__": "vi"}'),
  JSON.parse('{"constructor": "vi"}'),
]

/** One change somewhere: another value, a member more or less, too long, too many. */
function change(document: unknown, draw: () => number): void {
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(draw() * list.length)]
  const places = placesIn(document)
  const place = pick(places)
  if (place === undefined) return
  const { holder, key } = place
  const value = holder[key]
  const kind = Math.floor(draw() * 6)
  if (kind === 0) Reflect.deleteProperty(holder, key)
  else if (kind === 1) {
    const name = pick(['more', '__proto__', 'toString', 'valid_until', 'regions', '7']) ?? 'more'
    const options = {
      value: structuredClone(pick(odd)),
      enumerable: true,
      writable: true,
      configurable: true,
    }
    Object.defineProperty(holder, name, options)
  } else if (kind === 2 && typeof value === 'string')
    holder[key] =
      value.repeat(Math.ceil(draw() * 3)) + (pick(['', '\n', 'a', '=', '\u{1f600}']) ?? '')
  else if (kind === 3 && typeof value === 'string')
    holder[key] = 'x'.repeat(Math.floor(draw() * 500))
  else if (kind === 3 && Array.isArray(value))
    holder[key] = Array.from({ length: Math.floor(draw() * 70) }, () => value[0])
  else if (kind === 4) holder[key] = structuredClone(pick(places)?.holder ?? null)
  else holder[key] = structuredClone(pick(odd))
}

const small = await asInTheWorker()

function compare(name: Name, value: unknown): string | null {
  const [one, other] = [schemas[name].safeParse(value), small[name]?.safeParse(value)]
  if (one.success !== other?.success) return `${name}: zod says ${one.success}`
  return one.success && shown(one.data) !== shown(other.data) ? `${name}: another value` : null
}

await t.test('true examples come out of both as they are', async t => {
  for (const [name, example] of examples) {
    t.equal(schemas[name].safeParse(example).success, true, name)
    t.equal(compare(name, example), null)
  }
})

await t.test('changed at random, both say the same', async t => {
  t.comment(`KHANCAP_TEST_SEED=${seed}`)
  const draw = seededRandom(seed)
  const verdicts = { taken: 0, refused: 0 }
  const faults: string[] = []
  for (let count = 0; count < changes; count++)
    for (const [name, example] of examples) {
      const document: unknown = structuredClone(example)
      for (let left = draw() < 0.7 ? 1 : 3; left > 0; left--) change(document, draw)
      const fault = compare(name, document)
      if (fault !== null && faults.length < 5) faults.push(`${fault}: ${count}`)
      verdicts[schemas[name].safeParse(document).success ? 'taken' : 'refused']++
    }
  t.strictSame(faults, [])
  t.comment(verdicts)
  t.ok(verdicts.taken > changes && verdicts.refused > changes, 'some are taken, some are not')
})

await t.test('what is no object at all is refused by both', async t => {
  const values = [...odd, () => null, Symbol.iterator, 1n]
  const faults = examples.flatMap(([name]) => values.map(value => compare(name, value)))
  t.strictSame(new Set(faults), new Set([null]))
  t.throws(() => z.custom<typeof Directory>().parse(small['Directory']).parse({}))
})
