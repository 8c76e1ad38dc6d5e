// What is too large for any screen: one line without end, marks without end. The built tool opens them as a process of its own,
// whose memory and processor time are measured. In a long run each is a gigabyte, four times what the process may hold.
import { createWriteStream } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { once } from 'node:events'
import t from 'tap'
import { identityRecipient } from '../../keys/identity.js'
import { maxAeadBytes } from '../../src/core/crypto/primitives.js'
import { sealHeader } from '../../src/core/envelope/header.js'
import { chunkSealer, payloadNonceBytes } from '../../src/core/envelope/stream.js'
import { wrapFileKey } from '../../src/core/envelope/seal.js'
import { handlerFolder, temporaryFolder } from '../helper/cli.js'
import { measured } from '../helper/most-memory.js'
import { testOrganisation } from '../helper/organisation.js'
import { tool } from '../helper/terminal.js'

t.setTimeout(1_200_000)

const isLong = process.env['KHANCAP_TEST_LONG'] === '1'
const bytes = isLong ? 1_073_741_824 : 33_554_432
/** It has some 160, most of it Node's, whatever the size. */
const mostMebibytes = 256
/** Processor time for each 64 MiB, ten times what an idle laptop takes. */
const secondsPerStretch = 6

const at = await temporaryFolder(t)
const organisation = await testOrganisation()
const { primitives: p, identities } = organisation
const me = identities['vietnam-1']
if (me === undefined) throw new Error('no handler')
const recipient = identityRecipient(p, me)
// Nobody listens there: whatever opens a file has no network.
const folder = await handlerFolder(t, organisation, 'vietnam-1', 'http://127.0.0.1:9')

/** An age file of so many bytes, the same chunk again and again, never held as a whole. */
async function sealed(name: string, chunk: Buffer): Promise<string> {
  const file = join(at, name)
  const fileKey = p.random(16)
  const nonce = p.random(payloadNonceBytes)
  const stanzas = await wrapFileKey(p, count => p.random(count), fileKey, [recipient])
  const seal = await chunkSealer(p, fileKey, nonce)
  const out = createWriteStream(file)
  out.write(await sealHeader(p, fileKey, stanzas))
  out.write(nonce)
  const count = bytes / maxAeadBytes
  const sealChunk = (index: number) => {
    const into = new Uint8Array(chunk.length + 16)
    seal(index, index === count - 1, chunk, into)
    return into
  }
  for (let index = 0; index < count; index++)
    // oxlint-disable-next-line no-await-in-loop
    if (!out.write(sealChunk(index))) await once(out, 'drain')
  out.end()
  await once(out, 'close')
  return file
}

const hostile: readonly {
  readonly name: string
  readonly chunk: Buffer
  readonly shown: RegExp
}[] = [
  {
    name: 'one line of a gigabyte',
    chunk: Buffer.alloc(maxAeadBytes, 'a'),
    shown: /^ {2}\| a{60,}$/m,
  },
  {
    name: 'combining marks by the million',
    chunk: Buffer.alloc(maxAeadBytes, '\u0301'),
    shown: /^ {2}\| \u25cc\u0301{6}<\+\d+ marks>$/m,
  },
  {
    name: 'escape sequences by the million',
    chunk: Buffer.alloc(maxAeadBytes, '\u001b[2J'),
    shown: /^ {2}\| (?:<U\+001B>\[2J)+/m,
  },
]

for (const [number, { name, chunk, shown }] of hostile.entries())
  await t.test(`${name}: bounded in memory and time, and on the terminal`, async t => {
    const file = await sealed(`hostile-${number}.age`, chunk)
    const run = await measured(at, [tool, 'open', '--file', file], {
      KHANCAP_CONFIG_DIR: folder,
      XDG_RUNTIME_DIR: at,
    })
    t.comment(
      `${bytes} bytes: ${run.mebibytes.toFixed(0)} MiB, ${run.cpuSeconds.toFixed(1)} s of processor time`,
    )
    t.equal(run.code, 0, run.err)
    t.match(run.out, shown)
    t.notMatch(run.out, '\u001b')
    t.ok(run.out.length < 2_000_000, `${run.out.length} characters`)
    t.notMatch(run.out, /^(?! {2}\| ).+/m, 'each line stands behind the bar')
    t.match(run.err, new RegExp(`of ${bytes} bytes; --out DIR saves all`))
    t.ok(run.mebibytes < mostMebibytes, `${run.mebibytes.toFixed(0)} MiB`)
    t.ok(run.cpuSeconds < 3 + (secondsPerStretch * bytes) / 67_108_864)
    if (number > 0) await rm(file)
  })

await t.test('it is saved whole, without being held', async t => {
  const saved = join(at, 'saved')
  const run = await measured(
    at,
    [tool, 'open', '--file', join(at, 'hostile-0.age'), '--out', saved],
    {
      KHANCAP_CONFIG_DIR: folder,
      XDG_RUNTIME_DIR: at,
    },
  )
  t.equal(run.code, 0, run.err)
  const [name = ''] = await readdir(saved)
  t.equal((await stat(join(saved, name))).size, bytes)
  t.ok(run.mebibytes < mostMebibytes, `${run.mebibytes.toFixed(0)} MiB`)
})
