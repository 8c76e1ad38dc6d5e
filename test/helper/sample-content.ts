// Small true examples of everything that is sealed or signed, for tests: a context, contents, people with keys.
import type {
  AdditionContent,
  Context,
  EnvelopeContent,
  NoteMessage,
  SlipContent,
} from '../../schemas/sealed.js'
import type { Directory, DirectoryHandler } from '../../schemas/directory.js'
import type { Program } from '../../schemas/program.js'
import type { NoteSigner } from '../../keys/note.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { newAgeIdentity, recipientOf } from '../../src/core/envelope/age-keys.js'
import type { Primitives } from '../../src/core/crypto/primitives.js'

export const sampleOrigin = 'https://help.example.org'
export const sampleDirectorySha256 = new Uint8Array(32).fill(7)

export function sampleContext(kind: Context['kind']): Context {
  return {
    kind,
    channel: 'web',
    origin: sampleOrigin,
    directory_sequence: 3,
    directory_sha256: encodeBase64url(sampleDirectorySha256),
  }
}

export interface Person {
  readonly identity: string
  readonly recipient: string
}

export function newPerson(p: Primitives): Person {
  const identity = newAgeIdentity(p)
  return { identity, recipient: recipientOf(p, identity) }
}

export function people(p: Primitives, count: number): Person[] {
  return Array.from({ length: count }, () => newPerson(p))
}

export function sampleEnvelope(p: Primitives, replyRecipient: string): EnvelopeContent {
  return {
    v: 1,
    kind: 'envelope',
    program: 'emergency',
    form_version: 1,
    language: 'vi',
    page_language: 'vi',
    answers: {
      situation: 'Tôi cần được giúp đỡ ngay. Họ đang ở trước nhà.',
      needs: ['shelter', 'lawyer'],
      country: 'TH',
      since: { date: '2026-03' },
      phone: { way_out: 'prefer_not' },
      people: [{ name: 'Nguyễn Thị Ánh', ages: ['child', 'adult'] }],
    },
    promise: 'Chúng tôi trả lời trong vòng 48 giờ.',
    reply: {
      recipient: replyRecipient,
      key: encodeBase64url(p.random(32)),
      addition_key: encodeBase64url(p.random(32)),
    },
    attachments: [],
    context: sampleContext('envelope'),
  }
}

export function sampleSlip(): SlipContent {
  return {
    v: 1,
    kind: 'slip',
    envelope: encodeBase64url(new Uint8Array(32).fill(9)),
    program: 'emergency',
    language: 'vi',
    country: 'TH',
    region: null,
    urgency: 'happening_now',
    deadline: null,
    context: sampleContext('slip'),
  }
}

export function sampleAddition(): AdditionContent {
  return {
    v: 1,
    kind: 'addition',
    text: 'Thêm một điều nữa',
    form_version: null,
    answers: null,
    attachments: [],
    context: sampleContext('addition'),
  }
}

export function sampleNote(): NoteMessage {
  return {
    id: 'AAAAAAAAAAAAAAAAAAAAAA',
    about: 'note',
    case: '0123456789abcdefghjkmnpqrs',
    envelope: encodeBase64url(new Uint8Array(32).fill(9)),
    by: 'vi-1',
    text: 'called, no answer',
    hour: '2026-03-01T10:00:00Z',
  }
}

export const sampleProgram: Program = {
  id: 'emergency',
  names: { en: 'Emergency support' },
  valid_from: '2026-01-01T00:00:00Z',
  valid_until: null,
  languages: ['vi', 'en'],
  countries: ['VN', 'TH'],
  form: {
    version: 1,
    questions: [
      {
        key: 'situation',
        required: true,
        ways_out: [],
        type: 'text',
        max_chars: 5000,
        lines: 'many',
      },
    ],
  },
  more: null,
  tags: [],
  service_level: {
    first_response_seconds: 172_800,
    addition_response_seconds: 172_800,
    ladder: [
      { after_seconds: 86_400, kind: 'reminder', to: 'team', only: 'unclaimed' },
      { after_seconds: 172_800, kind: 'breach', to: 'director', only: 'unanswered' },
    ],
  },
  promise: { en: 'We answer within 48 hours.' },
  routing: [{ languages: ['vi'], countries: [], team: 'vi' }],
  fallback_team: 'en',
  slip: 'sealed',
  retention_days: 90,
}

export interface Organisation {
  readonly directory: Directory
  readonly roots: readonly NoteSigner[]
  readonly receipt: NoteSigner
  readonly router: Person
  readonly handlers: readonly (Person & { readonly id: string; readonly seed: Uint8Array })[]
}

/** A root of two out of three, two teams, a handler each. */
export function sampleOrganisation(p: Primitives): Organisation {
  const validity = { valid_from: '2026-01-01T00:00:00Z', valid_until: null }
  const roots = ['root-a', 'root-b', 'root-c'].map(name => ({ name, seed: p.random(32) }))
  const receipt = { name: 'receipts', seed: p.random(32) }
  const publicKey = ({ name, seed }: NoteSigner) => ({
    name,
    key: encodeBase64url(p.ed25519PublicKey(seed)),
  })
  const router = newPerson(p)
  const handlers = ['vi-1', 'en-1'].map(id => ({ ...newPerson(p), id, seed: p.random(32) }))
  return {
    roots,
    receipt,
    router,
    handlers,
    directory: {
      v: 1,
      name: 'Example',
      demo: false,
      origin: sampleOrigin,
      addresses: [sampleOrigin],
      sequence: 1,
      previous: null,
      valid_from: '2026-03-01T00:00:00Z',
      expires: '2026-05-30T00:00:00Z',
      minimum_client: 1,
      key_retention_days: 30,
      root: { threshold: 2, keys: roots.map(publicKey) },
      receipt_keys: [publicKey(receipt)],
      router: [{ recipient: router.recipient, ...validity }],
      teams: [
        { id: 'vi', names: { en: 'Vietnamese' } },
        { id: 'en', names: { en: 'English' } },
      ],
      handlers: handlers.map(
        ({ id, recipient, seed }): DirectoryHandler => ({
          id,
          recipients: [{ recipient, ...validity }],
          signing_keys: [{ key: encodeBase64url(p.ed25519PublicKey(seed)), ...validity }],
          roles: ['handler'],
          teams: [id.slice(0, 2)],
          languages: [id.slice(0, 2)],
          ...validity,
        }),
      ),
      programs: [sampleProgram],
    },
  }
}
