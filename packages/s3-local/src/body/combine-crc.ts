import type { ChecksumAlgorithm } from "../store/records.ts";

/** The algorithms whose checksums of parts can be combined into the checksum of the whole object. */
export type CombinableAlgorithm = Extract<ChecksumAlgorithm, `CRC${string}`>;

// The bits are reversed, so the highest bit stands for x to the power 0.
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
 * Appending n bytes to data multiplies the CRC of that data by x^(8n), modulo the CRC polynomial. The function computes each power
 * once. Source: M. Adler, "crc32_combine", as described in zlib's documentation.
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
