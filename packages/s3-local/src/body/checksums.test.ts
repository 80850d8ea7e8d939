import { createHash, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChecksumAlgorithm } from "../store/database.ts";
import { CHECKSUM_ALGORITHMS, combineCrcs, createChecksumStream, isCombinable, parseChecksum } from "./checksums.ts";

async function checksum(algorithm: ChecksumAlgorithm, ...pieces: Uint8Array[]): Promise<Buffer> {
  const stream = createChecksumStream(algorithm);
  for (const piece of pieces) stream.update(piece);
  return Buffer.from(await stream.digest());
}

/** Computes a CRC slowly and simply, bit by bit, as the CRC is defined. */
function naiveCrc(bytes: Uint8Array, { polynomial, width }: { polynomial: bigint; width: bigint }): Buffer {
  const ones = (1n << width) - 1n;
  let crc = ones;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ polynomial : crc >> 1n;
  }
  return Buffer.from((crc ^ ones).toString(16).padStart(Number(width) / 4, "0"), "hex");
}

const DEFINITIONS = {
  CRC32: { width: 32n, polynomial: 0xedb88320n },
  CRC32C: { width: 32n, polynomial: 0x82f63b78n },
  CRC64NVME: { width: 64n, polynomial: 0x9a6c9329ac4bc9b5n },
} as const;

describe.each(Object.entries(DEFINITIONS) as [keyof typeof DEFINITIONS, (typeof DEFINITIONS)["CRC32"]][])(
  "%s",
  (algorithm, definition) => {
    test(`the ${algorithm} of the text 123456789 equals the value in the specification`, async () => {
      const check = { CRC32: "cbf43926", CRC32C: "e3069283", CRC64NVME: "ae8b14860a799888" }[algorithm];
      expect((await checksum(algorithm, Buffer.from("123456789"))).toString("hex")).toBe(check);
    });

    test(`the ${algorithm} of bytes in several chunks equals the value of a simple model`, async () => {
      const chunks = fc.array(fc.uint8Array({ maxLength: 70 }), { maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(chunks, async (pieces) => {
          const expected = naiveCrc(Buffer.concat(pieces), definition);
          expect((await checksum(algorithm, ...pieces)).toString("hex")).toBe(expected.toString("hex"));
        }),
        { numRuns: 300 },
      );
    });

    test(`the ${algorithm} values of the parts combine to the ${algorithm} of the whole`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 6 }), async (parts) => {
          if (!isCombinable(algorithm)) throw new Error("not combinable");
          const crcs = parts.map(async (part) => ({ crc: await checksum(algorithm, part), sizeBytes: part.length }));
          const combined = combineCrcs(algorithm, await Promise.all(crcs));
          expect(combined.equals(await checksum(algorithm, Buffer.concat(parts)))).toBe(true);
        }),
      );
    });
  },
);

test("the SHA checksums of the bucket equal the values in the FIPS standard", async () => {
  const bytes = randomBytes(1000);
  expect((await checksum("SHA1", bytes)).equals(createHash("sha1").update(bytes).digest())).toBe(true);
  expect((await checksum("SHA256", bytes)).equals(createHash("sha256").update(bytes).digest())).toBe(true);
});

test("only checksums of the CRC family can be combined", () => {
  expect(CHECKSUM_ALGORITHMS.filter(isCombinable)).toEqual(["CRC32", "CRC32C", "CRC64NVME"]);
});

test("a valid checksum is canonical base64 of the right length", () => {
  expect(parseChecksum("CRC32", "AAAAAA==")).toEqual(Buffer.alloc(4));
  for (const text of ["", "AAAAAA", "AAAAAB==", "AAAAAAAA", " AAAAAA==", "AAAA-A==", "!!!!!!=="]) {
    expect(parseChecksum("CRC32", text), text).toBeUndefined();
  }
});
