import { createServer, type Socket } from "node:net";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, test } from "vitest";
import { bucketOn, startEmbedded } from "../bucket/testing/bucket-server.ts";
import { patternedStream } from "../bucket/testing/bytes.ts";
import { heldBytes } from "../bucket/testing/held-bytes.ts";
import { DomainError } from "../errors.ts";
import { type ClamdTimeouts, createClamd } from "./clamd.ts";
import { testClamds } from "./testing/clamds.ts";
import { EICAR } from "./testing/eicar.ts";
import type { TestClamd } from "./testing/stand-in.ts";

const MIB = 2 ** 20;
const streamMaxBytes = 4 * MIB;

describe.each(testClamds)("the scanner on $name", ({ start }) => {
  let clamd: TestClamd;
  beforeAll(async () => {
    clamd = await start({ streamMaxBytes });
  });
  afterAll(() => clamd.stop());

  const scan = (body: Readable) => createClamd(clamd).scan(body);

  it("the virus scanner clamd replies to a ping", async () => {
    await createClamd(clamd).probe();
  });

  it.each([0, 1, 65_536, streamMaxBytes])(
    "the virus scanner clamd finds nothing in %d harmless bytes",
    async (sizeBytes) => {
      expect(await scan(patternedStream(sizeBytes))).toEqual({ kind: "clean" });
    },
  );

  it.each([
    ["alone", () => Readable.from([EICAR])],
    ["byte by byte", () => Readable.from([...EICAR])],
    ["after a megabyte", () => Readable.from([Buffer.alloc(MIB, 1), EICAR, Buffer.alloc(10)])],
  ])("the virus scanner clamd finds and names a virus (the signature %s)", async (_where, body) => {
    expect(await scan(Readable.from(asBuffers(body())))).toEqual({
      kind: "infected",
      signature: expect.stringMatching(/^Eicar-Test-Signature/),
    });
  });

  it("a virus scan stops when the file exceeds the limit of clamd", async () => {
    for (let time = 0; time < 20; time++) {
      let sentBytes = 0;
      const body = patternedStream(1024 * MIB, (soFar) => {
        sentBytes = soFar;
      });
      expect(await scan(body)).toEqual({ kind: "too_large" });
      expect(body.destroyed).toBe(true);
      expect(sentBytes).toBeLessThan(256 * MIB);
    }
  });

  it("a virus scan reports a file over the clamd setting MaxFileSize as too large", async () => {
    const telling = await start({ streamMaxBytes, fileMaxBytes: MIB });
    onTestFinished(telling.stop);
    const { scan } = createClamd(telling);
    expect(await scan(patternedStream(MIB + 1))).toEqual({ kind: "too_large" });
    expect(await scan(patternedStream(MIB))).toEqual({ kind: "clean" });
  });

  it("an aborted virus scan closes the file that it reads", async () => {
    const stop = new AbortController();
    const body = patternedStream(1024 * MIB, (soFar) => {
      if (soFar > MIB) stop.abort();
    });
    await expect(createClamd(clamd).scan(body, { signal: stop.signal })).rejects.toThrow();
    expect(body.destroyed).toBe(true);
  });

  it("a virus scan of a file that cannot be read fails with the error of the read", async () => {
    const broken = new DomainError("bucket_unavailable", "As told");
    const body = Readable.from(
      (async function* () {
        yield Buffer.alloc(1_000);
        throw broken;
      })(),
      { objectMode: false },
    );
    await expect(scan(body)).rejects.toBe(broken);
    await createClamd(clamd).probe();
  });
});

async function* asBuffers(body: Readable): AsyncGenerator<Buffer> {
  for await (const chunk of body) yield Buffer.from(chunk);
}

