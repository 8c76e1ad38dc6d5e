// What the page's sealing Worker takes for the organisation's directory: each one that it refuses has a code, for which
// the page has a sentence; one that has expired opens answers, and seals nothing.
import t from 'tap'
import type { AnswerMessage, CallMessage } from '../../web/sealer/calls.js'
import * as later from '../../web/sealer/later.js'
import { factsIn } from '../../web/sealer/mailbox.js'
import { checkReceipt } from '../../web/sealer/seal-request.js'
import { KhancapError } from '../../schemas/problem.js'
import { type LoadLater, serve } from '../../web/sealer/serve.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { floorToHour, formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { signReceipt } from '../../src/core/receipt/receipt.js'
import { testOrganisation } from '../helper/organisation.js'

t.setTimeout(120_000)

const dayMs = 86_400_000
const organisation = await testOrganisation()
const { directory, note, root } = organisation
const first = await organisation.verify(note)
const second = await organisation.sign({ name: 'Second' }, first)
const third = await organisation.sign({}, await organisation.verify(second))
const now = Date.now()
const deployment = { origin: directory.origin, root, demo: directory.demo }

let number = 0

/** A Worker in this process. */
function worker(loadLater: LoadLater = async () => later) {
  let listener: ((event: { data: CallMessage }) => void) | null = null
  const waiting = new Map<number, (answer: AnswerMessage) => void>()
  serve(
    {
      addEventListener: (_type, listen) => {
        listener = listen
      },
      postMessage: message => waiting.get(message.number)?.(message),
    },
    nodePrimitives,
    loadLater,
  )
  return async function call(message: CallMessage): Promise<string> {
    const answer = await new Promise<AnswerMessage>(resolve => {
      waiting.set(message.number, resolve)
      listener?.({ data: message })
    })
    if (!('fault' in answer)) return 'given'
    const faults = answer.faults.map(({ code, pointer }) => ` ${code}${pointer}`)
    return answer.fault + faults.join('')
  }
}

await t.test('what does not verify, goes back or forks is refused', async t => {
  const call = worker()
  t.equal(await call({ number: ++number, name: 'start', asked: null }), 'given')
  const opened = (
    served: Uint8Array,
    before: Uint8Array | null = null,
    more: object = deployment,
  ) =>
    call({
      number: ++number,
      name: 'open',
      asked: { deployment: more, note: served, before, channel: 'web', now },
    })
  t.equal(await opened(note), 'given')
  t.equal(await opened(second, note), 'given')
  t.equal(await opened(third, note), 'given')
  t.equal(await opened(second, second), 'given', 'the same again')
  t.equal(await opened(note, second), 'directory_older')
  t.equal(
    await opened(await organisation.sign({ name: 'Fork' }, first), second),
    'directory_forked',
  )
  const skipping = await organisation.sign({ sequence: 2, previous: 'A'.repeat(43) })
  t.equal(await opened(skipping, note), 'directory_forked')
  const changed = Buffer.from(Buffer.from(note).toString().replace('"v":1', '"v": 1'))
  t.equal(await opened(changed), 'directory_invalid')
  t.equal(await opened(Buffer.from('no note')), 'directory_invalid')
  const stranger = await testOrganisation()
  t.equal(await opened(stranger.note), 'root_mismatch')
  t.equal(
    await opened(note, null, { ...deployment, origin: 'https://elsewhere.example' }),
    'directory_invalid',
  )
})

await t.test('one that has expired opens answers and seals nothing', async t => {
  const call = worker()
  t.equal(await call({ number: ++number, name: 'start', asked: null }), 'given')
  const old = await organisation.sign({
    valid_from: formatTimestamp(now - 40 * dayMs),
    expires: formatTimestamp(now - 1000),
  })
  t.equal(
    await call({
      number: ++number,
      name: 'open',
      asked: { deployment, note: old, before: null, channel: 'web', now },
    }),
    'given',
  )
  t.equal(await call({ number: ++number, name: 'inForce', asked: null }), 'directory_expired')
  t.equal(
    await call({ number: ++number, name: 'mint', asked: { pageLanguage: 'en' } }),
    'directory_expired',
  )
  const words = 'abandon '.repeat(11).concat('about')
  t.equal(
    await call({ number: ++number, name: 'enter', asked: { words, pageLanguage: 'en' } }),
    'given',
    'a mailbox can be read',
  )
  t.equal(
    await call({
      number: ++number,
      name: 'open',
      asked: { deployment, note, before: old, channel: 'web', now },
    }),
    'directory_forked',
  )
  t.equal(
    await call({
      number: ++number,
      name: 'open',
      asked: { deployment, note, before: null, channel: 'web', now },
    }),
    'given',
  )
  t.equal(await call({ number: ++number, name: 'inForce', asked: null }), 'given')
})

