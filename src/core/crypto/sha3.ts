// SHA-3 and SHAKE (FIPS 202) for engines without a JIT, where reading an array costs a hundred times what a local variable
// does: the permutation holds its 25 lanes in 50 variables. The build puts this in the place of @noble/hashes/sha3.js in the
// scripts that seal in plain JavaScript; the shape is what @noble/post-quantum asks for. Little-endian machines only.

/** Iota: low and high half of each round's constant. */
// biome-ignore format: a table.
const roundConstants = Int32Array.of(
  1, 0, 32898, 0, 32906, -2147483648, -2147450880, -2147483648, 32907, 0, -2147483647, 0, -2147450751,
  -2147483648, 32777, -2147483648, 138, 0, 136, 0, -2147450871, 0, -2147483638, 0, -2147450741, 0, 139,
  -2147483648, 32905, -2147483648, 32771, -2147483648, 32770, -2147483648, 128, -2147483648, 32778, 0,
  -2147483638, -2147483648, -2147450751, -2147483648, 32896, -2147483648, -2147483647, 0, -2147450872,
  -2147483648,
)

/** Keccak-f[1600]: a state of 25 lanes, each a low and a high half. */
// biome-ignore format: each step of a round as a block.
function keccak(state: Int32Array): void {
  let [
    l0 = 0, h0 = 0, l1 = 0, h1 = 0, l2 = 0, h2 = 0, l3 = 0, h3 = 0, l4 = 0, h4 = 0, l5 = 0, h5 = 0,
    l6 = 0, h6 = 0, l7 = 0, h7 = 0, l8 = 0, h8 = 0, l9 = 0, h9 = 0, l10 = 0, h10 = 0, l11 = 0, h11 = 0,
    l12 = 0, h12 = 0, l13 = 0, h13 = 0, l14 = 0, h14 = 0, l15 = 0, h15 = 0, l16 = 0, h16 = 0, l17 = 0,
    h17 = 0, l18 = 0, h18 = 0, l19 = 0, h19 = 0, l20 = 0, h20 = 0, l21 = 0, h21 = 0, l22 = 0, h22 = 0,
    l23 = 0, h23 = 0, l24 = 0, h24 = 0,
  ] = state
  for (let round = 0; round < 48; round += 2) {
    // Theta: the parity of each column, and what it adds to its neighbours.
    const cl0 = l0 ^ l5 ^ l10 ^ l15 ^ l20; const ch0 = h0 ^ h5 ^ h10 ^ h15 ^ h20;
    const cl1 = l1 ^ l6 ^ l11 ^ l16 ^ l21; const ch1 = h1 ^ h6 ^ h11 ^ h16 ^ h21;
    const cl2 = l2 ^ l7 ^ l12 ^ l17 ^ l22; const ch2 = h2 ^ h7 ^ h12 ^ h17 ^ h22;
    const cl3 = l3 ^ l8 ^ l13 ^ l18 ^ l23; const ch3 = h3 ^ h8 ^ h13 ^ h18 ^ h23;
    const cl4 = l4 ^ l9 ^ l14 ^ l19 ^ l24; const ch4 = h4 ^ h9 ^ h14 ^ h19 ^ h24
    const dl0 = cl4 ^ (cl1 << 1 | ch1 >>> 31); const dh0 = ch4 ^ (ch1 << 1 | cl1 >>> 31);
    const dl1 = cl0 ^ (cl2 << 1 | ch2 >>> 31); const dh1 = ch0 ^ (ch2 << 1 | cl2 >>> 31);
    const dl2 = cl1 ^ (cl3 << 1 | ch3 >>> 31); const dh2 = ch1 ^ (ch3 << 1 | cl3 >>> 31);
    const dl3 = cl2 ^ (cl4 << 1 | ch4 >>> 31); const dh3 = ch2 ^ (ch4 << 1 | cl4 >>> 31);
    const dl4 = cl3 ^ (cl0 << 1 | ch0 >>> 31); const dh4 = ch3 ^ (ch0 << 1 | cl0 >>> 31)
    l0 ^= dl0; h0 ^= dh0; l1 ^= dl1; h1 ^= dh1; l2 ^= dl2; h2 ^= dh2; l3 ^= dl3; h3 ^= dh3; l4 ^= dl4;
    h4 ^= dh4; l5 ^= dl0; h5 ^= dh0; l6 ^= dl1; h6 ^= dh1; l7 ^= dl2; h7 ^= dh2; l8 ^= dl3; h8 ^= dh3;
    l9 ^= dl4; h9 ^= dh4; l10 ^= dl0; h10 ^= dh0; l11 ^= dl1; h11 ^= dh1; l12 ^= dl2; h12 ^= dh2;
    l13 ^= dl3; h13 ^= dh3; l14 ^= dl4; h14 ^= dh4; l15 ^= dl0; h15 ^= dh0; l16 ^= dl1; h16 ^= dh1;
    l17 ^= dl2; h17 ^= dh2; l18 ^= dl3; h18 ^= dh3; l19 ^= dl4; h19 ^= dh4; l20 ^= dl0; h20 ^= dh0;
    l21 ^= dl1; h21 ^= dh1; l22 ^= dl2; h22 ^= dh2; l23 ^= dl3; h23 ^= dh3; l24 ^= dl4; h24 ^= dh4
    // Rho and pi: every lane turned, and moved.
    const m0 = l0; const n0 = h0; const m1 = h6 << 12 | l6 >>> 20; const n1 = l6 << 12 | h6 >>> 20;
    const m2 = h12 << 11 | l12 >>> 21; const n2 = l12 << 11 | h12 >>> 21;
    const m3 = l18 << 21 | h18 >>> 11; const n3 = h18 << 21 | l18 >>> 11;
    const m4 = l24 << 14 | h24 >>> 18; const n4 = h24 << 14 | l24 >>> 18; const m5 = l3 << 28 | h3 >>> 4;
    const n5 = h3 << 28 | l3 >>> 4; const m6 = l9 << 20 | h9 >>> 12; const n6 = h9 << 20 | l9 >>> 12;
    const m7 = l10 << 3 | h10 >>> 29; const n7 = h10 << 3 | l10 >>> 29;
    const m8 = h16 << 13 | l16 >>> 19; const n8 = l16 << 13 | h16 >>> 19;
    const m9 = h22 << 29 | l22 >>> 3; const n9 = l22 << 29 | h22 >>> 3; const m10 = l1 << 1 | h1 >>> 31;
    const n10 = h1 << 1 | l1 >>> 31; const m11 = l7 << 6 | h7 >>> 26; const n11 = h7 << 6 | l7 >>> 26;
    const m12 = l13 << 25 | h13 >>> 7; const n12 = h13 << 25 | l13 >>> 7;
    const m13 = l19 << 8 | h19 >>> 24; const n13 = h19 << 8 | l19 >>> 24;
    const m14 = l20 << 18 | h20 >>> 14; const n14 = h20 << 18 | l20 >>> 14;
    const m15 = l4 << 27 | h4 >>> 5; const n15 = h4 << 27 | l4 >>> 5; const m16 = h5 << 4 | l5 >>> 28;
    const n16 = l5 << 4 | h5 >>> 28; const m17 = l11 << 10 | h11 >>> 22;
    const n17 = h11 << 10 | l11 >>> 22; const m18 = l17 << 15 | h17 >>> 17;
    const n18 = h17 << 15 | l17 >>> 17; const m19 = h23 << 24 | l23 >>> 8;
    const n19 = l23 << 24 | h23 >>> 8; const m20 = h2 << 30 | l2 >>> 2; const n20 = l2 << 30 | h2 >>> 2;
    const m21 = h8 << 23 | l8 >>> 9; const n21 = l8 << 23 | h8 >>> 9; const m22 = h14 << 7 | l14 >>> 25;
    const n22 = l14 << 7 | h14 >>> 25; const m23 = h15 << 9 | l15 >>> 23;
    const n23 = l15 << 9 | h15 >>> 23; const m24 = l21 << 2 | h21 >>> 30;
    const n24 = h21 << 2 | l21 >>> 30
    // Chi, then iota in the first lane.
    l0 = m0 ^ ~m1 & m2; h0 = n0 ^ ~n1 & n2; l1 = m1 ^ ~m2 & m3; h1 = n1 ^ ~n2 & n3; l2 = m2 ^ ~m3 & m4;
    h2 = n2 ^ ~n3 & n4; l3 = m3 ^ ~m4 & m0; h3 = n3 ^ ~n4 & n0; l4 = m4 ^ ~m0 & m1; h4 = n4 ^ ~n0 & n1;
    l5 = m5 ^ ~m6 & m7; h5 = n5 ^ ~n6 & n7; l6 = m6 ^ ~m7 & m8; h6 = n6 ^ ~n7 & n8; l7 = m7 ^ ~m8 & m9;
    h7 = n7 ^ ~n8 & n9; l8 = m8 ^ ~m9 & m5; h8 = n8 ^ ~n9 & n5; l9 = m9 ^ ~m5 & m6; h9 = n9 ^ ~n5 & n6;
    l10 = m10 ^ ~m11 & m12; h10 = n10 ^ ~n11 & n12; l11 = m11 ^ ~m12 & m13; h11 = n11 ^ ~n12 & n13;
    l12 = m12 ^ ~m13 & m14; h12 = n12 ^ ~n13 & n14; l13 = m13 ^ ~m14 & m10; h13 = n13 ^ ~n14 & n10;
    l14 = m14 ^ ~m10 & m11; h14 = n14 ^ ~n10 & n11; l15 = m15 ^ ~m16 & m17; h15 = n15 ^ ~n16 & n17;
    l16 = m16 ^ ~m17 & m18; h16 = n16 ^ ~n17 & n18; l17 = m17 ^ ~m18 & m19; h17 = n17 ^ ~n18 & n19;
    l18 = m18 ^ ~m19 & m15; h18 = n18 ^ ~n19 & n15; l19 = m19 ^ ~m15 & m16; h19 = n19 ^ ~n15 & n16;
    l20 = m20 ^ ~m21 & m22; h20 = n20 ^ ~n21 & n22; l21 = m21 ^ ~m22 & m23; h21 = n21 ^ ~n22 & n23;
    l22 = m22 ^ ~m23 & m24; h22 = n22 ^ ~n23 & n24; l23 = m23 ^ ~m24 & m20; h23 = n23 ^ ~n24 & n20;
    l24 = m24 ^ ~m20 & m21; h24 = n24 ^ ~n20 & n21
    l0 ^= roundConstants[round] ?? 0
    h0 ^= roundConstants[round + 1] ?? 0
  }
  state.set([
    l0, h0, l1, h1, l2, h2, l3, h3, l4, h4, l5, h5, l6, h6, l7, h7, l8, h8, l9, h9, l10, h10, l11, h11,
    l12, h12, l13, h13, l14, h14, l15, h15, l16, h16, l17, h17, l18, h18, l19, h19, l20, h20, l21, h21,
    l22, h22, l23, h23, l24, h24,
  ])
}

