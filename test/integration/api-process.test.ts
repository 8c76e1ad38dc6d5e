// `npm run api` as a process: it says where it serves, stops cleanly when told to, and explains in a sentence why it
// cannot start. Runs the build.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { printSigningKey, newSigningKey } from '../../keys/signing-key.js'
import { sealRequest } from '../helper/api.js'
import { type Organisation, testOrganisation } from '../helper/organisation.js'
import { type Teardown, testDatabase } from '../helper/postgres.js'
import { manifestOf, metadataOf, patchOver, sealedUpload } from '../helper/upload.js'

type Env = Record<string, string>

interface Started {
  readonly child: ChildProcess
  readonly output: () => { readonly out: string; readonly err: string }
  /** The first line of stdout. */
  readonly ready: Promise<{ url: string; directory: string }>
  readonly ended: Promise<number | null>
}

// Each start loads the whole program; a busy machine takes its time.
t.setTimeout(300_000)

/** An empty environment but for these: what the tests run with says nothing to the process. */
function start(t: Teardown, env: Env): Started {
  const child = spawn(process.execPath, ['build/src/main.js'], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.on('data', chunk => {
    out += chunk
  })
  child.stderr.on('data', chunk => {
    err += chunk
  })
  const ended = once(child, 'close').then(([code]) => (typeof code === 'number' ? code : null))
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const ready = new Promise<{ url: string; directory: string }>((resolve, reject) => {
    child.stdout.on('data', () => {
      if (out.includes('\n')) resolve(JSON.parse(out.slice(0, out.indexOf('\n'))))
    })
    child.once('close', () => reject(new Error(`ended: ${err}`)))
  })
  ready.catch(() => undefined)
  return { child, output: () => ({ out, err }), ready, ended }
}

interface Prepared {
  readonly env: Env
  readonly home: string
  readonly organisation: Organisation
}

async function prepare(t: Teardown): Promise<Prepared> {
  const home = await mkdtemp(join(tmpdir(), 'khancap-test-'))
  t.teardown(() => rm(home, { recursive: true, force: true }))
  const organisation = await testOrganisation()
  await writeFile(join(home, 'directory.note'), organisation.note)
  const key = printSigningKey(organisation.primitives, organisation.receiptKey, 'receipt key')
  await writeFile(join(home, 'receipt.key'), key, { mode: 0o600 })
  return {
    home,
    organisation,
    env: {
      KHANCAP_HOME: home,
      KHANCAP_PORT: '0',
      KHANCAP_METRICS_PORT: '0',
      KHANCAP_ROOT: organisation.root,
      KHANCAP_RECEIPT_KEY_FILE: join(home, 'receipt.key'),
      DATABASE_URL: await testDatabase(t),
    },
  }
}

/** Starts what cannot start. @returns what it says, one sentence a line */
async function refused(t: Teardown, env: Env): Promise<string> {
  const { ended, output } = start(t, env)
  const code = await ended
  if (code !== 1) throw new Error(`exit code ${code}: ${output().err}`)
  return output()
    .err.split('\n')
    .filter(line => line.startsWith('khancap: '))
    .join('\n')
}

await t.test('it serves, says where, and exits 0 on SIGTERM', async t => {
  const { env, organisation } = await prepare(t)
  const { child, ready, ended, output } = start(t, env)
  const { url, directory } = await ready
  t.match(url, /^http:\/\/127\.0\.0\.1:\d+$/)
  t.equal(directory, `${url}/v1/directory`)
  const answer = await fetch(directory)
  t.strictSame(Buffer.from(await answer.arrayBuffer()), Buffer.from(organisation.note))
  t.equal((await fetch(`${url}/healthz`)).status, 200)
  t.equal((await fetch(`${url}/readyz`)).status, 503, 'no workers yet')
  child.kill('SIGTERM')
  t.equal(await ended, 0)
  t.equal(output().out.trim().split('\n').length, 1, 'stdout holds the ready line only')
  t.notMatch(output().err, /127\.0\.0\.1|postgres:/)
})

await t.test('a request under way is answered before it stops', async t => {
  const { env } = await prepare(t)
  const { child, ready, ended } = start(t, env)
  const { url } = await ready
  const body = new ReadableStream({
    async start(controller) {
      controller.enqueue(Buffer.from('{'))
      await new Promise(resolve => setTimeout(resolve, 1500))
      child.kill('SIGTERM')
      await new Promise(resolve => setTimeout(resolve, 300))
      controller.enqueue(Buffer.from('}'))
      controller.close()
    },
  })
  const headers = { 'content-type': 'application/json' }
  const request: RequestInit & { duplex: 'half' } = {
    method: 'POST',
    headers,
    body,
    duplex: 'half',
  }
  const answer = await fetch(`${url}/v1/mailbox`, request)
  t.equal(answer.status, 401)
  t.equal(await ended, 0)
})

await t.test('all faults of the configuration are said at once, without their values', async t => {
  const said = await refused(t, { KHANCAP_PORT: 'canary', KHANCAP_NONSENSE: 'canary' })
  t.strictSame(said.split('\n').toSorted(), [
    'khancap: DATABASE_URL is missing: it must be a URL that begins with postgres: or postgresql:',
    'khancap: KHANCAP_NONSENSE is not a setting of khancap',
    'khancap: KHANCAP_PORT must be a port number from 0 to 65535',
    "khancap: KHANCAP_ROOT is missing: it must be 64 digits 0-9 and a-f: the root's fingerprint",
  ])
})

await t.test('each thing that keeps it from starting is one sentence', async t => {
  const { env, home, organisation } = await prepare(t)
  const says = async (changes: Env, expected: RegExp) => {
    const said = await refused(t, { ...env, ...changes })
    t.match(said, expected)
    t.equal(said.split('\n').length, 1)
    t.notMatch(said, home, 'no path of this machine')
  }
  const taken = createServer()
  taken.listen(0, '127.0.0.1')
  await once(taken, 'listening')
  t.teardown(() => taken.close())
  const address = taken.address()
  const port = String(typeof address === 'object' ? address?.port : 0)
  await says({ KHANCAP_PORT: port }, /port \d+ is taken: .*KHANCAP_PORT/)
  await says({ KHANCAP_METRICS_PORT: port }, /port \d+ is taken: .*KHANCAP_METRICS_PORT/)
  await says({ KHANCAP_RECEIPT_KEY_FILE: join(home, 'none') }, /the receipt key cannot be read/)
  await says({ KHANCAP_RECEIPT_KEY_FILE: join(home, 'directory.note') }, /holds no key/)
  await says({ DATABASE_URL: 'postgres://127.0.0.1:1/none' }, /the database cannot be reached/)
  await says({ KHANCAP_HOST: '0.0.0.0' }, /the demo organisation listens on this machine only/)
  await says({ KHANCAP_HOST: '192.0.2.1' }, /demo organisation/)
  const other = newSigningKey(organisation.primitives, 'example/receipt')
  await writeFile(join(home, 'other.key'), printSigningKey(organisation.primitives, other, 'key'))
  await says(
    { KHANCAP_RECEIPT_KEY_FILE: join(home, 'other.key') },
    /the receipt key is not in the directory/,
  )
  const empty = await testDatabase(t)
  await says(
    { DATABASE_URL: empty, KHANCAP_DIRECTORY_FILE: join(home, 'none') },
    /no directory has been published/,
  )
  await says(
    { DATABASE_URL: empty, KHANCAP_ROOT: '0'.repeat(64) },
    /the directory in KHANCAP_DIRECTORY_FILE was refused/,
  )
  await says({ KHANCAP_ROOT: '0'.repeat(64) }, /does not verify with KHANCAP_ROOT/)
})

await t.test('it starts again on what it left, with the file gone', async t => {
  const { env, home } = await prepare(t)
  const first = start(t, env)
  await first.ready
  first.child.kill('SIGKILL')
  await first.ended
  await rm(join(home, 'directory.note'))
  const second = start(t, env)
  const { directory } = await second.ready
  t.equal((await fetch(directory)).status, 200)
  second.child.kill('SIGINT')
  t.equal(await second.ended, 0)
})

await t.test(
  'killed in the middle of an upload: the request is there, and the upload goes on where it was',
  async t => {
    const { env, organisation } = await prepare(t)
    const first = start(t, env)
    let { url } = await first.ready
    const request = await sealRequest(organisation)
    const taken = await fetch(`${url}/v1/intakes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request.request),
    })
    t.equal(taken.status, 201)
    const upload = await sealedUpload(organisation, randomBytes(2_500_000))
    const call = (method: string, path: string, headers: Record<string, string>, body?: Buffer) =>
      fetch(`${url}/v1/uploads${path}`, {
        method,
        headers: {
          authorization: `Bearer ${request.token}`,
          'tus-resumable': '1.0.0',
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
      })
    const begun = await call('POST', '', {
      'upload-length': String(upload.sealed.length),
      'upload-metadata': metadataOf(upload.id),
    })
    t.equal(begun.status, 201)
    const offset = async () =>
      Number((await call('HEAD', `/${upload.id}`, {})).headers.get('upload-offset'))
    // So much is written of the body, and never more.
    const sent = 1_900_000
    const broken = patchOver(url, request.token, upload)
    broken.on('error', () => undefined)
    broken.write(upload.sealed.subarray(0, sent))
    let seen = await offset()
    while (seen === 0) {
      await new Promise(resolve => setTimeout(resolve, 50))
      seen = await offset()
    }
    first.child.kill('SIGKILL')
    await first.ended

    const second = start(t, env)
    ;({ url } = await second.ready)
    const kept = await offset()
    t.ok(kept >= seen && kept <= sent, `${kept} bytes outlived it`)
    const headers = {
      'upload-offset': String(kept),
      'content-type': 'application/offset+octet-stream',
    }
    const rest = await call(
      'PATCH',
      `/${upload.id}`,
      headers,
      Buffer.from(upload.sealed.subarray(kept)),
    )
    t.equal(rest.status, 204, await rest.text())
    t.equal(await offset(), upload.sealed.length)
    const manifest = await manifestOf(organisation, request, [upload.attachment])
    const added = await fetch(`${url}/v1/mailbox/additions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${request.token}` },
      body: JSON.stringify(manifest),
    })
    t.equal(added.status, 201, await added.text())
    const again = await fetch(`${url}/v1/intakes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request.request),
    })
    t.equal(again.status, 200, 'the request had been taken in, and is there')
  },
)
