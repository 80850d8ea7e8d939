import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { v7 as uuidv7 } from "uuid";
import { expect, it, onTestFinished, vi } from "vitest";
import { type MoveOptions, moveBucket } from "../operations/bucket-move/move.ts";
import { joinBuckets } from "../platform/bucket/numbered.ts";
import { type Bucket, LEAST_CAPABILITIES } from "../platform/bucket/port.ts";
import { type BucketServer, bucketOn, startEmbedded } from "../platform/bucket/testing/bucket-server.ts";
import { startProxy } from "../platform/bucket/testing/faulty-proxy.ts";
import { defaultLimits } from "../platform/config/limits.ts";
import type { Deps } from "../platform/deps.ts";
import { sqlite } from "../testing/database/test-databases.ts";
import { declare, webp } from "../testing/pictures.ts";
import { PHOTO } from "../testing/send-preview.ts";
import type { Client, TestService } from "../testing/service.ts";
import { startServiceInTest } from "../testing/use-service.ts";
import { put } from "../testing/visitor.ts";
import { drawer, drawers } from "./embedding/testing/drawer.ts";
import { createPlace, open, users } from "./embedding/testing/embedding.ts";

const page = readFileSync(new URL("../../../../docs/s3-requests.md", import.meta.url), "utf8");
const DAY_MS = 86_400_000;
const MIB = 2 ** 20;
const { ann } = users;

/** The S3 operations in the order of docs/s3-requests.md, by the billing class that most providers give them. */
const CLASSES = {
  writes: [
    ...["PutObject", "CopyObject", "CreateMultipartUpload", "UploadPart", "ListParts", "CompleteMultipartUpload"],
    ...["ListObjectsV2", "ListMultipartUploads"],
  ],
  reads: ["HeadBucket", "HeadObject", "GetObject"],
  deletes: ["AbortMultipartUpload", "DeleteObject", "DeleteObjects"],
};

/** Counts the S3 requests to a bucket. */
function createMeter() {
  let seen: string[] = [];
  const rows: Record<string, string> = {};
  const countOf = (operation: string) => seen.filter((one) => one === operation).length;
  const sum = (operations: readonly string[]) => operations.reduce((total, one) => total + countOf(one), 0);
  return {
    rows,
    /** Puts a proxy in front of the bucket, which counts the requests. */
    async inFrontOf<Server extends Omit<BucketServer, "stop">>(server: Server): Promise<Server> {
      const proxy = await startProxy(server.endpoint, (request) => {
        seen.push(operationOf(request));
        return "pass";
      });
      onTestFinished(proxy.close);
      return { ...server, endpoint: proxy.endpoint };
    },
    /** Adds the row of a table: a verb, and the requests that `work` sends. */
    async measure<Result>(verb: string, work: () => Promise<Result>): Promise<Result> {
      seen = [];
      const result = await work();
      const operations = Object.values(CLASSES).flat();
      expect(seen.filter((one) => !operations.includes(one))).toEqual([]);
      const requests = operations
        .filter((one) => countOf(one) > 0)
        .map((one) => (countOf(one) > 1 ? `${countOf(one)} ${one}` : one));
      rows[verb] = [...Object.values(CLASSES).map(sum), requests.join(", ") || "none"].join(" | ");
      return result;
    },
  };
}

function operationOf({ method = "", url = "", headers }: IncomingMessage): string {
  const { pathname, searchParams: query } = new URL(url, "http://bucket");
  const isObject = pathname.split("/").filter((part) => part !== "").length > 1;
  const isCopy = headers["x-amz-copy-source"] !== undefined;
  const names = query.has("uploads")
    ? { GET: "ListMultipartUploads", POST: "CreateMultipartUpload" }
    : query.has("uploadId")
      ? { PUT: "UploadPart", GET: "ListParts", POST: "CompleteMultipartUpload", DELETE: "AbortMultipartUpload" }
      : isObject
        ? { PUT: isCopy ? "CopyObject" : "PutObject", GET: "GetObject", HEAD: "HeadObject", DELETE: "DeleteObject" }
        : { GET: "ListObjectsV2", HEAD: "HeadBucket", ...(query.has("delete") && { POST: "DeleteObjects" }) };
  return names[method as keyof typeof names] ?? `${method} ${url}`;
}

