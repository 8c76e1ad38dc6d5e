// What an applicant or a server sends reaches the terminal through an allow-list, or not at all.
import fc from 'fast-check'
import t from 'tap'
import {
  command,
  joined,
  type Safe,
  safe,
  safeLines,
  sentences,
  styled,
} from '../../cli/terminal/safe.js'
import { shellWord } from '../../cli/terminal/shell-word.js'
import { visible, visibleJson } from '../../cli/terminal/visible.js'
import { brokenAtWords, expectLocale, widthOf, wrapLine } from '../../cli/terminal/width.js'

const hostile: Readonly<Record<string, string>> = {
  'a colour': '\u001b[31mred',
  'a title': '\u001b]0;title\u0007',
  'an 8-bit escape': '\u009b2J',
  'a carriage return': 'ok\rno',
  'a backspace': 'ok\b\bno',
  'a right-to-left override': '\u202egnp.exe',
  'an isolate': '\u2066x\u2069',
  'an Arabic letter mark': 'a\u061cb',
  'a zero-width space': 'pay\u200bpal',
  'a zero-width joiner': 'a\u200db',
  'a byte order mark': '\ufeffa',
  'tag characters': '\u{e0041}\u{e0042}',
  'a variation selector': 'a\u{e0101}',
  'a Hangul filler': 'a\u3164b',
  'a blank of Braille': 'a\u2800b',
  'a lone surrogate': 'a\ud800b',
  'a private character': 'a\ue000b',
  'an unassigned character': 'a\u{10ffff}b',
  'a line separator': 'a\u2028b',
  'a delete': 'a\u007fb',
  'a combining grapheme joiner': 'a\u034fb',
}

/** Nothing but what a printer on paper could print. */
const printable =
  /^(?:[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}](?<![\p{Default_Ignorable_Code_Point}\u2800]))*$/u

for (const [name, text] of Object.entries(hostile))
  await t.test(`${name} is made visible`, async t => {
    const shown = visible(text)
    t.match(shown, printable)
    t.match(shown, /<U\+[0-9A-F]{4,6}>/)
    t.match(visibleJson(text), /^[\u0020-\u007e]*$/)
    t.equal(JSON.parse(visibleJson(text)), text, 'JSON keeps the value')
  })

await t.test('what people write stays as they wrote it', async t => {
  for (const text of [
    'Tôi cần được giúp đỡ ngay: họ đang ở trước nhà!',
    'Tôi cần giúp đỡ'.normalize('NFD'),
    '我需要帮助。我的律师被带走了（昨天）。',
    'Ils sont là ; « aidez-moi » – 48 h',
    'Допоможіть, будь ласка',
    '🙂 100 % €',
  ])
    t.equal(visible(text), text)
})

await t.test('a word that mixes alphabets is marked; languages side by side are not', async t => {
  t.equal(visible('go to p\u0430ypal.example'), 'go to p\u0430ypal<mixed Latin Cyrillic>.example')
  t.equal(visible('\u03bfk'), '\u03bfk<mixed Latin Greek>')
  for (const text of ['Київ Kyiv', 'A股 iPhone手机', 'Thủ đô Hà Nội', 'β-test', 'κόσμος and мир'])
    t.equal(visible(text), text)
})

await t.test('ten million letters that mix alphabets take no longer than others', async t => {
  const shown = visible('a\u0430'.repeat(5_000_000))
  t.ok(shown.length < 70_000)
  t.match(shown, /<mixed Latin Cyrillic>/)
})

await t.test('line breaks are kept only where lines are asked for', async t => {
  t.equal(visible('a\nb'), 'a<U+000A>b')
  t.equal(visible('a\r\nb\nc', { lines: true }), 'a\nb\nc')
  t.equal(visible('a\tb'), 'a    b')
})

await t.test('six marks on a character are shown, the seventh is counted', async t => {
  const mark = '\u0301'
  t.equal(visible(`a${mark.repeat(6)}b`), `a${mark.repeat(6)}b`)
  t.equal(visible(`a${mark.repeat(7)}b`), `a${mark.repeat(6)}<+1 marks>b`)
  t.equal(visible(`a${mark.repeat(10_000_000)}`), `a${mark.repeat(6)}<+9999994 marks>`)
})

await t.test('a mark without a character does not join one of ours', async t => {
  t.equal(visible('\u0301x'), '\u25cc\u0301x')
})

await t.test('a text at the bound is shown whole, one over is counted', async t => {
  t.equal(visible('ab', { max: 2 }), 'ab')
  t.equal(visible('abc', { max: 2 }), 'ab<+1 characters>')
  t.equal(visible('🙂🙂🙂', { max: 2 }), '🙂🙂<+1 characters>')
})

