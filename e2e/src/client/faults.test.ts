import { appendFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type UploadProgress, ValetKeyError } from "../../../packages/client/src/index.ts";
import { openFile } from "../../../packages/client/src/node.ts";
import type { Fate } from "./testing/fault-proxy.ts";
import { file, LARGE_BYTES, LARGE_PARTS, sha256OfBlob, sha256OfDownload, writeRandomFile } from "./testing/files.ts";
import { startWorld, useWorld, type World } from "./testing/world.ts";

const getWorld = useWorld();
const newNote = async ({ client }: World) => (await client.notes.create({ title: "Files" })).id;
const isPut = ({ method }: IncomingMessage) => method === "PUT";
const isPart = (number: number) => (request: IncomingMessage) =>
  isPut(request) && new RegExp(`partNumber=${number}&`).test(request.url ?? "");
/** Counts only the parts of the newest upload, because parts of an earlier test may arrive late. */
function partsSent({ toBucket }: World): number {
  const parts = toBucket.seen.filter((line) => line.includes("partNumber="));
  const object = parts.at(-1)?.split("?")[0];
  return parts.filter((line) => line.startsWith(`${object}?`)).length;
}

/** Makes a function that causes a fault for the first matching request, and none for later requests. */
function once(matches: (request: IncomingMessage) => boolean, fate: Fate): (request: IncomingMessage) => Fate {
  let met = false;
  return (request) => {
    if (met || !matches(request)) return "pass";
    met = true;
    return fate;
  };
}

async function expectSameBytes({ client }: World, { attachmentId, given }: { attachmentId: string; given: Blob }) {
  expect(await sha256OfDownload(client, attachmentId)).toBe(await sha256OfBlob(given));
}

const failureOf = async (done: Promise<unknown>): Promise<ValetKeyError> => {
  const error = await done.then(
    () => undefined,
    (error) => error,
  );
  expect(error).toBeInstanceOf(ValetKeyError);
  return error;
};

describe("an upload with a broken connection", () => {
  it.each([1, 99])("the client sends a single PUT again after its connection broke at %i percent", async (percent) => {
    const world = getWorld();
    const given = file(3_000_000);
    world.toBucket.decide(once(isPut, { cutAt: percent / 100 }));
    const { id } = await world.client.upload(await newNote(world), given).done;
    await expectSameBytes(world, { attachmentId: id, given });
  });

  it.each([1, 99])("the client sends only one part again after its connection broke at %i percent", async (percent) => {
    const world = getWorld();
    const given = file(LARGE_BYTES);
    world.toBucket.decide(once(isPart(4), { cutAt: percent / 100 }));
    const { id } = await world.client.upload(await newNote(world), given).done;
    await expectSameBytes(world, { attachmentId: id, given });
    expect(partsSent(world)).toBe(LARGE_PARTS + 1);
  });
});

describe("an upload with a lost response", () => {
  it("an upload succeeds if the response to its only PUT is lost", async () => {
    const world = getWorld();
    const given = file(1_000_000);
    world.toBucket.decide(once(isPut, "loseAnswer"));
    const { id } = await world.client.upload(await newNote(world), given).done;
    await expectSameBytes(world, { attachmentId: id, given });
  });

  it("an upload starts only once even if the response to its start request is lost", async () => {
    const world = getWorld();
    const note = await newNote(world);
    const isStart = ({ method, url }: IncomingMessage) => method === "POST" && url === `/notes/${note}/uploads`;
    world.toService.decide(once(isStart, "loseAnswer"));
    await world.client.upload(note, file(1000)).done;
    expect(world.toService.seen.filter((line) => line.endsWith("/uploads"))).toHaveLength(2);
    expect((await world.client.notes.get(note)).attachments).toHaveLength(1);
  });

  it("an upload returns its attachment if the response to the completion request is lost", async () => {
    const world = getWorld();
    const note = await newNote(world);
    world.toService.decide(once(({ url }) => url?.endsWith("/complete") === true, "loseAnswer"));
    const { id } = await world.client.upload(note, file(LARGE_BYTES)).done;
    expect((await world.client.notes.get(note)).attachments.map((each) => each.id)).toEqual([id]);
  });
});

