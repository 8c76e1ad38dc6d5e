// The pages: files of one folder, nothing beside them, and nothing that stays on the device.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import t from 'tap'
import { noContactIn } from '../../src/http/no-contact.js'
import { testApi } from '../helper/api.js'
import { testOrganisation } from '../helper/organisation.js'
import { exchange, listening } from '../helper/raw-http.js'
import { allTexts } from '../helper/texts.js'

await t.test('files are served with their headers, and only files of the folder', async t => {
  const home = await mkdtemp(join(tmpdir(), 'khancap-test-'))
  t.teardown(() => rm(home, { recursive: true, force: true }))
  const pages = join(home, 'pages')
  await mkdir(join(pages, 'vi'), { recursive: true })
  await writeFile(join(home, 'secret.txt'), 'secret')
  await writeFile(join(pages, 'index.html'), '<p>languages</p>')
  await writeFile(join(pages, 'vi', 'index.html'), '<p>biểu mẫu</p>')
  await writeFile(join(pages, 'form-ABCDEF23.js'), 'x'.repeat(2000))
  await writeFile(join(pages, 'form-ABCDEF23.js.br'), 'compressed')
  await writeFile(join(pages, 'plain.css'), 'p{}')
  await writeFile(join(pages, '.hidden'), 'hidden')
  const api = await testApi(t, { pages })

  const index = await api.app.inject('/')
  t.equal(index.statusCode, 200)
  t.equal(index.body, '<p>languages</p>')
  t.equal(index.headers['cache-control'], 'no-store')
  t.match(index.headers['content-type'], /^text\/html; charset=utf-8/i)
  t.match(index.headers['content-security-policy'], "default-src 'none'")
  t.equal((await api.app.inject('/vi/')).body, '<p>biểu mẫu</p>')
  t.equal((await api.app.inject({ method: 'HEAD', url: '/vi/' })).statusCode, 200)
  t.equal((await api.app.inject('/plain.css')).headers['cache-control'], 'no-store')

  const slashless = await api.app.inject({ url: '/vi?next=x', headers: { host: 'evil.example' } })
  t.equal(slashless.statusCode, 308)
  t.equal(slashless.headers.location, '/vi/', 'nothing of the request is in it')
  for (const name of ['cache-control', 'content-security-policy', 'referrer-policy'])
    t.equal(slashless.headers[name], index.headers[name], name)
  t.equal((await api.app.inject({ method: 'HEAD', url: '/vi' })).statusCode, 308)

  const script = await api.app.inject({
    url: '/form-ABCDEF23.js',
    headers: { 'accept-encoding': 'br' },
  })
  t.equal(script.headers['content-encoding'], 'br')
  t.equal(script.headers['cache-control'], 'public, max-age=31536000, immutable')
  t.match(script.headers['content-type'], /javascript/)
  const uncompressed = await api.app.inject('/form-ABCDEF23.js')
  t.equal(uncompressed.body.length, 2000)

  for (const url of [
    '/nothing.html',
    '/.hidden',
    '/form-ABCDEF23.js.br',
    '/fr',
    '/../secret.txt',
    '/vi/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/vi/%2e%2e/%2e%2e/secret.txt',
    '//index.html',
    '/vi//index.html',
  ]) {
    const answer = await api.app.inject(url)
    t.ok([400, 404].includes(answer.statusCode), url)
    t.notMatch(answer.body, 'secret')
  }
  const routes = new Set(api.log.lines.map(line => line.fields.route))
  t.strictSame(routes, new Set(['page', '-']), 'the log does not know which page')
  const post = await api.app.inject({ method: 'POST', url: '/', payload: 'x' })
  t.equal(post.statusCode, 405)
  const port = await listening(api.app)
  for (const target of ['/../secret.txt', '/vi\\..\\..\\secret.txt', '/vi/..%5c..%5csecret.txt']) {
    const close = 'HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'
    const raw = await exchange(port, [`GET ${target} ${close}`])
    t.match(raw, /^HTTP\/1\.1 40[04] /, target)
    t.notMatch(raw, 'secret')
  }
  t.match((await api.app.inject('/deployment.json')).json(), {
    origin: api.organisation.directory.origin,
    root: api.organisation.root,
    demo: true,
  })
})

await t.test('each language is found without its slash, and nothing else is', async t => {
  const api = await testApi(t, { pages: resolve('build/web') })
  for (const { language } of allTexts) {
    const path = `/${language.toLowerCase()}`
    const answer = await api.app.inject(path)
    t.equal(answer.statusCode, 308, path)
    t.equal(answer.headers.location, `${path}/`)
    t.equal((await api.app.inject(`${path}/`)).statusCode, 200)
  }
  for (const path of ['/a', '/.well-known', '/de', '/VI'])
    t.equal((await api.app.inject(path)).statusCode, 404, path)
})

await t.test('where the directory names no contact, each language says what to do', async t => {
  const { app } = await testApi(t)
  const { body, headers } = await app.inject('/contact.txt')
  t.match(headers['content-type'], /^text\/plain; charset=utf-8/)
  t.equal(body, `${Object.values(noContactIn).join('\n\n')}\n`)
  t.strictSame(
    Object.keys(noContactIn).toSorted(),
    allTexts.map(({ language }) => language).toSorted(),
  )
  const contact = { mail: 'help@organisation.example' }
  const named = await testApi(t, {}, await testOrganisation({ contact }))
  t.equal((await named.app.inject('/contact.txt')).body, `${contact.mail}\n`)
})

await t.test('an API without pages has none', async t => {
  const api = await testApi(t)
  t.equal((await api.app.inject('/')).statusCode, 404)
})
