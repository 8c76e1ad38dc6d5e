// Notices: whom they tell, and that their words hold nothing of a case.
import t from 'tap'
import { Contacts } from '../../schemas/contacts.js'
import { shippedPrograms } from '../../schemas/programs/shipped.js'
import { noticeEvent } from '../../src/app/notice-event.js'
import { noticeMail } from '../../src/app/notice-mail.js'
import { noticeRecipients } from '../../src/app/notice-recipients.js'
import { noticeTime } from '../../src/app/notice-time.js'
import { endOfQuiet } from '../../src/app/quiet-hours.js'
import { urgentKinds } from '../../src/core/sla/urgent.js'
import type { Notice, PendingNotice } from '../../src/ports/notice-store.js'
import { exampleDirectory, start } from '../helper/example-directory.js'

const hour = 3_600_000
const one: Notice = {
  id: '6f9d1c1e-6e4c-4f8a-9b3a-0123456789ab',
  caseId: '3zx8kq0000000000000000abcd',
  kind: 'reminder',
  to: 'team',
  program: 'emergency',
  team: 'vietnam',
  dueAt: start + 24 * hour,
  isClaimed: false,
  directorySequence: 3,
  now: start,
}

/** A mail of one notice. */
const mailOf = (changes: Partial<Notice> = {}) =>
  noticeMail({ id: one.id, notices: [{ ...one, ...changes }] })

await t.test(
  'a notice names the case, its program and the time, and nothing else of it',
  async t => {
    const mail = mailOf()
    t.equal(mail.messageId, `khancap.${one.id}`)
    t.equal(mail.subject, '[khancap] a case waits for an answer (due in 24 h)')
    t.match(mail.text, one.caseId)
    t.match(mail.text, 'emergency')
    t.notMatch(mail.text, /\d\d:\d\d/, 'no date that an applicant may have named')
  },
)

await t.test('no notice names a team, a country or a language', async t => {
  const directory = exampleDirectory()
  const secret = [
    ...directory.teams.map(team => team.id),
    ...shippedPrograms.flatMap(program => program.languages.filter(each => each.length > 2)),
    'Vietnam',
    'China',
    'VN',
    'CN',
  ]
  for (const kind of [
    'new_case',
    'addition',
    'undelivered',
    'unconfirmed',
    'deleted',
    'closed',
    'reminder',
    'escalation',
    'breach',
  ] as const) {
    const { subject, text } = mailOf({ kind })
    for (const word of secret) t.notMatch(`${subject}\n${text}`, new RegExp(`\\b${word}\\b`), word)
    t.match(text, /^[\x20-\x7e\n]*$/, 'plain ASCII')
    t.ok(subject.length < 78)
  }
})

await t.test('an alarm says whether anybody is at it, and how to take it over', async t => {
  const nobody = mailOf({ kind: 'breach', to: 'director', dueAt: start - hour })
  t.match(nobody.text, 'Claimed: by nobody\n')
  t.match(nobody.text, `    khancap claim ${one.caseId}\n    khancap open ${one.caseId}\n`)
  const somebody = mailOf({ kind: 'escalation', to: 'lead', isClaimed: true })
  t.match(somebody.text, 'Claimed: by a handler, who has not answered\n')
  t.match(
    somebody.text,
    'First ask who has claimed it: claiming takes it from them.\n\n    khancap claim',
  )
  t.notMatch(nobody.text, 'First ask')
  t.notMatch(mailOf({ kind: 'reminder' }).text, 'Claimed')
})

await t.test(
  'of an answer that may be lost it says what to do, and where to look first',
  async t => {
    const commands = ({ text }: { readonly text: string }) =>
      [...text.matchAll(/^ {4}khancap (\w+)/gm)].map(([, verb]) => verb)
    const lost = mailOf({ kind: 'undelivered' })
    t.match(lost.text, 'The answer to it was not delivered.\nAnswer again, in another way')
    t.strictSame(commands(lost), ['claim', 'open', 'reply'])
    const owesNothing = mailOf({ kind: 'undelivered', dueAt: null })
    t.match(owesNothing.text, 'No deadline runs for it.\n')
    t.strictSame(commands(owesNothing), ['open'])
    const doubtful = mailOf({ kind: 'unconfirmed' })
    t.match(doubtful.text, 'may have arrived. Before you answer again,\nask who runs the service')
    t.strictSame(commands(doubtful), ['open'])
  },
)

