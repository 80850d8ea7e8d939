import { createHash, randomBytes } from "node:crypto";
import {
  CopyObjectCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { BUCKET, startBucket } from "./testing/bucket.ts";
import { presignerFor, send, signing } from "./testing/http.ts";
import { bytesOf } from "./testing/streams.ts";
import { uploadParts } from "./testing/upload.ts";

const FULL_PART = randomBytes(5 * 1024 * 1024);
const LAST_PART = randomBytes(1_000);
const PARTS = [FULL_PART, randomBytes(5 * 1024 * 1024), LAST_PART];
const SIZES = PARTS.map(({ length }) => length);
const TOTAL = SIZES.reduce((sum, size) => sum + size, 0);

async function start(input: Parameters<typeof uploadParts>[2] = {}, parts = PARTS) {
  const bucket = await startBucket();
  const { client } = bucket;
  const { complete } = await uploadParts(client, parts, input);
  const { ETag } = await complete();
  const at = (change: Partial<GetObjectCommandInput>) => ({ Bucket: BUCKET, Key: "a", ...change });
  const get = async (change: Partial<GetObjectCommandInput>) => {
    const got = await client.send(new GetObjectCommand(at(change)));
    return { ...got, bytes: await bytesOf(got) };
  };
  const head = (change: Partial<GetObjectCommandInput>) => client.send(new HeadObjectCommand(at(change)));
  return { ...bucket, ETag, get, head };
}

describe("a part of an object by number", () => {
  test("a download of a part returns its bytes, their range and the number of parts", async () => {
    const { get, head, ETag } = await start();
    let from = 0;
    for (const [index, part] of PARTS.entries()) {
      const PartNumber = index + 1;
      const expected = {
        ContentLength: part.length,
        ContentRange: `bytes ${from}-${from + part.length - 1}/${TOTAL}`,
        PartsCount: 3,
        ETag,
        $metadata: { httpStatusCode: 206 },
      };
      const got = await get({ PartNumber });
      expect(got).toMatchObject(expected);
      expect(got.bytes.equals(part)).toBe(true);
      expect(await head({ PartNumber })).toMatchObject(expected);
      from += part.length;
    }
  });

  test.each(["CRC32", "SHA256"] as const)(
    "a download of a part returns the %s checksum of the part",
    async (algorithm) => {
      const { get } = await start({ ChecksumAlgorithm: algorithm });
      const last = await get({ PartNumber: 3, ChecksumMode: "ENABLED" });
      expect(last.bytes.equals(LAST_PART)).toBe(true);
      expect(last[`Checksum${algorithm}`]).toMatch(/^[A-Za-z0-9+/]+=*$/);
      if (algorithm === "SHA256") {
        expect(last.ChecksumSHA256).toBe(createHash("sha256").update(LAST_PART).digest("base64"));
      }
      expect((await get({ ChecksumMode: "ENABLED" }))[`Checksum${algorithm}`]).toMatch(/-3$/);
    },
  );

  test("a download without a part number does not return the number of parts", async () => {
    const { get } = await start();
    expect((await get({})).PartsCount).toBeUndefined();
  });

  test.each([4, 10_000])("a download of part %d of three returns 416 with the number of parts", async (PartNumber) => {
    const { get, endpoint } = await start();
    await expect(get({ PartNumber })).rejects.toMatchObject({
      name: "InvalidPartNumber",
      ActualPartCount: "3",
      $metadata: { httpStatusCode: 416 },
    });
    const { url } = presignerFor(endpoint).presignGet(signing("a"));
    expect((await send({ method: "GET", url: `${url}&partNumber=${PartNumber}` })).status).toBe(403);
  });

  test.each([0, -1, 10_001, 1.5])("a download of the part number %d returns 400", async (PartNumber) => {
    const { get } = await start({}, [LAST_PART]);
    await expect(get({ PartNumber })).rejects.toMatchObject({
      name: "InvalidArgument",
      $metadata: { httpStatusCode: 400 },
    });
  });

  test("a download of a part with a range returns 400", async () => {
    const { get, head } = await start();
    const input = { PartNumber: 1, Range: "bytes=0-1" };
    await expect(get(input)).rejects.toMatchObject({ name: "InvalidRequest", $metadata: { httpStatusCode: 400 } });
    await expect(head(input)).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
  });

  test("the conditions of a part's download apply to the whole object", async () => {
    const { get, ETag } = await start();
    await expect(get({ PartNumber: 2, IfNoneMatch: ETag })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
    await expect(get({ PartNumber: 2, IfMatch: '"another"' })).rejects.toMatchObject({ name: "PreconditionFailed" });
  });

  test("part 1 of an object from a single PUT is the whole object", async () => {
    const { client, get } = await start();
    await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: "whole", Body: "0123456789" }));
    const whole = await get({ Key: "whole", PartNumber: 1, ChecksumMode: "ENABLED" });
    expect(whole).toMatchObject({ ContentRange: "bytes 0-9/10", ChecksumCRC32: expect.any(String) });
    expect([whole.PartsCount, whole.bytes.toString()]).toEqual([undefined, "0123456789"]);
    await expect(get({ Key: "whole", PartNumber: 2 })).rejects.toMatchObject({ name: "InvalidPartNumber" });
    await client.send(new CopyObjectCommand({ Bucket: BUCKET, Key: "copy", CopySource: `${BUCKET}/a` }));
    expect(await get({ Key: "copy", PartNumber: 1 })).toMatchObject({ ContentLength: TOTAL });
    await expect(get({ Key: "copy", PartNumber: 2 })).rejects.toMatchObject({ name: "InvalidPartNumber" });
  });

  test("a download of an empty part returns 200 without a range", async () => {
    const { client, get } = await start({}, [FULL_PART, Buffer.alloc(0)]);
    await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: "empty", Body: "" }));
    for (const input of [{ Key: "empty", PartNumber: 1 }, { PartNumber: 2 }]) {
      const { bytes, ...response } = await get(input);
      expect(response).toMatchObject({ ContentLength: 0, $metadata: { httpStatusCode: 200 } });
      expect(bytes).toHaveLength(0);
    }
  });

  test("the parts of an object are deleted with the object", async () => {
    const { client, get } = await start();
    await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: "a", Body: "new" }));
    expect(await get({ PartNumber: 1 })).toMatchObject({ ContentLength: 3 });
    await expect(get({ PartNumber: 2 })).rejects.toMatchObject({ name: "InvalidPartNumber" });
  });
});
