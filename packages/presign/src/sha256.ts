import { sha256Js } from "./sha256-js.ts";

/** The part of node:crypto that this package uses. */
export type NodeCrypto = Pick<typeof import("node:crypto"), "hash">;

type Sha256 = {
  bytes(data: string | Uint8Array): Uint8Array;
  hex(data: string | Uint8Array): string;
};

const BLOCK_BYTES = 64;
const plainSha256: Sha256 = { bytes: plainBytes, hex: (data) => toHex(plainBytes(data)) };

/** node:crypto in a runtime that also has Buffer, otherwise undefined. No import loads node:crypto, so browsers can load this module. */
export const nodeCrypto: NodeCrypto | undefined = findNodeCrypto();

const sha256 = nodeCrypto ? nativeSha256(nodeCrypto) : plainSha256;

/** Returns the SHA-256 of the data as 64 lowercase hex digits. A string counts as its UTF-8 bytes. Source: FIPS 180-4. */
export function sha256Hex(data: string | Uint8Array): string {
  return sha256.hex(data);
}

/** Returns the HMAC-SHA-256 of the data as 32 bytes. A string counts as its UTF-8 bytes. Source: RFC 2104. */
export function hmacSha256(key: Uint8Array, data: string | Uint8Array): Uint8Array {
  return hmac(sha256, key, data);
}

/** Does the same as sha256Hex, for runtimes without node:crypto. */
export function sha256HexJs(data: string | Uint8Array): string {
  return plainSha256.hex(data);
}

/** Does the same as hmacSha256, for runtimes without node:crypto. */
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
