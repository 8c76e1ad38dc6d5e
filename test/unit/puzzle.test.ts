// The puzzle that a busy service asks for: solved once, for one request, within its time, and by trying.
import t from 'tap'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { contentDigest } from '../../src/core/http-signature/profile.js'
import { utf8 } from '../../src/core/encoding/bytes.js'
import {
  isSolved,
  maxTries,
  readSolution,
  solvePuzzle,
  triesOf,
} from '../../src/core/puzzle/puzzle.js'
import { puzzles, puzzleSeconds, timesOfOne } from '../../src/http/puzzles.js'

const p = await nodePrimitives()
/** Fixed, so that what was guessed never fits by chance. */
const seed = new Uint8Array(32).fill(7)
const digest = await contentDigest(p, utf8('{}'))
let at = 1_790_000_000_000
const server = (secret = seed) => puzzles(p, secret, () => at)

await t.test('a solved puzzle lets its own request in, and again after a lost answer', async t => {
  const puzzle = server()
  const challenge = await puzzle.ask(32)
  t.equal(triesOf(challenge), 32)
  const solution = await solvePuzzle(challenge, digest)
  t.ok(solution.length <= 200)
  const back = await puzzle.check(solution, digest)
  back?.giveBack()
  for (let time = 0; time < timesOfOne; time++)
    t.equal((await puzzle.check(solution, digest))?.letIn(), time === 0, `time ${time}`)
  t.equal(await puzzle.check(solution, digest), null, 'used')
  const other = await contentDigest(p, utf8('{"other":1}'))
  t.equal(await puzzle.check(solution, other), null, 'another request')
  t.ok(await puzzle.isOf(digest, utf8('{}')))
  t.notOk(await puzzle.isOf(digest, utf8('{} ')))
})

await t.test('a challenge pays for one request, however many it is solved for', async t => {
  const puzzle = server()
  const challenge = await puzzle.ask(2)
  const other = await contentDigest(p, utf8('{"other":1}'))
  const [one, two] = [await solvePuzzle(challenge, digest), await solvePuzzle(challenge, other)]
  const [its, second] = await Promise.all([puzzle.check(one, digest), puzzle.check(two, other)])
  t.ok(its)
  t.equal(second, null, 'checked at the same time')
  t.equal(await puzzle.check(two, other), null)
  its?.giveBack()
  t.ok(await puzzle.check(two, other), 'who was not let in has paid nothing')
  t.not(await puzzle.ask(2), await puzzle.ask(2), 'each is another one')
})

await t.test('of copies that come at once no more are let in than one after the other', async t => {
  const puzzle = server()
  const solution = await solvePuzzle(await puzzle.ask(8), digest)
  const copies = Array.from({ length: 50 }, () => puzzle.check(solution, digest))
  const letIn = (await Promise.all(copies)).filter(copy => copy !== null)
  t.equal(letIn.length, timesOfOne)
  t.equal(letIn.filter(one => one.letIn()).length, 1)
  const right = await solvePuzzle(await puzzle.ask(32), digest)
  // Each part is a guess that fits by chance once in 32.
  const wrong = right
    .split('.')
    .map((part, index) => (index < 4 ? part : `${Number(part) + 1}`))
    .join('.')
  for (let time = 0; time <= timesOfOne; time++) t.equal(await puzzle.check(wrong, digest), null)
  const late = puzzle.check(wrong, digest)
  t.equal((await puzzle.check(right, digest))?.letIn(), true, 'what is wrong uses nothing up')
  t.equal(await late, null)
})

await t.test('a digest of any other shape solves nothing, and is not kept', async t => {
  const puzzle = server()
  const challenge = await puzzle.ask(1)
  for (const shape of [
    '',
    `${digest} `,
    `${digest}${'x'.repeat(14_000)}`,
    `${digest}, ${digest}`,
    `sha-512=:${'A'.repeat(86)}==:`,
    digest.replace('sha-256', 'SHA-256'),
  ])
    t.equal(
      await puzzle.check(await solvePuzzle(challenge, shape), shape),
      null,
      shape.slice(0, 80),
    )
  t.ok(await puzzle.check(await solvePuzzle(challenge, digest), digest))
})

await t.test(
  'another process of the deployment knows the challenge; another deployment does not',
  async t => {
    const solution = await solvePuzzle(await server().ask(4), digest)
    t.ok(await server().check(solution, digest))
    t.equal(await server(new Uint8Array(32).fill(8)).check(solution, digest), null)
  },
)

await t.test('a challenge lasts for its time, and no longer', async t => {
  const puzzle = server()
  const solution = await solvePuzzle(await puzzle.ask(2), digest)
  const asked = at
  at = asked + puzzleSeconds * 1000
  t.ok(await puzzle.check(solution, digest), 'at the end')
  at += 1000
  t.equal(await puzzle.check(solution, digest), null, 'a second over')
  at = asked - 1000
  t.equal(await puzzle.check(solution, digest), null, 'from the future')
  at = asked
})

await t.test('what is forged in any part solves nothing', async t => {
  const puzzle = server()
  const challenge = await puzzle.ask(32)
  const solution = await solvePuzzle(challenge, digest)
  const [end = '', tries = '', nonce = '', mac = '', ...numbers] = solution.split('.')
  const swapped = (text: string) => `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`
  const forged = [
    [String(Number(end) + 1), tries, nonce, mac, ...numbers],
    [end, '1', nonce, mac, ...numbers],
    [end, tries, nonce, swapped(mac), ...numbers],
    [end, tries, swapped(nonce), mac, ...numbers],
    [end, tries, mac, ...numbers],
    [end, tries, nonce, mac, ...numbers.toReversed().map(number => `${Number(number) + 1}`)],
    [end, tries, nonce, mac, ...numbers.slice(1)],
    [end, tries, nonce, mac, ...numbers, '0'],
    [end, tries, nonce, mac, ...numbers.slice(1), '-1'],
    [end, tries, nonce, mac, ...numbers.slice(1), '00'],
    [end, tries, nonce, mac, ...numbers.slice(1), '1e3'],
    [],
  ].map(words => words.join('.'))
  for (const each of [...forged, solution.replaceAll('.', ' '), `${solution} `, 'x'.repeat(10_000)])
    t.equal(await puzzle.check(each, digest), null, each.slice(0, 80))
  t.ok(await puzzle.check(solution, digest))
})

await t.test('what a device would be asked for is bounded, whoever asks', t => {
  const challenge = (tries: number) => `1790000000.${tries}.${'A'.repeat(22)}.${'A'.repeat(22)}`
  t.equal(triesOf(challenge(maxTries)), maxTries)
  for (const refused of [challenge(maxTries + 1), challenge(0), challenge(1e6), '', 'x', '1.1.A'])
    t.equal(triesOf(refused), null, refused)
  t.equal(readSolution(`${challenge(maxTries + 1)}.0.0.0.0`), null)
  t.end()
})

await t.test('numbers that were guessed fit as seldom as the tries say', async t => {
  const challenge = await server().ask(16)
  let passed = 0
  for (let number = 0; number < 60; number++)
    if (
      await isSolved(
        challenge,
        digest,
        Array.from({ length: 4 }, () => String(number)),
      )
    )
      passed += 1
  t.equal(passed, 0, 'once in 65,536')
})
