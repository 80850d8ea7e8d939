import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { engines, sqlite } from "../testing/database/test-databases.ts";
import { type ServiceOptions, type TestService, tokenOf } from "../testing/service.ts";
import { startServiceInTest } from "../testing/use-service.ts";

const MIB = 2 ** 20;
const HEAD = '--xyz\r\nContent-Disposition: form-data; name="file"; filename="slow.bin"\r\n\r\n';
const TAIL = "\r\n--xyz--\r\n";
/** The default limits of these tests, which no form exceeds. */
const PATIENT = { stallMs: 60_000, rateWindowMs: 60_000, minBytesPerSecond: 1 };

// The tests need sockets, because `inject` sends only whole bodies. Most tests need only one engine, because no query depends on the speed
// of a client. One test runs on both engines: a form that held a transaction during its body would use up the connections of PostgreSQL.
describe("requirement 30: slow clients", () => {
  async function start(options: Partial<ServiceOptions> = {}) {
    const limits = { uploadMaxBytes: 64 * MIB, userQuotaBytes: 256 * MIB };
    const service = await startServiceInTest({ engine: sqlite, limits, ...options });
    await service.app.listen({ port: 0, host: "127.0.0.1" });
    const { port } = service.app.server.address() as { port: number };
    const noteId = (await service.as("ann").send("POST /notes", { json: { title: "Files" } })).body.id as string;
    return { service, port, form: () => openForm(port, noteId) };
  }

  it("a request whose JSON body is late returns 408", async () => {
    const { port } = await start({ app: { bodyTimeoutMs: 1_000 } });
    const { socket, response, closed } = await open(port, "POST /notes", [
      "content-type: application/json",
      "content-length: 20",
    ]);
    socket.write('{"title":');
    expect(await response).toMatch(/^HTTP\/1\.1 408 .*"code":"request_timeout"/is);
    await closed;
  });

  it("the service closes a connection if the request body continues after the response", async () => {
    const { port } = await start({ app: { bodyTimeoutMs: 3_000 } });
    const { response, closed } = await open(port, "GET /notes", ["content-length: 20"]);
    expect(await response).toMatch(/^HTTP\/1\.1 200 /);
    await closed;
  });

  it("the large request bodies of one person use at most 16 MiB of memory", async () => {
    const { service, port } = await start();
    const ann = service.as("ann");
    const held = await openLarge(port, { user: "ann", count: 16 + 20 });
    for (const text of await firstResponses(held, 20)) {
      expect(text).toMatch(/^HTTP\/1\.1 503 .*^retry-after: 1\b.*"code":"service_busy"/ims);
    }
    expect((await ann.send("POST /notes", { json: LONG_NOTE })).status).toBe(503);
    expect((await ann.send("POST /notes", { json: { title: "Short" } })).status).toBe(201);
    expect((await service.as("ben").send("POST /notes", { json: LONG_NOTE })).status).toBe(201);
    for (const { socket } of held) socket.destroy();
    await expect.poll(async () => (await ann.send("POST /notes", { json: LONG_NOTE })).status).toBe(201);
  });

  it("the large request bodies of all people together use at most 64 MiB of memory", async () => {
    const { service, port } = await start();
    const people = Array.from({ length: 5 }, (_, nth) => openLarge(port, { user: `person-${nth}`, count: 16 }));
    const held = (await Promise.all(people)).flat();
    for (const text of await firstResponses(held, 16)) expect(text).toMatch(/^HTTP\/1\.1 503 /);
    const zoe = service.as("zoe");
    expect((await zoe.send("POST /notes", { json: LONG_NOTE })).status).toBe(503);
    for (const { socket } of held) socket.destroy();
    await expect.poll(async () => (await zoe.send("POST /notes", { json: LONG_NOTE })).status).toBe(201);
  });

  it("an upload form that stalls returns 408, and releases its object and quota", async () => {
    const { service, form } = await start({ app: { formProgress: { ...PATIENT, stallMs: 100 } } });
    const queued = service.deletionQueued();
    const { socket, response } = await form();
    socket.write(chunked(HEAD));
    socket.write(chunked(Buffer.alloc(9 * MIB)));
    expect(await response).toMatch(/^HTTP\/1\.1 408 .*"code":"request_timeout"/is);
    await queued;
    await expectNothingLeft(service);
  });

  it("an upload form that sends no bytes returns 408", async () => {
    const { form } = await start({ app: { formProgress: { ...PATIENT, stallMs: 50 } } });
    const { response, closed } = await form();
    expect(await response).toMatch(/^HTTP\/1\.1 408 .*"code":"request_timeout"/is);
    await closed;
  });

  it("an upload form below the minimum rate returns 408", async () => {
    const formProgress = { ...PATIENT, rateWindowMs: 100, minBytesPerSecond: MIB };
    const { service, form } = await start({ app: { formProgress } });
    const { socket, response } = await form();
    socket.write(chunked(HEAD));
    trickle(socket, { everyMs: 10, bytes: Buffer.alloc(5_000) });
    expect(await response).toMatch(/^HTTP\/1\.1 408 .*less than 1048576 bytes per second/is);
    await expectNothingLeft(service);
  });

  it("the service accepts an upload form that is slow but steady", async () => {
    // All pieces of the form together take longer than the window. On a busy machine, one piece can be late by hundreds of milliseconds.
    const formProgress = { ...PATIENT, rateWindowMs: 1_000 };
    const { form } = await start({ app: { formProgress }, partBuffers: { fillMs: 1 } });
    const { socket, response } = await form();
    socket.write(chunked(HEAD));
    let pieces = 0;
    const timer = trickle(socket, {
      everyMs: 10,
      bytes: Buffer.alloc(5_000),
      onPiece: () => {
        pieces += 1;
        if (pieces < 150) return;
        clearInterval(timer);
        socket.write(`${chunked(TAIL)}0\r\n\r\n`);
      },
    });
    expect(await response).toMatch(/^HTTP\/1\.1 201 .*"sizeBytes":750000/is);
  });

  it("a slow upload form returns 503 if another form waits for a buffer", async () => {
    const { service, form } = await start({
      app: { formProgress: PATIENT },
      partBuffers: { totalBytes: 5 * MIB, fillMs: 500 },
    });
    const slow = await form();
    slow.socket.write(chunked(HEAD));
    slow.socket.write(chunked(Buffer.alloc(MIB)));
    trickle(slow.socket, { everyMs: 50, bytes: Buffer.alloc(1) });
    let isAnswered = false;
    void slow.response.then(() => {
      isAnswered = true;
    });
    // The first fast form may get the free buffer before the slow form. After that, the second fast form can't get the buffer.
    let stored = 0;
    while (!isAnswered) {
      const next = await form();
      next.socket.write(chunked(HEAD));
      next.socket.write(chunked(Buffer.alloc(9 * MIB)));
      next.socket.write(`${chunked(TAIL)}0\r\n\r\n`);
      expect(await next.response).toMatch(/^HTTP\/1\.1 201 /);
      stored += 1;
    }
    expect(await slow.response).toMatch(/^HTTP\/1\.1 503 .*"code":"service_busy"/is);
    expect((await service.as("ann").send("GET /usage")).body).toMatchObject({
      usedBytes: stored * 9 * MIB,
      files: stored,
    });
  });

  it.each(engines)("the service stores a small form while slow forms hold all buffers, on $name", async (engine) => {
    const { form } = await start({ engine, app: { formProgress: PATIENT }, partBuffers: { totalBytes: 5 * MIB } });
    // One form fills the only buffer, and the other forms wait for this buffer. The test has more forms than database connections.
    for (let count = 0; count < 6; count += 1) {
      const { socket } = await form();
      socket.write(chunked(HEAD));
      socket.write(chunked(Buffer.alloc(MIB)));
      trickle(socket, { everyMs: 50, bytes: Buffer.alloc(1) });
    }
    const small = await form();
    small.socket.write(`${chunked(HEAD)}${chunked("hello")}${chunked(TAIL)}0\r\n\r\n`);
    expect(await small.response).toMatch(/^HTTP\/1\.1 201 .*"sizeBytes":5/is);
  });

  it("the wait of an upload form for a buffer does not count as a stall", async () => {
    const formProgress = { ...PATIENT, stallMs: 3_000 };
    const { form } = await start({ app: { formProgress }, partBuffers: { totalBytes: 5 * MIB } });
    const first = await form();
    first.socket.write(chunked(HEAD));
    first.socket.write(chunked(Buffer.alloc(MIB)));
    let pieces = 0;
    const timer = trickle(first.socket, {
      everyMs: 100,
      bytes: Buffer.alloc(1),
      onPiece: () => {
        pieces += 1;
        if (pieces === 5) clearInterval(timer);
      },
    });
    const second = await form();
    second.socket.write(chunked(HEAD));
    second.socket.write(chunked(Buffer.alloc(9 * MIB)));
    second.socket.write(`${chunked(TAIL)}0\r\n\r\n`);
    expect(await first.response).toMatch(/^HTTP\/1\.1 408 /);
    expect(await second.response).toMatch(/^HTTP\/1\.1 201 /);
  });
});

