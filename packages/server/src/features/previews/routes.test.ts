import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import { declare, jpeg, webp } from "../../testing/pictures.ts";
import {
  completePreviews,
  sendPreview,
  startPhoto,
  startPreviews,
  storePreview,
  uploadPhoto,
} from "../../testing/send-preview.ts";
import { useService } from "../../testing/use-service.ts";
import { put } from "../../testing/visitor.ts";

const LARGE = { width: 1600, height: 1200, bytes: 50_000 };

describe.each(engines)("previews on $name", (engine) => {
  const service = useService({ engine });
  const ann = service.as("ann");
  let noteId: string;
  let attachmentId: string;
  beforeAll(async () => {
    await service.as("bob").send("GET /me");
  });
  beforeEach(async () => {
    noteId = (await ann.send("POST /notes", { json: { title: "Photos" } })).body.id;
    attachmentId = await uploadPhoto(ann, { noteId });
  });

  const previewsOf = async (id: string) => (await ann.send(`GET /attachments/${id}`)).body.previews;

  it("a preview URL serves the bytes of the confirmed preview inline", async () => {
    const [small, large] = [webp(), jpeg(LARGE)];
    expect(await previewsOf(attachmentId)).toBeUndefined();
    expect(await sendPreview(ann, { attachmentId, name: "large", picture: large })).toEqual({
      preview: { name: "large", width: 1600, height: 1200 },
    });
    expect(await sendPreview(ann, { attachmentId, picture: small })).toEqual({
      preview: { name: "small", width: 320, height: 240 },
    });
    const both = [
      { name: "small", width: 320, height: 240 },
      { name: "large", width: 1600, height: 1200 },
    ];
    expect(await previewsOf(attachmentId)).toEqual(both);
    const { attachments } = (await ann.send(`GET /notes/${noteId}`)).body;
    expect(attachments.map(({ previews }: { previews: object }) => previews)).toEqual([both]);
    const expected = { small: [small, "image/webp"], large: [large, "image/jpeg"] } as const;
    for (const [name, [picture, type]] of Object.entries(expected)) {
      const { fileUrl } = (await ann.send(`GET /attachments/${attachmentId}/url?preview=${name}`)).body;
      const response = await fetch(fileUrl);
      expect(Buffer.from(await response.arrayBuffer()).equals(picture)).toBe(true);
      expect(response.headers.get("content-type")).toBe(type);
      expect(response.headers.get("content-disposition")).toMatch(/^inline/);
    }
  });

  it("a preview of an incomplete file is visible after the completion of the file", async () => {
    const upload = await startPhoto(ann, { noteId });
    const { preview } = await sendPreview(ann, { attachmentId: upload.attachmentId });
    expect(preview).toEqual({ name: "small", width: 320, height: 240 });
    expect(await previewsOf(upload.attachmentId)).toBeUndefined();
    const pending = await ann.send(`GET /attachments/${upload.attachmentId}/url?preview=small`);
    expect(pending.body.code).toBe("attachment_not_ready");
    await ann.send(`POST /uploads/${upload.id}/complete`);
    expect(await previewsOf(upload.attachmentId)).toEqual([preview]);
  });

  it("a batch of preview URLs has a URL or an error code for each file", async () => {
    await sendPreview(ann, { attachmentId });
    const other = await uploadPhoto(ann, { noteId });
    const json = { attachmentIds: [attachmentId, other], preview: "small", cacheable: true, expiresIn: 600 };
    const first = (await ann.send("POST /attachments/urls", { json })).body.urls;
    const second = (await ann.send("POST /attachments/urls", { json })).body.urls;
    expect(first[0].fileUrl).toBe(second[0].fileUrl);
    expect((await fetch(first[0].fileUrl)).headers.get("content-type")).toBe("image/webp");
    expect(first[1]).toEqual({ attachmentId: other, code: "preview_not_found" });
    const { preview: _preview, ...withoutPreview } = json;
    expect((await ann.send("POST /attachments/urls", { json: withoutPreview })).body.code).toBe("invalid_request");
    expect((await ann.send(`GET /attachments/${other}/url?preview=small`)).body).toMatchObject({
      status: 404,
      code: "preview_not_found",
    });
  });

  it("the purpose of a preview URL is `thumbnail` for a small and `view` for a large preview", async () => {
    await sendPreview(ann, { attachmentId });
    await sendPreview(ann, { attachmentId, name: "large", picture: webp(LARGE) });
    const detailOfLast = async () => (await ann.send(`GET /notes/${noteId}/activity?limit=1`)).body.items[0].detail;
    for (const [name, purpose] of [
      ["small", "thumbnail"],
      ["large", "view"],
    ]) {
      await ann.send(`GET /attachments/${attachmentId}/url?preview=${name}`);
      expect(await detailOfLast()).toMatchObject({ purpose, preview: name });
      await ann.send("POST /attachments/urls", { json: { attachmentIds: [attachmentId], preview: name } });
      expect(await detailOfLast()).toMatchObject({ purpose, preview: name });
    }
  });

  it("a repeated start signs a new upload URL only for an equal, unconfirmed preview", async () => {
    const [picture, other] = [webp(), webp({ width: 200, height: 200 })];
    const started = await storePreview(ann, { attachmentId, picture });
    const start = async (given: Buffer) =>
      (await startPreviews(ann, [declare(given, { attachmentId })])).body.previews[0];
    const repeated = await start(picture);
    expect(new URL(repeated.upload.url).pathname).toBe(new URL(started.upload.url).pathname);
    expect(await put(repeated.upload, picture)).toBe(412);
    expect((await start(other)).problem.code).toBe("preview_exists");
    const completed = await completePreviews(ann, [{ attachmentId, name: "small" }]);
    expect(completed.status).toBe(200);
    expect((await start(picture)).problem).toMatchObject({ code: "preview_exists", status: 409 });
    const again = await completePreviews(ann, [{ attachmentId, name: "small" }]);
    expect(again.body).toEqual(completed.body);
  });
});
