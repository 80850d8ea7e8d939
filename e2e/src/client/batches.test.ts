import { describe, expect, it } from "vitest";
import type { UploadTask } from "../../../packages/client/src/index.ts";
import { file, sha256OfBlob, sha256OfDownload } from "./testing/files.ts";
import { useWorld, type World } from "./testing/world.ts";

const getWorld = useWorld();

const FILES = 120;
const nameOf = (nth: number) => `${String(nth).padStart(3, "0")}.bin`;

/** Uploads many small files to a new note at the same time. */
async function uploadMany({ client }: World, { count = FILES, more = [] as File[] } = {}) {
  const { id } = await client.notes.create({ title: "Many files" });
  const files = [...Array.from({ length: count }, (_, nth) => file(1_000 + nth, { name: nameOf(nth) })), ...more];
  const tasks: UploadTask[] = [];
  for (const each of files) {
    const before = tasks.at(-1);
    tasks.push(client.upload(id, each, before && { startsAfter: before.queued }));
  }
  return { noteId: id, files, tasks };
}

const doneOf = (tasks: readonly UploadTask[]) => Promise.all(tasks.map(({ done }) => done));
const requestsTo = ({ toService }: World, path: RegExp) => toService.seen.filter((line) => path.test(line));

async function namesOn({ client }: World, noteId: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { filename } of client.notes.iterateAttachments(noteId)) names.push(filename);
  return names;
}

describe("many files that a client uploads at the same time", () => {
  it("the client combines requests of simultaneous uploads to the service", async () => {
    const world = getWorld();
    const { noteId, files, tasks } = await uploadMany(world);
    const attachments = await doneOf(tasks);
    expect(attachments.map(({ filename, state }) => [filename, state])).toEqual(
      files.map(({ name }) => [name, "ready"]),
    );
    expect(await namesOn(world, noteId)).toEqual(files.map(({ name }) => name));
    expect(requestsTo(world, /POST .*\/uploads(?:\/batch)?$/).length).toBeLessThan(FILES / 3);
    expect(requestsTo(world, /POST .*\/complete$/).length).toBeLessThan(FILES / 3);
    const last = attachments.at(-1)?.id as string;
    expect(await sha256OfDownload(world.client, last)).toBe(await sha256OfBlob(files.at(-1) as File));
  });

  it("the client sends at most eight files to the bucket at the same time", async () => {
    const world = getWorld();
    let open = 0;
    let most = 0;
    const released = Promise.withResolvers<void>();
    world.toBucket.decide(({ method }) => {
      if (method !== "PUT") return "pass";
      open += 1;
      most = Math.max(most, open);
      if (open === 8) setTimeout(released.resolve, 200);
      const hold = async () => {
        await released.promise;
        open -= 1;
      };
      return { hold };
    });
    await doneOf((await uploadMany(world, { count: 40 })).tasks);
    expect(most).toBe(8);
  });

  it("the client uploads a single file without a batch request", async () => {
    const world = getWorld();
    await doneOf((await uploadMany(world, { count: 1 })).tasks);
    expect(requestsTo(world, /batch|uploads\/complete/)).toEqual([]);
  });

  it("a file that the service refuses does not affect the other files of its batch", async () => {
    const world = getWorld();
    const lie = new File(["hello"], "page.pdf", { type: "application/pdf" });
    const badName = new File(["hello"], "\u0000", { type: "text/plain" });
    const { noteId, tasks } = await uploadMany(world, { count: 30, more: [lie, badName] });
    const outcomes = await Promise.allSettled(tasks.map(({ done }) => done));
    expect(outcomes.slice(0, 30).every(({ status }) => status === "fulfilled")).toBe(true);
    expect(outcomes.slice(30)).toMatchObject([
      { status: "rejected", reason: { code: "upload_rejected" } },
      { status: "rejected", reason: { code: "invalid_filename", status: 400 } },
    ]);
    expect((await namesOn(world, noteId)).length).toBe(31);
  });

  it("no file exists twice after the response to a batch request is lost", async () => {
    const world = getWorld();
    const lost = new Set<string>();
    world.toService.decide(({ url = "" }) => {
      const kind = /uploads\/(batch|complete)$/.exec(url)?.[1];
      if (kind === undefined || lost.has(kind)) return "pass";
      lost.add(kind);
      return "loseAnswer";
    });
    const { noteId, files, tasks } = await uploadMany(world);
    await doneOf(tasks);
    expect([...lost].toSorted()).toEqual(["batch", "complete"]);
    expect((await namesOn(world, noteId)).toSorted()).toEqual(files.map(({ name }) => name));
  });

  it("aborting one upload of a batch removes its file, and the other uploads continue", async () => {
    const world = getWorld();
    const { noteId, files, tasks } = await uploadMany(world);
    const aborted = [3, 50, FILES - 1];
    await Promise.all(aborted.map((nth) => tasks[nth]?.abort()));
    const outcomes = await Promise.allSettled(tasks.map(({ done }) => done));
    const failed = outcomes.flatMap(({ status }, nth) => (status === "rejected" ? [nth] : []));
    expect(failed).toEqual(aborted);
    const expected = files.map(({ name }) => name).filter((_, nth) => !aborted.includes(nth));
    expect((await namesOn(world, noteId)).toSorted()).toEqual(expected);
  });

  it("the other uploads of a batch continue while one upload is paused", async () => {
    const world = getWorld();
    const { tasks } = await uploadMany(world, { count: 40 });
    const [first, ...others] = tasks as [UploadTask, ...UploadTask[]];
    first.pause();
    await doneOf(others);
    expect(first.progress().state).toBe("paused");
    first.resume();
    expect(await first.done).toMatchObject({ state: "ready" });
  });

  it("paused uploads do not delay other uploads", async () => {
    const world = getWorld();
    const { tasks } = await uploadMany(world, { count: 70 });
    for (const task of tasks) task.pause();
    const { tasks: others } = await uploadMany(world, { count: 3, more: [file(2 ** 20 + 1, { name: "large.bin" })] });
    await doneOf(others);
    expect(tasks.map((task) => task.progress().state)).toEqual(tasks.map(() => "paused"));
    for (const task of tasks) task.resume();
    expect(await doneOf(tasks)).toHaveLength(70);
  });

  it("a paused upload can resume while 70 other uploads wait until it completes", async () => {
    const world = getWorld();
    const { id } = await world.client.notes.create({ title: "One after another" });
    const first = world.client.upload(id, file(10));
    first.pause();
    const others = Array.from({ length: 70 }, (_, nth) =>
      world.client.upload(id, file(10 + nth, { name: nameOf(nth) }), { startsAfter: first.done }),
    );
    await expect.poll(() => first.progress().state).toBe("paused");
    first.resume();
    expect(await doneOf([first, ...others])).toHaveLength(71);
  });

  it("paused multipart uploads do not delay other uploads", async () => {
    const world = getWorld();
    const { id } = await world.client.notes.create({ title: "Large files" });
    const large = Array.from({ length: 8 }, (_, nth) => world.client.upload(id, file(2 ** 20 + 1 + nth)));
    await expect.poll(() => large.every((task) => task.attachmentId() !== undefined)).toBe(true);
    for (const task of large) task.pause();
    await doneOf((await uploadMany(world, { count: 10 })).tasks);
    for (const task of large) task.resume();
    await doneOf(large);
  });
});
