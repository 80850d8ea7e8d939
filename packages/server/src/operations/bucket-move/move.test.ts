import { Readable } from "node:stream";
import { CopyObjectCommand, DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { v7 as uuidv7 } from "uuid";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { previewQueries } from "../../features/attachments/preview-queries.ts";
import { attachmentQueries } from "../../features/attachments/queries.ts";
import { objectDeletionQueries } from "../../features/storage/queries.ts";
import { requireSettingsOfBuckets } from "../../features/storage/upload-bucket.ts";
import { joinBuckets } from "../../platform/bucket/numbered.ts";
import type { Bucket } from "../../platform/bucket/port.ts";
import { type BucketServer, bucketOn, inspect, startEmbedded } from "../../platform/bucket/testing/bucket-server.ts";
import { defaultLimits } from "../../platform/config/limits.ts";
import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { fileForm } from "../../testing/form.ts";
import { sendPreview, uploadPhoto } from "../../testing/send-preview.ts";
import { type Client, startService, type TestService } from "../../testing/service.ts";
import { problemsOfTarget } from "./check-target.ts";
import { Stopped } from "./copy-object.ts";
import { type MoveOptions, moveBucket } from "./move.ts";

const PLACES = { 1: "old", 2: "new" };
const settingsOf = (number: number, place: string) => ({ number, place, title: `The bucket ${place}` });

describe.each(engines)("a move to another bucket on $name", (engine) => {
  let service: TestService;
  let other: BucketServer;
  let bucket: Bucket;
  let ann: Client;
  let noteId: string;
  let uploadsTo: number;
  beforeEach(async () => {
    uploadsTo = 1;
    other = await startEmbedded();
    service = await startService({
      engine,
      keyPrefix: "old/",
      wrap: {
        bucket(first) {
          const second = bucketOn(other, { keyPrefix: "new/" });
          const buckets = [
            { number: 1, bucket: first, keyPrefix: "old/" },
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
  });

  async function attach(content = "hello"): Promise<{ id: string; objectKey: string }> {
    const { body } = await ann.send(`POST /notes/${noteId}/attachments`, { form: fileForm(content) });
    return { id: body.id, objectKey: await keyOf(body.id) };
  }
  const keyOf = async (id: string) => (await attachmentQueries(service.db).find(id))?.objectKey ?? "none";
  const refresh = async () => {
    uploadsTo = 2;
  };
  const depsWith = (changes: Partial<Bucket> = {}) =>
    ({
      ...{ db: service.db, bucket: { ...bucket, ...changes }, clock: service.now, newId: uuidv7 },
      limits: defaultLimits(),
      onDeletionsQueued: () => undefined,
    }) as unknown as Deps;
  function move(given: Partial<MoveOptions> = {}, changes: Partial<Bucket> = {}) {
    return moveBucket(depsWith(changes), {
      ...{ from: 1, to: 2, places: PLACES, adopted: false, atOnce: 4, seenMs: 0, refresh },
      ...{ onProgress: () => undefined, onFailure: () => undefined, onWait: () => undefined },
      ...given,
    });
  }
  const putBehind = (Key: string, Body: string) =>
    service.bucketContents.s3.send(new PutObjectCommand({ Bucket: service.bucketServer.bucket, Key, Body }));
  const download = async (id: string) => {
    const { body } = await ann.send(`GET /attachments/${id}/url`);
    return fetch(body.fileUrl).then((response) => response.text());
  };

  it("the deletion of a moved file also deletes the copy in the old bucket", async () => {
    const photo = await uploadPhoto(ann, { noteId });
    await sendPreview(ann, { attachmentId: photo });
    const file = await attach();
    const report = await move();
    expect(report).toMatchObject({ moved: { objects: 3 }, failures: [], unsettled: { count: 0 } });
    expect(report.emptyFrom).toBeGreaterThan(service.now());
    expect(await keyOf(file.id)).toMatch(/^bucket:2\/new\/[0-9a-f]{44}$/);
    expect((await previewQueries(service.db).list([photo]))[0]?.objectKey).toMatch(/^bucket:2\/new\//);
    expect(await download(file.id)).toBe("hello");
    expect((await ann.send(`DELETE /attachments/${photo}`)).status).toBe(204);
    await service.useCases.purgeObjects();
    expect(await service.bucketContents.keys()).toEqual([file.objectKey]);
    expect(await inspect(other).keys()).toHaveLength(1);
    // The old copy of a moved file is no garbage.
    service.advance(3 * 86_400_000);
    const collected = await service.useCases.collectGarbage({
      mend: true,
      force: true,
      isAlone: true,
      findsDamage: true,
    });
    expect(collected.found).toMatchObject({ orphan: 0, missing: 0 });
    expect(await service.bucketContents.keys()).toEqual([file.objectKey]);
  });

  it("a bucket move reports each object that is missing, truncated or damaged", async () => {
    const [whole, missing, truncated, damaged] = [await attach(), await attach(), await attach(), await attach()];
    const Bucket = service.bucketServer.bucket;
    await service.bucketContents.s3.send(new DeleteObjectCommand({ Bucket, Key: missing.objectKey }));
    await putBehind(truncated.objectKey, "hell");
    await putBehind(damaged.objectKey, "HELLO");
    const { moved, failures, emptyFrom } = await move();
    expect(moved.objects).toBe(1);
    expect(emptyFrom).toBeUndefined();
    expect(Object.fromEntries(failures.map(({ object, reason }) => [object.attachmentId, reason]))).toEqual({
      [missing.id]: "its object is missing",
      [truncated.id]: "its object has 4 bytes instead of 5",
      [damaged.id]: "the bytes of its object are not the bytes that were uploaded",
    });
    expect(await inspect(other).keys()).toHaveLength(1);
    expect(await keyOf(whole.id)).toMatch(/^bucket:2/);
    // The next run moves these files, because their objects are correct again.
    for (const { objectKey } of [missing, truncated, damaged]) await putBehind(objectKey, "hello");
    expect(await move()).toMatchObject({ moved: { objects: 3 }, failures: [] });
  });

  it("if a user deletes a file during a bucket move, both copies are deleted", async () => {
    const { id } = await attach();
    const store: Bucket["store"] = async (options) => {
      const stored = await bucket.store(options);
      await ann.send(`DELETE /attachments/${id}`);
      await service.useCases.purgeObjects();
      return stored;
    };
    expect(await move({}, { store })).toMatchObject({ moved: { objects: 0 }, deleted: 1, failures: [] });
    await service.useCases.purgeObjects();
    expect(await inspect(other).keys()).toEqual([]);
    expect(await service.bucketContents.keys()).toEqual([]);
  });

  it("a bucket move reports an adopted object that changes during the copy", async () => {
    await service.useCases.rememberPerson({ id: "ann", email: "ann@example.com", name: "ann", isAdmin: true });
    await putBehind("elsewhere/report.txt", "first");
    const { body } = await ann.send(`POST /notes/${noteId}/attachments`, { json: { key: "elsewhere/report.txt" } });
    expect(await move()).toMatchObject({ moved: { objects: 0 }, adoptedLeft: 1, emptyFrom: undefined });
    const store: Bucket["store"] = async (options) => {
      await putBehind("elsewhere/report.txt", "other");
      return bucket.store(options);
    };
    const { failures } = await move({ adopted: true }, { store });
    expect(failures).toMatchObject([{ reason: "the bytes of its object are not the bytes that were uploaded" }]);
    expect((await move({ adopted: true })).moved.objects).toBe(1);
    expect(await keyOf(body.id)).toBe("bucket:2/elsewhere/report.txt");
  });

  it("a bucket move moves adopted objects with keys such as `bucket:10`", async () => {
    await service.useCases.rememberPerson({ id: "ann", email: "ann@example.com", name: "ann", isAdmin: true });
    for (const key of ["bucket:foo.txt", "bucket:12345/x", "bucket:10", "bucket;a"]) {
      await putBehind(key, "text");
      expect((await ann.send(`POST /notes/${noteId}/attachments`, { json: { key } })).status).toBe(201);
    }
    expect(await move()).toMatchObject({ moved: { objects: 0 }, adoptedLeft: 4, emptyFrom: undefined });
    // A process that has only the settings of bucket 2 must not start.
    const onlyTwo = { buckets: [settingsOf(2, "new")], forUploads: 2 };
    await expect(requireSettingsOfBuckets(service.db, onlyTwo)).rejects.toThrow("bucket 1");
    expect(await move({ adopted: true })).toMatchObject({ moved: { objects: 4 }, adoptedLeft: 0, failures: [] });
    await requireSettingsOfBuckets(service.db, onlyTwo);
    const keys = (await inspect(other).keys()).toSorted();
    expect(keys).toEqual(["bucket:10", "bucket:12345/x", "bucket:foo.txt", "bucket;a"]);
  });

  it("a bucket move never moves an adopted object to the key of another file", async () => {
    await service.useCases.rememberPerson({ id: "ann", email: "ann@example.com", name: "ann", isAdmin: true });
    const rejected = await attach();
    const change = { state: "rejected", object_key: "bucket:2/report.txt" } as const;
    await service.db.kysely.updateTable("attachments").set(change).where("id", "=", rejected.id).execute();
    await putBehind("report.txt", "text");
    const { body } = await ann.send(`POST /notes/${noteId}/attachments`, { json: { key: "report.txt" } });
    const { failures, moved } = await move({ adopted: true });
    expect(moved.objects).toBe(0);
    expect(failures).toMatchObject([{ reason: expect.stringContaining("another file has its key") }]);
    expect(await keyOf(body.id)).toBe("report.txt");
    expect(await inspect(other).keys()).toEqual([]);
  });

  it("a bucket move refuses an adopted object whose headers a copy would lose", async () => {
    await service.useCases.rememberPerson({ id: "ann", email: "ann@example.com", name: "ann", isAdmin: true });
    await putBehind("elsewhere/report.txt", "text");
    await ann.send(`POST /notes/${noteId}/attachments`, { json: { key: "elsewhere/report.txt" } });
    const [Bucket, Key] = [service.bucketServer.bucket, "elsewhere/report.txt"];
    const ContentEncoding = "br";
    await service.bucketContents.s3.send(
      new CopyObjectCommand({
        Bucket,
        Key,
        CopySource: `${Bucket}/${Key}`,
        MetadataDirective: "REPLACE",
        ContentEncoding,
      }),
    );
    const { failures } = await move({ adopted: true });
    expect(failures).toMatchObject([{ reason: expect.stringContaining("Content-Encoding") }]);
  });

  it("the service refuses a second bucket move while the first move runs", async () => {
    await attach();
    const held = Promise.withResolvers<void>();
    const store: Bucket["store"] = async (options) => {
      await held.promise;
      return bucket.store(options);
    };
    const first = move({}, { store });
    const second = await move().catch((error) => error);
    expect(second).toMatchObject({ code: "service_busy", message: expect.stringContaining("Another") });
    held.resolve();
    expect(await first).toMatchObject({ moved: { objects: 1 } });
  }, 20_000);

  it("a bucket move that continues after a kill copies only missing and damaged objects", async () => {
    const [one, two] = [await attach(), await attach()];
    const copies = [one, two].map(({ objectKey }) => bucket.copiesOf(objectKey)[0] as string);
    const [good = "", bad = ""] = copies;
    const body = (text: string) => Readable.from([Buffer.from(text)]);
    await bucket.store({ objectKey: good, contentType: "text/plain", body: body("hello"), maxBytes: 9 });
    await bucket.store({ objectKey: bad, contentType: "text/plain", body: body("HELLO"), maxBytes: 9 });
    const stored: string[] = [];
    const store: Bucket["store"] = (options) => {
      stored.push(options.objectKey);
      return bucket.store(options);
    };
    expect(await move({}, { store })).toMatchObject({ moved: { objects: 2 }, failures: [] });
    expect(stored).toEqual([bad]);
    expect(await download(two.id)).toBe("hello");
  });

  it("a bucket move continues with new credentials after its credentials expired", async () => {
    for (let nth = 0; nth < 3; nth += 1) await attach(`file ${nth}`);
    let left = 1;
    const expired = () =>
      Promise.reject(
        new DomainError("bucket_unavailable", "unreachable", { cause: new Error("The token has expired.") }),
      );
    const store: Bucket["store"] = (options) => (left-- > 0 ? bucket.store(options) : expired());
    const failure = await move({ atOnce: 1 }, { store, probe: expired }).catch((error) => error);
    expect(failure).toBeInstanceOf(Stopped);
    // The command makes this text a part of its own sentence.
    expect(failure.message).toBe("The token has expired");
    expect(await move()).toMatchObject({ moved: { objects: 2 }, failures: [] });
  }, 30_000);

  it("a bucket move stops when the new bucket is full", async () => {
    await attach();
    const store = () => Promise.reject(new DomainError("storage_full", "The file store is full. Delete files."));
    const failure = await move({}, { store }).catch((error) => error);
    expect(failure).toBeInstanceOf(Stopped);
    expect(failure.message).toBe("The file store is full. Delete files");
  });

  it("while a form upload runs, a bucket move does not say when to empty the old bucket", async () => {
    const notBefore = service.now() + 86_400_000;
    await objectDeletionQueries(service.db).put({ objectKey: bucket.newObjectKey(), notBefore });
    const { unsettled, emptyFrom } = await move();
    expect(unsettled).toEqual({ count: 1, lastExpiresAt: notBefore });
    expect(emptyFrom).toBeUndefined();
  });

  it("a bucket move lets you empty the old bucket only after all pending deletions", async () => {
    const now = service.now();
    const [early, late] = [bucket.newObjectKey(), bucket.newObjectKey()];
    const notBefore = now + 40_000_000;
    await objectDeletionQueries(service.db).put(
      { objectKey: early, notBefore: now + 1_000_000 },
      { objectKey: late, notBefore },
    );
    // Only the second run of the later deletion is left.
    const deletions = service.db.kysely.updateTable("object_deletions").set({ swept_at: now });
    await deletions.where("object_key", "=", late).execute();
    const { emptyFrom } = await move();
    expect(emptyFrom).toBe(now + 1_000_000 + 86_400_000);
  });

  it("garbage collection keeps the files of another service in the new bucket", async () => {
    for (let nth = 0; nth < 4; nth += 1) await attach();
    const theirs = bucketOn(other, { keyPrefix: "new/" });
    for (const objectKey of [theirs.newObjectKey(), theirs.newObjectKey()]) {
      const body = Readable.from([Buffer.from("theirs")]);
      await theirs.store({ objectKey, contentType: "text/plain", body, maxBytes: 9 });
    }
    service.advance(3 * 86_400_000);
    const options = { mend: true, force: false, isAlone: true, findsDamage: false };
    const { found, mended, kept } = await service.useCases.collectGarbage(options);
    expect([found.orphan, mended.orphan]).toEqual([2, 0]);
    expect(kept).toBe(
      "Bucket 2 has more unreferenced objects (2) than referenced objects (0). If bucket 2 and the database belong together, add --force.",
    );
    expect(await inspect(other).keys()).toHaveLength(2);
  });

  it("the old bucket refuses a late PUT to the object of a moved file", async () => {
    const json = { filename: "a.txt", sizeBytes: 5, contentType: "text/plain" };
    const { upload } = (await ann.send(`POST /notes/${noteId}/uploads`, { json })).body;
    const put = (body: string) => fetch(upload.url, { method: "PUT", headers: upload.headers, body });
    expect((await put("hello")).status).toBe(200);
    await ann.send(`POST /uploads/${upload.id}/complete`);
    await move();
    expect((await put("HELLO")).status).toBe(412);
    expect(await download(upload.attachmentId)).toBe("hello");
  });

  it("the service does not start without the settings of a bucket that has files", async () => {
    const { id } = await attach();
    await move();
    const [one, two] = [settingsOf(1, "old"), settingsOf(2, "new")];
    const settings = { buckets: [one], forUploads: 2 };
    await expect(requireSettingsOfBuckets(service.db, settings)).rejects.toThrow("New uploads go to bucket 2");
    await expect(requireSettingsOfBuckets(service.db, { ...settings, forUploads: 1 })).rejects.toThrow(
      "The database has files in bucket 2",
    );
    await requireSettingsOfBuckets(service.db, { buckets: [two, one], forUploads: 2 });
    await requireSettingsOfBuckets(service.db, { buckets: [two], forUploads: 2 });
    const onlyOne = joinBuckets([{ number: 1, bucket: bucketOn(service.bucketServer), keyPrefix: "" }], {
      numberForUploads: () => 2,
    });
    const objectKey = await keyOf(id);
    expect(() => onlyOne.newObjectKey()).toThrow("This replica has no settings for bucket 2");
    await expect(onlyOne.head(objectKey)).rejects.toMatchObject({ code: "bucket_unavailable" });
    await expect(onlyOne.probe()).rejects.toMatchObject({ code: "bucket_unavailable" });
    expect(await onlyOne.delete([objectKey])).toEqual([]);
    expect(await objectDeletionQueries(service.db).listDue(service.now(), 10)).toEqual([]);
  });

  it("before the first bucket move, the bucket of the service must have the number 1", async () => {
    await requireSettingsOfBuckets(service.db, { buckets: [settingsOf(2, "empty")], forUploads: 2 });
    await attach();
    const buckets = [settingsOf(3, "old"), settingsOf(1, "new")];
    await expect(requireSettingsOfBuckets(service.db, { buckets, forUploads: 3 })).rejects.toThrow(
      "The bucket old has the number 3 in the settings, but the files of the database are in bucket 1. Before a move,",
    );
  });

  it("the service refuses settings that give a bucket the number of another bucket", async () => {
    await attach();
    await move();
    const start = (...buckets: ReturnType<typeof settingsOf>[]) =>
      requireSettingsOfBuckets(service.db, { buckets, forUploads: 2 });
    await expect(start(settingsOf(1, "new"), settingsOf(2, "old"))).rejects.toMatchObject({
      code: "bucket_unavailable",
      message: expect.stringContaining(
        "The bucket new is bucket 2, but the settings give it the number 1. Set S3_BUCKET_NUMBER=2.",
      ),
    });
    await expect(start(settingsOf(2, "new"), settingsOf(3, "old"))).rejects.toThrow("Set NEXT_S3_BUCKET_NUMBER=1.");
    await expect(start(settingsOf(1, "new"))).rejects.toThrow("Set S3_BUCKET_NUMBER=2.");
    // A bucket may get another name or endpoint.
    await start(settingsOf(2, "renamed"), settingsOf(1, "old"));
    await start(settingsOf(2, "new"), settingsOf(1, "another empty bucket"));
  });

  it("a bucket move requires a different, empty and writable bucket as its target", async () => {
    const asked = { from: 1, to: 2, bytes: 1, dataDir: undefined, isAlone: false };
    expect(await problemsOfTarget(depsWith(), asked)).toEqual([]);
    await bucketOn(other).store({
      ...{ objectKey: "new/readme", contentType: "text/plain" },
      ...{ body: Readable.from([Buffer.from("text")]), maxBytes: 9 },
    });
    expect(await problemsOfTarget(depsWith(), asked)).toEqual([expect.stringContaining("is not empty")]);
    const same = joinBuckets(
      [
        { number: 1, bucket: bucketOn(service.bucketServer), keyPrefix: "" },
        { number: 2, bucket: bucketOn(service.bucketServer, { keyPrefix: "new/" }), keyPrefix: "new/" },
      ],
      { numberForUploads: () => 1 },
    );
    expect(await problemsOfTarget(depsWith(same), asked)).toEqual([expect.stringContaining("the old bucket itself")]);
    await other.stop();
    expect(await problemsOfTarget(depsWith(), asked)).toEqual([
      expect.stringMatching(/^The new bucket can't be written: .* check NEXT_S3_ENDPOINT/),
    ]);
    other = await startEmbedded();
    const full = { ...asked, bytes: Number.MAX_SAFE_INTEGER, dataDir: import.meta.dirname, isAlone: true };
    expect(await problemsOfTarget(depsWith(same), full)).toContainEqual(expect.stringContaining("is too small"));
  });
});