describe("an expired upload URL", () => {
  it("the client requests a new upload URL for a PUT after the first URL expires", async () => {
    const world = getWorld();
    const given = file(1_000_000);
    world.toBucket.decide(
      once(isPut, {
        hold: () => world.bucket.setClockAhead(20 * 60_000),
        release: () => world.bucket.setClockAhead(0),
      }),
    );
    const { id } = await world.client.upload(await newNote(world), given).done;
    await expectSameBytes(world, { attachmentId: id, given });
    expect(world.toBucket.seen.filter((line) => line.startsWith("PUT"))).toHaveLength(2);
  });

  it("the client requests a new upload URL for a part after its first URL expires", async () => {
    const world = getWorld();
    const given = file(LARGE_BYTES);
    // Sets the clock of the bucket past the expiry of the URL. After the bucket has refused part 4, corrects the clock.
    world.toBucket.decide(
      once(isPart(4), {
        hold: () => world.bucket.setClockAhead(20 * 60_000),
        release: () => world.bucket.setClockAhead(0),
      }),
    );
    const { id } = await world.client.upload(await newNote(world), given).done;
    await expectSameBytes(world, { attachmentId: id, given });
    expect(partsSent(world)).toBeGreaterThan(LARGE_PARTS);
  });

  it("an upload fails if the bucket refuses the first upload URL and all new ones", async () => {
    const world = getWorld();
    world.toBucket.decide((request) => (isPut(request) ? { status: 403 } : "pass"));
    const error = await failureOf(world.client.upload(await newNote(world), file(LARGE_BYTES)).done);
    expect(error).toMatchObject({ code: "bucket_refused", status: 403 });
  });
});

describe("an upload from a client with a wrong clock", () => {
  afterEach(() => void vi.useRealTimers());

  it.each([-1, 1])("an upload succeeds when the clock of the client is wrong by %i h", async (hours) => {
    const world = getWorld();
    const given = file(LARGE_BYTES);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + hours * 3_600_000 });
    // Only the client in the test process has the fake clock. The test has signed the token before, with the correct clock.
    const { id } = await world.client.upload(await newNote(world), given).done;
    await expectSameBytes(world, { attachmentId: id, given });
    expect(partsSent(world)).toBe(LARGE_PARTS);
  });
});

describe("an upload during an outage", () => {
  it("an upload waits until an outage of the bucket ends", async () => {
    const world = getWorld();
    const given = file(LARGE_BYTES);
    const states = new Set<UploadProgress["state"]>();
    world.toBucket.decide((request) => (isPut(request) && !states.has("waiting") ? { status: 503 } : "pass"));
    const upload = world.client.upload(await newNote(world), given, { onProgress: ({ state }) => states.add(state) });
    await expectSameBytes(world, { attachmentId: (await upload.done).id, given });
    expect(states).toContain("waiting");
  });

  it("an upload that fails in a long outage of the service can resume later", async () => {
    const world = getWorld();
    const given = file(LARGE_BYTES);
    const note = await newNote(world);
    const isSigning = ({ url }: IncomingMessage) => url?.endsWith("/complete") === true;
    world.toService.decide((request) => (isSigning(request) ? { status: 502, body: "Bad Gateway" } : "pass"));
    const error = await failureOf(world.client.upload(note, given, { giveUpAfterSeconds: 0 }).done);
    expect(error).toMatchObject({ code: "invalid_response", status: 502 });
    world.toService.decide(() => "pass");
    const { id } = await world.client.upload(note, given).done;
    await expectSameBytes(world, { attachmentId: id, given });
    expect(partsSent(world)).toBe(LARGE_PARTS);
  });

  it("an upload continues after the service or the bucket is killed and restarted", async () => {
    const world = await startWorld();
    await interruptedBy(world, world.service);
    await interruptedBy(world, world.bucket);
  });

  async function interruptedBy(world: World, victim: World["service"]) {
    const given = file(LARGE_BYTES);
    const restarted = Promise.withResolvers<void>();
    let hit = false;
    world.toBucket.decide((request) => {
      if (hit || !isPart(5)(request)) return "pass";
      hit = true;
      victim.kill().then(victim.start).then(restarted.resolve, restarted.reject);
      return "pass";
    });
    const upload = world.client.upload(await newNote(world), given);
    const [attachment] = await Promise.all([upload.done, restarted.promise]);
    await expectSameBytes(world, { attachmentId: attachment.id, given });
  }
});

