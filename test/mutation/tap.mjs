// Stands in for tap while mutants are tried: subtests by name, the first thing that does not hold ends it. What is asked
// is the same; what is reported is only whether anybody noticed.
import assert from 'node:assert'

/** Set by the runner: which subtests run, and who is told of each. */
const plan = () => globalThis.mutationPlan

function matches(value, pattern) {
  if (pattern instanceof RegExp) return pattern.test(String(value))
  if (typeof pattern === 'string') return typeof value === 'string' && value.includes(pattern)
  if (typeof pattern === 'function') return value instanceof pattern
  if (typeof pattern !== 'object' || pattern === null) return value === pattern
  if (typeof value !== 'object' || value === null) return false
  return Object.keys(pattern).every(key => matches(value[key], pattern[key]))
}

/** To tap bytes are the same whatever holds them. */
function plain(value) {
  if (value instanceof Uint8Array) return [...value]
  if (Array.isArray(value)) return value.map(plain)
  if (value === null || value === undefined || Object.getPrototypeOf(value) !== Object.prototype)
    return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]))
}

function expectError(error, expected) {
  if (typeof expected === 'function') assert.ok(error instanceof expected)
  else if (typeof expected === 'object') assert.ok(matches(error, expected))
}

async function later(promise) {
  const running = typeof promise === 'function' ? promise() : promise
  try {
    await running
  } catch (error) {
    return { error }
  }
  return null
}

function now(call) {
  try {
    call()
  } catch (error) {
    return { error }
  }
  return null
}

function tester(isRoot) {
  const teardowns = []
  const t = {
    ok: value => assert.ok(value),
    notOk: value => assert.ok(!value),
    equal: (one, other) => assert.ok(Object.is(one, other)),
    not: (one, other) => assert.ok(!Object.is(one, other)),
    same: (one, other) => assert.deepEqual(plain(one), plain(other)),
    notSame: (one, other) => assert.notDeepEqual(plain(one), plain(other)),
    strictSame: (one, other) => assert.deepStrictEqual(one, other),
    match: (value, pattern) => assert.ok(matches(value, pattern)),
    notMatch: (value, pattern) => assert.ok(!matches(value, pattern)),
    fail: text => assert.fail(text),
    pass() {},
    comment() {},
    end() {},
    setTimeout() {},
    teardown: undo => teardowns.push(undo),
    doesNotThrow: call => call(),
    resolves: async promise => void (await (typeof promise === 'function' ? promise() : promise)),
    throws(call, expected) {
      const thrown = now(call)
      assert.ok(thrown !== null)
      expectError(thrown.error, expected)
    },
    async rejects(promise, expected) {
      const thrown = await later(promise)
      assert.ok(thrown !== null)
      expectError(thrown.error, expected)
    },
    intercept(object, name, { value }) {
      const original = object[name]
      object[name] = value
      teardowns.push(() => {
        object[name] = original
      })
    },
    async test(title, ...rest) {
      if (isRoot && !plan().isWanted(title)) return
      const inner = tester(false)
      if (isRoot) plan().begin(title)
      try {
        await rest.at(-1)(inner)
      } finally {
        for (const undo of inner.teardowns.toReversed()) await undo()
        if (isRoot) plan().end(title)
      }
    },
    teardowns,
  }
  return t
}

const root = tester(true)
// oxlint-disable-next-line import/no-default-export -- tap has one, and this stands in its place
export default root