/** Bytes of the state. */
const stateBytes = 200

interface Sponge {
  update(bytes: Uint8Array): Sponge
  /** Fills `out` with what comes next. */
  xofInto(out: Uint8Array): Uint8Array
  digest(): Uint8Array
  /** Wipes the state. */
  destroy(): void
}

/**
 * @param rate bytes of a block
 * @param suffix of the function, with the first bit of the padding
 */
function sponge(rate: number, suffix: number, outputBytes: number): Sponge {
  const state = new Int32Array(stateBytes / 4)
  const stateOctets = new Uint8Array(state.buffer)
  const block = new Uint8Array(stateBytes)
  const blockWords = new Int32Array(block.buffer)
  /** Bytes of the block that are filled, then of the state that are given out. */
  let at = 0
  let isAbsorbing = true

  const absorb = () => {
    for (let word = 0; word < rate / 4; word++)
      state[word] = (state[word] ?? 0) ^ (blockWords[word] ?? 0)
    keccak(state)
    at = 0
  }
  const self: Sponge = {
    update(bytes) {
      if (!isAbsorbing) throw new Error('the sponge is squeezed already')
      for (let from = 0; from < bytes.length; ) {
        const taken = bytes.subarray(from, from + rate - at)
        block.set(taken, at)
        at += taken.length
        from += taken.length
        if (at === rate) absorb()
      }
      return self
    },
    xofInto(out) {
      if (isAbsorbing) {
        block.fill(0, at)
        block[at] = suffix
        block[rate - 1] = (block[rate - 1] ?? 0) | 0x80
        absorb()
        isAbsorbing = false
      }
      for (let to = 0; to < out.length; ) {
        if (at === rate) {
          keccak(state)
          at = 0
        }
        const given = stateOctets.subarray(at, Math.min(rate, at + out.length - to))
        out.set(given, to)
        at += given.length
        to += given.length
      }
      return out
    },
    digest: () => {
      const digest = self.xofInto(new Uint8Array(outputBytes))
      self.destroy()
      return digest
    },
    destroy() {
      state.fill(0)
      block.fill(0)
    },
  }
  return self
}

interface Options {
  /** Bytes of the digest of a SHAKE. */
  readonly dkLen?: number
}

function hasher(rate: number, suffix: number, outputBytes: number) {
  const create = ({ dkLen = outputBytes }: Options = {}) => sponge(rate, suffix, dkLen)
  const hash = (bytes: Uint8Array, options?: Options) => create(options).update(bytes).digest()
  return Object.assign(hash, { create, blockLen: rate })
}

export const sha3_256 = hasher(136, 0x06, 32)
export const sha3_512 = hasher(72, 0x06, 64)
export const shake128 = hasher(168, 0x1f, 16)
export const shake256 = hasher(136, 0x1f, 32)
