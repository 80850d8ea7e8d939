import { beforeAll, describe, expect, it } from "vitest";
import { sqlite } from "../../testing/database/test-databases.ts";
import { fileForm } from "../../testing/form.ts";
import { useService } from "../../testing/use-service.ts";

const PNG = Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.alloc(6_000, 1)]);
const PDF = Buffer.from("%PDF-1.7\n%%EOF");
const HTML = Buffer.from(`<!doctype html>${"<p>hello</p>".repeat(500)}`);

const lies = [
  { what: "HTML named photo.png", content: HTML, filename: "photo.png", contentType: "image/png", is: "it is HTML" },
  { what: "PNG bytes named .pdf", content: PNG, filename: "scan.pdf", contentType: "image/png", is: "a PNG image" },
  { what: "PNG bytes as text", content: PNG, filename: "a.txt", contentType: "text/plain", is: "a PNG image" },
  {
    what: "a PDF named .exe",
    content: PDF,
    filename: "a.pdf.exe",
    contentType: "application/pdf",
    is: "named a.pdf.exe",
  },
  { what: "text declared a PDF", content: "hello", filename: "a", contentType: "application/pdf", is: "not a PDF" },
];

// Only on SQLite, because the database does not see the content of a file.
describe("requirement 5: the content of a file", () => {
  let noteId: string;
  const service = useService({ engine: sqlite });
  const ann = service.as("ann");
  beforeAll(async () => {
    noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
  });

  async function putFile(
    content: Buffer | string,
    { filename, contentType }: { filename: string; contentType: string },
  ) {
    const bytes = Buffer.from(content);
    const json = { filename, contentType, sizeBytes: bytes.length };
    const { upload } = (await ann.send(`POST /notes/${noteId}/uploads`, { json })).body;
    const { "content-length": _signed, ...headers } = upload.headers;
    expect((await fetch(upload.url, { method: upload.method, headers, body: bytes })).status).toBe(200);
    return { upload, answer: await ann.send(`POST /uploads/${upload.id}/complete`) };
  }

  it.each(lies)(
    "a completed PUT of $what is rejected with 422, and the object is deleted",
    async ({ content, is, ...claim }) => {
      const before = await service.bucketContents.keys();
      const { upload, answer } = await putFile(content, claim);
      expect(answer.body).toMatchObject({ status: 422, code: "upload_rejected" });
      expect(answer.body.detail).toContain(is);
      expect(answer.body.detail).toMatch(/^This file is not .*\. It was not kept\.$/);
      const { detail: reason, rejection } = answer.body;
      expect(rejection.code).toMatch(/^(?:content|name)_mismatch$/);
      const { body } = await ann.send(`GET /attachments/${upload.attachmentId}`);
      expect(body).toMatchObject({ state: "rejected", reason, rejection });
      expect((await ann.send(`GET /attachments/${upload.attachmentId}/url`)).status).toBe(409);
      expect(await service.bucketContents.keys()).toEqual(before);
      const { items } = (await ann.send(`GET /notes/${noteId}/activity`)).body;
      expect(items[0]).toMatchObject({ action: "attachment.rejected", detail: { reason, ...rejection } });
    },
  );

  it.each(lies)(
    "a form upload of $what returns 422 and stores nothing",
    async ({ content, is, filename, contentType }) => {
      const listed = async () => (await ann.send(`GET /notes/${noteId}`)).body.attachments;
      const before = { keys: await service.bucketContents.keys(), listed: await listed() };
      const form = fileForm(content, filename, contentType);
      const answer = await ann.send(`POST /notes/${noteId}/attachments`, { form });
      expect(answer.body).toMatchObject({ status: 422, code: "upload_rejected" });
      expect(answer.body.detail).toContain(is);
      expect({ keys: await service.bucketContents.keys(), listed: await listed() }).toEqual(before);
    },
  );

  it("the service stores a file whose content matches its name and type", async () => {
    const claim = { filename: "photo.png", contentType: "image/png" };
    const put = await putFile(PNG, claim);
    expect(put.answer.body).toMatchObject({ state: "ready", sizeBytes: PNG.length });
    const form = fileForm(PNG, claim.filename, claim.contentType);
    const posted = await ann.send(`POST /notes/${noteId}/attachments`, { form });
    expect(posted.status).toBe(201);
    for (const id of [put.upload.attachmentId, posted.body.id]) {
      const { fileUrl } = (await ann.send(`GET /attachments/${id}/url`)).body;
      expect(Buffer.from(await (await fetch(fileUrl)).arrayBuffer()).equals(PNG)).toBe(true);
    }
  });

  it("the service accepts an empty file of any name and type", async () => {
    const claim = { filename: "empty.png", contentType: "image/png" };
    const { answer } = await putFile("", claim);
    expect(answer).toMatchObject({ status: 200, body: { state: "ready", sizeBytes: 0 } });
    const form = fileForm("", claim.filename, claim.contentType);
    const posted = await ann.send(`POST /notes/${noteId}/attachments`, { form });
    expect(posted).toMatchObject({ status: 201, body: { state: "ready", sizeBytes: 0 } });
  });
});
