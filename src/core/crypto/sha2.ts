// SHA-512 (FIPS 180-4) for engines without a JIT, and SHA-256, which is asked for a few bytes only. The build puts this in
// the place of @noble/hashes/sha2.js in the scripts that seal (web/lean.mjs), and Ed25519 takes it everywhere: a directory is
// hashed whole when its signature is verified. As in sha3.ts the state is held in local variables.

/** The first 64 bits of the fractional part of the root of a prime, as two halves; SHA-256 takes the first half. */
function fraction(prime: number, degree: 2 | 3): [number, number] {
  const radicand = BigInt(prime) << BigInt(64 * degree)
  let root = BigInt(0)
  // The largest prime is 409: no root is above 2^5, square or cube.
  for (let bit = BigInt(1) << BigInt(68); bit > 0; bit >>= BigInt(1)) {
    const tried = root | bit
    if ((degree === 2 ? tried * tried : tried * tried * tried) <= radicand) root = tried
  }
  const half = (shift: number) => Number(BigInt.asIntN(32, root >> BigInt(shift)))
  return [half(32), half(0)]
}

const primes: number[] = []
for (let n = 2; primes.length < 80; n++) if (primes.every(prime => n % prime !== 0)) primes.push(n)

const roundConstants = Int32Array.from(primes.flatMap(prime => fraction(prime, 3)))
const initial = Int32Array.from(primes.slice(0, 8).flatMap(prime => fraction(prime, 2)))

/** 2^32: what a sum of low halves is divided by for what it carries. */
const carry = 0x100000000

/** One block of 128 bytes, whose words stand in the first 32 of `w`. */
// biome-ignore format: high and low halves side by side.
function compress512(state: Int32Array, w: Int32Array): void {
  for (let t = 32; t < 160; t += 2) {
    const xh = w[t - 30] ?? 0; const xl = w[t - 29] ?? 0; const yh = w[t - 4] ?? 0; const yl = w[t - 3] ?? 0
    const sh = (xh >>> 1 | xl << 31) ^ (xh >>> 8 | xl << 24) ^ (xh >>> 7)
    const sl = (xl >>> 1 | xh << 31) ^ (xl >>> 8 | xh << 24) ^ (xl >>> 7 | xh << 25)
    const uh = (yh >>> 19 | yl << 13) ^ (yl >>> 29 | yh << 3) ^ (yh >>> 6)
    const ul = (yl >>> 19 | yh << 13) ^ (yh >>> 29 | yl << 3) ^ (yl >>> 6 | yh << 26)
    const low = (sl >>> 0) + (ul >>> 0) + ((w[t - 13] ?? 0) >>> 0) + ((w[t - 31] ?? 0) >>> 0)
    w[t + 1] = low
    w[t] = sh + uh + (w[t - 14] ?? 0) + (w[t - 32] ?? 0) + (low / carry | 0)
  }
  let [ah = 0, al = 0, bh = 0, bl = 0, ch = 0, cl = 0, dh = 0, dl = 0] = state
  let [, , , , , , , , eh = 0, el = 0, fh = 0, fl = 0, gh = 0, gl = 0, hh = 0, hl = 0] = state
  for (let t = 0; t < 160; t += 2) {
    const sh = (eh >>> 14 | el << 18) ^ (eh >>> 18 | el << 14) ^ (el >>> 9 | eh << 23)
    const sl = (el >>> 14 | eh << 18) ^ (el >>> 18 | eh << 14) ^ (eh >>> 9 | el << 23)
    const low = (hl >>> 0) + (sl >>> 0) + ((el & fl ^ ~el & gl) >>> 0) + ((roundConstants[t + 1] ?? 0) >>> 0) + ((w[t + 1] ?? 0) >>> 0)
    const high = hh + sh + (eh & fh ^ ~eh & gh) + (roundConstants[t] ?? 0) + (w[t] ?? 0) + (low / carry | 0) | 0
    const uh = (ah >>> 28 | al << 4) ^ (al >>> 2 | ah << 30) ^ (al >>> 7 | ah << 25)
    const ul = (al >>> 28 | ah << 4) ^ (ah >>> 2 | al << 30) ^ (ah >>> 7 | al << 25)
    const newLow = (low >>> 0) + (ul >>> 0) + ((al & bl ^ al & cl ^ bl & cl) >>> 0)
    const newHigh = high + uh + (ah & bh ^ ah & ch ^ bh & ch) + (newLow / carry | 0) | 0
    const nextLow = (dl >>> 0) + (low >>> 0)
    hh = gh; hl = gl; gh = fh; gl = fl; fh = eh; fl = el
    eh = dh + high + (nextLow / carry | 0) | 0; el = nextLow | 0
    dh = ch; dl = cl; ch = bh; cl = bl; bh = ah; bl = al
    ah = newHigh; al = newLow | 0
  }
  for (const [at, [high, low]] of ([[ah, al], [bh, bl], [ch, cl], [dh, dl], [eh, el], [fh, fl], [gh, gl], [hh, hl]] as const).entries()) {
    const sum = ((state[2 * at + 1] ?? 0) >>> 0) + (low >>> 0)
    state[2 * at + 1] = sum
    state[2 * at] = (state[2 * at] ?? 0) + high + (sum / carry | 0)
  }
}

