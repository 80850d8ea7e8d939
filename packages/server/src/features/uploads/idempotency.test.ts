import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../platform/database/queries.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { withQueries } from "../../testing/database/with-queries.ts";
import type { Answer, Client } from "../../testing/service.ts";
import { startServiceInTest, useService } from "../../testing/use-service.ts";
import { unknownId } from "../../testing/world.ts";
import { uploadQueries } from "./queries/uploads.ts";

const MIB = 2 ** 20;
const DAY_MS = 86_400_000;
const FILE = { filename: "a.txt", sizeBytes: 5, contentType: "text/plain" };
const LARGE = { filename: "a.bin", sizeBytes: 9 * MIB, contentType: "application/x-film" };

describe.each(engines)("repeated upload starts with an Idempotency-Key on $name", (engine) => {
  const limits = { uploadMaxBytes: 32 * MIB, userQuotaBytes: 40 * MIB };
  const service = useService({ engine, limits });
  const replica = useService({ engine, limits, beside: service });
  const ann = service.as("ann");
  let noteId: string;
  let key: string;
  let aheadMs = 0;
  afterEach(() => {
    service.advance(-aheadMs);
    aheadMs = 0;
  });
  beforeEach(async () => {
    noteId = await newNote();
    key = unknownId();
  });

  function later(milliseconds: number): void {
    aheadMs += milliseconds;
    service.advance(milliseconds);
  }

  const newNote = async (): Promise<string> => (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;

  function start(given: { json?: object; client?: Client; header?: string; note?: string } = {}): Promise<Answer> {
    const { client = ann, header = `"${key}"`, note = noteId, json = {} } = given;
    const headers = { "idempotency-key": header };
    return client.send(`POST /notes/${note}/uploads`, { json: { ...FILE, ...json }, headers });
  }

  async function put({ body: { upload } }: Answer, content = "hello"): Promise<number> {
    const { "content-length": _signed, ...headers } = upload.headers;
    return (await fetch(upload.url, { method: upload.method, headers, body: content })).status;
  }

  const complete = (id: string) => ann.send(`POST /uploads/${id}/complete`);
  const listed = async () => (await ann.send(`GET /notes/${noteId}`)).body.attachments;

  it("a repeated upload start returns the first upload with a newly signed URL", async () => {
    const first = await start();
    later(60_000);
    for (const again of [await start(), await start({ header: key })]) {
      expect(again.status).toBe(201);
      const { url, expiresAt, ...same } = again.body.upload;
      const { url: firstUrl, expiresAt: firstEnd, ...expected } = first.body.upload;
      expect(same).toEqual(expected);
      expect(url).not.toBe(firstUrl);
      // The new URL does not expire later than the first URL, because each URL expires with the upload.
      expect(Date.parse(expiresAt)).toBeLessThanOrEqual(Date.parse(firstEnd));
      expect(again.headers["cache-control"]).toBe("no-store");
    }
    expect(await listed()).toHaveLength(1);
    expect(await put(first)).toBe(200);
    expect((await complete(first.body.upload.id)).status).toBe(200);
  });

  it.each([
    ["another length", { sizeBytes: 6 }],
    ["another name", { filename: "b.txt" }],
    ["another type", { contentType: "text/css" }],
    ["a checksum", { sha256: "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=" }],
  ])("an upload start with a used idempotency key and %s returns 422", async (_what, json) => {
    await start();
    expect((await start({ json })).body).toMatchObject({ status: 422, code: "idempotency_key_reused" });
    expect(await listed()).toHaveLength(1);
  });

  it("an upload start returns 422 if the user used the idempotency key in another note", async () => {
    const { upload } = (await start()).body;
    expect((await start({ note: await newNote() })).body.code).toBe("idempotency_key_reused");
    await ann.send(`PUT /notes/${noteId}/shares`, { json: { userIds: ["bob"], role: "editor" } });
    const bob = service.as("bob");
    const other = await start({ client: bob });
    expect(other.status).toBe(201);
    expect(other.body.upload.id).not.toBe(upload.id);
    // A user who has lost access to the note cannot repeat the request.
    await ann.send(`DELETE /notes/${noteId}/shares/bob`);
    expect((await start({ client: bob })).body).toMatchObject({ status: 403, code: "access_denied" });
  });

  it.each([
    ["one PUT", FILE],
    ["parts", LARGE],
  ])("40 simultaneous upload starts with one idempotency key create one upload (in %s)", async (_how, json) => {
    const owner = unknownId();
    const clients = [service.as(owner), replica.as(owner)] as const;
    const note = (await clients[0].send("POST /notes", { json: { title: "Files" } })).body.id;
    const before = await service.bucketContents.uploads();
    const starts = Array.from({ length: 40 }, (_, nth) => start({ json, note, client: clients[nth % 2] as Client }));
    const answers = await Promise.all(starts);
    expect(answers.map(({ status }) => status)).toEqual(Array(40).fill(201));
    expect(new Set(answers.map(({ body }) => body.upload.id)).size).toBe(1);
    expect((await clients[1].send("GET /usage")).body).toMatchObject({ usedBytes: json.sizeBytes, files: 1 });
    // The service aborts the multipart uploads of the starts that did not create the upload.
    await service.useCases.purgeObjects();
    expect((await service.bucketContents.uploads()) - before).toBe(json === LARGE ? 1 : 0);
  });

  it("a repeated upload start returns 409 during the abort of the first upload", async () => {
    let reads = 0;
    let other: Answer | undefined;
    const database = (db: Database): Database => ({
      ...db,
      built: withQueries(db, uploadQueries, {
        async findByKey(key) {
          reads += 1;
          if (reads === 2) await ann.send(`DELETE /uploads/${other?.body.upload.id}`);
          const found = await uploadQueries(db).findByKey(key);
          if (reads === 1) other = await start({ json: LARGE });
          return found;
        },
      }),
    });
    const raced = await startServiceInTest({ engine, limits, beside: service, wrap: { database } });
    const client = raced.as("ann");
    const json = LARGE;
    expect((await start({ json, client })).body).toMatchObject({ status: 409, code: "idempotency_key_in_use" });
    expect(other?.status).toBe(201);
    const again = await start({ json, client });
    expect(again.body.upload).toMatchObject({ state: "pending" });
    expect(again.body.upload.id).not.toBe(other?.body.upload.id);
  });

  it("a repeated start of a completed upload returns the upload without a new signed URL", async () => {
    const first = await start();
    await put(first);
    await complete(first.body.upload.id);
    const again = await start();
    const { id, attachmentId } = first.body.upload;
    expect(again.status).toBe(201);
    expect(again.body.upload).toMatchObject({ id, attachmentId, state: "ready", strategy: "put" });
    expect(again.text).not.toContain("X-Amz");
    expect((await complete(id)).body).toMatchObject({ id: attachmentId, state: "ready" });
  });

  it.each([
    ["aborted", async (id: string) => ann.send(`DELETE /uploads/${id}`)],
    [
      "deleted",
      async (id: string) =>
        ann.send(`DELETE /attachments/${(await ann.send(`GET /uploads/${id}`)).body.upload.attachmentId}`),
    ],
    [
      "expired",
      async () => {
        later(1_200_001);
        await service.useCases.expireUploads();
      },
    ],
    ["past its time, though nobody has noticed", async () => later(899_500)],
  ])("a repeated upload start creates a new upload if the first upload is %s", async (_how, end) => {
    const { upload } = (await start()).body;
    await end(upload.id);
    const again = await start();
    expect(again.status).toBe(201);
    expect(again.body.upload).toMatchObject({ state: "pending", url: expect.stringContaining("X-Amz-Signature") });
    expect(again.body.upload.id).not.toBe(upload.id);
  });

  it("a repeated upload start creates a new upload if the first upload is rejected", async () => {
    const lie = { json: { filename: "a.pdf", contentType: "application/pdf" } };
    const first = await start(lie);
    await put(first);
    expect((await complete(first.body.upload.id)).status).toBe(422);
    expect((await start(lie)).body.upload.id).not.toBe(first.body.upload.id);
  });

  it("a repeated upload start creates a new upload more than a day after the first start", async () => {
    const first = await start();
    await put(first);
    const { id } = first.body.upload;
    await complete(id);
    const beganBefore = (milliseconds: number) =>
      service.database.db.kysely
        .updateTable("uploads")
        .set({ created_at: Date.now() - milliseconds })
        .where("id", "=", id)
        .execute();
    await beganBefore(DAY_MS - 60_000);
    expect((await start()).body.upload.id).toBe(id);
    await beganBefore(DAY_MS);
    expect((await start()).body.upload.id).not.toBe(id);
  });

  it("a refused upload start does not use up its idempotency key", async () => {
    expect((await start({ json: { sizeBytes: 64 * MIB } })).body.code).toBe("file_too_large");
    expect((await start()).status).toBe(201);
  });

  it.each([
    ["nothing", ""],
    ["nothing in quotes", '""'],
    ["an open quote", '"abc'],
    ["a space", "a b"],
    ["two keys", "abc, def"],
    ["two quoted keys", '"abc", "def"'],
    ["a parameter", '"abc";a=1'],
    ["a control character", "a\u0001b"],
    ["beyond ASCII", "schl\u00fcssel"],
    ["256 characters", "x".repeat(256)],
    ["256 characters in quotes", `"${"x".repeat(256)}"`],
  ])("an upload start returns 400 if the idempotency key is invalid (%s)", async (_what, header) => {
    const answer = await start({ header });
    expect(answer.body).toMatchObject({ status: 400, code: "invalid_request" });
    expect(answer.body.detail).toContain("Idempotency-Key");
    expect(await listed()).toEqual([]);
  });

  it("an upload start accepts an idempotency key of 255 characters", async () => {
    const header = `${key}${"x".repeat(255 - key.length)}`;
    const { id } = (await start({ header })).body.upload;
    expect((await start({ header })).body.upload.id).toBe(id);
  });
});
