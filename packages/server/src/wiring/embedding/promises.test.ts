import { describe, expect, it } from "vitest";
import { ownerOfItem } from "../../features/access/caller.ts";
import { auditQueries } from "../../features/audit/queries.ts";
import { openAt } from "../../testing/database/database-location.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { createPlace, invoice42, locationOf, mayInvoice, noteIdOf, open, users } from "./testing/embedding.ts";

const declared = { filename: "a.txt", contentType: "text/plain", sizeBytes: 3 };

// Each test checks one promise of SECURITY.md. hostile.test.ts and kill.test.ts test the other promises.
describe.each(engines)("the promises of an embedding on $name", (engine) => {
  it("promise 2: a URL works until it expires, even if the user loses the right", async () => {
    let isAllowed = true;
    const brief = { may: () => isAllowed, urlTtlSeconds: 1 };
    const { as } = await open(await createPlace(engine), { resources: { brief } });
    const { id } = (await as("ann").upload("/brief/1")).body;
    const { body } = await as("ann").send(`GET /files/${id}/url`);
    isAllowed = false;
    expect(await as("ann").send(`GET /files/${id}/url`)).toMatchObject({ status: 403 });
    await expect.poll(async () => (await fetch(body.fileUrl)).status, { interval: 200 }).toBe(403);
  });

  it("promise 3: the audit log records issued and refused URLs with their users", async () => {
    const place = await createPlace(engine);
    const { as, close } = await open(place);
    const { id } = (await as("ann").upload("/invoice/42")).body;
    await as("ann").send(`GET /files/${id}/url?disposition=inline`);
    await as("ben").send(`GET /files/${id}/url`);
    await as("ben").send("POST /files/urls", { json: { fileIds: [id] } });
    await close();
    const db = await openAt(locationOf(place));
    const owner = ownerOfItem(await noteIdOf(db, invoice42));
    const { items } = await auditQueries(db).listOfOwner(owner, { limit: 50, cursor: undefined });
    await db.close();
    const seen = items.map(({ action, actorId, attachmentIds }) => [action, actorId, attachmentIds]);
    expect(seen).toContainEqual(["attachment.uploaded", "application:ann", [id]]);
    expect(seen).toContainEqual(["url.issued", "application:ann", [id]]);
    expect(seen).toContainEqual(["url.refused", "application:ben", [id]]);
    expect(JSON.stringify(items)).not.toContain("X-Amz");
  });

  it("no response of an embedding contains the id of an item's note", async () => {
    const place = await createPlace(engine);
    const { as, files, close } = await open(place, { resources: { invoice: { may: () => true } } });
    const ann = as("ann");
    const started = await ann.send("POST /invoice/42/uploads", { json: declared });
    const { upload } = started.body;
    await fetch(upload.url, { method: upload.method, headers: upload.headers, body: "abc" });
    const pending = await ann.send(`GET /uploads/${upload.id}`);
    const completed = await ann.send("POST /uploads/complete", { json: { uploadIds: [upload.id] } });
    const { id } = completed.body.files[0].file;
    const moved = await files.move(users.ann, id, { resource: "invoice", itemId: "43" });
    const responses = [
      ...[started.body, pending.body, completed.body, moved],
      (await ann.upload("/invoice/42")).body,
      (await ann.send("GET /invoice/42")).body,
      (await ann.send(`GET /files/${id}`)).body,
      (await ann.send(`GET /files/${id}/url`)).body,
      (await ann.send("POST /files/urls", { json: { fileIds: [id] } })).body,
      await files.activity(users.ann, invoice42),
      await files.list(users.ann, invoice42),
    ];
    await close();
    const db = await openAt(locationOf(place));
    const noteId = await noteIdOf(db, invoice42);
    await db.close();
    for (const response of responses) {
      expect(JSON.stringify(response)).not.toContain(noteId);
      expect(JSON.stringify(response)).not.toContain('"noteId"');
    }
  });

  it("promise 5: a file is in the bucket under a key that appears only in URLs", async () => {
    const { as, bucket } = await open(await createPlace(engine));
    const completed = await as("ann").upload("/invoice/42");
    const [objectKey] = await bucket.keys();
    const listed = await as("ann").send("GET /invoice/42");
    const { body } = await as("ann").send(`GET /files/${completed.body.id}/url`);
    expect(body.fileUrl).toContain(objectKey);
    expect(JSON.stringify([completed.body, listed.body])).not.toContain(objectKey);
  });

  it("promise 6: no URL changes a file after its verification", async () => {
    const { as } = await open(await createPlace(engine));
    const ann = as("ann");
    const { upload } = (await ann.send("POST /invoice/42/uploads", { json: declared })).body;
    const put = (body: string) => fetch(upload.url, { method: upload.method, headers: upload.headers, body });
    expect((await put("abc")).status).toBe(200);
    const { id } = (await ann.send(`POST /uploads/${upload.id}/complete`)).body;
    await put("xyz");
    const { body } = await ann.send(`GET /files/${id}/url`);
    expect(await (await fetch(body.fileUrl)).text()).toBe("abc");
  });

  it("promise 6: a file is not downloadable before its verification", async () => {
    const { as } = await open(await createPlace(engine));
    const { upload } = (await as("ann").send("POST /invoice/42/uploads", { json: declared })).body;
    await fetch(upload.url, { method: upload.method, headers: upload.headers, body: "abc" });
    const answer = await as("ann").send(`GET /files/${upload.attachmentId}/url`);
    expect(answer).toMatchObject({ status: 409, body: { code: "attachment_not_ready" } });
  });

  it("a removed or aborted file leaves no object in the bucket", async () => {
    const { as, files, bucket } = await open(await createPlace(engine), { background: false });
    const ann = as("ann");
    const { id } = (await ann.upload("/invoice/42")).body;
    const { upload } = (await ann.send("POST /invoice/42/uploads", { json: declared })).body;
    await fetch(upload.url, { method: upload.method, headers: upload.headers, body: "abc" });
    expect(await bucket.keys()).toHaveLength(2);
    expect(await ann.send(`DELETE /uploads/${upload.id}`)).toMatchObject({ status: 204 });
    await files.asApplication.remove(id);
    await files.tick();
    expect(await bucket.keys()).toEqual([]);
    expect(await ann.send(`GET /uploads/${upload.id}`)).toMatchObject({ body: { upload: { state: "aborted" } } });
  });

  it("simultaneous starts of uploads never exceed the quota of an item", async () => {
    const options = { itemQuotaBytes: 7, resources: { invoice: { may: mayInvoice } } };
    const { as } = await open(await createPlace(engine), options);
    const starts = Array.from({ length: 5 }, () => as("ann").send("POST /invoice/42/uploads", { json: declared }));
    const statuses = (await Promise.all(starts)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([201, 201, 413, 413, 413]);
    expect(await as("ben").send("POST /invoice/7/uploads", { json: declared })).toMatchObject({ status: 201 });
  });

  it("repeated requests with one Idempotency-Key start only one upload", async () => {
    const { as } = await open(await createPlace(engine));
    const headers = { "idempotency-key": "first" };
    const start = (item: string) => as("ann").send(`POST ${item}/uploads`, { json: declared, headers });
    const [one, two] = await Promise.all([start("/invoice/42"), start("/invoice/42")]);
    expect(one.body.upload.id).toBe(two.body.upload.id);
  });
});
