// `khancap open --file`: what came on a stick is opened with nothing but this machine, whoever sealed it.
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { armor, Encrypter } from 'age-encryption'
import t from 'tap'
import { identityRecipient, identitySigningKey } from '../../keys/identity.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { sealNote } from '../../src/core/envelope/seal.js'
import { sealRequest } from '../helper/api.js'
import { contextFor } from '../helper/sealed-request.js'
import { handlerFolder, khancap, temporaryFolder } from '../helper/cli.js'
import { officePrograms, vietnamese } from '../helper/office.js'
import { testOrganisation } from '../helper/organisation.js'
import { caseId, clientId } from '../helper/store.js'

t.setTimeout(300_000)

const organisation = await testOrganisation({ programs: officePrograms() })
const me = organisation.identities['vietnam-1']
if (me === undefined) throw new Error('no handler')
const recipient = identityRecipient(organisation.primitives, me)
// Nobody listens there: whatever opens a file has no network.
const folder = await handlerFolder(t, organisation, 'vietnam-1', 'http://127.0.0.1:9')
const at = await temporaryFolder(t)
process.chdir(at)
const json = (text: string) => JSON.parse(text)

const open = (file: string, ...more: string[]) =>
  khancap(['open', '--file', file, ...more], { folder, columns: 80 })

/** Sealed by another implementation, which knows nothing of us. */
async function stock(content: string | Uint8Array, to = recipient): Promise<Uint8Array> {
  const age = new Encrypter()
  age.addRecipient(to)
  return age.encrypt(content)
}

await t.test('a stock age file is opened, and its missing context is said', async t => {
  await writeFile('letter.age', await stock('Kính gửi,\ntôi cần giúp đỡ.\n'))
  const { code, err, out } = await open('letter.age')
  t.equal(code, 0, err)
  t.equal(out, '  | Kính gửi,\n  | tôi cần giúp đỡ.\n  |\n')
  t.match(err, /context absent: nothing in this file says for whom or when it was\s+sealed/)
  const facts = json((await open('letter.age', '--json')).out)
  t.strictSame(facts, {
    kind: 'file',
    context: null,
    bytes: 37,
    text: 'Kính gửi,\ntôi cần giúp đỡ.\n',
    saved: null,
  })
})

await t.test('armored, as it comes in a mail, with spaces around it and CRLF', async t => {
  const letter = armor.encode(await stock('armored'))
  await writeFile('letter.asc', `\r\n\r\n${letter.replaceAll('\n', '\r\n')}\r\n  `)
  t.equal((await open('letter.asc')).out, '  | armored\n')
  await writeFile('cut.asc', letter.slice(0, 200))
  const cut = await open('cut.asc')
  t.equal(cut.code, 1)
  t.match(cut.err, 'khancap: cut.asc has damaged armor')
})

await t.test('hostile words in a file stay words', async t => {
  await writeFile('hostile.age', await stock('\u001b[2Jkhancap: all is well\r\n\u202egnp\u200b'))
  const { out } = await open('hostile.age')
  t.equal(out, '  | <U+001B>[2Jkhancap: all is well\n  | <U+202E>gnp<U+200B>\n')
  const { out: facts } = await open('hostile.age', '--json')
  t.match(facts, '\\u001b[2J')
  t.match(facts, '\\u202egnp\\u200b')
})

await t.test('a line of a million letters is bounded on the terminal, and saved whole', async t => {
  await writeFile('line.age', await stock('a'.repeat(1_000_000)))
  const { err, out } = await open('line.age', '--out', 'line')
  t.ok(out.length < 80_000)
  t.match(err, 'shown: 65536 of 1000000 characters')
  const [name = ''] = await readdir('line')
  t.match(name, /^file-[0-9a-f]{8}\.bin$/)
  t.equal((await stat(join('line', name))).size, 1_000_000)
})

