import { beforeEach, describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import { type Form, fileForm } from "../../testing/form.ts";
import { visitorOf } from "../../testing/link-visits.ts";
import type { Answer, Client } from "../../testing/service.ts";
import { useService } from "../../testing/use-service.ts";
import { createVisitor, insertRequest, put } from "../../testing/visitor.ts";

const PART_BYTES = 5 * 2 ** 20;

describe.each(engines)("paths of files on $name", (engine) => {
  const service = useService({ engine, limits: { trashDays: 30, uploadMaxBytes: 2 * PART_BYTES } });
  let users = 0;
  let ann: Client;
  let noteId: string;
  beforeEach(async () => {
    users += 1;
    ann = service.as(`ann-${users}`);
    noteId = await newNote(ann);
  });

  const newNote = async (client: Client): Promise<string> =>
    (await client.send("POST /notes", { json: { title: "Files" } })).body.id;
  const declare = (more: object) => ({ filename: "a.txt", sizeBytes: 5, contentType: "text/plain", ...more });
  const start = (more: object, headers = {}): Promise<Answer> =>
    ann.send(`POST /notes/${noteId}/uploads`, { json: declare(more), headers });
  const attach = async (more: object): Promise<{ id: string; path?: string }> => {
    const { upload } = (await start(more)).body;
    expect(await put(upload, "hello")).toBe(200);
    return (await ann.send(`POST /uploads/${upload.id}/complete`)).body;
  };
  const find = async (text: string) => {
    const { items } = (await ann.send(`GET /notes?q=${encodeURIComponent(text)}`)).body;
    return items.flatMap(({ foundFiles }: { foundFiles?: object[] }) => foundFiles ?? []);
  };

  it("a file keeps the path from the start of its upload", async () => {
    const file = await attach({ path: "photos/2024" });
    expect(file.path).toBe("photos/2024/");
    expect((await ann.send(`GET /attachments/${file.id}`)).body.path).toBe("photos/2024/");
    const without = await attach({ path: "" });
    const { attachments } = (await ann.send(`GET /notes/${noteId}`)).body;
    expect(attachments.map(({ id, path }: { id: string; path?: string }) => [id, path])).toEqual([
      [file.id, "photos/2024/"],
      [without.id, undefined],
    ]);
  });

  it("a multipart upload keeps the path of its file", async () => {
    const json = { ...declare({ path: "videos/" }), sizeBytes: PART_BYTES + 1 };
    const { body } = await ann.send(`POST /notes/${noteId}/uploads`, { json });
    expect((await ann.send(`GET /uploads/${body.upload.id}`)).body.upload.path).toBe("videos/");
  });

  it("a form upload keeps the path from the field before its file", async () => {
    const send = (form: Form) => ann.send(`POST /notes/${noteId}/attachments`, { form });
    const field = (content: string) => ({ field: "path", content });
    expect((await send([field("photos/2024"), ...fileForm()])).body).toMatchObject({ path: "photos/2024/" });
    expect((await send([field("a/../b"), ...fileForm()])).body).toMatchObject({ status: 400, code: "invalid_path" });
    for (const form of [
      [...fileForm(), field("photos/")],
      [field("a/"), field("b/"), ...fileForm()],
      [field("é".repeat(10_000)), ...fileForm()],
      [field("photos/")],
    ]) {
      expect((await send(form)).body).toMatchObject({ status: 400, code: "invalid_request" });
    }
    expect((await ann.send(`GET /notes/${noteId}/attachments`)).body.items).toHaveLength(1);
  });

  it("two files in one folder have equal paths, although the Unicode forms differ", async () => {
    const [one, other] = [await attach({ path: "e\u0301te\u0301/" }), await attach({ path: "\u00e9t\u00e9/" })];
    expect(one.path).toBe(other.path);
  });

  it("requirement 2: an upload start with a hostile path returns 400", async () => {
    for (const path of [
      "../",
      "a\\b",
      "a\0b",
      "CON",
      "a/nul.txt/",
      "a".repeat(5_000),
      "a./",
      "/etc",
      "a//b",
      "a/".repeat(1_000),
    ]) {
      expect((await start({ path })).body, path).toMatchObject({ status: 400, code: "invalid_path" });
    }
    expect((await ann.send(`GET /notes/${noteId}/attachments`)).body.items).toEqual([]);
  });

  it("a refused path in a batch does not affect the other files of the batch", async () => {
    const uploads = ["good/", "..", "a".repeat(5_000), "also/good"].map((path) => declare({ path }));
    const { body } = await ann.send(`POST /notes/${noteId}/uploads/batch`, { json: { uploads } });
    const codes = body.uploads.map(({ problem }: { problem?: { code: string } }) => problem?.code);
    expect(codes).toEqual([undefined, "invalid_path", "invalid_path", undefined]);
    const { items } = (await ann.send(`GET /notes/${noteId}/attachments`)).body;
    expect(items.map(({ path }: { path: string }) => path)).toEqual(["good/", "also/good/"]);
  });

  it("a repeated upload start with another path returns 422", async () => {
    const headers = { "idempotency-key": "one" };
    const first = (await start({ path: "a/" }, headers)).body.upload.id;
    expect((await start({ path: "a" }, headers)).body.upload.id).toBe(first);
    expect((await start({ path: "b/" }, headers)).body.code).toBe("idempotency_key_reused");
  });

  it("a search finds a file by its path, even before the search index is updated", async () => {
    const { id } = await attach({ path: "Urlaub/Sizilien/" });
    const found = { id, filename: "a.txt", path: "Urlaub/Sizilien/" };
    expect(await find("sizilien/a")).toEqual([found]);
    await ann.send(`PATCH /attachments/${id}`, { json: { filename: "b.txt" } });
    for (const _ of ["marked", "indexed"]) {
      expect(await find("SIZILIEN")).toEqual([{ ...found, filename: "b.txt" }]);
      while (await service.useCases.indexForSearch());
    }
  });

  it("a file keeps its path when it is moved, copied or restored", async () => {
    const { id } = await attach({ path: "photos/" });
    const toNoteId = await newNote(ann);
    const copy = (await ann.send(`POST /attachments/${id}/copy`, { json: { toNoteId } })).body;
    const json = { fromNoteId: noteId, toNoteId };
    const moved = (await ann.send(`POST /attachments/${id}/move`, { json })).body;
    await ann.send(`DELETE /attachments/${id}`);
    await ann.send(`POST /trash/attachments/${id}/restore`);
    const restored = (await ann.send(`GET /attachments/${id}`)).body;
    expect([copy, moved, restored].map(({ path }) => path)).toEqual(["photos/", "photos/", "photos/"]);
  });

  it("the page of a link shows the paths of files, with and without JavaScript", async () => {
    await attach({ path: "photos/" });
    const { body } = await ann.send(`POST /notes/${noteId}/links`, { json: {} });
    const token = body.url.split("/").at(-1);
    const visitor = visitorOf(service.app);
    expect((await visitor.look(token)).body.files).toMatchObject([{ filename: "a.txt", path: "photos/" }]);
    const text = await visitor.send(`GET /s/${token}/download`, { headers: { accept: "text/html" } });
    expect(text.text).toContain("photos/");
  });

  it("the owner of the note and the visitor see the path of a visitor's file", async () => {
    const { token } = await insertRequest(service, { noteId, ownerId: `ann-${users}` });
    const visitor = createVisitor(service.app, token);
    const sent = await visitor.sendFile("hello", { path: "papers/2024" });
    expect(sent.body.path).toBe("papers/2024/");
    expect((await visitor.start("hello", { path: "../.." })).body.code).toBe("invalid_path");
    const uploads = [declare({ path: "papers" }), declare({ path: "nul" })];
    const { body } = await visitor.send("POST /uploads/batch", { json: { uploads } });
    expect(body.uploads[1].problem.code).toBe("invalid_path");
    const { items } = (await ann.send(`GET /notes/${noteId}/attachments`)).body;
    expect(items.map(({ path }: { path: string }) => path)).toEqual(["papers/2024/", "papers/"]);
  });

  it("a webhook message contains the path of the file", async () => {
    const endpoint = { url: "https://hooks.example.com/", events: ["upload.ready"] };
    const { id } = (await ann.send("POST /webhooks", { json: endpoint })).body;
    await attach({ path: "photos/" });
    await attach({});
    const ofEndpoint = service.db.kysely.selectFrom("webhook_deliveries").select("body").where("endpoint_id", "=", id);
    const rows = await ofEndpoint.orderBy("id").execute();
    expect(rows.map(({ body }) => JSON.parse(body).data.path)).toEqual(["photos/", undefined]);
  });
});
