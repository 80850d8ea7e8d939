import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type BucketServer, bucketOn } from "../../packages/server/src/bucket/testing/bucket-server.ts";
import { patterned, sha256 } from "../../packages/server/src/bucket/testing/bytes.ts";
import { declaredPromises } from "../../packages/server/src/bucket/testing/declared-promises.ts";
import { engines } from "../../packages/server/src/db/testing/test-databases.ts";
import type { BucketCapabilities } from "../../packages/server/src/domain/bucket-capabilities.ts";
import { type Client, startService, type TestService } from "../../packages/server/src/http/testing/service.ts";
import type { Limits } from "../../packages/server/src/usecases/ports/index.ts";
import { apiAs, putAsTold } from "../src/testing/api.ts";
import { makePlace, startProcess } from "../src/testing/service.ts";
import { putUntil } from "./cut-request.ts";
import type { RunningProvider } from "./providers.ts";

const MIB = 2 ** 20;
const DAY = 86_400_000;
const PART = 8 * MIB;
/** Past every URL's time, past what S3 puts up with in a clock, and within that of the tests' tokens. */
const CLOCK_OFF_MS = 40 * 60_000;
/** Two parts, of which the second is short. */
const LARGE = patterned(PART + 1_000);
const PNG = Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.alloc(2_000, 1)]);
const HTML = Buffer.from(`<!doctype html>${"<p>hello</p>".repeat(200)}`);
const TEXT = { filename: "hello.txt", contentType: "text/plain" };
const [sqlite] = engines;

type Started = {
  id: string;
  attachmentId: string;
  method: string;
  url: string;
  headers: Record<string, string>;
  partSize?: number;
  partCount?: number;
};
type Part = { partNumber: number; method: string; url: string; headers: Record<string, string> };

/**
 * What goes wrong with uploads, on one S3 server (`name`: its column in docs/providers.md): whatever is sent, nothing that was not verified can be downloaded, and when all is
 * swept the bucket holds the files that are ready and nothing else.
 */
