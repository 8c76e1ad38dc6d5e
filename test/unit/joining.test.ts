// The page with which a new handler begins: on one sheet of paper, in every language, with commands that the tool takes.
import t from 'tap'
import { khancapProgram } from '../../cli/program.js'
import { joiningLanguages, joiningPage, joiningWordsOf } from '../../cli/joining/page.js'
import { widthOf } from '../../cli/terminal/width.js'
import { commandsOf } from '../helper/joining.js'

const root = '5d41402abc4b2a76b9719d911017c5925d41402abc4b2a76b9719d911017c592'
const onion = `http://${'khancap2'.repeat(7)}.onion`

function page(language: string, addresses: readonly string[] = ['https://help.example', onion]) {
  const words = joiningWordsOf(language)
  if (words === null) throw new Error(`no page in ${language}`)
  return joiningPage(words, {
    organisation: 'Tổ chức 紧急支援',
    handler: 'vi-1',
    addresses,
    root,
    day: '2026-01-31',
  })
}

for (const { language } of joiningLanguages)
  await t.test(
    `the page in ${language} stands on one sheet, and nothing runs over its edge`,
    async t => {
      for (const addresses of [
        ['https://help.example', onion],
        [onion],
        [onion, 'https://help.example'],
      ]) {
        const lines = page(language, addresses).trimEnd().split('\n')
        // A sheet has 60; two are left for a longer word.
        t.ok(lines.length <= 58, `${lines.length} lines`)
        for (const line of lines) {
          t.ok(widthOf(line) <= 76, line)
          t.notMatch(line, /^ *[，。：；！？）」』”、]/u)
          t.equal(line, line.trimEnd())
        }
        for (const group of root.match(/.{16}/g) ?? [])
          t.match(lines.join('\n'), `)  ${group.match(/.{4}/g)?.join(' ')}`)
        t.notMatch(lines.join('\n'), /[{}]/, 'every place is filled in')
      }
    },
  )

await t.test('the tool takes every command of the page, whatever the address', async t => {
  for (const addresses of [['https://help.example'], [onion]]) {
    const commands = commandsOf(page('en', addresses))
    t.equal(commands.length, 10)
    for (const words of commands) {
      const taken: string[] = []
      const program = await khancapProgram(
        { version: '0', out() {}, err() {}, columns: 80, runner: async () => void taken.push('') },
        undefined,
      )
      await t.resolves(program.parseAsync(words.slice(1), { from: 'user' }), words.join(' '))
      t.equal(taken.length, 1)
    }
  }
})

await t.test('a language is found by its tag or its locale', async t => {
  for (const [given, found] of [
    ['vi', 'vi'],
    ['zh-Hant', 'zh-Hant'],
    ['zh_TW.UTF-8', 'zh-Hant'],
    ['zh', 'zh-Hans'],
    ['fr-CA', 'fr'],
    ['VI', 'vi'],
    ['ZH-Hant', 'zh-Hant'],
    ['zh-tw', 'zh-Hant'],
  ] as const)
    t.equal(joiningWordsOf(given)?.language, found, given)
  for (const given of ['xx', 'Vietnamese', 'English', 'C', ''])
    t.equal(joiningWordsOf(given), null, given)
})
