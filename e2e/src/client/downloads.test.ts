import { describe, expect, it } from "vitest";
import { file, sha256OfBlob, sha256OfDownload } from "./testing/files.ts";
import { startWorld, useWorld, type World } from "./testing/world.ts";

const getWorld = useWorld();

async function attach({ client }: World, sizeBytes: number) {
  const given = file(sizeBytes);
  const note = await client.notes.create({ title: "Files" });
  const { id } = await client.upload(note.id, given).done;
  return { id, sha256: await sha256OfBlob(given) };
}

const gets = ({ toBucket }: World) => toBucket.seen.filter((line) => line.startsWith("GET"));

describe("a download through the client", () => {
  it("a download requests a new URL after the first URL expires", async () => {
    const world = getWorld();
    const { id, sha256 } = await attach(world, 1_000_000);
    let isFirst = true;
    world.toBucket.decide(() => {
      if (!isFirst) return "pass";
      isFirst = false;
      return { status: 403, body: "<Error><Code>AccessDenied</Code></Error>" };
    });
    expect(await sha256OfDownload(world.client, id)).toBe(sha256);
    expect(gets(world)).toHaveLength(2);
  });

  it("a download requests a new URL only after the bucket refuses the given URL", async () => {
    const world = getWorld();
    const { id, sha256 } = await attach(world, 1000);
    const [{ fileUrl } = {}] = await world.client.urlsFor([id], { purpose: "zip" });
    if (fileUrl === undefined) throw new Error("no URL");
    const purposes = async () => {
      const { items } = await world.client.activity.list({ limit: 3 });
      return items.filter(({ action }) => action === "url.issued").map(({ detail }) => detail.purpose);
    };
    const read = async () => sha256OfBlob(await (await world.client.download(id, { fileUrl })).blob());
    expect(await read()).toBe(sha256);
    expect(await purposes()).toEqual(["zip"]);
    let isFirst = true;
    world.toBucket.decide(() => {
      if (!isFirst) return "pass";
      isFirst = false;
      return { status: 403 };
    });
    expect(await read()).toBe(sha256);
    expect(await purposes()).toEqual(["renewal", "zip"]);
  });

  it("a download fails after the bucket has refused the first URL and a new one", async () => {
    const world = getWorld();
    const { id } = await attach(world, 1000);
    world.toBucket.decide(() => ({ status: 403 }));
    await expect(world.client.download(id)).rejects.toMatchObject({ code: "bucket_refused", status: 403 });
  });

  it("a download resumes at the byte where the connection broke", async () => {
    const world = await startWorld();
    const { id, sha256 } = await attach(world, 20_000_000);
    const { stream } = await world.client.download(id);
    const reader = stream.getReader();
    const chunks = [(await reader.read()).value as Uint8Array];
    // The kill of the bucket breaks the connection of the running download.
    await world.bucket.kill();
    await world.bucket.start();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
    }
    expect(await sha256OfBlob(new Blob(chunks as Uint8Array<ArrayBuffer>[]))).toBe(sha256);
    expect(gets(world).length).toBeGreaterThan(1);
  });

  it("a download repeats the first request while the bucket is unavailable", async () => {
    const world = getWorld();
    const { id, sha256 } = await attach(world, 1000);
    let isFirst = true;
    world.toBucket.decide(() => {
      if (!isFirst) return "pass";
      isFirst = false;
      return { status: 503 };
    });
    expect(await sha256OfDownload(world.client, id)).toBe(sha256);
    expect(gets(world)).toHaveLength(2);
  });

  it("a download fails if the length of the body differs from the verified length", async () => {
    const world = getWorld();
    const { id } = await attach(world, 1000);
    world.toBucket.decide(() => ({ status: 200, body: "short" }));
    await expect(world.client.download(id)).rejects.toMatchObject({ code: "wrong_length" });
  });

  it("a download stops when the caller stops reading its stream", async () => {
    const world = getWorld();
    const { id } = await attach(world, 20_000_000);
    const { stream } = await world.client.download(id);
    for await (const _ of stream) break;
    expect(gets(world)).toHaveLength(1);
  });

  it("a download fails with the service's error code if the service denies access", async () => {
    const world = getWorld();
    const { id } = await attach(world, 10);
    const ben = await world.clientAs("ben");
    await expect(ben.download(id)).rejects.toMatchObject({ code: "access_denied", status: 403 });
  });
});
