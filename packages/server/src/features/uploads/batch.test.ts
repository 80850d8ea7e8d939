import { beforeEach, describe, expect, it } from "vitest";
import type { Bucket } from "../../platform/bucket/port.ts";
import { DomainError } from "../../platform/errors.ts";
import { engines } from "../../testing/database/test-databases.ts";
import type { Answer, Client } from "../../testing/service.ts";
import { startServiceInTest, useService } from "../../testing/use-service.ts";
import { createVisitor, insertRequest, put } from "../../testing/visitor.ts";
import { unknownId } from "../../testing/world.ts";
import { completeTogether } from "./batch.ts";

const MIB = 2 ** 20;

type Started = {
  upload?: { id: string; attachmentId: string; state: string; url?: string };
  problem?: { code: string };
};

const fileOf = (nth: number, more: object = {}) => ({
  filename: `${nth}.txt`,
  sizeBytes: 5,
  contentType: "text/plain",
  ...more,
});
const filesOf = (count: number, more: object = {}) => Array.from({ length: count }, (_, nth) => fileOf(nth, more));
const codesOf = (results: readonly Started[]) => results.map(({ problem }) => problem?.code);
const putAll = (results: readonly Started[]) =>
  Promise.all(results.flatMap(({ upload }) => (upload === undefined ? [] : [put(upload as never, "hello")])));

