// The one small interface behind which all cryptography stands (docs/protocol.md, "Primitives"). Three
// implementations answer the same vectors: node.ts, libsodium.ts, pure.ts.

export interface Encapsulation {
  /** 1120 bytes: ML-KEM-768 ciphertext, then X25519 share. */
  readonly encapsulated: Uint8Array
  /** 32 bytes. */
  readonly sharedSecret: Uint8Array
}

/**
 * ChaCha20-Poly1305 under one key, beside what its caller does next. The text may change once the call has returned, before
 * its promise resolves.
 * @param into text, tag 16: that many bytes longer than the text
 */
export type BulkSeal = (nonce: Uint8Array, plain: Uint8Array, into: Uint8Array) => Promise<void>

/** Sizes are in bytes. A wrong size of an argument is a RangeError; "does not verify" is a value. */
export interface Primitives {
  readonly name: 'node' | 'libsodium' | 'pure'
  /** From the platform, never from a library. */
  random(bytes: number): Uint8Array
  /** What it is given may change once the call has returned, before its promise resolves. */
  sha256(bytes: Uint8Array): Promise<Uint8Array>
  /** RFC 2104 with SHA-256. */
  hmacSha256(key: Uint8Array, bytes: Uint8Array): Promise<Uint8Array>
  /** RFC 5869 with SHA-256. An empty salt is 32 zero bytes. */
  hkdfSha256(
    ikm: Uint8Array,
    salt: Uint8Array,
    info: Uint8Array,
    bytes: number,
  ): Promise<Uint8Array>
  /**
   * ChaCha20-Poly1305 (RFC 8439): key 32, nonce 12, at most 65536 bytes of plaintext.
   * @param into 16 bytes longer than the text, none of which are the text's: may be filled, so that sealing megabytes makes no
   *   garbage
   * @returns text, tag 16; `into`, where it was filled
   */
  aeadSeal(
    key: Uint8Array,
    nonce: Uint8Array,
    plain: Uint8Array,
    ad?: Uint8Array,
    into?: Uint8Array,
  ): Uint8Array
  /**
   * The cipher of `aeadSeal` for megabytes, with the same bounds; only where the platform may have one that is faster.
   * @returns null where it has none
   */
  bulkSealer?(key: Uint8Array): Promise<BulkSeal | null>
  /** @returns null where the tag does not verify */
  aeadOpen(
    key: Uint8Array,
    nonce: Uint8Array,
    sealed: Uint8Array,
    ad?: Uint8Array,
  ): Uint8Array | null
  /** X-Wing (draft-connolly-cfrg-xwing-kem): public key 1216 of a seed 32. */
  xwingPublicKey(seed: Uint8Array): Uint8Array
  /** `random` is 64 bytes: 32 for ML-KEM-768, 32 for X25519. */
  xwingEncapsulate(publicKey: Uint8Array, random: Uint8Array): Encapsulation
  xwingDecapsulate(seed: Uint8Array, encapsulated: Uint8Array): Uint8Array
  /** Ed25519 (RFC 8032): public key 32 of a seed 32. */
  ed25519PublicKey(seed: Uint8Array): Uint8Array
  ed25519Sign(seed: Uint8Array, bytes: Uint8Array): Uint8Array
  ed25519Verify(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean
}

/** What a passphrase takes on top: only Node has one that is fast enough for a person who waits. */
export interface PassphrasePrimitives extends Primitives {
  /**
   * scrypt (RFC 7914) with r = 8, p = 1, beside what else is done.
   * @param workFactor base-2 logarithm of N
   * @returns 32 bytes
   */
  scrypt(passphrase: string, salt: Uint8Array, workFactor: number): Promise<Uint8Array>
}

/** Bytes of plaintext in one call of a cipher at most: one chunk of age's STREAM. */
export const maxAeadBytes = 65_536

/**
 * Checks a size once for all implementations.
 * @throws RangeError
 */
export function expectBytes(name: string, bytes: Uint8Array, size: number): void {
  if (bytes.length !== size)
    throw new RangeError(`"${name}" expected ${size} bytes, got ${bytes.length}`)
}

/**
 * Checks where sealed bytes are to be put.
 * @throws RangeError
 */
export function expectRoom(plain: Uint8Array, into: Uint8Array): void {
  if (into.length !== plain.length + 16)
    throw new RangeError(`"into" expected ${plain.length + 16} bytes, got ${into.length}`)
}