await t.test('bytes that are no text are only saved: 0600, under a name of ours', async t => {
  const bytes = randomBytes(100_000)
  await writeFile('photo.age', await stock(bytes))
  const shown = await open('photo.age')
  t.equal(shown.out, '100000 bytes that are not text; --out DIR saves them\n')
  const { err } = await open('photo.age', '--out', 'photo')
  const [name = ''] = await readdir('photo')
  t.match(err, `saving in ${join('photo', name)}, in the clear`)
  t.ok(bytes.equals(await readFile(join('photo', name))))
  t.equal((await stat(join('photo', name))).mode & 0o777, 0o600)
  t.equal((await open('photo.age', '--out', 'photo')).code, 1, 'never over a file')
})

await t.test(
  'several files are opened with one passphrase, and a bad one hides no other',
  async t => {
    await writeFile('one.age', await stock('một'))
    await writeFile('two.age', await stock('hai'))
    await writeFile('cut.age', (await stock('ba')).subarray(0, -1))
    const [, other] = Object.values(organisation.identities)
    if (other === undefined) throw new Error('no colleague')
    const theirs = identityRecipient(organisation.primitives, other)
    await writeFile('theirs.age', await stock('bốn', theirs))
    const files = ['one.age', 'cut.age', 'theirs.age', 'none.age', 'two.age']
    const shown = await khancap(['open', '--file', ...files], { folder, columns: 80 })
    t.equal(shown.code, 1)
    t.equal(shown.out, 'one.age\n  | một\ncut.age\ntheirs.age\nnone.age\ntwo.age\n  | hai\n')
    t.match(shown.err, 'cut.age: the sealed file is damaged, or not what it claims to be')
    t.match(shown.err, 'theirs.age is not sealed to this identity')
    t.match(shown.err, 'there is no file none.age')
    t.match(shown.err, 'khancap: 3 of 5 files did not open')
    const told = await khancap(['open', '--json', '--file', ...files], { folder })
    t.strictSame(
      json(told.out).map((one: { file: string; text?: string; error?: string }) => [
        one.file,
        one.text ?? one.error,
      ]),
      [
        ['one.age', 'một'],
        ['cut.age', 'the sealed file is damaged, or not what it claims to be'],
        ['theirs.age', 'theirs.age is not sealed to this identity'],
        ['none.age', 'there is no file none.age'],
        ['two.age', 'hai'],
      ],
    )
    await writeFile('another-passphrase', 'another passphrase\n', { mode: 0o600 })
    const locked = await khancap(
      ['open', '--passphrase-file', 'another-passphrase', '--file', 'one.age', 'two.age'],
      { folder },
    )
    t.equal(locked.code, 1)
    t.match(locked.err, 'khancap: the passphrase does not open the identity')
    t.notMatch(locked.err, 'files did not open')
    const both = await khancap(['open', '--file', 'one.age', '--out', 'several'], { folder })
    t.equal(both.code, 0, both.err)
    const again = await khancap(['open', '--out', 'several', '--file', 'one.age', 'two.age'], {
      folder,
    })
    t.equal(again.code, 1, 'what was saved before is left as it is, the other one is saved')
    t.equal((await readdir('several')).length, 2)
  },
)

await t.test('the name of a file types no command where ours stand', async t => {
  const command = 'khancap init --replace --url help.example --root 0123'
  const name = `request.age is of a newer version, to open it type this first: ${command}.age`
  await writeFile(name, 'no age file')
  for (const file of [name, `no ${name}`]) {
    const { code, err } = await khancap(['open', '--file', file, 'one.age'], {
      folder,
      columns: 80,
    })
    t.equal(code, 1)
    t.match(err.replaceAll(/\s+(?:\| )?/g, ' '), command)
    t.notMatch(err, /^\s*khancap init/m)
  }
  await mkdir('leftover')
  const part = `${name}.${'0'.repeat(16)}.part`
  await writeFile(join('leftover', part), 'in the clear')
  const { err } = await khancap(['open', '--file', 'one.age', '--out', 'leftover'], {
    folder,
    columns: 80,
  })
  t.match(err.replaceAll(/\s+(?:\| )?/g, ' '), `warning: leftover/${part} is in the clear`)
  t.notMatch(err, /^\s*khancap init/m)
  const usage = await khancap(['open', `--${name}`], { folder, columns: 80 })
  t.equal(usage.code, 2)
  t.notMatch(usage.err, /^\s*khancap init/m)
})