const turned = (x: number, by: number) => (x >>> by) | (x << (32 - by))

/** One block of 64 bytes, whose words stand in the first 16 of `w`. */
// biome-ignore format: as the standard has it.
function compress256(state: Int32Array, w: Int32Array): void {
  for (let t = 16; t < 64; t++) {
    const x = w[t - 15] ?? 0; const y = w[t - 2] ?? 0
    const s = turned(x, 7) ^ turned(x, 18) ^ x >>> 3
    const u = turned(y, 17) ^ turned(y, 19) ^ y >>> 10
    w[t] = s + u + (w[t - 7] ?? 0) + (w[t - 16] ?? 0)
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
  for (let t = 0; t < 64; t++) {
    const s = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)
    const first = h + s + (e & f ^ ~e & g) + (roundConstants[2 * t] ?? 0) + (w[t] ?? 0) | 0
    const u = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)
    const second = u + (a & b ^ a & c ^ b & c)
    h = g; g = f; f = e; e = d + first | 0; d = c; c = b; b = a; a = first + second | 0
  }
  for (const [at, word] of [a, b, c, d, e, f, g, h].entries()) state[at] = (state[at] ?? 0) + word
}

/**
 * Merkle and Damgård: pads, and hashes block by block.
 * @param block bytes of a block
 */
function hash(
  bytes: Uint8Array,
  block: 64 | 128,
  start: Int32Array,
  compress: (state: Int32Array, w: Int32Array) => void,
): Uint8Array<ArrayBuffer> {
  // A bit, zeros, and the length in bits in an eighth of a block.
  const padded = new Uint8Array(Math.ceil((bytes.length + 1 + block / 8) / block) * block)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 8, (bytes.length * 8) / carry)
  view.setUint32(padded.length - 4, bytes.length * 8)
  const state = start.slice()
  const w = new Int32Array(160)
  for (let from = 0; from < padded.length; from += block) {
    for (let word = 0; word < block / 4; word++) w[word] = view.getInt32(from + 4 * word)
    compress(state, w)
  }
  const digest = new Uint8Array(4 * state.length)
  const out = new DataView(digest.buffer)
  for (const [at, word] of state.entries()) out.setInt32(4 * at, word)
  w.fill(0)
  padded.fill(0)
  return digest
}

export function sha512(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return hash(bytes, 128, initial, compress512)
}

export function sha256(bytes: Uint8Array): Uint8Array {
  return hash(
    bytes,
    64,
    initial.filter((_half, at) => at % 2 === 0),
    compress256,
  )
}
