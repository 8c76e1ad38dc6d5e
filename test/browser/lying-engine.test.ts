// Step 3 with an engine that lies: it gives zeros, leaves stale memory behind, or draws the same bytes twice. The page
// refuses to seal, says so in the person's language, and sends nothing. The lie is put between server and browser; the
// pages themselves have no hook for it.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { allTexts } from '../helper/texts.js'
import { answer, begin, chromiumDriver, emergencyDoings, goOn } from '../helper/applicant.js'
import { visitor } from '../helper/chromium.js'
import { arrivedCases, testSite } from '../helper/site.js'

/**
 * Stands in front of libsodium's WebAssembly, and lies from the first chunk of 64 KiB on: one that lies while it starts
 * does not start, and the other engine seals. Everything but memory management takes three or more arguments; `lie`
 * decides what such a call does.
 */
const engine = (lie: string) => `{
  const instantiate = WebAssembly.instantiate.bind(WebAssembly)
  WebAssembly.instantiate = async (...given) => {
    const made = await instantiate(...given)
    const real = made.instance.exports
    const memory = Object.values(real).find(value => value instanceof WebAssembly.Memory)
    const zeros = at => new Uint8Array(memory.buffer).fill(0, at, at + 32)
    const lie = ${lie}
    let isLying = false
    const exports = {}
    for (const [name, value] of Object.entries(real))
      exports[name] =
        typeof value !== 'function' || value.length < 3
          ? value
          : (...args) => {
              isLying = isLying || args.some(one => Number(one) === 65536)
              return isLying ? lie(value, args, zeros) : value(...args)
            }
    return { module: made.module, instance: { exports } }
  }
}`

const lies = [
  {
    name: 'results of zeros',
    language: 'vi',
    code: engine(
      '(real, args, zeros) => { const code = real(...args); zeros(args[0]); return code }',
    ),
  },
  {
    name: 'stale memory: it says that all is well and does nothing',
    language: 'zh-Hant',
    code: engine('() => 0'),
  },
  {
    name: 'stale memory on every call but the first',
    language: 'fr',
    code: engine(
      '(real, args) => { self.calls = (self.calls || 0) + 1; return self.calls > 1 ? 0 : real(...args) }',
    ),
  },
  {
    name: 'zeros of the cipher that the browser has itself',
    language: 'en',
    code: `{
      const { subtle } = crypto
      const encrypt = subtle.encrypt.bind(subtle)
      subtle.encrypt = async (...given) => new ArrayBuffer((await encrypt(...given)).byteLength)
    }`,
  },
  {
    name: 'random zeros',
    language: 'zh-Hans',
    code: 'crypto.getRandomValues = array => array.fill(0)',
  },
]

const site = await testSite(t)

for (const { name, language, code } of lies)
  await t.test(`${name}: the page says in ${language} that nothing is sent`, async t => {
    const { page } = await visitor(t)
    const driver = chromiumDriver(page)
    const posted: string[] = []
    page.on('request', request => {
      if (request.method() === 'POST') posted.push(request.url())
    })
    let changed = 0
    await page.route('**/a/seal-wasm-*.js', async route => {
      const response = await route.fetch()
      changed++
      return route.fulfill({ response, body: `${code};\n${await response.text()}` })
    })
    await driver.open(`${site.url}/${language.toLowerCase()}/`)
    await driver.click('#start')
    await page.waitForSelector('[data-failure="primitives_faulty"]')
    const texts = allTexts.find(each => each.language === language)
    t.ok(texts)
    t.match(await driver.textOf('[data-failure]'), texts?.failure.primitives_faulty)
    t.ok(changed > 0, 'the lying engine was loaded')
    t.strictSame(posted, [])
  })

await t.test(
  'a nonce that comes twice, after the first test was passed: nothing is sent',
  async t => {
    const { page } = await visitor(t)
    const driver = chromiumDriver(page)
    const posted: string[] = []
    page.on('request', request => {
      if (request.method() === 'POST') posted.push(request.url())
    })
    // File key and payload nonce have 16 bytes each: the second draw of that size gives the first again.
    const code = `{
    const draw = crypto.getRandomValues.bind(crypto)
    let first = null
    let sealing = false
    crypto.getRandomValues = array => {
      draw(array)
      if (array.length === 64) sealing = true
      if (array.length === 16 && first !== null && sealing) array.set(first)
      else if (array.length === 16) first = array.slice()
      return array
    }
  }`
    await page.route('**/a/seal-wasm-*.js', async route => {
      const response = await route.fetch()
      return route.fulfill({ response, body: `${code};\n${await response.text()}` })
    })
    await begin(driver, site.url, 'vi', 'emergency')
    await answer(driver, emergencyDoings('vi', 'Tôi cần được giúp'))
    await driver.see('.review')
    await driver.click('main .actions button.main')
    await driver.click('main .actions button.main')
    await driver.click('label.option:has(#saved)')
    await driver.click(goOn)
    await page.waitForSelector('[data-failure="primitives_faulty"]')
    const vietnamese = allTexts.find(each => each.language === 'vi')
    t.match(await driver.textOf('[data-failure]'), vietnamese?.failure.primitives_faulty)
    t.strictSame(posted, [])
    t.same(await arrivedCases(site), [])
  },
)

await t.test("libsodium's engine without WebAssembly is in no script that is built", async t => {
  const folder = 'build/web/a'
  const scripts = (await readdir(folder)).filter(name => name.endsWith('.js'))
  t.ok(scripts.length > 5)
  // What that engine is called in the package that carries it.
  const marks = ['useBackupModule', 'asm2js']
  const unsafe = await readFile('node_modules/libsodium/dist/modules/libsodium.js', 'utf8')
  for (const mark of marks) {
    t.ok(unsafe.includes(mark), `the mark ${mark} means something`)
    for (const name of scripts)
      t.notOk((await readFile(join(folder, name), 'utf8')).includes(mark), `${name}: ${mark}`)
  }
  const [wasm = ''] = scripts.filter(name => name.startsWith('seal-wasm-'))
  t.match(await readFile(join(folder, wasm), 'utf8'), /WebAssembly/, 'the engine with it is')
  const [pure = ''] = scripts.filter(name => name.startsWith('seal-pure-'))
  t.notMatch(await readFile(join(folder, pure), 'utf8'), /WebAssembly|sodium/)
})
