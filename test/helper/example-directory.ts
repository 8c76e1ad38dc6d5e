// A small valid directory for tests of rules: the example teams and rows, with recipients and keys that have the
// right shape and open nothing.
import { Directory, type DirectoryHandler } from '../../schemas/directory.js'
import type { Program, ServiceLevel } from '../../schemas/program.js'

export const hour = 3600
export const day = 86_400
/** 2026-01-01T00:00:00Z. */
export const start = 1_767_225_600_000

const from = '2026-01-01T00:00:00Z'

/** The shipped ladder: unclaimed after 1 and 4 hours, reminders at 24 and 40, lead at 44, director at 47. */
export const twoDays: ServiceLevel = {
  first_response_seconds: 48 * hour,
  addition_response_seconds: 72 * hour,
  ladder: [
    { after_seconds: hour, kind: 'reminder', to: 'team', only: 'unclaimed' },
    { after_seconds: 4 * hour, kind: 'reminder', to: 'team', only: 'unclaimed' },
    { after_seconds: 24 * hour, kind: 'reminder', to: 'team', only: 'unanswered' },
    { after_seconds: 40 * hour, kind: 'reminder', to: 'team', only: 'unanswered' },
    { after_seconds: 44 * hour, kind: 'escalation', to: 'lead', only: 'unanswered' },
    { after_seconds: 47 * hour, kind: 'escalation', to: 'director', only: 'unanswered' },
    { after_seconds: 48 * hour, kind: 'breach', to: 'director', only: 'unanswered' },
  ],
}

export const sevenDays: ServiceLevel = {
  first_response_seconds: 7 * day,
  addition_response_seconds: 7 * day,
  ladder: [
    { after_seconds: 3 * day, kind: 'reminder', to: 'team', only: 'unanswered' },
    { after_seconds: 6 * day, kind: 'escalation', to: 'lead', only: 'unanswered' },
    { after_seconds: 7 * day, kind: 'breach', to: 'director', only: 'unanswered' },
  ],
}

/** Text of the right shape for a recipient, different for each number. */
export function recipientShape(number: number): string {
  const digits = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
  const tail = Array.from({ length: 8 }, (_, i) => digits[(number >> (i * 5)) & 31]).join('')
  return `age1pq1${'q'.repeat(1942)}${tail}`
}

function handler(
  number: number,
  id: string,
  team: string,
  roles: DirectoryHandler['roles'],
): DirectoryHandler {
  const validity = { valid_from: from, valid_until: null }
  return {
    id,
    recipients: [{ recipient: recipientShape(number), ...validity }],
    signing_keys: [{ key: `${'A'.repeat(42)}${'AEIMQUYcgkosw048'[number % 16]}`, ...validity }],
    roles,
    teams: [team],
    languages: [],
    ...validity,
  }
}

const example: Pick<
  Program,
  'form' | 'more' | 'tags' | 'promise' | 'slip' | 'retention_days' | 'valid_from' | 'valid_until'
> = {
  valid_from: from,
  valid_until: null,
  form: {
    version: 1,
    questions: [
      {
        key: 'what',
        type: 'text',
        required: true,
        ways_out: [],
        max_chars: 100,
        lines: 'many',
      },
    ],
  },
  more: null,
  tags: [],
  promise: { en: 'Somebody answers within 48 hours.' },
  slip: 'sealed',
  retention_days: 90,
}

/** Fresh each time, so that a test may change what it likes. */
export function exampleDirectory(): Directory {
  return Directory.parse({
    v: 1,
    name: 'Example',
    demo: true,
    origin: 'http://127.0.0.1:8480',
    addresses: ['http://127.0.0.1:8480'],
    sequence: 1,
    previous: null,
    valid_from: from,
    expires: '2026-03-01T00:00:00Z',
    minimum_client: 1,
    key_retention_days: 30,
    root: { threshold: 1, keys: [{ name: 'example/root', key: 'A'.repeat(43) }] },
    receipt_keys: [{ name: 'example/receipt', key: 'A'.repeat(43) }],
    router: [{ recipient: recipientShape(1000), valid_from: from, valid_until: null }],
    teams: ['vietnam', 'china', 'asia', 'litigation', 'intake'].map(id => ({ id, names: {} })),
    handlers: [
      handler(1, 'vietnam-1', 'vietnam', ['handler']),
      handler(2, 'china-1', 'china', ['handler']),
      handler(3, 'asia-1', 'asia', ['handler']),
      handler(4, 'litigation-1', 'litigation', ['handler']),
      handler(5, 'intake-1', 'intake', ['handler', 'lead']),
      handler(6, 'intake-2', 'intake', ['director']),
    ],
    programs: [
      {
        ...example,
        id: 'emergency',
        names: { en: 'Emergency support' },
        languages: ['en', 'vi', 'zh-Hans', 'zh-Hant'],
        countries: ['CN', 'HK', 'MO', 'TW', 'VN', 'KH', 'TH'],
        service_level: twoDays,
        routing: [
          { languages: [], countries: ['unknown'], team: 'intake', flag: 'country_unknown' },
          { languages: [], countries: ['not_covered'], team: 'intake' },
          { languages: ['vi'], countries: [], team: 'vietnam' },
          { languages: ['zh-Hans', 'zh-Hant'], countries: [], team: 'china' },
          { languages: ['en'], countries: ['VN'], team: 'vietnam' },
          { languages: ['en'], countries: ['CN', 'HK', 'MO', 'TW'], team: 'china' },
          { languages: ['en'], countries: [], team: 'asia' },
          { languages: ['other'], countries: [], team: 'intake', flag: 'language_not_handled' },
        ],
        fallback_team: 'intake',
      },
      {
        ...example,
        id: 'pil',
        names: { en: 'Public-interest litigation' },
        languages: ['en', 'vi', 'zh-Hans', 'zh-Hant', 'fr'],
        countries: ['CN', 'HK', 'MO', 'TW', 'VN', 'KH', 'TH'],
        service_level: sevenDays,
        routing: [{ languages: ['en', 'vi', 'zh-Hans', 'fr'], countries: [], team: 'litigation' }],
        fallback_team: 'intake',
        retention_days: 365,
      },
    ],
  })
}
