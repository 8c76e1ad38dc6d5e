// The offline form as it is handed out: a download, closed in itself, with the directory of now inside.
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { publishDirectory } from '../../src/app/publish-directory.js'
import { currentDirectory } from '../../src/app/current-directory.js'
import { directoryPlace, readOfflineForm } from '../../src/core/offline/offline-form.js'
import { testApi } from '../helper/api.js'

const templates = new Map([
  ['vi', `<p>Tiếng Việt</p>${directoryPlace}`],
  ['zh-Hant', `<p>繁體中文</p>${directoryPlace}`],
])

await t.test('step 1: a form is downloaded with the directory inside, packed or not', async t => {
  const api = await testApi(t, { offlineTemplates: templates })
  const { directory, note, root, verify, sign } = api.organisation
  const answer = await api.app.inject('/offline/vi.html')
  t.equal(answer.statusCode, 200)
  t.match(answer.headers, {
    'content-type': 'text/html; charset=utf-8',
    'content-disposition': 'attachment; filename="notes-vi.html"',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  })
  t.strictSame(readOfflineForm(answer.body), { root, note, template: templates.get('vi') })
  const packed = await api.app.inject({
    url: '/offline/vi.html',
    headers: { 'accept-encoding': 'gzip, br' },
  })
  t.equal(packed.headers['content-encoding'], 'gzip')
  t.equal(gunzipSync(packed.rawPayload).toString(), answer.body)
  t.match((await api.app.inject('/offline/zh-hant.html')).body, '繁體中文')
  t.equal((await api.app.inject({ method: 'HEAD', url: '/offline/vi.html' })).statusCode, 200)
  for (const name of ['fr.html', 'vi', 'vi.html.gz', 'khancap-vi.html', '..%2fvi.html'])
    t.equal((await api.app.inject(`/offline/${name}`)).statusCode, 404, name)
  t.ok(
    api.log.lines.every(line => line.fields.route !== '/offline/:file'),
    'the log does not know which language was asked for',
  )

  const next = await sign({ name: 'Next' }, await verify(note))
  const { primitives } = api.organisation
  await publishDirectory({ store: api.db.store, primitives, root, now: Date.now }, next)
  const fresh = currentDirectory({ store: api.db.store, primitives, root, now: Date.now })
  const newer = await testApi(
    t,
    { offlineTemplates: templates, directories: fresh },
    api.organisation,
  )
  t.match((await newer.app.inject('/offline/vi.html')).body, 'Next')
  const past = currentDirectory({
    store: api.db.store,
    primitives,
    root,
    now: () => Date.parse(directory.expires),
  })
  const late = await testApi(
    t,
    { offlineTemplates: templates, directories: past },
    api.organisation,
  )
  t.match((await late.app.inject('/offline/vi.html')).json(), { code: 'directory_expired' })
})
