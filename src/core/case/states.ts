// The graph of a case's states and what each act does to it: received, routed, claimed, answered, closed, purged.
// A case never leaves this graph, and only three acts of handlers end what is owed to its applicant.
import type { CaseState, Outcome } from '../../../schemas/case.js'

/** What can happen to a case. `addition` and `delete` come from its applicant, `route`, `fail` and
 * `purge` from the workers. */
export type CaseAct =
  | 'route'
  | 'claim'
  | 'release'
  | 'reply'
  | 'contacted'
  | 'note'
  | 'grant'
  | 'reroute'
  | 'cover'
  | 'addition'
  | 'fail'
  | 'close'
  | 'hold'
  | 'unhold'
  | 'reopen'
  | 'delete'
  | 'purge'

type Moves = Readonly<Partial<Record<CaseState, readonly CaseState[]>>>

// Act -> state before -> states after. What is not here cannot happen. Two states after one act are told apart
// by whether the case was ever answered: `afterAct`.
const graph: Readonly<Record<CaseAct, Moves>> = {
  route: { received: ['routed'] },
  // A claim says who works on it; it never says that somebody was answered.
  claim: { routed: ['claimed'], claimed: ['claimed'], answered: ['answered'] },
  release: { claimed: ['routed'], answered: ['answered'] },
  reply: { claimed: ['answered'], answered: ['answered'] },
  contacted: { claimed: ['answered'], answered: ['answered'] },
  note: {
    routed: ['routed'],
    claimed: ['claimed'],
    answered: ['answered'],
    closed: ['closed'],
  },
  grant: { routed: ['routed'], claimed: ['claimed'], answered: ['answered'], closed: ['closed'] },
  // Another team has it now: nobody has claimed it there, and what is owed is owed still.
  reroute: { routed: ['routed'], claimed: ['routed'], answered: ['answered'] },
  cover: { routed: ['routed'], claimed: ['claimed'], answered: ['answered'] },
  // Words that come after the end put the case back to work: nobody would look at a closed case.
  addition: {
    received: ['received'],
    routed: ['routed'],
    claimed: ['claimed'],
    answered: ['answered'],
    closed: ['routed', 'answered'],
  },
  // An answer by mail did not arrive. Without another one nobody was answered, and the team has it again.
  fail: {
    routed: ['routed'],
    claimed: ['claimed'],
    answered: ['routed', 'answered'],
    closed: ['routed', 'answered'],
  },
  // The deadline moves; whose turn it is does not.
  hold: { routed: ['routed'], claimed: ['claimed'], answered: ['answered'] },
  unhold: { routed: ['routed'], claimed: ['claimed'], answered: ['answered'] },
  close: { claimed: ['closed'], answered: ['closed'] },
  reopen: { closed: ['routed', 'answered'] },
  // Whoever asked may take it back at any time.
  delete: {
    received: ['purged'],
    routed: ['purged'],
    claimed: ['purged'],
    answered: ['purged'],
    closed: ['purged'],
  },
  purge: { closed: ['purged'] },
}

const acts: readonly CaseAct[] = [
  'route',
  'claim',
  'release',
  'reply',
  'contacted',
  'note',
  'grant',
  'reroute',
  'cover',
  'addition',
  'fail',
  'close',
  'hold',
  'unhold',
  'reopen',
  'delete',
  'purge',
]

/**
 * The state after an act, or null where the act is not possible in this state.
 *
 * @param answered whether the case was ever answered: a case that comes back from `closed` is owed its first
 *   answer, or is not
 */
export function afterAct(act: CaseAct, state: CaseState, answered: boolean): CaseState | null {
  const after = graph[act][state]
  if (after === undefined) return null
  const [first, second] = after
  return (answered ? second : undefined) ?? first ?? null
}

/** Whether some act moves a case from one state to another (or leaves it where it is). */
export function mayMove(from: CaseState, to: CaseState): boolean {
  return acts.some(act => graph[act][from]?.includes(to) ?? false)
}

/**
 * Whether an act ends what is owed: a sealed reply, an answer given outside the system, a close with its outcome on
 * record, or the applicant's own wish. A claim, a release and a note never do; a hold moves the deadline and ends nothing.
 */
export function stopsClock(act: CaseAct): boolean {
  return act === 'reply' || act === 'contacted' || act === 'close' || act === 'delete'
}

// Ends that are possible without having answered: there was nobody to answer, or the answer is in another case.
const endsUnanswered: readonly Outcome[] = ['no_contact', 'duplicate', 'not_a_request']

/**
 * Whether a case may be closed with this outcome. Silence is never an outcome: who is supported, referred or out
 * of scope has been told so first, in a reply or by another way.
 */
export function mayClose(state: CaseState, outcome: Outcome, answered: boolean): boolean {
  return (
    afterAct('close', state, answered) !== null && (answered || endsUnanswered.includes(outcome))
  )
}
