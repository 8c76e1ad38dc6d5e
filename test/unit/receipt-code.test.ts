// The receipt code: words that a shaken person can type back, and the keys that they stand for. docs/protocol.md,
// "Receipt code".
import { entropyToMnemonic } from '@scure/bip39'
import { wordlist as english } from '@scure/bip39/wordlists/english.js'
import { wordlist as french } from '@scure/bip39/wordlists/french.js'
import { wordlist as simplified } from '@scure/bip39/wordlists/simplified-chinese.js'
import { wordlist as traditional } from '@scure/bip39/wordlists/traditional-chinese.js'
import fc from 'fast-check'
import t from 'tap'
import type { KhancapError } from '../../schemas/problem.js'
import { nodePrimitives } from '../../src/core/crypto/node.js'
import { libsodiumPrimitives } from '../../src/core/crypto/libsodium.js'
import { purePrimitives } from '../../src/core/crypto/pure.js'
import { wordlist as composed } from '../../src/core/crypto/vietnamese-words.js'
import { foldWord } from '../../src/core/receipt/fold-word.js'
import { type WordLanguage, wordLanguages } from '../../src/core/crypto/receipt-words.js'
import { hex } from '../../src/core/encoding/bytes.js'
import {
  codeToWords,
  deriveReceiptKeys,
  newReceiptCode,
  wordLanguageFor,
} from '../../src/core/receipt/code.js'
import { wordsToCode } from '../../src/core/receipt/read-words.js'
import { decodeIdentity } from '../../src/core/envelope/age-keys.js'

t.setTimeout(process.env['KHANCAP_TEST_LONG'] === '1' ? 1_800_000 : 180_000)

const p = await nodePrimitives()
const vietnamese = composed.map(word => word.normalize('NFKD'))
const lists = {
  en: english,
  fr: french,
  'zh-Hans': simplified,
  'zh-Hant': traditional,
  vi: vietnamese,
} as const
const sixteen = fc.uint8Array({ minLength: 16, maxLength: 16 })
const runs = process.env['KHANCAP_TEST_LONG'] === '1' ? 2000 : 100

async function faultsOf(text: string, prefer?: WordLanguage) {
  const error = await wordsToCode(text, prefer).then(
    () => null,
    (thrown: KhancapError) => thrown,
  )
  return { code: error?.code, faults: error?.faults }
}

await t.test('property: the words of every list lead back to the code', async () => {
  for (const language of wordLanguages)
    await fc.assert(
      fc.asyncProperty(sixteen, async entropy => {
        const words = await codeToWords(entropy, language)
        const code = await wordsToCode(words.join(' '), language)
        return (
          words.length === 12 && code.language === language && hex(code.entropy) === hex(entropy)
        )
      }),
      { numRuns: runs },
    )
})

await t.test('the words are those of BIP 39', async t => {
  // From the reference vectors of BIP 39.
  t.equal((await codeToWords(new Uint8Array(16), 'en')).join(' '), `${'abandon '.repeat(11)}about`)
  t.equal(
    (await codeToWords(new Uint8Array(16).fill(0x7f), 'en')).join(' '),
    'legal winner thank year wave sausage worth useful legal winner thank yellow',
  )
  for (const language of wordLanguages) {
    const entropy = newReceiptCode(p)
    const shown = (await codeToWords(entropy, language)).join(' ').normalize('NFKD')
    t.equal(
      shown,
      entropyToMnemonic(entropy, [...lists[language]])
        .normalize('NFKD')
        .replace(/[\s-]/g, ' '),
    )
  }
})

await t.test('the letters of every list differ without case and accents', t => {
  for (const list of Object.values(lists)) t.equal(new Set(list.map(foldWord)).size, 2048)
  t.end()
})

