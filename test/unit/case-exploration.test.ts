// Every interleaving of everything that can happen to a case, with its ladder, up to a depth: acts of handlers, words of
// the applicant, the router, the sweep, time that passes. Built on core's own rules; an act that is added there and has
// no place here does not compile.

import t from 'tap'
import type { CaseState } from '../../schemas/case.js'
import type { ServiceLevel } from '../../schemas/program.js'
import {
  afterAct,
  type CaseAct,
  mayClose,
  mayMove,
  stopsClock,
} from '../../src/core/case/states.js'
import {
  additionClock,
  climb,
  clockOf,
  firstDeadline,
  nextRungAt,
  routedDueAt,
  rungsOf,
} from '../../src/core/sla/ladder.js'
import { exampleDirectory } from '../helper/example-directory.js'

const second = 1000
const level: ServiceLevel = {
  first_response_seconds: 4,
  addition_response_seconds: 6,
  ladder: [
    { after_seconds: 1, kind: 'reminder', to: 'team', only: 'unclaimed' },
    { after_seconds: 2, kind: 'reminder', to: 'team', only: 'unanswered' },
    { after_seconds: 3, kind: 'escalation', to: 'lead', only: 'unanswered' },
    { after_seconds: 4, kind: 'breach', to: 'director', only: 'unanswered' },
  ],
  after_ladder: { every_seconds: 5, to: 'director' },
}
const long = process.env['KHANCAP_TEST_LONG'] === '1'
const depth = long ? 12 : 8

interface World {
  readonly state: CaseState
  readonly answered: boolean
  readonly now: number
  readonly receivedAt: number
  readonly dueAt: number | null
  readonly nextRungAt: number | null
  readonly climbedTo: number | null
  /** By how much holds have moved the running deadline. */
  readonly heldMs: number
  /** The end of the hold of the running deadline, also when it has passed. */
  readonly holdUntil: number | null
  /** The date that the applicant named, if any. */
  readonly named: number | null
  /** The first deadline, as routing set it. */
  readonly firstDueAt: number | null
  /** What the first answer ended, which may come back: its deadline, and how far holds had moved it. */
  readonly owed: { readonly dueAt: number; readonly heldMs: number } | null
}

type Change = Partial<World>

const unheld = { heldMs: 0, holdUntil: null }

/** What the use case of each act does to the clock; null: this act is not possible, whatever its state. */
const changes: Readonly<Record<CaseAct, (world: World) => Change | null>> = {
  route: ({ receivedAt, named, now }) => {
    const dueAt = routedDueAt(level, { receivedAt, now, deadline: named })
    const next = nextRungAt(level, { startedAt: receivedAt, dueAt }, null)
    return { dueAt, firstDueAt: dueAt, nextRungAt: next }
  },
  claim: () => ({}),
  release: () => ({}),
  note: () => ({}),
  grant: () => ({}),
  reroute: () => ({}),
  cover: () => ({}),
  reply: ({ answered, dueAt, heldMs, owed }) => ({
    answered: true,
    dueAt: null,
    nextRungAt: null,
    owed: answered || dueAt === null ? owed : { dueAt, heldMs },
    ...unheld,
  }),
  contacted: () => ({ answered: true, dueAt: null, nextRungAt: null, owed: null, ...unheld }),
  // Asked for and confirmed: one second and a half, and no more than three for one deadline.
  hold({ dueAt, holdUntil, heldMs, climbedTo, now }) {
    const ms = 1.5 * second
    const isHeld = holdUntil !== null && holdUntil > now
    if (dueAt === null || dueAt <= now || isHeld || heldMs + ms > 2 * ms) return null
    return {
      dueAt: dueAt + ms,
      heldMs: heldMs + ms,
      holdUntil: now + ms,
      nextRungAt: now + ms,
      climbedTo: climbedTo === null ? null : climbedTo + ms,
    }
  },
  unhold({ dueAt, holdUntil, heldMs, climbedTo, now }) {
    if (dueAt === null || holdUntil === null || holdUntil <= now) return null
    const ms = holdUntil - now
    return {
      dueAt: dueAt - ms,
      heldMs: heldMs - ms,
      holdUntil: null,
      nextRungAt: now,
      climbedTo: climbedTo === null ? null : climbedTo - ms,
    }
  },
  close: ({ state, answered }) =>
    mayClose(state, 'supported', answered) || mayClose(state, 'no_contact', answered)
      ? { dueAt: null, nextRungAt: null, ...unheld }
      : null,
  addition({ answered, dueAt, firstDueAt, now }) {
    if (dueAt !== null) return {}
    const clock = additionClock(level)
    const responseAt = now + clock.responseSeconds * second
    // Closed without an answer, and the first one would still be in time.
    const isFirst = !answered && firstDueAt !== null && firstDueAt > now && firstDueAt < responseAt
    return {
      dueAt: isFirst ? firstDueAt : responseAt,
      nextRungAt: isFirst ? now : now + clock.firstRungSeconds * second,
      climbedTo: now,
      ...unheld,
    }
  },
  // None of the answers arrived: the first deadline is owed again, or a nearer one.
  fail({ answered, dueAt, now, owed }) {
    if (!answered || owed === null) return null
    const isNearer = dueAt === null || owed.dueAt < dueAt
    if (!isNearer) return { answered: false, owed: null }
    return {
      answered: false,
      dueAt: owed.dueAt,
      heldMs: owed.heldMs,
      holdUntil: null,
      nextRungAt: now,
      owed: null,
    }
  },
  reopen: ({ answered, firstDueAt, receivedAt, now }) =>
    answered
      ? { dueAt: null, nextRungAt: null }
      : {
          dueAt: firstDueAt ?? receivedAt + level.first_response_seconds * second,
          nextRungAt: now,
        },
  delete: () => ({ dueAt: null, nextRungAt: null, ...unheld }),
  purge: () => ({ dueAt: null, nextRungAt: null }),
}