await t.test('what is wrong with typed words crosses to the page by number', async t => {
  const call = worker()
  const asked = { deployment, note, before: null, channel: 'web', now } as const
  await call({ number: ++number, name: 'start', asked: null })
  t.equal(await call({ number: ++number, name: 'open', asked }), 'given')
  const enter = (words: string) =>
    call({ number: ++number, name: 'enter', asked: { words, pageLanguage: 'en' } })
  t.equal(await enter('abandon '.repeat(3)), 'receipt_code_invalid number_of_words/3')
  t.equal(await enter('abandon '.repeat(12)), 'receipt_code_invalid checksum')
  const misread = `${'abandon '.repeat(4)}canary ${'abandon '.repeat(6)}about`
  t.equal(await enter(misread), 'receipt_code_invalid word_unknown/5')
})

await t.test('the facts for an addition are those of the newest true reply that says any', t => {
  const facts = (country: string) => ({
    program: 'emergency',
    language: 'vi',
    country,
    region: null,
  })
  const reply = (at: string, more: object | null) => ({
    id: 'AAAAAAAAAAAAAAAAAAAAAA',
    at,
    message: more === null ? null : { text: 'x', language: 'vi', hour: at, ...more },
  })
  const [one, two, three] = [
    '2026-03-01T10:00:00Z',
    '2026-03-02T10:00:00Z',
    '2026-03-03T10:00:00Z',
  ] as const
  t.equal(factsIn({ replies: [] }), null)
  t.equal(factsIn({ replies: [reply(one, {}), reply(two, null)] }), null)
  const replies = [
    reply(two, { facts: facts('VN') }),
    reply(one, { facts: facts('TH') }),
    reply(three, {}),
    reply(three, null),
  ]
  t.strictSame(factsIn({ replies }), facts('VN'))
  t.end()
})

await t.test('step 5: a receipt of another day or directory is not taken for one', async t => {
  const { primitives: p, receiptKey } = organisation
  const opened = { root, verified: first, expired: false, channel: 'web' as const }
  const [program] = directory.programs
  if (program === undefined) throw new Error('no program')
  const id = 'A'.repeat(22)
  const envelope = 'A'.repeat(43)
  const carried = { body: '', file: new Uint8Array(), armored: '' }
  const sealed = { id, program: program.id, ...carried, envelope, slip: null, directory: 1 }
  async function code(ahead: number, sequence = 1, key = receiptKey): Promise<string> {
    const received = floorToHour(now) + ahead
    const receipt = await signReceipt(
      p,
      {
        origin: directory.origin,
        intake: id,
        envelope,
        slip: null,
        received: formatTimestamp(received),
        due: [{ program: program?.id ?? '', by: formatTimestamp(received + 3_600_000) }],
        directory: sequence,
      },
      key,
    )
    return checkReceipt(p, opened, { served: { id, receipt }, sealed, now: floorToHour(now) }).then(
      given => (given.due === null ? 'arrived' : 'taken'),
      (error: unknown) => String(error instanceof KhancapError && error.code),
    )
  }
  t.equal(await code(0), 'taken')
  t.equal(await code(dayMs), 'taken', 'a clock may be wrong by a day')
  t.equal(
    await code(dayMs + 3_600_000),
    'arrived',
    'one of two clocks is wrong: no hour is promised',
  )
  t.equal(await code(-30 * dayMs), 'taken', 'sent again after a month')
  const toTheEnd = Date.parse(directory.expires) - floorToHour(now)
  const whole = Math.floor(toTheEnd / 1000) * 1000
  t.equal(await code(whole), 'arrived', 'as long as the directory is in force')
  t.equal(await code(whole + 1000), 'receipt_invalid', 'nothing is taken in after it')
  t.equal(await code(0, 2), 'receipt_invalid', 'another directory')
  t.equal(await code(30 * dayMs, 2), 'receipt_invalid', 'whatever the clocks say')
  const stranger = await testOrganisation()
  t.equal(await code(30 * dayMs, 1, stranger.receiptKey), 'receipt_invalid', 'signed by nobody')
})

await t.test(
  'what answers files and mailboxes is loaded when it is asked for; a lost line is told',
  async t => {
    let loads = 0
    const call = worker(async () => {
      loads += 1
      if (loads === 1) throw new DOMException('lost', 'NetworkError')
      return later
    })
    const look = () => call({ number: ++number, name: 'look', asked: { file: new File([], 'x') } })
    t.equal(await call({ number: ++number, name: 'start', asked: null }), 'given')
    t.equal(loads, 0)
    t.equal(await look(), 'server_unreachable')
    t.equal(await look(), 'given')
    t.equal(await look(), 'given')
    t.equal(loads, 2, 'once it was there, it stays')
  },
)
