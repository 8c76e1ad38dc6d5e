// An age plugin for tests: a real program that speaks the protocol, found on the PATH, with a PIN.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from './cli.js'
import type { Teardown } from './postgres.js'

/** What it printed once, and its public half. */
export const toyKey = 'AGE-PLUGIN-TOY-1QQQQQQQQQQ'
export const toyRecipient = 'age1toy1qqqqqqqqqq'

/** Wraps a key by turning its bits over; opens it for the PIN 1234. It answers while it is spoken to, line by line. */
const program = `#!${process.execPath}
const { createInterface } = require('node:readline')
const machine = process.argv[2].split('=')[1]
const b64 = bytes => Buffer.from(bytes).toString('base64').replace(/=+$/, '')
const say = (args, body = '') => process.stdout.write('-> ' + args.join(' ') + '\\n' + b64(body) + '\\n')
const turned = bytes => Buffer.from(bytes.map(byte => byte ^ 0xff))
const heard = []
let args = null, waiting = null
const lines = createInterface({ input: process.stdin })
lines.on('line', line => {
  if (args === null) { args = line.slice(3).split(' '); return }
  const stanza = { args, body: Buffer.from(line, 'base64') }
  args = null
  if (waiting) { const next = waiting; waiting = null; next(stanza) }
  else if (stanza.args[0] === 'done') work()
  else heard.push(stanza)
})
const ask = (args, body) => new Promise(next => { waiting = next; say(args, body) })
async function work() {
  if (process.env.TOY === 'silent') process.exit(0)
  if (process.env.TOY === 'rude') { process.stdout.write('hello\\n'); return }
  if (machine === 'recipient-v1') {
    const wrap = heard.find(one => one.args[0] === 'wrap-file-key')
    await ask(['msg'], 'wrapping \\u001b[2J')
    await ask(['recipient-stanza', '0', 'toy', 'arg'], turned(wrap.body))
  } else {
    if (process.env.TOY === 'asking') {
      const chosen = await ask(['confirm', b64('touch it'), b64('leave it')], 'is the key in?')
      if (chosen.args[1] !== 'yes') { await ask(['error', 'identity', '0'], 'not touched'); say(['done']); process.exit(0) }
    }
    const pin = await ask(['request-secret'], 'PIN?')
    if (pin.args[0] !== 'ok' || pin.body.toString() !== '1234') {
      await ask(['error', 'identity', '0'], 'wrong PIN')
    } else {
      const unknown = await ask(['make-coffee'], '')
      if (unknown.args[0] !== 'unsupported') process.exit(1)
      const stanza = heard.find(one => one.args[0] === 'recipient-stanza' && one.args[2] === 'toy')
      if (stanza) await ask(['file-key', '0'], turned(stanza.body))
    }
  }
  say(['done'])
  process.exit(0)
}
`

/** age-plugin-toy is on the PATH until the test ends. */
export async function installToyPlugin(t: Teardown): Promise<void> {
  const bin = join(await temporaryFolder(t), 'bin')
  await mkdir(bin)
  await writeFile(join(bin, 'age-plugin-toy'), program, { mode: 0o755 })
  const path = process.env['PATH'] ?? ''
  process.env['PATH'] = `${bin}:${path}`
  t.teardown(() => {
    process.env['PATH'] = path
  })
}
