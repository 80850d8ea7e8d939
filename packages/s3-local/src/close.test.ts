import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { startBucket } from "./testing/bucket.ts";
import { presignerFor, signing } from "./testing/http.ts";

/**
 * The time limit for running requests is longer than the time limit of a test, so a stop that waits for running requests fails the test.
 */
const CLOSING = { withinMs: 600_000 };

test("the bucket stops after it has sent the response to its last running request", async () => {
  const bucket = await startBucket();
  const url = new URL(presignerFor(bucket.endpoint).presignPut(signing("a")).url);
  const socket = connect(bucket.port, "127.0.0.1");
  const connectionEnds = once(socket, "end");
  socket.write(`PUT ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Length: 5\r\n`);
  socket.write("Expect: 100-continue\r\n\r\n");
  expect(String(await once(socket, "data"))).toContain("100 Continue");
  const closed = bucket.close(CLOSING);
  socket.write("hello");
  expect(String(await once(socket, "data"))).toContain("200 OK");
  await Promise.all([closed, connectionEnds]);
});

test("the bucket stops while a client holds a connection without a request", async () => {
  const bucket = await startBucket();
  const socket = connect(bucket.port, "127.0.0.1");
  await once(socket, "connect");
  await Promise.all([once(socket.resume(), "close"), bucket.close(CLOSING)]);
});

test("the bucket keeps an idle connection open longer than common proxies do", async () => {
  const { endpoint, close } = await startBucket();
  const { headers } = await fetch(presignerFor(endpoint).presignPut(signing("a")).url, {
    method: "PUT",
    body: "hello",
  });
  const [, seconds] = /timeout=(\d+)/.exec(headers.get("keep-alive") ?? "") ?? [];
  // Caddy keeps a connection for 120 seconds by default, and Traefik for 90 seconds.
  expect(Number(seconds)).toBeGreaterThan(120);
  await close(CLOSING);
});
