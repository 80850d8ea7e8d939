import { describe, expect, it, onTestFinished } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import { makePhoto } from "../../testing/photos.ts";
import { declare, webp } from "../../testing/pictures.ts";
import { PHOTO } from "../../testing/send-preview.ts";
import { put } from "../../testing/visitor.ts";
import { createValetKeyAt } from "./create-valet-key.ts";
import { clientOf, createPlace, invoice42, open, optionsAt, users } from "./testing/embedding.ts";

const photo = { filename: "photo.jpg", contentType: "image/jpeg", sizeBytes: PHOTO.length };

describe.each(engines)("previews of an embedding on $name", (engine) => {
  it("every user who may read an item gets URLs of the previews of its files", async () => {
    let isAllowed = true;
    const { as, files } = await open(await createPlace(engine), {
      resources: { invoice: { may: ({ id }, action) => action === "read" || (id === "ann" && isAllowed) } },
    });
    const [ann, ben] = [as("ann"), as("ben")];
    const { upload } = (await ann.send("POST /invoice/42/uploads", { json: photo })).body;
    await put(upload, PHOTO);
    await ann.send(`POST /uploads/${upload.id}/complete`);
    const { attachmentId } = upload;
    const json = { previews: [declare(webp(), { attachmentId })] };
    const refused = (await ben.send("POST /files/previews", { json })).body;
    expect(refused.previews[0].problem.code).toBe("access_denied");
    const [started] = (await ann.send("POST /files/previews", { json })).body.previews;
    expect(await put(started.upload, webp())).toBe(200);
    const complete = { json: { previews: [{ attachmentId, name: "small" }] } };
    isAllowed = false;
    expect((await ann.send("POST /files/previews/complete", complete)).body.previews[0].problem.code).toBe(
      "access_denied",
    );
    isAllowed = true;
    const preview = { name: "small", width: 320, height: 240 };
    expect((await ann.send("POST /files/previews/complete", complete)).body.previews).toEqual([{ preview }]);
    expect((await files.asApplication.list(invoice42)).files).toMatchObject([
      { id: attachmentId, previews: [preview] },
    ]);
    expect((await ben.send("GET /invoice/42")).body.items).toMatchObject([{ id: attachmentId, previews: [preview] }]);
    const one = (await ben.send(`GET /files/${attachmentId}/url?preview=small&cacheable=true`)).body.fileUrl;
    const wanted = { fileIds: [attachmentId], preview: "small", cacheable: true };
    const many = (await ben.send("POST /files/urls", { json: wanted })).body.urls[0].fileUrl;
    const { url } = await files.issueUrl(users.ben, attachmentId, { preview: "small" });
    for (const fileUrl of [one, many, url]) {
      expect(Buffer.from(await (await fetch(fileUrl)).arrayBuffer()).equals(webp())).toBe(true);
    }
    await expect(files.issueUrl(users.ben, attachmentId, { preview: "large" })).rejects.toMatchObject({
      code: "preview_not_found",
    });
  });

  it("`tick` makes the missing previews of an embedding without background jobs", async () => {
    const clock = { now: Date.now() };
    const options = optionsAt(await createPlace(engine), { background: false });
    const files = await createValetKeyAt(options, { clock: () => clock.now });
    onTestFinished(files.close);
    const as = (user: string) => clientOf(files.fetch, user);
    const content = await makePhoto();
    const json = { ...photo, sizeBytes: content.length };
    const { upload } = (await as("ann").send("POST /invoice/42/uploads", { json })).body;
    await put(upload, content);
    await as("ann").send(`POST /uploads/${upload.id}/complete`);
    clock.now += 180_000;
    await files.tick();
    const previews = [{ name: "small" }, { name: "large" }];
    expect((await files.asApplication.list(invoice42)).files).toMatchObject([{ id: upload.attachmentId, previews }]);
  });
});
