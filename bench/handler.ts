// A handler's folder for the command-line tool, whose passphrase lies in a file, and files that the handler can open.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { identityRecipient } from '../keys/identity.js'
import { concatBytes } from '../src/core/encoding/bytes.js'
import { sealHeader } from '../src/core/envelope/header.js'
import { wrapFileKey } from '../src/core/envelope/seal.js'
import { payloadNonceBytes, sealPayload } from '../src/core/envelope/stream.js'
import { handlerFolder } from '../test/helper/cli.js'
import { testOrganisation } from '../test/helper/organisation.js'
import type { Line, Setting } from './programs.js'
import type { Run } from './row.js'

/** As handlers get it: one file. */
const tool = 'build/tool/khancap.cjs'

export interface Handler {
  readonly khancap: (...args: readonly string[]) => Line
  /** For every line of it. */
  readonly setting: Setting
  /** An age file without context. */
  readonly seal: (text: Uint8Array) => Promise<Uint8Array>
}

/** Its identity opens at once: what guards a passphrase is slow by design, and nobody's speed. */
export async function handler(run: Run): Promise<Handler> {
  const organisation = await testOrganisation()
  const [id = '', identity] = Object.entries(organisation.identities)[0] ?? []
  if (identity === undefined) throw new Error('an organisation has handlers')
  const { primitives: p } = organisation
  const recipient = identityRecipient(p, identity)
  // Nobody listens there: whatever opens a file has no network.
  const folder = await handlerFolder(
    { teardown: run.defer },
    organisation,
    id,
    'http://127.0.0.1:9',
  )
  return {
    khancap: (...args) => [process.execPath, tool, ...args],
    setting: { env: { KHANCAP_CONFIG_DIR: folder, XDG_RUNTIME_DIR: run.folder, NO_COLOR: '1' } },
    async seal(text) {
      const fileKey = p.random(16)
      const stanzas = await wrapFileKey(p, n => p.random(n), fileKey, [recipient])
      const payload = await sealPayload(p, fileKey, p.random(payloadNonceBytes), text)
      return concatBytes(await sealHeader(p, fileKey, stanzas), payload)
    },
  }
}

export interface Stock {
  readonly seal: (from: string, to: string) => Line
  readonly open: (from: string) => Line
}

/** Stock age with a key of its own, not post-quantum: those of distributions know no other. */
export function stockAge({ folder }: Run): Stock {
  const key = join(folder, 'age-key')
  execFileSync('age-keygen', ['-o', key], { stdio: 'ignore' })
  const recipient = /age1\S+/.exec(readFileSync(key, 'utf8'))?.[0] ?? ''
  return {
    seal: (from, to) => ['age', '-r', recipient, '-o', to, from],
    open: from => ['age', '-d', '-i', key, '-o', '/dev/null', from],
  }
}

/** gpg with a key of its own; what it seals is not compressed. */
export function stockGpg(run: Run): Stock {
  const home = join(run.folder, 'gpg')
  mkdirSync(home, { mode: 0o700 })
  const gpg = (...args: readonly string[]): Line => [
    'gpg',
    '--homedir',
    home,
    '--batch',
    '--yes',
    '--quiet',
    '--trust-model',
    'always',
    ...args,
  ]
  const user = 'bench@example.org'
  const [program, ...args] = gpg('--passphrase', '', '--quick-generate-key', user, 'future-default')
  execFileSync(program, args, { stdio: 'ignore' })
  run.defer(() =>
    execFileSync('gpgconf', ['--homedir', home, '--kill', 'all'], { stdio: 'ignore' }),
  )
  return {
    seal: (from, to) => gpg('--compress-algo', 'none', '-r', user, '-o', to, '-e', from),
    open: from => gpg('-o', '/dev/null', '-d', from),
  }
}
