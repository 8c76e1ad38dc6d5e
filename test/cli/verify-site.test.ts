// `khancap verify site`: a site as it was built and signed is found to be so; each lie of a server is named, and refused.
import { readFile } from 'node:fs/promises'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import t from 'tap'
import {
  downloadPolicy,
  keptForever,
  maxSiteListBytes,
  type SignedSite,
  SiteList,
  sitePolicy,
  siteListPath,
} from '../../schemas/site.js'
import { browserHeaders } from '../../cli/site/as-browser.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { excerptOf } from '../../src/core/form/excerpt.js'
import { formatTimestamp } from '../../src/core/encoding/timestamp.js'
import { directoryPlace, fillOfflineForm } from '../../src/core/offline/offline-form.js'
import { handlerFolder, khancap } from '../helper/cli.js'
import { inCheckout } from '../helper/checkout.js'
import { type Lie, lyingServer, says } from '../helper/lying-server.js'
import { builtTemplate } from '../helper/offline-file.js'
import { testOrganisation } from '../helper/organisation.js'
import { siteOrganisation, testSite } from '../helper/site.js'

t.setTimeout(300_000)

const { primitives } = await testOrganisation()
const sha256 = async (bytes: Uint8Array) => encodeBase64url(await primitives.sha256(bytes))

/** A small site: the lies are about it. */
const script = '/a/page-vi-00000000.js'
const pageOf = (words: string) =>
  `<!doctype html><html><head><script src="${script}"></script></head><body><main>${words}</main></body></html>`
const content: Readonly<Record<string, string>> = {
  [script]: 'function start() {}',
  '/index.html': pageOf('Language'),
  '/vi/index.html': pageOf('Xin chào'),
}
const template = `<html><script>seal()</script>${directoryPlace}</html>`
const list = {
  v: 1,
  templates: { en: await sha256(Buffer.from(template)) },
  sources: 'a'.repeat(64),
  bytes: Object.fromEntries(
    Object.entries(content).map(([name, text]) => [name, Buffer.byteLength(text)]),
  ),
  manifest: {
    app: 'urn:khancap',
    version: '1.2.3',
    default_csp: sitePolicy,
    default_index: 'index.html',
    default_fallback: '/index.html',
    extra_csp: {},
    files: Object.fromEntries(
      await Promise.all(
        Object.entries(content).map(async ([name, text]) => [
          name,
          await sha256(Buffer.from(text)),
        ]),
      ),
    ),
    wasm: [],
  },
}
const listText = JSON.stringify(list)
const signed = { version: '1.2.3', sha256: await sha256(Buffer.from(listText)) }
const organisation = await testOrganisation({ site: [signed] })
const { directory, root } = organisation
const form = fillOfflineForm(template, organisation)

interface Truth {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

const download = {
  'content-disposition': 'attachment; filename="notes-en.html"',
  'content-security-policy': downloadPolicy,
}
const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript',
}

function truthAt(path: string): Truth {
  const name = path.endsWith('/') ? `${path}index.html` : path
  const others: Readonly<Record<string, string>> = {
    [siteListPath]: listText,
    '/offline/en.html': form,
    '/v1/directory': Buffer.from(organisation.note).toString(),
    '/v1/directory/excerpt': JSON.stringify(excerptOf(directory)),
    '/deployment.json': JSON.stringify({ origin: directory.origin, root, demo: directory.demo }),
  }
  const text = content[name] ?? others[name]
  return {
    status: text === undefined ? 404 : 200,
    headers: {
      'cache-control': name === script ? keptForever : 'no-store',
      'content-security-policy': sitePolicy,
      'content-type': types[name.split('.').at(-1) ?? ''] ?? 'application/json',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      ...(name.startsWith('/offline/') ? download : {}),
    },
    body: Buffer.from(text ?? ''),
  }
}

/** The truth, changed on its way. */
function changed(change: (truth: Truth) => Partial<Truth>): Lie {
  return (asked, answer) => {
    const truth = truthAt(asked.url ?? '/')
    const { status, headers, body } = { ...truth, ...change(truth) }
    answer.writeHead(status, headers).end(body)
  }
}

const truthful = changed(() => ({}))
const replaced = (from: string | RegExp, to: string) =>
  changed(({ body }) => ({ body: Buffer.from(body.toString('utf8').replace(from, to)) }))

