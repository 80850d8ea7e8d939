import { beforeEach, describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import { fileForm } from "../../testing/form.ts";
import { useService } from "../../testing/use-service.ts";
import { unknownId } from "../../testing/world.ts";

const LIMIT = 2 ** 20;

describe.each(engines)("attachments on $name", (engine) => {
  let noteId: string;
  const service = useService({ engine, limits: { uploadMaxBytes: LIMIT } });
  const ann = service.as("ann");
  beforeEach(async () => {
    noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
  });

  async function expectNothingLeft(): Promise<void> {
    expect((await ann.send(`GET /notes/${noteId}`)).body.attachments).toEqual([]);
    await service.useCases.purgeObjects();
    expect(await service.bucketContents.keys()).toEqual([]);
    expect(await service.bucketContents.uploads()).toBe(0);
  }

  it("a form attaches a file to a note, and DELETE removes the file and its object", async () => {
    const form = fileForm("hello", "Überblick 📎.txt");
    const { status, body } = await ann.send(`POST /notes/${noteId}/attachments`, { form });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.any(String),
      noteId,
      filename: "Überblick 📎.txt",
      sizeBytes: 5,
      contentType: "text/plain",
      checksum: { algorithm: "SHA256", value: "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=" },
      state: "ready",
      createdBy: { id: "ann", name: "ann", email: "ann@example.com" },
      createdAt: expect.any(String),
    });
    expect((await ann.send(`GET /attachments/${body.id}`)).body).toEqual(body);
    expect((await ann.send(`GET /notes/${noteId}`)).body.attachments).toEqual([body]);
    expect((await ann.send(`DELETE /attachments/${body.id}`)).status).toBe(204);
    expect((await ann.send(`GET /attachments/${body.id}`)).body.code).toBe("attachment_not_found");
    await expectNothingLeft();
  });

  it("GET /attachments returns 400 without a scope or with an unknown parameter", async () => {
    for (const [query, detail] of [
      ["", /scope in the query|required properties scope/],
      ["?scope=owned", /scope in the query must be/],
      ["?scope=shared&q=a", /"q"\. It accepts limit, cursor, scope/],
      ["?scope=shared&limit=201", /limit in the query/],
    ] as const) {
      const { body } = await ann.send(`GET /attachments${query}`);
      expect(body).toMatchObject({ status: 400, code: "invalid_request" });
      expect(body.detail).toMatch(detail);
    }
    const cursor = await ann.send("GET /attachments?scope=shared&cursor=zzz");
    expect(cursor.body).toMatchObject({ status: 400, code: "invalid_cursor" });
  });

  it("the deletion of a note deletes the objects of all its files", async () => {
    for (const content of ["one", "two"]) {
      await ann.send(`POST /notes/${noteId}/attachments`, { form: fileForm(content) });
    }
    expect(await service.bucketContents.keys()).toHaveLength(2);
    await ann.send(`DELETE /notes/${noteId}`);
    await service.useCases.purgeObjects();
    expect(await service.bucketContents.keys()).toEqual([]);
  });

  it("a form upload returns 413 only if its file is larger than the size limit", async () => {
    const over = await ann.send(`POST /notes/${noteId}/attachments`, { form: fileForm(Buffer.alloc(LIMIT + 1)) });
    expect(over.body).toMatchObject({ status: 413, code: "file_too_large" });
    await expectNothingLeft();
    const exact = await ann.send(`POST /notes/${noteId}/attachments`, { form: fileForm(Buffer.alloc(LIMIT)) });
    expect([exact.status, exact.body.sizeBytes]).toEqual([201, LIMIT]);
    await ann.send(`DELETE /notes/${noteId}`);
    await service.useCases.purgeObjects();
  });

  it.each([
    ["no part", [], /empty/],
    ["another field", [{ field: "upload", filename: "a.txt", content: "a" }], /"upload"/],
    ["a key before the file", [{ field: "key", content: "k" }, ...fileForm()], /field "key"/],
    ["a bucket after the file", [...fileForm(), { field: "bucket", content: "b" }], /field "bucket"/],
    ["two files", [...fileForm("one"), ...fileForm("two")], /second/],
    ["a file that is plain text", [{ field: "file", content: "hello" }], /field "file"/],
    ["a file without a name", [{ field: undefined, filename: "a.txt", content: "a" }], /field ""/],
    ["a field without a name", [{ field: undefined, content: "a" }, ...fileForm()], /field ""|malformed/],
    ["a field of the prototype", [{ field: "__proto__", content: "x" }], /too many parts|malformed/],
  ])("requirement 1: a form upload with %s returns 400 and stores no object", async (_name, form, detail) => {
    const answer = await ann.send(`POST /notes/${noteId}/attachments`, { form });
    expect(answer.body).toMatchObject({ status: 400, code: "invalid_request" });
    expect(answer.body.detail).toMatch(detail);
    await expectNothingLeft();
  });

  it("a truncated form upload returns 400 and stores no object", async () => {
    const boundary = { "content-type": "multipart/form-data; boundary=xyz" };
    const head = '--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n';
    for (const json of [`${head}hello`, head, "--xyz", "garbage"]) {
      const answer = await ann.send(`POST /notes/${noteId}/attachments`, { json, headers: boundary });
      expect([answer.status, answer.body.code]).toEqual([400, "invalid_request"]);
    }
    const without = await ann.send(`POST /notes/${noteId}/attachments`, {
      json: `${head}hello`,
      headers: { "content-type": "multipart/form-data" },
    });
    expect([without.status, without.body.code]).toEqual([400, "invalid_request"]);
    await expectNothingLeft();
  });

  it("requirement 2: the service removes the path from the filename of a form", async () => {
    const form = fileForm("x", "../../etc/passwd");
    const { status, body } = await ann.send(`POST /notes/${noteId}/attachments`, { form });
    expect([status, body.filename]).toEqual([201, "passwd"]);
    const longer = await ann.send(`POST /notes/${noteId}/attachments`, { form: fileForm("x", "y".repeat(256)) });
    expect(longer.body).toMatchObject({ status: 400, code: "invalid_filename" });
    const keys = await service.bucketContents.keys();
    expect(keys.some((key) => key.includes("passwd") || key.includes(".."))).toBe(false);
    await ann.send(`DELETE /notes/${noteId}`);
    await service.useCases.purgeObjects();
  });

  it("a form upload returns 403 if the caller may not attach files to the note", async () => {
    const form = fileForm(Buffer.alloc(LIMIT));
    const denied = await service.as("eve").send(`POST /notes/${noteId}/attachments`, { form });
    expect([denied.status, denied.body.code]).toEqual([403, "access_denied"]);
    const unknown = await ann.send(`POST /notes/${unknownId()}/attachments`, { form });
    expect([unknown.status, unknown.body.code]).toEqual([404, "note_not_found"]);
    await expectNothingLeft();
  });

  it("only an administrator can add an object of the bucket as a file", async () => {
    const stored = (await ann.send(`POST /notes/${noteId}/attachments`, { form: fileForm("adopt me") })).body;
    const [key] = await service.bucketContents.keys();
    await service.database.db.kysely.deleteFrom("attachments").where("id", "=", stored.id).execute();
    const call = `POST /notes/${noteId}/attachments`;
    expect((await ann.send(call, { json: { key } })).body.code).toBe("access_denied");
    await service.useCases.rememberPerson({ id: "ann", email: undefined, name: undefined, isAdmin: true });
    const adopted = await ann.send(call, { json: { key, filename: "adopted.txt" } });
    expect([adopted.status, adopted.body.filename, adopted.body.sizeBytes]).toEqual([201, "adopted.txt", 8]);
    expect(adopted.text).not.toContain(key);
    expect((await ann.send(call, { json: { key } })).body).toMatchObject({ status: 409 });
    expect((await ann.send(call, { json: { key: "none" } })).body).toMatchObject({ status: 422 });
    for (const json of [{}, { key, s3Url: `s3://files/${key}` }, { s3Url: "s3://elsewhere/a" }, { key, bucket: "b" }]) {
      for (const type of ["application/json", "application/json; charset=utf-8", "Application/JSON ;x=y"]) {
        const answer = await ann.send(call, { json: JSON.stringify(json), headers: { "content-type": type } });
        expect(answer.body, type).toMatchObject({ status: 400, code: "invalid_request" });
      }
    }
  });

  it("POST /notes/{id}/attachments returns 415 if the body is neither a form nor JSON", async () => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const answer = await ann.send(`POST /notes/${noteId}/attachments`, { json: "file=x", headers });
    expect([answer.status, answer.body.code]).toEqual([415, "unsupported_media_type"]);
    const none = await ann.send(`POST /notes/${noteId}/attachments`);
    expect([none.status, none.body.code]).toEqual([400, "invalid_request"]);
  });
});
