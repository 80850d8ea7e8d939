import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { startBucket } from "./testing/bucket.ts";
import { presignerFor, signing } from "./testing/http.ts";

/** This time, in milliseconds, is shorter than the time limit for running requests. */
const SOON_MS = 4_000;

test("stops as soon as the last request has its response, on a connection that stays open", async () => {
  const bucket = await startBucket();
  const url = new URL(presignerFor(bucket.endpoint).presignPut(signing("a")).url);
  const socket = connect(bucket.port, "127.0.0.1");
  const connectionEnds = once(socket, "end");
  socket.write(`PUT ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Length: 5\r\n`);
  socket.write("Expect: 100-continue\r\n\r\n");
  expect(String(await once(socket, "data"))).toContain("100 Continue");
  const before = performance.now();
  const closed = bucket.close();
  socket.write("hello");
  expect(String(await once(socket, "data"))).toContain("200 OK");
  await Promise.all([closed, connectionEnds]);
  expect(performance.now() - before).toBeLessThan(SOON_MS);
});

test("stops without waiting for a connection that never sent a byte", async () => {
  const bucket = await startBucket();
  const socket = connect(bucket.port, "127.0.0.1");
  await once(socket, "connect");
  const before = performance.now();
  await Promise.all([once(socket.resume(), "close"), bucket.close()]);
  expect(performance.now() - before).toBeLessThan(SOON_MS);
});
