// A warning about a case: a code for programs, a sentence for people.
import type { Safe } from '../terminal/safe.js'

export type WarningCode =
  | 'program_unknown'
  | 'form_version_other'
  | 'answers_do_not_fit'
  | 'promise_differs'
  | 'context_differs'
  | 'routing_differs'
  | 'slip_unreadable'
  | 'history_broken'
  | 'signature_false'
  | 'act_unproven'
  | 'hold_unproven'
  | 'outcome_differs'
  | 'grant_doubtful'
  | 'reader_conflict'
  | 'directory_unseen'
  | 'answer_unproven'
  | 'answer_proof_false'
  | 'part_not_shown'
  | 'part_missing'
  | 'mail_out_of_place'
  | 'addition_missing'

export interface Warning {
  readonly code: WarningCode
  readonly words: Safe
  /** Words of the applicant's that it is about. */
  readonly quoted: string | null
}

export function warning(code: WarningCode, words: Safe, quoted: string | null = null): Warning {
  return { code, words, quoted }
}
