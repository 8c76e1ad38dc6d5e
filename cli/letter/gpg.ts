// Sealing to an OpenPGP key that somebody sent, with `gpg` of this machine: in a folder of its own that holds this one key and is
// deleted afterwards, without a shell, a network or an agent. The handler's own keys are not touched.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { refused } from '../failure.js'
import { endOfGpg } from '../station/gpg-end.js'
import { safe } from '../terminal/safe.js'

const always = [
  '--batch',
  '--quiet',
  '--no-options',
  '--no-autostart',
  '--disable-dirmngr',
  '--no-auto-key-retrieve',
  '--no-auto-key-locate',
]
/** For one call: a key that takes longer is made to. */
const patienceMs = 60_000
const maxOutput = 1_048_576

export interface SentKey {
  readonly fingerprint: string
  /** It is neither expired nor revoked, and it or a part of it can be sealed to. */
  readonly isUsable: boolean
  /** Seals an entity. @returns armor @throws Failure */
  seal(entity: string): Promise<string>
}

/**
 * What can be done with a key while `use` runs; null where these bytes are not exactly one key.
 * @throws Failure where there is no gpg
 */
export async function withKey<T>(
  bytes: Uint8Array,
  use: (key: SentKey | null) => Promise<T>,
): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'khancap-key-'))
  try {
    return await use(await importedKey(home, bytes))
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function importedKey(home: string, bytes: Uint8Array): Promise<SentKey | null> {
  await gpg(home, ['--import-options', 'import-clean', '--import'], bytes)
  const listed = await gpg(home, ['--with-colons', '--fixed-list-mode', '--list-keys'])
  const key = onlyKey(listed.out)
  if (key === null) return null
  const { fingerprint } = key
  return {
    ...key,
    async seal(entity) {
      const { code, out } = await gpg(
        home,
        ['--armor', '--trust-model', 'always', '--recipient', fingerprint, '--encrypt'],
        Buffer.from(entity, 'latin1'),
      )
      if (code !== 0 || !out.startsWith('-----BEGIN PGP MESSAGE-----'))
        throw refused(
          safe`gpg could not seal to the key ${fingerprint}; nothing was sent`,
          safe`choose another key with --key, or answer by another way and record it with khancap contacted`,
        )
      return out
    },
  }
}

/** null where there is none, or more than one. */
function onlyKey(list: string): Pick<SentKey, 'fingerprint' | 'isUsable'> | null {
  const lines = list.split('\n').map(line => line.split(':'))
  const [primary, ...more] = lines.filter(([kind]) => kind === 'pub')
  if (primary === undefined || more.length > 0) return null
  const fingerprint = lines.find(([kind]) => kind === 'fpr')?.[9] ?? ''
  if (!/^[0-9A-F]{40,64}$/.test(fingerprint)) return null
  // Capital letters say what the whole key can do; e, r and i stand for expired, revoked and invalid.
  const [, validity = '', , , , , , , , , , capabilities = ''] = primary
  const isUsable =
    !/^[eri]/.test(validity) && capabilities.includes('E') && !capabilities.includes('D')
  return { fingerprint, isUsable }
}

async function gpg(
  home: string,
  args: readonly string[],
  input: Uint8Array = new Uint8Array(),
): Promise<{ readonly code: number | null; readonly out: string }> {
  const child = spawn('gpg', ['--homedir', home, ...always, ...args], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const chunks: Buffer[] = []
  let bytes = 0
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= maxOutput) chunks.push(chunk)
  })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const code = await endOfGpg(
    child,
    patienceMs,
    safe`the sender gave an OpenPGP key, and there is no gpg on this machine`,
    safe`install GnuPG; or answer another way; --plain leaves it readable to every mail server on its way`,
  )
  return { code, out: bytes > maxOutput ? '' : Buffer.concat(chunks).toString('latin1') }
}