describe.each(engines)("batches of uploads on $name", (engine) => {
  const service = useService({ engine, limits: { uploadMaxBytes: 32 * MIB, userQuotaBytes: 64 * MIB } });
  const ann = service.as("ann");
  let noteId: string;
  beforeEach(async () => {
    noteId = await newNote(ann);
  });

  const newNote = async (client: Client): Promise<string> =>
    (await client.send("POST /notes", { json: { title: "Files" } })).body.id;
  const start = (uploads: readonly object[], client = ann, note = noteId): Promise<Answer> =>
    client.send(`POST /notes/${note}/uploads/batch`, { json: { uploads } });
  const complete = (uploadIds: readonly string[], client = ann): Promise<Answer> =>
    client.send("POST /uploads/complete", { json: { uploadIds } });
  const listed = async (note = noteId): Promise<{ filename: string; state: string }[]> =>
    (await ann.send(`GET /notes/${note}/attachments?limit=200`)).body.items;
  const idsOf = ({ body }: Answer): string[] => body.uploads.map(({ upload }: Started) => upload?.id);

  it("a note lists the files of a batch in the order of the batch", async () => {
    const files = filesOf(100);
    const started = await start(files);
    expect(started.status).toBe(200);
    expect(started.headers["cache-control"]).toBe("no-store");
    await putAll(started.body.uploads);
    const ids = idsOf(started);
    const completed = await complete(ids);
    expect(completed.body.files.map(({ uploadId }: { uploadId: string }) => uploadId)).toEqual(ids);
    const names = completed.body.files.map(({ file }: { file: { filename: string; state: string } }) => [
      file.filename,
      file.state,
    ]);
    expect(names).toEqual(files.map(({ filename }) => [filename, "ready"]));
    expect((await listed()).map(({ filename }) => filename)).toEqual(files.map(({ filename }) => filename));
    expect((await ann.send("GET /usage")).body.files).toBeGreaterThanOrEqual(100);
  });

  it("a batch of uploads with 101 files, no files or an unknown member returns 400", async () => {
    for (const uploads of [filesOf(101), [], [fileOf(0, { size: 5 })], [fileOf(0, { idempotencyKey: "" })]]) {
      expect((await start(uploads)).body).toMatchObject({ status: 400, code: "invalid_request" });
    }
    expect((await complete(Array.from({ length: 101 }, unknownId))).status).toBe(400);
    expect((await complete([])).status).toBe(400);
    expect(await listed()).toEqual([]);
  });

  it("a refused file of a batch does not affect the other files of the batch", async () => {
    const { body } = await start([
      fileOf(0),
      fileOf(1, { filename: "..\u0000" }),
      fileOf(2, { sizeBytes: 33 * MIB }),
      fileOf(3, { sizeBytes: 9 * MIB }),
      fileOf(4),
    ]);
    expect(codesOf(body.uploads)).toEqual([undefined, "invalid_filename", "file_too_large", undefined, undefined]);
    expect(body.uploads[1].problem).toMatchObject({ status: 400, detail: expect.any(String) });
    expect(body.uploads[3].upload).toMatchObject({ strategy: "multipart" });
    expect((await listed()).map(({ filename }) => filename).toSorted()).toEqual(["0.txt", "3.txt", "4.txt"]);
  });

  it("a quota that is too small for a batch refuses only the last files", async () => {
    const own = await startServiceInTest({ engine, limits: { userQuotaFiles: 30 } });
    const client = own.as("ann");
    const note = await newNote(client);
    const { body } = await start(filesOf(50), client, note);
    const codes = codesOf(body.uploads);
    expect(codes.slice(0, 30)).toEqual(Array(30).fill(undefined));
    expect(codes.slice(30)).toEqual(Array(20).fill("quota_exceeded"));
    expect((await client.send("GET /usage")).body.files).toBe(30);
  });

  it("each file of a batch counts in the rate limit of upload starts", async () => {
    const own = await startServiceInTest({ engine, limits: { uploadRate: { perSecond: 1, burst: 8 } } });
    const client = own.as("ann");
    const note = await newNote(client);
    const { body } = await start(filesOf(10), client, note);
    expect(codesOf(body.uploads)).toEqual([...Array(8).fill(undefined), "rate_limited", "rate_limited"]);
    expect(body.uploads[9].problem.retryAfterSeconds).toBeGreaterThan(0);
  });

  it("a batch that is repeated with the same idempotency keys returns the first uploads", async () => {
    const files = filesOf(25).map((file, nth) => ({ ...file, idempotencyKey: `${noteId}-${nth}` }));
    const first = await start(files);
    const again = await start(files);
    expect(idsOf(again)).toEqual(idsOf(first));
    const twins = await start([fileOf(0, { idempotencyKey: noteId }), fileOf(0, { idempotencyKey: noteId })]);
    expect(new Set(idsOf(twins)).size).toBe(1);
    const other = await start([fileOf(1, { idempotencyKey: noteId }), fileOf(2)]);
    expect(codesOf(other.body.uploads)).toEqual(["idempotency_key_reused", undefined]);
    expect(await listed()).toHaveLength(27);
  });

  it("parallel batches with the same idempotency keys start each upload once", async () => {
    const files = filesOf(40).map((file, nth) => ({ ...file, idempotencyKey: `${noteId}-${nth}` }));
    const answers = await Promise.all([start(files), start(files.toReversed()), start(files)]);
    const ids = idsOf(answers[0] as Answer);
    expect(idsOf(answers[2] as Answer)).toEqual(ids);
    expect(idsOf(answers[1] as Answer).toReversed()).toEqual(ids);
    expect(await listed()).toHaveLength(40);
  });

  it("a batch of completions returns upload_not_found for the uploads of other people", async () => {
    const started = await start(filesOf(3));
    await putAll(started.body.uploads.slice(0, 2));
    const bob = service.as("bob");
    const bobsNote = await newNote(bob);
    const [bobs] = idsOf(await start([fileOf(0)], bob, bobsNote));
    const [first, second, third] = idsOf(started);
    const { body } = await complete([first, bobs, unknownId(), third, second, first] as string[]);
    expect(
      body.files.map(
        ({ file, problem }: { file?: { state: string }; problem?: { code: string } }) => file?.state ?? problem?.code,
      ),
    ).toEqual(["ready", "upload_not_found", "upload_not_found", "upload_incomplete", "ready", "ready"]);
  });

  it("a batch of completions rejects only the files with wrong content", async () => {
    const started = await start([fileOf(0), fileOf(1, { filename: "page.pdf", contentType: "application/pdf" })]);
    await putAll(started.body.uploads);
    const { body } = await complete(idsOf(started));
    expect(body.files[0].file.state).toBe("ready");
    expect(body.files[1].problem).toMatchObject({ code: "upload_rejected", status: 422 });
  });

  it("a batch for a note in the trash starts and completes no uploads", async () => {
    const started = await start(filesOf(2));
    await putAll(started.body.uploads);
    await ann.send(`DELETE /notes/${noteId}`);
    expect(codesOf((await start(filesOf(2))).body.uploads)).toEqual(["note_not_found", "note_not_found"]);
    const { body } = await complete(idsOf(started));
    expect(codesOf(body.files)).toEqual(["upload_not_found", "upload_not_found"]);
  });

  it("a batch of upload starts tries only one multipart upload if the bucket is unavailable", async () => {
    let tries = 0;
    const createMultipart = () => {
      tries += 1;
      return Promise.reject(new DomainError("bucket_unavailable", "The bucket does not respond."));
    };
    const bucket = (real: Bucket) => ({ ...real, createMultipart });
    const own = await startServiceInTest({ engine, limits: { uploadMaxBytes: 32 * MIB }, wrap: { bucket } });
    const client = own.as("ann");
    const note = await newNote(client);
    const large = filesOf(30, { sizeBytes: 9 * MIB });
    const { body } = await start([...large, fileOf(31)], client, note);
    expect(codesOf(body.uploads)).toEqual([...Array(30).fill("bucket_unavailable"), undefined]);
    expect(tries).toBe(1);
    const request = { maxBytesPerFile: 32 * MIB, maxBytesTotal: 320 * MIB };
    const { token } = await insertRequest(own, { noteId: note, ownerId: "ann", request });
    const sent = await createVisitor(own.app, token).send("POST /uploads/batch", {
      json: { uploads: filesOf(5, { sizeBytes: 9 * MIB, visitorName: "Maria" }) },
    });
    expect(codesOf(sent.body.uploads)).toEqual(Array(5).fill("bucket_unavailable"));
    expect(tries).toBe(2);
  });

  it("a visitor can send a batch of files, up to the limit of the file request", async () => {
    const { token } = await insertRequest(service, { noteId, ownerId: "ann", request: { maxFiles: 3 } });
    const maria = createVisitor(service.app, token);
    const { body } = await maria.send("POST /uploads/batch", {
      json: { uploads: filesOf(4, { visitorName: "Maria" }) },
    });
    expect(codesOf(body.uploads)).toEqual([undefined, undefined, undefined, "request_full"]);
    expect(JSON.stringify(body)).not.toContain(noteId);
    await putAll(body.uploads);
    const uploadIds = body.uploads.slice(0, 3).map(({ upload }: Started) => upload?.id);
    const eve = createVisitor(service.app, token);
    const stolen = await eve.send("POST /uploads/complete", { json: { uploadIds } });
    expect(codesOf(stolen.body.files)).toEqual(Array(3).fill("upload_not_found"));
    const completed = await maria.send("POST /uploads/complete", { json: { uploadIds } });
    expect(completed.body.files.map(({ file }: { file: { state: string } }) => file.state)).toEqual(
      Array(3).fill("ready"),
    );
    expect((await listed()).map(({ filename }) => filename)).toEqual(["0.txt", "1.txt", "2.txt"]);
  });
});

