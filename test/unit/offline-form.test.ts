// The offline form as a file: one template, one place for the directory, and both found again (docs/protocol.md,
// "Offline form").
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { utf8 } from '../../src/core/encoding/bytes.js'
import { readEmbedded } from '../../src/core/offline/embedded.js'
import {
  directoryPlace,
  fillOfflineForm,
  offlineFormName,
  readOfflineForm,
  templateLanguage,
  templateName,
} from '../../src/core/offline/offline-form.js'
import { offlineForms } from '../../src/app/offline-form.js'
import { folderOf } from '../../web/html/render.js'
import { textsOffline } from '../../web/offline/texts.js'
import { inCheckout } from '../helper/checkout.js'
import { allTexts } from '../helper/texts.js'
import { allOfflineTexts, builtTemplate } from '../helper/offline-file.js'
import { testOrganisation } from '../helper/organisation.js'

const kilobyte = 1024
const root = 'ab'.repeat(32)

await t.test('what was put in comes out again, byte by byte', t => {
  const template = `<p>before</p>${directoryPlace}<script>after()</script>`
  for (const text of [
    'Tổ chức\n\n{"v":1}\n',
    '</script><script>alert(1)</script><!--',
    '\u2028\u2029\ufeff\0\r\n\\u003c"$&$1',
    directoryPlace,
  ]) {
    const note = utf8(text)
    const file = fillOfflineForm(template, { root, note })
    t.equal(file.split('</script>').length, 3, 'nothing in it ends a block')
    t.strictSame(readOfflineForm(file), { root, note, template })
    t.equal(fillOfflineForm(template, { root, note }), file)
  }
  t.throws(() => fillOfflineForm('<p></p>', { root, note: utf8('') }), RangeError)
  t.throws(
    () => fillOfflineForm(`${template}${directoryPlace}`, { root, note: utf8('') }),
    RangeError,
  )
  t.throws(() => fillOfflineForm(template, { root, note: Uint8Array.of(0xff) }), TypeError)
  t.end()
})

await t.test('another file is none', t => {
  const template = `a${directoryPlace}b`
  const file = fillOfflineForm(template, { root, note: utf8('note') })
  for (const other of [
    '',
    template,
    file.replace('{"root"', '{ "root"'),
    file.replace('"note"', '"more":1,"note"'),
    file.replace('</script>', ''),
    file + file,
  ])
    t.equal(readOfflineForm(other), null)
  for (const text of ['', 'null', '[]', '{"root":1,"note":""}', '{"root":""}', '{'])
    t.equal(readEmbedded(text), null)
  t.end()
})

await t.test('names: of templates by language, on a device without a word', t => {
  for (const { language } of allTexts) {
    t.equal(templateLanguage(templateName(language)), language)
    t.match(offlineFormName(language), /^notes-[a-z-]+\.html$/)
  }
  for (const other of ['khancap-vi.html.gz', 'khancap-.html', 'index.html', '../khancap-vi.html'])
    t.equal(templateLanguage(other), null)
  t.end()
})

await t.test('each language has a template: small, closed, and with hashes that fit', async t => {
  for (const { language } of allTexts) {
    const html = await builtTemplate(language)
    const size = Buffer.byteLength(html)
    t.comment(`${language}: ${size} bytes`)
    t.ok(size <= 260 * kilobyte, `${language}: ${size}`)
    t.match(html, `<html lang="${language}"`)
    t.equal(html.split(directoryPlace).length, 2, 'one place for the directory')
    const [, policy = ''] = /Content-Security-Policy" content="([^"]+)"/.exec(html) ?? []
    for (const kind of ['script', 'style']) {
      const [, text = ''] = new RegExp(`<${kind}>([^]*?)</${kind}>`).exec(html) ?? []
      const hash = createHash('sha256').update(text).digest('base64')
      t.match(policy, `${kind}-src 'sha256-${hash}'`)
    }
    t.match(policy, /^default-src 'none';/)
    t.notMatch(policy, /'self'|unsafe|https?:|\*/)
    // The one address is that of the site that "leave" opens.
    t.notMatch(html, /(src|href)="(?!https:\/\/[a-z.]*(wikipedia\.org|bing\.com)\/"|data:image)/)
    t.notMatch(
      html,
      /\bfetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|importScripts|localStorage|sessionStorage|indexedDB|document\.cookie|serviceWorker|eval\(/,
    )
    const page = await readFile(
      inCheckout('build', 'web', folderOf(language), 'index.html'),
      'utf8',
    )
    const link = `<a href="/offline/${folderOf(language)}.html" download>`
    t.equal(page.split(link).length, 4, 'the page leads to it, whether scripts run or not')
    t.notMatch(/<title>([^<]+)/.exec(html)?.[1] ?? '', /khancap|support|hỗ trợ|支援|soutien/i)
  }
})

await t.test('every language says otherwise what the form says otherwise', t => {
  t.strictSame(
    allOfflineTexts.map(({ language }) => language).toSorted(),
    allTexts.map(({ language }) => language).toSorted(),
  )
  for (const offline of allOfflineTexts) {
    const texts = allTexts.find(({ language }) => language === offline.language)
    if (texts === undefined) throw new Error(offline.language)
    const { before, confirm, failure, sending, where } = textsOffline(texts, offline)
    for (const [mine, pages] of [
      [before.lead, texts.before.lead],
      [before.noScript, texts.before.noScript],
      [before.next.join(), texts.before.next.join()],
      [before.trace.join(), texts.before.trace.join()],
      [confirm.send, texts.confirm.send],
      [sending.heading, texts.sending.heading],
      [where.lead, texts.where.lead],
      [failure.directory_expired, texts.failure.directory_expired],
    ])
      t.not(mine, pages, offline.language)
    t.equal(before.next.length, 4)
    t.equal(before.trace.length, 5)
    t.match(failure.directory_expired, '{date}')
    t.match(offline.until, '{date}')
    const { failure: sentences, next, trace, ...single } = offline
    const all = [...Object.values(single), ...Object.values(sentences), ...next, ...trace]
    for (const text of all) t.ok(text.trim() !== '' && text === text.normalize('NFC'), text)
  }
  t.end()
})

await t.test(
  'forms of a deployment hold its newest directory, and none once it has expired',
  async t => {
    const organisation = await testOrganisation()
    const templates = new Map([
      ['vi', `vi${directoryPlace}`],
      ['zh-Hans', `zh${directoryPlace}`],
    ])
    let verified = await organisation.verify(organisation.note)
    const directories = { latest: async () => verified }
    const forms = offlineForms({ templates, directories, root: organisation.root })
    const first = await forms.form('vi')
    t.equal(first?.name, 'notes-vi.html')
    t.equal(first?.expires, organisation.directory.expires)
    t.strictSame(readOfflineForm(Buffer.from(first?.bytes ?? []).toString()), {
      root: organisation.root,
      note: organisation.note,
      template: `vi${directoryPlace}`,
    })
    t.equal(await forms.form('vi'), first, 'the same again')
    t.equal((await forms.form(folderOf('zh-Hans')))?.name, 'notes-zh-hans.html')
    t.equal(await forms.form('fr'), null)
    verified = await organisation.verify(await organisation.sign({ name: 'Second' }, verified))
    const second = await forms.form('vi')
    t.match(Buffer.from(second?.bytes ?? []).toString(), 'Second')
  },
)
