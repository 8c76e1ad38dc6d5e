// The offline form on a stick: an organisation makes the very files that its server hands out, and a handler can tell a true
// one from a changed one.
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { offlineForms } from '../../src/app/offline-form.js'
import { inCheckout } from '../helper/checkout.js'
import { type CliMachine, handlerFolder, khancap, temporaryFolder } from '../helper/cli.js'
import { builtTemplate } from '../helper/offline-file.js'
import { testOrganisation } from '../helper/organisation.js'
import { allTexts } from '../helper/texts.js'

const templates = inCheckout('build', 'offline')
const organisation = await testOrganisation()
const { directory, note, root } = organisation
const org = await temporaryFolder(t)
const out = join(org, 'forms')
const desk = await handlerFolder(t, organisation, 'vietnam-1', 'https://help.example')
const run = (line: string, machine: Partial<CliMachine> = {}) =>
  khancap(line.split(' '), { folder: desk, ...machine })
const make = `org offline-form --dir ${org} --out ${out} --templates ${templates}`
const verify = (file: string) => `verify form ${file} --templates ${templates}`

await t.test('step 1: one file for each language, as the server hands it out', async t => {
  const early = await run(make)
  t.equal(early.code, 1)
  t.match(early.err, 'khancap org publish makes it')
  await writeFile(join(org, 'directory.note'), note)
  const dry = await run(`${make} --dry-run`)
  t.match(dry.out, /^would be done: notes-en\.html, .*, with directory 1 inside/)
  await t.rejects(readdir(out), { code: 'ENOENT' })
  const made = await run(`${make} --json`)
  t.equal(made.code, 0, made.err)
  const { files, ...told } = JSON.parse(made.out)
  t.strictSame(told, { sequence: 1, expires: directory.expires, root })
  t.strictSame(
    new Set(files.map(({ language }: { language: string }) => language)),
    new Set(allTexts.map(({ language }) => language)),
  )
  t.equal((await readdir(out)).length, files.length)
  const verified = await organisation.verify(note)
  const served = offlineForms({
    templates: new Map([['vi', await builtTemplate('vi')]]),
    directories: { latest: async () => verified },
    root,
  })
  const bytes = await readFile(join(out, 'notes-vi.html'))
  t.ok(bytes.equals((await served.form('vi'))?.bytes ?? new Uint8Array()))
  const vietnamese = files.find(({ language }: { language: string }) => language === 'vi')
  t.equal(vietnamese?.bytes, bytes.length)
  t.equal(vietnamese?.sha256, createHash('sha256').update(bytes).digest('hex'))
  const again = await run(make)
  t.equal(again.code, 0, 'and again over them')
  t.match(again.out, `notes-vi.html  vi, ${bytes.length} bytes`)
  t.ok(again.err.startsWith(dry.out.replace('would', 'will')), 'said first, as by the dry run')
  t.match(again.err, 'publish the SHA-256')
  t.match(again.err, 'to take it back: delete them')
})

await t.test('none is made of a directory that has expired, or without templates', async t => {
  const late = await run(make, { now: () => Date.parse(directory.expires) })
  t.equal(late.code, 1)
  t.match(late.err, 'nothing would be sealed with it')
  const bare = await run(`org offline-form --dir ${org} --out ${out} --templates ${org}`)
  t.equal(bare.code, 1)
  t.match(bare.err, '--templates DIR says where they are')
})

await t.test('a handler tells a true form from another one', async t => {
  const file = join(out, 'notes-vi.html')
  const whole = await run(`${verify(file)} --json`)
  t.equal(whole.code, 0, whole.err)
  t.match(JSON.parse(whole.out), { valid: true, language: 'vi', sequence: 1, expired: false })
  t.match((await run(verify(file))).out, `the form is from ${directory.name}`)
  const late = await run(verify(file), { now: () => Date.parse(directory.expires) })
  t.equal(late.code, 0)
  t.match(late.err, 'its directory has expired')

  const html = await readFile(file, 'utf8')
  const stranger = await testOrganisation()
  await writeFile(join(org, 'directory.note'), stranger.note)
  const elsewhere = join(org, 'elsewhere')
  await run(`org offline-form --dir ${org} --out ${elsewhere} --templates ${templates}`)
  for (const [name, text, words] of [
    ['script', html.replace('</script>\n</body>', ';send()</script>\n</body>'), 'changed it'],
    ['policy', html.replace("default-src 'none'", 'default-src *'), 'changed it'],
    ['directory', html.replace('\\"v\\":1', '\\"v\\": 1'), 'directory'],
    ['cut', html.slice(0, -20), 'changed it'],
    ['empty', '', 'is no offline form'],
    ['stranger', await readFile(join(elsewhere, 'notes-vi.html'), 'utf8'), 'another organisation'],
  ] as const) {
    const other = join(org, `${name}.html`)
    t.not(text, html, name)
    await writeFile(other, text)
    const told = await run(verify(other))
    t.equal(told.code, 1, name)
    t.match(told.err, words, name)
  }
  t.match((await run(verify(join(org, 'nothing.html')))).err, 'there is no file')
})
