import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { FileBody, Hook, NewFile } from "../../index.ts";
import { engines, sqlite } from "../../testing/database/test-databases.ts";
import { drawer, drawers, pictures, png } from "./testing/drawer.ts";
import { createPlace, open, type TestUser, useEmbedding, users } from "./testing/embedding.ts";

const bytes = Buffer.from("the invoice");

async function onDisk(content: Uint8Array, name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "valetkey-attach-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

const asStream = (content: Uint8Array) => new Blob([new Uint8Array(content)]).stream() as ReadableStream<Uint8Array>;

describe.each(engines)("attach on $name", (engine) => {
  const embedding = useEmbedding(engine, { resources: drawers });

  const bodies: [string, () => FileBody | Promise<FileBody>][] = [
    ["a Buffer", () => bytes],
    ["an ArrayBuffer", () => new Uint8Array(bytes).buffer],
    ["a Blob", () => new Blob([bytes])],
    ["a web stream", () => asStream(bytes)],
    ["a stream of Node.js", () => Readable.from([bytes.subarray(0, 3), bytes.subarray(3)])],
    ["the path of a file", async () => ({ file: await onDisk(bytes, "a.txt") })],
  ];
  it.each(bodies)("attach adds a file from %s", async (_, body) => {
    const { files } = embedding;
    const item = drawer("body");
    const file = await files.attach(users.ann, item, { filename: "invoice.txt", body: await body() });
    const facts = { ...item, filename: "invoice.txt", contentType: "text/plain", sizeBytes: 11, state: "ready" };
    expect(file).toMatchObject({ ...facts, createdBy: "ann", sha256: expect.any(String) });
    const { url } = await files.issueUrl(users.ann, file.id);
    expect(await (await fetch(url)).text()).toBe("the invoice");
    expect(bytes.toString()).toBe("the invoice");
  });

  it("attach takes a missing filename or type from the File or the path", async () => {
    const { files } = embedding;
    const path = await onDisk(png, "dot.png");
    const fromPath = await files.attach(users.ann, pictures("facts"), { body: { file: path }, path: "scans" });
    expect(fromPath).toMatchObject({ filename: "dot.png", contentType: "image/png", path: "scans/" });
    const body = new File([png], "other.png", { type: "image/png" });
    const fromFile = await files.attach(users.ann, pictures("facts"), { body });
    expect(fromFile).toMatchObject({ filename: "other.png", contentType: "image/png" });
  });

  it.each([-1_000_000_000, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    "attach refuses a Blob-like object whose size is %s",
    async (size) => {
      const liar = { size, name: "a.txt", type: "text/plain", stream: () => asStream(bytes) };
      const attaching = embedding.files.attach(users.ann, drawer("liar"), { body: liar as never });
      await expect(attaching).rejects.toThrow("body.size must be a whole number");
    },
  );

  it.each<[string, () => FileBody]>([
    ["a stream of Node.js", () => Readable.from([bytes, bytes, bytes])],
    ["a web stream", () => asStream(Buffer.concat([bytes, bytes, bytes]))],
  ])("two calls of attach with the same body (%s) add only one file", async (_, create) => {
    const { files } = embedding;
    const body = create();
    const attach = () => files.attach(users.ann, drawer("shared"), { filename: "a.bin", body });
    const outcomes = await Promise.allSettled([attach(), attach()]);
    expect(outcomes).toMatchObject([
      { status: "fulfilled", value: { sizeBytes: 33 } },
      { status: "rejected", reason: { code: "invalid_request" } },
    ]);
  });

  it("attach sends a stream of unknown length as a multipart upload", async () => {
    const { files, bucket } = embedding;
    const content = Buffer.alloc(11 * 2 ** 20, "0123456789abcdef");
    const path = await onDisk(content, "large.bin");
    const file = await files.attach(users.ann, drawer("large"), {
      filename: "large.bin",
      body: createReadStream(path),
    });
    expect(file).toMatchObject({ sizeBytes: content.length, sha256: sha256(content) });
    const { url } = await files.issueUrl(users.ann, file.id);
    expect(sha256(Buffer.from(await (await fetch(url)).arrayBuffer()))).toBe(sha256(content));
    expect(await bucket.uploads()).toBe(0);
  });

  it("attach refuses a user who may not add files", async () => {
    const body = Readable.from([bytes]);
    const attaching = embedding.files.attach(users.ben, drawer("read-1"), { filename: "a.txt", body });
    await expect(attaching).rejects.toMatchObject({ code: "access_denied" });
    expect(body.destroyed).toBe(true);
  });

  const used = () => {
    const stream = asStream(bytes);
    stream.getReader();
    return stream;
  };
  const refusals: [string, () => Partial<NewFile>, object][] = [
    ["ends early", () => ({ body: Readable.from([bytes]), sizeBytes: 12 }), { code: "upload_rejected" }],
    ["is longer than declared", () => ({ body: asStream(bytes), sizeBytes: 10 }), { code: "upload_rejected" }],
    ["has another length than declared", () => ({ body: bytes, sizeBytes: 10 }), { code: "upload_rejected" }],
    ["contradicts its name", () => ({ body: png, filename: "a.pdf" }), { code: "upload_rejected" }],
    ["has another SHA-256", () => ({ body: bytes, sha256: sha256(png) }), { code: "upload_rejected" }],
    ["fails", () => ({ body: failing() }), { code: "upload_aborted", message: expect.stringContaining("disk gone") }],
    ["was read before", () => ({ body: used() }), { code: "invalid_request" }],
    ["gives texts", () => ({ body: Readable.from(["text"]) as never }), { code: "invalid_request" }],
    ["is a text", () => ({ body: "/etc/passwd" as never }), { name: "TypeError" }],
    ["is missing", () => ({ body: undefined as never }), { name: "TypeError" }],
    ["is at a path without a file", () => ({ body: { file: "/missing" } }), { code: "ENOENT" }],
    ["has a wrong name", () => ({ body: bytes, filename: "a/b" }), { code: "invalid_filename" }],
  ];
  it.each(refusals)("attach refuses a body that %s, and stores nothing", async (_, file, error) => {
    const { files } = embedding;
    const item = drawer("refused");
    await expect(files.attach(users.ann, item, { filename: "a.txt", ...file() } as NewFile)).rejects.toMatchObject(
      error,
    );
    expect(await files.list(users.ann, item)).toMatchObject({ files: [] });
  });

  it("attach refuses types, contents and sizes that the resource does not accept", async () => {
    const attach = (file: NewFile) => embedding.files.attach(users.ann, pictures("checks"), file);
    await expect(attach({ filename: "a.txt", body: bytes })).rejects.toMatchObject({ code: "kind_not_accepted" });
    // The content is certainly no picture, although the resource accepts the declared type.
    const disguised = { filename: "a", contentType: "image/png", body: Buffer.from("%PDF-1.7\n%\u00e2\u00e3\n") };
    await expect(attach(disguised)).rejects.toMatchObject({ code: "upload_rejected" });
    const large = Buffer.concat([png, Buffer.alloc(1_000)]);
    for (const body of [large, Readable.from([large]), endless()]) {
      await expect(attach({ filename: "a.png", body })).rejects.toMatchObject({ code: "file_too_large" });
    }
    await expect(
      embedding.files.attach(users.ann, { resource: "contract", itemId: "1" }, { filename: "a.txt", body: bytes }),
    ).rejects.toMatchObject({ code: "not_found" });
  });

  it("a body that attach refuses leaves no object in the bucket and uses no quota", async () => {
    const { files, bucket } = await open(await createPlace(engine), {
      resources: drawers,
      itemQuotaBytes: 12,
      background: false,
    });
    const item = drawer("quota");
    const attach = (body: FileBody, more: object = {}) =>
      files.attach(users.ann, item, { filename: "a.txt", body, ...more });
    await expect(attach(bytes, { sha256: sha256(png) })).rejects.toMatchObject({ code: "upload_rejected" });
    await expect(attach(Readable.from([bytes, bytes]))).rejects.toMatchObject({ code: "quota_exceeded" });
    await expect(attach(failing())).rejects.toMatchObject({ code: "upload_aborted" });
    await files.tick();
    expect(await bucket.keys()).toEqual([]);
    await attach(bytes);
    const message = "The files of this item may have 12 bytes together. Remove some files first.";
    await expect(attach(bytes)).rejects.toMatchObject({ code: "quota_exceeded", message });
  });

  it("an HTTP client can list a file that the application itself attached", async () => {
    const { files, as } = embedding;
    const { id } = await files.asApplication.attach(drawer("own"), { filename: "a.txt", body: bytes });
    expect(await as("ann").send("GET /drawer/own")).toMatchObject({
      status: 200,
      body: { items: [{ id, createdBy: { id: "" }, state: "ready" }] },
    });
  });

  it("the hook onReady runs for a file that `attach` added", async () => {
    const onReady = vi.fn<Hook>();
    const resources = { drawer: { may: () => true, onReady } };
    const { files } = await open(await createPlace(engine), { resources, background: false });
    const { id } = await files.asApplication.attach(drawer("1"), { filename: "a.txt", body: bytes });
    await files.tick();
    expect(onReady.mock.calls).toMatchObject([[{ id, createdBy: "", state: "ready" }, "1", { attempt: 1 }]]);
  });
});

// The decisions of `may` do not depend on the database.
describe("the decision about attach", () => {
  it.each([
    ["changes while the bytes arrive", () => decisions(true, false)],
    ["is a truthy object", () => () => ({ allowed: true }) as never],
    ["fails", () => () => Promise.reject(new Error("secret"))],
  ])("attach refuses the file if the decision of `may` %s", async (_, makeMay) => {
    const may = makeMay() as (user: TestUser) => boolean;
    const { files, bucket } = await open(await createPlace(sqlite), {
      resources: { drawer: { may } },
      background: false,
    });
    const attaching = files.attach(users.ann, drawer("1"), { filename: "a.txt", body: bytes });
    await expect(attaching).rejects.toMatchObject({ code: "access_denied" });
    await files.tick();
    expect([await bucket.keys(), await files.asApplication.list(drawer("1"))]).toMatchObject([[], { files: [] }]);
  });
});

function decisions(...answers: boolean[]) {
  return () => answers.shift() ?? false;
}

function sha256(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("base64");
}

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) yield png;
}

async function* failing(): AsyncGenerator<Uint8Array> {
  yield Buffer.from("half");
  throw new Error("disk gone");
}
