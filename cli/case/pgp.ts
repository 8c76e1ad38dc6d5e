// A mail that its sender sealed with PGP: handed to `gpg` of this machine, which has the key. The mail itself stays as it
// came, byte for byte. gpg gets its arguments as a list, no shell, no network, and its output is as little trusted as a mail.
// It may ask for the passphrase of the handler's key, and for none that a sender chose.
import { spawn } from 'node:child_process'
import { maxMailBytes } from '../../schemas/sealed.js'
import { latin1 } from '../../src/core/mail/latin1.js'
import { type MailPart, type MailParts, partBytes, readParts } from '../../src/core/mail/parts.js'
import { type Failure, refused } from '../failure.js'
import { endOfGpg } from '../station/gpg-end.js'
import { safe } from '../terminal/safe.js'
import { sealedToKeys } from './pgp-packets.js'

const begin = '-----BEGIN PGP MESSAGE-----'
const end = '-----END PGP MESSAGE-----'

export interface PgpSealed {
  readonly bytes: Uint8Array
  /** What is inside is a mail with parts (RFC 3156); otherwise the words themselves. */
  readonly isMime: boolean
}

/** What of a mail is sealed with PGP; null where nothing is. */
export function pgpOf({ parts }: MailParts): PgpSealed | null {
  const marked = parts.findIndex(({ type }) => type === 'application/pgp-encrypted')
  const beside = marked < 0 ? undefined : parts[marked + 1]
  if (beside !== undefined) return { bytes: partBytes(beside), isMime: true }
  for (const part of parts) {
    const text = latin1(partBytes(part))
    const [from, to] = [text.indexOf(begin), text.indexOf(end)]
    if (from >= 0 && to > from)
      return {
        bytes: Uint8Array.from(`${text.slice(from, to + end.length)}\n`, letter =>
          letter.charCodeAt(0),
        ),
        isMime: false,
      }
  }
  return null
}

/** Without network, and without asking anybody for keys: a mail must not make this machine call its sender's. */
const gpgArguments = [
  '--quiet',
  '--disable-dirmngr',
  '--no-auto-key-retrieve',
  '--max-output',
  String(maxMailBytes),
  '--status-fd',
  '3',
  '--decrypt',
]

/** For one mail, with the time to type the passphrase of a key. */
const patienceMs = 120_000

/** @throws Failure where it is sealed to no key, gpg is not there, or has no key for it */
export async function openWithGpg(sealed: PgpSealed): Promise<MailParts> {
  const message = sealedToKeys(sealed.bytes)
  if (message === null) throw sealedToNoKey()
  const plaintext = await runGpg(message)
  if (sealed.isMime) return readParts(plaintext)
  const words: MailPart = {
    type: 'text/plain',
    charset: 'utf-8',
    name: null,
    isAttached: false,
    encoding: '',
    body: plaintext,
  }
  return { header: readParts(new Uint8Array()).header, parts: [words], whole: true }
}

const asksForPassphrase = '[GNUPG:] NEED_PASSPHRASE_SYM'

function sealedToNoKey(): Failure {
  return refused(
    safe`this mail is sealed to no key: to a passphrase, or it is damaged; it was not opened`,
    safe`--out DIR without --gpg saves the mail as it came`,
  )
}

async function runGpg(bytes: Uint8Array): Promise<Uint8Array> {
  // What gpg says in words may quote the sender's: it is not shown. It asks for a passphrase by its own agent.
  const child = spawn('gpg', gpgArguments, { stdio: ['pipe', 'pipe', 'ignore', 'pipe'] })
  const chunks: Buffer[] = []
  let status = ''
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stdio[3]?.on('data', (chunk: Buffer) => {
    status = `${status}${chunk.toString('latin1')}`.slice(0, 65_536)
    // One that lies deeper, in what is sealed to a key.
    if (status.includes(asksForPassphrase)) child.kill('SIGKILL')
  })
  child.stdin?.on('error', () => {})
  child.stdin?.end(bytes)
  const code = await endOfGpg(
    child,
    patienceMs,
    safe`this mail is sealed with PGP, and there is no gpg on this machine`,
    safe`install GnuPG; or --out DIR saves the mail, to be opened where the key is`,
  )
  if (status.includes(asksForPassphrase)) throw sealedToNoKey()
  if (code === null)
    throw refused(
      safe`gpg did not open this mail within ${patienceMs / 1000} seconds`,
      safe`--out DIR without --gpg saves the mail as it came, to be opened where the key is`,
    )
  if (status.includes('[GNUPG:] DECRYPTION_OKAY')) return Buffer.concat(chunks)
  throw refused(
    status.includes('[GNUPG:] DECRYPTION_FAILED')
      ? safe`gpg could not open this mail: the key that it is sealed to is not here, or it is damaged`
      : safe`gpg could not open this mail (code ${code})`,
    safe`--out DIR without --gpg saves the mail as it came, to be opened where the key is`,
  )
}