const server = await lyingServer(t, { '*': truthful })
const folder = await handlerFolder(t, organisation, 'vietnam-1', server.url)
const verify = (...more: readonly string[]) =>
  khancap(['verify', 'site', server.url, ...more], { folder })

await t.test('the site that was built, signed and served is found to be so', async t => {
  const built = await readFile(inCheckout('build', 'web', siteListPath))
  const { manifest, sources, templates } = SiteList.parse(JSON.parse(built.toString('utf8')))
  const version = { version: manifest.version, sha256: await sha256(built) }
  const real = await siteOrganisation({ site: [version] })
  const offlineTemplates = new Map<string, string>()
  for (const language of Object.keys(templates))
    offlineTemplates.set(language, await builtTemplate(language))
  t.equal(offlineTemplates.size, 5)
  const { url } = await testSite(t, real, { offlineTemplates })
  const own = await handlerFolder(t, real, 'vietnam-1', url)
  const run = await khancap(['verify', 'site', url], { folder: own })
  t.equal(run.code, 0, run.err + run.out)
  t.match(run.out, `${url} is the site that Example has signed\n`)
  t.match(run.out, `list       ${version.sha256}\n`)
  t.match(run.out, `sources    ${sources}\n`)
  t.match(run.err, 'a server can show you this and somebody else another page')
})

await t.test('every file is asked for, and every folder that shows one', async t => {
  const json = await verify('--json')
  t.equal(json.code, 0, json.err)
  t.match(JSON.parse(json.out), {
    url: server.url,
    same: true,
    version: '1.2.3',
    list: signed.sha256,
    sources: list.sources,
    files: 3,
    differences: [],
  })
  // Once as the tool, and once as a browser.
  const others = ['/deployment.json', '/offline/en.html', '/v1/directory/excerpt']
  const compared = [...Object.keys(content), '/', '/vi/', ...others]
  t.strictSame(
    server.asked.toSorted(),
    [...compared, ...compared, '/v1/directory', siteListPath].map(path => `GET ${path}`).toSorted(),
  )
})

await t.test(
  'true copies that are compressed, and headers of a proxy, are no difference',
  async t => {
    const seen: { path?: string; accept?: string; agent?: string; codings?: string }[] = []
    server.lies = {
      '*': (asked, answer, body) => {
        const { accept, 'user-agent': agent, 'accept-encoding': codings } = asked.headers
        seen.push({
          path: `${asked.url}`,
          accept: `${accept}`,
          agent: `${agent}`,
          codings: `${codings}`,
        })
        const isPage = /gzip/.test(String(codings)) && !asked.url?.startsWith('/offline/')
        const proxied = (truth: Truth) => ({
          headers: {
            ...truth.headers,
            'alt-svc': 'h3=":443"; ma=2592000',
            server: 'Caddy',
            'strict-transport-security': 'max-age=31536000; includeSubDomains',
            // A proxy may have everything fetched anew.
            'cache-control': 'no-store',
            ...(isPage ? { 'content-encoding': 'gzip' } : {}),
          },
          body: isPage ? gzipSync(truth.body) : truth.body,
        })
        changed(proxied)(asked, answer, body)
      },
    }
    const run = await verify()
    server.lies = { '*': truthful }
    t.equal(run.code, 0, run.out + run.err)
    t.match(run.err, '5 of 5 addresses compared, asked as Tor Browser asks')
    const asBrowser = seen.filter(({ agent }) => agent?.includes('Firefox'))
    t.match(asBrowser.find(({ path }) => path === '/vi/')?.accept, /^text\/html,/)
    t.equal(asBrowser.find(({ path }) => path === script)?.accept, '*/*')
    t.equal(asBrowser[0]?.codings, 'gzip, deflate', 'over plain HTTP')
  },
)

await t.test('Tor Browser asks for more where the line is trusted', t => {
  const page = browserHeaders('https://help.example/vi/')
  t.equal(page['Accept-Encoding'], 'gzip, deflate, br, zstd')
  t.equal(page['Sec-Fetch-Dest'], 'document')
  t.equal(browserHeaders('http://abc.onion/a/x.js')['Sec-Fetch-Dest'], 'script')
  t.equal(browserHeaders('https://help.example/deployment.json')['Sec-Fetch-Mode'], 'cors')
  t.end()
})

const flood: Lie = (_asked, answer) => {
  answer.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': sitePolicy })
  const more = () => {
    while (!answer.destroyed && answer.write(Buffer.alloc(65_536, 'a')));
  }
  answer.on('drain', more)
  answer.on('error', () => {})
  more()
}
const without = (name: string) =>
  changed(({ headers }) => ({
    headers: Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name)),
  }))
