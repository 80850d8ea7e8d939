/**
 * The functions of node:crypto that this package uses. The package declares their types itself, because its types must also compile in
 * projects without the types of Node.js, such as pages and Cloudflare Workers.
 */
export type NodeCrypto = {
  hash(algorithm: "sha256", data: string | Uint8Array, encoding: "hex" | "binary"): string;
  hash(algorithm: "sha256", data: string | Uint8Array, encoding: "buffer"): Uint8Array;
};

type Sha256 = {
  bytes(data: string | Uint8Array): Uint8Array;
  hex(data: string | Uint8Array): string;
};

const BLOCK_BYTES = 64;
const plainSha256: Sha256 = { bytes: plainBytes, hex: (data) => toHex(plainBytes(data)) };

/**
 * node:crypto in runtimes that also have Buffer, and undefined in all other runtimes. No import loads node:crypto, so that browsers can
 * load this file.
 */
export const nodeCrypto: NodeCrypto | undefined = findNodeCrypto();

const sha256 = nodeCrypto ? nativeSha256(nodeCrypto) : plainSha256;

/** Returns the SHA-256 of the data as 64 lowercase hex digits. The hash of a string is the hash of its UTF-8 bytes. Source: FIPS 180-4. */
export function sha256Hex(data: string | Uint8Array): string {
  return sha256.hex(data);
}

/** Returns the HMAC-SHA-256 of the data as 32 bytes. The HMAC of a string is the HMAC of its UTF-8 bytes. Source: RFC 2104. */
export function hmacSha256(key: Uint8Array, data: string | Uint8Array): Uint8Array {
  return hmac(sha256, key, data);
}

/** The same as `sha256Hex`, for runtimes without node:crypto. */
export function sha256HexJs(data: string | Uint8Array): string {
  return plainSha256.hex(data);
}

/** The same as `hmacSha256`, for runtimes without node:crypto. */
export function hmacSha256Js(key: Uint8Array, data: string | Uint8Array): Uint8Array {
  return hmac(plainSha256, key, data);
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function hmac(hash: Sha256, key: Uint8Array, data: string | Uint8Array): Uint8Array {
  const message = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(key.length > BLOCK_BYTES ? hash.bytes(key) : key);
  const inner = hash.bytes(concat(masked(block, 0x36), message));
  return hash.bytes(concat(masked(block, 0x5c), inner));
}

function nativeSha256(crypto: NodeCrypto): Sha256 {
  return {
    bytes: (data) => crypto.hash("sha256", data, "buffer"),
    hex: (data) => crypto.hash("sha256", data, "hex"),
  };
}

function plainBytes(data: string | Uint8Array): Uint8Array {
  return sha256Js(typeof data === "string" ? new TextEncoder().encode(data) : data);
}

function findNodeCrypto(): NodeCrypto | undefined {
  const found = globalThis.process?.getBuiltinModule?.("node:crypto");
  return typeof found?.hash === "function" && typeof globalThis.Buffer === "function" ? found : undefined;
}

function masked(block: Uint8Array, mask: number): Uint8Array {
  return block.map((byte) => byte ^ mask);
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

const INITIAL_STATE = Int32Array.of(
  0x6a09e667,
  0xbb67ae85,
  0x3c6ef372,
  0xa54ff53a,
  0x510e527f,
  0x9b05688c,
  0x1f83d9ab,
  0x5be0cd19,
);

// biome-ignore format: the table reads best in the rows of FIPS 180-4 section 4.2.2
const K = Int32Array.of(
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
);

/** Returns the SHA-256 of the data as 32 bytes. Plain JavaScript (FIPS 180-4) for runtimes without node:crypto. */
function sha256Js(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const state = INITIAL_STATE.slice();
  const schedule = new Int32Array(64);
  const wholeBytes = data.length - (data.length % BLOCK_BYTES);
  absorb(state, data.subarray(0, wholeBytes), schedule);
  absorb(state, lastBlocks(data, wholeBytes), schedule);
  return bigEndianBytes(state);
}

/** Returns the last one or two blocks of a message: the bytes from `from` on, then 0x80, zeros, and the length of the message in bits. */
function lastBlocks(data: Uint8Array, from: number): Uint8Array {
  const tail = data.subarray(from);
  const padded = new Uint8Array(tail.length + 9 <= BLOCK_BYTES ? BLOCK_BYTES : 2 * BLOCK_BYTES);
  padded.set(tail);
  padded[tail.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(data.length / 0x2000_0000));
  view.setUint32(padded.length - 4, (data.length << 3) >>> 0);
  return padded;
}

function absorb(state: Int32Array, blocks: Uint8Array, schedule: Int32Array): void {
  const view = new DataView(blocks.buffer, blocks.byteOffset, blocks.byteLength);
  for (let offset = 0; offset < blocks.length; offset += BLOCK_BYTES) {
    for (let i = 0; i < 16; i++) schedule[i] = view.getInt32(offset + 4 * i);
    expand(schedule);
    compress(state, schedule);
  }
}

function expand(w: Int32Array): void {
  for (let i = 16; i < 64; i++) {
    const a = w[i - 15] as number;
    const b = w[i - 2] as number;
    const s0 = rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3);
    const s1 = rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10);
    w[i] = ((w[i - 16] as number) + s0 + (w[i - 7] as number) + s1) | 0;
  }
}

/** Runs the 64 rounds of FIPS 180-4 section 6.2.2 on the working variables a to h. */
function compress(state: Int32Array, w: Int32Array): void {
  // Destructuring would use the iterator of the typed array, which is several times slower than indexes.
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  let e = state[4] as number;
  let f = state[5] as number;
  let g = state[6] as number;
  let h = state[7] as number;
  for (let i = 0; i < 64; i++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (K[i] as number) + (w[i] as number)) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] = (state[0] as number) + a;
  state[1] = (state[1] as number) + b;
  state[2] = (state[2] as number) + c;
  state[3] = (state[3] as number) + d;
  state[4] = (state[4] as number) + e;
  state[5] = (state[5] as number) + f;
  state[6] = (state[6] as number) + g;
  state[7] = (state[7] as number) + h;
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

function bigEndianBytes(words: Int32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 * words.length);
  const view = new DataView(bytes.buffer);
  words.forEach((word, i) => {
    view.setInt32(4 * i, word);
  });
  return bytes;
}
