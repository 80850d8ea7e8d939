import { createHash, randomBytes } from "node:crypto";
import { type ClientRequest, request as httpRequest } from "node:http";
import { Readable } from "node:stream";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Bucket } from "../../platform/bucket/port.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { tokenOf } from "../../testing/service.ts";
import { useService } from "../../testing/use-service.ts";

const MIB = 2 ** 20;
const LIMIT = 128 * MIB;
const HEAD = '--xyz\r\nContent-Disposition: form-data; name="file"; filename="big.bin"\r\n\r\n';
const TAIL = "\r\n--xyz--\r\n";

// The form tests need a TCP connection, because `inject` does not stream bodies.
describe.each(engines)("form uploads over a TCP connection, on $name", (engine) => {
  let origin: string;
  let token: string;
  let noteId: string;
  let onChunk: (bytes: number) => void = () => undefined;
  async function* watch(body: Readable) {
    for await (const chunk of body) {
      onChunk(chunk.length);
      yield chunk;
    }
  }
  const watched = (bucket: Bucket): Bucket => ({
    ...bucket,
    store: (options) => bucket.store({ ...options, body: Readable.from(watch(options.body), { objectMode: false }) }),
  });
  const service = useService({
    engine,
    limits: { uploadMaxBytes: LIMIT, userQuotaBytes: 8 * LIMIT },
    wrap: { bucket: watched },
  });
  const ann = service.as("ann");
  beforeAll(async () => {
    origin = await service.app.listen({ port: 0, host: "127.0.0.1" });
    token = await tokenOf("ann");
  });
  beforeEach(async () => {
    noteId = (await ann.send("POST /notes", { json: { title: "Files" } })).body.id;
  });

  function post(headers: Record<string, string | number> = {}): ClientRequest {
    return httpRequest(`${origin}/notes/${noteId}/attachments`, {
      method: "POST",
      agent: false,
      headers: { authorization: `Bearer ${token}`, "content-type": "multipart/form-data; boundary=xyz", ...headers },
    });
  }

  async function expectNothingLeft(): Promise<void> {
    expect((await ann.send(`GET /notes/${noteId}`)).body.attachments).toEqual([]);
    await service.useCases.purgeObjects();
    expect(await service.bucketContents.keys()).toEqual([]);
    expect(await service.bucketContents.uploads()).toBe(0);
  }

  // The bytes of a form never reach the database, so one engine is enough for the tests with large forms.
  const itOnce = engine.name === "sqlite" ? it : () => undefined;
  itOnce("a form upload of 128 MiB streams in constant memory", async () => {
    const chunk = randomBytes(MIB);
    const hash = createHash("sha256");
    let sentBytes = 0;
    let receivedBytes = 0;
    let mostOnTheWay = 0;
    onChunk = (bytes) => {
      receivedBytes += bytes;
      mostOnTheWay = Math.max(mostOnTheWay, sentBytes - receivedBytes);
    };
    async function* form() {
      yield HEAD;
      for (let sent = 0; sent < 128; sent++) {
        hash.update(chunk);
        sentBytes += chunk.length;
        yield chunk;
      }
      yield TAIL;
    }
    const { status, body } = await answerTo(post(), Readable.from(form()));
    expect(status).toBe(201);
    expect(body).toMatchObject({ sizeBytes: 128 * MIB, checksum: { value: hash.digest("base64") } });
    // `mostOnTheWay`: the largest amount of data in the two sockets and the server, which must not grow with the size of the file.
    expect(mostOnTheWay).toBeLessThan(32 * MIB);
    await ann.send(`DELETE /attachments/${body.id}`);
    await expectNothingLeft();
  });

  itOnce("a form upload without a length leaves no object if it exceeds the size limit", async () => {
    async function* form() {
      yield HEAD;
      for (let sent = 0; sent <= 128; sent++) yield Buffer.alloc(MIB);
      yield TAIL;
    }
    const { status, body } = await answerTo(post(), Readable.from(form()));
    expect([status, body.code]).toEqual([413, "file_too_large"]);
    await expectNothingLeft();
  });

  it("a form upload whose declared length is over the limit gets 413 before it sends the file", async () => {
    const request = post({ "content-length": LIMIT * 10 });
    const answer = answerTo(request);
    request.write(HEAD);
    expect(await answer).toMatchObject({ status: 413, body: { code: "file_too_large" } });
    request.destroy();
    await expectNothingLeft();
  });

  it("a stalled form upload returns 400 when its reservation expires", async () => {
    const arrived = new Promise<void>((resolve) => {
      onChunk = () => resolve();
    });
    const request = post();
    const answer = answerTo(request);
    request.write(HEAD);
    request.write(Buffer.alloc(MIB));
    await arrived;
    const queued = service.deletionQueued();
    service.advance(3_600_000);
    await service.useCases.expireUploads();
    service.advance(-3_600_000);
    request.end(Buffer.concat([Buffer.alloc(9 * MIB), Buffer.from(TAIL)]));
    expect(await answer).toMatchObject({ status: 400, body: { code: "upload_aborted" } });
    await queued;
    await expectNothingLeft();
  });

  it("a form upload leaves no object in the bucket if the client disconnects", async () => {
    // The client sends more data than one part contains, so that the server has started a multipart upload.
    const arrived = new Promise<void>((resolve) => {
      let receivedBytes = 0;
      onChunk = (bytes) => {
        receivedBytes += bytes;
        if (receivedBytes > 18 * MIB) resolve();
      };
    });
    const request = post();
    request.on("error", () => undefined);
    request.write(HEAD);
    request.write(Buffer.alloc(20 * MIB));
    await arrived;
    const queued = service.deletionQueued();
    request.destroy();
    await queued;
    await expectNothingLeft();
    expect(service.log()).not.toContain('"level":50');
  });
});

async function answerTo(request: ClientRequest, body?: Readable) {
  const response = new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    request.on("error", reject);
    request.on("response", async (incoming) => {
      let text = "";
      for await (const chunk of incoming) text += String(chunk);
      resolve({ status: incoming.statusCode, text });
    });
  });
  body?.pipe(request);
  const { status, text } = await response;
  return { status, body: JSON.parse(text) };
}