const withHeader = (name: string, value: string) =>
  changed(({ headers }) => ({ headers: { ...headers, [name]: value } }))

/** What only a browser is shown. */
const toBrowsers =
  (lie: Lie): Lie =>
  (asked, answer, body) =>
    (/Firefox/.test(asked.headers['user-agent'] ?? '') ? lie : truthful)(asked, answer, body)
const packed = (coding: string, pack: (body: Buffer) => Buffer) =>
  changed(({ body, headers }) => ({
    headers: { ...headers, 'content-encoding': coding },
    body: pack(body),
  }))
const leaking = (body: Buffer) => Buffer.from(body.toString().replace('start', 'leaks'))

const stranger = await testOrganisation({ site: [signed] })
const lies: readonly {
  readonly name: string
  readonly path: string
  readonly lie: Lie
  readonly codes: readonly string[]
  readonly words: string | RegExp
}[] = [
  {
    name: 'one changed letter of a script',
    path: script,
    lie: replaced('function', 'functioN'),
    codes: ['changed'],
    words: /other bytes than the signed ones \(\d+, where \d+ are signed\)/,
  },
  {
    name: 'a script that stands in a page',
    path: '/vi/',
    lie: replaced('</body>', '<script>fetch("/x")</script></body>'),
    codes: ['changed', 'script'],
    words: 'a script that stands in the page',
  },
  {
    name: 'a script from elsewhere',
    path: '/vi/index.html',
    lie: replaced('</body>', '<script src="https://evil.example/x.js"></script></body>'),
    codes: ['changed', 'script'],
    words: 'a script that is not signed: https://evil.example/x.js',
  },
  {
    name: 'a tag that acts',
    path: '/',
    lie: replaced('<main', '<img src=x onerror="alert(1)"><main'),
    codes: ['changed', 'script'],
    words: 'a script in a tag: onerror',
  },
  {
    name: 'other questions before the directory has come',
    path: '/v1/directory/excerpt',
    lie: replaced('"demo":', '"demo":null,"was":'),
    codes: ['changed'],
    words: 'the first question would not be drawn from the signed directory',
  },
  {
    name: 'questions that are no JSON',
    path: '/v1/directory/excerpt',
    lie: replaced('{', ''),
    codes: ['changed'],
    words: 'the first question would not be drawn from the signed directory',
  },
  {
    name: 'no questions before the directory has come',
    path: '/v1/directory/excerpt',
    lie: says('', 'text/plain', 404),
    codes: ['missing'],
    words: 'the server answers 404',
  },
  {
    name: 'questions that are kept, and known again by a tag',
    path: '/v1/directory/excerpt',
    lie: withHeader('cache-control', 'private, max-age=600'),
    codes: ['header'],
    words: 'its Cache-Control is not as it must be: private, max-age=600',
  },
  {
    name: 'a cookie with the questions',
    path: '/v1/directory/excerpt',
    lie: withHeader('set-cookie', 'seen=1'),
    codes: ['header'],
    words: 'a header that does not belong there: set-cookie',
  },
  {
    name: 'a file that is missing',
    path: script,
    lie: says('', 'text/plain', 404),
    codes: ['missing'],
    words: 'the server answers 404',
  },
  {
    name: 'a redirect to elsewhere',
    path: '/vi/',
    lie: (_asked, answer) => void answer.writeHead(302, { location: 'https://evil.example' }).end(),
    codes: ['refused'],
    words: 'nothing was followed',
  },
  { name: 'an endless page', path: '/vi/', lie: flood, codes: ['refused'], words: 'larger than' },
  {
    name: 'a compressed file that was not asked for',
    path: script,
    lie: withHeader('content-encoding', 'gzip'),
    codes: ['refused'],
    words: 'compressed',
  },
  {
    name: 'a policy that lets inline scripts run',
    path: '/vi/',
    lie: withHeader(
      'content-security-policy',
      sitePolicy.replace("'wasm-unsafe-eval'", "'unsafe-inline'"),
    ),
    codes: ['header'],
    words: 'the Content-Security-Policy is not as it must be',
  },
  {
    name: 'no policy',
    path: script,
    lie: without('content-security-policy'),
    codes: ['header'],
    words: 'there is no Content-Security-Policy',
  },
  {
    name: 'types that may be guessed',
    path: '/vi/',
    lie: without('x-content-type-options'),
    codes: ['header'],
    words: 'x-content-type-options is missing, and not nosniff',
  },
  {
    name: 'a cookie',
    path: '/vi/',
    lie: withHeader('set-cookie', 'seen=1'),
    codes: ['header'],
    words: 'a header that does not belong there: set-cookie',
  },
  ...[
    ['alt-svc', 'h2="elsewhere.example:443"; ma=60'],
    ['clear-site-data', '"cache"'],
    ['content-security-policy-report-only', "default-src 'self'; report-uri /r"],
    ['speculation-rules', '"/rules.json"'],
    ['link', '</x.js>; rel=preload; as=script'],
    ['refresh', '0; url=/x'],
    ['service-worker-allowed', '/'],
    ['onion-location', 'http://elsewhere.onion/'],
    ['access-control-allow-origin', '*'],
    ['etag', '"seen-1"'],
    ['last-modified', 'Thu, 01 Jan 1970 00:00:01 GMT'],
  ].map(([header = '', value = '']) => ({
    name: `the header ${header}`,
    path: '/vi/',
    lie: withHeader(header, value),
    codes: ['header'],
    words: `a header that does not belong there: ${header}`,
  })),
  {
    name: 'a tag on a script that is kept, by which its visitor is known again',
    path: script,
    lie: withHeader('etag', '"seen-1"'),
    codes: ['header'],
    words: 'a header that does not belong there: etag',
  },
  {
    name: 'a tag for browsers alone',
    path: script,
    lie: toBrowsers(withHeader('etag', '"seen-1"')),
    codes: ['header'],
    words: 'to a browser: a header that does not belong there: etag',
  },
  ...['no-cache', 'private, max-age=60', 'no-store, no-cache', keptForever].map(value => ({
    name: `a page with the Cache-Control ${value}`,
    path: '/vi/',
    lie: withHeader('cache-control', value),
    codes: ['header'],
    words: `its Cache-Control is not as it must be: ${value}`,
  })),
  {
    name: 'a script that is asked for again',
    path: script,
    lie: withHeader('cache-control', 'public, max-age=0, must-revalidate'),
    codes: ['header'],
    words: 'its Cache-Control is not as it must be: public, max-age=0, must-revalidate',
  },
  ...['/vi/', script, '/deployment.json', '/offline/en.html'].map(path => ({
    name: `no Cache-Control on ${path}`,
    path,
    lie: without('cache-control'),
    codes: ['header'],
    words: 'there is no Cache-Control: browsers may keep it',
  })),
  {
    name: 'a cookie with an offline form',
    path: '/offline/en.html',
    lie: withHeader('set-cookie', 'seen=1'),
    codes: ['header'],
    words: 'a header that does not belong there: set-cookie',
  },
  {
    name: 'an offline form that may run in the name of the site',
    path: '/offline/en.html',
    lie: withHeader('content-security-policy', "script-src 'unsafe-inline'; sandbox"),
    codes: ['header'],
    words: 'the Content-Security-Policy is not as it must be',
  },
  {
    name: 'a page that is a download',
    path: '/vi/',
    lie: withHeader('content-disposition', 'attachment'),
    codes: ['header'],
    words: 'a header that does not belong there: content-disposition',
  },
  {
    name: 'a page in another character set',
    path: '/vi/',
    lie: withHeader('content-type', 'text/html; charset=utf-7'),
    codes: ['header'],
    words: 'it is served with charset=utf-7, and not as UTF-8',
  },
  {
    name: 'a script for browsers alone',
    path: script,
    lie: toBrowsers(replaced('start', 'leaks')),
    codes: ['changed'],
    words: 'to a browser: other bytes than the signed ones',
  },
  {
    name: 'a policy for browsers alone',
    path: '/vi/',
    lie: toBrowsers(without('content-security-policy')),
    codes: ['header'],
    words: 'to a browser: there is no Content-Security-Policy',
  },
  ...Object.entries({ gzip: gzipSync, br: brotliCompressSync }).map(([coding, pack]) => ({
    name: `another script in the copy that is compressed with ${coding}`,
    path: script,
    lie: toBrowsers(packed(coding, body => pack(leaking(body)))),
    codes: ['changed'],
    words: 'to a browser: other bytes than the signed ones',
  })),
  {
    name: 'a page that becomes endless once it is no more compressed',
    path: '/vi/',
    lie: toBrowsers(packed('gzip', () => gzipSync(Buffer.alloc(50_000_000, 'a')))),
    codes: ['refused'],
    words: /to a browser: it is larger than \d+ bytes once it is no more compressed/,
  },
  {
    name: 'a compression that the site is not built with',
    path: '/vi/',
    lie: toBrowsers(packed('zstd', body => body)),
    codes: ['refused'],
    words: 'to a browser: it comes compressed in a way that the site is not built with: zstd',
  },
  {
    name: 'a compressed page that is damaged',
    path: '/vi/',
    lie: toBrowsers(packed('gzip', body => gzipSync(body).subarray(0, -9))),
    codes: ['refused'],
    words: 'to a browser: it comes compressed (gzip), and no browser could read it',
  },
  {
    name: 'an offline form for browsers alone',
    path: '/offline/en.html',
    lie: toBrowsers(replaced('seal()', 'leak()')),
    codes: ['changed'],
    words: 'to a browser: its program is none that is signed',
  },
  {
    name: 'a script that is served as a page',
    path: script,
    lie: withHeader('content-type', 'text/html'),
    codes: ['header'],
    words: 'it is served as text/html',
  },
  {
    name: 'another organisation for the pages to pin',
    path: '/deployment.json',
    lie: replaced(root, 'f'.repeat(64)),
    codes: ['deployment'],
    words: 'the pages would pin another organisation',
  },
  {
    name: 'another list, although it fits the files',
    path: siteListPath,
    lie: replaced('"app"', ' "app"'),
    codes: ['list_not_signed'],
    words: "the server's list of files is none that the organisation has signed",
  },
  {
    name: 'an offline form whose program was changed',
    path: '/offline/en.html',
    lie: replaced('seal()', 'leak()'),
    codes: ['changed'],
    words: 'its program is none that is signed',
  },
  {
    name: 'an offline form with the directory of somebody else',
    path: '/offline/en.html',
    lie: changed(() => ({ body: Buffer.from(fillOfflineForm(template, stranger)) })),
    codes: ['changed'],
    words: 'the directory in it is not of the organisation that is pinned here',
  },
  {
    name: 'an offline form that opens in the name of the site',
    path: '/offline/en.html',
    lie: without('content-disposition'),
    codes: ['header'],
    words: 'it is not served as a download',
  },
  {
    name: 'something else where an offline form should be',
    path: '/offline/en.html',
    lie: changed(() => ({ body: Buffer.from('<html></html>') })),
    codes: ['changed'],
    words: 'it is no offline form',
  },
  {
    name: 'no list',
    path: siteListPath,
    lie: says('', 'text/plain', 404),
    codes: ['missing'],
    words: 'the server answers 404',
  },
]