await t.test('any text at all is printable afterwards', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), text => {
      return (
        printable.test(visible(text)) && printable.test(visibleJson(text, 2).replaceAll('\n', ''))
      )
    }),
    { numRuns: process.env['SLOW'] === '1' ? 100_000 : 2000 },
  )
})

await t.test('words of ours with values of others: only the values are changed', async t => {
  const red = styled(31, 39, safe`warning`)
  t.equal(
    safe`${red}: ${'\u001b[2J'} of ${3}`.text,
    '\u001b[31mwarning\u001b[39m: <U+001B>[2J of 3',
  )
  t.equal(joined([safe`a`, safe`b`], ', ').text, 'a, b')
})

await t.test('each line of a foreign text begins with the margin, broken lines too', async t => {
  const shown = safeLines('khancap: all is well\nfine '.repeat(3), '| ', 20).text.split('\n')
  for (const line of shown) {
    t.match(line, /^\| /)
    t.ok(widthOf(line) <= 20, line)
  }
})

await t.test('Chinese takes two columns, a combining mark none', async t => {
  t.equal(widthOf('紧急支援'), 8)
  t.equal(widthOf('（昨天）'), 8)
  t.equal(widthOf('Hỗ trợ'), 6)
  for (const wide of '㎏㈠ꀀ﹐㊙㋿䷀𗀀') t.equal(widthOf(wide), 2, wide)
  t.equal(widthOf('का'), 2, 'a mark that takes room')
  t.equal(widthOf('Hỗ trợ'.normalize('NFD')), 6)
})

await t.test(
  'where a terminal may draw more in two columns, no line is too long for it',
  async t => {
    expectLocale('zh_CN.UTF-8')
    t.teardown(() => expectLocale(''))
    const drawn = (line: string) => line.length + line.replaceAll(/[ -~]/g, '').length
    const quotes = '\u201ckhancap: all is well\u201d \u2026 '.repeat(20)
    for (const text of [
      quotes,
      'à'.repeat(200),
      'Hỗ trợ khẩn cấp. '.repeat(9),
      '紧急支援'.repeat(30),
    ])
      for (const line of safeLines(text, '  | ', 40).text.split('\n')) {
        t.match(line, /^ {2}\| /)
        t.ok(drawn(line) <= 40, line)
      }
    t.equal(widthOf('à'), 1, 'columns of a table stay as they are')
    t.equal(wrapLine('a'.repeat(40), 40).length, 1)
  },
)

await t.test('lines are broken at spaces, or inside a word that is too long', async t => {
  t.strictSame(wrapLine('one two three', 8), ['one two', 'three'])
  t.strictSame(wrapLine('abcdefghij', 4), ['abcd', 'efgh', 'ij'])
  t.strictSame(wrapLine('我需要帮助', 4), ['我需', '要帮', '助'])
  t.strictSame(wrapLine('', 4), [''])
  t.strictSame(wrapLine('我需要 khancap 帮助。', 8), ['我需要', 'khancap', '帮助。'])
  t.strictSame(wrapLine('打开文件：好', 8), ['打开文', '件：好'], 'no line begins with a colon')
  t.strictSame(wrapLine('打开文（好）', 8), ['打开文', '（好）'], 'nor ends with what opens')
})

await t.test(
  'a sentence is broken at words only: what is longer than a line stays whole',
  async t => {
    const path = `/media/${'stick'.repeat(5)}`
    t.strictSame(wrapLine(`no file ${path} here`, 20, 'whole'), ['no file', path, 'here'])
    t.strictSame(wrapLine(`${path} ${path}`, 20, 'whole'), [path, path])
    t.strictSame(
      wrapLine('我需要帮助', 4, 'whole'),
      ['我需', '要帮', '助'],
      'Chinese breaks anywhere',
    )
    const said = brokenAtWords(`khancap: there is no file ${path}\nhint: short\n`, 40)
    t.equal(said, `khancap: there is no file\n  ${path}\nhint: short\n`)
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-zế]{1,12}$/), { maxLength: 30 }),
        fc.integer({ min: 14, max: 80 }),
        (words, columns) => {
          const lines = brokenAtWords(words.join(' '), columns).split('\n')
          const again = lines.join('\n').replaceAll('\n  ', ' ')
          return again === words.join(' ') && lines.every(line => widthOf(line) <= columns)
        },
      ),
    )
  },
)

