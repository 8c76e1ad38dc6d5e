// Groups form out of what one turn of the event loop brings, and out of what comes while groups are under way.
import t from 'tap'
import { groupCommit, type GroupLimits } from '../../src/adapters/postgres/group-commit.js'

interface Written {
  readonly group: readonly number[]
  readonly settle: () => void
}

/** A group commit whose groups are written when the test says so. */
function groups(limits: Partial<GroupLimits<number>> = {}) {
  const written: Written[] = []
  const add = groupCommit<number, number>(
    group =>
      new Promise(resolve => {
        const settle = () =>
          resolve(
            group.map(member =>
              member < 0
                ? { status: 'rejected', reason: new RangeError(`${member}`) }
                : { status: 'fulfilled', value: member * 10 },
            ),
          )
        written.push({ group, settle })
      }),
    { maxMembers: 8, maxBytes: 100, groupsInFlight: 2, fullAt: 4, bytesOf: () => 1, ...limits },
  )
  return { add, written, shapes: () => written.map(({ group }) => group) }
}

const turn = () => new Promise(resolve => setImmediate(resolve))

await t.test('who comes alone is written in the same turn of the event loop', async t => {
  const { add, written, shapes } = groups()
  const answer = add(1)
  await turn()
  t.strictSame(shapes(), [[1]])
  written[0]?.settle()
  t.equal(await answer, 10)
})

await t.test('what one turn brings makes one group', async t => {
  const { add, shapes } = groups()
  void add(1)
  await Promise.resolve()
  void add(2)
  process.nextTick(() => void add(3))
  await turn()
  t.strictSame(shapes(), [[1, 2, 3]])
})

await t.test('a full group does not wait for the end of the turn, one below it does', async t => {
  const { add, shapes } = groups()
  for (const member of [1, 2, 3]) void add(member)
  t.strictSame(shapes(), [])
  void add(4)
  t.strictSame(shapes(), [[1, 2, 3, 4]])
  void add(5)
  t.strictSame(shapes(), [[1, 2, 3, 4]])
  await turn()
  t.strictSame(shapes(), [[1, 2, 3, 4], [5]])
})

await t.test('no more groups are under way than allowed, and none is larger', async t => {
  const { add, written, shapes } = groups()
  const answers = Array.from({ length: 20 }, (_, member) => add(member))
  await turn()
  t.strictSame(
    shapes().map(group => group.length),
    [4, 4],
  )
  written[0]?.settle()
  await answers[0]
  t.strictSame(
    shapes().map(group => group.length),
    [4, 4, 8],
  )
  written[1]?.settle()
  await answers[4]
  written[2]?.settle()
  written[3]?.settle()
  await Promise.all(answers)
  t.strictSame(
    shapes().flat(),
    Array.from({ length: 20 }, (_, member) => member),
  )
})

await t.test('a group holds no more bytes than allowed, but always one member', async t => {
  const { add, shapes } = groups({ maxBytes: 10, bytesOf: member => member, groupsInFlight: 9 })
  for (const member of [4, 6, 1]) void add(member)
  await turn()
  void add(11)
  await turn()
  t.strictSame(shapes(), [[4, 6], [1], [11]])
})

await t.test('each member hears its own outcome', async t => {
  const { add, written } = groups()
  const answers = Promise.allSettled([add(1), add(-2), add(3)])
  await turn()
  written[0]?.settle()
  t.match(await answers, [
    { status: 'fulfilled', value: 10 },
    { status: 'rejected', reason: { message: '-2' } },
    { status: 'fulfilled', value: 30 },
  ])
})

await t.test(
  'where a group fails all its members hear it, and the next ones are written',
  async t => {
    let fails = true
    const add = groupCommit<number, number>(
      async group => {
        if (fails) throw new Error('no store')
        return group.map(value => ({ status: 'fulfilled', value }))
      },
      { maxMembers: 8, maxBytes: 100, groupsInFlight: 1, fullAt: 4, bytesOf: () => 1 },
    )
    t.match(await Promise.allSettled([add(1), add(2)]), [
      { status: 'rejected', reason: { message: 'no store' } },
      { status: 'rejected', reason: { message: 'no store' } },
    ])
    fails = false
    t.equal(await add(3), 3)
  },
)
