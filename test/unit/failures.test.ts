// Every failure of the handlers' tool says what to do next: in its sentence, or in a hint.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { asFailure, fromProblem } from '../../cli/failure.js'
import { KhancapError, problems, type ProblemCode } from '../../schemas/problem.js'

const isCode = (code: string): code is ProblemCode => code in problems

await t.test('each code of the table of problems has a hint', async t => {
  const codes = Object.keys(problems).filter(isCode)
  t.ok(codes.length > 50)
  for (const code of codes) {
    t.ok(fromProblem(code).hints.length > 0, code)
    t.equal(asFailure(new KhancapError(code)).exit, problems[code].retry === 'later' ? 3 : 1, code)
  }
})

await t.test('so has what the system refuses, and what nobody foresaw', async t => {
  const codes = ['ENOENT', 'EACCES', 'EISDIR', 'ENOTDIR', 'EEXIST', 'ENOSPC', 'EROFS', 'EIO']
  for (const code of [...codes, 'EWHATEVER']) {
    const failure = asFailure(Object.assign(new Error('no'), { code, path: '/media/stick/a' }))
    t.ok(failure.hints.length > 0, code)
    t.equal(failure.exit, 1)
  }
})

/** A sentence that names an option, what it takes or what to give instead; or that a person's own no was heard. */
const saysIt =
  /(--[a-z]|\bgive\b|\btakes?\b|\bone of\b|such as|without a path|lower case,|exclude each other|^cancelled|^nothing was signed|was not confirmed|^it (comes|is))/

await t.test('where a sentence stands without a hint, it says what to do itself', async t => {
  const files = (await readdir('cli', { recursive: true })).filter(name => name.endsWith('.ts'))
  t.ok(files.length > 100)
  let found = 0
  for (const name of files) {
    const text = await readFile(join('cli', name), 'utf8')
    for (const [, sentence = ''] of text.matchAll(/safe`([^`]*)`,\s*noHint\b/g)) {
      found += 1
      t.match(sentence, saysIt, `${name}: ${sentence}`)
    }
    // A list of hints that is written down empty is one that was forgotten.
    t.notMatch(text, /new Failure\([^()]*,\s*\[\]/, name)
  }
  t.ok(found > 10)
})