export function badInputSuite(name: string, running: () => RunningProvider): void {
  describe(`bad input on ${name}`, () => {
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

    afterEach(() => nothingOrphaned(service));
    afterAll(() => service.close());

    /** Lets three days pass with their sweeps: the bucket has then what is ready, and no parts. */
    async function nothingOrphaned(swept: TestService): Promise<void> {
      for (const _day of [1, 2, 3]) {
        swept.advance(DAY + 600_000);
        await swept.useCases.expireUploads();
        await swept.useCases.purgeObjects();
      }
      swept.advance(-3 * (DAY + 600_000));
      const ready = (await swept.db.attachments.listOfNote(noteId)).filter(({ state }) => state === "ready");
      const keys = await swept.bucketContents.keys();
      expect(keys.sort()).toEqual(ready.map(({ objectKey }) => objectKey).sort());
      expect(await swept.bucketContents.uploads()).toBe(0);
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

    test("requirement 3: wrong length", async () => {
      for (const body of ["hello, and more", "h", ""]) {
        const upload = await start();
        expect((await put(upload, body)).status).toBe(403);
        await expectIncomplete(upload);
      }
    });

    test("requirement 4: wrong type", async () => {
      const upload = await start();
      expect((await put(upload, "hello", { "content-type": "text/html" })).status).toBe(403);
      await expectIncomplete(upload);
    });

    test("requirement 8: wrong checksum", async () => {
      const upload = await start({ sha256: sha256(Buffer.from("hello")) });
      const answer = await put(upload, "jello");
      // A bucket that ignores the checksum takes it; the service does not.
      expect(answer.status).toBe(capabilities.signedSha256 ? 400 : 200);
      if (capabilities.signedSha256) await expectIncomplete(upload);
      else await expectRejected(upload);
    });

    test("requirement 8: wrong checksum of a file in parts", async () => {
      const declared = { filename: "a.bin", contentType: "application/x-film", sizeBytes: LARGE.length };
      const upload = await start({ ...declared, sha256: sha256(Buffer.from("hello")) });
      await sendParts(upload, [1, 2]);
      await expectRejected(upload);
    });

    test("requirement 7: body swapped after completion", async () => {
      const upload = await start();
      expect((await put(upload, "good!")).status).toBe(200);
      expect((await complete(upload)).body.state).toBe("ready");
      const swap = await put(upload, "evil!");
      expect(swap.status).toBe(capabilities.conditionalPut ? 412 : 200);
      expect((await served(upload)).toString()).toBe("good!");
      expect((await complete(upload)).body.state).toBe("ready");
      expect((await served(upload)).toString()).toBe("good!");
    });

    test("requirement 7: a part swapped after completion", async () => {
      const upload = await startLarge();
      const [first, second] = (await sign(upload, [1, 2])) as [Part, Part];
      await sendParts(upload, [1, 2]);
      expect((await complete(upload)).body.state).toBe("ready");
      const swaps = [await put(first, Buffer.alloc(PART, 7)), await put(second, Buffer.alloc(1_000, 7))];
      for (const { status } of swaps) expect(status).toBe(capabilities.partsDie ? 404 : 200);
      expect((await served(upload)).equals(LARGE)).toBe(true);
    });

    test("requirement 6: two PUTs on one URL", async () => {
      const upload = await start();
      expect((await put(upload, "first")).status).toBe(200);
      expect((await put(upload, "other")).status).toBe(capabilities.conditionalPut ? 412 : 200);
      expect((await complete(upload)).body.state).toBe("ready");
      const verified = (await served(upload)).toString();
      expect(verified).toBe(capabilities.conditionalPut ? "first" : "other");
      await put(upload, "third");
      expect((await served(upload)).toString()).toBe(verified);
    });

    test("two PUTs on one URL at the same time", async () => {
      const upload = await start();
      const bodies = ["aaaaa", "bbbbb", "ccccc", "ddddd"];
      const statuses = await Promise.all(bodies.map(async (body) => (await put(upload, body)).status));
      if (capabilities.conditionalPut) expect(statuses.filter((status) => status === 200)).toHaveLength(1);
      expect((await complete(upload)).body.state).toBe("ready");
      expect(bodies).toContain((await served(upload)).toString());
    });

    test("part missing", async () => {
      const upload = await startLarge();
      await sendParts(upload, [2]);
      expect(await expectIncomplete(upload)).toContain("Part 1 is not in the bucket yet");
    });

    test("requirement 3: part of the wrong size", async () => {
      const upload = await startLarge();
      const [first, second] = (await sign(upload, [1, 2])) as [Part, Part];
      expect((await put(first, Buffer.alloc(PART - 1))).status).toBe(403);
      expect((await put(second, Buffer.alloc(1_001))).status).toBe(403);
      await expectIncomplete(upload);
    });

    test("etag invented", async () => {
      const upload = await startLarge();
      await sendParts(upload, [1, 2]);
      const invented = { partNumber: 1, etag: '"00000000000000000000000000000000"' };
      expect(await expectIncomplete(upload, { parts: [invented] })).toContain("its ETag differs");
      await ann.send(`DELETE /uploads/${upload.id}`);
    });

    test("complete before upload", async () => {
      for (const upload of [await start(), await startLarge()]) await expectIncomplete(upload);
    });

    test("10,001 parts", async () => {
      const upload = await startLarge();
      for (const partNumber of [3, 10_000, 10_001]) {
        const answer = await ann.send(`POST /uploads/${upload.id}/parts`, { json: { partNumbers: [partNumber] } });
        expect(answer.body).toMatchObject({ status: 400, code: "invalid_request" });
      }
      const parts = Array.from({ length: 10_001 }, (_, index) => ({ partNumber: index + 1, etag: "a" }));
      expect((await complete(upload, { parts })).body).toMatchObject({ status: 400, code: "invalid_request" });
      await expectNoDownload(upload);
    });

    test("requirement 5: PNG bytes named .pdf", async () => {
      const upload = await start({ filename: "scan.pdf", contentType: "application/pdf", sizeBytes: PNG.length });
      expect((await put(upload, PNG)).status).toBe(200);
      await expectRejected(upload);
      // The URL lives on, and what it puts is swept.
      expect((await put(upload, PNG)).status).toBe(200);
      await expectNoDownload(upload);
    });

    test("requirement 5: HTML declared as image/png", async () => {
      const upload = await start({ filename: "photo.png", contentType: "image/png", sizeBytes: HTML.length });
      expect((await put(upload, HTML)).status).toBe(200);
      await expectRejected(upload);
    });

    test("zero-byte file", async () => {
      const upload = await start({ sizeBytes: 0, sha256: sha256(Buffer.alloc(0)) });
      await expectIncomplete(upload);
      expect((await put(upload, "x")).status).toBe(403);
      expect((await put(upload, "")).status).toBe(200);
      expect((await complete(upload)).body).toMatchObject({ state: "ready", sizeBytes: 0 });
      expect(await served(upload)).toHaveLength(0);
    });

    test("requirement 3: file over the limit", async () => {
      const before = await service.bucketContents.keys();
      const json = { ...TEXT, sizeBytes: 32 * MIB + 1 };
      const answer = await ann.send(`POST /notes/${noteId}/uploads`, { json });
      expect(answer.body).toMatchObject({ status: 413, code: "file_too_large" });
      expect(answer.text).not.toContain("X-Amz");
      expect(await service.bucketContents.keys()).toEqual(before);
      expect(await service.bucketContents.uploads()).toBe(0);
    });

    test("requirement 9: quota race", async () => {
      const limited = await open({ userQuotaFiles: 5 });
      const ben = await limited.as("ben");
      const note = (await ben.send("POST /notes", { json: { title: "Few" } })).body.id;
      const large = { filename: "a.bin", contentType: "application/x-film", sizeBytes: LARGE.length };
      const starts = await Promise.all(
        Array.from({ length: 20 }, (_, turn) =>
          ben.send(`POST /notes/${note}/uploads`, { json: turn % 2 === 0 ? large : { ...TEXT, sizeBytes: 5 } }),
        ),
      );
      const begun = starts.filter(({ status }) => status === 201);
      expect(begun).toHaveLength(5);
      for (const { status, body } of starts) {
        if (status !== 201) expect(body.code).toBe("quota_exceeded");
      }
      for (const { body } of begun) await ben.send(`DELETE /uploads/${body.upload.id}`);
      limited.advance(DAY);
      await limited.useCases.purgeObjects();
      expect(await limited.bucketContents.uploads()).toBe(0);
      await limited.close();
    });

    test("expired upload URL", async () => {
      service.advance(-901_000);
      const upload = await start();
      const large = await startLarge();
      const [part] = (await sign(large, [2])) as [Part];
      service.advance(901_000);
      expect((await put(upload, "hello")).status).toBe(403);
      expect((await put(part, LARGE.subarray(PART))).status).toBe(403);
      for (const each of [upload, large]) await expectIncomplete(each);
    });

    test.each([1, 50, 99])("connection cut at %i percent", async (percent) => {
      const body = patterned(MIB);
      const upload = await start({ filename: "a.bin", contentType: "application/x-film", sizeBytes: body.length });
      const { "content-length": _length, ...headers } = upload.headers;
      await putUntil({ url: upload.url, headers }, { body, bytes: Math.floor((body.length * percent) / 100) });
      await expectIncomplete(upload);
      expect((await put(upload, body)).status).toBe(200);
      expect((await complete(upload)).body.state).toBe("ready");
      expect((await served(upload)).equals(body)).toBe(true);
    });

    test.each([1, 50, 99])("connection cut at %i percent of a part", async (percent) => {
      const upload = await startLarge();
      const [first] = (await sign(upload, [1])) as [Part];
      const body = LARGE.subarray(0, PART);
      await putUntil({ url: first.url, headers: {} }, { body, bytes: Math.floor((PART * percent) / 100) });
      expect((await ann.send(`GET /uploads/${upload.id}`)).body.upload.parts).toEqual([]);
      await expectIncomplete(upload);
      await sendParts(upload, [1, 2]);
      expect((await complete(upload)).body.state).toBe("ready");
      expect((await served(upload)).equals(LARGE)).toBe(true);
    });

    test("clock of the service behind: its URLs are over before they are sent", async () => {
      const ready = await start();
      expect((await put(ready, "hello")).status).toBe(200);
      expect((await complete(ready)).body.state).toBe("ready");
      service.advance(-CLOCK_OFF_MS);
      const upload = await start();
      const large = await startLarge();
      const [part] = (await sign(large, [2])) as [Part];
      const { fileUrl } = (await ann.send(`GET /attachments/${ready.attachmentId}/url`)).body;
      service.advance(CLOCK_OFF_MS);
      expect((await put(upload, "hello")).status).toBe(403);
      expect((await put(part, LARGE.subarray(PART))).status).toBe(403);
      expect((await fetch(fileUrl)).status).toBe(403);
      for (const each of [upload, large]) await expectIncomplete(each);
      expect((await served(ready)).toString()).toBe("hello");
    });

    test("clock of the service ahead: its URLs are refused, or are as good as others", async () => {
      const isRefused = declaredPromises(name).get("not-yet-valid") === true;
      service.advance(CLOCK_OFF_MS);
      const upload = await start();
      const large = await startLarge();
      const parts = await sign(large, [1, 2]);
      const sent = [await put(upload, "hello")];
      for (const part of parts) {
        sent.push(await put(part, LARGE.subarray((part.partNumber - 1) * PART, part.partNumber * PART)));
      }
      expect(sent.map(({ status }) => status)).toEqual(Array(3).fill(isRefused ? 403 : 200));
      if (isRefused) {
        for (const each of [upload, large]) await expectIncomplete(each);
      } else {
        for (const each of [upload, large]) expect((await complete(each)).body.state).toBe("ready");
        expect((await served(upload)).toString()).toBe("hello");
        expect((await served(large)).equals(LARGE)).toBe(true);
      }
      service.advance(-CLOCK_OFF_MS);
    });

    test("server restarted in mid-upload", async () => {
      const { bucket, region, endpoint, credentials } = await running().newBucket();
      const place = await makePlace({
        ...{ AWS_BUCKET_NAME: bucket, AWS_REGION: region, S3_ENDPOINT: endpoint, S3_FORCE_PATH_STYLE: "true" },
        ...{ AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey },
        ...{ AUTH_SECRET: "n8sJ2kQ0xV5bZ7mT4rY1wE6uI3oP9aLc" },
      });
      let process = await startProcess(place);
      expect(process.output()).toContain(`conditional PUT ${capabilities.conditionalPut ? "yes" : "no"}`);
      let api = await apiAs(process.url, { sub: "ann" });
      const note = (await api.call("POST", "/notes", { title: "Files" })).body.id;
      const begin = async (declared: object): Promise<Started> =>
        (await api.call("POST", `/notes/${note}/uploads`, { ...TEXT, ...declared })).body.upload;
      const single = await begin({ sizeBytes: 5 });
      const film = patterned(64 * MIB + 1_000);
      const large = await begin({ contentType: "application/x-film", sizeBytes: film.length });
      const { partSize = 0, partCount = 0 } = large;
      const partNumbers = Array.from({ length: partCount }, (_, index) => index + 1);
      const { parts } = (await api.call("POST", `/uploads/${large.id}/parts`, { partNumbers })).body;
      const send = async (some: Part[]): Promise<void> => {
        for (const part of some) {
          const body = film.subarray((part.partNumber - 1) * partSize, part.partNumber * partSize);
          expect((await putAsTold(part, body)).status).toBe(200);
        }
      };
      await send(parts.slice(0, 3));
      await process.stop("SIGKILL");
      expect((await putAsTold(single, Buffer.from("hello"))).status).toBe(200);
      // What was signed before is still good.
      await send(parts.slice(3, 5));
      process = await startProcess(place);
      api = await apiAs(process.url, { sub: "ann" });
      const stored = (await api.call("GET", `/uploads/${large.id}`)).body.upload.parts;
      expect(stored.map(({ partNumber }: Part) => partNumber)).toEqual([1, 2, 3, 4, 5]);
      expect((await api.call("POST", `/uploads/${large.id}/complete`)).body.code).toBe("upload_incomplete");
      await send(parts.slice(5));
      for (const [upload, given] of [
        [single, Buffer.from("hello")],
        [large, film],
      ] as const) {
        expect((await api.call("GET", `/attachments/${upload.attachmentId}/url`)).status).toBe(409);
        expect((await api.call("POST", `/uploads/${upload.id}/complete`)).body.state).toBe("ready");
        const { fileUrl } = (await api.call("GET", `/attachments/${upload.attachmentId}/url`)).body;
        const bytes = Buffer.from(await (await fetch(fileUrl)).arrayBuffer());
        expect(bytes.equals(given)).toBe(true);
      }
      await process.stop();
      await place.remove();
    });

    test("bucket restarted in mid-upload", async () => {
      const single = await start();
      const upload = await startLarge();
      await sendParts(upload, [1]);
      await running().restart(async () => {
        for (const each of [single, upload]) {
          expect((await complete(each)).body).toMatchObject({ status: 503, code: "bucket_unavailable" });
          await expectNoDownload(each);
        }
      });
      expect(await expectIncomplete(upload)).toContain("Part 2");
      await sendParts(upload, [2]);
      expect((await put(single, "hello")).status).toBe(200);
      for (const each of [single, upload]) expect((await complete(each)).body.state).toBe("ready");
      expect((await served(upload)).equals(LARGE)).toBe(true);
    });
  });
}
