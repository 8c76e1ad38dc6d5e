// Templates of answers: complete in every language of the forms, one's own before a shipped one.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { configFolder } from '../../cli/station/config-folder.js'
import { findTemplate } from '../../cli/templates/find-template.js'
import { gapIn } from '../../cli/templates/template.js'
import { khancap, temporaryFolder } from '../helper/cli.js'

const folder = await temporaryFolder(t)
const json = (text: string) => JSON.parse(text)
const run = (...args: string[]) => khancap(args, { folder })
const languages = ['en', 'fr', 'vi', 'zh-Hans', 'zh-Hant']

await t.test('every template is there in every language, with something to fill in', async t => {
  const { templates } = json((await run('templates', '--json')).out)
  const names = [
    'first-answer',
    'first-answer-mail',
    'out-of-scope',
    'questions',
    'questions-mail',
    'referral',
    'referral-mail',
  ]
  t.strictSame(
    templates.map(
      ({ language, name }: { language: string; name: string }) => `${name} ${language}`,
    ),
    names.flatMap(name => languages.map(language => `${name} ${language}`)),
  )
  const texts = new Set<string>()
  for (const name of names)
    for (const language of languages) {
      const { text } = json((await run('templates', name, '--language', language, '--json')).out)
      t.ok(gapIn(text), `${name} ${language}`)
      t.equal(text, text.normalize('NFC'))
      t.equal(/\p{Script=Han}/u.test(text), language.startsWith('zh'))
      if (name.endsWith('-mail'))
        t.notMatch(text, /\b12\b|12个|12個/, 'whoever wrote a mail has no 12 words')
      texts.add(text)
    }
  t.equal(texts.size, 35, 'none is the copy of another')
})

await t.test('the words of a person say what there is', async t => {
  const listed = await run('templates')
  t.match(listed.out, /^NAME +LANGUAGES +FROM\n/)
  t.match(listed.out, /^questions +en, fr, vi, zh-Hans, zh-Hant +khancap$/m)
  const printed = await khancap(['templates', 'questions'], {
    folder,
    environment: { locale: 'zh_TW.UTF-8' },
  })
  t.match(printed.out, '感謝您的請求')
})

await t.test('a template of the config folder takes the place of a shipped one', async t => {
  await mkdir(join(folder, 'templates'))
  await writeFile(join(folder, 'templates', 'questions.vi.txt'), 'Của riêng chúng tôi\n')
  await writeFile(join(folder, 'templates', '../escape.vi.txt'), 'x')
  await writeFile(join(folder, 'templates', 'notes.md'), 'x')
  t.equal((await run('templates', 'questions', '--language', 'vi')).out, 'Của riêng chúng tôi\n')
  const missing = await run('templates', 'questions', '--language', 'de')
  t.equal(missing.code, 1)
  t.match(
    missing.err,
    'there is no template "questions" in de; there is en, fr, vi, zh-Hans, zh-Hant',
  )
  t.match(
    (await run('templates', '../escape', '--language', 'vi')).err,
    'there is no template "../escape"',
  )
})

await t.test('an answer by mail begins with the one for mails, where there is one', async t => {
  const place = { folder: configFolder(folder) }
  const byMail = (name: string) => findTemplate(place, name, 'vi', true)
  t.match(
    await byMail('questions'),
    'hãy hồi âm thư này',
    'also before one of our own for the page',
  )
  t.equal(await byMail('out-of-scope'), await findTemplate(place, 'out-of-scope', 'vi'))
  await writeFile(join(folder, 'templates', 'questions-mail.vi.txt'), 'Thư của chúng tôi\n')
  t.equal(await byMail('questions'), 'Thư của chúng tôi')
  t.equal(await findTemplate(place, 'questions', 'vi'), 'Của riêng chúng tôi')
})
