// An identity behind an age plugin: a real program that speaks the protocol, found on the PATH, with a PIN.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { parseHeader } from '../../src/core/envelope/parse-header.js'
import { pluginName } from '../../cli/station/age-plugin.js'
import {
  handlerFolder,
  khancap,
  passphrase,
  scriptedAsker,
  temporaryFolder,
} from '../helper/cli.js'
import { testOrganisation } from '../helper/organisation.js'
import { installToyPlugin, toyKey, toyRecipient } from '../helper/toy-plugin.js'

t.setTimeout(300_000)

const organisation = await testOrganisation()
const folder = await handlerFolder(t, organisation, 'vietnam-1', 'http://127.0.0.1:9')
const at = await temporaryFolder(t)
const [key, recipient] = [toyKey, toyRecipient]
const otherKey = 'AGE-PLUGIN-TOY-1PPPPPPPPPP'
await writeFile(join(at, 'toy.txt'), `# made for a test\n#   Recipient: ${recipient}\n${key}\n`)
await writeFile(join(folder, 'passphrase'), `${passphrase}\n`, { mode: 0o600 })

await installToyPlugin(t)

const run = (args: readonly string[], ...answers: string[]) =>
  khancap(args, { folder, asker: scriptedAsker(...answers) })
const protect = ['keys', 'protect', '--plugin', join(at, 'toy.txt'), '--recipient', recipient]

await t.test('keys of plugins are known by their shape', async t => {
  t.equal(pluginName(key), 'toy')
  t.equal(pluginName(recipient), 'toy')
  t.equal(pluginName('AGE-PLUGIN-YUBIKEY-1QQQQQQQQQQ'), 'yubikey')
  for (const wrong of [
    'AGE-PLUGIN-../SH-1QQQQQQQQQQ',
    'AGE-PLUGIN--X-1QQQQQQQQQQ',
    'age1qqqqqqqqqq',
    'rm -rf',
    '',
  ])
    t.equal(pluginName(wrong), null, wrong)
})

await t.test('the identity is sealed to the plugin, and opened with a PIN', async t => {
  const before = await readFile(join(folder, 'identity.age'))
  const wrong = await run(protect, '0000')
  t.equal(wrong.code, 1)
  t.match(wrong.err, 'the plugin age-plugin-toy could not do it (identity 0): wrong PIN')
  t.ok(before.equals(await readFile(join(folder, 'identity.age'))), 'nothing was replaced')

  const done = await run(protect, '1234')
  t.equal(done.code, 0, done.err)
  t.match(done.out, 'opens with the key of the plugin, and no longer with the passphrase')
  t.match(done.err, 'age-plugin-toy: wrapping <U+001B>[2J', 'its words pass the allow-list')
  const { stanzas } = parseHeader(await readFile(join(folder, 'identity.age')))
  t.strictSame(
    stanzas.map(({ args }) => args),
    [['toy', 'arg']],
    'no passphrase opens it any more',
  )
  const opened = await run(['keys', 'export', '--sheet'], '1234')
  t.equal(opened.code, 0, opened.err)
  t.match(opened.out, 'AGE-SECRET-KEY-PQ-1')
  t.match((await run(['keys', 'export', '--sheet'], '9999')).err, 'wrong PIN')
  const alone = await khancap(['keys', 'export', '--sheet'], { folder })
  t.equal(alone.code, 1, 'nobody to ask')
})

await t.test('a plugin that is missing, falls silent, or talks nonsense is a sentence', async t => {
  for (const [mode, sentence] of [
    ['silent', 'ended in the middle'],
    ['rude', 'does not speak the protocol'],
  ] as const) {
    process.env['TOY'] = mode
    const run1 = await run(['keys', 'export', '--sheet'])
    t.equal(run1.code, 3, mode)
    t.match(run1.err, sentence)
  }
  delete process.env['TOY']
  const path = process.env['PATH'] ?? ''
  process.env['PATH'] = path.replace(/^[^:]*:/, '')
  const missing = await run(['keys', 'export', '--sheet'])
  t.equal(missing.code, 3)
  t.match(
    missing.err,
    'khancap: the plugin age-plugin-toy is not on this machine\nhint: install it',
  )
  process.env['PATH'] = path
})

