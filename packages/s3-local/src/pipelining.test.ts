import { once } from "node:events";
import { connect } from "node:net";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import type { BucketEvent } from "./index.ts";
import { BUCKET, startBucket } from "./testing/bucket.ts";
import { presignerFor, signing } from "./testing/http.ts";

const MIB = 2 ** 20;

async function start() {
  const events: BucketEvent[] = [];
  const bucket = await startBucket({ logger: (event) => void events.push(event) });
  const open = () => {
    const socket = connect(bucket.port, "127.0.0.1");
    socket.on("error", () => undefined);
    return socket;
  };
  const getOf = (key: string, headers = "") => {
    const url = new URL(presignerFor(bucket.endpoint).presignGet(signing(key)).url);
    return `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\n${headers}\r\n`;
  };
  const put = (Key: string, Body: Uint8Array | string) =>
    bucket.client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
  return { open, getOf, put, events, requests: () => events.filter(({ type }) => type === "request") };
}

test("pipelined requests get their responses in order", async () => {
  const { open, getOf, put } = await start();
  for (const key of ["a", "b", "c"]) await put(key, `content of ${key}`);
  const socket = open();
  socket.write(`${getOf("a")}${getOf("b").repeat(90)}${getOf("c", "Connection: close\r\n")}`);
  const text = (await socket.toArray()).join("");
  expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(92);
  expect(text.match(/content of b/g)).toHaveLength(90);
  expect(text.indexOf("content of a")).toBeLessThan(text.indexOf("content of b"));
  expect(text.endsWith("content of c")).toBe(true);
});

test("requirement 30: the bucket disconnects a client that pipelines 1,000 requests", async () => {
  const { open, requests } = await start();
  const socket = open();
  socket.resume();
  socket.write("GET /a HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1_000));
  await once(socket, "close");
  expect(requests().length).toBeLessThanOrEqual(1);
});

test("requirement 30: the bucket buffers one response for a client that reads nothing", async () => {
  const { open, getOf, put } = await start();
  await put("large", Buffer.alloc(8 * MIB));
  const before = process.memoryUsage().arrayBuffers;
  const sockets = Array.from({ length: 5 }, open);
  for (const socket of sockets) socket.pause().write(getOf("large").repeat(50));
  const other = open();
  // Another client sends ten requests, one after another. During these requests, the bucket must not read the large objects for the clients
  // that read nothing.
  for (let nth = 0; nth < 10; nth += 1) {
    other.write(getOf("missing"));
    await once(other, "data");
  }
  const held = process.memoryUsage().arrayBuffers - before;
  for (const socket of [...sockets, other]) socket.destroy();
  expect(held).toBeLessThan(50 * MIB);
});

test("the bucket can close after a client has disconnected with waiting requests", async () => {
  const { open, getOf, put } = await start();
  await put("large", Buffer.alloc(8 * MIB));
  const socket = open();
  socket.pause().write(getOf("large").repeat(20));
  await once(socket, "readable");
  socket.destroy();
  await once(socket, "close");
  // After the test, the fixture closes the bucket, which waits for running requests.
});
