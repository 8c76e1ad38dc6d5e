// The few facts of a form that the router needs (docs/protocol.md, "Slip"). They are found by the keys that every
// program's form uses for them: `reply_language`, `country`, `region` or `event_region`, `time_pressure`, `deadline`.
import type { Instant } from '../../../schemas/encoding.js'
import type { Answer, Answers, PartialDate, SlipContent } from '../../../schemas/sealed.js'
import { isPartialDate, rowOf } from './answer.js'
import { formatTimestamp } from '../encoding/timestamp.js'

export type SlipFacts = Pick<
  SlipContent,
  'program' | 'language' | 'country' | 'region' | 'urgency' | 'deadline'
>

const urgencies = ['happening_now', 'within_48h', 'within_7d', 'ongoing', 'past'] as const

function text(answer: Answer | undefined): string | null {
  return typeof answer === 'string' ? answer : null
}

/** ISO 3166-2: it begins with the country. */
const isRegion = (answer: string | null) =>
  answer !== null && /^[A-Z]{2}-[A-Z0-9]{1,3}$/.test(answer)

/** The country that was answered, wherever a form asks for it; null where none was. */
export function countryOf(answers: Answers): string | null {
  return text(answers['country']) ?? text(rowOf(answers['jurisdiction'])?.['country'])
}

/**
 * Reads the facts out of answers that fit their form. A way out or a missing answer becomes `unknown` or null.
 * @param instantOf when a date of the applicant's is: the device knows time zones, core does not; null where the
 *   date is too vague to be a deadline
 */
export function slipFacts(
  program: string,
  answers: Answers,
  instantOf: (date: PartialDate) => Instant | null,
): SlipFacts {
  const [region = null] = [answers['region'], answers['event_region']].map(text).filter(isRegion)
  const pressure = text(answers['time_pressure'])
  const date = answers['deadline'] ?? answers['next_deadline']
  const deadline = isPartialDate(date) ? instantOf(date) : null
  return {
    program,
    language: text(answers['reply_language']) ?? 'other',
    country: countryOf(answers) ?? (region === null ? 'unknown' : region.slice(0, 2)),
    region,
    urgency: urgencies.find(urgency => urgency === pressure) ?? null,
    deadline: deadline === null ? null : formatTimestamp(deadline),
  }
}