await t.test('a new generation needs a passphrase first; the way back is one command', async t => {
  const sheet = join(at, 'sheet.txt')
  const rotated = await run(['keys', 'new', '--sheet', sheet])
  t.equal(rotated.code, 1)
  t.match(rotated.err, 'the identity is sealed to a key of a plugin')
  await t.rejects(readFile(sheet), { code: 'ENOENT' }, 'no sheet of a generation that is not kept')
  const back = await run(['keys', 'protect', '--passphrase'], '1234')
  t.equal(back.code, 0, back.err)
  t.equal((await run(['keys', 'export', '--sheet'])).code, 0)
  for (const args of [
    ['keys', 'protect'],
    [...protect, '--passphrase'],
    ['keys', 'protect', '--plugin', join(at, 'toy.txt')],
  ])
    t.equal((await run(args)).code, 2, args.join(' '))
  const full = () => Promise.reject(new Error('the disk is full'))
  const unkept = await khancap(['keys', 'new', '--sheet', sheet], {
    folder,
    disk: { saveIdentity: full },
  })
  t.equal(unkept.code, 1)
  await t.rejects(readFile(sheet), { code: 'ENOENT' }, 'nor where the disk does not take it')
  const sealed = await readFile(join(folder, 'identity.age'))
  const half = await khancap(['keys', 'new', '--sheet', sheet], {
    folder,
    disk: {
      async saveIdentity(fresh) {
        await writeFile(join(folder, 'identity.age'), fresh)
        return full()
      },
    },
  })
  t.equal(half.code, 1)
  t.match(half.err, `the new identity is kept all the same, and its sheet is in ${sheet}`)
  const printed = await readFile(sheet, 'utf8')
  const [newest] = printed.match(/AGE-SECRET-KEY-PQ-1\w+/) ?? []
  t.match((await run(['keys', 'export', '--sheet'])).out, newest ?? 'none', 'that of what is kept')
  await writeFile(join(folder, 'identity.age'), sealed)
})

await t.test('cut off at any place, the identity opens as before or as afterwards', async t => {
  const cut = () => Promise.reject(new Error('the power is gone'))
  const places = ['saveSealedIdentity', 'saveIdentity', 'savePluginIdentity'] as const
  const opens = async () => {
    const sheet = await khancap(['keys', 'export', '--sheet'], {
      folder,
      asker: { ...scriptedAsker(), secret: () => Promise.resolve('1234') },
    })
    t.equal(sheet.code, 0, sheet.err)
    return sheet.out
  }
  const [first] = (await opens()).match(/AGE-SECRET-KEY-PQ-1\w+/) ?? []
  for (const there of [protect, ['keys', 'protect', '--passphrase']]) {
    for (const place of places) {
      const disk = { [place]: cut }
      await khancap(there, { folder, disk, asker: scriptedAsker('1234') })
      t.match(await opens(), first ?? '', `${there[2]}: ${place}`)
    }
    const done = await khancap(there, {
      folder,
      asker: { ...scriptedAsker(), secret: () => Promise.resolve('1234') },
    })
    t.equal(done.code, 0, done.err)
    t.match(await opens(), first ?? '')
  }
  t.equal((await run(['keys', 'export', '--sheet'])).code, 0, 'with the passphrase at last')
})

await t.test('from one key of a plugin to another it goes through a passphrase', async t => {
  t.equal((await run(protect, '1234')).code, 0)
  const spare = await khancap([...protect, '--recipient', recipient], {
    folder,
    asker: { ...scriptedAsker(), secret: () => Promise.resolve('1234') },
  })
  t.equal(spare.code, 0, 'a spare is added while the key stays')
  const before = await readFile(join(folder, 'identity.plugin'), 'utf8')
  const other = join(at, 'other.txt')
  await writeFile(other, `${otherKey}\n`)
  const args = ['keys', 'protect', '--plugin', other, '--recipient', recipient]
  const disk = { saveSealedIdentity: () => Promise.reject(new Error('the power is gone')) }
  const asker = { ...scriptedAsker(), secret: () => Promise.resolve('1234') }
  const run1 = await khancap(args, { folder, disk, asker })
  t.equal(run1.code, 1)
  t.match(run1.err, 'khancap keys protect --passphrase first')
  t.equal(await readFile(join(folder, 'identity.plugin'), 'utf8'), before)
})