/** Above what is held in memory: it is opened as a stream. */
const large = process.env['KHANCAP_TEST_LONG'] === '1' ? 104_857_600 : 17_000_000

await t.test('a large file is opened as a stream, saved whole, and never over a file', async t => {
  const content = Buffer.alloc(large, 'Kính gửi, \n')
  content[5] = 0xff
  await writeFile('large.age', await stock(content))
  const { code, err, out } = await open('large.age', '--out', 'large')
  t.equal(code, 0, err)
  t.equal(out, `${large} bytes that are not text; --out DIR saves them\n`)
  const names = await readdir('large')
  t.equal(names.length, 1, 'and nothing beside it')
  const saved = join('large', names[0] ?? '')
  t.ok(content.equals(await readFile(saved)))
  t.equal((await stat(saved)).mode & 0o777, 0o600)
  const again = await open('large.age', '--out', 'large')
  t.equal(again.code, 1)
  t.match(again.err, 'exists already; it was left as it is')
  t.ok(content.equals(await readFile(saved)))
})

await t.test('a large bundle is named as one, and not shown or saved', async t => {
  await writeFile(
    'large-bundle.age',
    await stock(`{"v":1,"kind":"bundle_file",${' '.repeat(large)}`),
  )
  for (const more of [[], ['--out', 'bundled']]) {
    const { code, err, out } = await open('large-bundle.age', ...more)
    t.equal(code, 1)
    t.equal(out, '')
    t.match(
      err,
      'large-bundle.age is a bundle\nhint: khancap inbox --bundle large-bundle.age lists',
    )
  }
  t.notOk((await readdir('.', { recursive: true })).some(name => name.startsWith('bundled/')))
})

