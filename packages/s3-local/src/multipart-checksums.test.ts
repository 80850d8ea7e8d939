import { createHash, randomBytes } from "node:crypto";
import {
  type CompletedPart,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { createChecksumStream } from "./body/checksums.ts";
import { BUCKET, startBucket } from "./testing/bucket.ts";
import { presignerFor, send, signing } from "./testing/http.ts";
import { bytesOf } from "./testing/streams.ts";
import { uploadParts } from "./testing/upload.ts";

const at = (Key: string) => ({ Bucket: BUCKET, Key });
const FULL_PART = randomBytes(5 * 1024 * 1024);
const LAST_PART = randomBytes(1000);

describe("the checksum of a multipart object", () => {
  const whole = Buffer.concat([FULL_PART, LAST_PART]);
  const full = (algorithm: "CRC32" | "CRC32C" | "CRC64NVME") => {
    const stream = createChecksumStream(algorithm);
    stream.update(whole);
    return stream.digest().toString("base64");
  };

  test.each(["CRC32", "CRC32C", "SHA1", "SHA256"] as const)(
    "the %s checksum of a multipart object is composite",
    async (ChecksumAlgorithm) => {
      const { client } = await startBucket();
      const { Parts, complete } = await uploadParts(client, [FULL_PART, LAST_PART], { ChecksumAlgorithm });
      const composite = createChecksumStream(ChecksumAlgorithm);
      for (const part of Parts) composite.update(Buffer.from(part[`Checksum${ChecksumAlgorithm}`] ?? "", "base64"));
      const expected = {
        [`Checksum${ChecksumAlgorithm}`]: `${composite.digest().toString("base64")}-2`,
        ChecksumType: "COMPOSITE",
      };
      expect(await complete()).toMatchObject(expected);
      expect(await client.send(new HeadObjectCommand({ ...at("a"), ChecksumMode: "ENABLED" }))).toMatchObject(expected);
      expect((await bytesOf(await client.send(new GetObjectCommand(at("a"))))).equals(whole)).toBe(true);
    },
  );

  test.each(["CRC32", "CRC32C", "CRC64NVME"] as const)(
    "the %s checksum of a multipart object can cover the full object",
    async (ChecksumAlgorithm) => {
      const { client } = await startBucket();
      const { complete } = await uploadParts(client, [FULL_PART, LAST_PART], {
        ChecksumAlgorithm,
        ChecksumType: "FULL_OBJECT",
      });
      const name = `Checksum${ChecksumAlgorithm}`;
      const wrong = ChecksumAlgorithm === "CRC64NVME" ? "AAAAAAAAAAA=" : "AAAAAA==";
      await expect(complete({ [name]: wrong, ChecksumType: "FULL_OBJECT" })).rejects.toMatchObject({
        name: "BadDigest",
      });
      const expected = { [name]: await full(ChecksumAlgorithm), ChecksumType: "FULL_OBJECT" };
      expect(await complete(expected)).toMatchObject(expected);
      const got = await client.send(new GetObjectCommand(at("a")));
      expect(got).toMatchObject(expected);
      expect((await bytesOf(got)).equals(whole)).toBe(true);
    },
  );

  test.each([
    { ChecksumAlgorithm: "SHA256", ChecksumType: "FULL_OBJECT" },
    { ChecksumAlgorithm: "CRC64NVME", ChecksumType: "COMPOSITE" },
    { ChecksumAlgorithm: "MD4" },
  ] as const)("the bucket refuses a multipart upload with the checksum options %j", async (input) => {
    const { client } = await startBucket();
    const created = client.send(new CreateMultipartUploadCommand({ ...at("a"), ...(input as object) }));
    await expect(created).rejects.toMatchObject({ name: "InvalidRequest" });
  });

  test.each(["SHA1", "SHA256", "CRC32"] as const)(
    "the bucket accepts a composite %s without the suffix for the part count",
    async (ChecksumAlgorithm) => {
      const { client } = await startBucket();
      const name = `Checksum${ChecksumAlgorithm}` as const;
      const { complete, Parts } = await uploadParts(client, [FULL_PART, LAST_PART], { ChecksumAlgorithm });
      await expect(complete({ [name]: "AAAAAA==" })).rejects.toMatchObject({ name: "BadDigest" });
      const hash = createChecksumStream(ChecksumAlgorithm);
      for (const part of Parts) hash.update(Buffer.from(part[name] ?? "", "base64"));
      const value = hash.digest().toString("base64");
      expect(await complete({ [name]: value })).toMatchObject({ [name]: `${value}-2`, ChecksumType: "COMPOSITE" });
    },
  );

  test("a multipart upload with a checksum needs the checksum of each part", async () => {
    const { client, endpoint } = await startBucket();
    const { Parts, complete, UploadId = "" } = await uploadParts(client, [LAST_PART], { ChecksumAlgorithm: "SHA256" });
    const { url } = presignerFor(endpoint).presignUploadPart({ ...signing("a"), uploadId: UploadId, partNumber: 1 });
    const bare = await send({ method: "PUT", url, headers: { "content-length": "3" }, body: "abc" });
    expect([bare.status, bare.code]).toEqual([400, "InvalidRequest"]);
    const [part] = Parts as [CompletedPart];
    const missing = { Parts: [{ PartNumber: 1, ETag: part.ETag }] };
    await expect(complete({ MultipartUpload: missing })).rejects.toMatchObject({ name: "InvalidRequest" });
    const other = { Parts: [{ ...part, ChecksumSHA256: createHash("sha256").digest("base64") }] };
    await expect(complete({ MultipartUpload: other })).rejects.toMatchObject({ name: "InvalidPart" });
    await complete();
  });
});
