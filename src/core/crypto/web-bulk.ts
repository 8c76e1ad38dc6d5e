// ChaCha20-Poly1305 of the platform's WebCrypto, where a browser has it: faster than WebAssembly, and on threads of
// the platform's own.
import { type BulkSeal, expectBytes, expectRoom, maxAeadBytes } from './primitives.js'

/** The part of WICG's "Modern Algorithms in the Web Cryptography API" that is used here. */
declare const crypto: {
  readonly subtle: {
    importKey(
      format: 'raw-secret',
      key: Uint8Array,
      algorithm: 'ChaCha20-Poly1305',
      extractable: false,
      usages: readonly ['encrypt'],
    ): Promise<object>
    encrypt(
      algorithm: { readonly name: 'ChaCha20-Poly1305'; readonly iv: Uint8Array },
      key: object,
      plain: Uint8Array,
    ): Promise<ArrayBuffer>
  }
}

/** The part of a Worker's global scope that is used here. */
declare class MessageChannel {
  readonly port1: { postMessage(message: null, handedOver: readonly ArrayBuffer[]): void }
  readonly port2: { close(): void }
}

/**
 * Memory that is sent where nobody receives is free at once. Left to be collected, sealed chunks lie about by the hundred
 * megabytes, and Chromium takes `ArrayBuffer.transfer(0)` for nothing to collect: twice as much.
 */
function sentToNobody(): (memory: ArrayBuffer) => void {
  const { port1, port2 } = new MessageChannel()
  port2.close()
  return memory => port1.postMessage(null, [memory])
}

/** @returns null in a browser that has no such cipher: each refuses the key with an error of its own */
export async function webBulkSealer(key: Uint8Array): Promise<BulkSeal | null> {
  expectBytes('key', key, 32)
  const name = 'ChaCha20-Poly1305'
  const imported = await crypto.subtle
    .importKey('raw-secret', key, name, false, ['encrypt'])
    .catch(() => null)
  if (imported === null) return null
  const free = sentToNobody()
  return async (nonce, plain, into) => {
    expectBytes('nonce', nonce, 12)
    expectRoom(plain, into)
    if (plain.length > maxAeadBytes) throw new RangeError('"plain" expected 65536 bytes at most')
    const sealed = await crypto.subtle.encrypt({ name, iv: nonce }, imported, plain)
    const bytes = new Uint8Array(sealed)
    expectBytes('sealed', bytes, into.length)
    into.set(bytes)
    free(sealed)
  }
}
