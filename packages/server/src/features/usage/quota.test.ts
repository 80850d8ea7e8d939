import { afterEach, describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import { fileForm } from "../../testing/form.ts";
import { useService } from "../../testing/use-service.ts";

const MIB = 2 ** 20;
/** An upload URL works for 15 minutes, and a running PUT for 5 more minutes. After 20 minutes, no PUT can store the object. */
const URL_IS_DEAD_MS = 900_000 + 300_001;

type Begun = { id: string; attachmentId: string; method: string; url: string; headers: Record<string, string> };

describe.each(engines)("requirement 9: quotas on $name", (engine) => {
  const limits = { singlePutMaxBytes: MIB, uploadMaxBytes: 32 * MIB, userQuotaBytes: 20 * MIB, userQuotaFiles: 3 };
  const service = useService({ engine, limits });
  const ann = service.as("ann");
  let noteId: string;
  afterEach(async () => {
    await ann.send(`DELETE /notes/${noteId}`);
    await afterUrlsExpired(async () => expect(await usage()).toEqual({ usedBytes: 0, files: 0 }));
  });

  async function afterUrlsExpired(work: () => Promise<unknown>): Promise<void> {
    service.advance(URL_IS_DEAD_MS);
    await service.useCases.expireUploads();
    await work();
    service.advance(-URL_IS_DEAD_MS);
  }

  async function newNote(): Promise<void> {
    noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
  }

  async function usage(client = ann) {
    const { usedBytes, files } = (await client.send("GET /usage")).body;
    return { usedBytes, files };
  }

  function start(sizeBytes: number, { client = ann } = {}) {
    const json = { filename: "a.txt", sizeBytes, contentType: "text/plain" };
    return client.send(`POST /notes/${noteId}/uploads`, { json });
  }

  async function begin(sizeBytes: number): Promise<Begun> {
    const answer = await start(sizeBytes);
    expect(answer.status).toBe(201);
    return answer.body.upload;
  }

  function put({ method, url, headers }: Begun, body: string): Promise<Response> {
    const { "content-length": _signed, ...settable } = headers;
    return fetch(url, { method, headers: settable, body });
  }

  const post = (content: Buffer | string, client = ann) =>
    client.send(`POST /notes/${noteId}/attachments`, { form: fileForm(content) });

  it("GET /usage returns the usage and the quota of the caller", async () => {
    await newNote();
    const nothing = { usedBytes: 0, quotaBytes: 20 * MIB, files: 0, quotaFiles: 3 };
    expect((await ann.send("GET /usage")).body).toEqual(nothing);
    await begin(5);
    expect((await ann.send("GET /usage")).body).toEqual({ ...nothing, usedBytes: 5, files: 1 });
    expect((await service.as("bob").send("GET /usage")).body).toEqual(nothing);
  });

  it("an upload counts in the usage from its start on, and only once", async () => {
    await newNote();
    const small = await begin(5);
    await begin(10 * MIB);
    expect(await usage()).toEqual({ usedBytes: 5 + 10 * MIB, files: 2 });
    await put(small, "hello");
    expect((await ann.send(`POST /uploads/${small.id}/complete`)).status).toBe(200);
    expect((await ann.send(`POST /uploads/${small.id}/complete`)).status).toBe(200);
    expect(await usage()).toEqual({ usedBytes: 5 + 10 * MIB, files: 2 });
  });

  it("an upload over the byte quota returns 413 with the usage and the quota", async () => {
    await newNote();
    await begin(20 * MIB - 10);
    const answer = await start(11);
    expect(answer.body).toMatchObject({ status: 413, code: "quota_exceeded" });
    expect(answer.body.detail).toContain(`${20 * MIB - 10} of the ${20 * MIB} bytes`);
    expect(answer.text).not.toContain("X-Amz");
    expect((await start(10)).status).toBe(201);
    expect((await start(1)).body.code).toBe("quota_exceeded");
    expect((await start(0)).status).toBe(201);
  });

  it("a file over the whole quota leaves no multipart upload in the bucket", async () => {
    await newNote();
    const before = await service.bucketContents.uploads();
    expect((await start(20 * MIB + 1)).body.code).toBe("quota_exceeded");
    // The service aborts its multipart upload in the bucket.
    await service.useCases.purgeObjects();
    expect(await service.bucketContents.uploads()).toBe(before);
  });

  it("an upload over the file quota returns 413 with the usage and the quota", async () => {
    await newNote();
    for (let nth = 0; nth < 3; nth += 1) await begin(0);
    const answer = await start(0);
    expect(answer.body).toMatchObject({ status: 413, code: "quota_exceeded" });
    expect(answer.body.detail).toContain("3 files of the 3 allowed");
    expect((await post("hello")).body).toMatchObject({ status: 413, code: "quota_exceeded" });
  });

  it.each<[string, (upload: Begun) => Promise<number>]>([
    ["aborted", async ({ id }) => (await ann.send(`DELETE /uploads/${id}`)).status],
    ["deleted", async ({ attachmentId }) => (await ann.send(`DELETE /attachments/${attachmentId}`)).status],
    [
      "completed and deleted",
      async ({ id, attachmentId }) => {
        await ann.send(`POST /uploads/${id}/complete`);
        return (await ann.send(`DELETE /attachments/${attachmentId}`)).status;
      },
    ],
    ["deleted with its note", async () => (await ann.send(`DELETE /notes/${noteId}`)).status],
  ])("a file that is %s counts in the usage until no signed URL can store it again", async (_how, end) => {
    await newNote();
    const upload = await begin(5);
    expect((await put(upload, "hello")).status).toBe(200);
    expect(await end(upload)).toBe(204);
    expect((await put(upload, "hello")).status).toBe(200);
    expect(await service.bucketContents.keys()).toHaveLength(1);
    expect(await usage()).toEqual({ usedBytes: 5, files: 1 });
    await afterUrlsExpired(async () => {
      await service.useCases.purgeObjects();
      expect(await service.bucketContents.keys()).toEqual([]);
      expect(await usage()).toEqual({ usedBytes: 0, files: 0 });
    });
  });

  it("an aborted multipart upload releases its quota immediately", async () => {
    await newNote();
    const { id } = await begin(2 * MIB);
    expect((await ann.send(`DELETE /uploads/${id}`)).status).toBe(204);
    expect(await usage()).toEqual({ usedBytes: 0, files: 0 });
    expect((await ann.send(`DELETE /notes/${noteId}`)).status).toBe(204);
    expect(await usage()).toEqual({ usedBytes: 0, files: 0 });
  });

  it("each abort, rejection, expiry or deletion of a file releases the quota only once", async () => {
    await newNote();
    const [aborted, rejected, expired, deleted] = [10, 20, 30, 40];
    const upload = await begin(aborted);
    for (let twice = 0; twice < 2; twice += 1) {
      expect((await ann.send(`DELETE /uploads/${upload.id}`)).status).toBe(204);
      expect(await usage()).toEqual({ usedBytes: aborted, files: 1 });
    }
    const lie = (
      await ann.send(`POST /notes/${noteId}/uploads`, {
        json: { filename: "a.pdf", sizeBytes: rejected, contentType: "application/pdf" },
      })
    ).body.upload;
    await put(lie, "x".repeat(rejected));
    expect((await ann.send(`POST /uploads/${lie.id}/complete`)).status).toBe(422);
    expect(await usage()).toEqual({ usedBytes: aborted + rejected, files: 2 });
    await begin(expired);
    service.advance(URL_IS_DEAD_MS);
    expect(await service.useCases.expireUploads()).toBe(1);
    expect(await service.useCases.expireUploads()).toBe(0);
    expect(await usage()).toEqual({ usedBytes: 0, files: 0 });
    const { attachmentId } = await begin(deleted);
    expect((await ann.send(`DELETE /attachments/${attachmentId}`)).status).toBe(204);
    expect(await usage()).toEqual({ usedBytes: deleted, files: 1 });
    await afterUrlsExpired(async () => expect(await usage()).toEqual({ usedBytes: 0, files: 0 }));
    service.advance(-URL_IS_DEAD_MS);
  });

  it("a file that an editor uploads counts in the quota of the note's owner", async () => {
    await newNote();
    await ann.send(`PUT /notes/${noteId}/shares`, { json: { userIds: ["bob"], role: "editor" } });
    const bob = service.as("bob");
    expect((await start(20 * MIB, { client: bob })).status).toBe(201);
    expect(await usage()).toEqual({ usedBytes: 20 * MIB, files: 1 });
    expect(await usage(bob)).toEqual({ usedBytes: 0, files: 0 });
    for (const refused of [await start(1, { client: bob }), await post("hello", bob)]) {
      expect(refused.body).toMatchObject({ status: 413, code: "quota_exceeded" });
      expect(refused.body.detail).toBe("The quota of the owner of this note is too small for this file.");
    }
  });

  it("an object added from the bucket does not count in the quota", async () => {
    await newNote();
    await service.useCases.rememberPerson({ id: "ann", email: "ann@example.com", name: "ann", isAdmin: true });
    const upload = await begin(5);
    await put(upload, "hello");
    const key = (await service.bucketContents.keys())[0] ?? "";
    await ann.send(`DELETE /uploads/${upload.id}`);
    await put(upload, "hello");
    await service.database.db.kysely.deleteFrom("attachments").where("id", "=", upload.attachmentId).execute();
    expect((await ann.send(`POST /notes/${noteId}/attachments`, { json: { key, filename: "a.txt" } })).status).toBe(
      201,
    );
    await afterUrlsExpired(async () => expect(await usage()).toEqual({ usedBytes: 0, files: 0 }));
  });

  describe("the quota of form uploads", () => {
    it("a form upload adds the exact size of its file to the usage", async () => {
      await newNote();
      expect((await post("hello")).status).toBe(201);
      expect(await usage()).toEqual({ usedBytes: 5, files: 1 });
      const lie = { form: fileForm("not a pdf", "a.pdf", "application/pdf") };
      expect((await ann.send(`POST /notes/${noteId}/attachments`, lie)).status).toBe(422);
      expect(await usage()).toEqual({ usedBytes: 5, files: 1 });
    });

    it("a form upload that exceeds the quota by one byte returns 413 and stores nothing", async () => {
      await newNote();
      const left = 100_000;
      await begin(20 * MIB - left);
      await service.useCases.purgeObjects();
      const before = await service.bucketContents.keys();
      const over = await post(Buffer.alloc(left + 1));
      expect(over.body).toMatchObject({ status: 413, code: "quota_exceeded" });
      expect(await usage()).toEqual({ usedBytes: 20 * MIB - left, files: 1 });
      await service.useCases.purgeObjects();
      expect(await service.bucketContents.keys()).toEqual(before);
      expect((await post(Buffer.alloc(left))).status).toBe(201);
      expect(await usage()).toEqual({ usedBytes: 20 * MIB, files: 2 });
    });
  });
});