async function expectNothingLeft(service: TestService): Promise<void> {
  await service.useCases.purgeObjects();
  expect(await service.bucketContents.keys()).toEqual([]);
  expect(await service.bucketContents.uploads()).toBe(0);
  expect((await service.as("ann").send("GET /usage")).body).toMatchObject({ usedBytes: 0, files: 0 });
}

const LONG_NOTE = { title: "Long", body: "x".repeat(100_000) };

/** Starts requests with a body of 1 MiB, and does not send the bodies. */
function openLarge(port: number, { user, count }: { user: string; count: number }) {
  const headers = ["content-type: application/json", `content-length: ${MIB}`];
  return Promise.all(Array.from({ length: count }, () => open(port, "POST /notes", headers, user)));
}

/** Waits until `count` of the requests have a response, and returns these responses. */
function firstResponses(opened: readonly { response: Promise<string> }[], count: number): Promise<string[]> {
  const found: string[] = [];
  return new Promise((resolve) => {
    for (const { response } of opened) {
      void response.then((text) => {
        if (found.push(text) === count) resolve([...found]);
      });
    }
  });
}

async function open(port: number, call: string, headers: string[], user = "ann") {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  let text = "";
  socket.on("data", (chunk) => {
    text += String(chunk);
  });
  // The service may reset a connection whose bytes it does not read, so errors of the socket are expected.
  socket.on("error", () => undefined);
  const response = new Promise<string>((resolve) => {
    socket.on("data", () => {
      if (/\r\n\r\n\{.*\}$/s.test(text)) resolve(text);
    });
    socket.on("close", () => resolve(text));
  });
  const closed = new Promise<void>((resolve) => {
    socket.on("close", () => resolve());
  });
  const authorization = `authorization: Bearer ${await tokenOf(user)}`;
  socket.write([`${call} HTTP/1.1`, "host: a", authorization, ...headers, "", ""].join("\r\n"));
  return { socket, response, closed };
}

function openForm(port: number, noteId: string) {
  const type = "content-type: multipart/form-data; boundary=xyz";
  return open(port, `POST /notes/${noteId}/attachments`, [type, "transfer-encoding: chunked"]);
}

function chunked(bytes: Buffer | string): Buffer {
  const head = `${Buffer.byteLength(bytes).toString(16)}\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(bytes), Buffer.from("\r\n")]);
}

type Trickle = { everyMs: number; bytes: Buffer; onPiece?: () => void };

function trickle(socket: Socket, { everyMs, bytes, onPiece = () => undefined }: Trickle): NodeJS.Timeout {
  const timer = setInterval(() => {
    socket.write(chunked(bytes));
    onPiece();
  }, everyMs);
  socket.once("close", () => clearInterval(timer));
  return timer;
}
