// The graph of a case's states: what each act does, and that no sequence of acts ever leaves the graph.
import fc from 'fast-check'
import t from 'tap'
import { CaseState, Outcome } from '../../schemas/case.js'
import {
  afterAct,
  type CaseAct,
  mayClose,
  mayMove,
  stopsClock,
} from '../../src/core/case/states.js'

const runs = process.env['KHANCAP_TEST_LONG'] === '1' ? 10_000 : 1000
const acts: readonly CaseAct[] = [
  'route',
  'claim',
  'release',
  'reply',
  'contacted',
  'note',
  'grant',
  'addition',
  'close',
  'reopen',
  'purge',
  'hold',
  'unhold',
  'delete',
]

await t.test('each act in each state, one row a state', async t => {
  // Columns in the order of `acts`; "-" is refused. A case that was never answered.
  const table: Record<CaseState, string> = {
    received: 'routed - - - - - - received - - - - - purged',
    routed: '- claimed - - - routed routed routed - - - routed routed purged',
    claimed:
      '- claimed routed answered answered claimed claimed claimed closed - - claimed claimed purged',
    answered:
      '- answered answered answered answered answered answered answered closed - - answered answered purged',
    closed: '- - - - - closed closed routed - routed purged - - purged',
    purged: '- - - - - - - - - - - - - -',
  }
  for (const state of CaseState.options) {
    const row = acts.map(act => afterAct(act, state, false) ?? '-').join(' ')
    t.equal(row, table[state], state)
  }
})

await t.test('a case that was answered comes back from closed as answered', async t => {
  t.equal(afterAct('reopen', 'closed', true), 'answered')
  t.equal(afterAct('addition', 'closed', true), 'answered')
  t.equal(afterAct('reopen', 'closed', false), 'routed')
})

await t.test(
  'received, routed, claimed, answered, closed, purged is a path of the graph',
  async t => {
    const path = CaseState.options
    for (const [index, state] of path.slice(0, -1).entries())
      t.ok(mayMove(state, path[index + 1] ?? state), `${state} -> ${path[index + 1]}`)
    t.notOk(mayMove('received', 'claimed'), 'nobody works on what was not routed')
    t.notOk(mayMove('received', 'closed'))
    t.notOk(mayMove('answered', 'received'))
    for (const state of CaseState.options) t.notOk(mayMove('purged', state), 'a purge is final')
  },
)

await t.test(
  'no sequence of acts leaves the graph, and none but a purge and the applicant end it',
  async () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...acts), { maxLength: 60 }), sequence => {
        let state: CaseState = 'received'
        let answered = false
        for (const act of sequence) {
          const next = afterAct(act, state, answered)
          if (next === null) continue
          if (!mayMove(state, next)) return false
          if (next === 'purged' && act !== 'purge' && act !== 'delete') return false
          if (act === 'reply' || act === 'contacted') answered = true
          // What was never answered can only be at rest where somebody closed it with an outcome on record.
          if (next === 'answered' && !answered) return false
          state = next
        }
        return true
      }),
      { numRuns: runs },
    )
  },
)

await t.test(
  'only a reply, an answer given elsewhere, a close and the applicant stop the clock',
  async t => {
    t.strictSame(acts.filter(stopsClock), ['reply', 'contacted', 'close', 'delete'])
  },
)

await t.test('an unanswered case closes only where there was nobody to answer', async t => {
  const unanswered = Outcome.options.filter(outcome => mayClose('claimed', outcome, false))
  t.strictSame(unanswered, ['no_contact', 'duplicate', 'not_a_request'])
  for (const outcome of Outcome.options) {
    t.ok(mayClose('answered', outcome, true), outcome)
    t.notOk(mayClose('routed', outcome, false), 'a close needs somebody who answers for it')
    t.notOk(mayClose('closed', outcome, true))
  }
})