/** Returns the rows of all tables in a section of docs/s3-requests.md, by verb. */
function rowsOf(section: string): Record<string, string> {
  const [, text = ""] = page.split(`\n## ${section}\n`);
  const rows = [...(text.split("\n## ")[0] ?? "").matchAll(/^\| (.+?) \|$/gm)].map(([, row = ""]) =>
    row.split("|").map((cell) => cell.trim()),
  );
  return Object.fromEntries(rows.slice(2).map(([verb, ...cells]) => [verb, cells.join(" | ")]));
}

it("docs/s3-requests.md states the S3 requests for each call of an embedded service", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
  const { rows, measure, inFrontOf } = createMeter();
  const place = await createPlace(sqlite);
  const server = await inFrontOf(place.server);
  const options = { resources: drawers, background: false, adoptPrefixes: ["legacy/"] };
  const opening = () => open({ ...place, server }, options);
  const { files, as, bucket } = await measure("start, and once a day", opening);
  const { send } = as("ann");
  const [here, there] = [drawer("1"), drawer("2")];

  async function upload(body: Buffer, more = { filename: "a.bin", contentType: "application/octet-stream" }) {
    const started = await send("POST /drawer/1/uploads", { json: { ...more, sizeBytes: body.length } });
    expect(await put(started.body.upload, body)).toBe(200);
    expect((await send(`POST /uploads/${started.body.upload.id}/complete`)).body.state).toBe("ready");
    return started.body.upload.attachmentId;
  }
  await measure("upload up to 64 KiB", () => upload(Buffer.alloc(64 * 1024, "a")));
  await measure("upload up to 64 MiB", () => upload(Buffer.alloc(64 * 1024 + 1, "a")));
  const attach = (body: Buffer | Readable) => files.attach(ann, here, { filename: "a.txt", body });
  const { id } = await measure("`attach` up to 5 MiB", () => attach(Buffer.from("the invoice")));
  await measure("`attach` of 11 MiB", () => attach(Readable.from([Buffer.alloc(6 * MIB), Buffer.alloc(5 * MIB)])));

  const { url } = await measure("`issueUrl`, `issueUrls`", async () => {
    await files.issueUrls(ann, [id]);
    return files.issueUrl(ann, id);
  });
  await measure("download", async () => (await fetch(url)).arrayBuffer());
  await measure("`get`, `list`, `listMany`, `find`, `counts`, `activity`, `rename`, `annotate`", async () => {
    await files.get(ann, id);
    await files.list(ann, here);
    await files.listMany(ann, [here]);
    await files.counts(ann, [here]);
    await files.activity(ann, here);
    await files.rename(ann, id, "b.txt");
    await files.annotate(ann, id, { tags: ["signed"] });
    await files.find(ann, "drawer", { tag: "signed" });
  });
  await measure("`health`", () => files.health());

  const photo = await upload(PHOTO, { filename: "a.jpg", contentType: "image/jpeg" });
  await measure("store a preview", async () => {
    const json = { previews: [declare(webp(), { attachmentId: photo })] };
    const [started] = (await send("POST /files/previews", { json })).body.previews;
    expect(await put(started.upload, webp())).toBe(200);
    await send("POST /files/previews/complete", { json: { previews: [{ attachmentId: photo, name: "small" }] } });
  });
  const preview = await files.issueUrl(ann, photo, { preview: "small" });
  await measure("show a preview", async () => (await fetch(preview.url)).arrayBuffer());

  for (const Key of ["legacy/a.txt", "legacy/b.txt"]) {
    const object = { Bucket: place.server.bucket, Key, Body: "the invoice", ContentType: "text/plain" };
    await bucket.s3.send(new PutObjectCommand(object));
  }
  await measure("`adopt`", () => files.adopt(ann, here, { key: "legacy/a.txt" }));
  await measure("`adopt` with `copy`", () => files.adopt(ann, here, { key: "legacy/b.txt", copy: true }));
  await measure("`copy`", () => files.copy(ann, id, there));

  /** Runs `work`, then the due deletions, and a day later the second deletions. Omits the daily check of the bucket. */
  const measureDeletions = async (verb: string, work: () => Promise<unknown>) => {
    await measure(verb, async () => {
      await work();
      await files.tick();
      vi.setSystemTime(Date.now() + DAY_MS);
      await files.tick();
    });
    vi.setSystemTime(Date.now() + 1);
    await files.tick();
  };
  await measureDeletions("`move`", () => files.move(ann, id, there));
  const [oldest, ...others] = (await files.list(ann, there)).files;
  await measureDeletions("`remove` of 1 file", () => files.remove(ann, oldest?.id ?? ""));
  expect(others).toHaveLength(1);
  await files.attach(ann, there, { filename: "c.txt", body: Buffer.from("c") });
  await measureDeletions("`removeAll` of 2 files", () => files.removeAll(ann, there));
  expect(rows).toEqual(rowsOf("Calls"));
});

