import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { CopyObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import pino from "pino";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { Bucket } from "../../platform/bucket/port.ts";
import { patterned, sha256 } from "../../platform/bucket/testing/bytes.ts";
import { DomainError } from "../../platform/errors.ts";
import { createClamd } from "../../platform/scanner/clamd.ts";
import { ended, startChild } from "../../testing/database/child-process.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { withQueries } from "../../testing/database/with-queries.ts";
import { startServiceInTest, useService } from "../../testing/use-service.ts";
import { runVerifications } from "../../testing/verifications.ts";
import { startVerification } from "./jobs.ts";
import { uploadQueries } from "./queries/uploads.ts";

const KIB = 2 ** 10;
/** A file with a multipart upload, which the service must read, because the built-in bucket computes no SHA-256 of an assembled object. */
const FILE = patterned(300 * KIB);
const MINUTE_MS = 60_000;

describe.each(engines)("verifications after the HTTP request, on $name", (engine) => {
  let beforeRead: (read: () => ReturnType<Bucket["read"]>) => ReturnType<Bucket["read"]>;
  let noteId: string;
  const service = useService({
    engine,
    limits: { singlePutMaxBytes: 100 * KIB, verifyInRequestMaxBytes: 100 * KIB },
    wrap: {
      bucket: (bucket) => ({ ...bucket, read: (...parameters) => beforeRead(() => bucket.read(...parameters)) }),
    },
  });
  const ann = service.as("ann");

  beforeEach(async () => {
    beforeRead = (read) => read();
    noteId = (await ann.send("POST /notes", { json: { title: "Large files" } })).body.id;
  });
  afterEach(async () => {
    await ann.send(`DELETE /notes/${noteId}`);
    await service.useCases.purgeObjects();
    // Sets the clock of the service back, because the bucket has its own clock and refuses URLs from the future.
    service.advance(Date.now() - service.now());
  });

  /** Sends all parts of a multipart upload, and completes the upload. */
  async function complete(declared = sha256(FILE), sender = ann) {
    const json = { filename: "film.bin", sizeBytes: FILE.length, contentType: "application/x-film", sha256: declared };
    const { upload } = (await sender.send(`POST /notes/${noteId}/uploads`, { json })).body;
    const { parts } = (await sender.send(`POST /uploads/${upload.id}/parts`, { json: { partNumbers: [1] } })).body;
    const [{ method, url }] = parts;
    expect((await fetch(url, { method, body: Buffer.from(FILE) })).status).toBe(200);
    return { upload, answer: await sender.send(`POST /uploads/${upload.id}/complete`) };
  }

  const progress = async (uploadId: string) => (await ann.send(`GET /uploads/${uploadId}`)).body.upload;
  const actions = async () =>
    (await ann.send(`GET /notes/${noteId}/activity`)).body.items.map(({ action }: { action: string }) => action);

  /** Replaces the object, as a second PUT does on a bucket without conditional writes. */
  async function replaceObject(): Promise<void> {
    const { s3, keys } = service.bucketContents;
    const [Key] = await keys();
    const Body = Buffer.alloc(FILE.length, 9);
    const { bucket: Bucket } = service.bucketServer;
    await s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: "application/x-film" }));
  }

  it("requirement 8: the service refuses a file's download until its verification ends", async () => {
    const { upload, answer } = await complete();
    expect(answer).toMatchObject({
      status: 200,
      body: { id: upload.attachmentId, state: "verifying", checksum: null },
    });
    expect(await progress(upload.id)).toMatchObject({ state: "verifying", parts: [] });
    const refused = await ann.send(`GET /attachments/${upload.attachmentId}/url`);
    expect(refused.body).toMatchObject({ status: 409, code: "attachment_not_ready" });
    expect(refused.body.detail).toContain("being verified (verifying). Try again");
    const json = { attachmentIds: [upload.attachmentId] };
    expect((await ann.send("POST /attachments/urls", { json })).body.urls).toEqual([
      { attachmentId: upload.attachmentId, code: "attachment_not_ready" },
    ]);
    expect(await actions()).not.toContain("attachment.uploaded");

    expect(await runVerifications(service)).toBe(1);
    expect((await progress(upload.id)).state).toBe("ready");
    const attachment = (await ann.send(`GET /attachments/${upload.attachmentId}`)).body;
    expect(attachment).toMatchObject({ state: "ready", checksum: { algorithm: "SHA256", value: sha256(FILE) } });
    const { fileUrl } = (await ann.send(`GET /attachments/${upload.attachmentId}/url`)).body;
    expect(Buffer.from(await (await fetch(fileUrl)).arrayBuffer()).equals(FILE)).toBe(true);
    expect(await actions()).toContain("attachment.uploaded");
    expect((await ann.send(`POST /uploads/${upload.id}/complete`)).body).toEqual(attachment);
  });

  it("requirement 8: the service rejects an upload with a wrong SHA-256", async () => {
    const { upload } = await complete(sha256(Buffer.from("another")));
    await runVerifications(service);
    const reason = "The file is not what was declared: its SHA-256 differs. It was not kept.";
    const rejection = { code: "not_as_declared" };
    expect(await progress(upload.id)).toMatchObject({ state: "rejected", reason, rejection });
    expect((await ann.send(`GET /attachments/${upload.attachmentId}`)).body).toMatchObject({
      state: "rejected",
      reason,
    });
    expect((await ann.send(`GET /attachments/${upload.attachmentId}/url`)).status).toBe(409);
    expect(await service.bucketContents.keys()).toEqual([]);
    expect((await ann.send(`POST /uploads/${upload.id}/complete`)).body).toMatchObject({ code: "upload_not_pending" });
    expect(await actions()).toContain("attachment.rejected");
  });

  it("requirement 16: a file is rejected if the share of its uploader was revoked", async () => {
    const ben = service.as("ben");
    await ann.send(`PUT /notes/${noteId}/shares`, { json: { userIds: ["ben"], role: "editor" } });
    const { upload, answer } = await complete(sha256(FILE), ben);
    expect(answer.body.state).toBe("verifying");
    await ann.send(`DELETE /notes/${noteId}/shares/ben`);
    await runVerifications(service);
    expect((await ann.send(`GET /attachments/${upload.attachmentId}`)).body).toMatchObject({
      state: "rejected",
      reason: "Its sender no longer has access to the note. It was not kept.",
      rejection: { code: "access_ended" },
    });
    expect(await service.bucketContents.keys()).toEqual([]);
  });

  it("ten simultaneous completions of an upload cause only one verification", async () => {
    const { upload } = await complete();
    const calls = Array.from({ length: 10 }, () => ann.send(`POST /uploads/${upload.id}/complete`));
    for (const { status, body } of await Promise.all(calls)) {
      expect({ status, id: body.id, state: body.state }).toEqual({
        status: 200,
        id: upload.attachmentId,
        state: "verifying",
      });
    }
    expect(await runVerifications(service)).toBe(1);
    expect((await actions()).filter((action: string) => action === "attachment.uploaded")).toHaveLength(1);
  });

  it.each([
    ["aborted", () => ann.send(`DELETE /uploads/${uploadOf.id}`)],
    ["deleted with its attachment", () => ann.send(`DELETE /attachments/${uploadOf.attachmentId}`)],
    ["deleted with its note", () => ann.send(`DELETE /notes/${noteId}`)],
  ])("the service deletes the object of an upload that is %s during its verification", async (_how, end) => {
    const reading = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    beforeRead = async (read) => {
      const body = await read();
      reading.resolve();
      await goOn.promise;
      return body;
    };
    uploadOf = (await complete()).upload;
    const running = runVerifications(service);
    await reading.promise;
    expect((await end()).status).toBe(204);
    goOn.resolve();
    await running;
    const { status, body } = await ann.send(`GET /uploads/${uploadOf.id}`);
    if (status === 200) expect(body.upload.state).toBe("aborted");
    else expect(body.code).toBe("upload_not_found");
    expect((await ann.send(`GET /attachments/${uploadOf.attachmentId}/url`)).status).toBeGreaterThanOrEqual(404);
    service.advance(5 * MINUTE_MS + 1);
    await service.useCases.purgeObjects();
    expect(await service.bucketContents.keys()).toEqual([]);
    expect(await runVerifications(service)).toBe(0);
  });
  let uploadOf: { id: string; attachmentId: string };

  it("while the bucket is unavailable, the service tries a verification less and less often", async () => {
    let isDown = true;
    beforeRead = (read) => (isDown ? Promise.reject(new DomainError("bucket_unavailable", "As told")) : read());
    const { upload } = await complete();
    for (const pauseMs of [5_000, 10_000, 20_000]) {
      await expect(runVerifications(service)).rejects.toMatchObject({ code: "bucket_unavailable" });
      expect(await progress(upload.id)).toMatchObject({ state: "verifying" });
      service.advance(pauseMs / 2);
      expect(await runVerifications(service)).toBe(0);
      service.advance(pauseMs / 2);
    }
    isDown = false;
    expect(await runVerifications(service)).toBe(1);
    expect((await progress(upload.id)).state).toBe("ready");
  });

  it("requirement 7: an object that is replaced before its verification is rejected", async () => {
    const { upload } = await complete();
    await replaceObject();
    await runVerifications(service);
    expect(await progress(upload.id)).toMatchObject({ state: "rejected", reason: expect.stringContaining("changed") });
  });

  it("requirement 7: an object that is replaced during its verification is rejected", async () => {
    beforeRead = async (read) => {
      const body = await read();
      await replaceObject();
      return body;
    };
    const { upload } = await complete();
    await runVerifications(service);
    expect(await progress(upload.id)).toMatchObject({ state: "rejected", reason: expect.stringContaining("changed") });
    expect(await service.bucketContents.keys()).toEqual([]);
  });

  it("requirement 7: an object whose headers change under its ETag is rejected", async () => {
    const { upload } = await complete();
    const { s3, keys } = service.bucketContents;
    const [Key] = await keys();
    const { bucket: Bucket } = service.bucketServer;
    const described = { ContentType: "application/x-film", ContentEncoding: "br" };
    const itself = { Bucket, Key, CopySource: `${Bucket}/${Key}` };
    await s3.send(new CopyObjectCommand({ ...itself, ...described, MetadataDirective: "REPLACE" }));
    await runVerifications(service);
    const reason = expect.stringContaining("Content-Encoding");
    expect(await progress(upload.id)).toMatchObject({ state: "rejected", reason });
  });

  it("a file gets only one verification result, even if a late process continues", async () => {
    const { upload } = await complete();
    const late = await service.useCases.leaseVerification();
    expect(await service.useCases.leaseVerification()).toBeUndefined();
    service.advance(MINUTE_MS + 1);
    const second = await service.useCases.leaseVerification();
    if (late === undefined || second === undefined) throw new Error("There was nothing to take");
    expect(await service.useCases.renewVerification(late)).toBe(false);
    expect(await service.useCases.renewVerification(second)).toBe(true);
    await Promise.all([late, second].map((claimed) => service.useCases.runVerification(claimed)));
    expect((await progress(upload.id)).state).toBe("ready");
    expect((await actions()).filter((action: string) => action === "attachment.uploaded")).toHaveLength(1);
  });

  it("a verification releases its lease immediately when it is aborted", async () => {
    const stop = new AbortController();
    beforeRead = async (read) => {
      const body = await read();
      stop.abort();
      return body;
    };
    const { upload } = await complete();
    const claimed = await service.useCases.leaseVerification();
    if (claimed === undefined) throw new Error("no verification is due");
    await service.useCases.runVerification(claimed, { signal: stop.signal });
    expect((await progress(upload.id)).state).toBe("verifying");
    expect(await service.useCases.leaseVerification()).toMatchObject({
      attachmentId: upload.attachmentId,
      attempts: 2,
    });
  });

  it("another process leases a verification after the lease of a killed process", async () => {
    const { upload } = await complete();
    const { file, url } = service.database;
    const { stop: _stop, ...server } = service.bucketServer;
    const location = file === undefined ? { url } : { file };
    const child = startChild(
      "../verify-until-killed",
      [location, server].map((at) => JSON.stringify(at)),
    );
    const end = ended(child);
    const [said] = await once(createInterface({ input: child.stdout as Readable }), "line");
    expect(said).toBe("reading");
    child.kill("SIGKILL");
    expect(await end).toBe("SIGKILL");
    expect(await runVerifications(service)).toBe(0);
    service.advance(MINUTE_MS + 1);
    expect(await runVerifications(service)).toBe(1);
    expect((await progress(upload.id)).state).toBe("ready");
  });
});

