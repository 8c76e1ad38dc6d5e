// Choices that commands offer, with the words for a person who is asked, and what counts where nobody chooses.
import type { HoldReason, Outcome, Via } from '../../schemas/case.js'

export const outcomes = {
  supported: 'support was given',
  referred: 'another organisation has taken it on',
  out_of_scope: 'outside what the program does; alternatives were named',
  no_contact: 'the applicant could not be reached again',
  duplicate: 'the same request as another one',
  not_a_request: 'no request for support',
} as const satisfies Record<Outcome, string>

export const ways = {
  mail: 'by mail',
  messenger: 'by messenger',
  phone: 'by phone',
  in_person: 'in person',
  through_someone: 'through somebody else',
} as const satisfies Record<Via, string>

export const holdReasons = {
  applicant_asked: 'the applicant asked us to wait',
  contact_unsafe: 'an answer now could endanger the applicant',
  cannot_work: 'the organisation cannot work',
} as const satisfies Record<HoldReason, string>

/** Lines of the inbox at most, where nobody says how many. */
export const inboxLimit = '50'
