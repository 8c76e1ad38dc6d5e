// A Worker beside ours in the same page, in which others seal the same file. Bundled by bench/site.ts.
import { Encrypter, generateHybridIdentity, identityToRecipient } from 'age-encryption'
import sodium from 'libsodium-wrappers'
import { createMessage, encrypt, generateKey } from 'openpgp'
import type { Peer } from './sealer-page.js'

/** The part of a Worker's global scope that is used here. */
declare const self: {
  addEventListener(
    type: 'message',
    listener: (event: { data: { readonly name: Peer; readonly file: Blob } }) => void,
  ): void
  postMessage(message: number): void
}

async function age(bytes: Uint8Array): Promise<number> {
  const encrypter = new Encrypter()
  encrypter.addRecipient(await identityToRecipient(await generateHybridIdentity()))
  const began = performance.now()
  await encrypter.encrypt(bytes)
  return performance.now() - began
}

/** A key of Ed25519 and X25519; all else is what the library does when nobody says anything. */
async function openpgp(bytes: Uint8Array): Promise<number> {
  const userIDs = [{ email: 'reader@example.org' }]
  const { publicKey } = await generateKey({ type: 'curve25519', userIDs, format: 'object' })
  const began = performance.now()
  const message = await createMessage({ binary: bytes })
  await encrypt({ message, encryptionKeys: publicKey, format: 'binary' })
  return performance.now() - began
}

async function libsodium(bytes: Uint8Array): Promise<number> {
  await sodium.ready
  const key = crypto.getRandomValues(new Uint8Array(32))
  const nonce = new Uint8Array(12)
  const began = performance.now()
  for (let at = 0; at < bytes.length; at += 65_536) {
    new DataView(nonce.buffer).setUint32(7, at / 65_536)
    const chunk = bytes.subarray(at, at + 65_536)
    sodium.crypto_aead_chacha20poly1305_ietf_encrypt(chunk, null, null, nonce, key)
  }
  return performance.now() - began
}

const peers: Readonly<Record<Peer, (bytes: Uint8Array) => Promise<number>>> = {
  age,
  openpgp,
  libsodium,
}

self.addEventListener('message', ({ data }) => {
  const post = self.postMessage.bind(self)
  async function answer(): Promise<void> {
    // The bytes are there before the watch starts.
    const bytes = new Uint8Array(await data.file.arrayBuffer())
    post(await peers[data.name](bytes))
  }
  void answer()
})
