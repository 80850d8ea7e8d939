import { Readable } from "node:stream";
import { CopyObjectCommand, DeleteObjectCommand } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { previewQueries } from "../../features/attachments/preview-queries.ts";
import { requireSettingsOfBuckets } from "../../features/storage/upload-bucket.ts";
import type { Bucket } from "../../platform/bucket/port.ts";
import { bucketOn, inspect } from "../../platform/bucket/testing/bucket-server.ts";
import { DomainError } from "../../platform/errors.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { sendPreview, uploadPhoto } from "../../testing/send-preview.ts";
import { Stopped } from "./copy-object.ts";
import { settingsOf, startTwoBuckets, type TwoBuckets } from "./testing/two-buckets.ts";

describe.each(engines)("a move to another bucket on $name", (engine) => {
  let stage: TwoBuckets;
  beforeEach(async () => {
    stage = await startTwoBuckets(engine);
  });
  afterEach(() => stage.close());

  it("the deletion of a moved file also deletes the copy in the old bucket", async () => {
    const photo = await uploadPhoto(stage.ann, { noteId: stage.noteId });
    await sendPreview(stage.ann, { attachmentId: photo });
    const file = await stage.attach();
    const report = await stage.move();
    expect(report).toMatchObject({ moved: { objects: 3 }, failures: [], unsettled: { count: 0 } });
    expect(report.emptyFrom).toBeGreaterThan(stage.service.now());
    expect(await stage.keyOf(file.id)).toMatch(/^bucket:2\/new\/[0-9a-f]{44}$/);
    expect((await previewQueries(stage.service.db).list([photo]))[0]?.objectKey).toMatch(/^bucket:2\/new\//);
    expect(await stage.download(file.id)).toBe("hello");
    expect((await stage.ann.send(`DELETE /attachments/${photo}`)).status).toBe(204);
    await stage.service.useCases.purgeObjects();
    expect(await stage.service.bucketContents.keys()).toEqual([file.objectKey]);
    expect(await inspect(stage.other).keys()).toHaveLength(1);
    // The old copy of a moved file is no garbage.
    stage.service.advance(3 * 86_400_000);
    const collected = await stage.service.useCases.collectGarbage({
      mend: true,
      force: true,
      isAlone: true,
      findsDamage: true,
    });
    expect(collected.found).toMatchObject({ orphan: 0, missing: 0 });
    expect(await stage.service.bucketContents.keys()).toEqual([file.objectKey]);
  });

  it("a bucket move reports each object that is missing, truncated or damaged", async () => {
    const [whole, missing, truncated, damaged] = [
      await stage.attach(),
      await stage.attach(),
      await stage.attach(),
      await stage.attach(),
    ];
    const Bucket = stage.service.bucketServer.bucket;
    await stage.service.bucketContents.s3.send(new DeleteObjectCommand({ Bucket, Key: missing.objectKey }));
    await stage.putBehind(truncated.objectKey, "hell");
    await stage.putBehind(damaged.objectKey, "HELLO");
    const { moved, failures, emptyFrom } = await stage.move();
    expect(moved.objects).toBe(1);
    expect(emptyFrom).toBeUndefined();
    expect(Object.fromEntries(failures.map(({ object, reason }) => [object.attachmentId, reason]))).toEqual({
      [missing.id]: "its object is missing",
      [truncated.id]: "its object has 4 bytes instead of 5",
      [damaged.id]: "the bytes of its object are not the bytes that were uploaded",
    });
    expect(await inspect(stage.other).keys()).toHaveLength(1);
    expect(await stage.keyOf(whole.id)).toMatch(/^bucket:2/);
    // The next run moves these files, because their objects are correct again.
    for (const { objectKey } of [missing, truncated, damaged]) await stage.putBehind(objectKey, "hello");
    expect(await stage.move()).toMatchObject({ moved: { objects: 3 }, failures: [] });
  });

  it("if a user deletes a file during a bucket move, both copies are deleted", async () => {
    const { id } = await stage.attach();
    const store: Bucket["store"] = async (options) => {
      const stored = await stage.bucket.store(options);
      await stage.ann.send(`DELETE /attachments/${id}`);
      await stage.service.useCases.purgeObjects();
      return stored;
    };
    expect(await stage.move({}, { store })).toMatchObject({ moved: { objects: 0 }, deleted: 1, failures: [] });
    await stage.service.useCases.purgeObjects();
    expect(await inspect(stage.other).keys()).toEqual([]);
    expect(await stage.service.bucketContents.keys()).toEqual([]);
  });

  it("a bucket move reports an adopted object that changes during the copy", async () => {
    await stage.service.useCases.rememberPerson({ id: "ann", email: "ann@example.com", name: "ann", isAdmin: true });
    await stage.putBehind("elsewhere/report.txt", "first");
    const { body } = await stage.ann.send(`POST /notes/${stage.noteId}/attachments`, {
      json: { key: "elsewhere/report.txt" },
    });
    expect(await stage.move()).toMatchObject({ moved: { objects: 0 }, adoptedLeft: 1, emptyFrom: undefined });
    const store: Bucket["store"] = async (options) => {
      await stage.putBehind("elsewhere/report.txt", "other");
      return stage.bucket.store(options);
    };
    const { failures } = await stage.move({ adopted: true }, { store });
    expect(failures).toMatchObject([{ reason: "the bytes of its object are not the bytes that were uploaded" }]);
    expect((await stage.move({ adopted: true })).moved.objects).toBe(1);
    expect(await stage.keyOf(body.id)).toBe("bucket:2/elsewhere/report.txt");
  });

  it("a bucket move reports an object that changes before the move reads it", async () => {
    const { id, objectKey } = await stage.attach();
    const head: Bucket["head"] = async (key) => {
      const found = await stage.bucket.head(key);
      if (key === objectKey) await stage.putBehind(key, "HELLO");
      return found;
    };
    const { moved, failures, emptyFrom } = await stage.move({}, { head });
    expect(failures).toMatchObject([{ reason: "its object changed during the copy" }]);
    expect([moved.objects, emptyFrom]).toEqual([0, undefined]);
    expect(await stage.keyOf(id)).toBe(objectKey);
    expect(await inspect(stage.other).keys()).toEqual([]);
  });

  it("a bucket move moves adopted objects with keys such as `bucket:10`", async () => {
    await stage.service.useCases.rememberPerson({ id: "ann", email: "ann@example.com", name: "ann", isAdmin: true });
    for (const key of ["bucket:foo.txt", "bucket:12345/x", "bucket:10", "bucket;a"]) {
      await stage.putBehind(key, "text");
      expect((await stage.ann.send(`POST /notes/${stage.noteId}/attachments`, { json: { key } })).status).toBe(201);
    }
    expect(await stage.move()).toMatchObject({ moved: { objects: 0 }, adoptedLeft: 4, emptyFrom: undefined });
    // A process that has only the settings of bucket 2 must not start.
    const onlyTwo = { buckets: [settingsOf(2, "new")], forUploads: 2 };
    await expect(requireSettingsOfBuckets(stage.service.db, onlyTwo)).rejects.toThrow("bucket 1");
    expect(await stage.move({ adopted: true })).toMatchObject({ moved: { objects: 4 }, adoptedLeft: 0, failures: [] });
    await requireSettingsOfBuckets(stage.service.db, onlyTwo);
    const keys = (await inspect(stage.other).keys()).toSorted();
    expect(keys).toEqual(["bucket:10", "bucket:12345/x", "bucket:foo.txt", "bucket;a"]);
  });

  it("a bucket move never moves an adopted object to the key of another file", async () => {
    await stage.service.useCases.rememberPerson({ id: "ann", email: "ann@example.com", name: "ann", isAdmin: true });
    const rejected = await stage.attach();
    const change = { state: "rejected", object_key: "bucket:2/report.txt" } as const;
    await stage.service.db.kysely.updateTable("attachments").set(change).where("id", "=", rejected.id).execute();
    await stage.putBehind("report.txt", "text");
    const { body } = await stage.ann.send(`POST /notes/${stage.noteId}/attachments`, { json: { key: "report.txt" } });
    const { failures, moved } = await stage.move({ adopted: true });
    expect(moved.objects).toBe(0);
    expect(failures).toMatchObject([{ reason: expect.stringContaining("another file has its key") }]);
    expect(await stage.keyOf(body.id)).toBe("report.txt");
    expect(await inspect(stage.other).keys()).toEqual([]);
  });

  it("a bucket move refuses an adopted object whose headers a copy would lose", async () => {
    await stage.service.useCases.rememberPerson({ id: "ann", email: "ann@example.com", name: "ann", isAdmin: true });
    await stage.putBehind("elsewhere/report.txt", "text");
    await stage.ann.send(`POST /notes/${stage.noteId}/attachments`, { json: { key: "elsewhere/report.txt" } });
    const [Bucket, Key] = [stage.service.bucketServer.bucket, "elsewhere/report.txt"];
    const ContentEncoding = "br";
    await stage.service.bucketContents.s3.send(
      new CopyObjectCommand({
        Bucket,
        Key,
        CopySource: `${Bucket}/${Key}`,
        MetadataDirective: "REPLACE",
        ContentEncoding,
      }),
    );
    const { failures } = await stage.move({ adopted: true });
    expect(failures).toMatchObject([{ reason: expect.stringContaining("Content-Encoding") }]);
  });

  it("the service refuses a second bucket move while the first move runs", async () => {
    await stage.attach();
    const [entered, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const store: Bucket["store"] = async (options) => {
      entered.resolve();
      await held.promise;
      return stage.bucket.store(options);
    };
    const first = stage.move({}, { store });
    await entered.promise;
    const second = await stage.move().catch((error) => error);
    expect(second).toMatchObject({ code: "service_busy", message: expect.stringContaining("Another") });
    held.resolve();
    expect(await first).toMatchObject({ moved: { objects: 1 } });
  }, 20_000);

  it("a bucket move that continues after a kill copies only missing and damaged objects", async () => {
    const [one, two] = [await stage.attach(), await stage.attach()];
    const copies = [one, two].map(({ objectKey }) => stage.bucket.copiesOf(objectKey)[0] as string);
    const [good = "", bad = ""] = copies;
    const body = (text: string) => Readable.from([Buffer.from(text)]);
    await stage.bucket.store({ objectKey: good, contentType: "text/plain", body: body("hello"), maxBytes: 9 });
    await stage.bucket.store({ objectKey: bad, contentType: "text/plain", body: body("HELLO"), maxBytes: 9 });
    const stored: string[] = [];
    const store: Bucket["store"] = (options) => {
      stored.push(options.objectKey);
      return stage.bucket.store(options);
    };
    expect(await stage.move({}, { store })).toMatchObject({ moved: { objects: 2 }, failures: [] });
    expect(stored).toEqual([bad]);
    expect(await stage.download(two.id)).toBe("hello");
  });

  it("a bucket move continues with new credentials after its credentials expired", async () => {
    for (let nth = 0; nth < 3; nth += 1) await stage.attach(`file ${nth}`);
    let left = 1;
    const expired = () =>
      Promise.reject(
        new DomainError("bucket_unavailable", "unreachable", { cause: new Error("The token has expired.") }),
      );
    const store: Bucket["store"] = (options) => (left-- > 0 ? stage.bucket.store(options) : expired());
    const failure = await stage.move({ atOnce: 1 }, { store, probe: expired }).catch((error) => error);
    expect(failure).toBeInstanceOf(Stopped);
    // The command makes this text a part of its own sentence.
    expect(failure.message).toBe("The token has expired");
    expect(await stage.move()).toMatchObject({ moved: { objects: 2 }, failures: [] });
  }, 30_000);

  it("a bucket move stops when the new bucket is full", async () => {
    await stage.attach();
    const store = () => Promise.reject(new DomainError("storage_full", "The file store is full. Delete files."));
    const failure = await stage.move({}, { store }).catch((error) => error);
    expect(failure).toBeInstanceOf(Stopped);
    expect(failure.message).toBe("The file store is full. Delete files");
  });

  it("garbage collection keeps the files of another service in the new bucket", async () => {
    for (let nth = 0; nth < 4; nth += 1) await stage.attach();
    const theirs = bucketOn(stage.other, { keyPrefix: "new/" });
    for (const objectKey of [theirs.newObjectKey(), theirs.newObjectKey()]) {
      const body = Readable.from([Buffer.from("theirs")]);
      await theirs.store({ objectKey, contentType: "text/plain", body, maxBytes: 9 });
    }
    stage.service.advance(3 * 86_400_000);
    const options = { mend: true, force: false, isAlone: true, findsDamage: false };
    const { found, mended, kept } = await stage.service.useCases.collectGarbage(options);
    expect([found.orphan, mended.orphan]).toEqual([2, 0]);
    expect(kept).toBe(
      "Bucket 2 has more unreferenced objects (2) than referenced objects (0). If bucket 2 and the database belong together, add --force.",
    );
    expect(await inspect(stage.other).keys()).toHaveLength(2);
  });
});