for (const { name, path, lie, codes, words } of lies)
  await t.test(`${name} is named, and the site is refused`, async t => {
    server.lies = { '*': truthful, [path]: lie }
    const json = await verify('--json')
    t.equal(json.code, 1, json.err)
    const { same, differences } = JSON.parse(json.out)
    t.equal(same, false)
    t.strictSame(
      differences.map((each: { code: string }) => each.code),
      codes,
    )
    t.ok(differences.every((each: { path: string }) => each.path === path))
    t.match(differences.map((each: { words: string }) => each.words).join('\n'), words)
    t.match(json.err, `${server.url} is not the site that Example has signed`)
  })

await t.test('an escape sequence in what a server sends does not reach the terminal', async t => {
  server.lies = {
    '*': truthful,
    '/vi/': replaced('</body>', '<script src="\u001b]0;owned\u0007"></script></body>'),
  }
  const run = await verify()
  t.equal(run.code, 1)
  t.match(run.out, 'differs  /vi/: a script that is not signed')
  t.notMatch(run.out + run.err, '\u001b')
})

await t.test('a server that is gone in the middle is no verdict', async t => {
  server.lies = { '*': truthful, [script]: (_asked, answer) => void answer.destroy() }
  const run = await verify('--json')
  t.equal(run.code, 3)
  t.match(run.err, 'could not be reached')
  t.equal(run.out, '')
})

