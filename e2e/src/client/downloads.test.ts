import { describe, expect, it } from "vitest";
import { file, sha256OfBlob, sha256OfDownload } from "./testing/files.ts";
import { startWorld, type World } from "./testing/world.ts";

async function attach({ client }: World, sizeBytes: number) {
  const given = file(sizeBytes);
  const note = await client.notes.create({ title: "Files" });
  const { id } = await client.upload(note.id, given).done;
  return { id, sha256: await sha256OfBlob(given) };
}

const gets = ({ toBucket }: World) => toBucket.seen.filter((line) => line.startsWith("GET"));

describe("a download through the client", () => {
  it("whose URL has expired asks for a fresh one", async () => {
    const world = await startWorld();
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

  it("that is refused twice ends", async () => {
    const world = await startWorld();
    const { id } = await attach(world, 1000);
    world.toBucket.decide(() => ({ status: 403 }));
    await expect(world.client.download(id)).rejects.toMatchObject({ code: "bucket_refused", status: 403 });
  });

  it("that breaks goes on at the byte where it broke", async () => {
    const world = await startWorld();
    const { id, sha256 } = await attach(world, 20_000_000);
    const { stream } = await world.client.download(id);
    const reader = stream.getReader();
    const chunks = [(await reader.read()).value as Uint8Array];
    // The bucket is gone for a moment, with all its connections.
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

  it("of a file of another length than was verified is refused", async () => {
    const world = await startWorld();
    const { id } = await attach(world, 1000);
    world.toBucket.decide(() => ({ status: 200, body: "short" }));
    await expect(world.client.download(id)).rejects.toMatchObject({ code: "wrong_length" });
  });

  it("that is left half-way reads no further", async () => {
    const world = await startWorld();
    const { id } = await attach(world, 20_000_000);
    const { stream } = await world.client.download(id);
    for await (const _ of stream) break;
    expect(gets(world)).toHaveLength(1);
  });

  it("without access tells the service's code", async () => {
    const world = await startWorld();
    const { id } = await attach(world, 10);
    const ben = await world.clientAs("ben");
    await expect(ben.download(id)).rejects.toMatchObject({ code: "access_denied", status: 403 });
  });
});