it("docs/s3-requests.md states the S3 requests for each action of the service", async () => {
  const { rows, measure, inFrontOf } = createMeter();
  const server = await startBucket();
  const limits = { uploadMaxBytes: 64 * MIB, singlePutMaxBytes: 1_000_000 };
  const service = await startServiceInTest({ engine: sqlite, bucket: await inFrontOf(server), limits });
  const { id: noteId, client } = await createNote(service);
  await measure("multipart upload of 2 parts", () => upload(client, { noteId, sizeBytes: 8 * MIB + 1 }));
  const gc = { mend: true, force: false, isAlone: true, findsDamage: false };
  await measure("`valetkey gc`, for each 1,000 objects", () => service.useCases.collectGarbage(gc));
  const bucket = await inFrontOf(server);
  const careful = await startServiceInTest({ engine: sqlite, bucket, capabilities: LEAST_CAPABILITIES });
  const note = await createNote(careful);
  const small = () => upload(note.client, { noteId: note.id, sizeBytes: 5 });
  await measure("upload up to 64 KiB to a bucket without capabilities", small);
  expect(rows).toEqual(rowsOf("Multipart uploads and other S3 servers"));
});

it("docs/s3-requests.md states the S3 requests for a move to another bucket", async () => {
  const { rows, measure, inFrontOf } = createMeter();
  const [old, other] = [await inFrontOf(await startBucket()), await inFrontOf(await startBucket())];
  let uploadsTo = 1;
  let both: Bucket | undefined;
  const join = (bucket: Bucket) => {
    const next = { number: 2, bucket: bucketOn(other, { keyPrefix: "new/" }), keyPrefix: "new/" };
    both = joinBuckets([{ number: 1, bucket, keyPrefix: "old/" }, next], { numberForUploads: () => uploadsTo });
    return both;
  };
  const service = await startServiceInTest({ engine: sqlite, keyPrefix: "old/", bucket: old, wrap: { bucket: join } });
  const { id: noteId, client } = await createNote(service);
  await upload(client, { noteId, sizeBytes: 5 });
  const { db, now: clock } = service;
  const deps = { db, bucket: both, clock, newId: uuidv7, limits: defaultLimits(), onDeletionsQueued: () => undefined };
  const options: MoveOptions = {
    ...{ from: 1, to: 2, places: { 1: "old", 2: "new" }, adopted: false, atOnce: 4, seenMs: 0 },
    ...{ onProgress: () => undefined, onFailure: () => undefined, onWait: () => undefined },
    refresh: async () => {
      uploadsTo = 2;
    },
  };
  const move = () => moveBucket(deps as unknown as Deps, options);
  const { moved } = await measure("move of 1 small file", move);
  expect(moved.objects).toBe(1);
  await measure("move of 0 files", move);
  expect(rows).toEqual(rowsOf("Moves to another bucket"));
});

async function startBucket(): Promise<BucketServer> {
  const server = await startEmbedded();
  onTestFinished(() => server.stop());
  return server;
}

async function createNote(service: TestService) {
  const client = service.as("ann");
  const { body } = await client.send("POST /notes", { json: { title: "Files" } });
  return { client, id: body.id as string };
}

async function upload(client: Client, { noteId, sizeBytes }: { noteId: string; sizeBytes: number }): Promise<void> {
  const json = { filename: "a.bin", contentType: "application/octet-stream", sizeBytes };
  const started = (await client.send(`POST /notes/${noteId}/uploads`, { json })).body.upload;
  if (started.partSize === undefined) expect(await put(started, Buffer.alloc(sizeBytes, "a"))).toBe(200);
  else {
    const { body } = await client.send(`POST /uploads/${started.id}/parts`, { json: { partNumbers: [1, 2] } });
    for (const { partNumber, method, url } of body.parts) {
      const length = partNumber === 2 ? sizeBytes - started.partSize : started.partSize;
      expect(await put({ method, url, headers: {} }, Buffer.alloc(length, "a"))).toBe(200);
    }
  }
  const done = await client.send(`POST /uploads/${started.id}/complete`, { json: {} });
  expect(done.body.state).toBe("ready");
}