await t.test('a list that is too long is not read', async t => {
  server.lies = {
    '*': truthful,
    [siteListPath]: says(Buffer.alloc(maxSiteListBytes + 1, ' ')),
  }
  const run = await verify()
  t.equal(run.code, 1)
  t.match(run.err, `larger than ${maxSiteListBytes} bytes`)
})

/** Everything as a server with this directory serves it. */
const under = (note: Uint8Array): Record<string, Lie> => ({
  '*': truthful,
  '/v1/directory': says(note, 'text/plain'),
  '/offline/en.html': changed(() => ({
    body: Buffer.from(fillOfflineForm(template, { root, note })),
  })),
})

await t.test('a directory that is published meanwhile is no difference', async t => {
  const own = await handlerFolder(t, organisation, 'china-1', server.url)
  const [first, ...programs] = directory.programs
  if (first === undefined) throw new Error('no program')
  const changes = {
    programs: [{ ...first, names: { ...first.names, en: 'Renamed' } }, ...programs],
  }
  const note = await organisation.sign(changes, await organisation.verify(organisation.note))
  const next = await organisation.verify(note)
  const excerpt = Buffer.from(JSON.stringify(excerptOf(next.directory)))
  const run = async (later: Lie) => {
    let times = 0
    server.lies = {
      '*': truthful,
      '/v1/directory/excerpt': toBrowsers(changed(() => ({ body: excerpt }))),
      '/v1/directory': (asked, answer, body) =>
        times++ === 0 ? truthful(asked, answer, body) : later(asked, answer, body),
    }
    return khancap(['verify', 'site', server.url], { folder: own })
  }
  const foreign = await run(says(stranger.note, 'text/plain'))
  t.equal(foreign.code, 1, 'one of another organisation proves nothing')
  t.match(foreign.out, 'to a browser: the first question would not be drawn from the signed')
  const same = await run(truthful)
  t.equal(same.code, 1, 'nor does the one of before')
  const met = await run(says(note, 'text/plain'))
  t.equal(met.code, 0, met.out)
})