describe.each(engines)("two replicas that verify, on $name", (engine) => {
  it("two replicas that verify twelve files read each file only once", async () => {
    const limits = { verifyInRequestMaxBytes: 0 };
    let reads = 0;
    // The bucket of the test reports no checksum, so the service must read every file.
    const bucket = (real: Bucket): Bucket => ({
      ...real,
      head: async (objectKey) => {
        const found = await real.head(objectKey);
        return found && { ...found, checksum: undefined };
      },
      read: (...parameters) => {
        reads += 1;
        return real.read(...parameters);
      },
    });
    const one = await startServiceInTest({ engine, limits, wrap: { bucket } });
    const two = await startServiceInTest({ engine, limits, wrap: { bucket }, beside: one });
    const errors: string[] = [];
    const logger = pino({}, { write: (line) => errors.push(line) });
    const checkings = [one, two].map(({ useCases }) => startVerification({ useCases, logger }));
    onTestFinished(async () => {
      for (const checking of checkings) await checking.stop();
    });
    const ann = one.as("ann");
    const noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
    const ids = await Promise.all(
      Array.from({ length: 12 }, async (_, nth) => {
        // The file is large, because the service verifies a smaller file during the HTTP request.
        const bytes = Buffer.alloc(100_000, nth);
        const declared = { filename: "a.bin", sizeBytes: bytes.length, contentType: "application/x-film" };
        const json = { ...declared, sha256: sha256(bytes) };
        const { upload } = (await ann.send(`POST /notes/${noteId}/uploads`, { json })).body;
        const { "content-length": _signed, ...headers } = upload.headers;
        await fetch(upload.url, { method: "PUT", headers, body: bytes });
        expect((await ann.send(`POST /uploads/${upload.id}/complete`)).body.state).toBe("verifying");
        return upload.id;
      }),
    );
    for (const checking of checkings) checking.kick();
    for (const id of ids) {
      await expect.poll(async () => (await ann.send(`GET /uploads/${id}`)).body.upload.state).toBe("ready");
    }
    expect(reads).toBe(12);
    expect(errors).toEqual([]);
  });
});