describe("a virus scanner that fails", () => {
  const QUICK: Partial<ClamdTimeouts> = { connectMs: 200, idleMs: 200, verdictMs: 200 };
  const cases: [string, (socket: Socket) => void][] = [
    ["that hangs up", (socket) => socket.destroy()],
    ["that hangs up in the middle", (socket) => socket.once("data", () => socket.destroy())],
    ["that says nothing", (socket) => socket.resume()],
    ["that reads nothing", () => undefined],
    ["that has no memory", (socket) => void socket.resume().end("stream: Can't allocate memory ERROR\0")],
    ["that speaks something else", (socket) => void socket.resume().end("HTTP/1.1 400 Bad Request\r\n\r\n")],
    ["that talks without end", (socket) => void socket.resume().write("x".repeat(5_000))],
  ];

  test.each(cases)("a scan by a clamd %s fails with scanner_unavailable", async (_what, behave) => {
    const port = await listening(behave);
    const body = patternedStream(64 * MIB);
    const scanner = createClamd({ host: "127.0.0.1", port, timeouts: QUICK });
    await expect(scanner.scan(body)).rejects.toMatchObject({ code: "scanner_unavailable" });
    expect(body.destroyed).toBe(true);
    await expect(scanner.probe()).rejects.toMatchObject({ code: "scanner_unavailable" });
  });

  test("a virus scan fails if clamd stops replying to pings during the scan", async () => {
    let pings = 0;
    const port = await listening((socket) =>
      socket.once("data", (bytes) => {
        if (bytes.toString().startsWith("zPING") && ++pings <= 3) socket.end("PONG\0");
        else socket.resume();
      }),
    );
    const timeouts = { connectMs: 200, pingMs: 20 };
    const scanner = createClamd({ host: "127.0.0.1", port, timeouts });
    await expect(scanner.scan(patternedStream(MIB))).rejects.toMatchObject({ code: "scanner_unavailable" });
    expect(pings).toBe(4);
  });

  test("the error about an unreachable clamd contains a remedy for the operator", async () => {
    const body = patternedStream(MIB);
    const scanner = createClamd({ host: "127.0.0.1", port: 9, timeouts: QUICK });
    const error = await scanner.scan(body).catch((thrown: unknown) => thrown as DomainError);
    expect(error).toMatchObject({ code: "scanner_unavailable", message: expect.not.stringContaining("127.0.0.1") });
    expect(String((error as DomainError).cause)).toContain("check CLAMAV_HOST");
    expect(body.destroyed).toBe(true);
  });
});

describe("the memory of a scan", () => {
  test("a virus scan reads a file no faster than clamd accepts the bytes", async () => {
    const taken: Socket[] = [];
    const port = await listening((socket) => void taken.push(socket));
    let readBytes = 0;
    const body = patternedStream(512 * MIB, (soFar) => {
      readBytes = soFar;
    });
    const timeouts = { connectMs: 2_000, idleMs: 300, verdictMs: 300 };
    await expect(createClamd({ host: "127.0.0.1", port, timeouts }).scan(body)).rejects.toThrow();
    // The limit leaves space for the buffers of the sockets, and for a few pieces of the file.
    expect(readBytes).toBeLessThan(32 * MIB);
  });
});

// A real clamd, if it is installed, shows the memory better than the simulated clamd.
describe.each(testClamds.slice(-1))("the memory of a scan, with $name", ({ start }) => {
  test("the virus scanner clamd scans an object of 48 MiB in constant memory", async () => {
    const sizeBytes = 48 * MIB;
    const server = await startEmbedded();
    const bucket = bucketOn(server);
    const clamd = await start({ streamMaxBytes: sizeBytes, fileMaxBytes: sizeBytes });
    onTestFinished(async () => {
      bucket.close();
      await Promise.all([server.stop(), clamd.stop()]);
    });
    const objectKey = bucket.newObjectKey();
    await bucket.store({ objectKey, contentType: "text/plain", body: patternedStream(sizeBytes), maxBytes: sizeBytes });
    const etag = (await bucket.head(objectKey))?.etag ?? "";
    const stored = (await bucket.read(objectKey, { etag })) as Readable;
    const before = heldBytes();
    let most = 0;
    let readBytes = 0;
    let nextMeasurement = 0;
    const watched = async function* () {
      for await (const chunk of stored) {
        readBytes += chunk.length;
        if (readBytes >= nextMeasurement) {
          most = Math.max(most, heldBytes());
          nextMeasurement += 12 * MIB;
        }
        yield chunk;
      }
    };
    const body = Readable.from(watched(), { objectMode: false });
    expect(await createClamd(clamd).scan(body)).toEqual({ kind: "clean" });
    expect(readBytes).toBe(sizeBytes);
    // The limit is far below the size of the file, but leaves space for the built-in bucket in the test process.
    expect(most - before).toBeLessThan(16 * MIB);
  });
});

async function listening(behave: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on("error", () => undefined));
    behave(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as { port: number }).port;
}
