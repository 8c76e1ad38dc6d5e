// Notices: whom they tell, and that their words hold nothing of a case.
import t from 'tap'
import type { Contacts } from '../../schemas/contacts.js'
import { shippedPrograms } from '../../schemas/programs/shipped.js'
import { noticeMail } from '../../src/app/notice-mail.js'
import { noticeRecipients } from '../../src/app/notice-recipients.js'
import type { Notice } from '../../src/ports/notice-store.js'
import { exampleDirectory, start } from '../helper/example-directory.js'

const hour = 3_600_000
const notice: Notice = {
  id: '6f9d1c1e-6e4c-4f8a-9b3a-0123456789ab',
  caseId: '3zx8kq0000000000000000abcd',
  kind: 'reminder',
  to: 'team',
  program: 'emergency',
  team: 'vietnam',
  dueAt: start + 24 * hour,
  directorySequence: 3,
  now: start,
}

await t.test(
  'a notice names the case, its program and the time, and nothing else of it',
  async t => {
    const mail = noticeMail(notice)
    t.equal(mail.messageId, `khancap.${notice.id}`)
    t.equal(mail.subject, '[khancap] a case waits for an answer (due in 24 h)')
    t.match(mail.text, notice.caseId)
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
  for (const kind of ['new_case', 'addition', 'reminder', 'escalation', 'breach'] as const) {
    const { subject, text } = noticeMail({ ...notice, kind })
    for (const word of secret) t.notMatch(`${subject}\n${text}`, new RegExp(`\\b${word}\\b`), word)
    t.match(text, /^[\x20-\x7e\n]*$/, 'plain ASCII')
    t.ok(subject.length < 78)
  }
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
  for (const [left, words] of table)
    t.match(noticeMail({ ...notice, dueAt: start + left }).subject, `(${words})`)
  t.match(noticeMail({ ...notice, dueAt: null, program: null }).text, 'Program: not known yet')
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
    t.strictSame(noticeRecipients(notice, exampleDirectory(), contacts, start), [
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
      noticeRecipients({ to, team }, directory, some, start)
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
  t.strictSame(noticeRecipients({ to: 'lead', team: 'vietnam' }, directory, contacts, start), [
    'v1@example.org',
    'team@example.org',
  ])
})

await t.test('who is no longer valid is not told', async t => {
  const directory = exampleDirectory()
  const [vietnam] = directory.handlers
  if (vietnam !== undefined) vietnam.valid_until = '2026-01-01T00:00:00Z'
  t.strictSame(noticeRecipients(notice, directory, { ...contacts, teams: {} }, start), [
    'lead@example.org',
  ])
})