describe("a batch of completions", () => {
  it("a batch of completions returns the finished results at its time limit", async () => {
    const never = Promise.withResolvers<() => Promise<string>>();
    const calls: string[] = [];
    const prepare = async (id: string) => {
      calls.push(id);
      return id === "slow" ? never.promise : async () => `done ${id}`;
    };
    const outcomes = await completeTogether(["a", "slow", "b", "a"], prepare, 50);
    expect(outcomes).toEqual(["done a", undefined, "done b", "done a"]);
    expect(calls).toEqual(["a", "slow", "b"]);
  });

  it("a batch of completions makes all checks before it records the results", async () => {
    const log: string[] = [];
    await completeTogether(["a", "b", "c"], async (id) => {
      log.push(`check ${id}`);
      return async () => void log.push(`record ${id}`);
    });
    expect(log).toEqual(["check a", "check b", "check c", "record a", "record b", "record c"]);
  });

  it("a slow check of an upload does not delay the other uploads of its batch", async () => {
    const slow = Promise.withResolvers<void>();
    const outcomes = await completeTogether(["slow", "fast"], async (id) => {
      if (id === "slow") await slow.promise;
      return async () => {
        // The slow check ends only after the result of the fast upload is recorded.
        if (id === "fast") slow.resolve();
        return id;
      };
    });
    expect(outcomes).toEqual(["slow", "fast"]);
  });

  it("a batch of completions records the result of a check after its time limit", async () => {
    const slow = Promise.withResolvers<void>();
    const recorded = Promise.withResolvers<string>();
    const prepare = async (id: string) => {
      await slow.promise;
      return async () => recorded.resolve(id);
    };
    expect(await completeTogether(["a"], prepare, 20)).toEqual([undefined]);
    slow.resolve();
    expect(await recorded.promise).toBe("a");
  });

  it("a batch of completions starts no check after its time limit", async () => {
    const slow = Promise.withResolvers<void>();
    const calls: string[] = [];
    const ids = Array.from({ length: 30 }, (_, nth) => String(nth));
    const prepare = async (id: string) => {
      calls.push(id);
      await slow.promise;
      return async () => id;
    };
    const outcomes = await completeTogether(ids, prepare, 20);
    slow.resolve();
    await slow.promise;
    expect(outcomes).toEqual(ids.map(() => undefined));
    expect(calls).toHaveLength(10);
    await expect(completeTogether(["a"], () => Promise.reject(new Error("disk")))).rejects.toThrow("disk");
  });
});
