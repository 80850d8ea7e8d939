import { beforeAll, describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import { fileForm } from "../../testing/form.ts";
import { useService } from "../../testing/use-service.ts";
import { unknownId } from "../../testing/world.ts";

describe.each(engines)("the rename of a file on $name", (engine) => {
  let noteId: string;
  const service = useService({ engine });
  const ann = service.as("ann");
  beforeAll(async () => {
    noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
  });

  const attach = async (content: string | Buffer, filename: string): Promise<string> =>
    (await ann.send(`POST /notes/${noteId}/attachments`, { form: fileForm(content, filename) })).body.id;
  const rename = (id: string, filename: unknown, client = ann) =>
    client.send(`PATCH /attachments/${id}`, { json: { filename } });

  it("a rename changes the filename on the note, in a search and in a download", async () => {
    const id = await attach("hello", "old.txt");
    const { status, body } = await rename(id, "  Überblick.txt ");
    expect([status, body.filename]).toEqual([200, "Überblick.txt"]);
    expect((await ann.send(`GET /notes/${noteId}`)).body.attachments).toContainEqual(body);
    const { fileUrl } = (await ann.send(`GET /attachments/${id}/url`)).body;
    const download = await fetch(fileUrl);
    expect(download.headers.get("content-disposition")).toContain("%C3%9Cberblick.txt");
    expect(await download.text()).toBe("hello");
    const find = async (q: string) => (await ann.send(`GET /notes?q=${encodeURIComponent(q)}`)).body.items;
    expect(await find("old.txt")).toEqual([]);
    expect(await find("ÜBERBLICK.TXT")).toMatchObject([{ id: noteId, foundFiles: [{ id, filename: body.filename }] }]);
  });

  it("the activity shows the new filename after a rename and a deletion of the file", async () => {
    const id = await attach("hello", "first.txt");
    const namesOf = async () => {
      const { items } = (await ann.send(`GET /notes/${noteId}/activity`)).body;
      const files = items.flatMap((event: { files: { id: string; filename: string }[] }) => event.files);
      return new Set(
        files.filter((file: { id: string }) => file.id === id).map(({ filename }: { filename: string }) => filename),
      );
    };
    await rename(id, "second.txt");
    expect(await namesOf()).toEqual(new Set(["second.txt"]));
    await ann.send(`DELETE /attachments/${id}`);
    expect(await namesOf()).toEqual(new Set(["second.txt"]));
  });

  it("a rename to the same filename adds no event to the activity", async () => {
    const id = await attach("hello", "a.txt");
    for (const name of ["b.txt", "b.txt", " b.txt "]) expect((await rename(id, name)).status).toBe(200);
    const { items } = (await ann.send(`GET /notes/${noteId}/activity`)).body;
    const renamed = items.filter(
      ({ action, attachmentIds }: { action: string; attachmentIds: string[] }) =>
        action === "attachment.renamed" && attachmentIds.includes(id),
    );
    expect(renamed).toMatchObject([{ attachmentIds: [id], detail: { before: "a.txt", filename: "b.txt" } }]);
  });

  it.each([
    ["", "invalid_filename"],
    [" ", "invalid_filename"],
    ["..", "invalid_filename"],
    ["a/b.txt", "invalid_filename"],
    ["gpj.\u202eexe", "invalid_filename"],
    [7, "invalid_request"],
    [undefined, "invalid_request"],
  ])("requirement 2: the service refuses a rename to %j", async (filename, code) => {
    const id = await attach("hello", "a.txt");
    expect((await rename(id, filename)).body).toMatchObject({ status: 400, code });
    expect((await ann.send(`GET /attachments/${id}`)).body.filename).toBe("a.txt");
  });

  it("requirement 2: the service refuses a new filename of more than 255 characters", async () => {
    const id = await attach("hello", "a.txt");
    for (const [length, code] of [
      [256, "invalid_filename"],
      [2_000, "invalid_request"],
    ] as const) {
      expect((await rename(id, "y".repeat(length))).body).toMatchObject({ status: 400, code });
    }
    expect((await rename(id, `${"y".repeat(251)}.txt`)).status).toBe(200);
  });

  it("requirement 5: the service refuses a new extension that contradicts the content", async () => {
    const page = await attach("<!doctype html><script>alert(1)</script>", "page.html");
    expect((await rename(page, "photo.png")).body).toMatchObject({
      status: 400,
      code: "invalid_filename",
      detail: "This file is not what its name says (it is HTML, named photo.png). Choose another extension.",
    });
    expect((await rename(page, "start.HTML")).status).toBe(200);
    const empty = await attach("", "empty.txt");
    expect((await rename(empty, "empty.md")).status).toBe(200);
  });

  it.each(["notes.exe", "notes.pdf", "notes.PNG. ", "notes.txt.scr"])(
    "requirement 5: the service refuses a rename of a text file to %s",
    async (filename) => {
      const id = await attach("Dear reader, 1 < 2.", "notes.txt");
      const { body } = await rename(id, filename);
      expect(body).toMatchObject({ status: 400, code: "invalid_filename" });
      expect(body.detail).toMatch(
        /^This file is not what its name says \(it is not a .*\)\. Choose another extension\.$/,
      );
      for (const fine of ["notes.md", "notes"]) expect((await rename(id, fine)).status).toBe(200);
    },
  );

  it("a rename of a deleted or unknown file returns 404", async () => {
    const id = await attach("hello", "a.txt");
    await ann.send(`DELETE /attachments/${id}`);
    for (const gone of [id, unknownId()]) {
      expect((await rename(gone, "b.txt")).body).toMatchObject({ status: 404, code: "attachment_not_found" });
    }
  });

  it("a rename of a file that is not ready returns 409", async () => {
    const json = { filename: "a.txt", sizeBytes: 5, contentType: "text/plain" };
    const { attachmentId } = (await ann.send(`POST /notes/${noteId}/uploads`, { json })).body.upload;
    expect((await rename(attachmentId, "b.txt")).body).toMatchObject({ status: 409, code: "attachment_not_ready" });
  });
});