await t.test('among several cases the one that is to be looked at is named', async t => {
  for (const kind of urgentKinds) {
    const notice = { ...one, kind, isClaimed: true }
    const { text } = noticeMail({ id: one.id, notices: [notice, notice] })
    t.match(text, / 3zx8kq00[.: ]/, kind)
    t.ok(text.split('\n').every(line => line.length <= 76))
  }
})

await t.test('of a case that was closed without an answer it says how to take it up', async t => {
  const { subject, text } = mailOf({ kind: 'closed', to: 'lead', dueAt: null })
  t.equal(subject, '[khancap] a case was closed without an answer (no deadline runs)')
  t.match(text, `    khancap reopen ${one.caseId}\n`)
  t.notMatch(text, 'khancap claim')
  t.ok(text.split('\n').every(line => line.length <= 76))
})

await t.test('the time left is never rounded up', async t => {
  const table = [
    [48 * hour, 'due in 48 h'],
    [48 * hour - 1, 'due in 47 h'],
    [2 * hour, 'due in 2 h'],
    [2 * hour - 1, 'due in 1 h'],
    [hour, 'due in 1 h'],
    [hour - 1, 'due in less than 1 h'],
    [0, 'due in less than 1 h'],
    [-1, 'overdue by less than 1 h'],
    [-hour, 'overdue by 1 h'],
    [-50 * hour, 'overdue by 50 h'],
  ] as const
  for (const [left, words] of table) t.match(mailOf({ dueAt: start + left }).subject, `(${words})`)
  t.match(mailOf({ dueAt: null, program: null }).text, 'Program: not known yet')
})

const contacts: Contacts = {
  teams: { vietnam: ['team@example.org'], intake: ['intake@example.org'] },
  handlers: {
    'vietnam-1': ['v1@example.org', 'team@example.org'],
    'intake-1': ['lead@example.org'],
    'intake-2': ['director@example.org'],
    'china-1': ['c1@example.org'],
  },
}

await t.test(
  'a team is told at its own address and at those of its handlers, each once',
  async t => {
    t.strictSame(noticeRecipients(one, exampleDirectory(), contacts, start)[0], [
      'team@example.org',
      'v1@example.org',
    ])
  },
)

await t.test(
  'whoever has no address is stood in for by the next ones, up and then down',
  async t => {
    const { handlers } = contacts
    const directory = exampleDirectory()
    const told = (to: Notice['to'], some: Contacts, team: string | null = 'vietnam') =>
      noticeRecipients({ to, team }, directory, some, start)[0] ?? []
    t.strictSame(told('lead', contacts), ['lead@example.org'])
    t.strictSame(told('director', contacts), ['director@example.org'])
    const nobodyInTeam = { teams: {}, handlers: { ...handlers, 'vietnam-1': [] } }
    t.strictSame(told('team', nobodyInTeam), ['lead@example.org'])
    const onlyDirector = { teams: {}, handlers: { 'intake-2': ['director@example.org'] } }
    t.strictSame(told('team', onlyDirector), ['director@example.org'])
    t.strictSame(told('lead', onlyDirector), ['director@example.org'])
    const onlyTeam = { teams: { vietnam: ['team@example.org'] }, handlers: {} }
    t.strictSame(told('director', onlyTeam), ['team@example.org'])
    t.strictSame(told('director', { teams: {}, handlers: {} }), [])
    t.strictSame(told('team', contacts, null), [
      'intake@example.org',
      'lead@example.org',
      'director@example.org',
    ])
  },
)

