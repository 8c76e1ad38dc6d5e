// A key ring of GnuPG for a test, in a folder with a short name: gpg's agent listens there.
import { spawnSync } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import type { Teardown } from './postgres.js'

export interface KeyRing {
  readonly home: string
  /** @throws where gpg fails */
  readonly gpg: (args: readonly string[], input?: string | Uint8Array) => Buffer
  /** Makes a key without a passphrase. @param expires as gpg takes it @returns its fingerprint */
  readonly makeKey: (address: string, expires?: string, ...more: string[]) => string
  /** Armored, of everybody whose key is here or is given. */
  readonly seal: (text: string, to: string) => string
}

export async function keyRing(t: Teardown): Promise<KeyRing> {
  const home = await mkdtemp('/tmp/kg-')
  await chmod(home, 0o700)
  t.teardown(async () => {
    spawnSync('gpgconf', ['--homedir', home, '--kill', 'gpg-agent'])
    await rm(home, { recursive: true, force: true, maxRetries: 5 })
  })
  const gpg: KeyRing['gpg'] = (args, input = '') => {
    const run = spawnSync('gpg', ['--homedir', home, '--batch', '--quiet', ...args], { input })
    if (run.status !== 0) throw new Error(`gpg ${args.join(' ')}: ${run.stderr.toString()}`)
    return run.stdout
  }
  return {
    home,
    gpg,
    makeKey(address, expires = 'never', ...more) {
      const kind = ['future-default', 'default', expires]
      gpg([...more, '--passphrase', '', '--quick-generate-key', address, ...kind])
      const listed = gpg(['--with-colons', '--list-keys', address]).toString()
      const [, fingerprint] = /^fpr:+([0-9A-F]{40}):/m.exec(listed) ?? []
      if (fingerprint === undefined) throw new Error('gpg made no key')
      return fingerprint
    },
    seal: (text, to) =>
      gpg(['--armor', '--trust-model', 'always', '-r', to, '--encrypt'], text)
        .toString()
        .replaceAll('\n', '\r\n'),
  }
}