await t.test('any text keeps its words when it is broken, and fits', async () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 120 }),
      fc.integer({ min: 2, max: 40 }),
      (text, columns) => {
        const line = visible(text)
        const lines = wrapLine(line, columns)
        const without = (words: string) => words.replaceAll(/ /g, '')
        return (
          without(lines.join('')) === without(line) &&
          lines.every(part => widthOf(part.trimEnd()) <= columns)
        )
      },
    ),
  )
})

await t.test('a command in a sentence begins a line and stays whole', async t => {
  const command = 'khancap add-reader --from an --to COLLEAGUE --dry-run, by a colleague'
  t.equal(
    brokenAtWords(`which cases need a new reader: ${command}`, 60),
    `which cases need a new reader:\n  ${command}`,
  )
  t.match(brokenAtWords(`${'word '.repeat(20)}khancap open 3`, 40), /\n {2}khancap open 3$/)
  t.equal(brokenAtWords('short: khancap inbox', 40), 'short: khancap inbox')
})

/** Rows that stand where a command of ours would. */
const commandsIn = (words: Safe, columns: number) =>
  sentences(words, columns)
    .text.split('\n')
    .filter(row => /^\s*khancap [a-z]/.test(row))

await t.test('no command in words of others begins a line as ours do', async t => {
  const command = 'khancap init --replace --url help.example'
  for (let before = 0; before < 120; before++) {
    const name = `${'x'.repeat(before)} is of a newer version, type this first: ${command} .age`
    for (const words of [
      safe`there is no file ${name}`,
      safe`warning: ${name} is in the clear, from a command that was cut off: delete it`,
      safe`${safe`the plugin ${`${'x '.repeat(before)}${command} `}`} wrapped nothing`,
      safe`khancap: ${joined([safe`no`, styled(1, 22, safe`${name}`)], ': ')}`,
      safe`see ${'x'.repeat(before)}${`\u00a0${command.replaceAll(' ', '\u00a0')}`}`,
      safe`no file ${`${command} ${'x'.repeat(before)}`}`,
      safe`the plugin said: khancap inbox, and ${name}`,
    ]) {
      t.strictSame(commandsIn(words, 80), [], sentences(words, 80).text)
      for (const row of sentences(words, 80).text.split('\n'))
        if (!row.includes('\u001b')) t.ok(widthOf(row) <= 80, row)
    }
  }
})

await t.test('a command of ours does, whatever stands before it or in it', async t => {
  const own = safe`to take it back: ${safe`khancap org remove ${shellWord("team o'clock", 'NAME')}`}`
  const shown = "khancap org remove 'team o'\\''clock'"
  t.strictSame(commandsIn(own, 40), [`  ${shown}`])
  const name = 'khancap init now.age'
  t.strictSame(commandsIn(safe`of ${name}, what shows it: khancap open 3k7m`, 40), [
    '  khancap open 3k7m',
  ])
  t.strictSame(
    commandsIn(styled(33, 39, safe`${'word '.repeat(20)}what shows it: khancap open 3k7m`), 40),
    ['  khancap open 3k7m\u001b[39m'],
  )
})

await t.test(
  'words behind a command of which it is known where it ends are broken as others',
  t => {
    const keys = command`khancap keys new --handler ${'một hai'}`
    const said = safe`${'word '.repeat(6)}${keys} makes one that opens what is sealed to you; khancap keys list`
    t.strictSame(sentences(said, 38).text.split('\n'), [
      'word word word word word word',
      '  khancap keys new --handler một hai',
      '  makes one that opens what is sealed',
      '  to you;',
      '  khancap keys list',
    ])
    t.strictSame(
      sentences(safe`          mend: ${command`khancap keys new`} makes one for you here`, 40).text,
      '          mend:\n            khancap keys new makes one\n            for you here',
      'what was indented stays so',
    )
    t.equal(
      sentences(styled(32, 39, safe`green words that fit`), 20).text,
      '\u001b[32mgreen words that fit\u001b[39m',
      'colour takes no room',
    )
    const hostile = 'khancap init --replace; '.repeat(5)
    t.strictSame(commandsIn(safe`see ${command`khancap open 3k7m`}: ${hostile}`, 40), [])
    t.end()
  },
)

await t.test('a word of a command that cannot be shown as it is is left to be typed', async t => {
  t.equal(shellWord('a b', 'DIR'), "'a b'")
  for (const word of ['a\u200bb', 'p\u0430ypal', 'a\nb', '\u202egnp'])
    t.equal(shellWord(word, 'DIR'), 'DIR')
})
