import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { ChecksumAlgorithm } from "../store/database.ts";
import { createCrc64Nvme } from "./crc64-nvme.ts";

type ChecksumStream = { update(bytes: Uint8Array): void; digest(): Buffer };

const CHECKSUM_BYTES: Record<ChecksumAlgorithm, number> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
};

/** All algorithms, in the order of the documentation of Amazon S3. */
export const CHECKSUM_ALGORITHMS = Object.keys(CHECKSUM_BYTES) as ChecksumAlgorithm[];

export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** Returns whether a text is the name of an algorithm, as Amazon S3 writes it. */
export function isChecksumAlgorithm(text: string): text is ChecksumAlgorithm {
  return Object.hasOwn(CHECKSUM_BYTES, text);
}

export function parseChecksum(algorithm: ChecksumAlgorithm, text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.length === CHECKSUM_BYTES[algorithm] && bytes.toString("base64") === text ? bytes : undefined;
}

/** Starts the computation of a checksum. The digest of a CRC has its highest byte first. Source: Amazon S3, "Checking object integrity". */
export function createChecksumStream(algorithm: ChecksumAlgorithm): ChecksumStream {
  switch (algorithm) {
    case "CRC32":
      return crcStream(crc32);
    case "CRC32C":
      return crcStream(crc32c);
    case "CRC64NVME":
      return createCrc64Nvme();
    case "SHA1":
    case "SHA256":
      return createHash(algorithm.toLowerCase());
  }
}

function crcStream(crc: (bytes: Uint8Array, previous: number) => number): ChecksumStream {
  let value = 0;
  return {
    update(bytes) {
      value = crc(bytes, value);
    },
    digest() {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes;
    },
  };
}

/** The algorithms for which the bucket can combine the checksums of parts into the checksum of the whole object. */
type CombinableAlgorithm = Extract<ChecksumAlgorithm, `CRC${string}`>;

// In each polynomial, the bits are reversed: the highest bit stands for x to the power 0.
const POLYNOMIALS: Record<CombinableAlgorithm, { width: bigint; polynomial: bigint }> = {
  CRC32: { width: 32n, polynomial: 0xedb88320n },
  CRC32C: { width: 32n, polynomial: 0x82f63b78n },
  CRC64NVME: { width: 64n, polynomial: 0x9a6c9329ac4bc9b5n },
};

export function isCombinable(algorithm: ChecksumAlgorithm): algorithm is CombinableAlgorithm {
  return Object.hasOwn(POLYNOMIALS, algorithm);
}

/**
 * Computes the CRC of concatenated parts from the CRC and the size of each part.
 *
 * Appending n bytes to data multiplies the CRC of the data by x^(8n), modulo the CRC polynomial. Each power of x is computed only once.
 * Source: M. Adler, "crc32_combine", as described in zlib's documentation.
 */
export function combineCrcs(
  algorithm: CombinableAlgorithm,
  parts: readonly { crc: Buffer; sizeBytes: number }[],
): Buffer {
  const { width } = POLYNOMIALS[algorithm];
  const shifts = new Map<number, bigint>();
  let combined = 0n;
  for (const { crc, sizeBytes } of parts) {
    const shift = shifts.get(sizeBytes) ?? powerOfX(algorithm, BigInt(sizeBytes) * 8n);
    shifts.set(sizeBytes, shift);
    combined = multiply(algorithm, combined, shift) ^ BigInt(`0x${crc.toString("hex")}`);
  }
  return Buffer.from(combined.toString(16).padStart(Number(width / 4n), "0"), "hex");
}

function powerOfX(algorithm: CombinableAlgorithm, exponent: bigint): bigint {
  const { width } = POLYNOMIALS[algorithm];
  let power = 1n << (width - 1n);
  let square = 1n << (width - 2n);
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) power = multiply(algorithm, power, square);
    square = multiply(algorithm, square, square);
  }
  return power;
}

function multiply(algorithm: CombinableAlgorithm, left: bigint, right: bigint): bigint {
  const { width, polynomial } = POLYNOMIALS[algorithm];
  let product = 0n;
  let shifted = right;
  for (let bit = width - 1n; bit >= 0n; bit--) {
    if ((left >> bit) & 1n) product ^= shifted;
    shifted = shifted & 1n ? (shifted >> 1n) ^ polynomial : shifted >> 1n;
  }
  return product;
}

// The Castagnoli polynomial with reversed bits (RFC 3720, appendix B.4).
const POLYNOMIAL = 0x82f63b78;
const TABLES = buildTables();

/**
 * Computes the CRC-32C of bytes as an unsigned 32-bit number. `previous`: the CRC of the bytes before.
 *
 * Each step of the loop processes eight bytes. The `Crc32c` of the AWS SDK processes only one byte in each step, and is ten times slower.
 */
export function crc32c(bytes: Uint8Array, previous = 0): number {
  let crc = ~previous;
  let at = 0;
  for (const end = bytes.length - 7; at < end; at += 8) {
    const low = crc ^ read32(bytes, at);
    crc =
      table(7, low) ^
      table(6, low >>> 8) ^
      table(5, low >>> 16) ^
      table(4, low >>> 24) ^
      table(3, bytes[at + 4] as number) ^
      table(2, bytes[at + 5] as number) ^
      table(1, bytes[at + 6] as number) ^
      table(0, bytes[at + 7] as number);
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ table(0, crc ^ (bytes[at] as number));
  return ~crc >>> 0;
}

function table(index: number, byte: number): number {
  return TABLES[(index << 8) | (byte & 255)] as number;
}

function read32(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

/** Builds the tables of the CRC-32C. Table k contains the change by a byte that is k bytes before the last byte of a step. */
function buildTables(): Int32Array {
  const tables = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    tables[byte] = crc;
  }
  for (let index = 256; index < tables.length; index++) {
    const before = tables[index - 256] as number;
    tables[index] = (before >>> 8) ^ (tables[before & 255] as number);
  }
  return tables;
}
