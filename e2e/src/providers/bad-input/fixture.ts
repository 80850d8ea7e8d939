import { afterAll, beforeAll, expect } from "vitest";
import { previewQueries } from "../../../../packages/server/src/features/attachments/preview-queries.ts";
import { attachmentQueries } from "../../../../packages/server/src/features/attachments/queries.ts";
import type { BucketCapabilities } from "../../../../packages/server/src/platform/bucket/port.ts";
import { type BucketServer, bucketOn } from "../../../../packages/server/src/platform/bucket/testing/bucket-server.ts";
import { patterned } from "../../../../packages/server/src/platform/bucket/testing/bytes.ts";
import type { Limits } from "../../../../packages/server/src/platform/config/limits.ts";
import { engines } from "../../../../packages/server/src/testing/database/test-databases.ts";
import { type Client, startService, type TestService } from "../../../../packages/server/src/testing/service.ts";
import type { RunningProvider } from "../../testing/s3-servers/providers.ts";

export const MIB = 2 ** 20;
export const DAY = 86_400_000;
export const PART = 8 * MIB;
/** The content of a file for a multipart upload. The second part has only 1,000 bytes. */
export const LARGE = patterned(PART + 1_000);
export const TEXT = { filename: "hello.txt", contentType: "text/plain" };
const [sqlite] = engines;

export type Started = {
  id: string;
  attachmentId: string;
  method: string;
  url: string;
  headers: Record<string, string>;
  partSize?: number;
  partCount?: number;
};
export type Part = { partNumber: number; method: string; url: string; headers: Record<string, string> };

export type BadInputFixture = ReturnType<typeof useBadInputFixture>;

/** Starts a service with a new bucket before the tests of a `describe`. `name`: the name of the server in docs/providers.md. */
export function useBadInputFixture(name: string, running: () => RunningProvider) {
  let server: BucketServer;
  let capabilities: BucketCapabilities;
  let service: TestService;
  let ann: Client;
  let noteId: string;

  async function open(limits: Partial<Limits> = {}): Promise<TestService> {
    if (sqlite === undefined) throw new Error("there is no database");
    const large = { uploadMaxBytes: 32 * MIB, singlePutMaxBytes: 2 * MIB, ...limits };
    return startService({ engine: sqlite, bucket: server, capabilities, limits: large });
  }

  beforeAll(async () => {
    server = await running().newBucket();
    const bucket = bucketOn(server);
    const keys = [bucket.newObjectKey(), bucket.newObjectKey(), bucket.newObjectKey()] as const;
    capabilities = await bucket.tryCapabilities(keys);
    await bucket.delete(keys);
    bucket.close();
    service = await open();
    ann = await service.as("ann");
    noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
  });

  afterAll(() => service.close());

  /** Runs the sweep on each of three days. Checks that the bucket then has only objects of ready files, and no parts of uploads. */
  async function nothingOrphaned(): Promise<void> {
    for (const _day of [1, 2, 3]) {
      service.advance(DAY + 600_000);
      await service.useCases.expireUploads();
      await service.useCases.dropUnconfirmedPreviews();
      await service.useCases.purgeObjects();
    }
    service.advance(-3 * (DAY + 600_000));
    const ready = (await attachmentQueries(service.db).listOfNote(noteId)).filter(({ state }) => state === "ready");
    const keys = await service.bucketContents.keys();
    const previews = await previewQueries(service.db).list(ready.map(({ id }) => id));
    expect(keys.sort()).toEqual([...ready, ...previews].map(({ objectKey }) => objectKey).sort());
    expect(await service.bucketContents.uploads()).toBe(0);
    expect((await running().hiddenIn?.(server.bucket)) ?? []).toEqual([]);
  }

  async function start(declared: object = {}): Promise<Started> {
    const json = { ...TEXT, sizeBytes: 5, ...declared };
    const answer = await ann.send(`POST /notes/${noteId}/uploads`, { json });
    expect(answer.status).toBe(201);
    return answer.body.upload;
  }

  const startLarge = () => start({ filename: "a.bin", contentType: "application/x-film", sizeBytes: LARGE.length });

  function put({ url, headers }: Started | Part, body: string | Buffer, changed: Record<string, string> = {}) {
    const { "content-length": _length, ...settable } = headers;
    return fetch(url, { method: "PUT", headers: { ...settable, ...changed }, body: Buffer.from(body) });
  }

  async function sign({ id }: Started, partNumbers: number[]): Promise<Part[]> {
    return (await ann.send(`POST /uploads/${id}/parts`, { json: { partNumbers } })).body.parts;
  }

  async function sendParts(upload: Started, partNumbers: number[]): Promise<void> {
    for (const part of await sign(upload, partNumbers)) {
      const body = LARGE.subarray((part.partNumber - 1) * PART, part.partNumber * PART);
      expect((await put(part, body)).status).toBe(200);
    }
  }

  const complete = ({ id }: Started, json: object = {}) => ann.send(`POST /uploads/${id}/complete`, { json });

  async function served({ attachmentId }: Started): Promise<Buffer> {
    const { fileUrl } = (await ann.send(`GET /attachments/${attachmentId}/url`)).body;
    return Buffer.from(await (await fetch(fileUrl)).arrayBuffer());
  }

  async function expectNoDownload({ attachmentId }: Started): Promise<void> {
    const answer = await ann.send(`GET /attachments/${attachmentId}/url`);
    expect(answer.body).toMatchObject({ status: 409, code: "attachment_not_ready" });
    expect(answer.text).not.toContain("X-Amz");
  }

  async function expectIncomplete(upload: Started, json: object = {}): Promise<string> {
    const answer = await complete(upload, json);
    expect(answer.body).toMatchObject({ status: 409, code: "upload_incomplete" });
    await expectNoDownload(upload);
    return answer.body.detail;
  }

  async function expectRejected(upload: Started): Promise<void> {
    expect((await complete(upload)).body).toMatchObject({ status: 422, code: "upload_rejected" });
    await expectNoDownload(upload);
  }

  return {
    name,
    /** Only the tests of the built-in bucket cover what the service does in the same way on all servers. */
    isBuiltIn: name === "built-in",
    server: () => server,
    running,
    open,
    ann: () => ann,
    noteId: () => noteId,
    service: () => service,
    capabilities: () => capabilities,
    start,
    startLarge,
    put,
    sign,
    sendParts,
    complete,
    served,
    expectNoDownload,
    expectIncomplete,
    expectRejected,
    nothingOrphaned,
  };
}
