import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { Crc64Nvme } from "@aws-sdk/checksums/crc";
import type { ChecksumAlgorithm } from "../store/records.ts";
import { crc32c } from "./crc32c.ts";

/** Computes a checksum while bytes arrive. Only CRC64NVME returns its digest as a promise. */
export type ChecksumStream<Digest = Buffer | Promise<Uint8Array>> = {
  update(bytes: Uint8Array): void;
  digest(): Digest;
};

/** The algorithms that can make a composite checksum, which is a checksum of the checksums of the parts. */
export type CompositeAlgorithm = Exclude<ChecksumAlgorithm, "CRC64NVME">;

export const CHECKSUM_BYTES: Record<ChecksumAlgorithm, number> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
};

/** All algorithms, in the order in which the documentation of Amazon S3 lists them. */
export const CHECKSUM_ALGORITHMS = Object.keys(CHECKSUM_BYTES) as ChecksumAlgorithm[];

export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** Returns whether a text is the name of an algorithm, spelled as Amazon S3 spells it. */
export function isChecksumAlgorithm(text: string): text is ChecksumAlgorithm {
  return Object.hasOwn(CHECKSUM_BYTES, text);
}

export function parseChecksum(algorithm: ChecksumAlgorithm, text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.length === CHECKSUM_BYTES[algorithm] && bytes.toString("base64") === text ? bytes : undefined;
}

/** Starts a checksum. The digest of a CRC has its highest byte first. Source: Amazon S3, "Checking object integrity". */
export function createChecksumStream(algorithm: CompositeAlgorithm): ChecksumStream<Buffer>;
export function createChecksumStream(algorithm: ChecksumAlgorithm): ChecksumStream;
export function createChecksumStream(algorithm: ChecksumAlgorithm): ChecksumStream {
  switch (algorithm) {
    case "CRC32":
      return crcStream(crc32);
    case "CRC32C":
      return crcStream(crc32c);
    case "CRC64NVME":
      return new Crc64Nvme();
    case "SHA1":
    case "SHA256":
      return createHash(algorithm.toLowerCase());
  }
}

function crcStream(crc: (bytes: Uint8Array, previous: number) => number): ChecksumStream<Buffer> {
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

export async function base64Digest(stream: ChecksumStream): Promise<string> {
  return Buffer.from(await stream.digest()).toString("base64");
}