await t.test('a lead of the own team comes before the leads of others', async t => {
  const directory = exampleDirectory()
  const [vietnam] = directory.handlers
  vietnam?.roles.push('lead')
  t.strictSame(noticeRecipients({ to: 'lead', team: 'vietnam' }, directory, contacts, start)[0], [
    'v1@example.org',
    'team@example.org',
  ])
})

await t.test('who is no longer valid is not told', async t => {
  const directory = exampleDirectory()
  const [vietnam] = directory.handlers
  if (vietnam !== undefined) vietnam.valid_until = '2026-01-01T00:00:00Z'
  t.strictSame(noticeRecipients(one, directory, { ...contacts, teams: {} }, start)[0], [
    'lead@example.org',
  ])
})

await t.test('those who stand in for others come in the order of the ladder', async t => {
  const directory = exampleDirectory()
  t.strictSame(noticeRecipients({ to: 'lead', team: 'vietnam' }, directory, contacts, start), [
    ['lead@example.org'],
    ['director@example.org'],
    ['team@example.org', 'v1@example.org'],
  ])
})

await t.test('a mail of many notices names fifty of them and counts the others', async t => {
  const notices = Array.from({ length: 60 }, (_, index) => ({
    ...one,
    caseId: `3zx8kq${String(index).padStart(20, '0')}`,
    dueAt: start + (5 + index) * hour,
  }))
  const mail = noticeMail({ id: one.id, notices })
  t.equal(mail.subject, '[khancap] 60 notices, the nearest (due in 5 h)')
  t.equal(mail.text.split('Case: ').length - 1, 50)
  t.match(mail.text, 'And 10 more: khancap inbox')
  t.notMatch(noticeMail({ id: one.id, notices: notices.slice(0, 50) }).text, 'more')
  t.ok(mail.text.length < 10_000)
  t.ok(mail.text.split('\n').every(line => line.length <= 76))
  t.match(noticeMail({ id: one.id, notices }, true).text, /^This could not be delivered to those/)
})

await t.test('a case that was closed without an answer hides behind no others', async t => {
  const closed = Array.from({ length: 560 }, (_, index) => ({
    ...one,
    kind: 'closed' as const,
    to: 'lead' as const,
    dueAt: null,
    caseId: `3zx8kq${String(index).padStart(20, '0')}`,
  }))
  const waiting = Array.from({ length: 60 }, () => ({ ...one, to: 'lead' as const }))
  const named = (notices: readonly Notice[]) => {
    const { text } = noticeMail({ id: one.id, notices })
    t.ok(text.split('\n').every(line => line.length <= 76))
    return { text, count: closed.filter(({ caseId }) => text.includes(caseId)).length }
  }
  const some = named([...waiting, ...closed.slice(0, 500)])
  t.equal(some.count, 500, 'each is named, however many notices come first')
  t.match(some.text, 'And 10 more: khancap inbox\n')
  t.match(some.text, 'And 500 more closed without an answer:\n')
  t.notMatch(some.text, 'inbox --all')
  const many = named(closed)
  t.equal(many.count, 550)
  t.notMatch(many.text, /more: khancap inbox\n/, 'the inbox does not show them')
  t.match(many.text, 'and 10 more: khancap inbox --all\n')
  const lane = {
    id: one.id,
    team: null,
    to: 'lead',
    urgent: false,
    failures: 0,
    now: start,
  } as const
  const { data } = noticeEvent({ ...lane, notices: [...waiting, ...closed] })
  t.equal(data.count, 620)
  t.equal(data.notices.length, 550)
  t.equal(data.notices.filter(({ kind }) => kind === 'closed').length, 500)
})

const at = (text: string) => new Date(text).getTime()

