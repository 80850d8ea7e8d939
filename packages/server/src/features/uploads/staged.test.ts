import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Bucket, LEAST_CAPABILITIES } from "../../platform/bucket/port.ts";
import { patterned } from "../../platform/bucket/testing/bytes.ts";
import type { Database } from "../../platform/database/queries.ts";
import { DomainError } from "../../platform/errors.ts";
import { engines } from "../../testing/database/test-databases.ts";
import type { Client, TestService } from "../../testing/service.ts";
import { startServiceInTest } from "../../testing/use-service.ts";

const KIB = 2 ** 10;
const HOUR = 3_600_000;
const FILE = patterned(300 * KIB);
const OF_PARTS = { singlePutMaxBytes: 100 * KIB };

type Started = { id: string; attachmentId: string; method: string; url: string; headers: Record<string, string> };

describe.each(engines)("staged uploads on $name", (engine) => {
  let service: TestService;
  let ann: Client;
  let noteId: string;

  async function open(
    wrap: { bucket?: (bucket: Bucket) => Bucket; database?: (db: Database) => Database } = {},
    limits = {},
  ) {
    service = await startServiceInTest({ engine, wrap, limits, capabilities: { ...LEAST_CAPABILITIES, copy: true } });
    ann = service.as("ann");
    noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
  }

  async function start(given: object = {}): Promise<Started> {
    const json = { filename: "hello.txt", sizeBytes: 5, contentType: "text/plain", ...given };
    return (await ann.send(`POST /notes/${noteId}/uploads`, { json })).body.upload;
  }

  function put({ method, url, headers }: Started, body: string): Promise<Response> {
    const { "content-length": _signed, ...settable } = headers;
    return fetch(url, { method, headers: settable, body });
  }

  const complete = ({ id }: Started) => ann.send(`POST /uploads/${id}/complete`);

  async function served({ attachmentId }: Started): Promise<string> {
    const { fileUrl } = (await ann.send(`GET /attachments/${attachmentId}/url`)).body;
    return (await fetch(fileUrl)).text();
  }

  /** Runs all deletions of objects that are due within a day, including the second runs. */
  async function sweep(): Promise<void> {
    service.advance(25 * HOUR);
    await service.useCases.expireUploads();
    await service.useCases.purgeObjects();
    service.advance(-25 * HOUR);
  }

  it("requirement 7: a PUT after the completion does not change the downloaded bytes", async () => {
    await open();
    const upload = await start();
    expect(upload.headers).not.toHaveProperty("if-none-match");
    expect((await put(upload, "good!")).status).toBe(200);
    expect(await complete(upload)).toMatchObject({ status: 200, body: { state: "ready", sizeBytes: 5 } });
    expect((await put(upload, "evil!")).status).toBe(200);
    expect(await served(upload)).toBe("good!");
    expect(await complete(upload)).toMatchObject({ status: 200, body: { state: "ready" } });
    expect(await service.bucketContents.keys()).toHaveLength(2);
    await sweep();
    expect(await service.bucketContents.keys()).toHaveLength(1);
    expect(await served(upload)).toBe("good!");
    await ann.send(`DELETE /attachments/${upload.attachmentId}`);
    await sweep();
    expect(await service.bucketContents.keys()).toEqual([]);
  });

  it("requirement 9: a deleted upload counts in the quota until its upload URLs expire", async () => {
    await open();
    const usage = async () => (await ann.send("GET /usage")).body.usedBytes;
    const upload = await start();
    await put(upload, "good!");
    await complete(upload);
    expect(await usage()).toBe(10);
    await ann.send(`DELETE /attachments/${upload.attachmentId}`);
    expect(await usage()).toBe(5);
    service.advance(21 * 60_000);
    await service.useCases.expireUploads();
    expect(await usage()).toBe(0);
  });

  it("requirement 7: a PUT during the verification does not change the served bytes", async () => {
    let swap = async (): Promise<unknown> => undefined;
    await open({
      bucket: (bucket) => ({
        ...bucket,
        readSmall: async (key, options) => {
          await swap();
          return bucket.readSmall(key, options);
        },
      }),
    });
    const upload = await start();
    await put(upload, "good!");
    swap = () => put(upload, "evil!");
    expect((await complete(upload)).status).toBe(200);
    expect(await served(upload)).toBe("good!");
  });

  it("requirement 7: ten simultaneous completions of an upload leave only one copy", async () => {
    await open();
    const upload = await start();
    await put(upload, "good!");
    const answers = await Promise.all(
      Array.from({ length: 10 }, async (_, turn) => {
        if (turn % 2 === 1) await put(upload, "evil!");
        return complete(upload);
      }),
    );
    for (const answer of answers) expect(answer).toMatchObject({ status: 200, body: { id: upload.attachmentId } });
    const first = await served(upload);
    await put(upload, "worse");
    expect(await served(upload)).toBe(first);
    await sweep();
    expect(await service.bucketContents.keys()).toHaveLength(1);
    expect(await served(upload)).toBe(first);
  });

  it("requirement 5: the service deletes the object of a rejected file and the object's copy", async () => {
    await open();
    const upload = await start({ filename: "a.png", contentType: "image/png" });
    await put(upload, "<html");
    expect((await complete(upload)).body).toMatchObject({ status: 422, code: "upload_rejected" });
    expect(await service.bucketContents.keys()).toEqual([]);
    await put(upload, "<html");
    await sweep();
    expect(await service.bucketContents.keys()).toEqual([]);
  });

  it("requirement 5: ten simultaneous completions of a rejected file leave no copy of it", async () => {
    await open();
    const upload = await start({ filename: "a.png", contentType: "image/png" });
    await put(upload, "<html");
    await Promise.all(Array.from({ length: 10 }, () => complete(upload)));
    await service.useCases.purgeObjects();
    expect(await service.bucketContents.keys()).toEqual([]);
  });

  async function sendParts(given: object = {}): Promise<Started> {
    const declared = { filename: "a.bin", sizeBytes: FILE.length, contentType: "application/x-film" };
    const upload = await start({ ...declared, ...given });
    const { parts } = (await ann.send(`POST /uploads/${upload.id}/parts`, { json: { partNumbers: [1] } })).body;
    const [{ method, url }] = parts;
    expect((await fetch(url, { method, body: Buffer.from(FILE) })).status).toBe(200);
    return upload;
  }

  it("a multipart upload's completion can be repeated after the copy of its object fails", async () => {
    const failures = ["changed" as const];
    await open(
      { bucket: (bucket) => ({ ...bucket, copy: async (options) => failures.shift() ?? bucket.copy(options) }) },
      OF_PARTS,
    );
    const upload = await sendParts();
    expect((await complete(upload)).body).toMatchObject({ status: 409, code: "upload_incomplete" });
    expect(await complete(upload)).toMatchObject({ status: 200, body: { state: "ready" } });
  });

  it("the verification of a multipart upload reads the copy of the uploaded object", async () => {
    await open({}, { ...OF_PARTS, verifyInRequestMaxBytes: 100 * KIB });
    const upload = await sendParts({ sha256: createHash("sha256").update(FILE).digest("base64") });
    expect(await complete(upload)).toMatchObject({ status: 200, body: { state: "verifying" } });
    await sweep();
    const claimed = await service.useCases.leaseVerification();
    if (claimed === undefined) throw new Error("no verification is due");
    await service.useCases.runVerification(claimed);
    expect((await ann.send(`GET /attachments/${upload.attachmentId}`)).body.state).toBe("ready");
    expect(await service.bucketContents.keys()).toHaveLength(1);
    const { fileUrl } = (await ann.send(`GET /attachments/${upload.attachmentId}/url`)).body;
    expect(Buffer.from(await (await fetch(fileUrl)).arrayBuffer()).equals(FILE)).toBe(true);
  });

  it("an abort during the verification deletes the uploaded object and its copy", async () => {
    await open({}, { verifyInRequestMaxBytes: 1 });
    const content = "x".repeat(100_000);
    const sha256 = createHash("sha256").update(content).digest("base64");
    const upload = await start({ sha256, sizeBytes: content.length });
    const { "x-amz-checksum-sha256": _none, ...headers } = upload.headers;
    expect(_none).toBeUndefined();
    await put({ ...upload, headers }, content);
    expect(await complete(upload)).toMatchObject({ status: 200, body: { state: "verifying" } });
    expect((await ann.send(`DELETE /uploads/${upload.id}`)).status).toBe(204);
    await sweep();
    expect(await service.bucketContents.keys()).toEqual([]);
  });

  it("the service deletes the object copy of a process that died before the commit", async () => {
    const copied = Promise.withResolvers<void>();
    let dies = true;
    await open({
      bucket: (bucket) => ({
        ...bucket,
        copy: async (options) => {
          const outcome = await bucket.copy(options);
          if (!dies) return outcome;
          dies = false;
          copied.resolve();
          // Waits forever, to simulate a crashed process.
          return new Promise(() => undefined);
        },
      }),
    });
    const upload = await start();
    await put(upload, "hello");
    void complete(upload);
    await copied.promise;
    expect(await complete(upload)).toMatchObject({ status: 200, body: { state: "ready" } });
    expect(await service.bucketContents.keys()).toHaveLength(3);
    await sweep();
    expect(await service.bucketContents.keys()).toHaveLength(1);
    expect(await served(upload)).toBe("hello");
  });

  it.each(["copy", "readSmall"] as const)(
    "the copy of an uploaded object is deleted immediately if the call %s fails",
    async (call) => {
      let copies = 0;
      const failing = (bucket: Bucket): Bucket => ({
        ...bucket,
        copy: async (options) => {
          const outcome = await bucket.copy(options);
          copies += 1;
          if (call === "copy" && copies === 1) throw new DomainError("bucket_unavailable", "As told");
          return outcome;
        },
        readSmall: async (...args) => {
          if (call === "readSmall" && copies === 1) throw new DomainError("bucket_unavailable", "As told");
          return bucket.readSmall(...args);
        },
      });
      await open({ bucket: failing });
      const upload = await start();
      await put(upload, "hello");
      expect((await complete(upload)).status).toBe(503);
      copies += 1;
      await service.useCases.purgeObjects();
      expect(await service.bucketContents.keys()).toHaveLength(1);
      expect(await complete(upload)).toMatchObject({ status: 200, body: { state: "ready" } });
      expect(await served(upload)).toBe("hello");
    },
  );

  it("the service keeps the copy of an uploaded object if the commit's response was lost", async () => {
    let loses = false;
    await open({
      database: (db) => ({
        ...db,
        transaction: async (work) => {
          const result = await db.transaction(work);
          if (loses) throw new DomainError("database_unavailable", "As told");
          return result;
        },
      }),
    });
    const upload = await start();
    await put(upload, "hello");
    loses = true;
    expect((await complete(upload)).status).toBe(503);
    loses = false;
    await sweep();
    expect(await complete(upload)).toMatchObject({ status: 200, body: { state: "ready" } });
    expect(await served(upload)).toBe("hello");
  });

  it("the service does not copy an uploaded object if the bucket has all capabilities", async () => {
    let copies = 0;
    service = await startServiceInTest({
      engine,
      wrap: {
        bucket: (bucket) => ({
          ...bucket,
          copy: (options) => {
            copies += 1;
            return bucket.copy(options);
          },
        }),
      },
    });
    ann = service.as("ann");
    noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
    const upload = await start();
    await put(upload, "hello");
    expect((await complete(upload)).body.state).toBe("ready");
    expect(copies).toBe(0);
    expect(await service.database.db.kysely.selectFrom("object_deletions").selectAll().execute()).toEqual([]);
  });
});
