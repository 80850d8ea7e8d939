import type { FileRequest } from "@valetkey/contract";
import { beforeAll, describe, expect, it } from "vitest";
import { patterned } from "../../platform/bucket/testing/bytes.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { startServiceInTest, stopClock, useService } from "../../testing/use-service.ts";
import { createVisitor, insertRequest, put, type TestVisitor } from "../../testing/visitor.ts";
import { visitorIdOf } from "../access/caller.ts";
import type { Link } from "../links/link.ts";
import { uploadQueries } from "../uploads/queries/uploads.ts";

const MIB = 2 ** 20;
const PDF = "%PDF-1.7\n%%EOF";
const PNG = Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.alloc(60, 1)]);
const HTML = "<!doctype html><p>hello</p>";

describe.each(engines)("requirement 37: file requests on $name", (engine) => {
  const limits = { uploadMaxBytes: 32 * MIB, singlePutMaxBytes: MIB };
  const service = useService({ engine, limits });
  const ann = service.as("ann");
  let noteId: string;
  beforeAll(async () => {
    noteId = (await ann.send("POST /notes", { json: { title: "Taxes" } })).body.id;
  });

  async function open(request: Partial<FileRequest> = {}, link: Partial<Link> = {}) {
    const made = await insertRequest(service, { noteId, ownerId: "ann", request, link });
    return { ...made, maria: createVisitor(service.app, made.token) };
  }
  const setLink = (link: Link, change: { revoked_at?: number; expires_at?: number }) =>
    service.database.db.kysely.updateTable("links").set(change).where("id", "=", link.id).execute();
  const filesOf = async (visitor: TestVisitor) => (await visitor.send("GET /uploads")).body.files;
  const filesOfNote = async () => (await ann.send(`GET /notes/${noteId}/attachments?limit=200`)).body.items;
  const fileOfNote = async (filename: string) =>
    (await filesOfNote()).find((file: { filename: string }) => file.filename === filename);

  it("a visitor gets `upload_not_found` if their file is removed during its completion", async () => {
    const id = (await ann.send("POST /notes", { json: { title: "Removed" } })).body.id;
    const { link, token } = await insertRequest(service, { noteId: id, ownerId: "ann" });
    const { upload } = (await createVisitor(service.app, token).start("hello")).body;
    await put(upload, "hello");
    const { userId = "" } = (await uploadQueries(service.db).find(upload.id)) ?? {};
    const visit = { link, visitorId: visitorIdOf(userId) ?? "" };
    const finish = await service.useCases.visitorUploads.prepare(visit, { uploadId: upload.id });
    expect(await service.useCases.deleteFilesOfNote({ userId: "ann" }, id)).toBe(1);
    await expect(finish()).rejects.toMatchObject({ code: "upload_not_found" });
  });

  it("the owner of a note sees a visitor's file with the name of the visitor", async () => {
    const { maria, link } = await open();
    const sent = await maria.sendFile("hello", { filename: "greeting.txt", visitorName: "  Maria " });
    expect(sent.body).toEqual({
      uploadId: sent.uploadId,
      filename: "greeting.txt",
      sizeBytes: 5,
      state: "ready",
      slotId: null,
    });
    const file = await fileOfNote("greeting.txt");
    expect(file).toMatchObject({ state: "ready", createdBy: { name: "Maria (visitor)", email: null } });
    const { fileUrl } = (await ann.send(`GET /attachments/${file.id}/url`)).body;
    expect(await (await fetch(fileUrl)).text()).toBe("hello");
    const { items } = (await ann.send("GET /activity")).body;
    const received = items.find(({ action }: { action: string }) => action === "link.received");
    expect(received).toMatchObject({
      actor: { name: "Maria (visitor)" },
      attachmentIds: [file.id],
      detail: { linkId: link.id, label: link.label, filename: "greeting.txt", sizeBytes: 5, visitorName: "Maria" },
    });
  });

  it("a visitor keeps the same visitor id after the deadline of the file request changes", async () => {
    const own = await startServiceInTest({ engine });
    const owner = own.as("ann");
    const note = (await owner.send("POST /notes", { json: { title: "Taxes" } })).body.id;
    const soon = { expiresAt: Date.now() + 60_000 };
    const { link, token } = await insertRequest(own, { noteId: note, ownerId: "ann", link: soon });
    const eve = createVisitor(own.app, token);
    await eve.sendFile("hello");
    const { kysely } = own.database.db;
    const later = { expires_at: Date.now() + 3_600_000 };
    await kysely.updateTable("links").set(later).where("id", "=", link.id).execute();
    await eve.send("GET ");
    own.advance(120_000);
    expect(await filesOf(eve)).toHaveLength(1);
  });

  it("a visitor sees no id of the note, its owner or its files", async () => {
    const { maria } = await open();
    const started = await maria.start("hello", { filename: "secret-ids.txt" });
    const { upload } = started.body;
    await put(upload, "hello");
    const answers = [
      started,
      await maria.send(`GET /uploads/${upload.id}`),
      await maria.send(`POST /uploads/${upload.id}/complete`),
      await maria.send("GET /uploads"),
      await maria.send(`GET /receipts/${upload.id}`),
    ];
    const { id } = await fileOfNote("secret-ids.txt");
    for (const { status, text } of answers) {
      expect(status, text).toBeLessThan(300);
      for (const secret of [noteId, id, '"ann"', "ann@example.com", "greeting.txt"]) expect(text).not.toContain(secret);
    }
    const person = createVisitor(service.app, maria.token);
    for (const path of [`/notes/${noteId}`, `/attachments/${id}`, `/attachments/${id}/url`]) {
      expect((await service.anonymous.send(`GET ${path}`)).status).toBe(401);
    }
    expect((await person.send("GET /uploads")).body).toEqual({ files: [] });
  });

  it("a visitor can resume a multipart upload from the stored parts", async () => {
    const { maria } = await open({ maxBytesPerFile: 20 * MIB, maxBytesTotal: 20 * MIB });
    const file = patterned(8 * MIB + 10);
    const type = { filename: "film.bin", contentType: "application/x-film" };
    const { upload } = (await maria.start(file, type)).body;
    expect(upload).toMatchObject({ strategy: "multipart", partCount: 2 });
    const sendPart = async (partNumber: number) => {
      const json = { partNumbers: [partNumber] };
      const { parts } = (await maria.send(`POST /uploads/${upload.id}/parts`, { json })).body;
      return put(parts[0], file.subarray((partNumber - 1) * 8 * MIB, partNumber * 8 * MIB));
    };
    expect(await sendPart(2)).toBe(200);
    const seen = (await maria.send(`GET /uploads/${upload.id}`)).body.upload;
    expect(seen.parts).toMatchObject([{ partNumber: 2, sizeBytes: 10 }]);
    expect((await maria.send(`POST /uploads/${upload.id}/complete`)).body.code).toBe("upload_incomplete");
    expect(await sendPart(1)).toBe(200);
    const completed = await maria.send(`POST /uploads/${upload.id}/complete`);
    expect(completed.body).toMatchObject({ state: "ready", sizeBytes: file.length });
  });

  it("a visitor can't exceed a limit of a file request, even by one byte or one file", async () => {
    const slots = [{ id: "passport", name: "Passport", maxBytes: 5 }];
    const { maria } = await open({ maxBytesPerFile: 10, maxBytesTotal: 15, maxFiles: 3 });
    const code = async (bytes: number) => (await maria.start("a".repeat(bytes))).body.code;
    expect(await code(11)).toBe("file_too_large");
    expect(await code(10)).toBeUndefined();
    expect(await code(6)).toBe("request_full");
    expect(await code(4)).toBeUndefined();
    expect(await code(1)).toBeUndefined();
    expect(await code(0)).toBe("request_full");
    const { maria: other } = await open({ slots });
    expect((await other.start("123456", { slotId: "passport" })).body).toMatchObject({ code: "file_too_large" });
    expect((await other.start("12345", { slotId: "passport" })).status).toBe(201);
  });

  it("the service refuses a second file for a slot of a file request until the slot is free", async () => {
    const slots = [
      { id: "passport", name: "Passport", accept: ["application/pdf"] },
      { id: "photo", name: "Photo", accept: ["image/*"] },
    ];
    const { maria, link } = await open({ slots });
    const filledSlots = async () => (await ann.send(`GET /links/${link.id}`)).body.filledSlots;
    const pdf = { filename: "p.pdf", contentType: "application/pdf", slotId: "passport" };
    expect((await maria.start(PDF, { ...pdf, slotId: "unknown" })).body.code).toBe("invalid_request");
    expect(
      (await maria.send("POST /uploads", { json: { filename: "p.pdf", sizeBytes: 1, contentType: "application/pdf" } }))
        .body.code,
    ).toBe("invalid_request");
    expect((await maria.start(PDF, { ...pdf, slotId: "photo" })).body.code).toBe("kind_not_accepted");

    const aborted = (await maria.start(PDF, pdf)).body.upload.id;
    expect((await maria.start(PDF, pdf)).body.code).toBe("request_full");
    expect((await maria.send(`DELETE /uploads/${aborted}`)).status).toBe(204);

    const lie = await maria.sendFile(HTML, pdf);
    expect(lie.body).toMatchObject({ status: 422, code: "upload_rejected" });
    expect(lie.body.detail).toContain("it is HTML");
    expect(await filledSlots()).toEqual([]);

    const sent = await maria.sendFile(PDF, pdf);
    expect(sent.body.state).toBe("ready");
    expect(await filledSlots()).toEqual(["passport"]);
    expect((await maria.start(PDF, pdf)).body.code).toBe("request_full");
    expect((await maria.send(`DELETE /uploads/${sent.uploadId}`)).status).toBe(204);
    expect((await maria.send(`GET /uploads/${sent.uploadId}`)).status).toBe(404);
    expect((await maria.start(PDF, pdf)).status).toBe(201);
  });

  it("a file that the visitor deletes after its rejection disappears from the note", async () => {
    const { maria } = await open({});
    const lie = await maria.sendFile(HTML, { filename: "taken-back.pdf", contentType: "application/pdf" });
    expect(lie.body).toMatchObject({ code: "upload_rejected" });
    const { files } = (await maria.send("GET /uploads")).body;
    expect(files).toMatchObject([{ uploadId: lie.uploadId, state: "rejected" }]);
    expect((await maria.send(`DELETE /uploads/${lie.uploadId}`)).status).toBe(204);
    expect((await maria.send("GET /uploads")).body).toEqual({ files: [] });
    expect(await fileOfNote("taken-back.pdf")).toBeUndefined();
    expect((await maria.send(`DELETE /uploads/${lie.uploadId}`)).status).toBe(404);
  });

  it("the activity names the visitor who deleted a rejected file", async () => {
    const { maria } = await open();
    const lie = { filename: "named.pdf", contentType: "application/pdf", visitorName: "Maria" };
    const { uploadId } = await maria.sendFile(HTML, lie);
    expect((await maria.send(`DELETE /uploads/${uploadId}`)).status).toBe(204);
    const { items } = (await ann.send(`GET /notes/${noteId}/activity`)).body;
    const ofFile = items.filter(({ detail }: { detail: { filename?: string } }) => detail.filename === "named.pdf");
    const actor = { name: "Maria (visitor)", email: null };
    expect(ofFile).toMatchObject([
      { action: "attachment.deleted", actor, detail: { visitorName: "Maria" } },
      { action: "attachment.rejected", actor, detail: { visitorName: "Maria" } },
    ]);
  });

  it("simultaneous requests of a visitor to delete a file delete the file only once", async () => {
    const { maria } = await open({});
    const { uploadId } = await maria.sendFile(PDF, { filename: "once.pdf", contentType: "application/pdf" });
    const { id } = await fileOfNote("once.pdf");
    const all = Array.from({ length: 6 }, () => maria.send(`DELETE /uploads/${uploadId}`));
    const statuses = (await Promise.all(all)).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([204, 404, 404, 404, 404, 404]);
    const { items } = (await ann.send(`GET /notes/${noteId}/activity`)).body;
    const ofFile = items.filter(({ attachmentIds }: { attachmentIds: string[] }) => attachmentIds.includes(id));
    expect(ofFile.filter(({ action }: { action: string }) => action === "attachment.deleted")).toHaveLength(1);
  });

  it("the service rejects a visitor's file if the file request does not accept its content", async () => {
    const { maria } = await open({ accept: ["application/x-plan", "text/plain"] });
    const plan = await maria.sendFile(PNG, { filename: "plan.xyz", contentType: "application/x-plan" });
    expect(plan.body).toMatchObject({ code: "upload_rejected" });
    expect(plan.body.detail).toContain("image/png");
    const page = await maria.sendFile(HTML, { filename: "page.txt", contentType: "text/plain" });
    expect(page.body).toMatchObject({ code: "upload_rejected" });
    expect((await maria.start(PDF, { filename: "a.pdf", contentType: "application/pdf" })).body.code).toBe(
      "kind_not_accepted",
    );
    const own = await maria.sendFile(Buffer.from([1, 2, 3]), {
      filename: "plan.xyz",
      contentType: "application/x-plan",
    });
    expect(own.body.state).toBe("ready");
  });

  it.each(["Ma\u0000ria", "Ma\nria", "Maria\u202egpj", "\u2066Maria", "a".repeat(101)])(
    "the service refuses the visitor's name %j for an upload to a file request",
    async (visitorName) => {
      const { maria } = await open();
      expect((await maria.start("hello", { visitorName })).body).toMatchObject({
        status: 400,
        code: "invalid_request",
      });
    },
  );

  it("a file request can require or ignore the name of the visitor", async () => {
    const { maria } = await open({ askName: "required" });
    expect((await maria.start("hello")).body.code).toBe("invalid_request");
    for (const visitorName of [" \t", "\u200b", "\u2800", "\u3164", "\u00ad"]) {
      expect((await maria.start("hello", { visitorName })).body.code).toBe("invalid_request");
    }
    expect((await maria.start("hello", { visitorName: "Łucja" })).status).toBe(201);
    const { maria: nameless } = await open({ askName: "no" });
    await nameless.sendFile("hello", { filename: "nameless.txt", visitorName: "Eve" });
    expect((await fileOfNote("nameless.txt")).createdBy.name).toBe("Visitor");
  });

  it("a visitor's file is not attached if the file request is revoked during the upload", async () => {
    const { maria, link } = await open();
    const { upload } = (await maria.start("hello", { filename: "revoked.txt" })).body;
    await put(upload, "hello");
    await setLink(link, { revoked_at: Date.now() });
    for (const call of [`POST /uploads/${upload.id}/complete`, `GET /uploads/${upload.id}`, "GET /uploads"]) {
      expect((await maria.send(call)).body.code).toBe("link_not_found");
    }
    expect((await maria.start("hello")).body.code).toBe("link_not_found");
    expect(await fileOfNote("revoked.txt")).toMatchObject({ state: "pending" });
  });

  it("a visitor's file is not attached after the deadline of the file request", async () => {
    const { maria } = await open({}, { expiresAt: Date.now() + 10_000 });
    const { upload } = (await maria.start("hello", { filename: "late.txt" })).body;
    const { searchParams } = new URL(upload.url);
    expect(Number(searchParams.get("X-Amz-Expires"))).toBeLessThanOrEqual(10);
    await put(upload, "hello");
    service.advance(10_000);
    expect((await maria.send(`POST /uploads/${upload.id}/complete`)).body.code).toBe("link_not_found");
    expect(await fileOfNote("late.txt")).toMatchObject({ state: "pending" });
    service.advance(-10_000);
  });

  it("a visitor's file is not attached after the link's creator loses the right to share", async () => {
    await ann.send(`PUT /notes/${noteId}/shares`, { json: { userIds: ["ed"], role: "editor" } });
    const { maria } = await open({}, { createdBy: "ed" });
    const { upload } = (await maria.start("hello", { filename: "orphan.txt" })).body;
    await put(upload, "hello");
    await ann.send(`DELETE /notes/${noteId}/shares/ed`);
    expect((await maria.send(`POST /uploads/${upload.id}/complete`)).body.code).toBe("link_not_found");
  });

  it("a visitor does not see the uploads of another visitor or of another link", async () => {
    const { maria, token } = await open();
    const { token: otherToken } = await open();
    const { upload } = (await maria.start("hello")).body;
    const eve = createVisitor(service.app, token);
    await eve.start("mine");
    const elsewhere = createVisitor(service.app, otherToken, { cookies: maria.cookies });
    await elsewhere.start("mine");
    for (const visitor of [eve, elsewhere, createVisitor(service.app, token)]) {
      for (const [call, json] of [
        [`GET /uploads/${upload.id}`],
        [`POST /uploads/${upload.id}/parts`, { partNumbers: [1] }],
        [`POST /uploads/${upload.id}/complete`, {}],
        [`DELETE /uploads/${upload.id}`],
        [`GET /receipts/${upload.id}`],
      ] as const) {
        const answer = await visitor.send(call, json === undefined ? {} : { json });
        expect(answer.body, call).toMatchObject({ status: 404, code: "upload_not_found" });
      }
      const ids = (await filesOf(visitor)).map(({ uploadId }: { uploadId: string }) => uploadId);
      expect(ids).not.toContain(upload.id);
    }
    expect((await ann.send(`DELETE /uploads/${upload.id}`)).status).toBe(404);
  });

  it("a visitor's file does not replace another file with the same name", async () => {
    const { maria, token } = await open();
    await maria.sendFile("one", { filename: "same.txt" });
    await createVisitor(service.app, token).sendFile("two", { filename: "same.txt" });
    const same = (await filesOfNote()).filter(({ filename }: { filename: string }) => filename === "same.txt");
    expect(same.map(({ state }: { state: string }) => state)).toEqual(["ready", "ready"]);
    expect(await filesOf(maria)).toHaveLength(1);
  });

  it("two upload starts with one idempotency key and slot return the same upload", async () => {
    const slots = [
      { id: "one", name: "One" },
      { id: "two", name: "Two" },
    ];
    const { maria } = await open({ slots });
    const start = (slotId: string) => {
      const json = { filename: "a.txt", contentType: "text/plain", sizeBytes: 5, slotId };
      return maria.send("POST /uploads", { json, headers: { "idempotency-key": "k" } });
    };
    const first = await start("one");
    expect((await start("one")).body.upload.id).toBe(first.body.upload.id);
    expect((await start("two")).body).toMatchObject({ status: 422, code: "idempotency_key_reused" });
  });

  it("a visitor sees no numbers of the owner's quota", async () => {
    const own = await startServiceInTest({ engine, limits: { userQuotaBytes: 8, userQuotaFiles: 1 } });
    const { id } = (await own.as("bob").send("POST /notes", { json: { title: "Small" } })).body;
    const { token } = await insertRequest(own, { noteId: id, ownerId: "bob" });
    const refused = await createVisitor(own.app, token).start("123456789");
    expect(refused.body).toMatchObject({ status: 413, code: "quota_exceeded" });
    expect(refused.text).not.toMatch(/note|\b[0-8]\b bytes/);
  });

  it("a visitor can't upload to a file request with a password before entering the password", async () => {
    const { maria } = await open({}, { passwordHash: "$argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA" });
    expect((await maria.start("hello")).body).toMatchObject({ status: 403, code: "wrong_password" });
    expect((await maria.send("GET /uploads")).status).toBe(403);
  });

  it("a visitor can't upload files to a download link", async () => {
    const { maria } = await open({}, { kind: "download", request: undefined });
    expect((await maria.start("hello")).body.code).toBe("link_not_found");
  });

  it("a visitor's aborted uploads use only a limited part of the owner's quota", async () => {
    const { maria } = await open({ maxFiles: 10, maxBytesTotal: 10, maxBytesPerFile: 10 });
    for (let nth = 0; nth < 2; nth += 1) {
      const { status, body } = await maria.start("0123456789", { filename: `${nth}.txt` });
      expect(status).toBe(201);
      await maria.send(`DELETE /uploads/${body.upload.id}`);
    }
    const third = await maria.start("0123456789", { filename: "2.txt" });
    expect(third).toMatchObject({ status: 429, body: { code: "rate_limited" } });
    expect(Number(third.headers["retry-after"])).toBeGreaterThan(60);
  });

  it("one IP address can start only a limited number of uploads in a minute", async () => {
    stopClock();
    const { maria } = await open({ maxFiles: 1 });
    const codes: string[] = [];
    for (let nth = 0; nth < 61; nth++) codes.push((await maria.start("hello")).body.code);
    expect(codes.slice(1, 60)).toEqual(Array.from({ length: 59 }, () => "request_full"));
    expect(codes[60]).toBe("rate_limited");
  });
});