const isOver = ({ state }: World) => state === 'closed' || state === 'purged'

function fail(world: World, what: string): never {
  throw new Error(`${what}: ${JSON.stringify(world)}`)
}

function acted(world: World, act: CaseAct): World | null {
  const change = changes[act](world)
  if (change === null) return null
  const state = afterAct(act, world.state, act === 'fail' ? false : world.answered)
  if (state === null) return null
  if (!mayMove(world.state, state)) fail(world, `${act} leaves the graph`)
  const after = { ...world, ...change, state }
  const isStopped = world.dueAt !== null && after.dueAt === null
  if (isStopped && !stopsClock(act)) fail(world, `${act} stops the clock`)
  if (world.answered && !after.answered && act !== 'fail')
    fail(world, `${act} takes an answer back`)
  return after
}

/** A pass of the sweep. Each rung that fires is later than all that was climbed: none can fire twice. */
function swept(world: World): World | null {
  const { dueAt, climbedTo, now } = world
  if (world.nextRungAt === null || world.nextRungAt > now || dueAt === null) return null
  const row = { ...world, dueAt }
  const { firings, nextRungAt: next } = climb(level, row)
  // The end of a hold is told once by its key in the store: the hold has moved `climbedTo`.
  for (const { at } of firings)
    if (at > now || (climbedTo !== null && at <= climbedTo && at !== world.holdUntil))
      fail(world, 'a rung fires twice or early')
  const fired = new Set(firings.map(({ at, kind }) => `${at} ${kind}`))
  for (const rung of rungsOf(level, clockOf(level, row))) {
    const isDue = rung.at <= now && (climbedTo === null || rung.at > climbedTo)
    const isAsked = rung.only === 'unanswered' || ['received', 'routed'].includes(world.state)
    if (isDue && isAsked && !fired.has(`${rung.at} ${rung.kind}`)) fail(world, 'a rung is missed')
  }
  if (next === null || next <= now) fail(world, 'no rung is next')
  return { ...world, climbedTo: now, nextRungAt: next }
}

function check(world: World): void {
  const { state, answered, dueAt, nextRungAt: next, now } = world
  if (isOver(world) !== (isOver(world) && dueAt === null)) fail(world, 'over, and has a deadline')
  if (!isOver(world) && !answered && dueAt === null) fail(world, 'neither a deadline nor an end')
  if (dueAt !== null && next === null) fail(world, 'a deadline without a next rung')
  if (dueAt === null && next !== null) fail(world, 'a rung without a deadline')
  // Whatever happened: the alarm at the deadline has been dealt with, or the sweep will look at it in time.
  // Where the clock was set back, once it has passed what was dealt with.
  const reached = Math.max(now, world.climbedTo ?? now)
  if (dueAt !== null && next !== null && next > Math.max(dueAt, reached) + 10 * second)
    fail(world, 'the next rung is far away')
  if (state === 'received' && answered) fail(world, 'answered before it was routed')
}