/** One letter more, less, other, or two neighbours swapped. */
function slipsOf(word: string): string[] {
  const letters = 'abcdefghijklmnopqrstuvwxyz'.split('')
  return Array.from({ length: word.length + 1 }, (_, at) => {
    const before = word.slice(0, at)
    const [one = '', two = ''] = word.slice(at)
    const after = word.slice(at + 1)
    return [
      before + after,
      before + two + one + word.slice(at + 2),
      ...letters.flatMap(letter => [before + letter + after, before + letter + one + after]),
    ]
  }).flat()
}

await t.test(
  'Vietnamese words are two syllables that no slip of a letter turns into another',
  t => {
    const plain = vietnamese.map(foldWord)
    t.strictSame(
      vietnamese.filter(word => !/^[^\s-]+-[^\s-]+$/.test(word)),
      [],
      'two syllables',
    )
    t.strictSame(
      plain.filter(word => !/^[a-z]{3,9}$/.test(word)),
      [],
      'short, and only letters that every keyboard has',
    )
    t.strictSame(plain, plain.toSorted(), 'in the order of their letters')
    t.equal(new Set(plain.map(word => word.slice(0, 5))).size, 2048, 'five letters tell them apart')
    const known = new Set(plain)
    t.strictSame(
      plain.filter(word => slipsOf(word).some(slip => slip !== word && known.has(slip))),
      [],
      'one slip never makes another word',
    )
    t.strictSame(
      plain.filter(word =>
        Array.from({ length: word.length - 1 }, (_, at) => word.slice(0, at + 1)).some(part =>
          known.has(part),
        ),
      ),
      [],
      'none begins with another: without spaces they can be read in one way only',
    )
    const syllables = new Set(vietnamese.flatMap(word => word.split('-').map(foldWord)))
    t.strictSame(
      plain.filter(word => syllables.has(word)),
      [],
      'none looks like a syllable of another',
    )
    const foreign = [...english, ...french].map(foldWord).filter(word => known.has(word))
    t.ok(foreign.length < 12, `no code of twelve could be read in two lists: ${foreign.join(' ')}`)
    t.end()
  },
)

await t.test('the Vietnamese list is the one that codes were given out with', async t => {
  const digest = await p.sha256(new TextEncoder().encode(vietnamese.join('\n')))
  t.equal(hex(digest), 'd006327f075b075739f09a0960a70fba1732b02b841b1c74ba07fc4e7d4a3220')
})

await t.test('words may be typed in any way that a person types them', async t => {
  const entropy = Uint8Array.from({ length: 16 }, (_, at) => 17 * at)
  const ways = async (
    language: 'en' | 'fr' | 'zh-Hans' | 'zh-Hant' | 'vi',
    change: (words: string[]) => string,
  ) => {
    const text = change(await codeToWords(entropy, language))
    const code = await wordsToCode(text, language)
    t.equal(hex(code.entropy), hex(entropy), text.slice(0, 30))
    t.equal(code.language, language)
  }
  await ways('en', words => words.join(' ').toUpperCase())
  await ways('en', words => `  \t${words.join('  \n ')}\r\n`)
  await ways('en', words => words.join('\u3000'))
  await ways('en', words => words.join('\u00a0'))
  await ways('en', words => words.join(', '))
  await ways('en', words => words.map(word => word[0]?.toUpperCase() + word.slice(1)).join(' '))
  // Full-width letters, as a Chinese keyboard makes them.
  await ways('en', words =>
    words.join(' ').replace(/[a-z]/g, letter => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)),
  )
  await ways('fr', words => words.join(' ').normalize('NFC'))
  await ways('fr', words => words.join(' ').normalize('NFD'))
  await ways('fr', words =>
    words
      .join(' ')
      .normalize('NFD')
      .replace(/[\u0300-\u036f]/g, ''),
  )
  await ways('fr', words => words.join(' ').toUpperCase())
  await ways('vi', words => words.join(' '))
  await ways('vi', words => words.join(' ').normalize('NFD').toUpperCase())
  await ways('vi', words => words.map(word => word.replace(' ', '-')).join(', '))
  await ways('vi', words => words.map(foldWord).join('\n'))
  await ways('vi', words =>
    words.map((word, at) => (at % 2 === 0 ? word : foldWord(word))).join(' '),
  )
  for (const language of ['zh-Hans', 'zh-Hant'] as const) {
    await ways(language, words => words.join(''))
    await ways(language, words => words.join('\u3000'))
    await ways(language, words => words.join('、'))
  }
})

