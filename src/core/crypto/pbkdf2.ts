// PBKDF2 of the platform's WebCrypto: native in browsers and in Node, also where JavaScript itself is slow.

/** The first 32 bits of PBKDF2-HMAC-SHA-256 (RFC 8018 §5.2) of a password, as a number, by salt. */
export type Stretch = (salt: Uint8Array, iterations: number) => Promise<number>

/** @param password not empty: some browsers refuse an empty one */
export async function stretching(password: Uint8Array): Promise<Stretch> {
  const own = new Uint8Array(password)
  const key = await crypto.subtle.importKey('raw', own, 'PBKDF2', false, ['deriveBits'])
  return async (salt, iterations) => {
    const pbkdf2 = { name: 'PBKDF2', hash: 'SHA-256', salt: new Uint8Array(salt), iterations }
    return new DataView(await crypto.subtle.deriveBits(pbkdf2, key, 32)).getUint32(0)
  }
}
