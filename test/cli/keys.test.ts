// A handler's identity: made, shown, carried, lost and recovered. Its secret is never printed unless it is asked for.
import { chmod, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Decrypter } from 'age-encryption'
import t from 'tap'
import { khancap, passphrase, scriptedAsker, temporaryFolder } from '../helper/cli.js'

t.setTimeout(300_000)

const at = await temporaryFolder(t)
process.chdir(at)

const made = (handler: string) => ['keys', 'new', '--handler', handler]
const twice = () => scriptedAsker(passphrase, passphrase)

await t.test('folder and files are for their owner alone', async t => {
  const folder = join(at, 'private')
  t.equal((await khancap(made('vi-1'), { folder, asker: twice() })).code, 0)
  t.equal((await stat(folder)).mode & 0o777, 0o700)
  for (const name of ['identity.age', 'identity.json'])
    t.equal((await stat(join(folder, name))).mode & 0o777, 0o600, name)
})

await t.test('what is printed, and what is exported, holds no secret', async t => {
  const folder = join(at, 'quiet')
  const runs = [
    await khancap([...made('vi-1'), '--json'], { folder, asker: twice() }),
    await khancap(['keys', 'show', '--json'], { folder }),
    await khancap(['keys', 'list', '--json'], { folder }),
    await khancap(['keys', 'export'], { folder }),
  ]
  for (const { code, err, out } of runs) {
    t.equal(code, 0)
    t.notMatch(out + err, /SECRET|SEED|correct horse/i)
    t.ok(JSON.parse(out))
    t.ok(out.endsWith('\n'))
  }
})

await t.test('stock age opens the identity file with the passphrase', async t => {
  const folder = join(at, 'stock')
  await khancap(made('vi-1'), { folder, asker: twice() })
  const age = new Decrypter()
  age.addPassphrase(passphrase)
  const text = await age.decrypt(await readFile(join(folder, 'identity.age')), 'text')
  t.match(text, /^AGE-SECRET-KEY-PQ-1[0-9A-Z]+$/m)
})