await t.test('words are shown with composed letters', async t => {
  const accented = french.findIndex(word => word !== word.normalize('NFC'))
  const entropy = new Uint8Array(16)
  entropy[0] = accented >> 3
  entropy[1] = (accented & 7) << 5
  const [first = ''] = await codeToWords(entropy, 'fr')
  t.equal(first, french[accented]?.normalize('NFC'))
  t.not(first, french[accented])
})

await t.test('what is wrong is told by number, never by word', async t => {
  const words = await codeToWords(newReceiptCode(p), 'en')
  const code = 'receipt_code_invalid'
  const number = (n: number) => ({
    code,
    faults: [{ pointer: `/${n}`, code: 'number_of_words' }],
  })
  t.same(await faultsOf(''), number(0))
  t.same(await faultsOf(words.slice(1).join(' ')), number(11))
  t.same(await faultsOf([...words, 'abandon'].join(' ')), number(13))
  for (const at of [0, 4, 11]) {
    const typo = words.map((word, index) => (index === at ? 'zzzz' : word)).join(' ')
    t.same(await faultsOf(typo), {
      code,
      faults: [{ pointer: `/${at + 1}`, code: 'word_unknown' }],
    })
  }
  t.same(await faultsOf(words.map((w, at) => (at === 1 || at === 7 ? `${w}q` : w)).join(' ')), {
    code,
    faults: [
      { pointer: '/2', code: 'word_unknown' },
      { pointer: '/8', code: 'word_unknown' },
    ],
  })
  t.same(await faultsOf('abandon '.repeat(12)), {
    code,
    faults: [{ pointer: '', code: 'checksum' }],
  })
  const vi = await codeToWords(newReceiptCode(p), 'vi')
  t.same(await faultsOf(vi.map((word, at) => (at === 4 ? 'không có' : word)).join(' ')), {
    code,
    faults: [{ pointer: '/5', code: 'word_unknown' }],
  })
  t.same(await faultsOf(vi.slice(1).join(' ')), number(11), 'eleven in Vietnamese')
  t.same(await faultsOf(vi.slice(1).map(foldWord).join(' ')), number(11), 'without spaces in them')
  for (const count of [1, 5, 10])
    t.same(await faultsOf(vi.slice(0, count).join(' '), 'vi'), number(count), `${count}, on a page`)
  t.same(await faultsOf([...vi, ...vi.slice(0, 1)].join(' '), 'vi'), number(13), 'thirteen of them')
  t.same(await faultsOf(words.slice(2).join(' '), 'vi'), number(10), 'English ones on that page')
  const error: unknown = await wordsToCode(`canary ${'zebrafish '.repeat(11)}`).catch(
    (e: unknown) => e,
  )
  t.notMatch(JSON.stringify(error) + String(error), /canary|zebrafish/)
})

await t.test('swapping two words is noticed fifteen times in sixteen', async t => {
  let noticed = 0
  for (let round = 0; round < 160; round++) {
    const words = await codeToWords(newReceiptCode(p), 'en')
    const [a = '', b = '', ...rest] = words
    const swapped = await faultsOf([b, a, ...rest].join(' '))
    if (swapped.code !== undefined || a === b) noticed++
  }
  t.ok(noticed > 125, `${noticed} of 160`)
})

await t.test('what the two Chinese lists share means the same in both', async t => {
  const common = traditional.filter(word => simplified.includes(word))
  t.equal(common.length, 1275)
  for (const word of common)
    if (simplified.indexOf(word) !== traditional.indexOf(word)) t.fail(word)
  const entropy = newReceiptCode(p)
  for (const prefer of wordLanguages)
    for (const language of wordLanguages) {
      const words = (await codeToWords(entropy, language)).join(' ')
      t.equal(hex((await wordsToCode(words, prefer)).entropy), hex(entropy))
    }
})

