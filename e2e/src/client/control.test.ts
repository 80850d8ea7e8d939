import { describe, expect, it } from "vitest";
import { createClient, memoryStore, type UploadProgress } from "../../../packages/client/src/index.ts";
import { file, LARGE_BYTES, LARGE_PARTS, sha256OfBlob, sha256OfDownload } from "./testing/files.ts";
import { useWorld, type World } from "./testing/world.ts";

const getWorld = useWorld();
const newNote = async ({ client }: World) => (await client.notes.create({ title: "Files" })).id;
const partsSent = ({ toBucket }: World) => toBucket.seen.filter((line) => line.includes("partNumber=")).length;

/** Returns a promise that resolves when the upload has sent `bytes` bytes. */
function reaching(bytes: number) {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { reached: promise, onProgress: ({ sentBytes }: UploadProgress) => void (sentBytes >= bytes && resolve()) };
}

describe("an upload that is aborted", () => {
  it("upload.abort() also aborts the upload in the service", async () => {
    const world = getWorld();
    const note = await newNote(world);
    const { reached, onProgress } = reaching(LARGE_BYTES / 3);
    const upload = world.client.upload(note, file(LARGE_BYTES), { onProgress });
    await reached;
    const outcome = expect(upload.done).rejects.toMatchObject({ code: "aborted" });
    await upload.abort();
    await outcome;
    expect(upload.progress().state).toBe("aborted");
    const started = world.toService.seen.filter((line) => line.startsWith("DELETE /uploads/"));
    expect(started).toHaveLength(1);
    const [attachment] = (await world.client.notes.get(note)).attachments;
    expect(attachment?.state ?? "aborted").toBe("aborted");
  });

  it("an abort signal of the caller also aborts the upload in the service", async () => {
    const world = getWorld();
    const controller = new AbortController();
    const { reached, onProgress } = reaching(1);
    const upload = world.client.upload(await newNote(world), file(LARGE_BYTES), {
      onProgress,
      signal: controller.signal,
    });
    reached.then(() => controller.abort());
    await expect(upload.done).rejects.toMatchObject({ code: "aborted" });
    expect(world.toService.seen.some((line) => line.startsWith("DELETE /uploads/"))).toBe(true);
  });

  it("an upload sends no request when its signal is aborted before the start", async () => {
    const world = getWorld();
    const note = await newNote(world);
    const before = world.toService.seen.length;
    await expect(world.client.upload(note, file(10), { signal: AbortSignal.abort() }).done).rejects.toMatchObject({
      code: "aborted",
    });
    expect(world.toService.seen.length).toBe(before);
  });

  it("an upload completes if the client aborts it only after the completion request", async () => {
    const world = getWorld();
    const note = await newNote(world);
    const given = file(10_000);
    world.toService.decide(({ url }) => {
      // The client aborts the upload after its completion request, but before the response.
      if (url?.endsWith("/complete")) setImmediate(() => void upload.abort());
      return "pass";
    });
    const upload = world.client.upload(note, given);
    const outcome = await upload.done.then(
      ({ state }) => state,
      ({ code }) => code,
    );
    const attachments = (await world.client.notes.get(note)).attachments.filter(({ state }) => state === "ready");
    // The client may report "ready" or "aborted". The note must have the file only after "ready".
    expect(attachments.length).toBe(outcome === "ready" ? 1 : 0);
  });
});

describe("an upload that is paused", () => {
  it("a paused upload sends nothing until the client resumes the upload", async () => {
    const world = getWorld();
    const given = file(LARGE_BYTES);
    const paused = Promise.withResolvers<void>();
    const third = reaching(LARGE_BYTES / 3);
    const note = await newNote(world);
    const upload = world.client.upload(note, given, {
      onProgress(progress) {
        third.onProgress(progress);
        if (progress.state === "paused") paused.resolve();
      },
    });
    await third.reached;
    upload.pause();
    await paused.promise;
    const sentBefore = partsSent(world);
    expect(upload.progress().state).toBe("paused");
    const [pending] = (await world.client.notes.get(note)).attachments;
    expect(upload.attachmentId()).toBe(pending?.id);
    upload.resume();
    const { id } = await upload.done;
    expect(id).toBe(pending?.id);
    expect(await sha256OfDownload(world.client, id)).toBe(await sha256OfBlob(given));
    // Only the four parts that the client was sending at the pause may be sent twice.
    expect(partsSent(world)).toBeLessThanOrEqual(LARGE_PARTS + 4);
    expect(sentBefore).toBeLessThan(LARGE_PARTS);
  });
});

describe("an upload that another client with the same store restarts", () => {
  it("an upload that another client restarts sends only the missing parts", async () => {
    const world = getWorld();
    const { url: baseUrl, token } = world;
    const store = memoryStore();
    const note = await newNote(world);
    const given = file(LARGE_BYTES);
    const half = reaching(LARGE_BYTES / 2);
    const first = createClient({ baseUrl, token, store }).upload(note, given, { onProgress: half.onProgress });
    await half.reached;
    // The first upload stays paused until the end of the test, like the upload of a closed tab.
    first.pause();
    const sentBefore = partsSent(world);
    let resumedAt: number | undefined;
    const second = createClient({ baseUrl, token, store }).upload(note, given, {
      onProgress({ state, sentBytes }) {
        if (state === "sending") resumedAt ??= sentBytes;
      },
    });
    const { id } = await second.done;
    expect(await sha256OfDownload(world.client, id)).toBe(await sha256OfBlob(given));
    expect(resumedAt).toBeGreaterThan(0);
    expect(partsSent(world) - sentBefore).toBeLessThan(LARGE_PARTS);
    expect((await world.client.notes.get(note)).attachments).toHaveLength(1);
  });

  it("an upload starts from the beginning if its entry in the upload store is unusable", async () => {
    const world = getWorld();
    const note = await newNote(world);
    const given = file(10_000);
    const entries = new Map<string, string>();
    const store = {
      get: (key: string) => entries.get(key),
      set: (key: string, value: string) => void entries.set(key, value),
      remove: (key: string) => void entries.delete(key),
    };
    const client = createClient({ baseUrl: world.url, token: world.token, store });
    const remembered: string[] = [];
    const key = await client
      .upload(note, given, { onProgress: () => remembered.push(...entries.keys()) })
      .done.then(() => remembered[0] ?? "");
    expect(entries.size).toBe(0);
    for (const value of ["", "nonsense", '{"idempotencyKey":"x","uploadId":"0192f0c1-0000-7000-8000-000000000000"}']) {
      entries.set(key, value);
      expect((await client.upload(note, given).done).state).toBe("ready");
    }
  });
});