describe("two replicas on one PostgreSQL", () => {
  // On SQLite, a transaction is the only writer from its start, so no other code can change a row between its reads and writes.
  const [, postgres] = engines as [(typeof engines)[number], (typeof engines)[number]];

  /** Starts a replica of the service. After its next read of an upload inside a transaction, the replica runs a function of the test. */
  async function open({ otherScans }: { otherScans: boolean }) {
    let meanwhile: (() => Promise<unknown>) | undefined;
    const service = await startServiceInTest({
      engine: postgres,
      wrap: {
        database: (db) => ({
          ...db,
          transaction: (work) =>
            db.transaction((tx) => {
              const find = async (uploadId: string) => {
                const found = await uploadQueries(tx).find(uploadId);
                const then = meanwhile;
                meanwhile = undefined;
                await then?.();
                return found;
              };
              return work({ ...tx, built: withQueries(tx, uploadQueries, { find }) });
            }),
        }),
      },
    });
    const scanning = { scanner: createClamd({ host: "127.0.0.1", port: 9 }), tooLarge: "reject" as const };
    const other = await startServiceInTest({ engine: postgres, beside: service, ...(otherScans && { scanning }) });
    const ann = service.as("ann");
    const noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
    const json = {
      filename: "a.bin",
      sizeBytes: 5,
      contentType: "application/x-film",
      sha256: sha256(Buffer.from("hello")),
    };
    const { upload } = (await ann.send(`POST /notes/${noteId}/uploads`, { json })).body;
    const { "content-length": _signed, ...headers } = upload.headers;
    await fetch(upload.url, { method: "PUT", headers, body: "hello" });
    return {
      service,
      other,
      ann,
      upload,
      meanwhile: (work: () => Promise<unknown>) => {
        meanwhile = work;
      },
    };
  }

  it("an abort of an upload is refused if a completion on another replica is faster", async () => {
    const { ann, other, upload, meanwhile } = await open({ otherScans: false });
    meanwhile(async () => other.as("ann").send(`POST /uploads/${upload.id}/complete`));
    const answer = await ann.send(`DELETE /uploads/${upload.id}`);
    expect(answer.body).toMatchObject({ status: 409, code: "upload_not_pending" });
    const { fileUrl } = (await ann.send(`GET /attachments/${upload.attachmentId}/url`)).body;
    expect(await (await fetch(fileUrl)).text()).toBe("hello");
  });

  it("an abort of an upload ends a verification that another replica has just queued", async () => {
    const { ann, other, upload, meanwhile } = await open({ otherScans: true });
    meanwhile(async () => {
      const answer = await other.as("ann").send(`POST /uploads/${upload.id}/complete`);
      expect(answer.body.state).toBe("scanning");
    });
    expect((await ann.send(`DELETE /uploads/${upload.id}`)).status).toBe(204);
    expect((await ann.send(`GET /uploads/${upload.id}`)).body.upload.state).toBe("aborted");
    expect(await runVerifications(other)).toBe(0);
  });
});