await t.test('pages show words of their language, others show English ones', t => {
  const pages = ['en', 'fr', 'zh-Hans', 'zh-Hant', 'vi', 'th', 'de', '']
  t.same(pages.map(wordLanguageFor), ['en', 'fr', 'zh-Hans', 'zh-Hant', 'vi', 'en', 'en', 'en'])
  t.end()
})

await t.test('a code is sixteen fresh bytes', t => {
  t.equal(newReceiptCode(p).length, 16)
  t.notSame(newReceiptCode(p), newReceiptCode(p))
  t.end()
})

const deployment = { root: '11'.repeat(32), origin: 'https://help.example.org' }
const entropy = Uint8Array.from({ length: 16 }, (_, at) => at)

await t.test('the keys of a code are the same everywhere, and all different', async t => {
  const [one, two, three] = await Promise.all(
    [p, await libsodiumPrimitives(), purePrimitives()].map(q =>
      deriveReceiptKeys(q, entropy, deployment),
    ),
  )
  t.same(two, one)
  t.same(three, one)
  if (one === undefined) throw new Error('keys expected')
  t.match(one.replyIdentity, /^AGE-SECRET-KEY-PQ-1/)
  t.match(one.replyRecipient, /^age1pq1/)
  t.same(one.mailboxHash, await p.sha256(one.mailboxToken))
  t.same(one.additionKey, p.ed25519PublicKey(one.additionSeed))
  const secrets = [
    decodeIdentity(one.replyIdentity),
    one.replyKey,
    one.mailboxToken,
    one.additionSeed,
  ]
  t.equal(new Set(secrets.map(hex)).size, 4)
  for (const secret of secrets) t.equal(secret.length, 32)
})

await t.test('the keys are HKDF of code, deployment and label, byte by byte', async t => {
  const { createHash, hkdfSync } = await import('node:crypto')
  const salt = createHash('sha256')
    .update('khancap/v1/deployment\0')
    .update(Buffer.from(deployment.root, 'hex'))
    .update(deployment.origin)
    .digest()
  const derive = (label: string) =>
    Buffer.from(hkdfSync('sha256', entropy, salt, label, 32)).toString('hex')
  const keys = await deriveReceiptKeys(p, entropy, deployment)
  t.equal(hex(decodeIdentity(keys.replyIdentity)), derive('khancap/v1/reply-identity'))
  t.equal(hex(keys.mailboxToken), derive('khancap/v1/mailbox-token'))
  t.equal(hex(keys.additionSeed), derive('khancap/v1/addition-key'))
  t.equal(hex(keys.replyKey), derive('khancap/v1/reply-key'))
})

await t.test('another code, root or origin gives other keys', async t => {
  const keys = await deriveReceiptKeys(p, entropy, deployment)
  for (const other of [
    await deriveReceiptKeys(p, new Uint8Array(16), deployment),
    await deriveReceiptKeys(p, entropy, { ...deployment, root: '12'.repeat(32) }),
    await deriveReceiptKeys(p, entropy, { ...deployment, origin: 'http://help.example.org' }),
  ]) {
    t.not(other.replyIdentity, keys.replyIdentity)
    t.notSame(other.mailboxToken, keys.mailboxToken)
    t.notSame(other.additionKey, keys.additionKey)
    t.notSame(other.replyKey, keys.replyKey)
  }
})

await t.test('sizes of code and root are checked', async t => {
  for (const size of [15, 17])
    await t.rejects(deriveReceiptKeys(p, new Uint8Array(size), deployment), RangeError)
  for (const root of ['', '11'.repeat(31), '11'.repeat(33), 'ZZ'.repeat(32)])
    await t.rejects(deriveReceiptKeys(p, entropy, { ...deployment, root }), RangeError)
})