await t.test('a sheet brings every generation back, under a new passphrase', async t => {
  const folder = join(at, 'sheet')
  await khancap(made('vi-1'), { folder, asker: twice() })
  const again = ['keys', 'new', '--sheet', 'generations.txt']
  t.equal((await khancap(again, { folder, asker: scriptedAsker(passphrase) })).code, 0)
  t.equal((await stat('generations.txt')).mode & 0o777, 0o600)
  const before = await khancap(['keys', 'show', '--json'], { folder })
  const sheet = await readFile('generations.txt', 'utf8')

  // As somebody types it: lower case, in groups, without the hash signs.
  const typed = sheet
    .split('\n')
    .map(line =>
      /SEED-1|PQ-1/.test(line)
        ? (
            line
              .replace(/^# /, '')
              .toLowerCase()
              .match(/.{1,5}/g) ?? []
          ).join(' ')
        : line,
    )
    .join('\r\n')
  const other = join(at, 'recovered')
  const run = await khancap(['keys', 'recover'], {
    folder: other,
    stdin: typed,
    asker: scriptedAsker('another good passphrase', 'another good passphrase'),
  })
  t.equal(run.code, 0, run.err)
  const after = await khancap(['keys', 'show', '--json'], { folder: other })
  t.strictSame(JSON.parse(after.out), JSON.parse(before.out))
  t.equal(JSON.parse(after.out).recipients.length, 2)
})

await t.test('a slip of the pen in a sheet is named by its line', async t => {
  const folder = join(at, 'slip')
  const sheet = await readFile('generations.txt', 'utf8')
  const lines = sheet.split('\n')
  const line = lines.findIndex(one => one.startsWith('AGE-SECRET-KEY-PQ-1'))
  for (const wrong of [
    lines[line]?.replace(/.$/, last => (last === 'Q' ? 'P' : 'Q')),
    lines[line]?.slice(0, -1),
    `${lines[line]}Q`,
  ]) {
    const run = await khancap(['keys', 'recover'], {
      folder,
      stdin: lines.with(line, wrong ?? '').join('\n'),
    })
    t.equal(run.code, 1)
    t.match(run.err, `khancap: line ${line + 1} has a slip of the pen`)
    t.notMatch(run.err, /PQ-1/, 'the secret is not repeated')
  }
  const half = await khancap(['keys', 'recover'], { folder, stdin: '# handler: vi-1\n' })
  t.match(half.err, 'khancap: this is not a whole recovery sheet')
})

await t.test('any k of n shares bring every generation back, and fewer nothing', async t => {
  const folder = join(at, 'shares')
  await khancap(made('vi-3'), { folder, asker: twice() })
  t.equal((await khancap(['keys', 'new'], { folder, asker: scriptedAsker(passphrase) })).code, 0)
  const split = (out: string, shares: number, threshold: number) =>
    khancap(
      ['keys', 'split', '--shares', `${shares}`, '--threshold', `${threshold}`, '--out', out],
      { folder, asker: scriptedAsker(passphrase) },
    )
  t.equal((await split('set', 5, 3)).code, 0)
  t.equal((await split('other', 2, 2)).code, 0)
  t.equal((await split('most', 16, 16)).code, 0)
  for (const [shares, threshold] of [
    [17, 2],
    [1, 1],
    [3, 1],
    [3, 4],
    [2.5, 2],
  ])
    t.equal((await split('no', shares ?? 0, threshold ?? 0)).code, 2)
  t.equal((await stat('set/share-5.txt')).mode & 0o777, 0o600)
  const secret = await readFile(join(folder, 'recovery.log'), 'utf8')
  t.match(secret, /Z split the identity of vi-3 \([0-9a-f ]{39}\) into 5 shares, 3 needed, set /)
  t.notMatch(secret, /SHARE-1|SEED-1|PQ-1/)
  const before = await khancap(['keys', 'show', '--json'], { folder })

  let number = 0
  const recover = async (files: readonly string[], stdin?: string) => {
    const other = join(at, `recovered-${number++}`)
    const run = await khancap(['keys', 'recover', ...files.flatMap(file => ['--share', file])], {
      folder: other,
      asker: scriptedAsker('another good passphrase', 'another good passphrase'),
      ...(stdin === undefined ? {} : { stdin }),
    })
    return { run, other }
  }
  const sheets = [1, 2, 3, 4, 5].map(share => `set/share-${share}.txt`)
  for (const chosen of [
    [0, 1, 2],
    [4, 2, 0],
    [1, 3, 4],
    [0, 1, 2, 3, 4],
    [2, 2, 1, 3],
  ]) {
    const { run, other } = await recover(chosen.map(share => sheets[share] ?? ''))
    t.equal(run.code, 0, run.err)
    t.match(run.err, 'tell the organisation: ')
    t.match(await readFile(join(other, 'recovery.log'), 'utf8'), 'recovered the identity of vi-3')
    const after = await khancap(['keys', 'show', '--json'], { folder: other })
    t.strictSame(JSON.parse(after.out), JSON.parse(before.out))
  }
  const typed = await Promise.all(sheets.slice(0, 3).map(file => readFile(file, 'utf8')))
  const letters = typed
    .join('\n')
    .toLowerCase()
    .replaceAll(/([a-z0-9-]{5})/g, '$1 ')
  const hand = letters.split('\n').filter(line => !line.startsWith('#'))
  t.equal((await recover([], hand.join('\r\n'))).run.code, 0, 'typed by hand')

  const few = await recover(sheets.slice(0, 2))
  t.match(few.run.err, /khancap: 3 different shares of set \w{8} are needed, and here are 2/)
  const twin = await recover(['set/share-1.txt', 'set/share-1.txt', 'set/share-2.txt'])
  t.match(twin.run.err, 'are needed, and here are 2')
  const mixed = await recover([...sheets.slice(0, 2), 'other/share-1.txt'])
  t.match(mixed.run.err, 'these shares are of different sets')
  const line = typed[1]?.split('\n')[4] ?? ''
  const slip = (typed[1] ?? '').replace(
    line,
    line.replace(/.$/, last => (last === 'Q' ? 'P' : 'Q')),
  )
  const wrong = await recover([], [typed[0], slip, typed[2]].join('\n'))
  t.equal(wrong.run.code, 1)
  t.match(wrong.run.err, 'khancap: share 2 has a slip of the pen')
  t.notMatch(wrong.run.err, /SHARE-1/, 'the secret is not repeated')
})

await t.test('--keep forgets old generations', async t => {
  const folder = join(at, 'keep')
  await khancap(made('vi-1'), { folder, asker: twice() })
  const run = ['keys', 'new', '--keep', '1', '--json']
  const { out } = await khancap(run, { folder, asker: scriptedAsker(passphrase) })
  t.equal(JSON.parse(out).generations, 1)
})

await t.test('the ninth generation is made where one is forgotten for it', async t => {
  const folder = join(at, 'nine')
  await khancap(made('vi-1'), { folder, asker: twice() })
  for (let generation = 2; generation <= 9; generation++)
    await khancap(['keys', 'new'], { folder, asker: scriptedAsker(passphrase) })
  const { out } = await khancap(['keys', 'list', '--json'], { folder })
  t.equal(JSON.parse(out).generations.length, 8)
})

await t.test('an identity that others may read is used, with a warning', async t => {
  const folder = join(at, 'open')
  await khancap(made('vi-1'), { folder, asker: twice() })
  await chmod(join(folder, 'identity.age'), 0o644)
  const { code, err } = await khancap(['keys', 'export', '--sheet'], {
    folder,
    asker: scriptedAsker(passphrase),
  })
  t.equal(code, 0)
  t.match(err, /warning: other users of this machine may read .*identity\.age/)
})

await t.test('a damaged identity, or one without its public half, is explained', async t => {
  const folder = join(at, 'damaged')
  await khancap(made('vi-1'), { folder, asker: twice() })
  const sealed = await readFile(join(folder, 'identity.age'))
  const { writeFile } = await import('node:fs/promises')
  await writeFile(join(folder, 'identity.age'), sealed.subarray(0, 40))
  const short = await khancap(['keys', 'export', '--sheet'], {
    folder,
    asker: scriptedAsker(passphrase, passphrase, passphrase),
  })
  t.equal(short.code, 1)
  await writeFile(join(folder, 'identity.json'), '{}')
  const faulty = await khancap(['keys', 'show'], { folder })
  t.match(faulty.err, 'khancap: the identity file could not be read')
  await rm(join(folder, 'identity.json'))
  t.equal((await khancap(['keys', 'show'], { folder })).code, 1)
})