await t.test('quiet hours end by the clock on the wall, also where that is changed', async t => {
  const night = { from: '22:00', until: '07:00', zone: 'Asia/Ho_Chi_Minh' }
  const paris = { ...night, zone: 'Europe/Paris' }
  const noon = { from: '12:00', until: '13:30', zone: 'UTC' }
  const table = [
    [night, '2026-03-02T14:59:59Z', '2026-03-02T14:59:59Z'],
    [night, '2026-03-02T15:00:00Z', '2026-03-03T00:00:00Z'],
    [night, '2026-03-02T23:59:59Z', '2026-03-03T00:00:00Z'],
    [night, '2026-03-03T00:00:00Z', '2026-03-03T00:00:00Z'],
    [noon, '2026-03-02T12:10:30Z', '2026-03-02T13:30:00Z'],
    [noon, '2026-03-02T13:30:00Z', '2026-03-02T13:30:00Z'],
    // Spring: 22:00 CET is 21:00Z, 07:00 CEST is 05:00Z. Autumn: 22:00 CEST is 20:00Z, 07:00 CET is 06:00Z.
    [paris, '2026-03-28T21:00:00Z', '2026-03-29T05:00:00Z'],
    [paris, '2026-10-24T20:00:00Z', '2026-10-25T06:00:00Z'],
    [paris, '2026-10-25T00:30:00Z', '2026-10-25T06:00:00Z'],
    [paris, '2026-10-25T01:30:00Z', '2026-10-25T06:00:00Z'],
  ] as const
  for (const [quiet, from, until] of table)
    t.equal(new Date(endOfQuiet(quiet, at(from))).toISOString(), until.replace('Z', '.000Z'), from)
  for (const wrong of [
    { ...night, zone: 'Mars/Olympus' },
    { ...night, from: '24:00' },
    { ...night, from: '7:00' },
    { ...night, until: night.from },
  ])
    t.notOk(Contacts.safeParse({ quiet: { vietnam: wrong } }).success, JSON.stringify(wrong))
})

await t.test('alarms go at once; the rest is gathered and waits for the morning', async t => {
  // 02:00 at night in Hanoi; until 07:00.
  const now = at('2026-03-02T19:00:00Z')
  const morning = 5 * hour
  const quiet = { vietnam: { from: '22:00', until: '07:00', zone: 'Asia/Ho_Chi_Minh' } }
  const lane = { lastSentAt: null, wakeAt: null, failures: 0 }
  const pending: PendingNotice = { ...one, now, dueAt: now + 48 * hour, lane }
  const wait = (changes: Partial<PendingNotice>, some: Pick<Contacts, 'quiet'> = {}) =>
    noticeTime({ ...pending, ...changes }, some, 300) - now
  t.equal(wait({}), 0, 'the first one leaves at once')
  t.equal(wait({ lane: { ...lane, lastSentAt: now - 60_000 } }), 240_000, 'five minutes later')
  t.equal(wait({ lane: { ...lane, lastSentAt: now - 400_000 } }), 0)
  t.equal(wait({ lane: { ...lane, lastSentAt: now + hour } }), 0, 'the clock was set back')
  t.equal(wait({}, { quiet }), morning)
  t.equal(wait({ team: 'china' }, { quiet }), 0, 'another team is awake')
  t.equal(wait({ to: 'lead' }, { quiet }), 0, 'leads are told')
  for (const kind of ['escalation', 'breach'] as const) t.equal(wait({ kind }, { quiet }), 0, kind)
  t.equal(wait({ dueAt: now + 10 * hour }, { quiet }), morning, 'half of the time is left then')
  t.equal(wait({ dueAt: now + 10 * hour - 1 }, { quiet }), 0, 'less than half would be')
  t.equal(wait({ dueAt: now - hour }, { quiet }), 0, 'overdue')
  const late = { ...lane, lastSentAt: now - 60_000 }
  t.equal(wait({ kind: 'closed', dueAt: null, lane: late }), 240_000, 'rubbish is closed in heaps')
  t.equal(wait({ kind: 'deleted', dueAt: null, lane: late }), 0)
  const failing = { lastSentAt: now - hour, wakeAt: now + 20_000, failures: 2 }
  t.equal(wait({ lane: failing, kind: 'breach' }), 20_000, 'a lane that fails waits as a whole')
})
