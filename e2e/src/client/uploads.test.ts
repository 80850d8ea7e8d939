import { describe, expect, it } from "vitest";
import type { UploadProgress } from "../../../packages/client/src/index.ts";
import { file, LARGE_BYTES, LARGE_PARTS, sha256OfBlob, sha256OfDownload } from "./testing/files.ts";
import { useWorld, type World } from "./testing/world.ts";

const getWorld = useWorld();
const newNote = async ({ client }: World) => (await client.notes.create({ title: "Files" })).id;
const partsOf = ({ toBucket }: World) => toBucket.seen.filter((line) => line.includes("partNumber=")).length;

describe("an upload through the client", () => {
  it.each([0, 1, 1_000_000, 20_000_000])("an upload of %i bytes is one PUT with all bytes", async (sizeBytes) => {
    const world = getWorld();
    const { client, toBucket } = world;
    const given = file(sizeBytes);
    const attachment = await client.upload(await newNote(world), given).done;
    expect(attachment).toMatchObject({ state: "ready", sizeBytes, filename: "file.bin" });
    expect(toBucket.seen.filter((line) => line.startsWith("PUT"))).toHaveLength(1);
    expect(await sha256OfDownload(client, attachment.id)).toBe(await sha256OfBlob(given));
  });

  it("an upload with startsAfter starts only after the promise resolves", async () => {
    const { client } = getWorld();
    const noteId = await newNote(getWorld());
    const { promise: startsAfter, resolve } = Promise.withResolvers<void>();
    const second = client.upload(noteId, file(1), { filename: "second", startsAfter });
    await client.upload(noteId, file(9), { filename: "first" }).done;
    resolve();
    await second.done;
    const { attachments } = await client.notes.get(noteId);
    expect(attachments.map(({ filename }) => filename)).toEqual(["first", "second"]);
  });

  it("an upload of a small file declares a SHA-256 that the service verifies", async () => {
    const world = getWorld();
    const given = file(100_000);
    const attachment = await world.client.upload(await newNote(world), given).done;
    const expected = Buffer.from(await sha256OfBlob(given), "hex").toString("base64");
    expect(attachment.checksum).toEqual({ algorithm: "SHA256", value: expected });
  });

  it("the multipart upload of a large file reports its progress", async () => {
    const world = getWorld();
    const { client } = world;
    const given = file(LARGE_BYTES);
    const heard: UploadProgress[] = [];
    const attachment = await client.upload(await newNote(world), given, { onProgress: (each) => heard.push(each) })
      .done;
    expect(await sha256OfDownload(client, attachment.id)).toBe(await sha256OfBlob(given));
    expect(partsOf(world)).toBe(LARGE_PARTS);
    expect(heard.at(-1)).toMatchObject({
      state: "ready",
      sentBytes: LARGE_BYTES,
      totalBytes: LARGE_BYTES,
      secondsLeft: 0,
    });
    const states = heard.map(({ state }) => state).filter((state, place, all) => state !== all[place - 1]);
    expect(states).toEqual(["sending", "completing", "ready"]);
    const sent = heard.map(({ sentBytes }) => sentBytes);
    expect(sent).toEqual(sent.toSorted((a, b) => a - b));
  });

  it("an upload of a large file with a SHA-256 resolves after the verification", async () => {
    const world = getWorld();
    const given = file(LARGE_BYTES);
    const sha256 = Buffer.from(await sha256OfBlob(given), "hex").toString("base64");
    const attachment = await world.client.upload(await newNote(world), given, { sha256 }).done;
    expect(attachment).toMatchObject({ state: "ready", checksum: { algorithm: "SHA256", value: sha256 } });
  });

  it("an upload of a large file with a wrong SHA-256 is rejected with a reason", async () => {
    const world = getWorld();
    const sha256 = Buffer.alloc(32, 1).toString("base64");
    const upload = world.client.upload(await newNote(world), file(LARGE_BYTES), { sha256 });
    await expect(upload.done).rejects.toMatchObject({
      code: "upload_rejected",
      message: expect.stringContaining("SHA-256"),
    });
  });
});