/** Times count from now; what lies a minute back or more is long ago. */
function keyOf(world: World): string {
  const ago = (at: number | null) =>
    at === null ? 'none' : Math.max(-60, (at - world.now) / second)
  return [
    world.state,
    world.answered,
    ago(world.receivedAt),
    ago(world.dueAt),
    ago(world.nextRungAt),
    ago(world.climbedTo),
    world.heldMs,
    ago(world.holdUntil),
    ago(world.named),
    ago(world.firstDueAt),
    world.owed === null ? 'none' : `${ago(world.owed.dueAt)}/${world.owed.heldMs}`,
  ].join(' ')
}

/** Every act of core, read from what must have an entry for each. */
const acts = Object.keys(changes).filter((name): name is CaseAct => name in changes)

function following(world: World): World[] {
  // The clock of the database is set back, too.
  const waits = [0.5, 2, 7, -1.5].map(seconds => ({ ...world, now: world.now + seconds * second }))
  return [...acts.map(act => acted(world, act)), swept(world), ...waits].filter(
    next => next !== null,
  )
}

/** The first instant of a case, as step 5 leaves it. @param named seconds until the date that its applicant named */
function arrival(named: number | null): World {
  const directory = exampleDirectory()
  const at = 1_767_225_600_000
  const first = firstDeadline(
    { ...directory, programs: directory.programs.map(each => ({ ...each, service_level: level })) },
    at,
  )
  return {
    state: 'received',
    answered: false,
    now: at,
    receivedAt: at,
    dueAt: at + first.firstResponseSeconds * second,
    nextRungAt: at + first.firstRungSeconds * second,
    climbedTo: null,
    named: named === null ? null : at + named * second,
    firstDueAt: null,
    owed: null,
    ...unheld,
  }
}

function explore(limit: number): { worlds: number; steps: number; states: Set<CaseState> } {
  const seen = new Set<string>()
  const states = new Set<CaseState>()
  let steps = 0
  const unseen = (worlds: readonly World[]) =>
    worlds.filter(world => {
      const key = keyOf(world)
      if (seen.has(key)) return false
      seen.add(key)
      states.add(world.state)
      check(world)
      return true
    })
  let edge = unseen([arrival(null), arrival(2.5)])
  for (let moves = 0; moves < limit; moves++)
    edge = edge.flatMap(world => {
      const after = following(world)
      steps += after.length
      return unseen(after)
    })
  return { worlds: seen.size, steps, states }
}

await t.test(`everything that can happen in ${depth} steps keeps the promise`, async t => {
  const { worlds, steps, states } = explore(depth)
  t.comment(`${depth} steps deep: ${worlds} different situations, ${steps} steps between them`)
  t.strictSame([...states].toSorted(), [
    'answered',
    'claimed',
    'closed',
    'purged',
    'received',
    'routed',
  ])
})

await t.test('from wherever a case stands, handlers and time bring it to its end', async t => {
  const stations = (['received', 'routed', 'claimed', 'answered', 'closed'] as const).flatMap(
    state => [false, true].map(answered => ({ state, answered })),
  )
  for (const station of stations) {
    let reached = [station as { state: CaseState; answered: boolean }]
    for (let moves = 0; moves < 6; moves++)
      reached = reached
        .flatMap(({ state, answered }) => [
          { state, answered },
          ...acts.flatMap(act => {
            const after = afterAct(act, state, answered)
            const isKept = act === 'close' && !mayClose(state, 'no_contact', answered)
            if (after === null || isKept || after === state) return []
            return [{ state: after, answered: answered || act === 'reply' || act === 'contacted' }]
          }),
        ])
        .filter(
          ({ state, answered }, index, all) =>
            all.findIndex(other => other.state === state && other.answered === answered) === index,
        )
    t.ok(
      reached.some(({ state }) => state === 'purged'),
      `${station.state}, answered: ${station.answered}`,
    )
  }
})