await t.test('the directory of another organisation, and an old one, are refused', async t => {
  server.lies = { '*': truthful, '/v1/directory': says(stranger.note, 'text/plain') }
  const other = await verify()
  t.equal(other.code, 1)
  t.match(other.err, 'not signed by the root that is pinned here')

  const next = await organisation.sign({}, await organisation.verify(organisation.note))
  server.lies = under(next)
  t.equal((await verify()).code, 0, 'the newer one is taken')
  server.lies = { '*': truthful }
  const old = await verify()
  t.equal(old.code, 1, 'with the list that it names, too')
  t.match(old.err, 'the server sent an old directory: number 1, although number 2 was seen before')
})

await t.test('old and new count side by side, and what was replaced counts no more', async t => {
  const own = await handlerFolder(t, organisation, 'vietnam-2', server.url)
  const other = { version: '9.9.9', sha256: await sha256(Buffer.from('another build')) }
  let last = await organisation.verify(organisation.note)
  const check = async (site: SignedSite[]) => {
    const note = await organisation.sign({ site }, last)
    last = await organisation.verify(note)
    server.lies = under(note)
    return khancap(['verify', 'site', server.url], { folder: own })
  }
  const hour = 3_600_000
  t.equal((await check([other, signed])).code, 0, 'during an upgrade')
  const until = (at: number) => ({ ...signed, valid_until: formatTimestamp(at) })
  t.equal((await check([other, until(Date.now() + hour)])).code, 0, 'while it lasts')
  const over = await check([other, until(Date.now() - hour)])
  t.equal(over.code, 1)
  t.match(over.out, `version ${signed.version} counts from the beginning until`)
  const gone = await check([other])
  t.equal(gone.code, 1)
  t.match(gone.out, 'none that the organisation has signed; signed: 9.9.9')
  const none = await check([])
  t.equal(none.code, 1)
  t.match(none.err, 'Example has signed no list of its site: nothing can be compared')
})

await t.test('an offline form with a directory of before is named', async t => {
  const own = await handlerFolder(t, organisation, 'vietnam-lead', server.url)
  const next = await organisation.sign({}, await organisation.verify(organisation.note))
  server.lies = { '*': truthful, '/v1/directory': says(next, 'text/plain') }
  const run = await khancap(['verify', 'site', server.url], { folder: own })
  t.equal(run.code, 1)
  t.match(run.out, 'differs  /offline/en.html: the directory in it is number 1, and number 2')
})

await t.test('what is no address is a wrong line', async t => {
  for (const address of ['help.example', 'https://help.example/vi/', 'ftp://help.example'])
    t.equal((await khancap(['verify', 'site', address], { folder })).code, 2, address)
})
