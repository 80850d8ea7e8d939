import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { attachmentQueries } from "../../features/attachments/queries.ts";
import { joinBuckets } from "../../platform/bucket/numbered.ts";
import type { Bucket } from "../../platform/bucket/port.ts";
import { type BucketServer, bucketOn, inspect, startEmbedded } from "../../platform/bucket/testing/bucket-server.ts";
import { DomainError } from "../../platform/errors.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { fileForm } from "../../testing/form.ts";
import { type Client, startService, type TestService } from "../../testing/service.ts";
import { gatherObjects } from "./gather.ts";

describe.each(engines)("the objects of another bucket in a backup of $name", (engine) => {
  let folder: string;
  let service: TestService;
  let other: BucketServer;
  let bucket: Bucket;
  let ann: Client;
  let noteId: string;
  let uploadsTo: number;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "valetkey-gather-"));
    // The metadata in the backup belong to a built-in bucket without objects.
    await startEmbedded({ dataDir: join(folder, "bucket") }).then((empty) => empty.stop());
    uploadsTo = 2;
    other = await startEmbedded();
    service = await startService({
      engine,
      wrap: {
        bucket(first) {
          const second = bucketOn(other, { keyPrefix: "new/" });
          const buckets = [
            { number: 1, bucket: first, keyPrefix: "" },
            { number: 2, bucket: second, keyPrefix: "new/" },
          ] as const;
          bucket = joinBuckets([...buckets], { numberForUploads: () => uploadsTo });
          return bucket;
        },
      },
    });
    ann = service.as("ann");
    noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
  });
  afterEach(async () => {
    await service.close();
    await other.stop();
    await rm(folder, { recursive: true });
  });

  const attach = async (content: string): Promise<string> =>
    (await ann.send(`POST /notes/${noteId}/attachments`, { form: fileForm(content) })).body.id;
  const keyOf = async (id: string) => (await attachmentQueries(service.db).find(id))?.objectKey ?? "none";

  /** Gathers the objects of bucket 2. The database of the test also serves as the copy in the backup. */
  function gather({ changes = {}, hasFile = true }: { changes?: Partial<Bucket>; hasFile?: boolean } = {}) {
    uploadsTo = 1;
    return gatherObjects({
      ...{ db: service.db, metadata: join(folder, "bucket/bucket.sqlite"), backupDir: folder, verify: false },
      ...{ bucket: { ...bucket, ...changes }, builtIn: { number: 1, name: "files" }, from: 2 },
      ...{ writeProgress: () => undefined, earlier: undefined, hasFile: () => hasFile, probe: bucket.probe },
    });
  }

  /** Starts the restored built-in bucket, and reads the objects with the given keys. */
  async function readRestored(keys: readonly string[]): Promise<string[]> {
    await cp(join(folder, "blobs"), join(folder, "bucket/blobs"), { recursive: true });
    const restored = await startEmbedded({ dataDir: join(folder, "bucket") });
    const reader = bucketOn(restored);
    const texts: string[] = [];
    for (const key of keys) {
      const { etag = "" } = (await reader.head(key)) ?? {};
      texts.push(Buffer.concat((await (await reader.read(key, { etag }))?.toArray()) ?? []).toString());
    }
    reader.close();
    await restored.stop();
    return texts;
  }

  it("a backup of the built-in bucket also contains the files of another bucket", async () => {
    const ids = [await attach("one"), await attach("two")];
    const gone = await attach("gone");
    for (const path of [`/attachments/${gone}`, `/trash/attachments/${gone}`]) await ann.send(`DELETE ${path}`);
    expect(await gather()).toEqual([]);
    const keys = [await keyOf(ids[0] as string), await keyOf(ids[1] as string)];
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f]{44}$/), expect.stringMatching(/^[0-9a-f]{44}$/)]);
    expect(await readRestored(keys)).toEqual(["one", "two"]);
    const deletions = await service.db.kysely.selectFrom("object_deletions").select("object_key").execute();
    expect(deletions.filter(({ object_key }) => object_key.startsWith("bucket:2"))).toEqual([]);
  });

  it("a backup reports a file whose object in another bucket is missing or truncated", async () => {
    const [missing, truncated] = [await attach("missing"), await attach("truncated")];
    const place = async (id: string) => ({ Bucket: other.bucket, Key: (await keyOf(id)).slice("bucket:2/".length) });
    await inspect(other).s3.send(new DeleteObjectCommand(await place(missing)));
    await inspect(other).s3.send(new PutObjectCommand({ ...(await place(truncated)), Body: "trunc" }));
    expect((await gather()).toSorted()).toEqual([`attachments/${missing}`, `attachments/${truncated}`].toSorted());
  });

  it("a backup omits a file that was deleted after the copy of the database", async () => {
    const id = await attach("gone");
    await bucket.delete([await keyOf(id)]);
    expect(await gather({ hasFile: false })).toEqual([]);
    expect(await attachmentQueries(service.db).find(id)).toBeUndefined();
  });

  it("a backup repeats a failed read of an object from another bucket", async () => {
    const id = await attach("hello");
    let failures = 1;
    const read: Bucket["read"] = (...given) =>
      failures-- > 0 ? Promise.reject(new DomainError("bucket_unavailable", "busy")) : bucket.read(...given);
    expect(await gather({ changes: { read } })).toEqual([]);
    expect(await readRestored([await keyOf(id)])).toEqual(["hello"]);
  });

  it("a backup changes the key of an adopted object if the key is already in use", async () => {
    await service.useCases.rememberPerson({ id: "ann", email: "ann@example.com", name: "ann", isAdmin: true });
    const Key = "elsewhere/report.txt";
    await service.bucketContents.s3.send(
      new PutObjectCommand({ Bucket: service.bucketServer.bucket, Key, Body: "in bucket 1" }),
    );
    await inspect(other).s3.send(new PutObjectCommand({ Bucket: other.bucket, Key, Body: "in bucket 2" }));
    const ids: string[] = [];
    for (const key of [Key, `bucket:2/${Key}`]) {
      const { body } = await ann.send(`POST /notes/${noteId}/attachments`, { json: { key } });
      ids.push(body.id);
    }
    expect(await gather()).toEqual([]);
    const [first = "", second = ""] = [await keyOf(ids[0] as string), await keyOf(ids[1] as string)];
    expect(first).toBe(Key);
    expect(await readRestored([second])).toEqual(["in bucket 2"]);
    expect(await readdir(join(folder, "blobs"), { recursive: true })).toHaveLength(2);
  });
});