describe("an upload whose parts the bucket has lost", () => {
  it("the client starts a new upload if the bucket has lost the uploaded parts", async () => {
    const world = getWorld();
    const given = file(LARGE_BYTES);
    const note = await newNote(world);
    const lost = "<Error><Code>NoSuchUpload</Code><Message>The upload is not there</Message></Error>";
    world.toBucket.decide(once(isPart(4), { status: 404, body: lost }));
    const { id } = await world.client.upload(note, given).done;
    await expectSameBytes(world, { attachmentId: id, given });
    expect(world.toService.seen.filter((line) => line.startsWith("DELETE /uploads/"))).toHaveLength(1);
    expect((await world.client.usage()).usedBytes).toBe(LARGE_BYTES);
  });
});

describe("an upload that can't succeed", () => {
  it("an upload whose bytes do not match the filename fails with upload_rejected", async () => {
    const world = getWorld();
    const png = new File([Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"), new Uint8Array(1000)], "cat.pdf", {
      type: "application/pdf",
    });
    const note = await newNote(world);
    const error = await failureOf(world.client.upload(note, png).done);
    expect(error).toMatchObject({ code: "upload_rejected", status: 422 });
    expect(error.requestId).toBeTruthy();
    expect((await world.client.notes.get(note)).attachments.filter(({ state }) => state === "ready")).toEqual([]);
  });

  it("an upload fails if its note is deleted", async () => {
    const world = getWorld();
    const note = await newNote(world);
    const { promise: deleted, resolve, reject } = Promise.withResolvers<void>();
    let asked = false;
    world.toBucket.decide((request) => {
      if (!isPart(5)(request)) return "pass";
      if (!asked) world.client.notes.remove(note).then(resolve, reject);
      asked = true;
      return { hold: async () => deleted };
    });
    const error = await failureOf(world.client.upload(note, file(LARGE_BYTES)).done);
    expect(["note_not_found", "upload_not_found"]).toContain(error.code);
  });

  it("an upload fails if the user loses access to the note", async () => {
    const { client, clientAs, toBucket, userId } = getWorld();
    const ben = await clientAs("ben");
    const note = (await ben.notes.create({ title: "Ben's" })).id;
    await ben.shares.put({ noteId: note }, { userIds: [userId], role: "editor" });
    let revoked: Promise<void> | undefined;
    toBucket.decide((request) => {
      if (!isPut(request)) return "pass";
      revoked ??= ben.shares.remove({ noteId: note }, userId);
      return { hold: async () => revoked };
    });
    const error = await failureOf(client.upload(note, file(LARGE_BYTES)).done);
    expect(["access_denied", "note_not_found"]).toContain(error.code);
  });

  it("an upload fails if its file changes on the disk", async () => {
    const world = getWorld();
    const { path } = await writeRandomFile(world.folder, { sizeBytes: LARGE_BYTES });
    let changed: Promise<void> | undefined;
    world.toBucket.decide((request) => {
      if (!isPart(3)(request)) return "pass";
      changed ??= appendFile(path, "one more byte");
      return { hold: async () => changed };
    });
    const upload = world.client.upload(await newNote(world), await openFile(path));
    expect(await failureOf(upload.done)).toMatchObject({ code: "file_unreadable" });
  });

  it("an upload over the size limit or over the quota fails", async () => {
    const { client } = await startWorld({ env: { USER_QUOTA_BYTES: "1MiB", UPLOAD_MAX_BYTES: "2MiB" } });
    const { id } = await client.notes.create({ title: "Files" });
    const overQuota = await failureOf(client.upload(id, file(1_500_000)).done);
    expect(overQuota).toMatchObject({ code: "quota_exceeded" });
    expect((await client.usage()).quotaBytes).toBe(2 ** 20);
    const overLimit = await failureOf(client.upload(id, file(3_000_000)).done);
    expect(overLimit).toMatchObject({ code: "file_too_large", status: 413 });
  });
});
