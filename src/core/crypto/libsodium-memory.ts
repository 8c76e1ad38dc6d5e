// ChaCha20-Poly1305 within the memory of libsodium's WebAssembly. Its wrapper makes new arrays for each call: of a large file
// they lie about by the hundred megabytes before an engine collects them, and a phone ends the page.
import { maxAeadBytes } from './primitives.js'

/** A function of WebAssembly: all that it takes and gives are numbers, places in its memory among them. */
type Exported = (this: void, ...numbers: readonly number[]) => number

const isExported = (found: unknown): found is Exported => typeof found === 'function'

const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16

/**
 * Sizes are the caller's to check. Text and key are wiped from the module's memory before it returns.
 * @param into 16 bytes longer than the text
 */
export type SealInto = (
  key: Uint8Array,
  nonce: Uint8Array,
  plain: Uint8Array,
  into: Uint8Array,
) => void

/** @param sodium the wrapper, once it is ready @returns null where it does not show what Emscripten made of libsodium */
export function sealingInMemory(sodium: object): SealInto | null {
  const module: unknown = Reflect.get(sodium, 'libsodium')
  if (typeof module !== 'object' || module === null) return null
  const allocate: unknown = Reflect.get(module, '_malloc')
  const seal: unknown = Reflect.get(module, '_crypto_aead_chacha20poly1305_ietf_encrypt')
  /** All of it; another array once it has grown. */
  const memory = (): unknown => Reflect.get(module, 'HEAPU8')
  if (!isExported(allocate) || !isExported(seal) || !(memory() instanceof Uint8Array)) return null
  const key = allocate(keyBytes + nonceBytes + maxAeadBytes + maxAeadBytes + tagBytes)
  if (key === 0) return null
  const nonce = key + keyBytes
  const plain = nonce + nonceBytes
  const sealed = plain + maxAeadBytes
  return (keyGiven, nonceGiven, text, into) => {
    const before = memory()
    if (!(before instanceof Uint8Array)) throw new Error('libsodium has lost its memory')
    before.set(keyGiven, key)
    before.set(nonceGiven, nonce)
    before.set(text, plain)
    // Lengths are 64 bits, in two halves with the lower one first; there is no associated data and no secret nonce.
    const status = seal(sealed, 0, plain, text.length, 0, 0, 0, 0, 0, nonce, key)
    const after = memory()
    if (!(after instanceof Uint8Array)) throw new Error('libsodium has lost its memory')
    after.fill(0, key, plain + text.length)
    if (status !== 0) throw new Error('libsodium did not seal')
    into.set(after.subarray(sealed, sealed + text.length + tagBytes))
  }
}