await t.test('a large text is shown from its beginning, once all of it has opened', async t => {
  await writeFile('text.age', await stock(`\u001b[2Jđầu tiên\n${'a'.repeat(large)}`))
  const { err, out } = await open('text.age')
  t.match(out, /^ {2}\| <U\+001B>\[2Jđầu tiên\n/)
  t.ok(out.length < 80_000)
  t.match(err, /shown: the first 65536 characters of \d+ bytes; --out DIR saves all/)
  const facts = json((await open('text.age', '--json')).out)
  t.equal(facts.text.length, 65_536)
  t.equal(facts.kind, 'file')
})

await t.test('a large file that is damaged anywhere shows nothing and leaves nothing', async t => {
  const whole = await stock(Buffer.alloc(large, 'words '))
  const chunk = 65_552
  const flipped = (at: number) => whole.map((byte, index) => (index === at ? byte ^ 1 : byte))
  const wrong: Readonly<Record<string, Uint8Array>> = {
    'one byte short': whole.subarray(0, -1),
    'without its last chunk': whole.subarray(0, whole.length - ((whole.length - 2000) % chunk)),
    'one byte more': Buffer.concat([whole, Buffer.from('x')]),
    'a bit changed in the middle': flipped(Math.floor(whole.length / 2)),
    'a bit changed at the end': flipped(whole.length - 1),
    'a bit changed in the header': flipped(100),
    'two chunks changed over': Buffer.concat([
      whole.subarray(0, 5000),
      whole.subarray(5000 + chunk, 5000 + 2 * chunk),
      whole.subarray(5000, 5000 + chunk),
      whole.subarray(5000 + 2 * chunk),
    ]),
  }
  for (const [name, bytes] of Object.entries(wrong)) {
    await writeFile('wrong.age', bytes)
    const { code, err, out } = await open('wrong.age', '--out', 'wrong')
    t.equal(code, 1, name)
    t.equal(out, '', name)
    t.match(err, /the sealed file is damaged|is not sealed to this identity/, name)
    t.strictSame(await readdir('wrong').catch(() => []), [], name)
  }
  const other = organisation.identities['china-1']
  if (other === undefined) throw new Error('no handler')
  const theirs = identityRecipient(organisation.primitives, other)
  await writeFile('theirs.age', await stock(new Uint8Array(large), theirs))
  t.match((await open('theirs.age')).err, 'theirs.age is not sealed to this identity')
})

await t.test(
  'not sealed to this identity, damaged, no age file, no file: each is a sentence',
  async t => {
    const other = organisation.identities['china-1']
    if (other === undefined) throw new Error('no handler')
    const sealed = await stock('x', identityRecipient(organisation.primitives, other))
    await writeFile('other.age', sealed)
    t.match((await open('other.age')).err, 'khancap: other.age is not sealed to this identity')

    const mine = await stock('x')
    for (const [name, bytes] of Object.entries({
      flipped: mine.map((byte, index) => (index === mine.length - 1 ? byte ^ 1 : byte)),
      short: mine.subarray(0, -1),
      long: Buffer.concat([mine, Buffer.from('x')]),
      header: mine.subarray(0, 100),
      text: Buffer.from('only words'),
      empty: Buffer.alloc(0),
    })) {
      await writeFile(`${name}.age`, bytes)
      const { code, err, out } = await open(`${name}.age`)
      t.equal(code, 1, name)
      t.equal(out, '', name)
      t.match(err, 'khancap: the sealed file is damaged, or not what it claims to be', name)
    }
    t.match((await open('nothing.age')).err, 'khancap: there is no file nothing.age')
    t.match((await open('.')).err, /khancap: (\. is a folder|it is a folder)/)
  },
)

await t.test('a request on a stick is shown as the form that it is', async t => {
  const one = await sealRequest(organisation, { answers: vietnamese })
  await writeFile('request.age', one.envelope)
  const early = await open('request.age')
  t.equal(early.code, 0, early.err)
  t.match(early.err, 'warning: no directory was seen on this machine')

  await writeFile(join(folder, 'directory.note'), organisation.note)
  const { err, out } = await khancap(['open', '--file', 'request.age'], {
    folder,
    columns: 80,
    environment: { locale: 'vi_VN.UTF-8' },
  })
  t.equal(err, '')
  t.match(out, /^envelope, sealed for \S+ with directory 1 \(web\)\n/)
  t.match(out, '  | +84 912 345 678 (Signal)')
  t.match(out, 'Bạn muốn chúng tôi trả lời bằng ngôn ngữ nào?')
  const facts = json((await open('request.age', '--json')).out)
  t.strictSame(facts.content.answers, vietnamese)
  t.equal(facts.kind, 'envelope')
  t.notMatch(JSON.stringify(facts), one.content.reply.key)
  await open('request.age', '--out', 'request')
  const [name = ''] = await readdir('request')
  t.match(name, /^envelope-[0-9a-f]{8}\.json$/)
})

await t.test('a request for another deployment, or another directory, is refused', async t => {
  for (const context of [
    { origin: 'https://elsewhere.example' },
    { directory_sha256: 'A'.repeat(43) },
  ]) {
    const one = await sealRequest(organisation, { envelope: context, answers: vietnamese })
    await writeFile('elsewhere.age', one.envelope)
    const { code, err, out } = await open('elsewhere.age')
    t.equal(code, 1)
    t.equal(out, '')
    t.match(err.replaceAll(/\s+/g, ' '), 'and not for the organisation that is pinned here')
  }
})

await t.test('a note on a stick says which case it is about', async t => {
  const id = caseId()
  const { note, primitives, verify } = organisation
  const context = contextFor(await verify(note), 'note')
  const writer = organisation.identities['vietnam-1']
  if (writer === undefined) throw new Error('no handler')
  const sealed = await sealNote(
    primitives,
    {
      id: clientId(),
      about: 'note',
      case: id,
      envelope: encodeBase64url(new Uint8Array(32)),
      by: 'vietnam-1',
      text: 'hỏi luật sư',
      hour: '2026-01-01T00:00:00Z',
    },
    identitySigningKey(primitives, writer).seed,
    context,
    [recipient],
  )
  await writeFile('note.age', sealed.bytes)
  const { out } = await open('note.age')
  t.match(out, `  about case ${id}, by vietnam-1\n  | hỏi luật sư\n`)
})
